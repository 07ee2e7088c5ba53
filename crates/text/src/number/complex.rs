//! `complex()` from text, and `repr` of complex numbers.

use super::float;
use super::format::{Kind, Style, format};
use super::trim;

/// Reads what `complex()` accepts: a real part, an imaginary part, or both, perhaps in parentheses, with white
/// space around either. `None`: "complex() arg is a malformed string".
pub fn parse(text: &[u8]) -> Option<(f64, f64)> {
    let mut text = trim(text);
    if let [b'(', inner @ .., b')'] = text {
        text = trim(inner);
    }
    let plain = without_underscores(text)?;
    let text = &plain[..];
    // Signed number, then perhaps a second with `j`.
    let first = number_prefix(text);
    if first > 0 {
        let value = float::parse(&text[..first])?;
        return match &text[first..] {
            [] => Some((value, 0.0)),
            [b'j' | b'J'] => Some((0.0, value)),
            rest @ [b'+' | b'-', ..] => imaginary(rest).map(|imaginary| (value, imaginary)),
            _ => None,
        };
    }
    imaginary(text).map(|imaginary| (0.0, imaginary))
}

/// `[sign] [number] j`.
fn imaginary(text: &[u8]) -> Option<f64> {
    let (last, number) = text.split_last()?;
    if !matches!(last, b'j' | b'J') {
        return None;
    }
    match number {
        b"" | b"+" => Some(1.0),
        b"-" => Some(-1.0),
        _ if number_prefix(number) == number.len() => float::parse(number),
        _ => None,
    }
}

/// The length of the signed number (or `inf`, `nan`) with which the text begins; 0 if there is none.
fn number_prefix(text: &[u8]) -> usize {
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let body = &text[sign..];
    let starts = |word: &[u8]| body.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    let len = if starts(b"infinity") {
        8
    } else if starts(b"inf") || starts(b"nan") {
        3
    } else {
        float::decimal_prefix(body)
    };
    if len == 0 { 0 } else { sign + len }
}

/// Underscores may stand between digits only.
fn without_underscores(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |i: Option<usize>| i.and_then(|i| text.get(i)).is_some_and(u8::is_ascii_digit);
    let mut out = Vec::with_capacity(text.len());
    for (i, b) in text.iter().enumerate() {
        if *b != b'_' {
            out.push(*b);
        } else if !digit(i.checked_sub(1)) || !digit(Some(i + 1)) {
            return None;
        }
    }
    Some(out)
}

/// `repr` of a complex number.
pub fn repr(real: f64, imaginary: f64) -> String {
    let style = Style { point_zero: false, kind: Kind::Repr, ..Style::REPR };
    let text = |v: f64| format(v, style).unwrap_or_default();
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", text(imaginary));
    }
    let imaginary = text(imaginary);
    let plus = if imaginary.starts_with('-') { "" } else { "+" };
    format!("({}{plus}{imaginary}j)", text(real))
}
