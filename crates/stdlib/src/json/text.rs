//! JSON strings: quoting and scanning.

use taipan_object::{Cx, Obj, R, Raised, Str, StrData, Value, ops};

/// Raises `json.decoder.JSONDecodeError`.
#[cold]
pub fn decode_error(cx: &mut Cx, message: &str, text: &Obj<Str>, at: usize) -> Raised {
    let import = cx.interp().runtime.import;
    let made = import(cx, "json.decoder").and_then(|module| {
        let class = ops::getattr_str(cx, &module, "JSONDecodeError")?;
        let (message, at) = (cx.str(message), cx.int(at as i64));
        ops::call(cx, &class, &[message, text.to_value(), at])
    });
    match made {
        Ok(error) => taipan_object::exc::raise(cx, error),
        Err(raised) => raised,
    }
}

/// The letter after the backslash for a character that has one.
fn short_escape(c: u32) -> Option<u8> {
    Some(match c {
        0x22 => b'"',
        0x5C => b'\\',
        0x0A => b'n',
        0x0D => b'r',
        0x09 => b't',
        0x08 => b'b',
        0x0C => b'f',
        _ => return None,
    })
}

fn push_hex(out: &mut Vec<u8>, unit: u32) {
    out.extend_from_slice(b"\\u");
    out.extend((0..4).rev().map(|i| b"0123456789abcdef"[(unit >> (4 * i) & 15) as usize]));
}

/// Appends the quoted form of ASCII output.
fn quote_ascii(text: &Obj<Str>, out: &mut Vec<u8>) {
    out.push(b'"');
    for c in text.chars() {
        match short_escape(c) {
            Some(letter) => out.extend_from_slice(&[b'\\', letter]),
            None if (0x20..0x7F).contains(&c) => out.push(c as u8),
            None if c > 0xFFFF => {
                let c = c - 0x1_0000;
                push_hex(out, 0xD800 + (c >> 10));
                push_hex(out, 0xDC00 + (c & 0x3FF));
            }
            None => push_hex(out, c),
        }
    }
    out.push(b'"');
}

/// The text as a JSON string, other than ASCII escaped where `ascii` is wanted.
pub fn quoted(cx: &mut Cx, text: &Obj<Str>, ascii: bool) -> Value {
    if ascii || text.is_ascii() && !text.raw_bytes().contains(&0x7F) {
        let mut out = Vec::with_capacity(text.len() + 2);
        quote_ascii(text, &mut out);
        return cx.str_from_latin1(&out).into_value();
    }
    let mut out: Vec<u32> = Vec::with_capacity(text.len() + 2);
    out.push(0x22);
    for c in text.chars() {
        match short_escape(c) {
            Some(letter) => out.extend([0x5C, u32::from(letter)]),
            None if c < 0x20 => {
                let mut escape = Vec::new();
                push_hex(&mut escape, c);
                out.extend(escape.into_iter().map(u32::from));
            }
            None => out.push(c),
        }
    }
    out.push(0x22);
    cx.str_from_code_points(&out).into_value()
}

/// The four hexadecimal digits at `at`.
fn hex4<U: Copy + Into<u32>>(units: &[U], at: usize) -> Option<u32> {
    units.get(at..at + 4)?.iter().try_fold(0, |n, &u| {
        let digit = char::from_u32(u.into())?.to_digit(16)?;
        Some(n << 4 | digit)
    })
}

/// What is wrong with a string, and where.
pub enum Fault {
    At(&'static str, usize),
}

const BAD_ESCAPE: &str = "Invalid \\uXXXX escape";

/// Characters of a string that ends in no plain way, from `start`; and the place behind its closing quote.
fn scan_units<U: Copy + Into<u32>>(
    units: &[U],
    start: usize,
    strict: bool,
) -> Result<(Vec<u32>, usize), Fault> {
    let unterminated = Fault::At("Unterminated string starting at", start.saturating_sub(1));
    let mut out = Vec::new();
    let mut i = start;
    loop {
        let Some(&unit) = units.get(i) else { return Err(unterminated) };
        let c = unit.into();
        match c {
            0x22 => return Ok((out, i + 1)),
            0x5C => {
                let Some(&letter) = units.get(i + 1) else { return Err(unterminated) };
                let plain = match letter.into() {
                    0x22 => 0x22,
                    0x5C => 0x5C,
                    0x2F => 0x2F,
                    0x62 => 0x08,
                    0x66 => 0x0C,
                    0x6E => 0x0A,
                    0x72 => 0x0D,
                    0x74 => 0x09,
                    0x75 => {
                        let Some(unit) = hex4(units, i + 2) else { return Err(Fault::At(BAD_ESCAPE, i + 1)) };
                        i += 6;
                        out.push(second_half(units, &mut i, unit)?);
                        continue;
                    }
                    _ => return Err(Fault::At("Invalid \\escape", i)),
                };
                out.push(plain);
                i += 2;
            }
            c if c < 0x20 && strict => return Err(Fault::At("Invalid control character at", i)),
            c => {
                out.push(c);
                i += 1;
            }
        }
    }
}

/// The character that begins with the escaped `unit`: a pair of surrogates is one.
fn second_half<U: Copy + Into<u32>>(units: &[U], i: &mut usize, unit: u32) -> Result<u32, Fault> {
    let escape = units.get(*i).zip(units.get(*i + 1)).map(|(&a, &b)| (a.into(), b.into()));
    if !(0xD800..0xDC00).contains(&unit) || escape != Some((0x5C, 0x75)) {
        return Ok(unit);
    }
    let Some(low) = hex4(units, *i + 2) else { return Err(Fault::At(BAD_ESCAPE, *i + 1)) };
    if !(0xDC00..0xE000).contains(&low) {
        return Ok(unit);
    }
    *i += 6;
    Ok(0x1_0000 + ((unit - 0xD800) << 10 | (low - 0xDC00)))
}

/// Where a string without escapes and control characters ends: the place of its quote.
fn plain_end<U: Copy + Into<u32>>(units: &[U], start: usize) -> Option<usize> {
    for (i, &unit) in units.iter().enumerate().skip(start) {
        match unit.into() {
            0x22 => return Some(i),
            c if c == 0x5C || c < 0x20 => return None,
            _ => {}
        }
    }
    None
}

/// The string that begins at `start`, behind its quote; and the place behind its closing quote.
pub fn scan(cx: &mut Cx, text: &Obj<Str>, start: usize, strict: bool) -> R<(Value, usize)> {
    let scanned = match text.data() {
        StrData::One(units) => match plain_end(units, start) {
            Some(end) => {
                let piece = cx.str_from_latin1(units.get(start..end).unwrap_or_default());
                return Ok((piece.into_value(), end + 1));
            }
            None => scan_units(units, start, strict),
        },
        StrData::Two(units) => match plain_end(units, start) {
            Some(end) => {
                let piece = cx.str_from_ucs2(units.get(start..end).unwrap_or_default());
                return Ok((piece.into_value(), end + 1));
            }
            None => scan_units(units, start, strict),
        },
        StrData::Four(units) => scan_units(units, start, strict),
    };
    match scanned {
        Ok((points, end)) => Ok((cx.str_from_code_points(&points).into_value(), end)),
        Err(Fault::At(message, at)) => Err(decode_error(cx, message, text, at)),
    }
}
