//! `unicode_escape`, `raw_unicode_escape` and the escapes of bytes literals.

use super::{DecodeErrors, Decoded, Decoder, Unit};
use crate::repr::push_escape;
use crate::unicode::names;

/// An escape that means nothing, which a SyntaxWarning or DeprecationWarning reports: `"\z" is an invalid escape
/// sequence`, or an octal one above `\377`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidEscape {
    /// The backslash's index.
    pub at: usize,
    /// The character after it, or the octal value where `is_octal`.
    pub value: u32,
    pub is_octal: bool,
}

/// Hexadecimal digits at the start, `count` at most.
fn hex(bytes: &[u8], count: usize) -> (u32, usize) {
    let digits = bytes.iter().take(count).map_while(|b| (*b as char).to_digit(16));
    digits.fold((0, 0), |(value, n), d| (value << 4 | d, n + 1))
}

fn octal(bytes: &[u8]) -> (u32, usize) {
    let digits = bytes.iter().take(3).map_while(|b| (*b as char).to_digit(8));
    digits.fold((0, 0), |(value, n), d| (value << 3 | d, n + 1))
}

fn simple(c: u8) -> Option<u8> {
    Some(match c {
        b'\\' | b'\'' | b'"' => c,
        b'a' => 7,
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'v' => 11,
        b'f' => 12,
        b'r' => 13,
        _ => return None,
    })
}

/// Decodes `unicode_escape`; bytes above ASCII are Latin-1. The first escape without meaning is returned too.
pub fn decode<H: DecodeErrors>(
    input: &[u8],
    last: bool,
    errors: &mut H,
) -> Result<(Decoded, Option<InvalidEscape>), H::Failure> {
    let mut d = Decoder::new("unicodeescape", input, errors);
    let mut invalid = None;
    loop {
        let rest = &d.input[d.at..];
        let plain = rest.iter().position(|b| *b == b'\\').unwrap_or(rest.len());
        d.out.push_bytes(&rest[..plain]);
        d.at += plain;
        let rest = &rest[plain..];
        let Some(c) = rest.get(1).copied() else {
            if rest.is_empty() || !last {
                break;
            }
            d.error(d.at, d.at + 1, "\\ at end of string")?;
            continue;
        };
        if let Some(c) = simple(c) {
            d.out.push(u32::from(c));
            d.at += 2;
            continue;
        }
        match c {
            b'\n' => d.at += 2,
            b'0'..=b'7' => {
                let (value, n) = octal(&rest[1..]);
                if value > 0o377 && invalid.is_none() {
                    invalid = Some(InvalidEscape { at: d.at, value, is_octal: true });
                }
                d.out.push(value);
                d.at += 1 + n;
            }
            b'x' | b'u' | b'U' | b'N' => {
                let step = if c == b'N' { named(rest) } else { sized(rest, c) };
                match step {
                    Step::Point(c, n) => {
                        d.out.push(c);
                        d.at += n;
                    }
                    Step::Short(..) if !last => break,
                    Step::Short(n, reason) | Step::Bad(n, reason) => d.error(d.at, d.at + n, reason)?,
                }
            }
            _ => {
                if invalid.is_none() {
                    invalid = Some(InvalidEscape { at: d.at, value: u32::from(c), is_octal: false });
                }
                d.out.push(0x5C);
                d.out.push(u32::from(c));
                d.at += 2;
            }
        }
    }
    Ok((d.finish(), invalid))
}

