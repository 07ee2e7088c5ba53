"""Messages and places of syntax errors."""

import sys

SOURCES = [
    "x = (1, 2", "def f(:\n  pass", "if x = 1: pass", "print 'hi'", "for i in range(3) print(i)", "x = 1 +", "'abc", "a b", "1 = x",
    "f() = 3", "def f(a, a): pass", "return 1", "break", "class A\n  pass", "  x = 1", "if 1:\nx = 2", "x = 'a\nb'", "f(a=1, 2)", "f(**k, *a)", "{1: 2, 3}",
    "lambda x=1, y: 0", "async def f():\n  yield 1\n  return 2", "await x", "yield", "nonlocal x", "def f():\n  x = 1\n  global x", "from a import", "import a.b as", "from . import *  x", "f'{a'",
    "f'{}'", "f'{a!z}'", "x: int: 3", "del f()", "del 1", "with open(x) as 3: pass", "try:\n  pass\nx", "else: pass", "0777", "1_000_", "0b12", "1e", "a ? b", "x = $", "\x00",
    "match x:\n  case a: pass\n  case b: pass", "match x:\n  case a | b: pass", "print(x for x in y, 1)", "assert (1, 2)", "x is 1", "def f(*): pass", "not = 1", "None = 1", "(a, b) += 1", "[x for x in 1, 2]", "x = yield = 1", "import *", "try: pass\nexcept* : pass",
    "elif x: pass", "a = 1 if 2", "a, b := 1", "def f(x) -> : pass", "\t\tx\n  y", "if 1:\n\tx\n        y", "'''abc", "(", ")", "(]", "f(x y)", "f(if)", "class C(x for x in y): pass", "\"\\N{foo}\"", "b'é'", "'\\x1'", "from __future__ import nope", "raise X from", "while 1 pass",
]
for number, source in enumerate(SOURCES):
    try:
        compile(source, "<source>", "exec")
        print(number, "compiles")
    except SyntaxError as error:
        print(number, type(error).__name__, error.msg, error.lineno, error.offset, error.end_lineno, error.end_offset, repr(error.text))
    except ValueError as error:
        print(number, type(error).__name__, error)
