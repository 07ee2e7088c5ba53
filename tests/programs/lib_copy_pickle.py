import copy, copyreg, io, marshal, pickle, pickletools, shelve, weakref

class P:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return type(o) is P and self.x == o.x
    def __repr__(self): return f"P({self.x!r})"
class Slots:
    __slots__ = ("a", "b")
class State:
    def __getstate__(self): return {"v": 1}
    def __setstate__(self, s): self.got = s
class Red:
    def __reduce__(self): return (P, (99,))
class New:
    def __new__(cls, *a, k=0): o = super().__new__(cls); o.a = a, k; return o
    def __getnewargs_ex__(self): return (1, 2), {"k": 3}
class Copies:
    def __copy__(self): return "shallow"
    def __deepcopy__(self, memo): return "deep"
def func(): pass
loop = [1]; loop.append(loop)
s = Slots(); s.a = 5
values = [None, True, 1, -1, 2**70, 1.5, 1j, "é", b"b", bytearray(b"ba"), [1, [2]], (1,), (1, 2, 3, 4), {"a": {1}}, {1, 2}, frozenset([3]), P([1]), func, len, int, range(3), slice(1, 2), Ellipsis, NotImplemented, ValueError("x", 1), P, print]
for proto in range(6):
    print(proto, [pickle.loads(pickle.dumps(v, proto)) == v or repr(v) for v in values if not isinstance(v, Exception)], len(pickle.dumps(values[:14], proto)))
print(pickle.dumps([1, "a", (2.5, None)], 4), pickle.dumps({"k": b"v"}, 0), pickle.dumps("x" * 3, 5))
l = pickle.loads(pickle.dumps(loop)); print(l[1] is l, pickle.loads(pickle.dumps(s)).a, pickle.loads(pickle.dumps(State())).got, pickle.loads(pickle.dumps(Red())), pickle.loads(pickle.dumps(New())).a, repr(pickle.loads(pickle.dumps(ValueError("x", 1)))))
shared = [1]; a, b = pickle.loads(pickle.dumps((shared, shared))); print(a is b)
for bad in [lambda: pickle.dumps(lambda: 0), lambda: pickle.loads(b"garbage"), lambda: pickle.loads(b""), lambda: pickle.loads(b"\x80\x04."), lambda: pickle.dumps(io.StringIO), lambda: pickle.dumps((x for x in [])), lambda: pickle.loads(b"cnope\nname\n."), lambda: pickle.dumps(1, 99)]:
    try: print(len(bad()))
    except Exception as e: print(type(e).__name__, e)
class Pers(pickle.Pickler):
    def persistent_id(self, o): return "id" if isinstance(o, P) else None
    def reducer_override(self, o): return (str, ("reduced",)) if o is func else NotImplemented
class Un(pickle.Unpickler):
    def persistent_load(self, i): return f"loaded {i}"
    def find_class(self, m, n): return super().find_class(m, n)
f = io.BytesIO(); Pers(f).dump([P(1), func]); f.seek(0); print(Un(f).load())
bufs = []; d = pickle.dumps(pickle.PickleBuffer(b"big"), 5, buffer_callback=bufs.append); print(pickle.loads(d, buffers=bufs))
copyreg.pickle(Slots, lambda o: (P, ("via copyreg",))); print(pickle.loads(pickle.dumps(s)), copyreg.dispatch_table[Slots].__name__); del copyreg.dispatch_table[Slots]
pickletools.dis(pickle.dumps([1, "a"], 2)); print(pickletools.optimize(pickle.dumps([1, 2], 4)))
x = [1, [2, 3], {"k": [4]}, P([5])]; y = copy.copy(x); z = copy.deepcopy(x); x[1].append(9); x[3].x.append(6); print(y[1] is x[1], z, copy.deepcopy(loop)[1][0], copy.copy(Copies()), copy.deepcopy([Copies()]), copy.copy(s).a, copy.replace(P, x=1) if hasattr(P, "__replace__") else "", copy.deepcopy((1, [2])), copy.copy({1: 2}), copy.deepcopy(func) is func)
memo = {}; shared = [shared, shared]; c = copy.deepcopy(shared, memo); print(c[0] is c[1], len(memo) > 0)
try: copy.deepcopy(weakref.ref(P(1)))
except Exception as e: print(type(e).__name__)
print(marshal.loads(marshal.dumps([1, "a", (None, 2.5), {1: b"x"}, frozenset([1])])), marshal.dumps(1), marshal.dumps("ab", 2), marshal.version, eval(marshal.loads(marshal.dumps(compile("1 + 2", "", "eval")))))
try: marshal.dumps(object())
except ValueError as e: print(e)
try: marshal.loads(b"[\x02\0\0\0")
except EOFError as e: print(e)