enum Step {
    Point(u32, usize),
    /// Wrong from here on: the length of what is wrong, and why.
    Bad(usize, &'static str),
    /// The same, but more input could mend it.
    Short(usize, &'static str),
}

fn sized(rest: &[u8], letter: u8) -> Step {
    let (count, reason) = match letter {
        b'x' => (2, "truncated \\xXX escape"),
        b'u' => (4, "truncated \\uXXXX escape"),
        _ => (8, "truncated \\UXXXXXXXX escape"),
    };
    let (value, n) = hex(&rest[2..], count);
    match n {
        _ if n == count && value <= 0x10FFFF => Step::Point(value, 2 + n),
        _ if n == count => Step::Bad(2 + n, "illegal Unicode character"),
        _ if rest.len() == 2 + n => Step::Short(2 + n, reason),
        _ => Step::Bad(2 + n, reason),
    }
}

fn named(rest: &[u8]) -> Step {
    let malformed = "malformed \\N character escape";
    match rest.get(2) {
        None => return Step::Short(2, malformed),
        Some(b'{') => {}
        Some(_) => return Step::Bad(2, malformed),
    }
    let Some(len) = rest[3..].iter().position(|b| *b == b'}') else {
        return Step::Short(rest.len(), malformed);
    };
    if len == 0 {
        return Step::Bad(3, malformed);
    }
    match std::str::from_utf8(&rest[3..3 + len]).ok().and_then(names::lookup) {
        Some(c) => Step::Point(c, 4 + len),
        None => Step::Bad(4 + len, "unknown Unicode character name"),
    }
}

/// Encodes `unicode_escape`, which never fails.
pub fn encode<U: Unit>(text: &[U]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.iter().map(|c| c.point()) {
        match c {
            0x09 => out.extend(b"\\t"),
            0x0A => out.extend(b"\\n"),
            0x0D => out.extend(b"\\r"),
            0x5C => out.extend(b"\\\\"),
            0x20..0x7F => out.push(c as u8),
            _ => push_escape(&mut out, c),
        }
    }
    out
}

/// Decodes `raw_unicode_escape`: only `\u` and `\U` are escapes.
pub fn decode_raw<H: DecodeErrors>(input: &[u8], last: bool, errors: &mut H) -> Result<Decoded, H::Failure> {
    let mut d = Decoder::new("rawunicodeescape", input, errors);
    loop {
        let rest = &d.input[d.at..];
        let plain = rest.iter().position(|b| *b == b'\\').unwrap_or(rest.len());
        d.out.push_bytes(&rest[..plain]);
        d.at += plain;
        let rest = &rest[plain..];
        match rest.get(1).copied() {
            None if rest.is_empty() || !last => break,
            None => {
                d.out.push(0x5C);
                d.at += 1;
            }
            Some(c @ (b'u' | b'U')) => match sized(rest, c) {
                Step::Point(c, n) => {
                    d.out.push(c);
                    d.at += n;
                }
                Step::Short(..) if !last => break,
                Step::Bad(n, "illegal Unicode character") => {
                    d.error(d.at, d.at + n, "\\Uxxxxxxxx out of range")?;
                }
                Step::Short(n, reason) | Step::Bad(n, reason) => d.error(d.at, d.at + n, reason)?,
            },
            Some(c) => {
                d.out.push(0x5C);
                d.out.push(u32::from(c));
                d.at += 2;
            }
        }
    }
    Ok(d.finish())
}

/// Encodes `raw_unicode_escape`, which never fails.
pub fn encode_raw<U: Unit>(text: &[U]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.iter().map(|c| c.point()) {
        if c < 0x100 { out.push(c as u8) } else { push_escape(&mut out, c) }
    }
    out
}

/// Why the escapes of a bytes literal are wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BytesError {
    /// ValueError: "Trailing \ in string".
    Trailing,
    /// ValueError: "invalid \x escape at position N" (of the backslash).
    Hex(usize),
}

/// What stands for a wrong `\x` (`errors` of `codecs.escape_decode`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BytesMode {
    Strict,
    Replace,
    Ignore,
}

/// The bytes that a bytes literal's inside means (`codecs.escape_decode`), and the first escape without meaning.
pub fn decode_bytes(input: &[u8], mode: BytesMode) -> Result<(Vec<u8>, Option<InvalidEscape>), BytesError> {
    let mut out = Vec::with_capacity(input.len());
    let mut invalid = None;
    let mut at = 0;
    while let Some(b) = input.get(at) {
        if *b != b'\\' {
            out.push(*b);
            at += 1;
            continue;
        }
        let Some(c) = input.get(at + 1).copied() else { return Err(BytesError::Trailing) };
        let start = at;
        at += 2;
        if let Some(c) = simple(c) {
            out.push(c);
            continue;
        }
        match c {
            b'\n' => {}
            b'0'..=b'7' => {
                let (value, n) = octal(&input[start + 1..]);
                if value > 0o377 && invalid.is_none() {
                    invalid = Some(InvalidEscape { at: start, value, is_octal: true });
                }
                out.push(value as u8);
                at = start + 1 + n;
            }
            b'x' => {
                let (value, n) = hex(&input[start + 2..], 2);
                if n == 2 {
                    out.push(value as u8);
                } else {
                    match mode {
                        BytesMode::Strict => return Err(BytesError::Hex(start)),
                        BytesMode::Replace => out.push(b'?'),
                        BytesMode::Ignore => {}
                    }
                }
                at += n;
            }
            _ => {
                if invalid.is_none() {
                    invalid = Some(InvalidEscape { at: start, value: u32::from(c), is_octal: false });
                }
                out.extend([b'\\', c]);
            }
        }
    }
    Ok((out, invalid))
}
