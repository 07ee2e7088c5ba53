//! Encodings of one byte a character: ASCII, Latin-1 and tables.

use super::{
    CodecError, DecodeErrors, Decoded, Decoder, EncodeErrors, Text, TextBuilder, Unit, encode_error,
};

/// Latin-1 never fails.
pub fn decode_latin1(input: &[u8]) -> Text {
    let mut out = TextBuilder::with_capacity(input.len());
    out.push_bytes(input);
    out.finish()
}

/// ASCII.
pub fn decode_ascii<H: DecodeErrors>(input: &[u8], errors: &mut H) -> Result<Decoded, H::Failure> {
    let mut d = Decoder::new("ascii", input, errors);
    loop {
        let rest = &d.input[d.at..];
        let plain = rest.iter().position(|b| *b >= 0x80).unwrap_or(rest.len());
        d.out.push_bytes(&rest[..plain]);
        d.at += plain;
        if d.at == d.input.len() {
            return Ok(d.finish());
        }
        d.error(d.at, d.at + 1, "ordinal not in range(128)")?;
    }
}

/// What a byte means in a table.
pub enum Mapped {
    /// "character maps to <undefined>".
    Undefined,
    Point(u32),
    Points(Vec<u32>),
}

/// Decodes through `map`, which may fail itself (a Python mapping).
pub fn decode<H: DecodeErrors>(
    input: &[u8],
    mut map: impl FnMut(u8) -> Result<Mapped, H::Failure>,
    errors: &mut H,
) -> Result<Decoded, H::Failure> {
    let mut d = Decoder::new("charmap", input, errors);
    while let Some(b) = d.input.get(d.at) {
        match map(*b)? {
            Mapped::Point(c) => d.out.push(c),
            Mapped::Points(points) => points.iter().for_each(|c| d.out.push(*c)),
            Mapped::Undefined => {
                d.error(d.at, d.at + 1, "character maps to <undefined>")?;
                continue;
            }
        }
        d.at += 1;
    }
    Ok(d.finish())
}

fn encode_below<U: Unit, H: EncodeErrors>(
    text: &[U],
    limit: u32,
    encoding: &'static str,
    reason: &'static str,
    errors: &mut H,
) -> Result<Vec<u8>, H::Failure> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text.get(at).map(|c| c.point()) {
        if c < limit {
            out.push(c as u8);
            at += 1;
            continue;
        }
        let run = text[at..].iter().take_while(|c| c.point() >= limit).count();
        let error = CodecError { encoding, start: at, end: at + run, reason };
        at = encode_error(errors, error, text.len(), &mut out, |points, out| {
            points.iter().all(|c| *c < limit) && {
                out.extend(points.iter().map(|c| *c as u8));
                true
            }
        })?;
    }
    Ok(out)
}

/// ASCII; what does not fit is reported by runs.
pub fn encode_ascii<U: Unit, H: EncodeErrors>(text: &[U], errors: &mut H) -> Result<Vec<u8>, H::Failure> {
    encode_below(text, 0x80, "ascii", "ordinal not in range(128)", errors)
}

/// Latin-1; what does not fit is reported by runs.
pub fn encode_latin1<U: Unit, H: EncodeErrors>(text: &[U], errors: &mut H) -> Result<Vec<u8>, H::Failure> {
    encode_below(text, 0x100, "latin-1", "ordinal not in range(256)", errors)
}

/// Encodes through `map` (appends the bytes of a character; false: it has none), which may fail itself.
pub fn encode<U: Unit, H: EncodeErrors>(
    text: &[U],
    mut map: impl FnMut(u32, &mut Vec<u8>) -> Result<bool, H::Failure>,
    errors: &mut H,
) -> Result<Vec<u8>, H::Failure> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text.get(at).map(|c| c.point()) {
        if map(c, &mut out)? {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        let mut scratch = Vec::new();
        while end < text.len() && !map(text[end].point(), &mut scratch)? {
            end += 1;
        }
        let reason = "character maps to <undefined>";
        let error = CodecError { encoding: "charmap", start: at, end, reason };
        let mut failure = None;
        at = encode_error(errors, error, text.len(), &mut out, |points, out| {
            points.iter().all(|c| match map(*c, out) {
                Ok(found) => found,
                Err(e) => {
                    failure = Some(e);
                    false
                }
            })
        })
        .map_err(|e| failure.take().unwrap_or(e))?;
    }
    Ok(out)
}
