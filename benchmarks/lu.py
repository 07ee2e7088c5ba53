"""LU factorisation with partial pivoting, and the solution of linear systems, on lists of lists."""


def generator(seed):
    while True:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield seed / 0x7FFFFFFF - 0.5


def factor(a):
    n = len(a)
    pivots = list(range(n))
    for j in range(n):
        column = [a[i][j] for i in range(n)]
        for i in range(n):
            row = a[i]
            total = 0.0
            for k in range(min(i, j)):
                total += row[k] * column[k]
            column[i] -= total
            row[j] = column[i]
        p = j
        for i in range(j + 1, n):
            if abs(column[i]) > abs(column[p]):
                p = i
        if p != j:
            a[p], a[j] = a[j], a[p]
            pivots[p], pivots[j] = pivots[j], pivots[p]
        if a[j][j] != 0.0:
            inverse = 1.0 / a[j][j]
            for i in range(j + 1, n):
                a[i][j] *= inverse
    return pivots


def solve(a, pivots, b):
    n = len(a)
    x = [b[p] for p in pivots]
    for i in range(n):
        row = a[i]
        for k in range(i):
            x[i] -= row[k] * x[k]
    for i in reversed(range(n)):
        row = a[i]
        for k in range(i + 1, n):
            x[i] -= row[k] * x[k]
        x[i] /= row[i]
    return x


def main(n=120, rounds=18):
    numbers = generator(99)
    worst = 0.0
    for _ in range(rounds):
        a = [[next(numbers) for _ in range(n)] for _ in range(n)]
        b = [next(numbers) for _ in range(n)]
        lu = [row[:] for row in a]
        x = solve(lu, factor(lu), b)
        for row, value in zip(a, b):
            worst = max(worst, abs(sum(r * v for r, v in zip(row, x)) - value))
    print(worst < 1e-8)


main()
