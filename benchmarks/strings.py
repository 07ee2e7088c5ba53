"""Building, splitting, searching and formatting strings."""


def work(n):
    parts = []
    for i in range(n):
        parts.append(f"{i:05d}:{i % 17:x}-{'ab' * (i % 3)}")
    text = ",".join(parts)
    fields = text.split(",")
    found = sum(1 for field in fields if field.startswith("0") and field.find("abab") >= 0)
    upper = text.upper().replace("AB", "é").lower()
    slow = ""
    for field in fields[:20000]:
        slow += field[0]
    counted = sum(upper.count(c) for c in "0123456789é")
    reversed_words = " ".join(word[::-1] for word in fields[::7])
    digits = sum(ord(c) - 48 for c in text[:200000] if c.isdigit())
    encoded = text.encode().decode("ascii").strip("0,").partition(":")[0]
    return found, len(upper), len(slow), counted, len(reversed_words), digits, encoded


for _ in range(7):
    result = work(120000)
print(*result)
