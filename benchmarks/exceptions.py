"""Raising, catching, finally, with: near and far from where it is raised."""


class Failure(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Guard:
    entered = left = 0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, kind, value, trace):
        self.left += 1
        return kind is Failure


def deep(n, code):
    if n == 0:
        raise Failure(code)
    try:
        deep(n - 1, code)
    finally:
        code += 1


def main(n):
    total = 0
    guard = Guard()
    for i in range(n):
        try:
            if i % 3 == 0:
                raise ValueError(i)
            {}[i]
        except ValueError as error:
            total += error.args[0]
        except KeyError:
            total += 1
        with guard:
            if i % 4 == 0:
                raise Failure(i)
        try:
            total += 1
        except Failure:
            total -= 1
    for i in range(n // 20):
        try:
            deep(10, i)
        except Failure as failure:
            total += failure.code
    return total, guard.entered, guard.left


print(*main(600000))
