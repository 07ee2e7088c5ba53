"""sys.monitoring: events per function and for all, disabling, return values; sys.settrace with jumps and opcodes."""

import sys

mon = sys.monitoring
E = mon.events
TOOL = 3


def sample(n):
    total = 0
    for i in range(n):
        if i % 2:
            total += i
    try:
        len(5)
    except TypeError:
        total += 100
    return total


def generator():
    yield 1
    yield 2


log = []
mon.use_tool_id(TOOL, "test")
print(mon.get_tool(TOOL), mon.get_tool(0))
try:
    mon.use_tool_id(TOOL, "again")
except ValueError as error:
    print(error)


def note(name, limit=None):
    def callback(code, *args):
        if code in (sample.__code__, generator.__code__):
            shown = [a if isinstance(a, (int, str, type(None))) else type(a).__name__ if not callable(a) else getattr(a, "__name__", "?") for a in args]
            log.append((name, code.co_name, *shown[1:] if name not in ("LINE",) else (args[0] - code.co_firstlineno,)))

    return callback


for name in ["PY_START", "PY_RETURN", "PY_YIELD", "PY_RESUME", "LINE", "CALL", "RAISE", "EXCEPTION_HANDLED"]:
    print(name, mon.register_callback(TOOL, getattr(E, name), note(name)))
mon.set_events(TOOL, E.PY_START | E.PY_RETURN | E.PY_YIELD | E.PY_RESUME | E.RAISE | E.EXCEPTION_HANDLED)
sample(3)
list(generator())
mon.set_events(TOOL, 0)
print(*log, sep="\n")
log.clear()
mon.set_local_events(TOOL, sample.__code__, E.LINE | E.CALL)
print(mon.get_local_events(TOOL, sample.__code__) == E.LINE | E.CALL, mon.get_events(TOOL))
sample(2)
mon.set_local_events(TOOL, sample.__code__, 0)
print(*log, sep="\n")
lines = []


def once(code, line):
    lines.append(line - code.co_firstlineno)
    return mon.DISABLE


mon.register_callback(TOOL, E.LINE, once)
mon.set_local_events(TOOL, sample.__code__, E.LINE)
sample(4)
sample(4)
print(lines)
mon.restart_events()
sample(1)
print(lines)
mon.set_local_events(TOOL, sample.__code__, 0)
jumps = []
mon.register_callback(TOOL, E.BRANCH_LEFT, lambda code, at, to: jumps.append("left"))
mon.register_callback(TOOL, E.BRANCH_RIGHT, lambda code, at, to: jumps.append("right"))
mon.set_local_events(TOOL, sample.__code__, E.BRANCH_LEFT | E.BRANCH_RIGHT)
sample(2)
print(jumps)
mon.free_tool_id(TOOL)
print(mon.get_tool(TOOL))


def tracer(frame, event, arg):
    if frame.f_code is not target.__code__:
        return None
    frame.f_trace_opcodes = False
    events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
    if event == "line" and frame.f_lineno - frame.f_code.co_firstlineno == 2:
        frame.f_lineno += 1
    return tracer


def target():
    a = 1
    a = 2
    b = a
    return b


events = []
sys.settrace(tracer)
result = target()
sys.settrace(None)
print(result, events)


def local_trace(frame, event, arg):
    if event == "opcode":
        opcodes.append(frame.f_lasti)
    return local_trace


def start(frame, event, arg):
    if frame.f_code is target.__code__:
        frame.f_trace_opcodes = True
        return local_trace


opcodes = []
sys.settrace(start)
target()
sys.settrace(None)
print(opcodes == sorted(opcodes), len(opcodes) > 5)
f = sys._getframe()
print(f.f_lineno, f.f_code.co_name, f.f_back, f.f_globals is globals(), f.f_locals is not None, f.f_builtins["len"] is len)


def locals_view(x):
    frame = sys._getframe()
    view = frame.f_locals
    view["x"] = 50
    view["extra"] = 1
    y = 3
    return x, sorted(view), view["y"], locals()["x"], "extra" in locals()


print(locals_view(1))
