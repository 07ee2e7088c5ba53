"""Generators: send, throw, close, delegation, expressions, laziness."""

def echo():
    received = []
    while True:
        try:
            value = yield len(received)
            received.append(value)
        except ValueError as e:
            received.append(f"error {e}")
        except GeneratorExit:
            print("closing", received)
            raise
g = echo(); print(next(g), g.send("a"), g.send("b"), g.throw(ValueError("x")), next(g)); g.close()
def sub():
    a = yield 1
    print("sub got", a)
    b = yield 2
    return a + b
def deleg():
    r = yield from sub()
    print("result", r)
    yield from [10, 20]
    return "end"
d = deleg(); print(next(d), d.send(5), d.send(7), next(d))
try: next(d)
except StopIteration as e: print(e.value)
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
from itertools import islice, takewhile
print(list(islice(fib(), 15)), list(takewhile(lambda x: x < 50, fib())))
def walk(t):
    if isinstance(t, list):
        for x in t: yield from walk(x)
    else: yield t
print(list(walk([1, [2, [3, [4]], 5]])))
order = []
lazy = (order.append(i) or i for i in range(5)); print(order, next(lazy), order, list(lazy), order)
print(sum(x * x for x in range(10)), max((len(w), w) for w in ["a", "bbb", "cc"]), dict((k, v) for k, v in zip("ab", (1, 2))))
g = (x for x in [1]); print(g.gi_running, g.gi_frame is not None, next(g), next(g, "done"), g.gi_frame)
def bad():
    yield 1
    raise StopIteration("inside")
b = bad(); next(b)
try: next(b)
except RuntimeError as e: print(e, repr(e.__cause__))
def fin():
    try: yield 1
    finally: print("fin")
for x in fin(): break
f = fin(); next(f); del f; print("deleted")
try: g = echo(); g.send(1)
except TypeError as e: print(e)
def selfie():
    yield next(me)
me = selfie()
try: next(me)
except ValueError as e: print(e)
def ret():
    return 5
    yield
print(list(ret()))
def multi():
    x = yield
    while x:
        x = yield x * 2
m = multi(); m.send(None); print(m.send(3), m.send(4))
try: m.send(0)
except StopIteration: print("stopped")
class It:
    def __getitem__(self, i):
        if i > 3: raise IndexError
        return i * i
print(list(It()), 4 in It(), list(iter(iter([1, 2, 0, 3]).__next__, 0)), list(reversed(range(3))))
a, *b, c = (x for x in range(5)); print(a, b, c)
def closing():
    try:
        yield 1
    except GeneratorExit:
        yield 2
c = closing(); next(c)
try: c.close()
except RuntimeError as e: print(e)
def with_return_close():
    try: yield
    except GeneratorExit: return "closed value"
w = with_return_close(); next(w); print(w.close())
