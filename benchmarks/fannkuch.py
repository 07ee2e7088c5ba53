"""Permutations and reversals of a short list."""


def fannkuch(n):
    permutation = list(range(n))
    counts = [0] * n
    most = 0
    checksum = 0
    r = n
    even = True
    while True:
        while r != 1:
            counts[r - 1] = r
            r -= 1
        first = permutation[0]
        if first:
            flips = 0
            work = permutation[:]
            while first:
                work[: first + 1] = work[first::-1]
                flips += 1
                first = work[0]
            if flips > most:
                most = flips
            checksum += flips if even else -flips
        even = not even
        while True:
            if r == n:
                return checksum, most
            permutation.insert(r, permutation.pop(0))
            counts[r] -= 1
            if counts[r] > 0:
                break
            r += 1


print(*fannkuch(9))
