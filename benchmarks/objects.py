"""Attributes, methods, properties, inheritance and operators on instances."""


class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    @property
    def length2(self):
        return self.x * self.x + self.y * self.y

    def dot(self, other):
        return self.x * other.x + self.y * other.y


class Shape:
    count = 0

    def __init__(self, name):
        self.name = name
        type(self).count += 1

    def area(self):
        raise NotImplementedError

    def describe(self):
        return self.area() + len(self.name)


class Square(Shape):
    def __init__(self, side):
        super().__init__("square")
        self.side = side

    def area(self):
        return self.side**2


class Box(Square):
    def area(self):
        return 6 * super().area()

    @classmethod
    def unit(cls):
        return cls(1)

    @staticmethod
    def scale(n):
        return n + 1


def main(n):
    position = Vector(0, 0)
    step = Vector(1, 2)
    total = 0
    for i in range(n):
        position = position + step * 2
        total += position.length2 % 7
        if position == step:
            total += 1
        total += position.dot(step) & 3
    shapes = [Square(i) if i % 2 else Box(i) for i in range(1000)]
    for _ in range(n // 2500):
        for shape in shapes:
            total += shape.describe()
        total += Box.unit().describe() + Box.scale(total & 1)
    return total, Square.count, Box.count


print(*main(300000))
