"""Closures, decorators, keyword and variable arguments."""

from functools import lru_cache, partial, reduce, wraps


def counted(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper


@counted
def combine(a, b=2, *rest, scale=1, **options):
    return a + b * scale + len(rest) + options.get("bonus", 0)


def accumulator(start):
    def add(n):
        nonlocal start
        start += n
        return start

    return add


def compose(*functions):
    return reduce(lambda f, g: lambda x: g(f(x)), functions)


@lru_cache(maxsize=None)
def paths(x, y):
    return 1 if x == 0 or y == 0 else paths(x - 1, y) + paths(x, y - 1)


def main(n):
    add = accumulator(0)
    pipeline = compose(lambda x: x + 1, lambda x: x * 2, lambda x: x - 3)
    triple = partial(combine, scale=3)
    total = 0
    for i in range(n):
        total += combine(i, 1) + triple(i, b=2) + combine(i, 1, 2, 3, bonus=i & 1)
        total += pipeline(i) & 15
        add(i)
    paths.cache_clear()
    return total, add(0), combine.calls, paths(300, 300) % 10**9


import sys

sys.setrecursionlimit(5000)
print(*main(250000))
