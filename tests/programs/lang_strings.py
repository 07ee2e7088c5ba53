"""Strings: slicing, methods, escapes, formatting."""

s = "Hello, Wörld! 你好 😀"
print(len(s), s[0], s[-1], s[7:12], s[::-1], s[::3], s[20:], s[-3:-1])
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.casefold(), sep="|")
print("a,b,,c".split(","), " a  b ".split(), "a-b-c".rsplit("-", 1), "x=1=2".partition("="), "abc".partition("z"))
print("-".join(["a", "b"]), "abc".center(9, "*"), "7".zfill(3), "-7".zfill(4), "ab".ljust(4) + "|", "ab".rjust(4))
print("  x ".strip() + "|", "xxaxx".strip("x"), "prefix_name".removeprefix("prefix_"), "a.py".removesuffix(".py"))
print("banana".count("an"), "banana".find("n", 3), "banana".rfind("an"), "banana".index("b"), "nan" in "banana")
print("banana".replace("a", "o", 2), "tab\there".expandtabs(4), "a\nb\r\nc\x85d".splitlines(), "a\nb".splitlines(True))
print("abc".isalpha(), "a1".isalnum(), "１２".isdigit(), "½".isnumeric(), "Ⅷ".isdecimal(), "x y".isidentifier(), "\t ".isspace())
print("ABC".isupper(), "Title Case".istitle(), "".isalpha(), "\x00".isprintable(), "ß".upper(), "ŉ".upper(), "İ".lower())
print("abc".translate({97: "1", 98: None, 99: 0x43}), "hello".translate(str.maketrans("el", "ip", "h")))
print(repr("a'b\"c"), repr('it"s'), repr("\x00\x1f\x7f\xa0\u200b\ud800\U0010ffff\n\t\\"), ascii("é😀"))
print("%s %r %d %05.2f %x %-5s| %% %c" % ("a", "b", 3.7, 3.14159, 255, "z", 65), "%(k)s" % {"k": 1})
print("{} {1} {name!r:>8}".format("a", name="n") if False else "{0} {1} {name!r:>8}".format("a", "b", name="n"))
print(f"{3.14159:.2f} {42:>8} {42:<8}| {42:^8}| {1234567:,} {255:#x} {255:08b} {0.5:%} {1e10:g} {'x':*^5} {-5:+d} {5: d}")
name, width = "val", 10
print(f"{name=} {name!r:>{width}} {len(name)=:03d} {{literal}} {'nested ' + f'{width * 2}'}")
print(f"{name:{'>' if width > 5 else '<'}{width}}", f"{'a' 'b'}", f"{ {'k': 1}['k'] }", f"{lambda_ if (lambda_ := 3) else 0}")
print("abc" < "abd", "Z" < "a", "" < "a", max("hello"), sorted("bca"), "a" * 3, 2 * "ab", "ab" + "cd")
print("\N{GREEK SMALL LETTER ALPHA}\u00e9\x41\101", r"\n raw", "con" "cat", b"bytes\xff", rb"\x00")
print("ab\
cd", """multi
line""")
for action in [lambda: "abc"[5], lambda: "a" + 1, lambda: "abc".index("z"), lambda: "%d" % "x", lambda: "{0} {2}".format(1, 2), lambda: f"{3:z}", lambda: "x" * -1 + "ok", lambda: chr(0x110000), lambda: ord("ab"), lambda: "a".join([1]), lambda: "{}".format()]:
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error, sep=": ")
