//! The standard error handlers, without exceptions: what `codecs.lookup_error(name)` would answer.

use super::{CodecError, DecodeErrors, DecodeResume, EncodeErrors, EncodeResume, Replacement};
use crate::repr::push_escape;
use crate::unicode::name;

/// A standard error handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standard {
    Strict,
    Ignore,
    Replace,
    XmlCharRefReplace,
    BackslashReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

impl Standard {
    /// By the name that Python knows; `None`: look in the registry.
    pub fn from_name(name: &str) -> Option<Standard> {
        Some(match name {
            "strict" => Standard::Strict,
            "ignore" => Standard::Ignore,
            "replace" => Standard::Replace,
            "xmlcharrefreplace" => Standard::XmlCharRefReplace,
            "backslashreplace" => Standard::BackslashReplace,
            "namereplace" => Standard::NameReplace,
            "surrogateescape" => Standard::SurrogateEscape,
            "surrogatepass" => Standard::SurrogatePass,
            _ => return None,
        })
    }

    /// The answer to a decoding error; `None`: it is raised.
    pub fn decode(self, input: &[u8], error: CodecError) -> Option<DecodeResume> {
        let bad = input.get(error.start..error.end)?;
        let resume = |replacement, position| Some(DecodeResume { replacement, position, input: None });
        match self {
            Standard::Strict | Standard::XmlCharRefReplace | Standard::NameReplace => None,
            Standard::Ignore => resume(Vec::new(), error.end),
            Standard::Replace => resume(vec![0xFFFD], error.end),
            Standard::BackslashReplace => {
                let mut text = Vec::new();
                bad.iter().for_each(|b| push_escape(&mut text, u32::from(*b)));
                resume(text.into_iter().map(u32::from).collect(), error.end)
            }
            Standard::SurrogateEscape => {
                let escaped: Vec<u32> =
                    bad.iter().take(4).take_while(|b| **b >= 0x80).map(|b| 0xDC00 + u32::from(*b)).collect();
                let n = escaped.len();
                if n == 0 { None } else { resume(escaped, error.start + n) }
            }
            Standard::SurrogatePass => {
                let (width, little) = layout(error.encoding)?;
                let unit = input.get(error.start..error.start + width)?;
                let c = match width {
                    3 if unit[0] & 0xF0 == 0xE0 && unit[1] & 0xC0 == 0x80 && unit[2] & 0xC0 == 0x80 => {
                        (u32::from(unit[0]) & 0x0F) << 12
                            | (u32::from(unit[1]) & 0x3F) << 6
                            | u32::from(unit[2]) & 0x3F
                    }
                    3 => return None,
                    _ if little => unit.iter().rev().fold(0, |c, b| c << 8 | u32::from(*b)),
                    _ => unit.iter().fold(0, |c, b| c << 8 | u32::from(*b)),
                };
                if (0xD800..0xE000).contains(&c) { resume(vec![c], error.start + width) } else { None }
            }
        }
    }

    /// The answer to an encoding error in `text`; `None`: it is raised.
    pub fn encode(self, text: &dyn Fn(usize) -> u32, error: CodecError) -> Option<EncodeResume> {
        let range = error.start..error.end;
        let points =
            |v: Vec<u32>| Some(EncodeResume { replacement: Replacement::Text(v), position: error.end });
        let ascii = |v: Vec<u8>| points(v.into_iter().map(u32::from).collect());
        match self {
            Standard::Strict => None,
            Standard::Ignore => points(Vec::new()),
            Standard::Replace => points(vec![0x3F; range.len()]),
            Standard::XmlCharRefReplace => {
                ascii(range.flat_map(|i| format!("&#{};", text(i)).into_bytes()).collect())
            }
            Standard::BackslashReplace => {
                let mut out = Vec::new();
                range.for_each(|i| push_escape(&mut out, text(i)));
                ascii(out)
            }
            Standard::NameReplace => {
                let mut out = Vec::new();
                for i in range {
                    match name(text(i)) {
                        Some(name) => out.extend(format!("\\N{{{name}}}").into_bytes()),
                        None => push_escape(&mut out, text(i)),
                    }
                }
                ascii(out)
            }
            Standard::SurrogateEscape => {
                // What can be, is escaped; an error is raised for the rest of the run.
                let escape = |i| text(i).checked_sub(0xDC00).filter(|b| (0x80..0x100).contains(b));
                let bytes: Vec<u8> = range.map_while(escape).map(|b| b as u8).collect();
                if bytes.is_empty() {
                    return None;
                }
                let position = error.start + bytes.len();
                Some(EncodeResume { replacement: Replacement::Bytes(bytes), position })
            }
            Standard::SurrogatePass => {
                let (width, little) = layout(error.encoding)?;
                let mut out = Vec::new();
                for i in range {
                    let c = text(i);
                    if !(0xD800..0xE000).contains(&c) {
                        return None;
                    }
                    match (width, little) {
                        (3, _) => out.extend([
                            0xE0 | (c >> 12) as u8,
                            0x80 | (c >> 6 & 0x3F) as u8,
                            0x80 | (c & 0x3F) as u8,
                        ]),
                        (2, true) => out.extend((c as u16).to_le_bytes()),
                        (2, false) => out.extend((c as u16).to_be_bytes()),
                        (_, true) => out.extend(c.to_le_bytes()),
                        (_, false) => out.extend(c.to_be_bytes()),
                    }
                }
                Some(EncodeResume { replacement: Replacement::Bytes(out), position: error.end })
            }
        }
    }
}

/// Bytes of a surrogate and whether they are little-endian, in the encodings that `surrogatepass` knows (the name
/// as `encode` was given it, in any spelling).
fn layout(encoding: &str) -> Option<(usize, bool)> {
    let plain: String =
        encoding.chars().filter(|c| !matches!(c, '-' | '_')).collect::<String>().to_ascii_lowercase();
    Some(match plain.as_str() {
        "utf8" | "cputf8" => (3, true),
        "utf16" | "utf16le" => (2, true),
        "utf16be" => (2, false),
        "utf32" | "utf32le" => (4, true),
        "utf32be" => (4, false),
        _ => return None,
    })
}

/// A standard handler with what it needs: for encoding the text, by index.
pub struct Handler<F: Fn(usize) -> u32> {
    pub kind: Standard,
    pub text: F,
}

impl Handler<fn(usize) -> u32> {
    /// For decoding.
    pub fn decoding(kind: Standard) -> Self {
        Handler { kind, text: |_| 0 }
    }
}

impl<F: Fn(usize) -> u32> DecodeErrors for Handler<F> {
    type Failure = CodecError;

    fn handle(&mut self, input: &[u8], error: CodecError) -> Result<DecodeResume, CodecError> {
        self.kind.decode(input, error).ok_or(error)
    }
}

impl<F: Fn(usize) -> u32> EncodeErrors for Handler<F> {
    type Failure = CodecError;

    fn handle(&mut self, error: CodecError) -> Result<EncodeResume, CodecError> {
        self.kind.encode(&self.text, error).ok_or(error)
    }

    fn refuse(&mut self, error: CodecError) -> CodecError {
        error
    }
}
