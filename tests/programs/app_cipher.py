"""Caesar, Vigenère, transposition, Morse, run lengths, base conversion, checksums, Gray codes."""

from itertools import cycle, groupby
from string import ascii_lowercase as letters

MORSE = dict(zip("abcdefghijklmnopqrstuvwxyz", ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..".split()))


def shift(text, by):
    table = str.maketrans(letters + letters.upper(), letters[by:] + letters[:by] + (letters[by:] + letters[:by]).upper())
    return text.translate(table)


def vigenere(text, key, sign=1):
    keys = cycle(letters.index(k) for k in key)
    return "".join(letters[(letters.index(c) + sign * next(keys)) % 26] if c in letters else c for c in text)


def transpose(text, columns):
    return "".join(text[i::columns] for i in range(columns))


def encode(text):
    return "".join(f"{len(list(group))}{letter}" for letter, group in groupby(text))


def base(n, b):
    digits = ""
    while n:
        n, d = divmod(n, b)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[d] + digits
    return digits or "0"


def luhn(number):
    total = 0
    for i, digit in enumerate(reversed(str(number))):
        d = int(digit) * (1 + i % 2)
        total += d - 9 * (d > 9)
    return total % 10 == 0


def adler(data):
    a, b = 1, 0
    for byte in data:
        a = (a + byte) % 65521
        b = (b + a) % 65521
    return b << 16 | a


print(shift("Hello, World!", 3), shift(shift("Hello, World!", 3), 23), [shift("uryyb", n) for n in range(12, 15)])
secret = vigenere("attack at dawn", "lemon")
print(secret, vigenere(secret, "lemon", -1), transpose("wearediscovered", 4))
print(" ".join(MORSE[c] for c in "sos"), "".join({v: k for k, v in MORSE.items()}[m] for m in ".... ..".split()))
print(encode("aaabccdddd"), base(255, 2), base(123456, 36), base(0, 7), int(base(987654321, 36), 36))
print(luhn(79927398713), luhn(79927398710), hex(adler(b"Wikipedia")), [n ^ n >> 1 for n in range(8)], sorted("Listen".lower()) == sorted("silent"))
