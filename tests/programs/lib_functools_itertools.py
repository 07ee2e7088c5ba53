import functools as ft, itertools as it, operator as op

@ft.lru_cache(maxsize=2)
def sq(x): print("calc", x); return x * x
print(sq(2), sq(2), sq(3), sq(4), sq(2), sq.cache_info()); sq.cache_clear(); print(sq.cache_info(), sq.cache_parameters(), sq.__wrapped__(1))
class C:
    n = 0
    @ft.cached_property
    def v(self): self.n += 1; return self.n
    @ft.partialmethod
    def _(self): pass
    def base(self, a, b): return a, b
    half = ft.partialmethod(base, 1)
    @ft.singledispatchmethod
    def disp(self, x): return "obj"
    @disp.register
    def _(self, x: int): return "int"
c = C(); print(c.v, c.v, c.half(2), c.disp(1), c.disp("")); del c.v; print(c.v)
@ft.singledispatch
def show(x): return f"default {x}"
@show.register(list)
def _(x): return "list"
@show.register
def _(x: int | float): return "number"
print(show("s"), show([]), show(1.5), show(True), show.dispatch(bool).__name__)
p = ft.partial(int, base=2); print(p("101"), p, ft.partial(p, "11")(), ft.partial(lambda *a: a, ft.Placeholder, 2)(1), ft.reduce(op.add, [1, 2, 3], 10), ft.reduce(op.mul, [5]), sorted("bca", key=ft.cmp_to_key(lambda a, b: (a < b) - (a > b))))
@ft.total_ordering
class V:
    def __init__(s, v): s.v = v
    def __eq__(s, o): return s.v == o.v
    def __lt__(s, o): return s.v < o.v
print(V(1) <= V(2), V(3) > V(2), V(1) >= V(1))
try: ft.reduce(op.add, [])
except TypeError as e: print(e)
L = lambda x, n=10: list(it.islice(x, n))
print(L(it.count(5, 2), 3), L(it.count(0.5, 0.25), 3), L(it.cycle("ab"), 5), L(it.repeat(1, 3)), list(it.accumulate([1, 2, 3], op.mul, initial=10)), list(it.chain("a", [1])), list(it.chain.from_iterable(["ab", "c"])), list(it.compress("abcd", [1, 0, 1])))
print(list(it.dropwhile(lambda x: x < 3, [1, 3, 2])), list(it.takewhile(lambda x: x < 3, [1, 3, 2])), list(it.filterfalse(None, [0, 1])), [(k, list(g)) for k, g in it.groupby("aabbba")], list(it.islice("abcdefg", 1, 6, 2)), list(it.pairwise("abc")), list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.zip_longest("ab", "c", fillvalue="-")), list(it.batched("abcde", 2)))
print(list(it.product("ab", [1, 2])), list(it.permutations("abc", 2)), list(it.combinations("abcd", 2)), list(it.combinations_with_replacement("ab", 2)), len(list(it.product(range(3), repeat=3))))
a, b = it.tee([1, 2, 3]); print(next(a), list(b), list(a))
for bad in [lambda: it.islice([], -1), lambda: list(it.batched("ab", 0)), lambda: list(it.batched("abc", 2, strict=True)), lambda: it.combinations("a", -1), lambda: it.repeat()]:
    try: print(bad())
    except (ValueError, TypeError) as e: print(e)
print(op.itemgetter(1, 0)("ab"), op.attrgetter("real", "imag")(3 + 4j), op.methodcaller("split", ",")("a,b"), op.contains([1], 1), op.concat("a", "b"), op.countOf([1, 1], 1), op.indexOf("abc", "c"), op.truth([]), op.index(True), op.xor(5, 3), op.is_not(1, None), op.length_hint([1, 2]), op.itemgetter(slice(1, 3))("abcd"), op.attrgetter("__class__.__name__")(1), op.iadd([1], [2]), op.call(len, "abc"), op.is_none(None))
print(op.itemgetter(1), op.attrgetter("a.b"), op.methodcaller("f", 1, k=2), ft.wraps(sq)(lambda: 0).__name__, it.count(3), it.repeat("x", 2))
