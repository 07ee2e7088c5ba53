"""Scopes of comprehensions, the walrus, class bodies, del, star assignment, loops with else."""

x = "global"
def f():
    x = "local"
    return [x for _ in range(1)], [(x, y) for x in range(2) for y in range(x + 1)], x
print(f())
print([y := 1, y**2], (n := 10) + n, [last := i for i in range(3)], last)
if (m := len("abc")) > 2: print("m", m)
print([v for i in range(10) if (v := i * i) % 2], v)
while (n := n - 3) > 0: print(n, end=" ")
print()
class C:
    items = [1, 2, 3]
    doubled = [i * 2 for i in items]
    total = sum(items)
    try: bad = [items for _ in range(1)]
    except NameError as e: bad = str(e)
print(C.doubled, C.total, C.bad)
for i in range(5):
    if i == 9: break
else: print("no break", i)
for i in range(5):
    if i == 2: break
else: print("never")
while False: pass
else: print("while else")
(a, b), [c, *d], e = (1, 2), [3, 4, 5], 6; print(a, b, c, d, e)
*a, = range(3); first, *_ = "xyz"; print(a, first)
a = b = c = []; a.append(1); print(b, c is a)
p, q = 1, 2; p, q = q, p; print(p, q)
d = {}; d["k"], d["l"] = 1, 2; print(d)
l = [0, 1, 2]; i = 0; i, l[i] = 1, 9; print(i, l)
del l[0], d["k"]; print(l, d)
def g():
    try: print(z)
    except NameError as e: print(type(e).__name__, e)
    z = 1
    del z
    try: z
    except NameError as e: print(type(e).__name__, e)
g()
print([[i * j for j in range(3)] for i in range(3)], {k: {v for v in range(k)} for k in range(3)})
fs = [(lambda: k) for k in range(3)]; print([h() for h in fs])
print([*range(3), *"ab"], {**{"a": 1}, "b": 2, **{"a": 3}}, (*(), 1), [*[], *[[]]])
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1 != 2, not 1 == 2, 1 if 0 else 2, 0 or "" or "x", 1 and 0 and 2, "a" if [] else "b" if 1 else "c")
print(x, [x for x in range(3)], x); lst = [1, 2, 3]; lst[1:1] = [9, 9]; lst += (4,); print(lst)
x = 5; x += 1; x -= 2; x *= 10; x /= 4; x //= 3; x **= 3; x %= 7; print(x); y = 6; y <<= 2; y >>= 1; y &= 14; y |= 1; y ^= 3; print(y)
def annotations():
    a: int = 1
    b: "undefined"
    return a
print(annotations())
import sys as system, os.path as osp
from math import pi as PI, sqrt
print(round(PI, 3), sqrt(16), osp.join("a", "b"), system is __import__("sys"))
exec("dyn = 5"); print(dyn, eval("dyn + 1"), eval("a + b", {"a": 1}, {"b": 2}))
ns = {}; exec("def h(): return 7\nw = h()", ns); print(ns["w"], sorted(k for k in ns if k[0] != "_"))
lambda: (yield); print(((lambda: 1)(), (lambda *a: a)(1, 2)))
print(__name__, __doc__[:6], __file__.rsplit("/", 1)[1], __spec__)
