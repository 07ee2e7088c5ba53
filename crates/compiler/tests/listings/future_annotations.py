from __future__ import annotations

x: lambda *a: (b if c else d)[e, f] = 1
(y): int
a.b: f(1)


def f(a: not (b and c), *d: f"{g!r}" "'", **e: {1: 2, **h}) -> 1 .real:
    z: int


class A:
    __x: 'text'
