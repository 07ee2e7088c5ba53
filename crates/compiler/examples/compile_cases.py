"""Compares the compiler with the reference on many small sources, in code, errors and warnings.

    python3.14 compile_cases.py EXECUTABLE random SEED COUNT
    python3.14 compile_cases.py EXECUTABLE tests MODULE...

EXECUTABLE is the built example `compile_cases`. The first form makes programs of random shape, the second runs CPython's
test modules (such as test_syntax) and takes every source they compile.
"""

import builtins
import io
import marshal
import os
import pickle
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings

MODES = {"exec": 0, "eval": 1, "single": 2}
ATTRIBUTES = """argcount posonlyargcount kwonlyargcount nlocals stacksize flags code names varnames freevars cellvars
    name qualname firstlineno linetable exceptiontable""".split()


def record(modules):
    """The sources, modes, flags and levels with which test modules call the compiler."""
    cases = {}
    real = builtins.compile

    def spy(source, filename, mode="exec", flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1, **more):
        if isinstance(source, (str, bytes)) and len(source) < 20000 and mode in MODES:
            if isinstance(flags, int) and not flags & 0x400 and _feature_version == -1:
                cases[source, mode, flags, max(optimize, 0)] = None
        return real(source, filename, mode, flags, dont_inherit, optimize, _feature_version=_feature_version, **more)

    builtins.compile = spy
    for module in modules:
        suite = unittest.defaultTestLoader.loadTestsFromName(f"test.{module}")
        unittest.TextTestRunner(stream=io.StringIO(), verbosity=0).run(suite)
    builtins.compile = real
    return list(cases)


