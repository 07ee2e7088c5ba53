from enum import Enum, IntEnum, Flag, IntFlag, StrEnum, auto, unique, nonmember, verify, CONTINUOUS, KEEP, EnumType

class Color(Enum):
    RED = 1
    GREEN = auto()
    BLUE = 4
    CRIMSON = 1
    @property
    def pretty(self): return self.name.title()
    @classmethod
    def _missing_(cls, v): return cls.BLUE if v == "sky" else None
print(list(Color), Color(1), Color["BLUE"], Color.RED is Color.CRIMSON, Color.GREEN.value, Color.RED.pretty, Color("sky"), Color.__members__.keys(), len(Color), Color.RED in Color, 1 in Color, repr(Color.RED), str(Color.RED), f"{Color.RED:>12}", hash(Color.RED) == hash("RED"), Color.RED == 1)
class N(IntEnum):
    A = 1
    B = 2
print(N.A < N.B, N.A + 1, N(2), f"{N.A}", sorted([N.B, N.A]), isinstance(N.A, int), N.A == 1, [10, 20][N.A], str(N.A), repr(N.A))
class Perm(Flag):
    R = auto(); W = auto(); X = auto(); RW = R | W
print(Perm.R | Perm.X, Perm.RW & Perm.W, ~Perm.R, Perm(7), Perm.R in Perm.RW, list(Perm.RW), bool(Perm(0)), Perm(0), Perm.RW.name, repr(Perm.R ^ Perm.RW), len(Perm(7)))
class IF(IntFlag):
    A = 1; B = 4
print(IF.A | IF.B, IF(8), IF.A | 2, IF(5) == 5, repr(IF(3)))
class S(StrEnum):
    FIRST = auto(); SECOND = "second!"
print(S.FIRST, S.SECOND.upper(), S("first") is S.FIRST, f"{S.FIRST}", repr(S.FIRST))
class Planet(Enum):
    EARTH = (5.97, 6.37); MARS = (0.64, 3.39)
    def __init__(self, mass, radius): self.mass, self.radius = mass, radius
    @property
    def density(self): return round(self.mass / self.radius**3, 4)
    class Inner: pass
    helper = nonmember(7)
print(Planet.EARTH.density, Planet((0.64, 3.39)), Planet.helper)
for bad in [lambda: Color(99), lambda: Color["NO"], lambda: setattr(Color, "RED", 5), lambda: Color.RED < Color.GREEN, lambda: Perm(99), lambda: Color.RED.value.__setattr__, lambda: delattr(Color, "RED"), lambda: Color()]:
    try: print(type(bad()).__name__)
    except Exception as e: print(type(e).__name__, e)
try:
    @unique
    class U(Enum): A = 1; B = 1
except ValueError as e: print(e)
try:
    class Sub(Color): pass
except TypeError as e: print(e)
try:
    class Dup(Enum): A = 1; A = 2
except TypeError as e: print(e)
F = Enum("F", "X Y Z", start=5); print(list(F), F.__name__, Enum("G", {"a": 1}).a, type(Color), isinstance(Color, EnumType))
class Gen(Enum):
    def _generate_next_value_(name, start, count, last): return name.lower() * 2
    P = auto(); Q = auto()
print([g.value for g in Gen]); import pickle, copy; print(pickle.loads(pickle.dumps(Color.RED)) is Color.RED, copy.deepcopy(N.A) is N.A)
