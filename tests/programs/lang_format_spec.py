"""The format mini-language over every built-in type that has one."""

CASES = {
    42: ["", "d", "5d", "<5d", "^5d", "=+6d", "06d", "+", " ", "x", "#x", "#o", "#b", "X", "c", ",", "_", "_x", "n", "e", ".2f", "%", "g", "*>8", "\u00e9<4", "08,", "#010x", "+#_b"],
    -1234567: ["", ",", "_", "012,", "=12", "e", "#X", "+.3e", "<12,d"],
    3.14159: ["", ".2f", "10.3f", "<10.1f", "e", ".0e", "g", ".3g", "G", "%", ".1%", "+", " .2f", "010.2f", ",", ",.4f", "n", "#.3g", ".0f", "#.0f", "_.2f", "E", "*^12.3"],
    1e20: ["", "f", "g", ",", ".3", "e", "n"],
    1e-7: ["", "f", "g", ".10f", "%", "r<9" if False else ">12"],
    float("inf"): ["", "f", "010", "+", "F", "%", "g"],
    float("nan"): ["", "+", "F", ">6"],
    -0.0: ["", ".1f", "z.1f", "+z.1f"],
    2.5: [".0f", "z.0f", ".1", "5.3"],
    "text": ["", "s", "10", "<10", ">10", "^10", "*^10", ".2", "6.3", "05", "\u2026>7"],
    True: ["", "d", "5", "x", "s" if False else "<7", ".1f"],
    1 + 2j: ["", ".1f", "10.2f", "+", "g", ">15", ",", "e"],
    None: ["", ">6" if False else ""],
}
for value, specs in CASES.items():
    for spec in specs:
        try:
            print(f"{value!r}:{spec!r} -> {format(value, spec)!r}")
        except (ValueError, TypeError, OverflowError) as error:
            print(f"{value!r}:{spec!r} -> {type(error).__name__}: {error}")
BAD = [(42, ".2d"), (42, "s"), (42, "q"), ("a", "d"), ("a", "=5"), ("a", ","), ("a", "+"), (3.5, "d"), (3.5, "x"), (42, ",x"), (42, "_,"), (42, "5.3"), (42, "c,"), (0x110000, "c"), (-1, "c"), (None, "5"), ([], "5"), ({}, "d"), (1j, "0=10"), (1j, "%"), (True, "s"), (3.5, "_n"), ("a", "z"), (42, "zd"), ("x", "9" * 30), (1.5, ".99999999999"), (object(), "x"), (3, "\x00"), (3, "<<<"), ("a", "#")]
for value, spec in BAD:
    try:
        print(repr(format(value, spec)))
    except Exception as error:
        print(type(error).__name__, error)
for text, args in [("%5d|%-5d|%05d|%+d|% d", (1, 2, 3, 4, 5)), ("%x %X %#x %o %#o", (255, 255, 255, 8, 8)), ("%e %.2E %g %G %f", (1e5, 1e5, 1e-5, 1e20, 1.5)), ("%s %r %a %c %c", ("a", "b", "é", "x", 65)), ("%.3s|%10.2s|%-10s|", ("abcdef", "xyz", "l")), ("%*d|%-*.*f", (5, 3, 8, 2, 1.234)), ("%(a)s %(b)05.1f", {"a": 1, "b": 2.25}), ("%i %u %%", (3.9, 4)), ("%s", ((1, 2),)), ("%d", (True,)), ("%.10d", (42,)), ("%#.3g", (1.0,)), (b"%b %s %d %a", (b"x", b"y", 3, "é"))]:
    print(text % args)
for text, args in [("%d", ("x",)), ("%d %d", (1,)), ("%d", (1, 2)), ("%q", (1,)), ("%(a)s", (1,)), ("%(a)s", {}), ("%", ()), ("%c", ("ab",)), ("%x", (1.5,)), ("%*d", ("a", 1)), ("%(a", {"a": 1}), ("%.f", ("s",)), ("%c", (0x110000,))]:
    try:
        print(text % args)
    except Exception as error:
        print(text, type(error).__name__, error)
