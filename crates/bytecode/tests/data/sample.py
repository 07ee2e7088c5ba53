"""doc"""
import os, sys as s
from a.b import c as d, e
class A[T](object, metaclass=type):
    x: int = 1
    def f(self, a, b=2, *c, d=1.5, **e) -> int:
        global gg
        with open(a) as f, b:
            for i, j in zip(a, b):
                if i is not j and a not in c or self.x.y(1, z=2) < 3:
                    super().f(*c, **e)
                    yield i
                    continue
        try:
            gg = lambda: (self, a)
        except (ValueError, KeyError) as ex:
            raise RuntimeError(f"{a!r:>{b}} {c}") from ex
        finally:
            del b
        return a[1:2], -a, not b, [x for x in c if x], {**e, 'k': 1}, {1,2,3}
async def co(x):
    async with x as y:
        async for z in y:
            await z
    assert x, "m"
    match x:
        case {'a': 1, **r}: pass
        case A(1, x=2): pass
        case [1, *_]: pass
    a, *b = x
    a += 1; a @= 3; a = b = 300
    t'{a}'
    if x == a: return a <= b
    a[:] = 1; a[x] >>= 2; del a[1], a.b
    try: pass
    except* ValueError: pass
    x = y or z
    a = 'x' if a else a()
    many = [i async for i in x if await i]
    print(a is None, [*a, 1], a != 3, -5, 10**30, 1e100, b'abc', 2j, ...)

def g(x, y=3, /, z=4, *, w):
    try:
        return (yield from x) if w else (yield)
    finally:
        with x, y as z.w:
            while z and (x or y):
                if w: break
                elif x: continue
            else:
                del x
    nonlocal_names = {k: v for k, v in z}
    def inner():
        nonlocal nonlocal_names
        nonlocal_names = [lambda: q for q in x]
        return "text" if 0 else u"\ud800\u200b\n'" + "\"'" + "\U0001F600"
    for i in range(10**20, -2**63, 3):
        print(f"{i=!s:^{w}.{y}}", *x, **z, sep="")
    return inner, -0.0, 1e300 * 1e300, b"\x00'", 2.5j, (1, (2, (3,))), x[::2], x[1:2, ...]
type Alias[*Ts, **P, T: int = str] = dict[T, Callable[P, T]]
@property
class Big[T]: __slots__ = ()
if __name__ == "__main__" and x in {1, "a", (2, b"c")}: from m import *
