//! `repr` of str and bytes, and `ascii()`.

use crate::Wtf8Buf;
use crate::unicode::is_printable;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// `'`, unless the text holds one and no `"`.
fn quote(has_single: bool, has_double: bool) -> u8 {
    if has_single && !has_double { b'"' } else { b'\'' }
}

fn push_hex(out: &mut Vec<u8>, c: u32, letter: u8, digits: u32) {
    out.extend([b'\\', letter]);
    out.extend((0..digits).rev().map(|i| HEX[(c >> (4 * i) & 15) as usize]));
}

/// Appends one character's escape, if it has a short one or is a quote or backslash.
fn short_escape(out: &mut Vec<u8>, c: u32, quote: u8) -> bool {
    let letter = match c {
        0x09 => b't',
        0x0A => b'n',
        0x0D => b'r',
        0x5C => b'\\',
        _ if c == u32::from(quote) => quote,
        _ => return false,
    };
    out.extend([b'\\', letter]);
    true
}

/// Appends `\x…`, `\u…` or `\U…`.
pub(crate) fn push_escape(out: &mut Vec<u8>, c: u32) {
    match c {
        0..0x100 => push_hex(out, c, b'x', 2),
        0x100..0x10000 => push_hex(out, c, b'u', 4),
        _ => push_hex(out, c, b'U', 8),
    }
}

fn repr_with(points: impl Iterator<Item = u32> + Clone, keep: fn(u32) -> bool) -> Vec<u8> {
    let quote = quote(points.clone().any(|c| c == 0x27), points.clone().any(|c| c == 0x22));
    let mut out = Vec::with_capacity(points.size_hint().0 + 2);
    out.push(quote);
    for c in points {
        if short_escape(&mut out, c, quote) {
            continue;
        }
        if !keep(c) {
            push_escape(&mut out, c);
        } else if c < 0x80 {
            out.push(c as u8);
        } else {
            let mut buffer = [0; 4];
            // What is printable is never a surrogate.
            let c = char::from_u32(c).unwrap_or('\u{FFFD}');
            out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
    }
    out.push(quote);
    out
}

/// `repr` of a str: the quotes chosen, what is not printable escaped. The result is valid UTF-8.
pub fn repr_str(points: impl Iterator<Item = u32> + Clone) -> Wtf8Buf {
    Wtf8Buf::from_bytes(repr_with(points, is_printable)).unwrap_or_default()
}

/// `ascii()` of a str.
pub fn ascii_str(points: impl Iterator<Item = u32> + Clone) -> String {
    let bytes = repr_with(points, |c| (0x20..0x7F).contains(&c));
    String::from_utf8(bytes).unwrap_or_default()
}

/// `ascii()` of any object, from its `repr`: everything above ASCII escaped, quotes left as they are.
pub fn escape_non_ascii(points: impl Iterator<Item = u32>) -> String {
    let mut out = Vec::new();
    for c in points {
        if c < 0x80 { out.push(c as u8) } else { push_escape(&mut out, c) }
    }
    String::from_utf8(out).unwrap_or_default()
}

/// `repr` of bytes without the `b`: `'…'` in ASCII. `bytearray` and others use it too.
pub fn repr_bytes(data: &[u8]) -> String {
    let quote = quote(data.contains(&b'\''), data.contains(&b'"'));
    let mut out = Vec::with_capacity(data.len() + 2);
    out.push(quote);
    for b in data {
        let c = u32::from(*b);
        if short_escape(&mut out, c, quote) {
        } else if (0x20..0x7F).contains(&c) {
            out.push(*b);
        } else {
            push_hex(&mut out, c, b'x', 2);
        }
    }
    out.push(quote);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes() {
        let repr = |s: &str| repr_str(s.chars().map(u32::from)).to_string_lossy();
        assert_eq!(repr("it's"), r#""it's""#);
        assert_eq!(repr("it's \"x\""), r#"'it\'s "x"'"#);
        assert_eq!(repr("\t\u{7f}\u{e9}\u{200b}\u{e000}\u{10ffff}\\"), r"'\t\x7fé\u200b\ue000\U0010ffff\\'");
        assert_eq!(repr_str([0xD800].into_iter()).to_string_lossy(), r"'\ud800'");
        assert_eq!(ascii_str("é😀".chars().map(u32::from)), r"'\xe9\U0001f600'");
        assert_eq!(repr_bytes(b"a'\x00\xff\n"), r#""a'\x00\xff\n""#);
    }
}
