"""Successive over-relaxation on a grid."""


def relax(grid, omega, rounds):
    m, n = len(grid), len(grid[0])
    quarter, rest = omega * 0.25, 1.0 - omega
    for _ in range(rounds):
        for i in range(1, m - 1):
            row, above, below = grid[i], grid[i - 1], grid[i + 1]
            for j in range(1, n - 1):
                row[j] = quarter * (above[j] + below[j] + row[j - 1] + row[j + 1]) + rest * row[j]


def main(size=120, rounds=300):
    grid = [[((i * 31 + j * 17) % 97) / 97.0 for j in range(size)] for i in range(size)]
    relax(grid, 1.25, rounds)
    print(round(sum(map(sum, grid)), 6))


main()
