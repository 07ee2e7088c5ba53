"""Generators that feed each other, delegation, and send."""

from itertools import islice


def numbers():
    n = 0
    while True:
        yield n
        n += 1


def keep(predicate, source):
    for value in source:
        if predicate(value):
            yield value


def scale(factor, source):
    for value in source:
        yield value * factor


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def averager():
    total = count = 0
    average = None
    while True:
        value = yield average
        total += value
        count += 1
        average = total / count


def main():
    stream = scale(3, keep(lambda n: n % 7 == 3, numbers()))
    total = sum(islice(stream, 400000))
    total += sum(tree(18))
    coroutine = averager()
    next(coroutine)
    for value in range(1500000):
        average = coroutine.send(value)
    total += sum(x for x in (y + 1 for y in range(2500000)) if x % 2)
    return total, average


print(*main())
