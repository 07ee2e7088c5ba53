"""Matrix products by functions: float arithmetic and calls."""

from math import sqrt


def element(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    return [sum(element(i, j) * v for j, v in enumerate(vector)) for i in range(len(vector))]


def transposed_times(vector):
    return [sum(element(j, i) * v for j, v in enumerate(vector)) for i in range(len(vector))]


def norm(n):
    u = [1.0] * n
    for _ in range(10):
        v = transposed_times(times(u))
        u = transposed_times(times(v))
    vbv = sum(a * b for a, b in zip(u, v))
    vv = sum(b * b for b in v)
    return sqrt(vbv / vv)


print(f"{norm(320):.9f}")
