"""Doc."""
x: int = 3
if x:
    y: str


class A[T: int, *U, **P = [int]](Base, k=1):
    """Doc
    string."""

    if z:
        y: T = 3

    def f[V: (int, str)](self, a: V, /, b=1, *, __c: U = 2, d) -> str:
        self.x = super().f(1)
        return __class__

    type X[Q = int] = Q
    w = [(lambda: y) for y in x if y]
    res = {__class__: v for __class__, v in x}


def g():
    nonlocal_ = 1

    def h(*args: *T, **kw):
        nonlocal nonlocal_
        global w
        w = [[a for a in b] for c in d for e in [f(c)] if g]
        return (yield nonlocal_), {k: v for k, v in w}

    return any(x for x in h), all(x for x in h), tuple(x for x in h)
