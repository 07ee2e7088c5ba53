//! `float()` from text, `float.hex`, `float.fromhex` and `round`.

use dashu_int::ops::{BitTest, DivRem};
use dashu_int::{IBig, UBig};

use super::scale::{parts, scale, truncate};

/// Reads what `float()` accepts, without white space around it: `[sign] digits [. digits] [e [sign] digits]` with
/// single underscores between digits, or `inf`, `infinity`, `nan` in any case. `None` for anything else.
pub fn parse(text: &[u8]) -> Option<f64> {
    let (negative, body) = split_sign(text);
    if let Some(v) = special(body) {
        return Some(if negative { -v } else { v });
    }
    let mut clean = Vec::with_capacity(text.len());
    let body_plain = if body.contains(&b'_') {
        for (i, b) in body.iter().enumerate() {
            if *b != b'_' {
                clean.push(*b);
                continue;
            }
            let digit = |i: Option<usize>| i.and_then(|i| body.get(i)).is_some_and(u8::is_ascii_digit);
            if !digit(i.checked_sub(1)) || !digit(Some(i + 1)) {
                return None;
            }
        }
        &clean[..]
    } else {
        body
    };
    if !is_decimal(body_plain) {
        return None;
    }
    let value: f64 = std::str::from_utf8(body_plain).ok()?.parse().ok()?;
    Some(if negative { -value } else { value })
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn special(body: &[u8]) -> Option<f64> {
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Some(f64::INFINITY);
    }
    body.eq_ignore_ascii_case(b"nan").then_some(f64::NAN)
}

/// The length of the longest prefix that is a decimal number without sign and underscores; 0 if there is none.
pub fn decimal_prefix(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut at = whole;
    let mut fraction = 0;
    if text.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        if let Some(n @ 1..) = text.get(at + 1 + sign..).map(|_| digits(at + 1 + sign)) {
            at += 1 + sign + n;
        }
    }
    at
}

fn is_decimal(text: &[u8]) -> bool {
    !text.is_empty() && decimal_prefix(text) == text.len()
}

/// `float.hex`.
pub fn to_hex(v: f64) -> String {
    if !v.is_finite() {
        return super::format::repr(v);
    }
    let sign = if v.is_sign_negative() { "-" } else { "" };
    let bits = v.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let field = (bits >> 52 & 0x7FF) as i32;
    if field == 0 && fraction == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let (lead, exponent) = if field == 0 { (0, -1022) } else { (1, field - 1023) };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// Why `float.fromhex` refuses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HexError {
    /// ValueError: "invalid hexadecimal floating-point string".
    Invalid,
    /// OverflowError: "hexadecimal value too large to represent as a float".
    TooLarge,
}

/// `float.fromhex`, for text without white space around it.
pub fn from_hex(text: &[u8]) -> Result<f64, HexError> {
    let (negative, body) = split_sign(text);
    let sign = |v: f64| if negative { -v } else { v };
    if let Some(v) = special(body) {
        return Ok(sign(v));
    }
    let body = match body {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        _ => body,
    };
    let hex = |s: &[u8]| s.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let whole = hex(body);
    let (digits_end, fraction) = match body.get(whole) {
        Some(b'.') => {
            let n = hex(&body[whole + 1..]);
            (whole + 1 + n, n)
        }
        _ => (whole, 0),
    };
    if whole + fraction == 0 {
        return Err(HexError::Invalid);
    }
    let exponent = match &body[digits_end..] {
        [] => 0,
        [b'p' | b'P', rest @ ..] => binary_exponent(rest).ok_or(HexError::Invalid)?,
        _ => return Err(HexError::Invalid),
    };
    let digits = body[..digits_end].iter().filter_map(|b| (*b as char).to_digit(16));
    let (mut mantissa, mut sticky, mut dropped) = (0u64, false, 0i64);
    for d in digits {
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(d);
        } else {
            dropped += 4;
            sticky |= d != 0;
        }
    }
    let exponent = exponent.saturating_add(dropped).saturating_sub(4 * fraction as i64);
    scale(mantissa, sticky, exponent).map(sign).ok_or(HexError::TooLarge)
}

/// `[sign] digits`, saturating well inside what [`scale`] can add to.
fn binary_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let limit = i64::MAX / 4;
    let value =
        digits.iter().fold(0i64, |n, d| n.saturating_mul(10).saturating_add(i64::from(d - b'0')).min(limit));
    Some(if negative { -value } else { value })
}

/// `round(v, digits)`; `None`: "rounded value too large to represent".
pub fn round(v: f64, digits: i64) -> Option<f64> {
    if !v.is_finite() || v == 0.0 || digits > 323 {
        return Some(v);
    }
    if digits < -308 {
        return Some(0.0 * v);
    }
    let magnitude = v.abs();
    let rounded: f64 = if digits >= 0 {
        format!("{magnitude:.*}", digits as usize).parse().ok()?
    } else {
        let (mantissa, exponent) = parts(magnitude);
        let unit = UBig::from(10u8).pow((-digits) as usize);
        let (n, d) = if exponent >= 0 {
            (UBig::from(mantissa) << exponent as usize, unit.clone())
        } else {
            (UBig::from(mantissa), unit.clone() << (-exponent) as usize)
        };
        let (mut q, r) = n.div_rem(&d);
        let twice: UBig = r << 1;
        if twice > d || (twice == d && q.bit(0)) {
            q += 1u8;
        }
        super::scale::int_to_f64(&IBig::from(q * unit))?
    };
    rounded.is_finite().then(|| rounded.copysign(v))
}

/// `round(v)` of a finite double: to the nearest integer, half to even.
pub fn round_to_int(v: f64) -> IBig {
    truncate(v.round_ties_even())
}
