"""The reference side of reference.rs: prints operations, arguments and results. Arguments: section, count, seed."""
import random
import struct
import sys

sys.set_int_max_str_digits(0)
section, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
rng = random.Random(seed)
out = sys.stdout.write


def bits(v):
    return struct.pack(">d", v).hex()


def shown(v):
    if v is None:
        return "None"
    return bits(v) if v == v else "7ff8000000000000"


def attempt(function, *errors):
    try:
        return function()
    except (ValueError, OverflowError, *errors):
        return None


def any_float():
    kind = rng.randrange(6)
    if kind == 0:
        return struct.unpack(">d", rng.getrandbits(64).to_bytes(8))[0]
    if kind == 1:
        return rng.uniform(-1000, 1000)
    if kind == 2:
        return round(rng.uniform(-10, 10), rng.randrange(6))
    if kind == 3:
        return rng.randrange(-10**6, 10**6) / 2 ** rng.randrange(12)
    if kind == 4:
        return float(rng.randrange(10)) * 10.0 ** rng.randrange(-30, 30)
    return rng.choice([0.0, -0.0, 1.0, float("inf"), -float("inf"), float("nan"), 5e-324, 2.2250738585072014e-308,
                       1.7976931348623157e308, 1e16, 1e22, 1e23, 9007199254740993.0, 0.1, 0.5, 1.5, 2.5, 1e-5, 1e-4])


def finite():
    while True:
        v = any_float()
        if abs(v) != float("inf") and v == v:
            return v


def big():
    return rng.getrandbits(rng.choice([3, 30, 60, 64, 65, 200, 1000, 1030, 1100, 2100])) * rng.choice([1, -1]) << rng.choice([0, 0, 0, 5, 60])


