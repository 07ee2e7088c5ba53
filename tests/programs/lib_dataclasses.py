from dataclasses import dataclass, field, asdict, astuple, replace, fields, is_dataclass, make_dataclass, FrozenInstanceError, InitVar, KW_ONLY
from typing import ClassVar

@dataclass(order=True)
class Item:
    name: str
    price: float = 0.0
    tags: list = field(default_factory=list, compare=False, repr=False)
    count: ClassVar[int] = 0
    def __post_init__(self): type(self).count += 1
a, b = Item("a", 2.0), Item("b", 1.0, ["x"])
print(a, a < b, a == Item("a", 2.0), sorted([b, a]), asdict(b), astuple(b), replace(a, price=9), Item.count, [f.name for f in fields(Item)])
@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0
p = Point(1); print(p, hash(p) == hash(Point(1, 0)), {p: 1}, Point.__slots__, is_dataclass(p), Point.__match_args__)
try: p.x = 5
except FrozenInstanceError as e: print(type(e).__name__, e)
@dataclass
class Child(Item):
    extra: int = field(default=3, kw_only=True)
    _: KW_ONLY
    more: str = "m"
    seed: InitVar[int] = 0
    def __post_init__(self, seed): self.extra += seed
print(Child("c", extra=1, seed=10), Child.__init__.__annotations__.keys())
D = make_dataclass("D", ["a", ("b", int, 5)], namespace={"double": lambda s: s.b * 2}); print(D(1), D(1).double())
for bad in [lambda: Item(), lambda: Point(1, 2, 3), lambda: a < 3, lambda: replace(a, nope=1), lambda: Child("c", 1.0, [], 5)]:
    try: print(bad())
    except TypeError as e: print(e)
try:
    @dataclass
    class Bad:
        x: int = 1
        y: int
except TypeError as e: print(e)
try:
    @dataclass
    class Bad2: x: list = []
except ValueError as e: print(e)
@dataclass(eq=False, repr=False)
class Plain: x: int = 1
print(Plain() == Plain(), hash(Plain()) is not None, asdict(make_dataclass("N", ["inner"])(p)))
@dataclass
class Rec: me: "Rec | None" = None
r = Rec(); r.me = r; print(r)
