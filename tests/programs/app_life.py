"""Conway's game of life on a torus, with sets and with lists."""

GLIDER = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
SIZE = 8


def step(cells):
    counts = {}
    for x, y in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    key = ((x + dx) % SIZE, (y + dy) % SIZE)
                    counts[key] = counts.get(key, 0) + 1
    return {cell for cell, n in counts.items() if n == 3 or n == 2 and cell in cells}


def show(cells):
    return "\n".join("".join("#" if (x, y) in cells else "." for x in range(SIZE)) for y in range(SIZE))


cells = GLIDER
for generation in range(5):
    print(f"generation {generation}: {len(cells)} alive")
    print(show(cells))
    cells = step(cells)
for _ in range(27):
    cells = step(cells)
print(cells == GLIDER)
