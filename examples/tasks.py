"""Tasks of asyncio, working side by side."""

import asyncio


async def worker(name, queue, results):
    while (number := await queue.get()) is not None:
        await asyncio.sleep(0)
        results.append((number, number**2))
    print(f"{name} is done")


async def main():
    queue, results = asyncio.Queue(), []
    async with asyncio.TaskGroup() as group:
        for name in ("first", "second"):
            group.create_task(worker(name, queue, results))
        for number in range(5):
            await queue.put(number)
        for _ in range(2):
            await queue.put(None)
    print(sorted(results))


asyncio.run(main())
