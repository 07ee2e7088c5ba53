//! Numbers as text and back: what `float()`, `int()`, `complex()`, `repr`, `round` and division need.
//!
//! Everything rounds half to even and correctly, for any length of text and any precision.

pub mod complex;
pub mod float;
pub mod format;
pub mod int;
pub mod scale;

/// Text as `int()`, `float()` and `complex()` read it: digits of any script become ASCII digits, white space of any
/// kind a blank, and any other character above ASCII `?`, which no number contains.
pub fn to_ascii(points: impl IntoIterator<Item = u32>) -> Vec<u8> {
    use crate::unicode::{decimal, is_space};
    points
        .into_iter()
        .map(|c| match c {
            0..0x80 => c as u8,
            _ if is_space(c) => b' ',
            _ => decimal(c).map_or(b'?', |d| b'0' + d),
        })
        .collect()
}

/// ASCII text without the white space around it (blank, tab, newline, vertical tab, form feed, return; for text
/// from `str` also the four separators 0x1C to 0x1F).
pub fn trim(text: &[u8]) -> &[u8] {
    let space = |b: &u8| matches!(b, 9..=13 | 28..=32);
    let start = text.iter().position(|b| !space(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !space(b)).map_or(start, |i| i + 1);
    &text[start..end]
}
