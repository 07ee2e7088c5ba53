"""Numbers as Roman numerals and as English words, both ways."""

ROMAN = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
BIG = ["", "thousand", "million", "billion"]


def to_roman(n):
    if not 0 < n < 4000:
        raise ValueError(f"{n} has no Roman numeral")
    result = ""
    for value, letters in ROMAN:
        count, n = divmod(n, value)
        result += letters * count
    return result


def from_roman(text):
    total, values = 0, {letters: value for value, letters in ROMAN if len(letters) == 1}
    for here, after in zip(text, text[1:] + "I"):
        total += -values[here] if values[here] < values[after] else values[here]
    if to_roman(total) != text:
        raise ValueError(f"{text} is no Roman numeral")
    return total


def words(n):
    if n < 0:
        return "minus " + words(-n)
    if n < 20:
        return SMALL[n]
    if n < 100:
        return TENS[n // 10] + ("-" + SMALL[n % 10] if n % 10 else "")
    if n < 1000:
        return SMALL[n // 100] + " hundred" + (" and " + words(n % 100) if n % 100 else "")
    groups = []
    for name in BIG:
        n, group = divmod(n, 1000)
        if group:
            groups.append(f"{words(group)} {name}".strip())
    return ", ".join(reversed(groups))


for n in (1, 4, 9, 14, 40, 90, 400, 1994, 2024, 3999):
    print(n, to_roman(n), words(n))
print(all(from_roman(to_roman(n)) == n for n in range(1, 4000)))
for n in (0, 100, 101, 1000, 1001, 123456789, -7, 10**9 + 10**6):
    print(words(n))
for bad in ("IIII", "VX", "Q"):
    try:
        from_roman(bad)
    except (ValueError, KeyError) as error:
        print(type(error).__name__, error)
