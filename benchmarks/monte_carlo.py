"""Monte Carlo integration with a generator of its own, kept in an object."""


class Random:
    """A lagged Fibonacci generator."""

    def __init__(self, seed):
        self.table = []
        for _ in range(17):
            seed = (seed * 9069) % 2147483647
            self.table.append(seed)
        self.i = 4
        self.j = 16

    def next(self):
        table = self.table
        k = table[self.i] - table[self.j]
        if k < 0:
            k += 2147483647
        table[self.j] = k
        self.i = self.i - 1 if self.i else 16
        self.j = self.j - 1 if self.j else 16
        return k / 2147483647


def integrate(samples):
    source = Random(113)
    under = 0
    for _ in range(samples):
        x = source.next()
        y = source.next()
        if x * x + y * y <= 1.0:
            under += 1
    return under / samples * 4.0


print(round(integrate(1_500_000), 3))