class Programs:
    """Random programs that lean towards scopes, comprehensions, annotations and early exits."""

    names = ["a", "b", "__c", "T", "__class__", "self", "x", "super", "__classdict__", "f"]

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.loops = 0

    def pick(self, *options):
        return self.random.choice(options)

    def name(self):
        return self.random.choice(self.names[:8] if self.random.random() < 0.9 else self.names)

    def expression(self, depth=0):
        if depth > 3:
            return self.pick(self.name(), self.name(), "1", '"s"', "None", "-1", "()", "True", "1.5")
        e = lambda: self.expression(depth + 1)
        n = self.name
        c = lambda: self.comprehension(depth)
        makers = [
            n, n, n, n, n,
            lambda: self.pick("1", "300", '"s"', "None", "...", 'b"x"', "1j", "-5", "[1, 2, 3]"),
            lambda: f"({e()} {self.pick(*'+-*%&|@', '**', '<<', '//')} {e()})",
            lambda: f"({e()} {self.pick('and', 'or')} {e()})",
            lambda: f"({self.pick('not ', '-', '+', '~')}{e()})",
            lambda: f"(lambda {self.pick('', 'a', 'a,b=1', '*a', '**b', 'x,/,a', '*,b=2', 'self')}: {e()})",
            lambda: f"({e()} if {e()} else {e()})",
            lambda: f"{{{e()}: {e()}, **{n()}}}",
            lambda: f"{{{e()}, {self.pick('', '*')}{n()}}}",
            lambda: f"[{c()}]",
            lambda: f"{{{c()}}}",
            lambda: f"({c()})",
            lambda: f"{{{e()}: {c()}}}",
            lambda: f"({e()} {self.pick('<', '==', 'is', 'is not', 'in', 'not in', '>=')} {e()})",
            lambda: f"({n()} < {e()} <= {n()})",
            lambda: f"{n()}({e()}, {n()}={e()})",
            lambda: f"{n()}.{n()}({e()})",
            lambda: f"{n()}(*{e()}, **{e()})",
            lambda: f"{n()}.{n()}",
            lambda: f"{n()}[{self.pick(e(), e() + ':' + e(), ':' + e(), '1:2', e() + '::' + e(), e() + ',' + e())}]",
            lambda: f"[{e()}, *{n()}, {e()}]",
            lambda: f"({e()}, {e()},)",
            lambda: f"({n()} := {e()})",
            lambda: self.pick('f"x{a}y{b!r:>{x}}"', 't"{a}{b:a}"', 'f"{a=}"', "'%s %r' % (a, b)", "'%5s' % (a,)"),
            lambda: f"super().{n()}{self.pick('', '()')}",
            lambda: f"{self.pick('any', 'all', 'tuple')}({c()})",
            lambda: self.pick(n(), n(), "(yield)", f"(yield {e()})", f"(yield from {n()})", f"(await {n()})"),
        ]
        return self.random.choice(makers)()

    def target(self):
        n = self.name
        return self.pick(n(), n(), n(), f"{n()}.{n()}", f"{n()}[{n()}]", f"({n()}, *{n()})", f"[{n()}, {n()}]")

    def comprehension(self, depth):
        text = self.expression(depth + 1)
        for _ in range(self.pick(1, 1, 1, 2)):
            word = self.pick(*["for"] * 6, "async for")
            item = f"[{self.expression(depth + 2)}]"
            text += f" {word} {self.pick(self.name(), self.target())} in {self.pick(self.name(), item)}"
            if self.random.random() < 0.3:
                text += f" if {self.expression(depth + 1)}"
        return text

    def type_params(self):
        return self.pick(*[""] * 4, "[T]", "[T: int]", "[T, *a]", "[**x]", "[T=int]", "[T: (a, b) = x]", "[__c]",
                         "[*T = *a]", "[a: (lambda: b)]", "[b: [x for x in T]]")

    def pattern(self, depth=0):
        if depth > 2:
            return self.pick("_", "a", "1", "None", '"s"', "x.b")
        p = lambda: self.pattern(depth + 1)
        return self.pick("_", "a", "1", "-1", "1+2j", "None", "x.b", f"[{p()}, {p()}]", f"[{p()}, *_]", "[]", "{}",
                         f"[{p()}, *b, {p()}]", f'{{"k": {p()}}}', f'{{"k": {p()}, **f}}', f"A({p()})", "A()",
                         f"A({p()}, k={p()})", f"({p()} as T)", f"({p()} | {p()})", "[*_, 1]", "(1 | 2 | 3)")

    def simple(self, pad, context):
        e, n = self.expression, self.name
        scope = f"{self.pick('global', 'nonlocal')} {n()}" if self.random.random() < 0.4 else "pass"
        leave = self.pick("break", "continue") if self.loops else "pass"
        result = self.pick("return", f"return {e()}", "return 1") if context in "fa" else '"str"'
        annotated = self.pick(n(), f"({n()})", f"{n()}.{n()}", f"{n()}[{n()}]")
        return pad + self.pick(
            f"{self.target()} = {e()}", f"{n()} {self.pick('+=', '-=', '|=', '**=')} {e()}", e(), scope, leave, result,
            f"{annotated}: {e(1)}{self.pick('', ' = ' + e(1))}", f"del {self.target()}", f"assert {e(1)}, {e(1)}",
            f"raise {e(2)}{self.pick('', ' from ' + n())}", f"{n()}.{n()} {self.pick('=', '+=')} {e(1)}",
            self.pick("import a", "import a.b as x", "from a import b", "from . import x as f", "import __c.b"),
            f"type {n()}{self.type_params()} = {e(1)}",
        ) + "\n"

    def scope(self, pad, header, indent, depth, context):
        loops, self.loops = self.loops, 0
        doc = f'{pad}    """doc\n   doc"""\n' if self.random.random() < 0.2 else ""
        text = f"{pad}{header}:\n{doc}{self.block(indent + 1, depth + 1, context)}"
        self.loops = loops
        return text

    def loop(self, pad, header, block):
        self.loops += 1
        text = f"{pad}{header}:\n{block()}"
        self.loops -= 1
        return text + (f"{pad}else:\n{block()}" if self.random.random() < 0.3 else "")

    def attempt(self, pad, indent, depth, block):
        star, n = self.random.random() < 0.2, self.name
        text, shape = f"{pad}try:\n{block()}", self.random.randrange(3)
        if shape:
            for _ in range(self.pick(1, 1, 2)):
                binding = self.pick("", " as " + n())
                if star:
                    loops, self.loops = self.loops, 0
                    text += f"{pad}except* {n()}{binding}:\n{self.block(indent + 1, depth + 1, 'x')}"
                    self.loops = loops
                else:
                    text += f"{pad}except {n()}{binding}:\n{block()}"
            if self.random.random() < 0.3:
                text += f"{pad}else:\n{block()}"
        return text + (f"{pad}finally:\n{block()}" if shape != 1 else "")

    def statement(self, indent, depth, context):
        pad, e, n = "    " * indent, self.expression, self.name
        block = lambda: self.block(indent + 1, depth + 1, context)
        kind = self.random.randrange(13 if depth <= 3 else 5)
        if kind < 5:
            return self.simple(pad, context)
        if kind < 7:
            word, inner = self.pick(("def", "f"), ("def", "f"), ("async def", "a"))
            args = self.pick("", "self", "self, a", "a, b=1", "*a", "a, /, b", "*, x=1", "a: T", "a: int = b", "*a: *T",
                             "x, *, __c: a=1", "self, x: [a for a in b] = 1")
            result = self.pick("", " -> " + e(2))
            decorator = f"{pad}@{e(2)}\n" if self.random.random() < 0.2 else ""
            header = f"{word} {n()}{self.type_params()}({args}){result}"
            return decorator + self.scope(pad, header, indent, depth, inner)
        if kind == 7:
            bases = self.pick("", f"({n()})", "(a, k=b)", "(*a)", "([x for x in T])")
            return self.scope(pad, f"class {n()}{self.type_params()}{bases}", indent, depth, "c")
        if kind == 8:
            other = f"{pad}elif {e(1)}:\n{block()}" if self.random.random() < 0.3 else ""
            return f"{pad}if {e(1)}:\n{block()}{other}" + (f"{pad}else:\n{block()}" if self.random.random() < 0.4 else "")
        if kind == 9:
            asynchronous = f"async for {n()} in {e(1)}" if context == "a" else "while 1"
            header = self.pick(f"while {e(1)}", f"for {self.target()} in {e(1)}", asynchronous)
            return self.loop(pad, header, block)
        if kind == 10:
            word = self.pick("async ", "") if context == "a" else ""
            second = self.pick("", f", {e(2)} as {n()}")
            return f"{pad}{word}with {e(2)}{self.pick('', ' as ' + self.target())}{second}:\n{block()}"
        if kind == 11:
            return self.attempt(pad, indent, depth, block)
        cases = "".join(
            f"{pad}    case {self.pattern()}{self.pick('', ' if ' + e(2))}:\n{self.block(indent + 2, depth + 2, context)}"
            for _ in range(self.pick(1, 2, 3)))
        return f"{pad}match {e(1)}:\n{cases}"

    def block(self, indent, depth, context):
        return "".join(self.statement(indent, depth, context) for _ in range(self.pick(1, 1, 2, 3)))

    def cases(self, count):
        """Programs with settings. Batches on which the reference itself crashes are left out, and most that it refuses."""
        warnings.simplefilter("ignore")
        kept = []
        while len(kept) < count:
            batch = [(self.block(0, 0, "m"), "exec", self.pick(0, 0, 0, 0x2000, 0x1000000), self.pick(0, 0, 0, 1, 2))
                     for _ in range(40)]
            lucky = [self.random.random() < 0.3 for _ in batch]
            reader, writer = os.pipe()
            child = os.fork()
            if not child:
                good = []
                for i, (source, mode, flags, level) in enumerate(batch):
                    try:
                        compile(source, "<case>", mode, flags, True, level)
                        good.append(i)
                    except SyntaxError:
                        if lucky[i]:
                            good.append(i)
                    except BaseException:
                        pass
                os.write(writer, pickle.dumps(good))
                os._exit(0)
            os.close(writer)
            with open(reader, "rb") as answer:
                data = answer.read()
            if not os.waitpid(child, 0)[1] and data:
                kept += [batch[i] for i in pickle.loads(data)]
        return kept


