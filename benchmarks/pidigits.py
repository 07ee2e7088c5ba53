"""Digits of pi by big integers."""


def digits(count):
    q, r, t, k, n, l = 1, 0, 1, 1, 3, 3
    found = []
    while len(found) < count:
        if 4 * q + r - t < n * t:
            found.append(n)
            q, r, n = 10 * q, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else:
            q, r, t, k, n, l = q * k, (2 * q + r) * l, t * l, k + 1, (q * (7 * k + 2) + r * l) // (t * l), l + 2
    return found


found = digits(3000)
print(sum(found), "".join(map(str, found[-10:])))
print(sum(map(int, str(3**9000))), pow(7, 10**60, 10**40 + 1) % 10**9)
