"""Polynomials: operators, division, roots, calculus, pretty printing."""

from itertools import zip_longest


class Polynomial:
    def __init__(self, *coefficients):
        self.c = list(coefficients)
        while len(self.c) > 1 and self.c[-1] == 0:
            self.c.pop()

    @property
    def degree(self):
        return len(self.c) - 1

    def __call__(self, x):
        result = 0
        for c in reversed(self.c):
            result = result * x + c
        return result

    def __add__(self, other):
        other = other if isinstance(other, Polynomial) else Polynomial(other)
        return Polynomial(*(a + b for a, b in zip_longest(self.c, other.c, fillvalue=0)))

    __radd__ = __add__

    def __neg__(self):
        return Polynomial(*(-c for c in self.c))

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        other = other if isinstance(other, Polynomial) else Polynomial(other)
        result = [0] * (len(self.c) + len(other.c) - 1)
        for i, a in enumerate(self.c):
            for j, b in enumerate(other.c):
                result[i + j] += a * b
        return Polynomial(*result)

    __rmul__ = __mul__

    def __divmod__(self, other):
        rest, quotient = self.c[:], [0] * max(1, self.degree - other.degree + 1)
        while len(rest) >= len(other.c) and any(rest):
            factor, shift = rest[-1] / other.c[-1], len(rest) - len(other.c)
            quotient[shift] = factor
            for i, c in enumerate(other.c):
                rest[shift + i] -= factor * c
            rest.pop()
        return Polynomial(*quotient), Polynomial(*rest or [0])

    def __eq__(self, other):
        return self.c == other.c

    def __str__(self):
        parts = []
        for power, c in reversed(list(enumerate(self.c))):
            if c or not self.degree:
                sign = "-" if c < 0 else "+"
                size = f"{abs(c):g}" if abs(c) != 1 or power == 0 else ""
                variable = "" if power == 0 else "x" if power == 1 else f"x^{power}"
                parts.append(f"{sign} {size}{variable}")
        text = " ".join(parts)
        return text[2:] if text.startswith("+") else text.replace("- ", "-", 1)

    def derivative(self):
        return Polynomial(*(i * c for i, c in enumerate(self.c) if i) or [0])

    def root(self, x, rounds=50):
        slope = self.derivative()
        for _ in range(rounds):
            if abs(step := self(x) / slope(x)) < 1e-13:
                break
            x -= step
        return x


p, q = Polynomial(-6, 11, -6, 1), Polynomial(-1, 1)
print(p, "|", q, "|", p + q, "|", p * q, "|", p - p, "|", -p, "|", 2 * q + 1, sep=" ")
quotient, rest = divmod(p, q)
print(quotient, "|", rest, quotient * q + rest == p, p.degree, p(5), [p(x) for x in range(5)])
print(p.derivative(), "|", p.derivative().derivative(), f"{p.root(0.5):.6f} {p.root(2.2):.6f} {p.root(10):.6f}", Polynomial(0), Polynomial(3, 0, 0))
