"""A Go player on a 9 by 9 board: groups, liberties and captures, moves chosen by random play-outs."""

import random

SIZE = 9
EMPTY, BLACK, WHITE = 0, 1, 2
NEIGHBOURS = [
    [
        y * SIZE + x
        for x, y in ((i % SIZE - 1, i // SIZE), (i % SIZE + 1, i // SIZE), (i % SIZE, i // SIZE - 1), (i % SIZE, i // SIZE + 1))
        if 0 <= x < SIZE and 0 <= y < SIZE
    ]
    for i in range(SIZE * SIZE)
]


class Board:
    def __init__(self, source):
        self.source = source
        self.points = [EMPTY] * (SIZE * SIZE)
        self.ko = None
        self.captured = {BLACK: 0, WHITE: 0}

    def copy(self):
        other = Board(self.source)
        other.points = self.points[:]
        other.ko = self.ko
        other.captured = dict(self.captured)
        return other

    def group(self, start):
        colour = self.points[start]
        stones, liberties, todo = {start}, set(), [start]
        while todo:
            for near in NEIGHBOURS[todo.pop()]:
                what = self.points[near]
                if what == EMPTY:
                    liberties.add(near)
                elif what == colour and near not in stones:
                    stones.add(near)
                    todo.append(near)
        return stones, liberties

    def is_eye(self, point, colour):
        return all(self.points[near] == colour for near in NEIGHBOURS[point])

    def play(self, point, colour):
        """Whether the move was legal; it is then done."""
        if self.points[point] != EMPTY or point == self.ko:
            return False
        self.points[point] = colour
        taken = set()
        for near in NEIGHBOURS[point]:
            if self.points[near] == 3 - colour and near not in taken:
                stones, liberties = self.group(near)
                if not liberties:
                    taken |= stones
        for stone in taken:
            self.points[stone] = EMPTY
        if not taken and not self.group(point)[1]:
            self.points[point] = EMPTY
            return False
        self.ko = next(iter(taken)) if len(taken) == 1 else None
        self.captured[colour] += len(taken)
        return True

    def random_move(self, colour):
        free = [i for i, what in enumerate(self.points) if what == EMPTY]
        self.source.shuffle(free)
        for point in free:
            if not self.is_eye(point, colour) and self.play(point, colour):
                return point
        return None

    def score(self):
        black = self.points.count(BLACK) - self.points.count(WHITE)
        for point, what in enumerate(self.points):
            if what == EMPTY:
                colours = {self.points[near] for near in NEIGHBOURS[point]}
                if colours == {BLACK}:
                    black += 1
                elif colours == {WHITE}:
                    black -= 1
        return black - 5.5

    def playout(self, colour):
        passes = 0
        for _ in range(60):
            passes = passes + 1 if self.random_move(colour) is None else 0
            if passes == 2:
                break
            colour = 3 - colour
        return self.score()


def choose(board, colour, tries):
    best = None
    free = [i for i, what in enumerate(board.points) if what == EMPTY]
    for point in board.source.sample(free, min(6, len(free))):
        wins = 0
        for _ in range(tries):
            trial = board.copy()
            if not trial.play(point, colour):
                break
            wins += (trial.playout(3 - colour) > 0) == (colour == BLACK)
        if best is None or wins > best[0]:
            best = wins, point
    return best[1]


def main():
    board, colour = Board(random.Random(7)), BLACK
    moves = []
    for _ in range(12):
        point = choose(board, colour, 8)
        board.play(point, colour)
        moves.append(point)
        colour = 3 - colour
    print(moves, board.score())


main()
