"""
doctest, cmd, code, pdb by script, profile, trace, py_compile.

>>> 1 + 1
2
>>> [1, 2,
...  3]
[1, 2, 3]
>>> 1 / 0
Traceback (most recent call last):
    ...
ZeroDivisionError: division by zero
>>> print("a  b")  # doctest: +NORMALIZE_WHITESPACE
a b
>>> list(range(30))  # doctest: +ELLIPSIS
[0, 1, ..., 29]
>>> 2 + 2
5
"""

import bdb
import cmd
import code
import cProfile
import doctest
import io
import os
import pdb
import profile
import pstats
import py_compile
import sys

out = io.StringIO()
runner = doctest.DocTestRunner(verbose=False)
for test in doctest.DocTestFinder().find(sys.modules["__main__"], "main"):
    runner.run(test, out=out.write)
print(runner.summarize(verbose=False) if False else (runner.failures, runner.tries))
print([line for line in out.getvalue().splitlines() if line.strip()][2:])


class Shell(cmd.Cmd):
    intro = "welcome"
    prompt = "$ "

    def do_say(self, line):
        "say WORDS: repeats them."
        print("said", line, file=self.stdout)

    def do_EOF(self, line):
        return True

    def complete_say(self, text, *args):
        return [w for w in ("hello", "help") if w.startswith(text)]


shell = Shell(stdin=io.StringIO("say hi there\nhelp\nhelp say\nunknown x\n\nEOF\n"), stdout=io.StringIO())
shell.use_rawinput = False
shell.cmdloop()
print(shell.stdout.getvalue())
print(shell.completenames("s"), shell.complete_say("hel"))
console = code.InteractiveConsole({"x": 5})
captured, sys.stdout, sys.stderr = (sys.stdout, sys.stderr), io.StringIO(), io.StringIO()
states = [console.push(line) for line in ["x + 1", "def f():", "    return x", "", "f()", "1/0", "if", "x = 'done'"]]
text, errors = sys.stdout.getvalue(), sys.stderr.getvalue()
sys.stdout, sys.stderr = captured
print(states, repr(text), errors.count("Traceback"), console.locals["x"], code.compile_command("if 1:"), code.compile_command("a = 1") is not None)


def buggy(n):
    total = 0
    for i in range(n):
        total += i
    return total


debugger = pdb.Pdb(stdin=io.StringIO("b buggy\nc\nn\np n\nw\nl\na\nu\nd\nb\ncl 1\np total + 5\nr\nc\n"), stdout=io.StringIO(), nosigint=True, readrc=False)
debugger.use_rawinput = False
debugger.run("buggy(3)", globals())
lines = debugger.stdout.getvalue().replace(os.path.dirname(os.path.abspath(__file__)), "DIR").splitlines()
print("\n".join(lines[:14]))


class Tracer(bdb.Bdb):
    def __init__(self):
        super().__init__()
        self.seen = []

    def user_line(self, frame):
        self.seen.append(frame.f_lineno - frame.f_code.co_firstlineno)
        self.set_step()


t = Tracer()
print(t.runcall(buggy, 2), t.seen)
for module in (cProfile, profile):
    p = module.Profile()
    p.runcall(buggy, 10)
    s = io.StringIO()
    stats = pstats.Stats(p, stream=s).strip_dirs().sort_stats("name")
    print(module.__name__, [key[2] for key in stats.stats if key[2] == "buggy"], stats.total_calls >= 1)
open("m.py", "w").write("y = 1\n")
print(os.path.basename(py_compile.compile("m.py", cfile="m.pyc")), os.path.getsize("m.pyc") > 16)
open("bad.py", "w").write("y = (\n")
try:
    py_compile.compile("bad.py", doraise=True)
except py_compile.PyCompileError as error:
    print(type(error).__name__, error.exc_type_name)
data = open("m.pyc", "rb").read()
print(int.from_bytes(data[:2], "little"), data[2:4], data[4:8])
import importlib.util, marshal
namespace = {}
exec(marshal.loads(data[16:]), namespace)
print(namespace["y"], importlib.util.MAGIC_NUMBER == data[:4])
