"""Compiles the files named on standard input, one 'output<TAB>source' a line, and writes what came of each to its output.

An output file begins with 'C' and has marshal data, or with 'E' and has the error: type, message, line, column, end line,
end column, each on a line of its own.
"""

import marshal
import os
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)
optimize = int(sys.argv[1])
for row in sys.stdin.read().splitlines():
    output, source = row.split("\t")
    try:
        with open(source, "rb") as file:
            code = compile(file.read(), source, "exec", dont_inherit=True, optimize=optimize)
        data = b"C" + marshal.dumps(code)
    except Exception as error:
        parts = [type(error).__name__, str(getattr(error, "msg", error))]
        parts += [str(getattr(error, name, None)) for name in ("lineno", "offset", "end_lineno", "end_offset")]
        data = b"E" + "\n".join(part.replace("\n", " ") for part in parts).encode("utf-8", "surrogatepass")
    partial = f"{output}.{os.getpid()}"
    with open(partial, "wb") as file:
        file.write(data)
    os.replace(partial, output)
