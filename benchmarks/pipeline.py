"""Pipelines of generators and iterator tools."""

import itertools
import operator


def numbers(n):
    for i in range(n):
        yield i


def squares(source):
    for x in source:
        yield x * x


def only(test, source):
    for x in source:
        if test(x):
            yield x


def pairs(source):
    source = iter(source)
    for first in source:
        yield first, next(source, None)


def flatten(tree):
    for item in tree:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


def average():
    total = count = 0
    value = None
    while True:
        value = yield total / count if count else 0
        total += value
        count += 1


def main():
    total = 0
    for _ in range(16):
        for a, b in pairs(only(lambda x: x % 3 != 1, squares(numbers(60_000)))):
            total += a ^ (b or 0)
    print(total)
    tree = [[i, [i, [i, [i, [i]]]]] for i in range(40000)]
    print(sum(flatten(tree)))
    running = average()
    next(running)
    for i in range(600_000):
        last = running.send(i)
    print(last)
    print(sum(x for x in (y + 1 for y in (z * 2 for z in range(700_000))) if x % 3))
    grouped = itertools.groupby(sorted(range(60_000), key=lambda x: x % 17), key=lambda x: x % 17)
    print([(key, sum(1 for _ in group)) for key, group in grouped][:2])
    print(sum(itertools.starmap(operator.mul, zip(itertools.count(), itertools.islice(itertools.cycle((1, 2, 3)), 100_000)))))
    print(sum(itertools.accumulate(itertools.chain.from_iterable([range(1000)] * 600))))


main()
