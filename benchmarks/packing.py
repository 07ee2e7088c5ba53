"""The module struct, bytes, bytearray and memoryview."""

import struct
import zlib


def main():
    header = struct.Struct(">IHHd8s")
    out = bytearray()
    for i in range(250_000):
        out += header.pack(i, i & 0xFFFF, i * 3 & 0xFFFF, i / 7, b"abc%d" % (i % 1000))
    total = 0
    for number, low, high, value, text in header.iter_unpack(out):
        total += number ^ low ^ high ^ len(text.rstrip(b"\0")) + int(value)
    print(total, zlib.crc32(out))
    view = memoryview(out)
    at = 0
    for _ in range(250_000):
        number, low = struct.unpack_from(">IH", view, at)
        total += number + low
        at += header.size
    print(total)
    packed = b"".join(struct.pack("<3fq?", i * 0.5, i * 0.25, -i, i << 20, i % 2) for i in range(200_000))
    print(len(packed), struct.unpack_from("<3fq?", packed, 21 * 999))
    checksum = 0
    for byte in packed[:3_000_000]:
        checksum = (checksum * 31 + byte) & 0xFFFFFFFF
    print(checksum, int.from_bytes(packed[:8], "big"), packed.find(b"\0\0\x80?"), packed.hex()[:20])


main()
