"""A solver of hexagon puzzles: place numbered tiles so that each has as many neighbours as its number says."""


class Done:
    """The tiles that each cell may still hold."""

    def __init__(self, cells):
        self.cells = cells

    def copy(self):
        return Done([list(c) for c in self.cells])

    def fixed(self, i):
        return len(self.cells[i]) == 1

    def remove(self, i, value):
        cell = self.cells[i]
        if value in cell:
            cell.remove(value)
            return True
        return False

    def narrowest(self):
        best, width = None, 100
        for i, cell in enumerate(self.cells):
            if 1 < len(cell) < width:
                best, width = i, len(cell)
        return best


class Hexagon:
    def __init__(self, side):
        self.places = [
            (x, y) for y in range(-side + 1, side) for x in range(-side + 1, side) if -side < x + y < side
        ]
        index = {place: i for i, place in enumerate(self.places)}
        self.near = []
        for x, y in self.places:
            around = ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1), (x + 1, y - 1), (x - 1, y + 1))
            self.near.append([index[p] for p in around if p in index])


class Puzzle:
    def __init__(self, side, tiles):
        self.board = Hexagon(side)
        self.tiles = tiles
        self.steps = 0

    def narrow(self, done):
        """Takes impossible tiles away; False where the position has no solution."""
        changed = True
        while changed:
            changed = False
            left = list(self.tiles)
            for cell in done.cells:
                if len(cell) == 1:
                    left[cell[0]] -= 1
            if any(n < 0 for n in left):
                return False
            for value, n in enumerate(left):
                if n == 0:
                    for i in range(len(done.cells)):
                        if not done.fixed(i) and done.remove(i, value):
                            changed = True
            for i, cell in enumerate(done.cells):
                if not cell:
                    return False
                sure = maybe = 0
                for j in self.board.near[i]:
                    other = done.cells[j]
                    if 0 not in other:
                        sure += 1
                    elif len(other) > 1:
                        maybe += 1
                for value in list(cell):
                    if value and not sure <= value <= sure + maybe:
                        done.remove(i, value)
                        changed = True
                        if not cell:
                            return False
        return True

    def solve(self, done):
        self.steps += 1
        if not self.narrow(done):
            return None
        i = done.narrowest()
        if i is None:
            return done
        for value in sorted(done.cells[i], reverse=True):
            trial = done.copy()
            trial.cells[i] = [value]
            found = self.solve(trial)
            if found is not None:
                return found
        return None


def counts(board, filled):
    """How many tiles of each number the position with these cells filled has."""
    tiles = [0] * 7
    for i in range(len(board.places)):
        tiles[sum(filled[j] for j in board.near[i]) if filled[i] else 0] += 1
    # A tile without neighbours cannot be told from an empty cell.
    return tiles


def main():
    for side, pattern in ((3, 0b1011011101110101101), (3, 0b1101101011011101011), (3, 0b1111011010111101101)):
        board = Hexagon(side)
        filled = [pattern >> i & 1 for i in range(len(board.places))]
        puzzle = Puzzle(side, counts(board, filled))
        for _ in range(8):
            found = puzzle.solve(Done([list(range(7)) for _ in board.places]))
        print(puzzle.tiles, puzzle.steps, [c[0] for c in found.cells] if found else None)


main()
