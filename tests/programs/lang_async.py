"""async and await without a loop of one's own: driven by hand."""

import types

class Ready:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield ("wait", self.v)
        return got * 2
@types.coroutine
def bare(x):
    r = yield x
    return r
async def inner(n):
    a = await Ready(n)
    b = await bare("bare")
    return a + b
async def main():
    r = await inner(1)
    print("r", r)
    async with Manager() as m:
        print("in", m)
    async for x in counter(3):
        print("x", x)
    print([y async for y in counter(4) if y % 2], {k: v async for k, v in pairs()}, [await inner2(i) for i in range(2)])
    try: await fail()
    except ValueError as e: print("caught", e)
    return "done"
async def inner2(i): return i * 10
async def fail(): raise ValueError("async")
async def pairs():
    yield "a", 1
    yield "b", 2
class Manager:
    async def __aenter__(self): await bare("enter"); return "managed"
    async def __aexit__(self, *e): await bare("exit"); return False
async def counter(n):
    try:
        for i in range(n):
            await bare(f"tick{i}")
            yield i
    finally: print("counter finally")
def drive(coro):
    value = None
    while True:
        try: request = coro.send(value)
        except StopIteration as e: return e.value
        print("->", request)
        value = 5
print(drive(main()))
c = inner(1); print(c.cr_frame is not None, c.cr_running, type(c).__name__); c.close()
try: c.send(None)
except RuntimeError as e: print(e)
async def agen():
    x = yield 1
    print("agen got", x)
    try: yield 2
    except KeyError: print("key"); yield 3
async def use():
    g = agen()
    print(await g.__anext__(), await g.asend("s"), await g.athrow(KeyError))
    await g.aclose()
    try: await g.__anext__()
    except StopAsyncIteration: print("stop")
    print(await anext(counter(0), "default"))
drive(use())
try: drive((lambda: (yield))())
except TypeError as e: print(e)
async def bad(): await 3
try: drive(bad())
except TypeError as e: print(e)
async def bad2():
    async for x in [1]: pass
try: drive(bad2())
except TypeError as e: print(e)
async def bad3():
    async with 5: pass
try: drive(bad3())
except TypeError as e: print(e)
