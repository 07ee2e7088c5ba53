import io, os, sys

open("t.txt", "w").write("line one\nline two\r\nthree\rfour")
print(open("t.txt").readlines(), open("t.txt", newline="").read().encode(), open("t.txt", "rb").read())
with open("t.txt", encoding="utf-8") as f:
    print(f.readline(), f.tell(), f.read(4), f.name, f.mode, f.encoding, f.closed, f.readable(), f.writable(), f.seekable(), f.newlines); f.seek(0); print(next(f), list(f), f.read())
print(f.closed)
try: f.read()
except ValueError as e: print(e)
with open("b.bin", "wb") as f: print(f.write(b"0123456789"), f.tell(), type(f).__name__, type(f.raw).__name__)
with open("b.bin", "r+b") as f: f.seek(3); print(f.read(2), f.peek(1)[:1]); f.write(b"XY"); f.seek(-2, 2); print(f.read(), f.truncate(8)); f.seek(0); b = bytearray(4); print(f.readinto(b), b, f.read1(2))
print(open("b.bin", "rb").read(), os.path.getsize("b.bin"))
with open("a.txt", "a+") as f: f.write("x"); f.seek(0); print(f.read())
with open("a.txt", "x" if False else "a") as f: print("y", file=f)
for args in [("nope",), ("t.txt", "x"), ("t.txt", "rw"), ("t.txt", "rb", -1, "utf8"), ("t.txt", "r", 0), (".",), ("t.txt", "q"), ("a\0b",), (99,)]:
    try: open(*args)
    except Exception as e: print(type(e).__name__, e)
s = io.StringIO("a\nb\nc"); print(s.read(2), s.readline(), s.tell(), s.seek(0), s.getvalue(), s.write("Z"), s.getvalue(), list(s)); s.truncate(1); print(s.getvalue()); s.close()
b = io.BytesIO(b"abc"); b.seek(0, 2); b.write(b"def"); v = b.getbuffer(); v[0] = 65; print(b.getvalue(), b.read(), b.seek(1), b.read(2), b.readline())
try: b.truncate(1)
except BufferError as e: print(e)
v.release(); print(b.truncate(2), b.getvalue())
t = io.TextIOWrapper(io.BytesIO(), encoding="utf-16", newline="\r\n", write_through=True); t.write("é\n"); t.flush(); print(t.buffer.getvalue(), t.errors, t.line_buffering)
t = io.TextIOWrapper(io.BytesIO(b"caf\xe9\n\xff"), encoding="ascii", errors="replace"); print(ascii(t.read())); t = io.TextIOWrapper(io.BytesIO("ab\ncd".encode()), encoding="utf8"); print(t.reconfigure(errors="ignore"), t.read(1), t.tell(), t.read(), t.detach().read())
r, w = os.pipe()
with open(r, "rb", 0) as rf, open(w, "wb", 0) as wf: print(type(rf).__name__, wf.write(b"pipe"), rf.read(4), rf.fileno() == r, rf.seekable())
class Raw(io.RawIOBase):
    def __init__(self): self.d = b"raw data here\nmore"
    def readable(self): return True
    def readinto(self, b): n = min(len(b), 5, len(self.d)); b[:n] = self.d[:n]; self.d = self.d[n:]; return n
print(io.BufferedReader(Raw(), 8).readline(), Raw().read(), Raw().readall(), io.TextIOWrapper(io.BufferedReader(Raw())).readlines())
class Up(io.TextIOBase):
    def write(self, s): sys.__stdout__.write(s.upper()); return len(s)
print("shout", file=Up()); print(io.IOBase().readable(), issubclass(io.StringIO, io.TextIOBase), io.DEFAULT_BUFFER_SIZE, io.open is open)
try: io.StringIO().fileno()
except io.UnsupportedOperation as e: print(e, isinstance(e, OSError), isinstance(e, ValueError))
rw = io.BufferedRandom(open("b.bin", "r+b", 0)); rw.write(b"!!"); rw.seek(0); print(rw.read()); rw.close(); print(io.BufferedRWPair(io.BytesIO(b"in"), io.BytesIO()).read())
print("out", end="", flush=True); print("", "a", 1, sep="-", end="!\n"); sys.stdout.write("w\n"); sys.stdout.buffer.write(b"") ; d = io.IncrementalNewlineDecoder(None, True); print(repr(d.decode("a\r")), repr(d.decode("\nb\r\n", True)), d.newlines)
print(sys.stdin.read(), sys.stdin.encoding, sys.stdout.errors, sys.stderr.errors, sys.stdout.line_buffering)
