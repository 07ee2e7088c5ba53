"""super() everywhere, cooperative inheritance, __slots__, class and static methods, __getattr__ order, class cells."""


class Root:
    def __init__(self, **kwargs):
        if kwargs:
            raise TypeError(f"unused: {sorted(kwargs)}")
        self.made = ["Root"]

    def greet(self):
        return ["root"]


class Left(Root):
    def __init__(self, *, left=1, **kwargs):
        super().__init__(**kwargs)
        self.left = left
        self.made.append("Left")

    def greet(self):
        return ["left", *super().greet()]


class Right(Root):
    def __init__(self, *, right=2, **kwargs):
        super().__init__(**kwargs)
        self.right = right
        self.made.append("Right")

    def greet(self):
        return ["right", *super(Right, self).greet()]


class Bottom(Left, Right):
    def greet(self):
        lister = lambda: super(Bottom, self).greet()
        return ["bottom", *lister(), *[super().greet()[0] for _ in range(1)]] if False else ["bottom", *lister()]

    @classmethod
    def name(cls):
        return super().__name__ if hasattr(super(), "__name__") else cls.__name__

    def cell(self):
        return __class__.__name__


b = Bottom(left=5, right=6)
print(b.greet(), b.made, b.left, b.right, Bottom.name(), b.cell(), [k.__name__ for k in Bottom.__mro__])
try:
    Bottom(nope=1)
except TypeError as error:
    print(error)
print(super(Left, b).greet(), super(Right, b).__thisclass__.__name__, super(Right, b).__self_class__.__name__)
for bad in [lambda: super(), lambda: super(int, "x"), lambda: super(Left).greet, lambda: super(Root, b).greet()]:
    try:
        print(bad())
    except (TypeError, RuntimeError, AttributeError) as error:
        print(type(error).__name__, error)


class Slots:
    __slots__ = ("x", "y")


class More(Slots):
    __slots__ = ("z",)


class Loose(Slots):
    pass


m = More()
m.x, m.z = 1, 3
loose = Loose()
loose.any = "thing"
print(m.x, m.z, hasattr(m, "y"), hasattr(m, "__dict__"), loose.__dict__, Slots.x, More.__slots__)
for action in ["m.w = 1", "m.y", "del m.y", "Slots.x.__get__(3)"]:
    try:
        exec(action)
    except (AttributeError, TypeError) as error:
        print(type(error).__name__, error)
try:
    class Conflict:
        __slots__ = ("a",)
        a = 1
except ValueError as error:
    print(error)


class Data:
    def __get__(self, instance, owner):
        return "data"

    def __set__(self, instance, value):
        instance.__dict__["data"] = value


class NonData:
    def __get__(self, instance, owner):
        return "nondata" if instance else self


class Order:
    data = Data()
    nondata = NonData()
    plain = "class"

    def __getattr__(self, name):
        return f"fallback {name}"

    def __setattr__(self, name, value):
        super().__setattr__(name, value if name != "loud" else value.upper())

    def __delattr__(self, name):
        print("deleting", name)
        super().__delattr__(name)


o = Order()
o.data, o.nondata, o.plain, o.loud = 1, 2, 3, "x"
print(o.data, o.nondata, o.plain, o.loud, o.missing, sorted(o.__dict__.items()))
del o.plain
print(o.plain, type(o).nondata.__class__.__name__)


class Counted:
    total = 0

    def __new__(cls, *args):
        instance = super().__new__(cls)
        cls.total += 1
        return instance

    def __init__(self, value):
        self.value = value

    @classmethod
    def twice(cls, value):
        return cls(value), cls(value)

    @staticmethod
    def plain(value):
        return value


class Other(Counted):
    pass


class Strange:
    def __new__(cls):
        return 42

    def __init__(self):
        print("never")


Other.twice(1)
Counted(2)
print(Counted.total, Other.total, Other.plain(5), Counted(1).plain(6), Strange(), Counted.twice.__func__.__name__, type(Counted.__dict__["plain"]).__name__)
bound = b.greet
print(bound.__self__ is b, bound.__func__ is Bottom.greet, bound == b.greet, bound is b.greet, Bottom.greet(b) == bound())
for bad in [lambda: Counted(), lambda: Counted(1, 2), lambda: object(1), lambda: Bottom.greet(), lambda: Counted.value, lambda: type("X", (int, str), {}), lambda: type("Y", (bool,), {})]:
    try:
        print(bad())
    except (TypeError, AttributeError) as error:
        print(type(error).__name__, error)
