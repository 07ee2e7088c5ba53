"""Dictionaries that grow, shrink and are walked through."""


def churn(n):
    table = {}
    for i in range(n):
        table[i * 7919 % 100003] = i
        if i % 3 == 0:
            table.pop(i * 7919 % 100003 - 1, None)
    words = {}
    for i in range(n):
        key = f"key{i % 5000}"
        words[key] = words.get(key, 0) + i
    total = 0
    for _ in range(10):
        for key, value in words.items():
            total += value if key.endswith("7") else 1
        merged = words | {"extra": 1}
        total += len(merged)
    groups = {}
    for key, value in table.items():
        groups.setdefault(value % 97, []).append(key)
    return len(table), total, max(len(group) for group in groups.values())


print(*churn(600000))
