"""List methods, slices, comprehensions."""


def work(n):
    items = list(range(n))
    items.reverse()
    squares = [x * x % 1009 for x in items if x & 1]
    pairs = list(zip(squares, squares[1:]))
    total = sum(a < b for a, b in pairs)
    stack = []
    for value in squares:
        while stack and stack[-1] < value:
            stack.pop()
        stack.append(value)
    halves = squares[::2] + squares[1::2]
    halves[10:20] = [0] * 5
    del halves[100:200]
    rows = [[i * j for j in range(60)] for i in range(60)]
    columns = [list(column) for column in zip(*rows)]
    total += sum(rows[i][j] == columns[j][i] for i in range(60) for j in range(60))
    total += sum(1 for i in range(0, len(halves), 50) if halves[i] in halves[:i])
    return total, len(stack), len(halves), min(halves), max(halves)


for _ in range(1):
    result = work(250000)
print(*result)
