def f(x, y):
    for x in y:
        try:
            with a:
                break
            continue
        except E as e:
            return 1
        except:
            continue
        finally:
            z
    try:
        try:
            return x
        finally:
            return b
    except* C:
        pass
    while 1:
        if a < b < c or not d:
            pass
        elif a if b else c:
            pass
    assert a, b
    return f(x) if a and (b or c) and not d else e


async def g():
    async with a as (b, c), d:
        return
    async for x in y:
        continue
    else:
        z
    [await x async for x in y if t]
    return await x
