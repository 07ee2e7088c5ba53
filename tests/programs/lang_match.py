"""Structural pattern matching."""

from dataclasses import dataclass
from enum import Enum

class Color(Enum):
    RED = 1
    BLUE = 2
@dataclass
class Point:
    x: int
    y: int
class Old:
    __match_args__ = ("a", "b")
    def __init__(self, a, b): self.a, self.b = a, b

def describe(v):
    match v:
        case None | True | False: return f"constant {v}"
        case 0: return "zero"
        case -1 | 1.5: return "number"
        case 3 + 4j: return "complex"
        case "": return "empty string"
        case str(s) if len(s) > 5: return f"long {s}"
        case str(): return "string"
        case b"x": return "bytes"
        case Color.RED: return "red"
        case Color(): return "color"
        case int(n) if n > 100: return f"big {n}"
        case int() | float() as n: return f"num {n}"
        case []: return "empty"
        case [x]: return f"one {x}"
        case [1, *rest]: return f"starts 1 {rest}"
        case (a, b, *_, z): return f"{a} {b} .. {z}"
        case [Point(x=0), {"k": k}]: return f"point0 {k}"
        case [_, _]: return "pair"
        case {}if not v: return "empty dict"
        case {"type": "a", "val": [x, y]}: return f"a {x} {y}"
        case {"type": t, **rest}: return f"type {t} {sorted(rest)}"
        case Point(x=0, y=0): return "origin"
        case Point(0, y) | Point(y, 0): return f"axis {y}"
        case Point(x, y) if x == y: return f"diagonal {x}"
        case Point(): return "point"
        case Old(1, b=2): return "old 1 2"
        case Old(a, Old(b, _)): return f"nested {a} {b}"
        case set() as s: return f"set {len(s)}"
        case _: return f"other {type(v).__name__}"
for v in [None, True, 0, -1, 1.5, 3 + 4j, "", "abc", "abcdefg", b"x", b"y", Color.RED, Color.BLUE, 500, 7, 2.5, [], [9], [1, 2, 3], (4, 5), (4, 5, 6, 7), [Point(0, 1), {"k": 5, "z": 1}], {}, {"type": "a", "val": (1, 2)}, {"type": "b", "q": 1, "p": 2}, {"z": 0}, Point(0, 0), Point(0, 5), Point(6, 0), Point(3, 3), Point(1, 2), Old(1, 2), Old(5, Old(6, 7)), Old(5, 6), {1, 2}, object, range(3), "ab"]:
    print(describe(v))
def bind(v):
    match v:
        case {"a": {"b": [*_, {"c": deep}]}}: return deep
        case [[a, b], [c, *d]] as whole: return a, b, c, d, len(whole)
        case (Point(x=x) | Old(a=x)) as p: return x, type(p).__name__
    return "none"
print(bind({"a": {"b": [1, {"c": "found"}]}}), bind([[1, 2], [3, 4, 5]]), bind(Point(8, 9)), bind(Old(3, 4)), bind(5))
match = 3; case = 4; print(match + case)
match match:
    case case: print("soft", case)
try:
    match Point(1, 2):
        case Point(1, 2, 3): pass
except TypeError as e: print(e)
