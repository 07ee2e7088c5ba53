"""The fast Fourier transform, in place on interleaved reals and recursively on complex numbers."""

import cmath
import math


def bit_reverse(data):
    n = len(data) // 2
    j = 0
    for i in range(n - 1):
        if i < j:
            data[2 * i], data[2 * j] = data[2 * j], data[2 * i]
            data[2 * i + 1], data[2 * j + 1] = data[2 * j + 1], data[2 * i + 1]
        k = n >> 1
        while k <= j:
            j -= k
            k >>= 1
        j += k


def transform(data, direction):
    n = len(data) // 2
    bit_reverse(data)
    dual = 1
    while dual < n:
        theta = direction * math.pi / dual
        s, s2 = math.sin(theta), 2.0 * math.sin(theta / 2.0) ** 2
        wr, wi = 1.0, 0.0
        for a in range(dual):
            for b in range(0, n, 2 * dual):
                i = 2 * (b + a)
                j = 2 * (b + a + dual)
                xr, xi = data[j], data[j + 1]
                r = wr * xr - wi * xi
                q = wr * xi + wi * xr
                data[j] = data[i] - r
                data[j + 1] = data[i + 1] - q
                data[i] += r
                data[i + 1] += q
            wr, wi = wr - (s2 * wr + s * wi), wi + (s * wr - s2 * wi)
        dual *= 2


def recursive(values):
    n = len(values)
    if n == 1:
        return values
    even, odd = recursive(values[::2]), recursive(values[1::2])
    turns = [cmath.exp(-2j * cmath.pi * k / n) * odd[k] for k in range(n // 2)]
    return [e + t for e, t in zip(even, turns)] + [e - t for e, t in zip(even, turns)]


def main():
    n = 4096
    data = [math.sin(i * 0.37) for i in range(2 * n)]
    before = data[:]
    for _ in range(20):
        transform(data, -1)
        transform(data, 1)
        data = [x / n for x in data]
    print(max(abs(a - b) for a, b in zip(before, data)) < 1e-6)
    spectrum = recursive([complex(math.sin(i * 0.1), 0) for i in range(32768)])
    print(max(range(16384), key=lambda i: abs(spectrum[i])))


main()
