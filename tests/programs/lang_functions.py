"""Arguments of every kind, defaults, closures, decorators, recursion, introspection."""

def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return (a, b, c, args, d, e, kw)

print(f(1, d=4), f(1, 2, 3, 4, 5, d=6, x=7), f(*[1, 2], **{"c": 3, "d": 4}), f(1, a=9, d=0))
def attempt(call):
    try:
        print(call())
    except TypeError as error:
        print("TypeError:", error)
attempt(lambda: f()); attempt(lambda: f(1)); attempt(lambda: f(1, d=1, **{"d": 2})); attempt(lambda: f(1, 2, 3, c=3, d=1))
attempt(lambda: (lambda x: x)(1, 2)); attempt(lambda: (lambda x, y, z: x)(1)); attempt(lambda: (lambda *, k: k)()); attempt(lambda: (lambda: 0)(1))
attempt(lambda: (lambda a, /: a)(a=1)); attempt(lambda: (lambda a: a)(b=1)); attempt(lambda: len()); attempt(lambda: 3()); attempt(lambda: f(*3)); attempt(lambda: f(**3))
attempt(lambda: print(**{1: 2})); attempt(lambda: int(1, 2, 3)); attempt(lambda: [].append()); attempt(lambda: "".join(1, 2))

def default(x, acc=[]):
    acc.append(x)
    return acc
print(default(1), default(2), default.__defaults__, f.__kwdefaults__, f.__code__.co_varnames, f.__name__, f.__qualname__)

def counter():
    n = 0
    def up(by=1):
        nonlocal n
        n += by
        return n
    return up, lambda: n
up, get = counter()
up(); up(5); print(get(), up.__closure__[0].cell_contents, up.__code__.co_freevars)

def trace(prefix):
    def deco(fn):
        def inner(*a, **k):
            r = fn(*a, **k)
            print(f"{prefix}{fn.__name__}{a} -> {r}")
            return r
        return inner
    return deco
@trace("> ")
@trace("  ")
def add(a, b): return a + b
add(1, 2)

fs = [lambda i=i: i for i in range(3)] + [lambda: i for i in range(3)]
print([g() for g in fs])
def outer():
    x = "outer"
    class C:
        x = "class"
        def m(self): return x
        y = [x for _ in range(1)]
    return C().m(), C.y
print(outer())
def fact(n): return 1 if n < 2 else n * fact(n - 1)
print(fact(25), (lambda n: n and n + 1)(4))
def gen_args(*, a: int = 1, b: "str" = "x") -> list[int]:
    """Doc of it."""
print(gen_args.__annotations__, gen_args.__doc__, gen_args.__module__)
try:
    def local():
        print(v)
        v = 1
    local()
except UnboundLocalError as e: print(e)
try:
    def free():
        def g(): return w
        g()
        w = 1
    free()
except NameError as e: print(e)
try: undefined_name
except NameError as e: print(e, e.name)
def deep(n): return deep(n + 1)
try: deep(0)
except RecursionError as e: print(type(e).__name__, e)
x = 10
def use_global():
    global x
    x += 1
    del globals()["up"]
use_global(); print(x, "up" in globals())
print((lambda *a, **k: (a, k))(1, *[2], 3, *(4,), k=1, **{"z": 2}), [*map(lambda a, b: a * b, (1, 2), (3, 4))])