def near_text():
    v = abs(finite())
    kind = rng.randrange(5)
    if kind == 0:
        return repr(v)
    if kind == 1:
        return "%.*e" % (rng.randrange(30), v)
    if kind == 2:
        # Halfway between two doubles, perhaps with a digit far away.
        n, d = v.as_integer_ratio()
        import math
        n2, d2 = (v + math.ulp(v)).as_integer_ratio() if v < 1e308 else (n, d)
        num, den = n * d2 + n2 * d, 2 * d * d2
        e = 0
        while num < den * 10**17 and e < 340:
            num *= 10
            e += 1
        s = str(num // den) if num % den == 0 or e == 340 else str(num * 10**760 // den)
        e = e if num % den == 0 or e == 340 else e + 760
        return f"{s}e-{e}"
    if kind == 3:
        return "".join(rng.choice("0123456789._e+-") for _ in range(rng.randrange(1, 9)))
    return str(rng.randrange(10**rng.randrange(1, 40))) + rng.choice(["", ".", ".5", "_0", "e5", "E-7", "e400", "e-400", "e99999999999999999999", "_"])


def numbers():
    for _ in range(count):
        v = any_float()
        out(f"repr\t{bits(v)}\t{v!r}\n")
        t = near_text()
        out(f"parse\t{t}\t{shown(attempt(lambda: float(t)))}\n")


def more():
    for _ in range(count):
        v = any_float()
        out(f"hex\t{bits(v)}\t{v.hex()}\n")
        v = finite()
        n = rng.randrange(-25, 25) if rng.random() < 0.8 else rng.randrange(-330, 330)
        out(f"round\t{bits(v)}\t{n}\t{shown(attempt(lambda: round(v, n)))}\n")
        out(f"roundint\t{bits(v)}\t{round(v)}\n")
        out(f"trunc\t{bits(v)}\t{int(v)}\n")
        out("ratio\t%s\t%d/%d\n" % (bits(v), *v.as_integer_ratio()))
        a, b = big(), big() or 1
        out(f"div\t{a}\t{b}\t{shown(attempt(lambda: a / b))}\n")
        out(f"tofloat\t{a}\t{shown(attempt(lambda: float(a)))}\n")
        h = rng.choice([v.hex(), "0x%x.%xp%d" % (rng.getrandbits(rng.choice([4, 52, 64, 70, 200])), rng.getrandbits(80), rng.randrange(-1200, 1000)),
                        "".join(rng.choice("0x.pP1aF+-_") for _ in range(rng.randrange(1, 9)))])
        try:
            r = shown(float.fromhex(h))
        except ValueError:
            r = "Invalid"
        except OverflowError:
            r = "TooLarge"
        out(f"fromhex\t{h}\t{r}\n")
        c = rng.choice([repr(complex(any_float(), any_float())), "".join(rng.choice("12.eEjJ+-() _nainf") for _ in range(rng.randrange(1, 7))),
                        near_text() + rng.choice("+-") + near_text() + "j", near_text() + "j", "1" + rng.choice("+-") + "j"])
        z = attempt(lambda: complex(c))
        out(f"complex\t{c}\t{'None' if z is None else shown(z.real) + ' ' + shown(z.imag)}\n")
        a, b = any_float(), any_float()
        out(f"crepr\t{bits(a)}\t{bits(b)}\t{complex(a, b)!r}\n")
        base = rng.choice([0, 2, 8, 10, 16, 36, rng.randrange(2, 37)])
        t = rng.choice(["", "-", "+"]) + rng.choice(["", "0x", "0b", "0o", "0X", "0", "00", "_"]) + "".join(
            rng.choice("0123456789abcxyzZ_" if rng.random() < 0.3 else "01") for _ in range(rng.randrange(0, 40)))
        n = attempt(lambda: int(t, base))
        out(f"int\t{t}\t{base}\t{'None' if n is None else base36(n)}\n")


def base36(n):
    if n < 0:
        return "-" + base36(-n)
    s = ""
    while True:
        n, d = divmod(n, 36)
        s = "0123456789abcdefghijklmnopqrstuvwxyz"[d] + s
        if not n:
            return s


def plain(s):
    return "".join(c if " " <= c <= "~" and c != "<" else f"<{ord(c):x}>" for c in s)


def outcome(function):
    try:
        return plain(function())
    except ValueError as e:
        return "V:" + plain(str(e))
    except OverflowError as e:
        return "O:" + plain(str(e))


def any_spec():
    if rng.random() < 0.25:
        return "".join(rng.choice("<>=^+- z#0123,_.bcdoxXneEfFgGs%\u0665\xe9\ud800") for _ in range(rng.randrange(1, 8)))
    s = rng.choice(["", "", "<", ">", "^", "=", "*<", "0>", "\xe9^", "x=", "0="])
    s += rng.choice(["", "", "+", "-", " "]) + rng.choice(["", "", "", "z"]) + rng.choice(["", "", "#"]) + rng.choice(["", "", "0"])
    s += rng.choice(["", "", str(rng.randrange(40))]) + rng.choice(["", "", ",", "_"])
    s += rng.choice(["", "", "." + str(rng.randrange(30))]) + rng.choice(["", "", "", "_", ","])
    return s + rng.choice(["", "d", "x", "X", "b", "o", "c", "n", "e", "E", "f", "F", "g", "G", "%", "s"])


def formats():
    for _ in range(count):
        n = rng.choice([rng.randrange(-300, 300), rng.randrange(-10**9, 10**9), big()])
        s = any_spec() or "d"
        out(f"fint\t{n}\t{plain(s)}\t{outcome(lambda: format(n, s))}\n")
        v, s = any_float(), any_spec() or "g"
        out(f"ffloat\t{bits(v)}\t{plain(s)}\t{outcome(lambda: format(v, s))}\n")
        v, w, s = any_float(), any_float(), any_spec() or "g"
        out(f"fcomplex\t{bits(v)}\t{bits(w)}\t{plain(s)}\t{outcome(lambda: format(complex(v, w), s))}\n")
        t, s = rng.choice(["", "abc", "h\xe9llo w\u1234rld"]), any_spec() or "s"
        out(f"fstr\t{plain(t)}\t{plain(s)}\t{outcome(lambda: format(t, s))}\n")
        f = "%" + "".join(rng.choice("-+ #0") for _ in range(rng.randrange(3))) + rng.choice(["", str(rng.randrange(30))]) + rng.choice(
            ["", ".", "." + str(rng.randrange(25))]) + rng.choice(["", "", "l"])
        g = f + rng.choice("diuoxX")
        out(f"pint\t{n}\t{plain(g)}\t{outcome(lambda: g % n)}\n")
        v = any_float()
        g = f + rng.choice("eEfFgG")
        out(f"pfloat\t{bits(v)}\t{plain(g)}\t{outcome(lambda: g % v)}\n")
        t = "".join(rng.choice("{}{}![]:.a0r") for _ in range(rng.randrange(1, 10)))
        out(f"fields\t{plain(t)}\t{outcome(lambda: fields_of(t))}\n")
        t = "".join(rng.choice("[].ab01\u0661") for _ in range(rng.randrange(0, 8)))
        out(f"name\t{plain(t)}\t{outcome(lambda: name_of(t))}\n")


def fields_of(t):
    import _string
    parts = []
    for literal, name, spec, conversion in _string.formatter_parser(t):
        parts.append("(" + literal + ("" if name is None else f"|{name}|{spec}|{conversion or ''}") + ")")
    return "".join(parts)


def name_of(t):
    import _string
    first, rest = _string.formatter_field_name_split(t)
    s = f"#{first}" if isinstance(first, int) else first
    for attribute, x in rest:
        s += "|" + ("." if attribute else "[") + (f"#{x}" if isinstance(x, int) else x)
    return s


ENCODINGS = ("utf_8 utf_8 utf_8 utf_16 utf_16_le utf_16_be utf_32 utf_32_le utf_32_be utf_7 utf_7 ascii unicode_escape unicode_escape "
             "raw_unicode_escape").split()


def any_bytes(e):
    kind = rng.randrange(4)
    if kind == 0:
        return bytes(rng.getrandbits(8) for _ in range(rng.randrange(12)))
    if "escape" in e:
        return b"".join(rng.choice([b"\\", b"\\x", b"\\u", b"\\U", b"\\N{", b"}", b"DIGIT ONE", b"SPACE", b"\\8", b"\\77", b"1", b"0f", b"00", b"10", b"\xe9", b"\n", b"q"]) for _ in range(rng.randrange(8)))
    if e == "utf_7":
        return b"".join(rng.choice([b"+", b"-", b"a", b"/", b"AGE", b"+AGE-", b"2D3eAA", b"+2AA-", b"\xff", b" ", b"+-", b"!", b"+AGFi"]) for _ in range(rng.randrange(7)))
    if kind == 1:
        return bytes(rng.choice([0x41, 0x80, 0xBF, 0x90, 0xC0, 0xC2, 0xE0, 0xE1, 0xED, 0xA0, 0xF0, 0xF4, 0xF5, 0xFF, 0xD8, 0xDC, 0, 0, 0, 0x10, 0xFE]) for _ in range(rng.randrange(12)))
    t = any_text().encode(e, "surrogatepass" if e.startswith("utf") and e != "utf_7" else "replace")
    i = rng.randrange(len(t) + 1)
    return t[:i] if rng.random() < 0.5 else t[:i] + bytes([rng.getrandbits(8)]) + t[i:]


def any_text():
    return "".join(rng.choice(["a", "+", "-", "\n", "\\", "'", '"', "\xe9", "\u20ac", "\ud800", "\udc80", "\udcff", "\U0001f600", "\x7f", "\u0378", "~", "z"]) for _ in range(rng.randrange(8)))


def encodings():
    import codecs
    log = []

    def note(e):
        log.append(f"{e.encoding} {e.reason} {e.start}-{e.end};")
        return "?", e.end
    codecs.register_error("note", note)
    import warnings
    warnings.simplefilter("ignore")
    handlers = "strict ignore replace xmlcharrefreplace backslashreplace namereplace surrogateescape surrogatepass".split()
    for _ in range(count):
        e = rng.choice(ENCODINGS)
        b = any_bytes(e)
        log.clear()
        final = rng.random() < 0.5
        decode = getattr(codecs, e + "_decode")
        t, used = decode(b, "note", final) if e != "ascii" else decode(b, "note")
        if e == "ascii":
            final = True
        out(f"dec\t{e}\t{int(final)}\t{b.hex()}\t{plain(t)}|{used}|{''.join(log)}\n")
        t = any_text()
        e = rng.choice(ENCODINGS + ["latin_1"])
        log.clear()
        r = getattr(codecs, e + "_encode")(t, "note")[0]
        out(f"enc\t{e}\t{plain(t)}\t{r.hex()}|{''.join(log)}\n")
        h = rng.choice(handlers)
        e = rng.choice(ENCODINGS)
        b = any_bytes(e)
        try:
            r = plain(getattr(codecs, e + "_decode")(b, h, *([True] if e != "ascii" else []))[0])
        except UnicodeDecodeError as x:
            r = f"E {x.encoding} {x.reason} {x.start}-{x.end}"
        except TypeError as x:
            r = None
        if r is not None:
            out(f"std\t{e}\t{h}\t{b.hex()}\t{r}\n")
        e = rng.choice(ENCODINGS + ["latin_1"])
        try:
            r = getattr(codecs, e + "_encode")(t, h)[0].hex()
        except UnicodeEncodeError as x:
            r = f"E {x.encoding} {x.reason} {x.start}-{x.end}"
        out(f"stdenc\t{e}\t{h}\t{plain(t)}\t{r}\n")
        t = "".join(chr(rng.getrandbits(rng.choice([7, 8, 12, 16, 20]))) for _ in range(rng.randrange(6))) + any_text()
        out(f"srepr\t{plain(t)}\t{plain(repr(t))}\n")
        out(f"brepr\t{b.hex()}\t{repr(b)[1:]}\n")


globals()[section]()
