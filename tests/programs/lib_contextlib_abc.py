import abc, contextlib, io, sys

@contextlib.contextmanager
def tag(n):
    print(f"<{n}>")
    try: yield n.upper()
    except ValueError as e: print("handled", e)
    finally: print(f"</{n}>")
with tag("a") as x, tag("b"): print(x)
with tag("c"): raise ValueError("v")
try:
    with tag("d"): raise KeyError("k")
except KeyError as e: print("passed", e)
@tag("deco")
def f(): print("in f")
f(); f()
with contextlib.suppress(ZeroDivisionError, KeyError): 1 / 0
with contextlib.suppress(ExceptionGroup): pass
out = io.StringIO()
with contextlib.redirect_stdout(out): print("captured")
print(repr(out.getvalue()))
class Closer:
    def close(self): print("closed")
with contextlib.closing(Closer()): pass
with contextlib.nullcontext(5) as n: print(n)
with contextlib.ExitStack() as st:
    for i in range(3): st.enter_context(tag(f"s{i}"))
    st.callback(print, "callback", sep="|")
    st.push(lambda *e: print("push", e[0]))
    moved = st.pop_all()
print("outside"); moved.close()
try:
    with contextlib.ExitStack() as st:
        st.callback(lambda: 1 / 0)
        raise ValueError("first")
except ZeroDivisionError as e: print(repr(e), repr(e.__context__))
class Both(contextlib.ContextDecorator):
    def __enter__(self): print("E"); return self
    def __exit__(self, *a): print("X", a[0]); return True
@Both()
def g(): raise OSError
g()
@contextlib.contextmanager
def bad(): 
    if False: yield
try:
    with bad(): pass
except RuntimeError as e: print(e)
@contextlib.contextmanager
def twice(): yield 1; yield 2
try:
    with twice(): pass
except RuntimeError as e: print(e)
with contextlib.chdir("/"): import os; print(os.getcwd())
async def am():
    @contextlib.asynccontextmanager
    async def cm(): print("aenter"); yield 1; print("aexit")
    async with cm() as v, contextlib.AsyncExitStack() as s: print(v); s.push_async_callback(later)
async def later(): print("later")
try: am().send(None)
except StopIteration: pass
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): "doc"
    @property
    @abc.abstractmethod
    def name(self): ...
    @classmethod
    def __subclasshook__(cls, C): return True if hasattr(C, "is_shape") else NotImplemented
class Sq(Shape):
    def area(self): return 4
    name = "sq"
class Virtual: is_shape = 1
class Partial(Shape):
    def area(self): return 1
print(Sq().area(), issubclass(Virtual, Shape), isinstance(Virtual(), Shape), Shape.__abstractmethods__ == {"area", "name"}, Sq.__abstractmethods__)
for k in (Shape, Partial):
    try: k()
    except TypeError as e: print(e)
class Reg(abc.ABC): pass
@Reg.register
class Other: pass
print(issubclass(Other, Reg), isinstance(Other(), Reg), isinstance(3, Reg), Other.__mro__[-1]); del Partial.area; print(Partial.__abstractmethods__ == {"name"}, abc.update_abstractmethods(Partial).__name__)
try:
    with 5: pass
except TypeError as e: print(e)
