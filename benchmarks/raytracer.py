"""A ray tracer: vectors as objects with operator methods, spheres, shadows, one mirror step."""

import math


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def scaled(self, by):
        return Vector(self.x * by, self.y * by, self.z * by)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def unit(self):
        return self.scaled(1.0 / math.sqrt(self.dot(self)))

    def mirrored(self, normal):
        return self - normal.scaled(2.0 * self.dot(normal))


class Sphere:
    def __init__(self, centre, radius, colour, shine):
        self.centre = centre
        self.radius = radius
        self.colour = colour
        self.shine = shine

    def meets(self, origin, direction):
        towards = self.centre - origin
        along = towards.dot(direction)
        square = self.radius * self.radius - (towards.dot(towards) - along * along)
        if square <= 0.0:
            return None
        distance = along - math.sqrt(square)
        return distance if distance > 1e-6 else None

    def normal(self, point):
        return (point - self.centre).unit()


class Floor:
    colour = 0.6
    shine = 0.1

    def meets(self, origin, direction):
        if direction.y >= -1e-9:
            return None
        return -origin.y / direction.y

    def normal(self, point):
        return Vector(0.0, 1.0, 0.0)


class Scene:
    def __init__(self, things, light):
        self.things = things
        self.light = light

    def first(self, origin, direction):
        best = None
        for thing in self.things:
            distance = thing.meets(origin, direction)
            if distance is not None and (best is None or distance < best[0]):
                best = (distance, thing)
        return best

    def trace(self, origin, direction, depth=0):
        hit = self.first(origin, direction)
        if hit is None:
            return 0.2 + 0.3 * max(direction.y, 0.0)
        distance, thing = hit
        point = origin + direction.scaled(distance)
        normal = thing.normal(point)
        point = point + normal.scaled(1e-5)
        to_light = (self.light - point).unit()
        value = 0.1
        if self.first(point, to_light) is None:
            value += thing.colour * max(normal.dot(to_light), 0.0)
        if thing.shine and depth < 2:
            value += thing.shine * self.trace(point, direction.mirrored(normal), depth + 1)
        return min(value, 1.0)


def main(width=256, height=176):
    scene = Scene(
        [Floor()] + [Sphere(Vector(i * 1.5 - 3.0, 1.0, 4.0 + i), 0.9, 0.3 + 0.1 * i, 0.4) for i in range(5)],
        Vector(-4.0, 8.0, -3.0),
    )
    eye = Vector(0.0, 1.4, -4.0)
    rows = []
    for row in range(height):
        line = []
        for column in range(width):
            direction = Vector((column - width / 2) / width, (height / 2 - row) / width, 1.0).unit()
            line.append(".:-=+*#%@"[int(scene.trace(eye, direction) * 8)])
        rows.append("".join(line))
    print("\n".join(rows[::22]))


main()
