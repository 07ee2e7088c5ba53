"""Dynamic programming: edit distance, longest common subsequence, knapsack, coins, matrix chain."""

from functools import cache


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def common(a, b):
    table = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + x if x == y else max(table[i][j + 1], table[i + 1][j], key=len)
    return table[-1][-1]


def knapsack(items, capacity):
    best = [(0, ())] * (capacity + 1)
    for name, weight, value in items:
        for room in range(capacity, weight - 1, -1):
            candidate = (best[room - weight][0] + value, best[room - weight][1] + (name,))
            if candidate[0] > best[room][0]:
                best[room] = candidate
    return best[capacity]


@cache
def ways(amount, coins=(50, 20, 10, 5, 2, 1)):
    if amount == 0:
        return 1
    if amount < 0 or not coins:
        return 0
    return ways(amount - coins[0], coins) + ways(amount, coins[1:])


@cache
def chain(dimensions):
    if len(dimensions) < 3:
        return 0
    first, *middle, last = dimensions
    return min(
        chain(dimensions[: k + 1]) + chain(dimensions[k:]) + first * dimensions[k] * last
        for k in range(1, len(dimensions) - 1)
    )


for a, b in [("kitten", "sitting"), ("", "abc"), ("flaw", "lawn"), ("same", "same")]:
    print(a, b, distance(a, b), repr(common(a, b)))
print(knapsack([("map", 9, 150), ("water", 15, 200), ("rope", 5, 30), ("food", 4, 60)], 20))
print(ways(100), ways(7), ways.cache_info().currsize > 50)
print(chain((40, 20, 30, 10, 30)))
