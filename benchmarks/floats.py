"""Loops over floats: integration, and a series."""

from math import cos, exp, sin


def integrate(f, a, b, steps):
    width = (b - a) / steps
    total = 0.5 * (f(a) + f(b))
    for i in range(1, steps):
        total += f(a + i * width)
    return total * width


def series(n):
    total = 0.0
    sign = 1.0
    for i in range(n):
        total += sign / (2.0 * i + 1.0)
        sign = -sign
    return 4.0 * total


def heat(size, rounds):
    line = [0.0] * size
    line[size // 2] = 1.0
    for _ in range(rounds):
        line = [line[0]] + [0.25 * a + 0.5 * b + 0.25 * c for a, b, c in zip(line, line[1:], line[2:])] + [line[-1]]
    return sum(line), max(line)


print(f"{integrate(lambda x: sin(x) * exp(-x) + cos(x * x), 0.0, 10.0, 1000000):.9f}")
print(f"{series(4000000):.9f}")
print("{:.9f} {:.9f}".format(*heat(1000, 800)))
