"""Sorting with and without keys."""

from functools import cmp_to_key
from operator import itemgetter


def numbers(n, seed=42):
    for _ in range(n):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield seed >> 33


def main(n):
    values = list(numbers(n))
    ordered = sorted(values)
    ordered += ordered[:1000]
    ordered.sort()
    names = sorted((f"name{value % 10007}" for value in values), key=str.swapcase)
    records = [(value % 100, value % 7, str(value)) for value in values]
    records.sort(key=itemgetter(0))
    records.sort(key=lambda record: (-record[1], record[2]))
    compared = sorted(values[: n // 8], key=cmp_to_key(lambda a, b: a % 1000 - b % 1000))
    floats = sorted(value / 7 for value in values)
    return ordered[n // 2], names[n // 3], records[5], compared[0], round(floats[-1], 3)


print(*main(200000))
