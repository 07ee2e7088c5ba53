"""Prints what the reference interpreter knows about every code point, for `cargo xtask unicode`.

Sections are lines "@name"; within one, fields are separated by tabs. Run with the two data files of
aliases and named sequences as arguments.
"""
import sys
import unicodedata as u
import _sre

CATEGORIES = ("Cn Lu Ll Lt Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Lm Lo Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So").split()
BIDI = [""] + "L LRE LRO R AL RLE RLO PDF EN ES ET AN CS NSM BN B S WS ON LRI RLI FSI PDI".split()
WIDTHS = "N F H W Na A".split()
TOP = 0x110000
out = sys.stdout.write
old = u.ucd_3_2_0


def composites():
    """Canonical pairs that NFC puts together: (first, second, result)."""
    for c in range(TOP):
        parts = u.decomposition(chr(c)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            pair = "".join(chr(int(p, 16)) for p in parts)
            if u.normalize("NFC", pair) == chr(c):
                yield int(parts[0], 16), int(parts[1], 16), c


PAIRS = list(composites())
SECONDS = {p[1] for p in PAIRS} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))


def flags(c, s):
    up = s.isupper()
    cased = (s + "a").title()[-1] == "a"
    # A capital sigma is final unless, after case-ignorable characters, a cased one follows.
    ignorable = ("A\u03a3" + s + "A").lower()[1] == "\u03c3" and ("A\u03a3" + s).lower()[1] == "\u03c2"
    facts = (
        u.mirrored(s), s.isalpha(), s.islower(), up, u.category(s) == "Lt", s.isprintable(), s.isspace(),
        len(("a" + s + "b").splitlines()) == 2, cased, ignorable, s.isidentifier(), ("a" + s).isidentifier(),
        u.normalize("NFD", s) != s, u.normalize("NFKD", s) != s, u.normalize("NFC", s) != s,
        u.normalize("NFKC", s) != s, c in SECONDS, s.isalnum(), s.isdecimal(), s.isdigit(), s.isnumeric(),
    )
    return sum(1 << i for i, fact in enumerate(facts) if fact)


def runs(function):
    """(first, last, record) for maximal runs of equal records; None records are left out."""
    start, record = 0, function(0)
    for c in range(1, TOP + 1):
        new = function(c) if c < TOP else None
        if new != record or c == TOP:
            if record is not None:
                yield start, c - 1, record
            start, record = c, new


def props(c):
    s = chr(c)
    return (CATEGORIES.index(u.category(s)), BIDI.index(u.bidirectional(s)), u.combining(s),
            WIDTHS.index(u.east_asian_width(s)), flags(c, s))


def numeric(c):
    s = chr(c)
    if not s.isnumeric():
        return None
    return u.decimal(s, -1), u.digit(s, -1), repr(u.numeric(s))


def spell(s):
    return " ".join(f"{ord(x):X}" for x in s)


def case(c):
    s = chr(c)
    if s.lower() == s.upper() == s.title() == s.casefold() == s:
        return None
    return (_sre.unicode_tolower(c), spell(s.lower()), spell(s.upper()), spell(s.title()), spell(s.casefold()))


def old_props(c):
    s = chr(c)
    new = (u.category(s), u.bidirectional(s), u.combining(s), u.east_asian_width(s), u.mirrored(s))
    was = (old.category(s), old.bidirectional(s), old.combining(s), old.east_asian_width(s), old.mirrored(s))
    if new == was:
        return None
    return (CATEGORIES.index(was[0]), BIDI.index(was[1]), was[2], WIDTHS.index(was[3]), was[4])


def old_numeric(c):
    s = chr(c)
    was = (old.decimal(s, -1), old.digit(s, -1), repr(old.numeric(s, -1)))
    new = (u.decimal(s, -1), u.digit(s, -1), repr(u.numeric(s, -1)))
    return None if was == new else was


def main(aliases, sequences):
    out(f"@version\n{u.unidata_version}\n@props\n")
    for first, last, record in runs(props):
        out(f"{first:X}\t{last:X}\t" + "\t".join(map(str, record)) + "\n")
    out("@numeric\n")
    for first, last, record in runs(numeric):
        out(f"{first:X}\t{last:X}\t" + "\t".join(map(str, record)) + "\n")
    out("@case\n")
    for c in range(TOP):
        if record := case(c):
            out(f"{c:X}\t{record[0]:X}\t" + "\t".join(record[1:]) + "\n")
    out("@decomposition\n")
    for c in range(TOP):
        if text := u.decomposition(chr(c)):
            out(f"{c:X}\t{text}\n")
    out("@composition\n")
    for first, second, result in PAIRS:
        out(f"{first:X}\t{second:X}\t{result:X}\n")
    out("@names\n")
    for c in range(TOP):
        if name := u.name(chr(c), None):
            assert u.lookup(name) == chr(c)
            out(f"{c:X}\t{name}\n")
        elif u.category(chr(c)) == "Lo":
            # Tangut ideographs are found by name though name() does not tell it.
            try:
                name = f"TANGUT IDEOGRAPH-{c:X}"
                if u.lookup(name) == chr(c):
                    out(f"{c:X}\t!{name}\n")
            except KeyError:
                pass
    out("@aliases\n")
    for path in aliases, sequences:
        for line in open(path, encoding="utf-8"):
            if not line.startswith("#"):
                points, name = line.strip().split(";")
                assert u.lookup(name) == "".join(chr(int(p, 16)) for p in points.split()), name
                out(f"{points}\t{name}\n")
    out("@old\n")
    for first, last, record in runs(old_props):
        out(f"{first:X}\t{last:X}\t" + "\t".join(map(str, record)) + "\n")
    out("@oldnumeric\n")
    for first, last, record in runs(old_numeric):
        out(f"{first:X}\t{last:X}\t" + "\t".join(map(str, record)) + "\n")
    out("@olddecomposition\n")
    for c in range(TOP):
        s = chr(c)
        if old.category(s) != "Cn" and old.decomposition(s) != u.decomposition(s):
            out(f"{c:X}\t{old.decomposition(s)}\n")
    out("@oldnormal\n")
    for c in range(TOP):
        s = chr(c)
        if old.category(s) != "Cn" and any(
            old.normalize(f, s) != u.normalize(f, s) for f in ("NFC", "NFD", "NFKC", "NFKD")
        ):
            out(f"{c:X}\t" + "\t".join(spell(old.normalize(f, s)) for f in ("NFC", "NFD", "NFKC", "NFKD")) + "\n")


main(*sys.argv[1:])
