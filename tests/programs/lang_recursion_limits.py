"""What nests without end gets an exception, never a crash."""

import sys

sys.setrecursionlimit(1000)


def attempt(label, action):
    try:
        result = action()
        print(label, "fine", type(result).__name__)
    except (RecursionError, MemoryError, OverflowError, ValueError, SyntaxError, TypeError) as error:
        print(label, type(error).__name__)


def endless():
    return endless()


class Loop:
    def __repr__(self):
        return repr(self)

    def __eq__(self, other):
        return self == other

    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __hash__(self):
        return hash(self)

    def __add__(self, other):
        return self + other

    def __call__(self):
        return self()

    def __iter__(self):
        return iter(self)

    def __bool__(self):
        return bool(self)

    def __len__(self):
        return len(self)


loop = Loop()
attempt("function", endless)
attempt("repr", lambda: repr(loop))
attempt("eq", lambda: loop == 1)
attempt("getattr", lambda: loop.a)
attempt("hash", lambda: {loop: 1})
attempt("add", lambda: loop + 1)
attempt("call", lambda: loop())
attempt("iter", lambda: list(loop))
attempt("bool", lambda: not loop)
attempt("sort", lambda: sorted([loop, loop]))
nested = []
for _ in range(100000):
    nested = [nested]
attempt("nested repr", lambda: repr(nested))
attempt("nested eq", lambda: nested == [nested[0]] or nested == nested[0])
del nested
chain = None
for _ in range(200000):
    chain = (chain,)
del chain
print("chain released")
deep = {}
for _ in range(100000):
    deep = {"k": deep}
attempt("deep dict repr", lambda: repr(deep))
del deep
attempt("generator", lambda: (lambda g: list(g(g)))(lambda g: (yield from g(g))))
attempt("big shift", lambda: 1 << 10**18)
attempt("big list", lambda: [0] * 10**18)
attempt("big str", lambda: "a" * 10**18)
attempt("big bytes", lambda: bytes(10**18))
attempt("big range", lambda: len(range(10**30)))
attempt("big format", lambda: f"{1:>{10**18}}")
attempt("format width", lambda: "%*d" % (10**18, 1))
attempt("decimal digits", lambda: str(10**5000))
attempt("parens", lambda: compile("(" * 500 + ")" * 500, "", "eval"))
attempt("eval", lambda: eval("1" + "+1" * 50))
attempt("join", lambda: ",".join(["x" * 10**6] * 2))


class Inherit:
    pass


for _ in range(300):
    Inherit = type("Inherit", (Inherit,), {})
print(len(Inherit.__mro__))


def depth(n):
    return n if n == 0 else 1 + depth(n - 1)


print(depth(900))
sys.setrecursionlimit(3000)
print(depth(2500))
attempt("over", lambda: depth(5000))
import functools, json, copy

attempt("json", lambda: json.loads("[" * 100000))
attempt("json object", lambda: json.loads('{"a":' * 100000))
partial = print
for _ in range(50):
    partial = functools.partial(partial)
partial("partial")
self_list = []
self_list.append(self_list)
print(self_list, copy.deepcopy(self_list)[0][0] is not self_list)
attempt("self eq", lambda: self_list == [self_list])
try:
    raise ValueError from None
except ValueError as error:
    error.__context__ = error
    print(repr(error.__context__))
