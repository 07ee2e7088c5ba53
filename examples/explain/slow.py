def slow(words):
    unique = []
    for word in words:
        if word not in unique:
            unique.append(word)
    return unique


def fast(words):
    return list(dict.fromkeys(words))


words = [f"word{n % 40}" for n in range(200)]
print(len(slow(words)), len(fast(words)))
