//! UTF-7 (RFC 2152).

use super::{DecodeErrors, Decoded, Decoder, Text, Unit};

fn value(b: u8) -> Option<u32> {
    Some(match b {
        b'A'..=b'Z' => u32::from(b - b'A'),
        b'a'..=b'z' => u32::from(b - b'a') + 26,
        b'0'..=b'9' => u32::from(b - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A shifted (base 64) stretch being read.
struct Shifted {
    /// Where its `+` is.
    start: usize,
    /// Characters written before it: they are taken back where the stretch is incomplete.
    written: usize,
    bits: u32,
    count: u32,
    surrogate: Option<u32>,
}

/// Decodes; where `last` is false a stretch that has not ended is left, from its `+`, for the next call.
pub fn decode<H: DecodeErrors>(input: &[u8], last: bool, errors: &mut H) -> Result<Decoded, H::Failure> {
    let mut d = Decoder::new("utf7", input, errors);
    let mut shifted: Option<Shifted> = None;
    // The text is kept as points, because the end of an incomplete stretch may have to be taken back.
    let mut points: Vec<u32> = Vec::new();
    loop {
        let drain = |d: &mut Decoder<H>, points: &mut Vec<u32>| {
            let text = std::mem::take(&mut d.out).finish();
            points.extend(text.points());
        };
        let Some(b) = d.input.get(d.at).copied() else {
            let Some(s) = shifted.take() else { break };
            if !last {
                d.at = s.start;
                points.truncate(s.written);
                break;
            }
            // The end of the text ends the stretch, if all bits are used up.
            if s.surrogate.is_some() || s.count >= 6 || (s.count > 0 && s.bits & ((1 << s.count) - 1) != 0) {
                d.error(s.start, d.input.len(), "unterminated shift sequence")?;
                drain(&mut d, &mut points);
                continue;
            }
            break;
        };
        match &mut shifted {
            None if b == b'+' => {
                let start = d.at;
                match d.input.get(start + 1) {
                    Some(b'-') => {
                        points.push(0x2B);
                        d.at += 2;
                    }
                    Some(next) if value(*next).is_none() => {
                        d.error(start, start + 2, "ill-formed sequence")?;
                        drain(&mut d, &mut points);
                    }
                    _ => {
                        d.at += 1;
                        shifted = Some(Shifted {
                            start,
                            written: points.len(),
                            bits: 0,
                            count: 0,
                            surrogate: None,
                        });
                    }
                }
            }
            None if b < 0x80 => {
                points.push(u32::from(b));
                d.at += 1;
            }
            None => {
                d.error(d.at, d.at + 1, "unexpected special character")?;
                drain(&mut d, &mut points);
            }
            Some(s) => {
                if let Some(v) = value(b) {
                    s.bits = s.bits << 6 | v;
                    s.count += 6;
                    d.at += 1;
                    if s.count >= 16 {
                        s.count -= 16;
                        let unit = s.bits >> s.count & 0xFFFF;
                        s.bits &= (1 << s.count) - 1;
                        push_unit(s, unit, &mut points);
                    }
                    continue;
                }
                let (start, surrogate) = (s.start, s.surrogate);
                let leftover = s.count >= 6;
                let nonzero = s.bits & ((1 << s.count) - 1) != 0;
                shifted = None;
                if leftover || nonzero {
                    let reason = if leftover {
                        "partial character in shift sequence"
                    } else {
                        "non-zero padding bits in shift sequence"
                    };
                    d.error(start, d.at + 1, reason)?;
                    drain(&mut d, &mut points);
                    continue;
                }
                // Before what stands for itself a lone surrogate is kept.
                if let Some(c) = surrogate.filter(|_| b < 0x80 && b != b'+') {
                    points.push(c);
                }
                if b == b'-' {
                    d.at += 1;
                }
            }
        }
    }
    let used = d.at;
    points.iter().for_each(|c| d.out.push(*c));
    let text: Text = d.finish().text;
    Ok(Decoded { text, used })
}

fn push_unit(s: &mut Shifted, unit: u32, points: &mut Vec<u32>) {
    if let Some(high) = s.surrogate.take() {
        if (0xDC00..0xE000).contains(&unit) {
            points.push(0x10000 + ((high & 0x3FF) << 10 | unit & 0x3FF));
            return;
        }
        points.push(high);
    }
    if (0xD800..0xDC00).contains(&unit) {
        s.surrogate = Some(unit);
    } else {
        points.push(unit);
    }
}

/// Characters that UTF-7 text holds as they are.
fn is_direct(c: u32) -> bool {
    match char::from_u32(c) {
        Some(c) => c.is_ascii_alphanumeric() || "'(),-./:? \t\n\r!\"#$%&*;<=>@[]^_`{|}".contains(c),
        None => false,
    }
}

/// Encodes, which never fails.
pub fn encode<U: Unit>(text: &[U]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut shifted = false;
    let (mut bits, mut count) = (0u32, 0u32);
    for c in text.iter().map(|c| c.point()) {
        if is_direct(c) {
            if shifted {
                if count > 0 {
                    out.push(ALPHABET[(bits << (6 - count) & 63) as usize]);
                    (bits, count) = (0, 0);
                }
                shifted = false;
                if value(c as u8).is_some() || c == 0x2D {
                    out.push(b'-');
                }
            }
            out.push(c as u8);
            continue;
        }
        if !shifted {
            out.push(b'+');
            if c == 0x2B {
                out.push(b'-');
                continue;
            }
            shifted = true;
        }
        let mut unit = |u: u32| {
            bits = bits << 16 | u;
            count += 16;
            while count >= 6 {
                count -= 6;
                out.push(ALPHABET[(bits >> count & 63) as usize]);
            }
            bits &= (1 << count) - 1;
        };
        if c >= 0x10000 {
            unit(0xD800 | (c - 0x10000) >> 10);
            unit(0xDC00 | (c - 0x10000) & 0x3FF);
        } else {
            unit(c);
        }
    }
    if count > 0 {
        out.push(ALPHABET[(bits << (6 - count) & 63) as usize]);
    }
    if shifted {
        out.push(b'-');
    }
    out
}
