"""Classes: inheritance, MRO, descriptors, special methods, metaclasses."""

class Base:
    registry = []
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag
        Base.registry.append(cls.__name__)
    def who(self): return "Base"
class A(Base, tag="a"):
    def who(self): return "A>" + super().who()
class B(Base, tag="b"):
    def who(self): return "B>" + super().who()
class C(A, B):
    def who(self): return "C>" + super().who()
print(C().who(), [k.__name__ for k in C.__mro__], Base.registry, A.tag, C.tag, issubclass(C, B), isinstance(C(), (int, Base)))

class Money:
    __slots__ = ("units", "_cache")
    def __init__(self, units): self.units = units
    def __repr__(self): return f"Money({self.units})"
    def __str__(self): return f"${self.units}"
    def __format__(self, spec): return f"<{self.units:{spec}}>"
    def __eq__(self, o): return isinstance(o, Money) and self.units == o.units
    def __lt__(self, o): return self.units < o.units
    def __hash__(self): return hash(self.units)
    def __add__(self, o): return Money(self.units + (o.units if isinstance(o, Money) else o))
    __radd__ = __add__
    def __mul__(self, o): return Money(self.units * o) if isinstance(o, int) else NotImplemented
    def __neg__(self): return Money(-self.units)
    def __bool__(self): return self.units != 0
    def __int__(self): return self.units
    def __index__(self): return self.units
    def __contains__(self, d): return str(d) in str(self.units)
    def __getitem__(self, i): return str(self.units)[i]
    def __len__(self): return len(str(self.units))
    def __call__(self, x): return x + self.units
    def __iadd__(self, o): self.units += 100; return self
m = Money(42)
print(m, [m], f"{m:>5}", m + m, 1 + m, sum([m, m]), m * 3, -m, bool(Money(0)), int(m), hex(m), 4 in m, m[0], list(m), len(m), m(1))
m += 1; print(m, m == Money(142), m != 3, m < Money(200), max(m, Money(5)), {m: 1}[Money(142)], [10, 20, 30][Money(1)])
for bad in (lambda: m * 2.5, lambda: m < 3, lambda: m.nothing, lambda: setattr(m, "other", 1), lambda: m._cache, lambda: m - 1, lambda: Money(), lambda: m >= m):
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)

class Typed:
    def __init__(self, kind): self.kind = kind
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, obj, owner=None): return self if obj is None else obj.__dict__.get(self.name, "unset")
    def __set__(self, obj, value):
        if not isinstance(value, self.kind): raise TypeError(f"{self.name[1:]} must be {self.kind.__name__}")
        obj.__dict__[self.name] = value
    def __delete__(self, obj): del obj.__dict__[self.name]
class Person:
    age = Typed(int)
    def __init__(self, name): self.name = name
    @property
    def upper(self): return self.name.upper()
    @upper.setter
    def upper(self, v): self.name = v.lower()
    @upper.deleter
    def upper(self): self.name = "gone"
    @classmethod
    def make(cls, n): return cls(n)
    @staticmethod
    def helper(x): return x * 2
    def __getattr__(self, n):
        if n.startswith("dyn_"): return n[4:]
        raise AttributeError(f"no {n}")
p = Person.make("Bob"); p.age = 5
print(p.age, p.upper, p.helper(3), p.dyn_x, vars(p), Person.age.kind, hasattr(p, "zzz"), getattr(p, "zzz", "dflt"))
p.upper = "NEW"; print(p.name); del p.upper; print(p.name); del p.age; print(p.age)
try: p.age = "x"
except TypeError as e: print(e)
try: p.nope
except AttributeError as e: print(e, e.name)

class Meta(type):
    def __new__(m, name, bases, ns, **kw):
        ns["created"] = sorted(k for k in ns if not k.startswith("__"))
        return super().__new__(m, name, bases, ns)
    @classmethod
    def __prepare__(m, name, bases, **kw): return {"prepared": kw.get("p")}
    def __call__(cls, *a): 
        obj = super().__call__(*a); obj.meta = True; return obj
    def __instancecheck__(cls, o): return o == 3 or super().__instancecheck__(o)
    def __iter__(cls): return iter(cls.created)
class M(metaclass=Meta, p=1):
    z = 1
    def q(self): pass
print(M.created, M().meta, isinstance(3, M), isinstance("", M), list(M), type(M).__name__)
D = type("D", (A,), {"x": 1, "f": lambda self: self.x}); print(D().f(), D.__name__, D.__bases__[0].__name__)
try:
    class X(A, Base, A): pass
except TypeError as e: print(e)
try:
    class Y(Base, A): pass
except TypeError as e: print(e)
class Multi(int):
    def __new__(cls, v, extra): self = super().__new__(cls, v); self.extra = extra; return self
v = Multi(5, "e"); print(v + 1, v.extra, type(v).__name__, isinstance(v, int), v == 5)
class Iter:
    def __iter__(self): self.n = 0; return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n
print(list(Iter()), 2 in Iter(), sum(Iter()), [*Iter()])
class Del:
    def __del__(self): print("deleted")
x = Del(); del x; print("after")
class Ctx:
    def __enter__(self): print("enter"); return self
    def __exit__(self, *e): print("exit", e[0] and e[0].__name__); return True
with Ctx() as c, Ctx(): raise ValueError
class P1:
    def __init__(self): self.__private = 1
    def get(self): return self.__private
print(P1().get(), P1().__dict__)
