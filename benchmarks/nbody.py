"""The planets' motion: floats in lists, attribute-free."""

from math import sqrt

PI = 3.14159265358979323
SOLAR_MASS = 4 * PI * PI
DAYS = 365.24

SUN = ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], SOLAR_MASS)
JUPITER = (
    [4.84143144246472090, -1.16032004402742839, -0.103622044471123109],
    [0.00166007664274403694 * DAYS, 0.00769901118419740425 * DAYS, -0.0000690460016972063023 * DAYS],
    0.000954791938424326609 * SOLAR_MASS,
)
SATURN = (
    [8.34336671824457987, 4.12479856412430479, -0.403523417114321381],
    [-0.00276742510726411021 * DAYS, 0.00499852801234917238 * DAYS, 0.0000230417297573763929 * DAYS],
    0.000285885980666130812 * SOLAR_MASS,
)
URANUS = (
    [12.8943695621391310, -15.1111514016986312, -0.223307578892655734],
    [0.00296460137564761618 * DAYS, 0.00237847173959480950 * DAYS, -0.0000296589568540237556 * DAYS],
    0.0000436624404335156298 * SOLAR_MASS,
)
NEPTUNE = (
    [15.3796971148509165, -25.9193146099879641, 0.179258772950371181],
    [0.00268067772490389322 * DAYS, 0.00162824170038242295 * DAYS, -0.0000951592254519715870 * DAYS],
    0.0000515138902046611451 * SOLAR_MASS,
)
BODIES = [SUN, JUPITER, SATURN, URANUS, NEPTUNE]
PAIRS = [(BODIES[i], BODIES[j]) for i in range(5) for j in range(i + 1, 5)]


def advance(dt, steps):
    for _ in range(steps):
        for (p1, v1, m1), (p2, v2, m2) in PAIRS:
            dx = p1[0] - p2[0]
            dy = p1[1] - p2[1]
            dz = p1[2] - p2[2]
            distance = dx * dx + dy * dy + dz * dz
            magnitude = dt / (distance * sqrt(distance))
            b1 = m1 * magnitude
            b2 = m2 * magnitude
            v1[0] -= dx * b2
            v1[1] -= dy * b2
            v1[2] -= dz * b2
            v2[0] += dx * b1
            v2[1] += dy * b1
            v2[2] += dz * b1
        for position, velocity, _ in BODIES:
            position[0] += dt * velocity[0]
            position[1] += dt * velocity[1]
            position[2] += dt * velocity[2]


def energy():
    total = 0.0
    for _, velocity, mass in BODIES:
        total += 0.5 * mass * sum(v * v for v in velocity)
    for (p1, _, m1), (p2, _, m2) in PAIRS:
        total -= m1 * m2 / sqrt(sum((a - b) ** 2 for a, b in zip(p1, p2)))
    return total


advance(0.01, 80000)
print(f"{energy():.9f}")
