"""The reference side of unicode_dump.rs: prints the same lines from `unicodedata` and the methods of str."""
import sys
import unicodedata as u
import _sre

old = u.ucd_3_2_0
FORMS = "NFC", "NFD", "NFKC", "NFKD"


def spell(s):
    return " ".join(f"{ord(x):X}" for x in s)


def number(x):
    return f"{x:.17e}"


for c in range(0x110000):
    s = chr(c)
    row = [f"{c:X}", u.category(s), u.bidirectional(s), u.combining(s), u.east_asian_width(s)]
    row.append("".join(str(int(bool(f))) for f in (
        u.mirrored(s), s.isalpha(), s.isalnum(), s.islower(), s.isupper(), s.isprintable(), s.isspace(), s.isdecimal(),
        s.isdigit(), s.isnumeric(), s.isidentifier(), ("a" + s).isidentifier(), len(("a" + s + "b").splitlines()) == 2)))
    numeric = u.numeric(s, -1.0)
    row += [u.decimal(s, -1), u.digit(s, -1), number(numeric)]
    row += [spell(x) for x in (s.lower(), s.upper(), s.title(), s.casefold(), s.swapcase())]
    row += [f"{_sre.unicode_tolower(c):X}", int(_sre.unicode_iscased(c)), u.decomposition(s), u.name(s, "")]
    for form in FORMS:
        row += [spell(u.normalize(form, s)), int(u.is_normalized(form, s)),
                spell(u.normalize(form, "A" + s + "\u0327\u0301\u11a8"))]
    row += [spell(("A\u03a3" + s + "A\u03a3" + s).lower()), spell((s + "a" + s + "\u03a3" + s).title())]
    row += [old.category(s), old.bidirectional(s), old.combining(s), old.east_asian_width(s), old.mirrored(s),
            old.decimal(s, -1), old.digit(s, -1), number(old.numeric(s, -1)), old.decomposition(s), old.name(s, "")]
    row += [spell(old.normalize(form, s)) for form in FORMS]
    sys.stdout.write("|".join(map(str, row)) + "|\n")
