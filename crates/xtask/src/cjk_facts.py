"""Writes the tables of the Chinese, Japanese and Korean codecs, as the reference Python decodes and encodes.

Run by `cargo xtask cjk` with the reference: `python cjk_facts.py OUTPUT_FOLDER`. Format: `crates/text/src/cjk/table.rs`.
"""

import sys
import zlib

# Each codec with the one whose table it patches. Order matters: a base comes first.
CODECS = [
    ("gbk", None),
    ("gb2312", "gbk"),
    ("gb18030", "gbk"),
    ("big5", None),
    ("cp950", "big5"),
    ("big5hkscs", "big5"),
    ("cp949", None),
    ("euc_kr", "cp949"),
    ("johab", None),
    ("euc_jis_2004", None),
    ("euc_jisx0213", "euc_jis_2004"),
    ("euc_jp", "euc_jis_2004"),
    ("shift_jis_2004", None),
    ("shift_jisx0213", "shift_jis_2004"),
    ("shift_jis", "shift_jis_2004"),
    ("cp932", "shift_jis"),
]
THREE_BYTES = {"euc_jis_2004", "euc_jisx0213", "euc_jp"}
PAIR = 0x200000


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def zigzag(n):
    return n * 2 if n >= 0 else -n * 2 - 1


def decoded(name, raw):
    try:
        text = raw.decode(name)
    except UnicodeDecodeError:
        return None
    return text


def facts(name):
    """Differing single bytes, codes of two and three bytes, pairs, and where encoding is not decoding turned round."""
    singles = {}
    for b in range(256):
        try:
            text = bytes([b]).decode(name)
            if b >= 0x80 or ord(text) != b:
                singles[b] = ord(text) + 1
        except UnicodeDecodeError as error:
            if not error.reason.startswith("incomplete"):
                singles[b] = 0
    leads = [b for b in range(0x80, 256) if b not in singles]
    codes, pairs = {}, []
    raws = [bytes([a, b]) for a in leads for b in range(256)]
    if name in THREE_BYTES:
        raws += [bytes([0x8F, a, b]) for a in range(0xA0, 256) for b in range(0xA0, 256)]
    for raw in raws:
        text = decoded(name, raw)
        if text is None:
            continue
        code = int.from_bytes(raw, "big")
        if len(text) == 2:
            codes[code] = PAIR + len(pairs)
            pairs.append((ord(text[0]), ord(text[1])))
        elif len(text) == 1:
            codes[code] = ord(text)
    back = {}
    for b in range(256):
        if b in singles and singles[b]:
            back.setdefault(singles[b] - 1, b)
        elif b < 0x80 and b not in singles:
            back.setdefault(b, b)
    for code in sorted(codes):
        back.setdefault(codes[code], code)
    overrides = {}
    for cp in range(0x110000):
        try:
            raw = chr(cp).encode(name)
            code = int.from_bytes(raw, "big") if len(raw) <= 3 else 0
        except UnicodeEncodeError:
            code = None
        expected = back.get(cp)
        if code == 0 and cp:
            code = None
        if code != expected:
            overrides[cp] = 0 if code is None else code
    for i, (a, b) in enumerate(pairs):
        raw = (chr(a) + chr(b)).encode(name)
        assert int.from_bytes(raw, "big") in codes and codes[int.from_bytes(raw, "big")] == PAIR + i
    return singles, codes, pairs, overrides


def gb18030_ranges():
    """(first character, characters, first linear index) of the four-byte codes below U+10000."""
    ranges = []
    index = 0
    for index in range(39420):
        n = index
        raw = bytearray(4)
        for at, (low, size) in ((3, (0x30, 10)), (2, (0x81, 126)), (1, (0x30, 10)), (0, (0x81, 126))):
            raw[at] = low + n % size
            n //= size
        text = decoded("gb18030", bytes(raw))
        if text is None:
            continue
        cp = ord(text)
        if ranges and ranges[-1][0] + ranges[-1][1] == cp and ranges[-1][2] + ranges[-1][1] == index:
            ranges[-1][1] += 1
        else:
            ranges.append([cp, 1, index])
    return ranges


def main(folder):
    numbers = {name: i for i, (name, _) in enumerate(CODECS)}
    known, blobs = {}, []
    for name, base in CODECS:
        singles, codes, pairs, overrides = facts(name)
        known[name] = codes
        out = bytearray(varint(0 if base is None else numbers[base] + 1))
        out += varint(len(singles))
        for b, value in sorted(singles.items()):
            out += bytes([b]) + varint(value)
        # Pairs of the base have other indices: they are always given anew.
        old = {c: v for c, v in known.get(base, {}).items()}
        patch = {c: v for c, v in codes.items() if old.get(c) != v or v >= PAIR}
        patch.update({c: None for c in old if c not in codes})
        out += varint(len(patch))
        last_code = last_value = 0
        for code in sorted(patch):
            value = patch[code]
            out += varint(code - last_code)
            last_code = code
            if value is None:
                out += varint(0)
            else:
                out += varint(zigzag(value - last_value) + 1)
                last_value = value
        out += varint(len(pairs))
        for a, b in pairs:
            out += varint(a) + varint(b)
        out += varint(len(overrides))
        last = 0
        for cp in sorted(overrides):
            out += varint(cp - last) + varint(overrides[cp])
            last = cp
        blobs.append(zlib.compress(bytes(out), 9))
        print(name, len(codes), len(pairs), len(overrides), len(blobs[-1]), file=sys.stderr)
    with open(folder + "/tables.bin", "wb") as file:
        file.write(b"".join(blobs))
    with open(folder + "/tables.rs", "w") as file:
        file.write("// Generated by `cargo xtask cjk`; do not edit.\n\n")
        file.write("/// Where each codec's table lies in `DATA`, compressed: name, start, end.\n")
        file.write(f"pub static PLACES: [(&str, usize, usize); {len(blobs)}] = [\n")
        at = 0
        for (name, _), blob in zip(CODECS, blobs):
            file.write(f'    ("{name}", {at}, {at + len(blob)}),\n')
            at += len(blob)
        file.write("];\n\n")
        ranges = gb18030_ranges()
        file.write("/// First character, characters, first linear index of GB 18030's four-byte codes below U+10000.\n")
        file.write(f"pub static GB18030_RANGES: [(u32, u32, u32); {len(ranges)}] = [\n")
        for cp, n, index in ranges:
            file.write(f"    (0x{cp:04X}, {n}, {index}),\n")
        file.write("];\n")


main(sys.argv[1])
