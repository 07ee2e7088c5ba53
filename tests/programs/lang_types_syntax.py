"""Type parameters, aliases, lazily evaluated annotations."""

import typing
from typing import get_type_hints, TypeVar, Generic

type IntList = list[int]
type Tree[T] = T | list[Tree[T]]
print(IntList, IntList.__value__, Tree.__type_params__, Tree[int], Tree.__name__)
def first[T: (int, str), *Ts, **P](x: T, *args: *Ts) -> T: return x
print(first.__type_params__, first(3), first.__type_params__[0].__constraints__, first.__annotations__["return"])
class Box[T = int]:
    item: T
    def __init__(self, item: T): self.item = item
    def map[U](self, f: typing.Callable[[T], U]) -> "Box[U]": return Box(f(self.item))
print(Box[str], Box.__type_params__, Box.__type_params__[0].__default__, Box(1).map(str).item, Box.__orig_bases__, Box.__parameters__)
class Later:
    x: Undefined
    y: int = 3
try: Later.__annotations__
except NameError as e: print(e)
class Undefined: pass
print(Later.__annotations__["x"].__name__, Later.__annotate__(1)["y"])
def g(a: int, b: "str" = "x", *c: float, **d: list[int]) -> None: ...
print(g.__annotations__, get_type_hints(g)["b"])
x: int = 3
y: dict[str, int]
print(__annotations__ if "__annotations__" in globals() else __annotate__(1))
print(list[int], dict[str, list[int]], tuple[int, ...], type[int], int | None, int | str | int, list[int] == list[int], (int | str) == (str | int))
print(isinstance(3, int | str), issubclass(bool, int | str), list[int].__origin__, list[int].__args__, list[int](range(2)))
try: isinstance([], list[int])
except TypeError as e: print(e)
A = TypeVar("A")
class Old(Generic[A]): pass
print(Old[int], Old[A].__parameters__, Old[int].__args__)
import annotationlib
print(annotationlib.get_annotations(Later, format=annotationlib.Format.STRING))
class Fwd: z: NotDefined | int
print(annotationlib.get_annotations(Fwd, format=annotationlib.Format.STRING))
template = t"hello {x!r:>5} and {x + 1}"
print(template.strings, [(i.value, i.expression, i.conversion, i.format_spec) for i in template.interpolations], template.values)
