"""bytes, bytearray, memoryview, and text encodings."""

b = b"hello\x00\xff"
print(b, b[0], b[1:3], list(b[:2]), b.hex(), b.hex(":", 2), bytes.fromhex("48 65"), bytes(3), bytes([1, 2]), bytes("é", "utf8"), len(b))
print(b.upper(), b.find(b"l"), b.split(b"l"), b.replace(b"l", b"L"), b.startswith(b"he"), b"-".join([b"a", b"b"]), b"%d %s %r" % (5, b"x", "y"), b"ab" * 2, b"a" < b"b", 104 in b, b"ell" in b)
a = bytearray(b"abc"); a.append(100); a.extend(b"ef"); a[0] = 65; a[1:3] = b"XYZ"; del a[-1]; a.insert(0, 33); print(a, a.pop(), a.decode(), a.reverse(), a, a == b"x", a.copy() + b"!")
m = memoryview(bytearray(range(10))); m[2:4] = b"\xaa\xbb"
print(m[0], m[2:5].tolist(), m[::-2].tobytes(), m.readonly, m.nbytes, m.format, len(m), m == bytes(m), m.obj)
c = memoryview(bytes(range(16))).cast("I"); print(c.tolist(), c.itemsize, c.shape, memoryview(bytes(8)).cast("B", (2, 4)).tolist())
m.release()
try: m[0]
except ValueError as e: print(e)
for text in ["abc", "é", "€", "😀", "\ud800"]:
    for encoding in ["utf-8", "utf-16-le", "latin-1", "ascii", "utf-8-sig", "cp1252"]:
        try: print(text.encode(encoding), end=" ")
        except UnicodeEncodeError as e: print(e.encoding, e.start, e.end, e.reason, end=" ")
    print()
print("é\ud800x".encode("ascii", "replace"), "é".encode("ascii", "xmlcharrefreplace"), "é".encode("ascii", "backslashreplace"), "aé".encode("ascii", "ignore"), "\udcff".encode("utf8", "surrogateescape"), "\ud800".encode("utf8", "surrogatepass"), "é€".encode("ascii", "namereplace"))
for data in [b"\xff", b"\xe2\x82", b"\xc3\x28", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80"]:
    try: print(data.decode())
    except UnicodeDecodeError as e: print(e)
    print(data.decode("utf8", "replace"), data.decode("utf8", "backslashreplace"), ascii(data.decode("utf8", "surrogateescape")))
for bad in [lambda: b"a" + "a", lambda: bytes([256]), lambda: bytearray(b"a").append(300), lambda: b"abc"[9], lambda: bytes.fromhex("xz"), lambda: b"a".join(["x"]), lambda: bytes(-1), lambda: b"".decode("nope"), lambda: memoryview("x"), lambda: b"x" in "x"]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
print(b"a,b".partition(b","), b" x ".strip(), b"Abc".swapcase(), b"a\tb".expandtabs(3), b"1".zfill(3), b"ab".center(6, b"."), b"abc".translate(bytes.maketrans(b"a", b"z"), b"c"), b"x".isalpha(), b"line\nline2".splitlines())
print(repr(b"'"), repr(b'"\''), str(b"x"), bytes(b"x") is b"x", hash(b"a") == hash("a"), bytearray(b"a").hex(), int.from_bytes(b"\xff\xfe", signed=True))
