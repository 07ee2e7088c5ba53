import dis, inspect, io, linecache, sys, traceback, types

def lvl1(x): return lvl2(x)
def lvl2(x):
    y = [x]
    raise ValueError(
        "deep"
    )
try: lvl1(1)
except ValueError as e:
    print("".join(traceback.format_exception(e)).replace(__file__, "FILE"), end=""); print(traceback.format_exception_only(e), [(f.name, f.lineno, f.line) for f in traceback.extract_tb(e.__traceback__)], traceback.format_tb(e.__traceback__, limit=1)[0].splitlines()[1:]); te = traceback.TracebackException.from_exception(e, capture_locals=True); print([sorted(f.locals) if f.locals else None for f in te.stack][1:], te.exc_type_str, str(te)); exc = e
try:
    try: {}["a"]
    except KeyError as k: raise ExceptionGroup("eg", [ValueError(1), TypeError("two")]) from k
except ExceptionGroup as e: print("\n".join(l for l in "".join(traceback.format_exception(e)).replace(__file__, "FILE").splitlines()))
def rec(n): return rec(n - 1) if n else 1 / 0
try: rec(10)
except ZeroDivisionError as e: print(*[l.strip() for l in traceback.format_tb(e.__traceback__)[-3:]][0].splitlines()[1:], len(traceback.format_tb(e.__traceback__)), "repeated" in "".join(traceback.format_exception(e)))
def here(): return [f.name for f in traceback.extract_stack()]
print(here(), [f[3] for f in inspect.stack()]); s = io.StringIO(); traceback.print_exception(exc, file=s, chain=False); print(s.getvalue().splitlines()[-1]); print(traceback.format_list([("f.py", 3, "fn", "code")]), linecache.getline(__file__, 3).strip(), linecache.getline("nope", 1) == "")
try: exec(compile("a = 1\nb = a.nam\n", "<gen>", "exec"))
except AttributeError as e: print(traceback.format_exc().splitlines()[-1])
for code in ["import jsn", "lne([])", "''.uper()", "class A:\n  def f(self): blah\n  blah=1\nA().f()", "from os import pathh", "x = 1 +", "sys.versoin", "int.frm_bytes"]:
    try: exec(code, {"sys": sys})
    except Exception as e: print(traceback.format_exception_only(e)[-1].strip())
def sig(a, /, b: int = 2, *args, c, d="x", **kw) -> str: "Doc."
print(inspect.signature(sig), [(p.name, p.kind.name, p.default is p.empty) for p in inspect.signature(sig).parameters.values()], inspect.signature(sig).bind(1, 2, 3, c=4, z=5).arguments, inspect.signature(len), inspect.signature(int.to_bytes) , inspect.getfullargspec(sig)[:4], inspect.getdoc(sig), inspect.signature(lambda x=1: 0), inspect.signature(types.SimpleNamespace))
try: inspect.signature(sig).bind()
except TypeError as e: print(e)
class K:
    "Class doc."
    attr = 1
    def m(self): "m doc"
    @staticmethod
    def s(): pass
    @property
    def p(self): return 1
    async def co(self): pass
print(inspect.getsource(K.m), inspect.getsourcelines(sig)[1] > 0, inspect.isfunction(K.m), inspect.ismethod(K().m), inspect.isclass(K), inspect.isbuiltin(len), inspect.iscoroutinefunction(K.co), inspect.isgeneratorfunction(K.m), [n for n, v in inspect.getmembers(K, inspect.isfunction)], inspect.getmodule(K).__name__, inspect.getfile(K) == __file__, inspect.getmro(K)[1], inspect.cleandoc("  a\n    b"), inspect.getattr_static(K(), "p"). __class__.__name__, inspect.classify_class_attrs(K)[-1].kind, inspect.currentframe().f_lineno > 0, inspect.isdatadescriptor(K.p), inspect.unwrap(sig) is sig)
g = (x for x in [1]); print(inspect.getgeneratorstate(g), next(g), inspect.getgeneratorstate(g), inspect.getgeneratorlocals(g), inspect.getclosurevars(lambda: sys).globals.keys(), inspect.isabstract(K), inspect.formatannotation(list[int]), inspect.getcallargs(lambda a, b=2: 0, 1))
def add(a, b=1):
    if a > b: return a + b
    for i in range(a): print(i)
dis.dis(add); print([i.opname for i in dis.get_instructions(add)][:5], dis.code_info(add).splitlines()[0], dis.stack_effect(dis.opmap["LOAD_CONST"], 0), add.__code__.co_consts, add.__code__.co_names, dis.Bytecode("x+1").dis().splitlines()[-1].split()[-1], list(dis.findlinestarts(add.__code__))[0], add.__code__.co_stacksize, list(add.__code__.co_positions())[3], add.__code__.co_exceptiontable)
c = add.__code__.replace(co_name="renamed"); print(c.co_name, types.FunctionType(c, globals())(5, 2), c == add.__code__, hash(c) == hash(c), types.CodeType.__name__, add.__code__.co_flags, inspect.CO_NEWLOCALS)
