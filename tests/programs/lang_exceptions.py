"""Exceptions: else, finally, chaining, groups, notes, what is kept."""

def flow(kind):
    log = []
    try:
        log.append("try")
        if kind == 1: raise KeyError("k")
        if kind == 2: raise ValueError("v")
        if kind == 3: return log
        log.append("end")
    except KeyError as e:
        log.append(f"key {e}")
    except (ValueError, TypeError) as e:
        log.append(f"val {e!r}")
    else:
        log.append("else")
    finally:
        log.append("finally")
    return log
for k in range(4): print(flow(k))

def override():
    for i in range(3):
        try: raise ValueError
        except ValueError: continue
        finally:
            if i == 1: break
    return i
print(override())
try:
    try: 1 / 0
    except ZeroDivisionError as e: raise RuntimeError("wrapped") from e
except RuntimeError as e: print(repr(e.__cause__), repr(e.__context__), e.__suppress_context__)
try:
    try: {}["x"]
    except KeyError: raise AttributeError("during")
except AttributeError as e: print(repr(e.__context__), e.__cause__)
try:
    try: int("x")
    except ValueError: raise TypeError("quiet") from None
except TypeError as e: print(repr(e.__context__), e.__suppress_context__)
class Custom(Exception):
    def __init__(self, a, b=2): super().__init__(a); self.b = b
    def __str__(self): return f"custom {self.args} {self.b}"
try: raise Custom(1)
except Custom as e:
    e.add_note("note one"); e.add_note("two")
    print(e, e.args, e.__notes__, e.b, isinstance(e, Exception))
try: raise Custom
except TypeError as e: print(e)
try: raise 3
except TypeError as e: print(e)
try: raise ValueError from 3
except TypeError as e: print(e)
try: assert 1 == 2, "math"
except AssertionError as e: print("assert", e)
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError("t"), ExceptionGroup("inner", [KeyError("k"), ValueError(2)])])
except* ValueError as g: print("values", [str(x) for x in g.exceptions], g.message)
except* (TypeError, KeyError) as g: print("others", g)
try:
    try: raise ExceptionGroup("all", [OSError("o"), ValueError("v")])
    except* OSError: print("os handled")
except ExceptionGroup as g: print("left", g, g.exceptions)
g = ExceptionGroup("m", [ValueError(1), ExceptionGroup("n", [TypeError(2)])])
print(g.split(TypeError), g.subgroup(lambda e: isinstance(e, ValueError)), g.derive([KeyError()]))
def gen():
    try: yield 1
    finally: print("cleanup")
it = gen(); next(it)
try: it.throw(ValueError("into"))
except ValueError as e: print("thrown", e)
try:
    with open("/nonexistent/file") as fh: pass
except FileNotFoundError as e: print(e.errno, e.filename, e.strerror, e)
print(OSError(2, "msg").errno, type(OSError(13, "x")).__name__, str(KeyError("a'b")), repr(ValueError("x", 1)), str(ValueError()), str(ValueError(1, 2)))
print(issubclass(FileNotFoundError, OSError), IOError is OSError, BaseException.__subclasses__.__name__, StopIteration(5).value, SystemExit(3).code)
import sys
try:
    try: raise KeyError(1)
    finally: print(sys.exception(), sys.exc_info()[0].__name__)
except KeyError: pass
print(sys.exception())
e = None
try: raise ValueError("gone")
except ValueError as e: pass
print("e" in globals())
def f(): 
    try: return "try"
    finally: print("f finally")
print(f())
try: [].x
except AttributeError as err: print(err, err.obj, err.name)
try: raise ValueError("tb")
except ValueError as err:
    tb = err.__traceback__; print(tb.tb_lineno, tb.tb_frame.f_code.co_name, tb.tb_next)
while True:
    try: break
    finally: print("loop finally")
def nested():
    try:
        try: raise A
        except NameError as e: return repr(e)
    finally:
        try: raise KeyError
        except KeyError: pass
print(nested())
