def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def squares(items):
    for item in items:
        yield item * item


def odd(items):
    return (item for item in items if item % 2)


print(sum(odd(squares(numbers(10)))))
