import threading, time, _thread, contextvars, concurrent.futures as cf

lock = threading.Lock(); total = 0
def add(n):
    global total
    for _ in range(n):
        with lock: total += 1
ts = [threading.Thread(target=add, args=(1000,), daemon=i == 0) for i in range(4)]; [t.start() for t in ts]; [t.join() for t in ts]; print(total, ts[0].daemon, threading.current_thread().name, threading.main_thread() is threading.current_thread())
print(lock.acquire(), lock.acquire(blocking=False), lock.acquire(timeout=0.01), lock.locked(), lock.release(), lock.locked())
try: lock.release()
except RuntimeError as e: print(e)
r = threading.RLock(); print(r.acquire(), r.acquire(), r.release(), r.release())
try: r.release()
except RuntimeError as e: print(e)
c = threading.Condition(); items = []; got = []
def consumer():
    with c:
        while len(items) < 3: c.wait()
        got.extend(items)
t = threading.Thread(target=consumer); t.start()
for i in range(3):
    with c: items.append(i); c.notify_all()
t.join(); print(got); 
with c: print(c.wait_for(lambda: False, timeout=0.01), c.wait(0.01))
e = threading.Event(); threading.Timer(0.01, e.set).start(); print(e.wait(5), e.is_set(), e.clear(), e.wait(0.001))
s = threading.BoundedSemaphore(2); print(s.acquire(), s.acquire(), s.acquire(blocking=False), s.release(), s.release())
try: s.release()
except ValueError as err: print(err)
b = threading.Barrier(3, action=lambda: order.append("action")); order = []
def party(i): b.wait(); order.append("past")
ts = [threading.Thread(target=party, args=(i,)) for i in range(3)]; [t.start() for t in ts]; [t.join() for t in ts]; print(order[0], len(order)); b.abort()
try: b.wait()
except threading.BrokenBarrierError: print("broken")
local = threading.local(); local.x = 1; seen = []
t = threading.Thread(target=lambda: seen.append(hasattr(local, "x"))); t.start(); t.join(); print(seen, local.x)
def crash(): raise ValueError("in thread")
threading.excepthook = lambda a: print("hook", a.exc_type.__name__, a.exc_value, a.thread.name); t = threading.Thread(target=crash, name="crasher"); t.start(); t.join(); threading.excepthook = threading.__excepthook__
try: t.start()
except RuntimeError as err: print(err)
try: threading.Thread().join()
except RuntimeError as err: print(err)
try: threading.current_thread().join()
except RuntimeError as err: print(err)
v = contextvars.ContextVar("v", default="d"); tok = v.set("a"); ctx = contextvars.copy_context(); v.set("b"); print(v.get(), ctx[v], ctx.run(v.get), ctx.run(lambda: (v.set("in"), v.get())[1]), ctx.get(v), v.get()); v.reset(tok); print(v.get(), v.name, len(ctx), tok.old_value is contextvars.Token.MISSING)
try: v.reset(tok)
except RuntimeError as err: print(str(err)[-28:])
try: contextvars.ContextVar("nodef").get()
except LookupError as err: print(type(err).__name__)
with cf.ThreadPoolExecutor(2) as ex:
    fs = [ex.submit(pow, 2, i) for i in range(5)]; print([f.result() for f in fs], list(ex.map(lambda x: x * x, range(4))), fs[0].done()); bad = ex.submit(lambda: 1 / 0); print(repr(bad.exception())); f = ex.submit(int, "5"); f.add_done_callback(lambda f: print("callback", f.result())); print(sorted(f.result() for f in cf.as_completed(fs)), len(cf.wait(fs).done))
try: ex.submit(int)
except RuntimeError as err: print(err)
try: bad.result()
except ZeroDivisionError as err: print(err)
l = _thread.allocate_lock(); l.acquire(); ids = []; _thread.start_new_thread(lambda: (ids.append(_thread.get_ident()), l.release()), ()); l.acquire(); print(ids[0] != threading.get_ident(), threading.get_native_id() > 0, threading.stack_size())
def waiter():
    try: time.sleep(0.001)
    finally: ids.append("fin")
t = threading.Thread(target=waiter); t.start(); t.join(timeout=5); print(ids[-1], repr(t).split(",")[1].strip()[:7], threading.enumerate()[0].name)
