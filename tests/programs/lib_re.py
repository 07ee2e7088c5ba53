import re

print(re.match(r"(\w+) (\w+)", "Isaac Newton, physicist").groups(), re.search(r"(?P<y>\d{4})-(?P<m>\d\d)", "on 2024-05-06").groupdict(), re.fullmatch("a+", "aab"))
m = re.search(r"(b)(c)?", "abx"); print(m, m.group(), m.group(1, 2), m.groups("z"), m.span(), m.span(2), m.start(1), m.lastindex, m.lastgroup, m.re.pattern, m.string, m[1], m.expand(r"<\1>"))
print(re.findall(r"\b\w", "the quick brown"), re.findall(r"(\w)(\d)", "a1 b2"), re.split(r"[,;]\s*", "a, b;c"), re.split(r"(-)", "a-b-c", maxsplit=1), re.sub(r"\d+", lambda m: str(int(m[0]) * 2), "a1b22"), re.subn("x", "y", "xxx", count=2), re.sub(r"(?P<w>\w+)", r"[\g<w>\g<0>]", "hi you"))
print([m.span() for m in re.finditer("a*", "baac")], re.escape("a.b*c"), re.sub("", "-", "abc"), re.split("x*", "axbc"))
print(re.findall(r"(?i)ab", "AB aB ab"), re.findall(r"(?m)^\w+$", "one\ntwo three\nfour"), re.findall(r"(?s)a.b", "a\nb"), re.findall(r"(?x) a  b # comment", "ab"), re.match("É", "é", re.I), re.match(r"\w", "é", re.A))
print(re.findall(r"(?<=\$)\d+", "$5 6 $77"), re.findall(r"(?<!\$)\b\d+", "$5 6 $77"), re.findall(r"a(?=b)", "abac"), re.findall(r"a(?!b)\w", "abac"), re.match(r"(a)?b(?(1)c|d)", "abc"), re.match(r"(a)?b(?(1)c|d)", "bd"))
print(re.match(r"<.*?>", "<a><b>").group(), re.match(r"<.*>", "<a><b>").group(), re.match(r"a{2,3}?", "aaaa").group(), re.match(r"a++b", "aaab"), re.match(r"(?>a+)ab", "aaab"), re.match(r"(\w)\1", "aab"), re.match(r"(?P<q>['\"]).*?(?P=q)", "'it'"))
print(re.findall(r"[^\W\d_]+", "ab1_é2"), re.findall(r"[\]\-a-c^]", "]-b^z"), re.findall(r"\Aab|b\Z|\Bb", "abb"), re.findall(r"\d\s\D\S", "1 ab"), re.findall(r"[\u4e00-\u9fff]", "x你y好"), re.findall(r"\x41|\u0042|\N{LATIN SMALL LETTER C}", "ABc"), re.findall(rb"\d", b"1a2"))
p = re.compile(r"(?P<a>x)(y)", re.I | re.M); print(p.flags, p.groups, p.groupindex, p, p.match("zXY", 1), p.search("xyxy", 1, 4), p == re.compile(r"(?P<a>x)(y)", re.I | re.M), p.scanner("xy").match())
for bad in ["(", ")", "[a", "a**", "*a", "(?P<1>a)", r"\1", "(?P=x)", "a{2,1}", "(?<=a*)b", "[z-a]", "(?z)", "\\", "(?P<a>.)(?P<a>.)", r"\N{nope}", "(?(2)a)", r"\q", "(?", "a{99999999999}", "(?i:a", "x(?i)"]:
    try: print(repr(bad), re.compile(bad))
    except (re.error, OverflowError) as e: print(repr(bad), type(e).__name__, e, getattr(e, "pos", None))
print(re.sub(r"(a)|b", r"<\1>", "ab"), re.sub("a", r"\n\\", "a"), re.sub("(?P<n>a)", "\\g<n>\\g<1>", "a"))
for bad in [r"\2", r"\g<x>", r"\g<", "\\q"]:
    try: print(re.sub("(a)", bad, "a"))
    except (re.error, IndexError) as e: print(type(e).__name__, e)
try: re.match("a", b"a")
except TypeError as e: print(e)
print(re.match(r"(?:a|ab)(?:c|bcd)(?:d*)", "abcd").group(), re.match("(a+)+$", "a" * 20 + "b"), re.search(r"(?s:.)\Z", "a\n").group(), len(re.findall(r"(?:(?:x|y)z?)+", "xzyxyz xz")))
print(re.compile("a", re.DEBUG | re.I) if False else re.RegexFlag(10), re.I | re.X, repr(re.NOFLAG), re.purge())
tokens = re.compile(r"(?P<num>\d+(\.\d*)?)|(?P<id>[A-Za-z_]\w*)|(?P<op>[+\-*/=()])|(?P<ws>\s+)|(?P<bad>.)")
print([(m.lastgroup, m.group()) for m in tokens.finditer("x1 = 3.14*(y - 2)$") if m.lastgroup != "ws"])
