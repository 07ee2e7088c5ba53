from decimal import *

getcontext().prec = 28; D = Decimal
print(D("1.10") + D("2.20"), D(1) / D(7), D("1e3"), D("-0"), D("NaN"), D("Infinity"), D(0.1), D((1, (1, 2, 3), -2)), D(10) ** 30, D(2) ** D("0.5"), D(5) // D(3), D(-5) % D(3), divmod(D(7), D(2)), -D("1.50"), abs(D(-2)), D("1.0") == D("1.00"), hash(D("1.0")) == hash(1), D("1.2") < 2, D(3) == 3.0, int(D("3.9")), float(D("2.5")), round(D("2.5")), round(D("2.675"), 2))
print(D("2").sqrt(), D(1).exp(), D(10).ln(), D(100).log10(), D("123.456").quantize(D("0.01")), D("1.25").quantize(D("0.1"), ROUND_HALF_EVEN), D("1.35").quantize(D("0.1"), ROUND_DOWN), D("-1.5").to_integral_value(ROUND_CEILING), D("1200").normalize(), D("1E+3").to_eng_string(), D("1.23").as_tuple(), D("3.14").as_integer_ratio(), D("1.5").is_signed(), D("0").is_zero(), D("1e-7"), D("1e-6"), D("12345678901234567890123456789") + 1, D("1.23").adjusted(), D(7).compare(D(8)), D("1").copy_sign(D("-2")), D(4).fma(2, 3), D("1.1").next_plus(), D(5).remainder_near(3), D("110").logical_and(D("011")), D(123).shift(1), D(3).max(D("NaN")), D("1.20").same_quantum(D("0.01")), D("5").scaleb(2))
print(f"{D('1234567.891'):,.2f}", f"{D('0.00001234'):e}", f"{D('1.5'):>10}", f"{D('0.25'):%}", f"{D('12'):g}", str(D("1E-10")), repr(D("1.50")), format(D("-1234.5"), "=+12,"), D("1_000.5"), D(" 3.5 "))
with localcontext() as c: c.prec = 5; print(D(1) / D(3), D("123456") + 0, +D("1.2345678")); c.rounding = ROUND_UP; print(D(1) / D(3)); c.Emax = 5; c.traps[Overflow] = False; print(D(10) ** 10); c.clear_flags(); D(1) / D(7); print([f.__name__ for f, on in c.flags.items() if on])
for bad in [lambda: D("x"), lambda: D(1) / 0, lambda: D(0) / 0, lambda: D("sNaN") + 1, lambda: D("NaN") < 1, lambda: D(1) + 1.5, lambda: D(-1).sqrt(), lambda: int(D("Infinity")), lambda: D("1e999999") ** 999999, lambda: D(10) // 0, lambda: D("1").quantize(D("1e-50")), lambda: hash(D("sNaN")), lambda: D([1])]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
c = Context(prec=3, rounding=ROUND_FLOOR); print(c.divide(D(1), D(3)), c.create_decimal("1.23456"), c.sqrt(D(2)), c, BasicContext.prec, ExtendedContext.traps[DivisionByZero], c.power(2, 10), c.to_sci_string(D("1e5")), c.Etiny(), c.copy() is c); setcontext(Context(prec=50)); print(D(2).sqrt()); print(sum(D(i) / 10 for i in range(10)), max(D(1), D("1.5")), sorted([D("3"), D("NaN").copy_abs() if False else D(1)]), D("0.1") + D("0.2") == D("0.3"), D.from_float(0.1) == D(0.1), D(1).compare_total(D("1.0")), MAX_PREC > 0, HAVE_THREADS)
def pi():
    getcontext().prec += 2
    three = D(3); lasts, t, s, n, na, d, da = 0, three, 3, 1, 0, 0, 24
    while s != lasts:
        lasts = s; n, na = n + na, na + 8; d, da = d + da, da + 32; t = (t * n) / d; s += t
    getcontext().prec -= 2
    return +s
print(pi())
