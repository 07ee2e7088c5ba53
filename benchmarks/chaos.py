"""The chaos game: points of fractals by random affine maps, counted on a grid."""

import random


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __mul__(self, factor):
        return Point(self.x * factor, self.y * factor)

    def towards(self, other, part):
        return self * (1.0 - part) + other * part


class Affine:
    def __init__(self, a, b, c, d, e, f, weight):
        self.numbers = a, b, c, d, e, f
        self.weight = weight

    def __call__(self, point):
        a, b, c, d, e, f = self.numbers
        return Point(a * point.x + b * point.y + e, c * point.x + d * point.y + f)


class Grid:
    def __init__(self, size):
        self.size = size
        self.cells = [[0] * size for _ in range(size)]

    def mark(self, x, y):
        column, row = int(x * self.size), int(y * self.size)
        if 0 <= column < self.size and 0 <= row < self.size:
            self.cells[row][column] += 1

    def filled(self):
        return sum(1 for row in self.cells for cell in row if cell)


def triangle(grid, rounds, source):
    corners = [Point(0.0, 0.0), Point(1.0, 0.0), Point(0.5, 0.99)]
    point = Point(0.3, 0.3)
    for _ in range(rounds):
        point = point.towards(source.choice(corners), 0.5)
        grid.mark(point.x, point.y)


def fern(grid, rounds, source):
    maps = [
        Affine(0.0, 0.0, 0.0, 0.16, 0.0, 0.0, 0.01),
        Affine(0.85, 0.04, -0.04, 0.85, 0.0, 1.6, 0.85),
        Affine(0.2, -0.26, 0.23, 0.22, 0.0, 1.6, 0.07),
        Affine(-0.15, 0.28, 0.26, 0.24, 0.0, 0.44, 0.07),
    ]
    point = Point(0.0, 0.0)
    for _ in range(rounds):
        dice = source.random()
        for chosen in maps:
            dice -= chosen.weight
            if dice < 0.0:
                break
        point = chosen(point)
        grid.mark(point.x / 6.0 + 0.5, point.y / 10.0)


def main():
    source = random.Random(1234)
    for draw, rounds in ((triangle, 300_000), (fern, 400_000)):
        grid = Grid(100)
        draw(grid, rounds, source)
        print(draw.__name__, grid.filled(), sum(map(sum, grid.cells)))


main()
