"""Loops over small and middle-sized integers."""


def collatz(limit):
    best = steps = 0
    for start in range(1, limit):
        n, count = start, 0
        while n != 1:
            n = n >> 1 if n & 1 == 0 else 3 * n + 1
            count += 1
        if count > steps:
            best, steps = start, count
    return best, steps


def sieve(limit):
    flags = bytearray([1]) * limit
    total = 0
    for i in range(2, limit):
        if flags[i]:
            total += i
            flags[i * i :: i] = bytes(len(range(i * i, limit, i)))
    return total


def random_walk(n):
    state = 12345
    x = 0
    for _ in range(n):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        x += 1 if state >> 16 & 1 else -1
        x ^= state & 7
    return state, x


print(*collatz(60000), sieve(1000000), *random_walk(2000000))
