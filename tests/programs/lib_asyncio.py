import asyncio, contextvars, time

async def work(n, t=0): await asyncio.sleep(t); return n * 2
async def fail(): raise ValueError("async fail")
async def main():
    print(await asyncio.gather(work(1, 0.02), work(2, 0.01), work(3)), await asyncio.gather(fail(), work(1), return_exceptions=True))
    t = asyncio.create_task(work(5), name="named"); print(t.done(), t.get_name(), await t, t.done(), t.result())
    try: await asyncio.wait_for(asyncio.sleep(5), 0.01)
    except TimeoutError as e: print("timeout", repr(e))
    try:
        async with asyncio.timeout(0.01): await asyncio.sleep(5)
    except TimeoutError: print("timeout cm")
    t = asyncio.create_task(asyncio.sleep(5)); await asyncio.sleep(0); t.cancel("msg")
    try: await t
    except asyncio.CancelledError as e: print("cancelled", e, t.cancelled())
    try:
        async with asyncio.TaskGroup() as g: g.create_task(fail()); g.create_task(asyncio.sleep(5))
    except* ValueError as eg: print("group", eg.exceptions)
    q = asyncio.Queue(2); out = []
    async def prod():
        for i in range(5): await q.put(i)
        await q.put(None)
    async def cons():
        while (x := await q.get()) is not None: out.append(x); q.task_done()
    await asyncio.gather(prod(), cons()); print(out)
    lock = asyncio.Lock(); ev = asyncio.Event(); sem = asyncio.Semaphore(1); cond = asyncio.Condition(); order = []
    async def locked(i):
        async with lock, sem: order.append(i); await asyncio.sleep(0); order.append(i)
    await asyncio.gather(*(locked(i) for i in range(3))); print(order, lock.locked())
    asyncio.get_running_loop().call_later(0.01, ev.set); print(await ev.wait())
    async def waiter():
        async with cond: await cond.wait(); return "notified"
    w = asyncio.create_task(waiter()); await asyncio.sleep(0)
    async with cond: cond.notify_all()
    print(await w)
    done, pend = await asyncio.wait([asyncio.create_task(work(1)), asyncio.create_task(asyncio.sleep(9))], return_when=asyncio.FIRST_COMPLETED); print(len(done), len(pend)); [p.cancel() for p in pend]
    print([await f for f in asyncio.as_completed([work(1, 0.02), work(2, 0.0)])], await asyncio.to_thread(sum, [1, 2]), await asyncio.shield(work(4)))
    fut = asyncio.get_running_loop().create_future(); fut.add_done_callback(lambda f: print("cb", f.result())); fut.set_result(9); print(await fut); await asyncio.sleep(0)
    try: fut.set_result(1)
    except asyncio.InvalidStateError as e: print(e)
    p = await asyncio.create_subprocess_exec("sh", "-c", "cat; echo err >&2; exit 2", stdin=-1, stdout=-1, stderr=-1); print(await p.communicate(b"in"), p.returncode)
    async def serve(r, w): data = await r.readline(); w.write(data.upper()); await w.drain(); w.close()
    srv = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with srv: r, w = await asyncio.open_connection(*srv.sockets[0].getsockname()); w.write(b"hello\n"); print(await r.read()); w.close(); await w.wait_closed()
    var = contextvars.ContextVar("var", default=0)
    async def setv(x): var.set(x); await asyncio.sleep(0); return var.get()
    print(await asyncio.gather(setv(1), setv(2)), var.get(), asyncio.current_task().get_name(), len(asyncio.all_tasks()))
    async def agen():
        try:
            for i in range(3): yield i; await asyncio.sleep(0)
        finally: print("agen closed")
    async for x in agen():
        if x == 1: break
    print([x async for x in agen()]); loop = asyncio.get_running_loop(); print(loop.is_running(), loop.get_debug(), asyncio.iscoroutinefunction(main) if False else asyncio.iscoroutine(main)); loop.call_exception_handler({"message": "quiet"}) if False else None
    async def cleanup():
        try: await asyncio.sleep(9)
        except asyncio.CancelledError: print("cleaning"); raise
    asyncio.create_task(cleanup()); await asyncio.sleep(0); return "main result"
print(asyncio.run(main()))
try: asyncio.run(fail())
except ValueError as e: print(e)
try: asyncio.get_running_loop()
except RuntimeError as e: print(e)
with asyncio.Runner() as r: print(r.run(work(7)), r.get_loop().is_closed())
loop = asyncio.new_event_loop(); loop.call_soon(lambda: (print("soon"), loop.stop())); loop.run_forever(); print(loop.run_until_complete(work(8))); loop.close(); print(loop.is_closed())
