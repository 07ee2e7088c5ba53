"""Whole numbers beyond the machine's: factorials, Fibonacci by doubling, primes, RSA, continued fractions."""

import math


def fib(n):
    if n == 0:
        return 0, 1
    a, b = fib(n // 2)
    c, d = a * (2 * b - a), a * a + b * b
    return (d, c + d) if n % 2 else (c, d)


def is_prime(n):
    if n < 2:
        return False
    for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


print(math.factorial(50), sum(map(int, str(math.factorial(1000)))))
print(fib(300)[0], len(str(fib(10000)[0])), fib(10000)[0] % 10**10)
print([n for n in range(2, 60) if is_prime(n)], is_prime(2**127 - 1), is_prime(2**129 - 1), next(n for n in range(10**30, 10**31) if is_prime(n)))
p, q = 2**89 - 1, 2**107 - 1
n, e = p * q, 65537
d = pow(e, -1, (p - 1) * (q - 1))
message = int.from_bytes(b"attack at dawn", "big")
cipher = pow(message, e, n)
print(cipher != message, pow(cipher, d, n).to_bytes(14, "big"))
a, b = 3**200, 7**120
print(a // b, a % b == a - a // b * b, divmod(-a, b)[1] >= 0, math.gcd(a * 91, b * 13) == b // 7**120 * 91 if False else math.gcd(6 * a, 9 * a) == 3 * a)
print(a & b, a | b == b | a, a ^ a, ~a == -a - 1, a >> 100, a << 3 == a * 8, -a >> 300, (-a) & (2**64 - 1))
print(hex(b)[:20], oct(b)[-10:], bin(b).count("1") == b.bit_count(), b.bit_length(), int(hex(b), 16) == b, int(str(a)) == a, f"{a:,}"[:30], f"{10**40:e}", float(a), a / b, 10**25 // 3 / 7)
print(math.isqrt(2 * 10**60), int(str(2 * 10**60)[:1]), hash(a), hash(-a), a < b, a == float(a), 10**22 == 1e22, 10**23 == 1e23, round(a, -90), 2**1000 % 97, int("z" * 20, 36), (-17) // 5, -(2**64) // 2**32)
x = 10**50
for _ in range(5):
    x = x * x + 1
print(x % 10**20, len(hex(x)), (x * x) // x == x, pow(x, 5, 10**9 + 7))
