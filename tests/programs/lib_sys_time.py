import calendar, sys, time, timeit

print(sys.version_info[:2], sys.byteorder, sys.maxsize, sys.maxunicode, sys.float_info.max, sys.float_info.dig, sys.int_info.sizeof_digit, sys.hash_info.modulus, sys.hash_info.width, sys.hexversion >> 16, sys.api_version, sys.platform, sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.getrecursionlimit())
print(len(sys.argv), sys.flags.optimize, sys.flags.hash_randomization, sys.warnoptions, type(sys.modules).__name__, "os" in sys.modules, sys.builtin_module_names.count("sys"), "json" in sys.stdlib_module_names, sys.copyright.splitlines()[0][:13], sys.ps1 if hasattr(sys, "ps1") else "no ps1", sys.dont_write_bytecode, sys.flags[:3], sys.float_repr_style)
print(sys.intern("a b") is sys.intern("a b"), sys.getrefcount(object()) < 5, sys.getsizeof([]) > 0, sys.is_finalizing(), sys.getswitchinterval(), sys.call_tracing(lambda: 5, ()), sys._getframe().f_code.co_name, sys.exc_info(), sys.get_int_max_str_digits(), sys._is_gil_enabled(), sys.getallocatedblocks() >= 0)
try: int("1" * 5000)
except ValueError as e: print(e)
sys.set_int_max_str_digits(0); print(len(str(10**5000))); sys.set_int_max_str_digits(4300)
try: sys.setrecursionlimit(-1)
except ValueError as e: print(e)
events = []
def tracer(frame, event, arg):
    if frame.f_code.co_name == "traced": events.append((event, frame.f_lineno - frame.f_code.co_firstlineno, arg if event == "return" else None))
    return tracer
def traced(x):
    y = x + 1
    for i in range(2): y += i
    return y
sys.settrace(tracer); traced(1); sys.settrace(None); print(events)
calls = []; sys.setprofile(lambda f, e, a: calls.append((e, getattr(a, "__name__", f.f_code.co_name)))); len([]); traced(0); sys.setprofile(None); print(calls)
def hook(kind, value, tb): print("hook", kind.__name__, value)
old = sys.excepthook; sys.excepthook = hook; sys.excepthook(ValueError, ValueError("x"), None); sys.excepthook = old
sys.displayhook(None); sys.displayhook("shown"); import builtins; print(builtins._)
class Out:
    def __init__(s): s.d = []
    def write(s, t): s.d.append(t)
o = sys.stdout; sys.stdout = Out(); print("x", 1); d = sys.stdout.d; sys.stdout = o; print(d)
seen = []; sys.addaudithook(lambda e, a: seen.append((e, a)) if e.startswith("my.") else None); sys.audit("my.event", 1, "two"); print(seen)
try: sys.exit("message")
except SystemExit as e: print(e.code, e.args)
u = sys.unraisablehook; sys.unraisablehook = lambda a: print("unraisable", a.exc_type.__name__, a.exc_value)
class Bad:
    def __del__(s): raise RuntimeError("in del")
Bad(); sys.unraisablehook = u
g = time.gmtime(0); print(g, g.tm_year, time.strftime("%Y-%m-%d %H:%M:%S %j %U %a %b %p %%", g), time.asctime(g), calendar.timegm(g), time.mktime(time.localtime(1e9)), time.strptime("2024-02-29 12:30", "%Y-%m-%d %H:%M")[:6], time.ctime(0), time.tzname, time.timezone, time.daylight, time.struct_time(range(9)).tm_yday)
a = time.monotonic(); time.sleep(0.01); print(time.monotonic() - a >= 0.01, time.perf_counter() > 0, time.time() > 1.6e9, time.process_time() >= 0, time.time_ns() > 10**18, time.get_clock_info("monotonic").monotonic, time.clock_gettime(time.CLOCK_REALTIME) > 0)
for bad in [lambda: time.sleep(-1), lambda: time.strptime("x", "%Y"), lambda: time.gmtime(1e20), lambda: time.strftime("%Y", (1,)), lambda: time.mktime((1,))]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
print(calendar.month(2024, 2), calendar.isleap(1900), calendar.monthrange(2023, 2), calendar.weekday(2000, 1, 1), calendar.day_name[0], calendar.month_abbr[12], calendar.TextCalendar(6).formatmonth(2023, 1).splitlines()[1], calendar.Calendar().monthdayscalendar(2021, 2)[0], calendar.leapdays(2000, 2021), calendar.JANUARY, len(calendar.HTMLCalendar().formatmonth(2024, 1)))
print(timeit.timeit("x + 1", "x = 1", number=10) >= 0, len(timeit.repeat(lambda: 0, number=1, repeat=2)), timeit.Timer("pass").autorange()[0] > 0)
