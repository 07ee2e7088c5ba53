import pprint, reprlib, string, textwrap, difflib, codecs, locale, html, unicodedata

print(string.ascii_letters, string.digits, string.punctuation, repr(string.whitespace), string.capwords("hello  wOrld"), string.hexdigits)
t = string.Template("$who likes ${what}s, $$5 $missing"); print(t.safe_substitute(who="A", what="b"), t.get_identifiers(), t.is_valid())
for bad in [lambda: t.substitute(who=1), lambda: string.Template("$ x").substitute()]:
    try: bad()
    except (KeyError, ValueError) as e: print(type(e).__name__, e)
class Fm(string.Formatter):
    def get_value(self, k, a, kw): return kw.get(k, f"<{k}>") if isinstance(k, str) else a[k]
print(Fm().format("{0} {x} {y!r:>6}", 1, y="q"), list(string.Formatter().parse("a{b!r:c}{{d}}")))
text = "The quick brown fox jumped over the lazy dog. It was averylongwordthatdoesnotfitanywhere, really."
print(textwrap.fill(text, 30, initial_indent="* ", subsequent_indent="  ")); print(textwrap.shorten(text, 30), textwrap.wrap("a-b c--d e", 3), textwrap.dedent("  a\n    b\n\n  c"), textwrap.indent("x\n\ny", "> "), textwrap.wrap(text, 20, break_long_words=False, max_lines=3), sep="\n")
data = {"key": list(range(30)), "nested": {"a": ("x" * 40, "y" * 40), "b": {1, 2, 3}}, "s": "long string " * 10, "e": []}
pprint.pprint(data); pprint.pprint(data, width=40, depth=2, indent=2, compact=True, sort_dicts=False); print(pprint.pformat([[1, [2, [3, [4]]]]], depth=2), pprint.saferepr({"b": 1}), pprint.isreadable([1]), pprint.isrecursive([]))
rec = [1]; rec.append(rec); print(reprlib.repr(list(range(100))), reprlib.repr("x" * 100), reprlib.repr({i: i for i in range(10)}), reprlib.repr(rec))
class R:
    @reprlib.recursive_repr("<loop>")
    def __repr__(self): return f"R({self.me!r})"
r = R(); r.me = r; print(r)
a, b = "one\ntwo\nthree\n".splitlines(True), "one\n2\nthree\nfour\n".splitlines(True)
print("".join(difflib.unified_diff(a, b, "a", "b")), "".join(difflib.ndiff(a, b)), "".join(difflib.context_diff(a, b, "x", "y")), difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3), difflib.SequenceMatcher(None, "qabxcd", "abycdf").get_opcodes(), len(difflib.HtmlDiff().make_table(a, b)) > 100, "".join(difflib.restore(difflib.ndiff(a, b), 2)))
print(codecs.encode("Hello", "rot13"), codecs.decode(b"aGk=", "base64"), codecs.encode(b"x", "hex"), codecs.lookup("utf8").name, codecs.BOM_UTF8, codecs.getincrementaldecoder("utf8")().decode(b"\xc3"), codecs.escape_decode(b"\\n\\x41")[0], codecs.decode("a\\n\\u00e9", "unicode_escape"), "é\n".encode("unicode_escape"), "bücher.de".encode("idna"), "bücher".encode("punycode"), codecs.decode(b"a=C3=A9", "quopri").decode(), "x".encode("utf-7"), "日本".encode("shift_jis"), "日本".encode("euc_jp"), "中".encode("gb18030"), b"\xa4\xa4".decode("big5"), "é".encode("cp437"), "й".encode("koi8-r"))
d = codecs.getincrementaldecoder("utf-8")("replace"); print([d.decode(bytes([c])) for c in "é😀".encode()], d.decode(b"\xff", True)); codecs.register_error("my", lambda e: ("?!", e.end)); print("aéb".encode("ascii", "my"), codecs.lookup_error("strict").__name__)
for bad in ["nope", "hex"]:
    try: "x".encode(bad)
    except (LookupError) as e: print(e)
print(locale.setlocale(locale.LC_ALL, "C"), locale.localeconv()["decimal_point"], locale.format_string("%.2f %d", (1234.5, 1000), grouping=True), locale.atof("1.5"), locale.strcoll("a", "b") < 0, locale.normalize("de_DE"), locale.currency.__name__, locale.getlocale())
print(unicodedata.name("é"), unicodedata.lookup("SNOWMAN"), unicodedata.category("A"), unicodedata.numeric("½"), unicodedata.digit("²"), unicodedata.normalize("NFD", "é").encode("unicode_escape"), unicodedata.normalize("NFKC", "ﬁ①"), unicodedata.bidirectional("א"), unicodedata.combining("\u0301"), unicodedata.east_asian_width("好"), unicodedata.mirrored("("), unicodedata.decomposition("ﬁ"), unicodedata.is_normalized("NFC", "é"), unicodedata.unidata_version, unicodedata.name("\x00", "none"), unicodedata.name("가"), unicodedata.name("一"))
print(html.escape("<a & 'b'>"), html.unescape("&lt;&eacute;&#x41;&amp;amp;&notit;"))
