"""Processes by fork: queues, pipes, pools, shared values, locks, managers, exit codes."""

import multiprocessing as mp
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor


def square(x):
    return x * x


def work(queue, results):
    for item in iter(queue.get, None):
        results.put((item, square(item)))


def add(value, lock, n):
    for _ in range(n):
        with lock:
            value.value += 1


def child(connection):
    connection.send(connection.recv().upper())
    connection.close()


def crash(kind):
    if kind == "exit":
        sys.exit(7)
    if kind == "kill":
        os.kill(os.getpid(), 9)
    raise ValueError("in child")


if __name__ == "__main__":
    ctx = mp.get_context("fork")
    queue, results = ctx.Queue(), ctx.Queue()
    workers = [ctx.Process(target=work, args=(queue, results)) for _ in range(2)]
    [w.start() for w in workers]
    for i in range(6):
        queue.put(i)
    for _ in workers:
        queue.put(None)
    print(sorted(results.get() for _ in range(6)))
    [w.join() for w in workers]
    print([w.exitcode for w in workers], workers[0].is_alive(), workers[0].name.startswith("ForkProcess"))
    value, lock = ctx.Value("i", 0), ctx.Lock()
    processes = [ctx.Process(target=add, args=(value, lock, 100)) for _ in range(3)]
    [p.start() for p in processes]
    [p.join() for p in processes]
    print(value.value)
    here, there = ctx.Pipe()
    p = ctx.Process(target=child, args=(there,))
    p.start()
    here.send("text")
    print(here.recv(), here.poll(0.01))
    p.join()
    sys.stderr = open(os.devnull, "w")
    for kind in ("exit", "kill", "raise"):
        p = ctx.Process(target=crash, args=(kind,))
        p.start()
        p.join()
        print(kind, p.exitcode)
    sys.stderr = sys.__stderr__
    with ctx.Pool(2) as pool:
        print(pool.map(square, range(5)), pool.apply(square, (9,)), sorted(pool.imap_unordered(square, [3, 1])), pool.starmap(pow, [(2, 3), (3, 2)]))
        try:
            pool.apply(crash, ("raise",))
        except ValueError as error:
            print("pool", error)
        print(pool.apply_async(square, (4,)).get(timeout=10))
    array = ctx.Array("d", [1.5, 2.5])
    array[0] = 9
    print(array[:], ctx.cpu_count() > 0, mp.current_process().name, mp.parent_process())
    event = ctx.Event()
    p = ctx.Process(target=event.set)
    p.start()
    print(event.wait(10))
    p.join()
    p = ctx.Process(target=time.sleep, args=(60,), daemon=True)
    p.start()
    p.terminate()
    p.join()
    print(p.exitcode)
    with ProcessPoolExecutor(2, mp_context=ctx) as executor:
        print(list(executor.map(square, range(4))), executor.submit(square, 5).result())
    print(mp.active_children())
