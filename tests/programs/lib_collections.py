from collections import Counter, ChainMap, OrderedDict, UserDict, UserList, UserString, defaultdict, deque, namedtuple, abc

c = Counter("abracadabra"); c.update("aaz"); print(c, c.most_common(2), c["nope"], sorted(c.elements())[:5], c.total(), c - Counter("aaa"), c & Counter("ab"), Counter(a=1) | Counter(a=3, b=0), +Counter(a=-1, b=2), Counter(a=1) < Counter(a=2)); c.subtract("rr"); print(c["r"], Counter(a=1) == Counter(a=1, b=0))
d = deque([1, 2, 3], maxlen=4); d.append(4); d.append(5); d.appendleft(0); print(d, d.rotate(1), d, d.pop(), d.popleft(), d[0], d.index(2), d.count(3), d + deque([9]), d * 2, deque("ab") < deque("b")); d.extendleft("xy"); d.insert(1, "i") if len(d) < 4 else None; d.reverse(); print(d, d.maxlen, 2 in d, d.copy() == d); d.remove("x"); del d[0]; print(d, list(reversed(d)))
try: deque([], 2).pop()
except IndexError as e: print(e)
try: deque([1, 2], 2).insert(0, 1)
except IndexError as e: print(e)
dd = defaultdict(list); dd["a"].append(1); dd["b"]; print(dd, dict(dd), dd.default_factory, dd | {"c": 1}, "z" in dd)
try: defaultdict(None)["x"]
except KeyError as e: print(repr(e))
P = namedtuple("P", "x y", defaults=[0]); p = P(1); print(p, p.x, p._replace(y=5), P._make([3, 4]), p._asdict(), P._fields, P.__doc__, p == (1, 0), [*p], P._field_defaults, namedtuple("R", "a def a", rename=True)._fields)
for bad in [lambda: P(), lambda: namedtuple("X", "a a"), lambda: namedtuple("X", "class"), lambda: namedtuple("X", "_a"), lambda: p._replace(z=1), lambda: setattr(p, "x", 2)]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
o = OrderedDict(a=1, b=2, c=3); o.move_to_end("a"); o.move_to_end("c", last=False); print(o, o.popitem(last=False), o == OrderedDict(a=1, b=2), o == {"a": 1, "b": 2}, list(reversed(o)), o | {"z": 0})
m = ChainMap({"a": 1}, {"a": 2, "b": 3}); n = m.new_child({"b": 9}); n["c"] = 4; print(m["a"], n["b"], sorted(n), n.maps[0], n.parents == m, len(n), n)
try: del n["a"]
except KeyError as e: print(e)
class UD(UserDict):
    def __setitem__(self, k, v): super().__setitem__(str(k), v)
u = UD({1: "a"}); u[2] = "b"; print(u, u["1"], len(u), UserList([1]) + [2], UserString("ab").upper())
print(issubclass(list, abc.MutableSequence), isinstance({}, abc.Mapping), isinstance(3, abc.Hashable), isinstance([], abc.Hashable), isinstance((x for x in ()), abc.Generator), issubclass(str, abc.Sequence), isinstance(print, abc.Callable))
class Seq(abc.Sequence):
    def __len__(self): return 3
    def __getitem__(self, i):
        if i >= 3: raise IndexError
        return i * 10
s = Seq(); print(list(s), 20 in s, s.index(10), s.count(0), list(reversed(s)))
class St(abc.MutableSet):
    def __init__(self, it=()): self.d = dict.fromkeys(it)
    def __contains__(self, x): return x in self.d
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
    def add(self, x): self.d[x] = None
    def discard(self, x): self.d.pop(x, None)
print(sorted(St("abc") & St("bcd")), St("ab") <= St("abc"), sorted(St("ab") | {"z"}), St("a") == {"a"})
try: abc.Sequence()
except TypeError as e: print(e)
