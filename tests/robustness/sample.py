"""What `cargo xtask robustness` compiles and damages: a bit of every kind of code, and nothing that reaches outside."""

import math
from collections import namedtuple

Point = namedtuple("Point", "x y")
TABLE = {"one": 1, 2: (3, 4.5, 6j), None: b"bytes", True: frozenset({1, 2})}


class Base:
    count = 0

    def __init__(self, name, /, *args, key=None, **rest):
        self.name, self.args, self.key, self.rest = name, args, key, rest
        Base.count += 1

    @property
    def shown(self):
        return f"{self.name!r:>10}|{len(self.args):03d}|{self.key}"

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        return kind is KeyError


class Derived(Base):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cells = [lambda: i + self.offset for i in range(3)]
        self.offset = 10


def numbers(limit):
    total = 0
    for i in range(limit):
        if i % 3 == 0:
            continue
        elif i > 50:
            break
        total += i * 2 - (i >> 1) ^ 5
        while total > 100:
            total //= 2
    else:
        total = -total
    return total


def generator(n):
    try:
        got = yield n
        while got:
            got = yield from (x * x for x in range(got))
    finally:
        yield "closed"


def match(value):
    match value:
        case {"k": [1, *rest], **more}:
            return rest, more
        case Point(x=0, y=y) | (0, y):
            return y
        case str() as text if text:
            return text.upper()
        case _:
            return None


def exceptions():
    seen = []
    for error in (KeyError("a"), ValueError("b"), ExceptionGroup("g", [TypeError(1), OSError(2)])):
        try:
            try:
                raise error
            except ValueError as e:
                raise RuntimeError from e
            finally:
                seen.append(type(error).__name__)
        except* TypeError as group:
            seen.append(len(group.exceptions))
        except* Exception as group:
            seen.append(str(group.exceptions[0]))
    return seen


async def coroutine(n):
    async def items():
        for i in range(n):
            yield i

    return [i async for i in items() if i] + [await leaf(i) for i in range(2)]


async def leaf(i):
    return i


def run(coro):
    try:
        coro.send(None)
    except StopIteration as stop:
        return stop.value


def main():
    first, *middle, last = [numbers(n) for n in (5, 10, 100)]
    print(first, middle, last, TABLE["one"], TABLE[2][1:])
    d = Derived("n", 1, 2, key=3, more=4)
    print(d.shown, [c() for c in d.cells], {**d.rest, "z": 1}, {1, 2} & {2})
    with Base("a") as a, Base("b"):
        raise KeyError(a)
    g = generator(2)
    print(next(g), g.send(3), list(g))
    print(match({"k": [1, 2, 3], "m": 1}), match(Point(0, 5)), match("text"), match(1))
    print(exceptions(), run(coroutine(3)), math.floor(2.5), 1 < first < 10 or not last)
    global made
    made = (lambda a, b=2, *c, d=4, **e: (a, b, c, d, e))(1, *(2, 3), **{"f": 6})
    print(made, f"{made!s:.5}", "%s" % (Base.count,), -math.inf, 10**20, ~5)
    del made


main()
