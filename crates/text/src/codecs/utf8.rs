//! UTF-8.

use super::{CodecError, DecodeErrors, Decoded, Decoder, EncodeErrors, Unit, encode_error};

enum Step {
    /// A character and its width.
    Point(u32, usize),
    /// Bytes that cannot go on, and why.
    Bad(usize, &'static str),
    /// The input ends inside a character.
    Short,
}

const START: &str = "invalid start byte";
const CONTINUATION: &str = "invalid continuation byte";

/// Decodes one character above U+007F.
fn step(bytes: &[u8]) -> Step {
    let (width, low, high) = match bytes[0] {
        0xC2..=0xDF => (2, 0x80, 0xBF),
        0xE0 => (3, 0xA0, 0xBF),
        0xED => (3, 0x80, 0x9F),
        0xE1..=0xEF => (3, 0x80, 0xBF),
        0xF0 => (4, 0x90, 0xBF),
        0xF1..=0xF3 => (4, 0x80, 0xBF),
        0xF4 => (4, 0x80, 0x8F),
        _ => return Step::Bad(1, START),
    };
    let mut c = u32::from(bytes[0]) & (0x7F >> width);
    for i in 1..width {
        let (low, high) = if i == 1 { (low, high) } else { (0x80, 0xBF) };
        match bytes.get(i) {
            Some(b) if (low..=high).contains(b) => c = c << 6 | u32::from(b & 0x3F),
            Some(_) => return Step::Bad(i, CONTINUATION),
            None => return Step::Short,
        }
    }
    Step::Point(c, width)
}

/// Decodes; see the module [`super`] for the conventions.
pub fn decode<H: DecodeErrors>(input: &[u8], last: bool, errors: &mut H) -> Result<Decoded, H::Failure> {
    let mut d = Decoder::new("utf-8", input, errors);
    loop {
        let rest = &d.input[d.at..];
        let plain = rest.iter().position(|b| *b >= 0x80).unwrap_or(rest.len());
        if plain > 0 {
            d.out.push_bytes(&rest[..plain]);
            d.at += plain;
        }
        let rest = &rest[plain..];
        if rest.is_empty() {
            return Ok(d.finish());
        }
        match step(rest) {
            Step::Point(c, width) => {
                d.out.push(c);
                d.at += width;
            }
            // The first two bytes of a surrogate, for a handler that may want all three.
            _ if !last && rest.len() == 2 && rest[0] == 0xED && (0xA0..0xC0).contains(&rest[1]) => {
                return Ok(d.finish());
            }
            Step::Bad(len, reason) => d.error(d.at, d.at + len, reason)?,
            Step::Short if !last => return Ok(d.finish()),
            Step::Short => d.error(d.at, d.input.len(), "unexpected end of data")?,
        }
    }
}

#[inline]
fn push(out: &mut Vec<u8>, c: u32) {
    match c {
        0..0x80 => out.push(c as u8),
        0x80..0x800 => out.extend([0xC0 | (c >> 6) as u8, 0x80 | (c & 0x3F) as u8]),
        0x800..0x10000 => {
            out.extend([0xE0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3F) as u8, 0x80 | (c & 0x3F) as u8]);
        }
        _ => out.extend([
            0xF0 | (c >> 18) as u8,
            0x80 | (c >> 12 & 0x3F) as u8,
            0x80 | (c >> 6 & 0x3F) as u8,
            0x80 | (c & 0x3F) as u8,
        ]),
    }
}

/// Encodes; surrogates are errors, reported by runs.
pub fn encode<U: Unit, H: EncodeErrors>(text: &[U], errors: &mut H) -> Result<Vec<u8>, H::Failure> {
    let mut out = Vec::with_capacity(text.len());
    let surrogate = |c: &U| matches!(c.point(), 0xD800..0xE000);
    let mut at = 0;
    while let Some(c) = text.get(at) {
        if !surrogate(c) {
            push(&mut out, c.point());
            at += 1;
            continue;
        }
        let run = text[at..].iter().take_while(|c| surrogate(c)).count();
        let error =
            CodecError { encoding: "utf-8", start: at, end: at + run, reason: "surrogates not allowed" };
        at = encode_error(errors, error, text.len(), &mut out, |points, out| {
            points.iter().all(|c| *c < 0x80) && {
                out.extend(points.iter().map(|c| *c as u8));
                true
            }
        })?;
    }
    Ok(out)
}
