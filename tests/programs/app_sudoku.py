"""Solve a sudoku by constraint propagation and search."""

PUZZLE = "530070000600195000098000060800060003400803001700020006060000280000419005000080079"


def units(cell):
    row, column = divmod(cell, 9)
    yield from (row * 9 + c for c in range(9))
    yield from (r * 9 + column for r in range(9))
    top, left = row // 3 * 3, column // 3 * 3
    yield from ((top + r) * 9 + left + c for r in range(3) for c in range(3))


PEERS = [frozenset(units(cell)) - {cell} for cell in range(81)]


def assign(grid, cell, digit):
    stack = [(cell, digit)]
    while stack:
        cell, digit = stack.pop()
        if digit not in grid[cell]:
            return False
        grid[cell] = digit
        for peer in PEERS[cell]:
            if digit in grid[peer]:
                rest = grid[peer].replace(digit, "")
                if not rest:
                    return False
                was = grid[peer]
                grid[peer] = rest
                if len(rest) == 1 and len(was) > 1:
                    stack.append((peer, rest))
    return True


def search(grid):
    open_cells = [(len(options), cell) for cell, options in enumerate(grid) if len(options) > 1]
    if not open_cells:
        return grid
    _, cell = min(open_cells)
    for digit in grid[cell]:
        attempt = grid[:]
        if assign(attempt, cell, digit):
            solved = search(attempt)
            if solved:
                return solved
    return None


def solve(text):
    grid = ["123456789"] * 81
    for cell, digit in enumerate(text):
        if digit != "0" and not assign(grid, cell, digit):
            raise ValueError("no solution")
    return search(grid)


solution = solve(PUZZLE)
for row in range(9):
    print(" ".join(solution[row * 9 : row * 9 + 9]))
hard = solve("4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......".replace(".", "0"))
print("".join(hard))
try:
    solve("11" + "0" * 79)
except ValueError as error:
    print(error)
