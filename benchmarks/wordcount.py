"""Counting words of a text made up here."""

import re
from collections import Counter, defaultdict

SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku ma me mi mo mu".split()


def text(n):
    state = 1
    for _ in range(n):
        state = state * 48271 % 2147483647
        yield SYLLABLES[state % 20] + SYLLABLES[state // 20 % 20] * (state % 3)


def main(n):
    lines = []
    words = list(text(n))
    for start in range(0, n, 11):
        lines.append(" ".join(words[start : start + 11]).capitalize() + ".")
    content = "\n".join(lines)
    counts = Counter(re.findall(r"\w+", content.lower()))
    lengths = defaultdict(list)
    for line in content.splitlines():
        for word in line.rstrip(".").split():
            lengths[len(word)].append(word)
    first = re.compile(r"^(\w)\w*\b(.*)\b(\w+)\.$", re.M)
    ends = Counter(match.group(3) for match in first.finditer(content))
    return counts.most_common(2), {key: len(set(value)) for key, value in sorted(lengths.items())}, ends.most_common(1)


print(*main(700000))
