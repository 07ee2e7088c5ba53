"""The interpreter's own command line, by starting it: options, exit statuses, standard input, messages."""

import os
import subprocess
import sys


def run(*args, input="", **env):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | env
    p = subprocess.run([sys.executable, *args], input=input, capture_output=True, text=True, env=environment)
    def clean(text):
        return text.replace(os.getcwd(), "CWD").replace(sys.executable, "PYTHON")
    print(args, env or "", "->", p.returncode)
    for name, text in (("out", p.stdout), ("err", p.stderr)):
        for line in clean(text).splitlines():
            print(f"  {name}: {line}")


open("script.py", "w").write("import sys\nprint(__name__, sys.argv, __file__.rsplit('/', 1)[1])\n")
open("fails.py", "w").write("def f():\n    raise SystemError('bad')\nf()\n")
os.makedirs("package", exist_ok=True)
open("package/__init__.py", "w").close()
open("package/__main__.py", "w").write("import sys\nprint('package', sys.argv[1:], __package__)\n")
run("script.py", "a", "-b", "--c")
run("./script.py")
run("-c", "import sys; print(sys.argv)", "x", "-y")
run("-m", "package", "1")
run("package")
run("-m", "script")
run("-m", "nosuch")
run("-m", "package.nosuch")
run("nosuch.py")
run("fails.py")
run("-", "arg", input="import sys; print('stdin', sys.argv)\n")
run(input="print('also stdin')\nx = 1\nprint(x)\n")
run(input="1 +\n")
run("-c", "1/0")
run("-c", "import sys; sys.exit(3)")
run("-c", "import sys; sys.exit('text')")
run("-c", "import sys; sys.exit(None)")
run("-c", "raise SystemExit(300)")
run("-c", "assert 0, 'x'; print(__debug__)")
run("-O", "-c", "assert 0, 'x'; print(__debug__)")
run("-OO", "-c", "def f(): 'doc'\nprint(f.__doc__)")
run("-W", "error", "-c", "import warnings; warnings.warn('w')")
run("-Wignore", "-c", "import warnings; warnings.warn('w')")
run("-c", "import warnings; warnings.warn('w')")
run("-b", "-c", "print(b'a' == 'a')")
run("-bb", "-c", "print(b'a' == 'a')")
run("-I", "-c", "import sys; print(sys.flags.isolated, sys.path[0] == '')", PYTHONPATH="/nope")
run("-E", "-c", "import sys; print('/nope' in sys.path)", PYTHONPATH="/nope")
run("-c", "import sys; print('/nope' in sys.path, sys.flags.optimize)", PYTHONPATH="/nope", PYTHONOPTIMIZE="2")
run("-P", "-c", "import sys; print('' in sys.path)")
run("-u", "-c", "import sys; print(sys.stdout.line_buffering, sys.stdout.write_through)")
run("-X", "utf8=1", "-X", "a=b", "-Xc", "-c", "import sys; print(sys.flags.utf8_mode, sys._xoptions)")
run("-X", "int_max_str_digits=640", "-c", "print(len(str(10**700)))")
run("-c", "print(hash('a'))", PYTHONHASHSEED="0")
run("-c", "import sys; print(sys.stdout.encoding, sys.stdout.errors)", PYTHONIOENCODING="latin-1:replace")
run("-x", "script.py")
run("-S", "-c", "import sys; print('site' in sys.modules, 'exit' in dir(__builtins__))")
run("-s", "-q", "-v" if False else "-B", "-c", "import sys; print(sys.flags.no_user_site, sys.flags.quiet, sys.dont_write_bytecode)")
run("-Z")
run("--nope")
run("-c")
run("-c", "import signal, os; os.kill(os.getpid(), signal.SIGTERM)")
run("-c", "raise KeyboardInterrupt")
run("-c", "import sys; sys.stdout.close()")
run("-c", "print('\\ud800')")
run("-c", "  x = 1")
run("-c", "import os; os._exit(9)")
run("-c", "import atexit; atexit.register(lambda: print('bye')); raise ValueError('v')")
run("-c", "import threading, time; threading.Thread(target=lambda: (time.sleep(0.3), print('thread done'))).start(); print('main done')")
run("-i", "-c", "x = 5", input="x + 1\nprint(x)\n")
