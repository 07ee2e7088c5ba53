"""Text made by a Markov chain; anagrams; word statistics; concordance."""

from collections import Counter, defaultdict

TEXT = """the cat sat on the mat and the dog sat on the log
the cat saw the dog and the dog saw the cat
on the mat the cat ate and on the log the dog slept"""


def chain(words, order=2):
    table = defaultdict(list)
    for i in range(len(words) - order):
        table[tuple(words[i : i + order])].append(words[i + order])
    return table


def generate(table, start, length, seed=3):
    state, result = start, list(start)
    while len(result) < length and state in table:
        seed = seed * 16807 % 2147483647
        options = table[state]
        result.append(options[seed % len(options)])
        state = state[1:] + (result[-1],)
    return " ".join(result)


words = TEXT.split()
table = chain(words)
print(len(table), table["the", "cat"], sorted(table)[:3])
print(generate(table, ("the", "cat"), 12))
print(Counter(words).most_common(3), Counter(len(w) for w in set(words)))
groups = defaultdict(set)
for word in "listen silent enlist google elbow below state taste".split():
    groups["".join(sorted(word))].add(word)
print(sorted(sorted(group) for group in groups.values() if len(group) > 1))
index = defaultdict(list)
for number, line in enumerate(TEXT.splitlines(), 1):
    for word in dict.fromkeys(line.split()):
        index[word].append(number)
print({word: lines for word, lines in sorted(index.items()) if len(lines) > 1})
longest = max(TEXT.splitlines(), key=len)
print(f"{longest[:20]!r}... {len(longest)} {longest.title().swapcase()[:9]}")
