import array, binascii, base64, hashlib, hmac, struct, zlib, secrets, uuid

print(struct.pack("<IhB3s?", 1, -2, 3, b"abcd", True), struct.unpack(">Hf", struct.pack(">Hf", 7, 1.5)), struct.calcsize("@bI q"), struct.calcsize("=bIq"), struct.pack("!d", 3.14).hex(), struct.pack("5p", b"hello!"), list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")), struct.pack("2x3c", b"a", b"b", b"c"), struct.pack("<e", 0.1), struct.unpack_from("<b", b"\x01\xff", 1), struct.pack("nN", -1, 1), struct.Struct("<ii").size, struct.Struct("hh").format, struct.pack("<F", 1 + 2j) if False else "")
b = bytearray(8); struct.pack_into("<I", b, 2, 0xDEADBEEF); print(b)
for bad in [lambda: struct.pack("B", 256), lambda: struct.pack("I"), lambda: struct.unpack("I", b"a"), lambda: struct.pack("z", 1), lambda: struct.pack("h", 40000), lambda: struct.pack("f", "x"), lambda: struct.unpack_from("I", b"abc", 2), lambda: struct.pack("s", 1), lambda: struct.calcsize("9999999999999999999s"), lambda: struct.pack("f", 1e300)]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
a = array.array("i", [3, 1, 2]); a.append(9); a.extend([7]); a[1:2] = array.array("i", [5, 6]); a.insert(0, -1); print(a, a.typecode, a.itemsize, len(a), a.tolist(), a.index(9), a.count(7), a.pop(), a[::-1], a * 2, a == array.array("l", a), a + a, 5 in a, a.buffer_info()[1]); a.byteswap(); print(a[0]); a.remove(a[0]); a.reverse(); a.fromlist([1]); a.frombytes(b"\x02\0\0\0"); print(a[-2:], array.array("u", "hé").tounicode() if False else array.array("w", "hé").tounicode(), array.array("d", [1.5]).tobytes(), array.typecodes, memoryview(a)[-1])
for bad in [lambda: array.array("i", ["x"]), lambda: array.array("b", [200]), lambda: array.array("z"), lambda: a.append(1.5), lambda: a.index(12345), lambda: a.frombytes(b"xyz"), lambda: array.array("B", [-1])]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
d = bytes(range(20))
print(base64.b64encode(d), base64.urlsafe_b64encode(b"\xff\xfe"), base64.b32encode(b"hi"), base64.b16encode(b"\xab"), base64.b85encode(d), base64.a85encode(b"test", adobe=True), base64.b64decode("aGk="), base64.b32decode("NBUQ===="), base64.b85decode(base64.b85encode(d)) == d, base64.a85decode(b"<~FCfN8~>", adobe=True), base64.encodebytes(b"x" * 60), base64.b32hexencode(b"a"), base64.z85encode(b"abcd"))
for bad in [lambda: base64.b64decode("abc"), lambda: base64.b64decode("a$b=", validate=True), lambda: binascii.unhexlify("abc"), lambda: binascii.a2b_base64(b"a"), lambda: base64.b32decode("1"), lambda: binascii.unhexlify("zz")]:
    try: print(bad())
    except ValueError as e: print(type(e).__name__, e)
print(binascii.hexlify(d[:4], "-"), binascii.crc32(b"hello"), binascii.crc_hqx(b"hello", 0), binascii.b2a_qp(b"a=\xff"), binascii.a2b_uu(binascii.b2a_uu(b"cat")), zlib.crc32(b"a", 5), zlib.adler32(b"abc"))
for n in ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s"]: print(n, hashlib.new(n, b"abc").hexdigest()[:32], hashlib.new(n).block_size, hashlib.new(n).digest_size)
h = hashlib.sha256(); h.update(b"a"); c = h.copy(); h.update(b"b"); print(h.hexdigest() == hashlib.sha256(b"ab").hexdigest(), c.name, hashlib.shake_128(b"x").hexdigest(8), hashlib.blake2b(b"x", digest_size=4, key=b"k").hexdigest(), hashlib.pbkdf2_hmac("sha256", b"p", b"s", 10).hex()[:16], hashlib.scrypt(b"p", salt=b"s", n=2, r=1, p=1).hex()[:16], "sha256" in hashlib.algorithms_guaranteed)
print(hmac.new(b"k", b"m", "sha256").hexdigest()[:20], hmac.compare_digest("a", "a"), hmac.digest(b"k", b"m", "md5").hex())
try: hashlib.new("nope")
except ValueError as e: print(e)
try: hashlib.md5("text")
except TypeError as e: print(e)
print(len(secrets.token_hex(4)), len(secrets.token_bytes(3)), secrets.choice([1]), uuid.UUID(int=5), uuid.uuid5(uuid.NAMESPACE_DNS, "x.org"), uuid.uuid3(uuid.NAMESPACE_URL, "y").version, uuid.UUID("{12345678-1234-5678-1234-567812345678}").hex, uuid.uuid4().variant)
