import array, errno, fcntl, grp, os, posix, pwd, select, selectors, socket, stat, termios, threading, tty

print(errno.ENOENT, errno.errorcode[13], os.strerror(errno.EAGAIN), errno.EWOULDBLOCK == errno.EAGAIN, stat.S_IFDIR, stat.S_IMODE(0o100755), stat.S_ISLNK(0o120777), stat.filemode(0o104755), posix.getpid() == os.getpid(), pwd.getpwuid(0).pw_name, pwd.getpwnam("root").pw_dir, grp.getgrgid(0).gr_name, len(pwd.getpwall()) > 0, pwd.getpwuid(0)[:2], os.getuid() >= 0)
for bad in [lambda: pwd.getpwnam("nosuchuser"), lambda: grp.getgrgid(99999999), lambda: termios.tcgetattr(0), lambda: fcntl.fcntl(999, fcntl.F_GETFD), lambda: select.select([999], [], [], 0), lambda: os.ttyname(0), lambda: pwd.getpwuid("x")]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
a, b = socket.socketpair(); a.sendall(b"hello"); print(b.recv(3), b.recv(10, socket.MSG_PEEK), b.recv(10), a.family == socket.AF_UNIX, a.getpeername(), b.getblocking(), a.gettimeout()); b.settimeout(0.01)
try: b.recv(1)
except TimeoutError as e: print(repr(e))
b.setblocking(False)
try: b.recv(1)
except BlockingIOError as e: print(e.errno == errno.EAGAIN)
srv = socket.create_server(("127.0.0.1", 0)); port = srv.getsockname()[1]
def serve():
    c, addr = srv.accept()
    with c, c.makefile("rwb") as f: f.write(f.readline().upper()); f.flush()
t = threading.Thread(target=serve); t.start()
with socket.create_connection(("127.0.0.1", port)) as c: c.sendall(b"line\n"); buf = bytearray(10); n = c.recv_into(buf); print(buf[:n], c.fileno() > 0, c.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM); c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
t.join(); srv.close(); print(srv.fileno(), c, srv._closed)
try: socket.create_connection(("127.0.0.1", port), timeout=1)
except ConnectionRefusedError as e: print(e)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", 0)); v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); v.sendto(b"dgram", u.getsockname()); d, addr = u.recvfrom(100); print(d, addr == v.getsockname() or addr[0]); u.close(); v.close()
print(socket.inet_aton("1.2.3.4"), socket.inet_ntoa(b"\x7f\0\0\1"), socket.inet_pton(socket.AF_INET6, "::1"), socket.inet_ntop(socket.AF_INET6, b"\0" * 15 + b"\1"), socket.htons(1), socket.ntohl(1), socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4], socket.has_ipv6, socket.AF_INET, repr(socket.SOCK_STREAM), socket.gethostbyname("127.0.0.1"), socket.getdefaulttimeout())
for bad in [lambda: socket.inet_aton("x"), lambda: a.connect(("h", 1, 2, 3, 4)), lambda: socket.getaddrinfo("host.invalid.", 1, flags=socket.AI_NUMERICHOST), lambda: socket.socket(999), lambda: u.send(b"x"), lambda: socket.inet_pton(socket.AF_INET, "::1")]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
s1, s2 = socket.socketpair(); socket.send_fds(s1, [b"fd"], [a.fileno()]); msg, fds, *_ = socket.recv_fds(s2, 10, 2); print(msg, len(fds)); os.write(fds[0], b"via"); os.close(fds[0]); b.setblocking(True); print(b.recv(10), s1.sendmsg([b"a", b"b"]), s2.recvmsg(10)[0]); s1.shutdown(socket.SHUT_WR); print(s2.recv(1)); s1.close(); s2.close()
r, w = os.pipe(); print(select.select([r], [w], [], 0)[0] == [], select.select([r], [w], [], 0)[1] == [w]); os.write(w, b"x"); print(select.select([r], [], [], 1)[0] == [r]); p = select.poll(); p.register(r, select.POLLIN); print(p.poll(10) == [(r, select.POLLIN)]); p.unregister(r); ep = select.epoll(); ep.register(r, select.EPOLLIN); print(ep.poll(1) == [(r, select.EPOLLIN)], ep.closed); ep.close()
sel = selectors.DefaultSelector(); sel.register(r, selectors.EVENT_READ, "data"); print([(k.data, m) for k, m in sel.select(1)], len(sel.get_map()), type(sel).__name__); sel.unregister(r); sel.close()
print(fcntl.fcntl(r, fcntl.F_GETFD), fcntl.fcntl(r, fcntl.F_GETFL) & os.O_NONBLOCK, fcntl.ioctl(r, termios.FIONREAD, array.array("i", [0]), True)); f = open("lock", "w"); fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB); fcntl.lockf(f, fcntl.LOCK_UN); m, sl = os.openpty(); print(os.isatty(m), os.isatty(sl), len(termios.tcgetattr(sl)), os.ttyname(sl).startswith("/dev/")); tty.setraw(sl); os.write(m, b"k"); print(os.read(sl, 1), os.get_terminal_size(sl)[0] >= 0); termios.tcsetattr(sl, termios.TCSANOW, termios.tcgetattr(sl)); a.close(); b.close(); print(a.detach() if False else a.fileno())
