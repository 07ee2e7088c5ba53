"""Frequencies of substrings in DNA, in dictionaries."""

from collections import Counter, defaultdict


def sequence(n):
    state = 42
    letters = []
    for _ in range(n):
        state = (state * 3877 + 29573) % 139968
        letters.append("GATC"[state * 4 // 139968])
    return "".join(letters)


def frequencies(text, size):
    counts = defaultdict(int)
    for i in range(len(text) - size + 1):
        counts[text[i : i + size]] += 1
    return counts


def main():
    text = sequence(350_000)
    for size in (1, 2):
        counts = frequencies(text, size)
        total = sum(counts.values())
        for piece, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            print(f"{piece} {100 * n / total:.3f}")
    for wanted in ("GGT", "GGTA", "GGTATT", "GGTATTTTAATT"):
        print(frequencies(text, len(wanted)).get(wanted, 0), wanted)
    print(Counter(text[i : i + 3] for i in range(len(text) - 2)).most_common(3))


main()
