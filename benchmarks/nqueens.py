"""Backtracking by generators and sets."""


def queens(n):
    def place(row, columns, down, up):
        if row == n:
            yield ()
            return
        for column in range(n):
            if column in columns or row + column in down or row - column in up:
                continue
            for rest in place(row + 1, columns | {column}, down | {row + column}, up | {row - column}):
                yield (column, *rest)

    return place(0, frozenset(), frozenset(), frozenset())


solutions = list(queens(10))
print(len(solutions), sum(solutions[-1]), solutions[0])
