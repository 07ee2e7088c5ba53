"""Products of matrices as lists of lists."""


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def product_by_index(a, b):
    n = len(a)
    result = [[0] * n for _ in range(n)]
    for i in range(n):
        row = a[i]
        target = result[i]
        for k in range(n):
            factor = row[k]
            other = b[k]
            for j in range(n):
                target[j] += factor * other[j]
    return result


n = 130
a = [[(i * 31 + j * 17) % 23 - 11 for j in range(n)] for i in range(n)]
b = [[(i * 13 + j * 7) % 19 - 9 for j in range(n)] for i in range(n)]
first, second = product(a, b), product_by_index(a, b)
print(first == second, sum(map(sum, first)), first[n // 2][n // 3])
