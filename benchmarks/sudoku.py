"""Sudoku by constraint propagation and search: strings, dictionaries of strings, all() over generators."""

DIGITS = "123456789"
ROWS = "ABCDEFGHI"


def cross(left, right):
    return [a + b for a in left for b in right]


SQUARES = cross(ROWS, DIGITS)
UNITS = (
    [cross(ROWS, c) for c in DIGITS]
    + [cross(r, DIGITS) for r in ROWS]
    + [cross(rs, cs) for rs in ("ABC", "DEF", "GHI") for cs in ("123", "456", "789")]
)
UNITS_OF = {s: [u for u in UNITS if s in u] for s in SQUARES}
PEERS = {s: set(sum(UNITS_OF[s], [])) - {s} for s in SQUARES}


def parse(text):
    values = {s: DIGITS for s in SQUARES}
    for square, digit in zip(SQUARES, text):
        if digit in DIGITS and not assign(values, square, digit):
            return None
    return values


def assign(values, square, digit):
    others = values[square].replace(digit, "")
    if all(eliminate(values, square, other) for other in others):
        return values
    return None


def eliminate(values, square, digit):
    if digit not in values[square]:
        return values
    values[square] = values[square].replace(digit, "")
    left = values[square]
    if not left:
        return None
    if len(left) == 1 and not all(eliminate(values, peer, left) for peer in PEERS[square]):
        return None
    for unit in UNITS_OF[square]:
        places = [s for s in unit if digit in values[s]]
        if not places:
            return None
        if len(places) == 1 and not assign(values, places[0], digit):
            return None
    return values


def search(values):
    if values is None:
        return None
    if all(len(values[s]) == 1 for s in SQUARES):
        return values
    _, square = min((len(values[s]), s) for s in SQUARES if len(values[s]) > 1)
    for digit in values[square]:
        found = search(assign(values.copy(), square, digit))
        if found:
            return found
    return None


PUZZLES = """
4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......
52...6.........7.13...........4..8..6......5...........418.........3..2...87.....
6.....8.3.4.7.................5.4.7.3..2.....1.6.......2.....5.....8.6......1....
48.3............71.2.......7.5....6....2..8.............1.76...3.....4......5....
....14....3....2...7..........9...3.6.1.............8.2.....1.4....5.6.....7.8...
......52..8.4......3...9...5.1...6..2..7........3.....6...1..........7.4.......3.
6.2.5.........3.4..........43...8....1....2........7..5..27...........81...6.....
.524.........7.1..............8.2...3.....6...9.5.....1.6.3...........897........
6.2.5.........4.3..........43...8....1....2........7..5..27...........81...6.....
""".split()


def main():
    for puzzle in PUZZLES * 5:
        solved = search(parse(puzzle))
        print("".join(solved[s] for s in SQUARES))


main()
