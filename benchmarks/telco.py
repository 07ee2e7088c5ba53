"""Telephone bills in decimal arithmetic: multiplication, rounding to the cent, sums."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, getcontext


def main():
    getcontext().rounding = ROUND_HALF_EVEN
    rates = [Decimal("0.0013"), Decimal("0.00894")]
    cent, basic, distance = Decimal("0.01"), Decimal("0.0675"), Decimal("0.0341")
    total = basic_tax = distance_tax = Decimal(0)
    seconds, lines = 7, 0
    for _ in range(300_000):
        seconds = seconds * 1103515245 + 12345 & 0x7FFFFFFF
        kind = seconds & 1
        price = (Decimal(seconds % 4000) * rates[kind]).quantize(cent)
        tax = (price * basic).quantize(cent, ROUND_DOWN)
        basic_tax += tax
        bill = price + tax
        if kind:
            tax = (price * distance).quantize(cent, ROUND_DOWN)
            distance_tax += tax
            bill += tax
        total += bill
        lines += len(str(bill))
    print(total, basic_tax, distance_tax, lines)
    getcontext().prec = 60
    pi, last, term, n, na, d, da = Decimal(3), Decimal(0), Decimal(3), 1, 0, 0, 24
    for _ in range(1200):
        last, term, n, na, d, da = Decimal(0), Decimal(3), 1, 0, 0, 24
        pi = Decimal(3)
        while pi != last:
            last = pi
            n, na = n + na, na + 8
            d, da = d + da, da + 32
            term = term * n / d
            pi += term
    print(pi)


main()
