"""Which method an operator calls, in which order, with reflection and in-place forms."""

log = []


def method(name):
    def call(self, *args):
        log.append(f"{type(self).__name__}.{name}")
        return NotImplemented if self.refuse else f"{name}({', '.join(type(a).__name__ for a in args)})"

    return call


NAMES = "add sub mul matmul truediv floordiv mod pow lshift rshift and xor or divmod".split()


class Base:
    refuse = False


for name in NAMES:
    setattr(Base, f"__{name}__", method(name))
    setattr(Base, f"__r{name}__", method("r" + name))
for name in "lt le eq ne gt ge".split():
    setattr(Base, f"__{name}__", method(name))
for name in "neg pos invert abs".split():
    setattr(Base, f"__{name}__", method(name))


class Child(Base):
    def __radd__(self, other):
        log.append("Child.radd own")
        return "child radd"

    def __iadd__(self, other):
        log.append("Child.iadd")
        return self


class Refuser(Base):
    refuse = True
    __hash__ = None


a, c, r = Base(), Child(), Refuser()


def show(text):
    log.clear()
    try:
        value = eval(text)
    except TypeError as error:
        value = f"TypeError: {error}"
    print(f"{text:<14} {value!s:<24} {' '.join(log)}")


for text in ["a + 1", "1 + a", "a + c", "c + a", "a + r", "r + a", "r + r", "r + 1", "1 + r", "a ** 2", "2 ** a", "pow(a, 2, 3)", "a @ c", "divmod(a, 1)", "divmod(1, a)", "a // c", "1 << a", "a < 1", "1 < a", "r < r", "r == r", "r != r", "a == c", "c == a", "1 == a", "-a", "+a", "~a", "abs(a)", "not a", "a < c", "c <= r", "a and 0", "r | a", "a | r", "r & 1", "'x' % r", "[1] * r", "r * [1]"]:
    show(text)
log.clear()
c += 1
c -= 1
print(c, log)
try:
    r += 1
except TypeError as error:
    print(error)
for text in ["1 + 'a'", "'a' + 1", "[] + ()", "1 < 'a'", "None > None", "-'a'", "~1.5", "{} | []", "1 @ 2", "'a' * 'b'", "3 % 'x'", "'a' - 'b'", "1 << 1.0", "abs('x')", "round('x')", "len(3)", "3[0]", "3()", "3 in 3", "iter(3)", "hash([])", "'a' ** 2", "{1} + {2}", "b'a' + 'a'", "{}[[]]", "() < []", "1j < 2j", "range(3) + 1", "object() + 1", "print + 1", "int | 3"]:
    try:
        print(text, "=", eval(text))
    except TypeError as error:
        print(text, "->", error)
