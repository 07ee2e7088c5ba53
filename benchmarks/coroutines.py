"""Coroutines: a tree of awaits, a scheduler of its own, and tasks under asyncio."""

import asyncio
from collections import deque


class Switch:
    def __await__(self):
        yield


async def tree(depth):
    if depth == 0:
        return 1
    return await tree(depth - 1) + await tree(depth - 1)


async def worker(n, inbox, out):
    for _ in range(n):
        await Switch()
        if inbox:
            out.append(inbox.popleft() * 2)
        else:
            inbox.append(n)


def schedule(coroutines):
    ready = deque(coroutines)
    steps = 0
    while ready:
        coroutine = ready.popleft()
        try:
            coroutine.send(None)
        except StopIteration:
            continue
        steps += 1
        ready.append(coroutine)
    return steps


async def gather_tree(level):
    if level == 0:
        await asyncio.sleep(0)
        return 1
    return sum(await asyncio.gather(*[gather_tree(level - 1) for _ in range(6)]))


async def produce(queue, n):
    for i in range(n):
        await queue.put(i)
    await queue.put(None)


async def consume(queue):
    total = 0
    while (item := await queue.get()) is not None:
        total += item
    return total


async def ticks(n):
    for i in range(n):
        yield i


async def main():
    print(await gather_tree(5))
    queue = asyncio.Queue(10)
    _, total = await asyncio.gather(produce(queue, 30000), consume(queue))
    print(total)
    print(sum([i async for i in ticks(300_000)]))


try:
    tree(18).send(None)
except StopIteration as stop:
    print(stop.value)
inbox, out = deque(), []
print(schedule([worker(6000, inbox, out) for _ in range(40)]), sum(out))
asyncio.run(main())