def difference(ours, theirs):
    """What differs first between two code objects."""
    for name in ATTRIBUTES:
        if getattr(ours, "co_" + name) != getattr(theirs, "co_" + name):
            return f"{theirs.co_qualname}: co_{name}"
    if len(ours.co_consts) != len(theirs.co_consts):
        return f"{theirs.co_qualname}: co_consts"
    for a, b in zip(ours.co_consts, theirs.co_consts):
        if hasattr(b, "co_code"):
            if found := difference(a, b) if hasattr(a, "co_code") else "co_consts":
                return found
        elif type(a) is not type(b) or (repr(a) != repr(b) and a != b):
            return f"{theirs.co_qualname}: co_consts {a!r} {b!r}"
    return None


def reference(source, mode, flags, level):
    """The reference's code or error lines, and its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = compile(source, "<case>", mode, flags, True, level)
        except Exception as error:
            kind = type(error).__name__.removesuffix("Error").lstrip("_")
            places = ("lineno", "offset", "end_lineno", "end_offset")
            result = [kind, str(getattr(error, "msg", error)), *(str(getattr(error, p, None)) for p in places)]
    return result, [f"{w.category.__name__.removesuffix('Warning')}\n{w.message}\n{w.lineno}" for w in caught]


def compare(executable, cases):
    sys.set_int_max_str_digits(0)
    with tempfile.TemporaryDirectory() as folder:
        request, answer = os.path.join(folder, "in"), os.path.join(folder, "out")
        with open(request, "wb") as file:
            for source, mode, flags, level in cases:
                data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
                kind = b"s" if isinstance(source, str) else b"b"
                file.write(kind + bytes([MODES[mode], level]) + struct.pack("<II", flags, len(data)) + data)
        subprocess.run([executable, request, answer], check=True)
        with open(answer, "rb") as file:
            block = lambda: file.read(struct.unpack("<I", file.read(4))[0])
            different = 0
            for case in cases:
                tag, body = file.read(1), block()
                ours = [block().decode() for _ in range(struct.unpack("<I", file.read(4))[0])]
                sys.set_int_max_str_digits(4300)
                result, theirs = reference(*case)
                sys.set_int_max_str_digits(0)
                if isinstance(result, list) or tag == b"E":
                    error = body.decode().split("\n") if tag == b"E" else None
                    found = None if error == result else f"ours {error}, theirs {result}"
                else:
                    found = difference(marshal.loads(body), result)
                if not found and sorted(ours) != sorted(theirs):
                    found = f"warnings: ours {ours}, theirs {theirs}"
                if found:
                    different += 1
                    print(f"--- {case[1:]} {found}\n{case[0]}")
    print(f"{len(cases)} sources, {different} differ")
    return different


if __name__ == "__main__":
    executable, what, *rest = sys.argv[1:]
    sources = record(rest) if what == "tests" else Programs(int(rest[0])).cases(int(rest[1]))
    sys.exit(bool(compare(executable, sources)))
