"""Writes fixtures.txt (or, with a count and a seed, random cases to standard output) from a reference interpreter."""
import random
import re
import sys
import warnings
from re import _compiler, _parser

warnings.simplefilter("ignore")


def line(mode, pattern, flags, subject, pos, endpos):
    p = _parser.parse(pattern, flags)
    code = _compiler._code(p, flags)
    compiled = re.compile(pattern, flags)
    m = getattr(compiled, mode)(subject, pos, endpos)
    spans, last = "", 0
    if m:
        spans = " ".join("-" if s == (-1, -1) else f"{s[0]}-{s[1]}" for s in m.regs)
        last = m.lastindex or 0
    points = list(subject) if isinstance(subject, bytes) else [ord(c) for c in subject]
    fields = [mode, compiled.groups, " ".join(str(int(c)) for c in code), pos, min(endpos, len(subject)),
              " ".join(map(str, points)), spans, last]
    return "|".join(map(str, fields))


def known():
    """The cases of CPython's own table, where it is installed."""
    from test.re_tests import tests
    for t in tests:
        pattern, subject = t[0], t[1]
        if t[2] == 2:  # SYNTAX_ERROR
            continue
        for flags in 0, re.I, re.M | re.S, re.A:
            for mode in "search", "match", "fullmatch":
                try:
                    yield line(mode, pattern, flags, subject, 0, len(subject))
                    if flags == 0 and isinstance(subject, str):
                        yield line(mode, pattern.encode("latin-1"), re.L | re.I, subject.encode("latin-1"), 0, 99)
                except (re.error, UnicodeEncodeError, ValueError, RecursionError, TypeError):
                    pass


EXTRA = [
    (r"\B", "", 0), (r"\b", "", 0), (r"(?:(a)|b)*+", "abba", 0), (r"(?>a+|b)c", "aabc", 0), (r"(a)?+b", "ab", 0),
    (r"(?:a?)*?$", "aab", 0), (r"(a|ab)(c|bcd)(d*)", "abcd", 0), (r"(?=(a+))a*b\1", "baaabac", 0),
    (r"(?<=(a)b)c", "abc", 0), (r"(?<!ab)c", "abcc", 0), (r"(a)((?!(b)*))*", "abb", 0), (r"(a)(?:(?=(b)*)c)", "abb", 0),
    (r"(?i:\u0130\xe9\u017f)", "i\xc9S", 0), (r"[\u0100-\u0500x\u1234-\u2345]+", "ax\u0101\u2000\u9999", 0),
    (r"\w+\s\d", "h\xe9llo \u0663", 0), (r"\w+\s\d", "h\xe9llo \u0663", re.A), (r"(?i)[a-z]+", "\u212a\u017fAb", 0),
    (r"(?i)[\u0430-\u044f]+", "\u0410\u0431", 0), (r"(?i)(\xe9)\1", "\xe9\xc9", 0), (r"(?s).*?x", "a\nbx", 0),
    (r"^.*$", "a\nb\n", re.M), (r"(\d+)(?:-(\d+))?(?(2)x|y)", "12-34x", 0), (r"(?:){3}", "a", 0), (r"(?:a{2}){2,3}", "aaaaa", 0),
    (r"(?:a*)*", "aab", 0), (r"(?:a*)+?b", "aab", 0), (r"(?:(a*))*", "aab", 0), (r"(x??)(y|z)*?$", "xyz", 0),
    (r"a{,5}?b", "aaab", 0), (r"[^\W\d_]+", "ab1", 0), (r"[\s\S]", "\n", 0), (r"(?P<a>x)(?P=a)", "xx", 0), ("a.b", "a\nb", 0),
    (r"(?m)^b", "a\nb", 0), (r"\Aa|b\Z", "cb", 0), (r"(a+)+b", "aaaab", 0), (r"(?:ab|a)(?:bc|c)?", "abc", 0),
]


def atom(rng, depth, groups):
    kind = rng.randrange(22 if depth > 0 else 9)
    if kind < 5:
        return rng.choice("aabbc.")
    if kind < 7:
        return rng.choice(["[ab]", "[^a]", r"\w", r"\s", r"[a-c]", r"\W", r"\d", "[^bc]", "\xe9", "[\u0400\u0500a]", "A"])
    if kind == 7:
        return rng.choice(["^", "$", r"\b", r"\B", r"\A", r"\Z"])
    if kind == 8:
        return rf"\{rng.randrange(1, groups[0] + 1)}" if groups[0] else "b"
    inner = lambda: regex(rng, depth - 1, groups)
    if kind < 13:
        # A group may be referred to only after it is closed.
        body = inner()
        groups[0] += 1
        return f"({body})"
    if kind < 15:
        return f"(?:{inner()})"
    if kind == 15:
        return f"(?={inner()})"
    if kind == 16:
        return f"(?!{inner()})"
    if kind == 17:
        return f"(?>{inner()})"
    if kind == 18:
        return rng.choice(["(?<=a)", "(?<!b)", "(?<=ab)", "(?<!ca)", "(?<=[ab])"])
    if kind == 19 and groups[0]:
        return f"(?({rng.randrange(1, groups[0] + 1)}){rng.choice('abc')}|{rng.choice('abc')})"
    if kind == 20:
        return f"(?i:{inner()})"
    body = f"({inner()}|{inner()})"
    groups[0] += 1
    return body


def regex(rng, depth, groups):
    parts = []
    for _ in range(rng.randrange(1, 4)):
        piece = atom(rng, depth, groups)
        if rng.random() < 0.45:
            piece += rng.choice(["*", "+", "?", "{1,2}", "{2}", "{0,3}"]) + rng.choice(["", "", "", "?", "?", "+"])
        parts.append(piece)
        if rng.random() < 0.15:
            parts.append("|")
    return "".join(parts)


def random_cases(count, seed):
    rng = random.Random(seed)
    done = 0
    while done < count:
        pattern = regex(rng, 3, [0])
        flags = rng.choice([0, 0, 0, re.I, re.M, re.S, re.A, re.I | re.A])
        try:
            compiled = re.compile(pattern, flags)
        except (re.error, RecursionError, OverflowError):
            continue
        for _ in range(4):
            subject = "".join(rng.choice(rng.choice(["ab", "abc", "abcAB\n \xe9\u0400"])) for _ in range(rng.randrange(10)))
            pos = rng.choice([0, 0, 0, rng.randrange(len(subject) + 1)])
            endpos = rng.choice([len(subject)] * 3 + [rng.randrange(pos, len(subject) + 1)])
            yield line(rng.choice(["search", "match", "fullmatch"]), pattern, flags, subject, pos, endpos)
            done += 1


if len(sys.argv) > 1:
    for text in random_cases(int(sys.argv[1]), int(sys.argv[2])):
        print(text)
else:
    print("# mode|groups|code|pos|endpos|subject|spans|lastindex; written by fixtures.py")
    for text in dict.fromkeys(known()):
        print(text)
    for pattern, subject, flags in EXTRA:
        for mode in "search", "match", "fullmatch":
            print(line(mode, pattern, flags, subject, 0, len(subject)))
    for text in random_cases(1500, 1):
        print(text)
