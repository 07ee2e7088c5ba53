class Unknown(KeyError):
    pass


def look_up(table, key):
    try:
        return table[key]
    except KeyError as error:
        raise Unknown(key) from error


def first(table, *keys):
    for key in keys:
        try:
            return look_up(table, key)
        except Unknown:
            continue
    raise LookupError(f"none of {keys}")


prices = {"tea": 3, "bread": 2}
print(first(prices, "cake", "tea"))
print(first(prices, "cake", "wine"))
