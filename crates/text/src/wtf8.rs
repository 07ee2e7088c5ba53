//! Owned strings of Unicode code points that may hold lone surrogates, as Python's `str` may.
//!
//! The bytes are generalised UTF-8 (what CPython calls `utf-8` with `surrogatepass`): every code point up
//! to U+10FFFF, surrogates included, is encoded as UTF-8 would encode it.

use std::fmt;

/// An owned, growable string in generalised UTF-8.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wtf8Buf {
    bytes: Vec<u8>,
}

impl Wtf8Buf {
    pub const fn new() -> Self {
        Wtf8Buf { bytes: Vec::new() }
    }

    /// Takes bytes that are generalised UTF-8; `None` if they are not.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (_, width) = decode(rest)?;
            rest = &rest[width..];
        }
        Some(Wtf8Buf { bytes })
    }

    /// Appends one code point, 0 to 0x10FFFF. Panics above that.
    pub fn push_code_point(&mut self, c: u32) {
        match c {
            0..0x80 => self.bytes.push(c as u8),
            0x80..0x800 => self.bytes.extend([0xC0 | (c >> 6) as u8, 0x80 | (c & 0x3F) as u8]),
            0x800..0x10000 => self.bytes.extend([
                0xE0 | (c >> 12) as u8,
                0x80 | (c >> 6 & 0x3F) as u8,
                0x80 | (c & 0x3F) as u8,
            ]),
            0x10000..0x110000 => self.bytes.extend([
                0xF0 | (c >> 18) as u8,
                0x80 | (c >> 12 & 0x3F) as u8,
                0x80 | (c >> 6 & 0x3F) as u8,
                0x80 | (c & 0x3F) as u8,
            ]),
            _ => panic!("code point {c:#x} is out of range"),
        }
    }

    pub fn push_str(&mut self, s: &str) {
        self.bytes.extend_from_slice(s.as_bytes());
    }

    pub fn push_wtf8(&mut self, s: &Wtf8Buf) {
        self.bytes.extend_from_slice(&s.bytes);
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The text as `str`, where it holds no lone surrogate.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// The text with each lone surrogate replaced by U+FFFD.
    pub fn to_string_lossy(&self) -> String {
        self.code_points().map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')).collect()
    }

    /// The code points in order, surrogates included.
    pub fn code_points(&self) -> CodePoints<'_> {
        CodePoints { rest: &self.bytes }
    }
}

impl From<&str> for Wtf8Buf {
    fn from(s: &str) -> Self {
        Wtf8Buf { bytes: s.as_bytes().to_vec() }
    }
}

impl From<String> for Wtf8Buf {
    fn from(s: String) -> Self {
        Wtf8Buf { bytes: s.into_bytes() }
    }
}

impl FromIterator<u32> for Wtf8Buf {
    fn from_iter<I: IntoIterator<Item = u32>>(iter: I) -> Self {
        let mut s = Wtf8Buf::new();
        iter.into_iter().for_each(|c| s.push_code_point(c));
        s
    }
}

impl fmt::Debug for Wtf8Buf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.code_points() {
            match char::from_u32(c) {
                Some(c) => write!(f, "{}", c.escape_debug())?,
                None => write!(f, "\\u{c:04x}")?,
            }
        }
        f.write_str("\"")
    }
}

/// Iterator over code points; made by [`Wtf8Buf::code_points`].
pub struct CodePoints<'a> {
    rest: &'a [u8],
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (c, width) = decode(self.rest)?;
        self.rest = &self.rest[width..];
        Some(c)
    }
}

/// The first code point of generalised UTF-8 and its width in bytes; `None` at the end or on bad bytes.
pub fn decode(bytes: &[u8]) -> Option<(u32, usize)> {
    let tail = |i: usize| match bytes.get(i) {
        Some(&b) if b & 0xC0 == 0x80 => Some(u32::from(b & 0x3F)),
        _ => None,
    };
    let first = u32::from(*bytes.first()?);
    let (c, width, least) = match first {
        0..0x80 => (first, 1, 0),
        0xC2..0xE0 => ((first & 0x1F) << 6 | tail(1)?, 2, 0x80),
        0xE0..0xF0 => ((first & 0x0F) << 12 | tail(1)? << 6 | tail(2)?, 3, 0x800),
        0xF0..0xF5 => ((first & 0x07) << 18 | tail(1)? << 12 | tail(2)? << 6 | tail(3)?, 4, 0x10000),
        _ => return None,
    };
    (c >= least && c <= 0x10FFFF).then_some((c, width))
}
