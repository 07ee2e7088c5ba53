import a.b as c, d.e
from . import x as y, z


def f(a):
    y[1:2], y[a:b], y[::c], y[a, b:c]
    y[a:b] += 1
    y[a].b **= 2
    f(*a, b, **c, d=1), f(a, x=1), a.m(1, x=2), d.m(1), super(a, b).c
    f"{a}b{c!r:>{w}}d{e=}", t"a{b!r:c}d{e}", "%s-%5r%%" % (a, b)
    [1, *a, 2], {1, *a}, {**a, "b": 1}, (a, *b)
    a, *b = c = d
    (a
        .b
            .c)(3)
    a < b < c, a and b or c, not a, -a, +a, ~a
    del a, b[1], c.d, [e, g]
    lambda p, /, q=1, *r, s, t=2, **u: p


match a:
    case 1 | -2 | 1 + 2j: pass
    case [a, *_, b]: pass
    case [a, *b, c]: pass
    case {"x": 1, **r}: pass
    case A(1, y=None) as c if d: pass
    case [a, b] | [b, [a]]: pass
    case _: pass
