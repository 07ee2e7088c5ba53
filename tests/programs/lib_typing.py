import typing as t
from typing import NamedTuple, TypedDict, Protocol, Literal, Optional, Union, Any, Annotated, Callable, overload, runtime_checkable, get_args, get_origin, get_type_hints

class Emp(NamedTuple):
    name: str
    id: int = 3
    def hello(self): return f"hi {self.name}"
e = Emp("a"); print(e, e.hello(), e._asdict(), e._replace(id=9), Emp._fields, Emp._field_defaults, e == ("a", 3), Emp.__annotations__)
class Movie(TypedDict, total=False):
    title: t.Required[str]
    year: int
print(Movie(title="x", year=1), Movie.__required_keys__, Movie.__optional_keys__, Movie.__total__)
@runtime_checkable
class HasLen(Protocol):
    def __len__(self) -> int: ...
print(isinstance([], HasLen), isinstance(3, HasLen), issubclass(dict, HasLen))
print(Optional[int], Union[int, str], Union[int], Literal["a", 1], Annotated[int, "meta"], Callable[[int], str], Callable[..., Any], t.List[int], t.Dict[str, int], t.Tuple[int, ...])
print(get_origin(t.List[int]), get_args(t.Dict[str, int]), get_args(Literal[1, "x"]), get_origin(int | str), get_args(Callable[[int, str], bool]), get_args(Annotated[int, 1]))
def f(a: Annotated[int, "m"], b: "Optional[str]" = None) -> t.NoReturn: ...
print(get_type_hints(f), get_type_hints(f, include_extras=True)["a"])
T = t.TypeVar("T", bound=int); P = t.ParamSpec("P"); print(T, T.__bound__, P.args, P.kwargs, t.TypeVarTuple("Ts"))
UserId = t.NewType("UserId", int); print(UserId(5), UserId.__supertype__, UserId)
@overload
def g(x: int) -> int: ...
@overload
def g(x: str) -> str: ...
def g(x): return x
print(g(1), len(t.get_overloads(g)), t.cast(int, "s"), t.TYPE_CHECKING, t.final(int) is int)
class Box(t.Generic[T]):
    def get(self) -> T: ...
print(Box[int], Box[int]().__orig_class__, Box.__parameters__)
for bad in [lambda: Union[()], lambda: Optional[int, str], lambda: t.List[int, str], lambda: isinstance(1, t.List[int]), lambda: t.Generic[int], lambda: Any(), lambda: T(3)]:
    try: print(bad())
    except TypeError as e: print(e)
try: t.assert_never(3)
except AssertionError as err: print(err)
print(t.assert_type(3, int), t.reveal_type.__name__, t.is_typeddict(Movie), t.ForwardRef("X"), t.Self, t.LiteralString, t.get_protocol_members(HasLen), t.NamedTuple("N", [("a", int)])(1))
