import io, logging, logging.handlers, logging.config, sys, warnings

logging.basicConfig(stream=sys.stdout, format="%(levelname)s:%(name)s:%(message)s", level=logging.DEBUG)
log = logging.getLogger("app.sub"); log.debug("d %s", 1); log.info("%(a)s", {"a": "dict"}); log.warning("w"); log.error("e"); log.critical("c"); logging.log(35, "custom")
try: 1 / 0
except ZeroDivisionError: log.exception("failed", exc_info=False, extra={"x": 1})
print(log.parent.name, log.getEffectiveLevel(), log.isEnabledFor(10), logging.getLevelName(30), logging.getLevelName("ERROR"), log, logging.getLogger().handlers[0].level, log.getChild("z").name)
s = io.StringIO(); h = logging.StreamHandler(s); h.setFormatter(logging.Formatter("{levelname:>8} {lineno} {funcName} {message}", style="{")); log.addHandler(h); log.propagate = False; log.setLevel("WARNING")
def inside(): log.info("hidden"); log.warning("shown")
inside(); print(s.getvalue(), end=""); h.addFilter(lambda r: "no" not in r.msg); log.error("no way"); log.error("yes"); print(s.getvalue().splitlines()[-1])
try:
    try: raise KeyError("k")
    except KeyError: log.error("tb", exc_info=True, stack_info=False)
finally: print(s.getvalue().splitlines()[-1], len(s.getvalue().splitlines()))
m = logging.handlers.MemoryHandler(2, target=logging.StreamHandler(sys.stdout)); l2 = logging.getLogger("mem"); l2.propagate = False; l2.addHandler(m); l2.warning("one"); print("buffered"); l2.warning("two"); logging.addLevelName(5, "TRACE"); print(logging.getLevelName(5)); logging.disable(logging.ERROR); l2.error("off"); logging.disable(logging.NOTSET)
logging.config.dictConfig({"version": 1, "formatters": {"f": {"format": "%(name)s|%(message)s"}}, "handlers": {"h": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f"}}, "loggers": {"cfg": {"handlers": ["h"], "level": "INFO", "propagate": False}}}); logging.getLogger("cfg").info("configured")
rh = logging.handlers.RotatingFileHandler("r.log", maxBytes=30, backupCount=2); l3 = logging.getLogger("rot"); l3.propagate = False; l3.addHandler(rh); [l3.warning("message %d", i) for i in range(5)]; rh.close(); import os; print(sorted(f for f in os.listdir() if f.startswith("r.log")))
a = logging.LoggerAdapter(logging.getLogger("cfg"), {"k": 1}); a.info("adapted"); logging.getLogger("cfg").info("bad %d", 1); r = logging.LogRecord("n", 20, "/p/f.py", 3, "m %s", ("x",), None); print(r.getMessage(), r.filename, r.module, logging.Formatter("%(asctime)s %(message)s", "%Y").format(r)[5:], logging.lastResort.level)
try: logging.getLogger("x").setLevel("NOPE")
except ValueError as e: print(e)
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always"); warnings.warn("msg"); warnings.warn("dep", DeprecationWarning, stacklevel=1); warnings.warn(UserWarning("inst")); print([(str(x.message), x.category.__name__, x.lineno > 0) for x in w])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try: warnings.warn("boom", RuntimeWarning)
    except RuntimeWarning as e: print("raised", e)
with warnings.catch_warnings(record=True) as w:
    warnings.resetwarnings(); warnings.filterwarnings("ignore", "skip.*"); warnings.filterwarnings("default"); warnings.warn("skip me"); [warnings.warn("again") for _ in range(3)]; print(len(w))
warnings.showwarning = lambda m, c, f, l, file=None, line=None: print("show", m, c.__name__, f.rsplit("/", 1)[-1], l); warnings.warn("custom"); print(warnings.formatwarning("m", UserWarning, "f.py", 3, "code"), end="")
@warnings.deprecated("use other")
def old(): return 1
print(old(), old.__deprecated__)
try: warnings.warn("x", int)
except TypeError as e: print(e)
try: warnings.simplefilter("bogus")
except (AssertionError, ValueError) as e: print(type(e).__name__)
