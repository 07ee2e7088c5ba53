import cmath, math, random, statistics
from fractions import Fraction as F

print(math.pi, math.e, math.tau, math.inf, math.nan, math.sqrt(2), math.cbrt(27), math.hypot(3, 4, 12), math.dist((0, 0), (3, 4)), math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), math.fabs(-3), math.copysign(1, -0.0), math.fmod(-7, 3), math.remainder(7, 4), math.modf(-1.25), math.frexp(10), math.ldexp(0.5, 4), math.gcd(12, 18, 27), math.lcm(4, 6), math.factorial(20), math.comb(10, 3), math.perm(5, 2), math.isqrt(10**30 + 1))
print(math.exp(1), math.exp2(10), math.expm1(1e-10), math.log(100, 10), math.log2(8), math.log10(1e5), math.log1p(1e-10), math.sin(1), math.cos(1), math.tan(1), math.asin(1), math.acos(0), math.atan2(-1, -1), math.sinh(1), math.cosh(1), math.tanh(1), math.asinh(1), math.degrees(math.pi), math.radians(180), math.gamma(5), math.lgamma(10), math.erf(0.5), math.erfc(0.5))
print(math.isclose(0.1 + 0.2, 0.3), math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1), math.fsum([0.1] * 10), sum([0.1] * 10), math.prod([1, 2, 3]), math.sumprod([1, 2], [3, 4]), math.nextafter(1, 2), math.ulp(1.0), math.fma(2, 3, 4), math.log(10**400), math.pow(2, 0.5), math.floor(10**20 / 3))
for bad in [lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.factorial(-1), lambda: math.exp(1000), lambda: math.gcd(1.5), lambda: math.floor(math.inf), lambda: math.comb(-1, 2), lambda: math.acos(2), lambda: math.fmod(1, 0), lambda: math.isqrt(-1), lambda: math.pow(-8, 1 / 3), lambda: math.sqrt("x"), lambda: math.gamma(-1)]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
print(cmath.sqrt(-1), cmath.exp(1j * math.pi).real, cmath.phase(-1), cmath.polar(1 + 1j), cmath.rect(1, 0), cmath.log(-1), cmath.sin(1 + 1j), cmath.isclose(1, 1 + 1e-12j), cmath.isnan(complex("nan")), cmath.tanh(0.5j), cmath.acos(2))
random.seed(42); print(random.random(), random.randint(1, 100), random.choice("abcde"), random.sample(range(100), 5), random.uniform(1, 2), random.gauss(0, 1), random.shuffle(l := list(range(8))), l, random.choices("ab", [9, 1], k=8), random.getrandbits(70), random.randrange(0, 100, 7), random.triangular(0, 1, 0.5), random.expovariate(1), random.betavariate(1, 2), random.normalvariate(), random.randbytes(4), random.binomialvariate(10, 0.5))
r = random.Random("seed"); s = r.getstate(); a = r.random(); r.setstate(s); print(a == r.random(), random.Random(5).random(), random.Random(5.5).random(), random.Random(b"x").getrandbits(32), random.Random(-5).random(), random.Random(2**100).random(), r.lognormvariate(0, 1), r.vonmisesvariate(0, 1), r.gammavariate(2, 1), r.paretovariate(3), r.weibullvariate(1, 2))
for bad in [lambda: random.choice([]), lambda: random.randint(2, 1), lambda: random.sample([1], 2), lambda: random.getrandbits(-1)]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
d = [1, 2, 2, 3, 4, 7]; print(statistics.mean(d), statistics.median(d), statistics.mode(d), statistics.stdev(d), statistics.pvariance(d), statistics.quantiles(d), statistics.fmean(d, range(6)), statistics.harmonic_mean([40, 60]), statistics.geometric_mean([1, 9]), statistics.multimode("aabb"), statistics.mean([F(1, 2), F(1, 3)]), statistics.correlation([1, 2, 3], [1, 2, 4]), statistics.linear_regression([1, 2, 3], [2, 4, 6]), statistics.NormalDist(0, 1).cdf(1), statistics.median_low(d), statistics.covariance([1, 2], [3, 5]), round(statistics.kde([1, 2], h=1)(1.5), 9))
try: statistics.mean([])
except statistics.StatisticsError as e: print(e)
print(F(3, 6), F("0.125"), F(0.5), F("1/3") + 1, F(1, 3) * F(3, 4), F(7, 2) // 1, F(-7, 2) % 2, F(1, 3) ** 2, F(1, 3) ** -1, float(F(1, 3)), round(F(7, 2)), F(355, 113).limit_denominator(10), F(1, 2) == 0.5, hash(F(1, 2)) == hash(0.5), f"{F(1, 3):.4f}", F(3, 2).as_integer_ratio(), int(F(7, 2)), F(1, 2) < 0.6, repr(F(2)), F.from_float(0.1).denominator)
try: F(1, 0)
except ZeroDivisionError as e: print(e)
