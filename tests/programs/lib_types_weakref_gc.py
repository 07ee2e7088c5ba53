import gc, sys, types, weakref

class A:
    def __init__(self, n): self.n = n
    def __repr__(self): return f"A({self.n})"
    def m(self): return self.n
a = A(1); log = []; r = weakref.ref(a, lambda r: log.append("dead")); p = weakref.proxy(a); wm = weakref.WeakMethod(a.m); f = weakref.finalize(a, log.append, "final")
print(r() is a, p.n, wm()(), f.alive, weakref.getweakrefcount(a) >= 2, r == weakref.ref(a), weakref.ref(a) is weakref.ref(a), hash(r) == hash(a)); del a; print(r(), log, f.alive, wm())
try: p.n
except ReferenceError as e: print(e)
d = weakref.WeakValueDictionary(); k = A(2); d["k"] = k; print(d["k"], len(d), list(d.items())); del k; print(len(d), "k" in d); kd = weakref.WeakKeyDictionary(); k = A(3); kd[k] = "v"; print(kd[k], len(kd)); del k; print(len(kd)); ws = weakref.WeakSet(); k = A(4); ws.add(k); print(len(ws), k in ws); del k; print(len(ws))
for bad in [lambda: weakref.ref(1), lambda: weakref.ref([]), lambda: weakref.ref(())]:
    try: bad()
    except TypeError as e: print(e)
class N:
    def __del__(self): log.append(f"del {self.name}")
gc.collect(); gc.disable(); x = N(); x.name = "x"; y = N(); y.name = "y"; x.o = y; y.o = x; rx = weakref.ref(x); del x, y; print(rx() is not None, gc.collect() > 0, rx(), sorted(log)[:2]); gc.enable(); print(gc.isenabled(), len(gc.get_threshold()), gc.is_tracked([]), gc.is_tracked(1), len(gc.get_count()), gc.garbage, gc.get_debug(), len(gc.get_stats()))
class Res:
    def __del__(self): global saved; saved = self
q = Res(); q.me = q; wq = weakref.ref(q); del q; gc.collect(); print(type(saved).__name__, saved.me is saved); del saved.me
l = []; l.append(l); i = id(l); print(any(id(o) == i for o in gc.get_referrers(l)), gc.get_referents([1, "a"])); del l; gc.callbacks.append(lambda ph, info: log.append(ph)); gc.collect(); gc.callbacks.clear(); print(log[-2:]); gc.freeze(); print(gc.get_freeze_count() > 0); gc.unfreeze()
def gen(): yield
async def co(): pass
c = co(); print(type(gen()) is types.GeneratorType, isinstance(c, types.CoroutineType), type(len) is types.BuiltinFunctionType, type(gen) is types.FunctionType, type(A(1).m) is types.MethodType, isinstance(sys, types.ModuleType), type(None) is types.NoneType, types.EllipsisType, type(A.__dict__) is types.MappingProxyType, types.GenericAlias(list, int), type(int | str) is types.UnionType, type(A.__dict__["m"].__get__) is types.MethodWrapperType, type(str.join) is types.MethodDescriptorType); c.close()
ns = types.SimpleNamespace(a=1, b=2); ns.c = 3; del ns.a; print(ns, ns == types.SimpleNamespace(b=2, c=3), vars(ns)); m = types.MappingProxyType({"a": 1}); print(m["a"], m | {"b": 2}, len(m), m)
try: m["x"] = 1
except TypeError as e: print(e)
mod = types.ModuleType("mod", "doc"); mod.x = 1; print(mod, mod.__doc__, mod.__name__, sorted(vars(mod)))
try: mod.nope
except AttributeError as e: print(e)
K = types.new_class("K", (A,), {}, lambda n: n.update(z=5)); print(K(1).z, K.__mro__[1].__name__, types.resolve_bases((A,)), types.get_original_bases(K))
class Dyn:
    @types.DynamicClassAttribute
    def v(self): return "inst"
print(Dyn().v, types.MethodType(lambda s, x: (s, x), "self")("arg"), (lambda: 0).__code__.co_name, types.CellType(5).cell_contents, types.FrameType.__name__)
class S: __slots__ = ("a", "__weakref__", "__dict__")
s = S(); s.a = 1; s.b = 2; print(s.__dict__, weakref.ref(s)() is s, S.a, sys.getsizeof(s) > 0)
class Cls:
    def __class_getitem__(cls, k): return f"item {k}"
    def __getattribute__(self, n): return f"attr {n}" if n != "real" else object.__getattribute__(self, n)
    real = 3
    def __dir__(self): return ["z", "a"]
    def __sizeof__(self): return 100
print(Cls[5], Cls().foo, Cls().real, dir(Cls()), object.__sizeof__(Cls()) > 0, A(1).__class__.__name__, A.__qualname__, A.__module__, A.__subclasses__(), (5).__class__)
class E1: pass
e = E1(); e.__class__ = A; e.n = 9; print(e, isinstance(e, A))
try: e.__class__ = int
except TypeError as err: print(err)
try: A.__bases__ = (int,)
except TypeError as err: print(err)
try: object().x = 1
except AttributeError as err: print(err)
print(id(1) == id(1), callable(A), hasattr(3, "real"), delattr(e, "n"), isinstance(type, object), type(type) is type, super(K, K(1)).m(), object.__new__(A).__dict__, bool.__base__, type.__call__(A, 7))
