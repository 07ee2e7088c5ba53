"""Integer, float and complex arithmetic, with their corners."""

print(7 // 2, -7 // 2, 7 // -2, -7 % 3, 7 % -3, divmod(-17, 5))
print(2**100, -(2**63), 10**30 // 7**11, 3**200 % 1000007)
print(1 << 70, -1 >> 3, 0xFF ^ 0b1010, ~5, 12345678901234567890 & 0xFFFF)
print(7.5 // 2, -7.5 // 2, -7.5 % 2, 7.5 % -2, divmod(-7.5, 2))
print(0.1 + 0.2, 1e16, 1e15, 1.5e-5, 0.0001, 123456789.0, 1e22, 1e23)
print(float("inf"), -float("inf"), float("nan"), -0.0, 5e-324, 1.7976931348623157e308)
print(round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(0.5), round(1e20))
print(int(3.99), int(-3.99), int("0x1f", 16), int("-0b101", 0), int("1_000"), int(" 42\n"))
print((1 + 2j) * (3 - 4j), (1 + 2j) / (3 - 4j), abs(3 + 4j), (2 + 1j) ** 2, 1j**2, complex("1-2j"))
print(3 < 3.5 < 4, 1 == 1.0 == True, 2**53 == 2.0**53, 2**53 + 1 == 2.0**53, 10**400 > 1e308)
print(hash(1) == hash(1.0) == hash(True), hash(2**61 - 1), hash(-1), hash(0.5), hash(1e300))
print((255).to_bytes(2, "big"), int.from_bytes(b"\x01\x00", "little"), (-5).bit_length(), (12).bit_count())
print((0.75).as_integer_ratio(), (2.0).is_integer(), (1.5).hex(), float.fromhex("0x1.8p+1"))
print(1_000_000, 0o17, 0b11, 1e3, 1_0.5_0)
print(True + True, True & False, True ^ True, not 0, bool([]), bool("0"))
print(pow(2, 10, 1000), pow(3, -1, 7), pow(2, -2), pow(0, 0), 2**-1)
for expression in ["1 // 0", "1.0 / 0", "0 ** -1", "10 % 0", "int('x')", "1 << -1", "float('1,5')", "2.0 ** 10000", "int(float('nan'))", "round(float('inf'))", "pow(2, -1, 4)", "1j // 1"]:
    try:
        print(eval(expression))
    except Exception as error:
        print(f"{expression}: {type(error).__name__}: {error}")
