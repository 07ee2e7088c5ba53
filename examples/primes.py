"""An endless generator of primes, and the first of them."""

from itertools import count, islice


def primes():
    composites = {}
    for n in count(2):
        factor = composites.pop(n, None)
        if factor is None:
            yield n
            composites[n * n] = n
        else:
            multiple = n + factor
            while multiple in composites:
                multiple += factor
            composites[multiple] = factor


print(*islice(primes(), 30))
