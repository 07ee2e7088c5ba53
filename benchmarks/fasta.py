"""Random DNA sequences in lines, by weighted choice."""

import bisect
import sys

ALU = "GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACCTGAGG"
CODES = [("a", 0.27), ("c", 0.12), ("g", 0.12), ("t", 0.27), ("B", 0.02), ("D", 0.02), ("H", 0.02), ("K", 0.02), ("M", 0.14)]


def uniform(state=42):
    while True:
        state = (state * 3877 + 29573) % 139968
        yield state / 139968


def repeat(text, n, width=60):
    text = text * (width // len(text) + 2)
    at = 0
    length = len(text) // 2
    while n > 0:
        take = min(n, width)
        yield text[at : at + take]
        at = (at + take) % length
        n -= take


def weighted(codes, n, numbers, width=60):
    letters, limits, total = [], [], 0.0
    for letter, weight in codes:
        total += weight
        letters.append(letter)
        limits.append(total)
    limits[-1] = 1.0
    find = bisect.bisect
    while n > 0:
        take = min(n, width)
        yield "".join([letters[find(limits, next(numbers))] for _ in range(take)])
        n -= take


def main(n=1_200_000):
    total = 0
    for line in repeat(ALU, n):
        total += len(line)
    last = ""
    for line in weighted(CODES, 2 * n, uniform()):
        total += len(line)
        last = line
    sys.stdout.write(f"{total} {last}\n")


main()
