"""A matrix class with operators, exact elimination and determinants."""

from fractions import Fraction


class Matrix:
    def __init__(self, rows):
        self.rows = [list(map(Fraction, row)) for row in rows]
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("rows differ in length")

    @classmethod
    def identity(cls, n):
        return cls([[int(i == j) for j in range(n)] for i in range(n)])

    @property
    def shape(self):
        return len(self.rows), len(self.rows[0])

    @property
    def T(self):
        return Matrix(zip(*self.rows))

    def __add__(self, other):
        return Matrix([a + b for a, b in zip(x, y)] for x, y in zip(self.rows, other.rows))

    def __matmul__(self, other):
        if self.shape[1] != other.shape[0]:
            return NotImplemented
        return Matrix([sum(a * b for a, b in zip(row, column)) for column in zip(*other.rows)] for row in self.rows)

    def __mul__(self, scalar):
        return Matrix([a * scalar for a in row] for row in self.rows)

    __rmul__ = __mul__

    def __pow__(self, n):
        if n == 0:
            return Matrix.identity(len(self.rows))
        half = self ** (n // 2)
        return half @ half @ self if n % 2 else half @ half

    def __eq__(self, other):
        return isinstance(other, Matrix) and self.rows == other.rows

    def __getitem__(self, key):
        match key:
            case (int(i), int(j)):
                return self.rows[i][j]
            case (slice() as i, int(j)):
                return [row[j] for row in self.rows[i]]
            case i:
                return self.rows[i]

    def __repr__(self):
        return "\n".join(" ".join(f"{str(a):>6}" for a in row) for row in self.rows)

    def determinant(self):
        rows, result = [row[:] for row in self.rows], Fraction(1)
        for i in range(len(rows)):
            pivot = next((r for r in range(i, len(rows)) if rows[r][i]), None)
            if pivot is None:
                return Fraction(0)
            if pivot != i:
                rows[i], rows[pivot] = rows[pivot], rows[i]
                result = -result
            result *= rows[i][i]
            for r in range(i + 1, len(rows)):
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
        return result

    def inverse(self):
        n = len(self.rows)
        rows = [row + unit for row, unit in zip(self.rows, Matrix.identity(n).rows)]
        for i in range(n):
            pivot = next((r for r in range(i, n) if rows[r][i]), None)
            if pivot is None:
                raise ZeroDivisionError("singular")
            rows[i], rows[pivot] = rows[pivot], rows[i]
            rows[i] = [a / rows[i][i] for a in rows[i]]
            for r in range(n):
                if r != i:
                    rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i])]
        return Matrix(row[n:] for row in rows)


a = Matrix([[2, 1, 0], [1, 3, 1], [0, 1, 4]])
print(a, a.T == a, a.shape, sep="\n")
print(a @ a.inverse() == Matrix.identity(3), a.determinant())
print(a.inverse())
print((Matrix([[1, 1], [1, 0]]) ** 50)[0, 1], a[:, 1], a[0], 2 * a == a + a)
for bad in [lambda: a @ Matrix([[1, 2]]), lambda: Matrix([[1], [1, 2]]), lambda: Matrix([[1, 2], [2, 4]]).inverse(), lambda: a[9]]:
    try:
        print(bad())
    except Exception as error:
        print(type(error).__name__, error)
