//! Padding and digit groups.

use super::{Align, FormatError, Spec};
use crate::Wtf8Buf;

/// Fill characters on both sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Padding {
    pub fill: u32,
    pub left: usize,
    pub right: usize,
}

impl Padding {
    /// What brings `len` characters to the width that is asked for.
    pub fn new(spec: &Spec, len: usize) -> Padding {
        let total = spec.width.saturating_sub(len);
        let left = match spec.align {
            Align::Left => 0,
            Align::Right | Align::AfterSign => total,
            Align::Center => total / 2,
        };
        Padding { fill: spec.fill, left, right: total - left }
    }

    /// The text between its padding.
    pub fn apply(&self, text: &str) -> Result<Wtf8Buf, FormatError> {
        if self.left == 0 && self.right == 0 {
            return Ok(Wtf8Buf::from(text));
        }
        let mut unit = Wtf8Buf::new();
        // A fill character comes from a str and is a code point.
        unit.push_code_point(self.fill.min(0x10FFFF));
        let unit = unit.into_bytes();
        let size = (self.left.checked_add(self.right))
            .and_then(|n| n.checked_mul(unit.len()))
            .and_then(|n| n.checked_add(text.len()))
            .ok_or(FormatError::Memory)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| FormatError::Memory)?;
        (0..self.left).for_each(|_| bytes.extend_from_slice(&unit));
        bytes.extend_from_slice(text.as_bytes());
        (0..self.right).for_each(|_| bytes.extend_from_slice(&unit));
        Wtf8Buf::from_bytes(bytes).ok_or(FormatError::Memory)
    }
}

/// Digits with separators from the right: group sizes as C's `localeconv` gives them (the last repeats, 127 ends
/// grouping), zeros before until `least` characters are reached.
pub(super) fn group(
    digits: &str,
    separator: &str,
    sizes: &[u8],
    least: usize,
) -> Result<String, FormatError> {
    let mut reversed: Vec<u8> = Vec::new();
    let most = least.max(digits.len()).checked_mul(1 + separator.len()).ok_or(FormatError::Memory)?;
    reversed.try_reserve(most).map_err(|_| FormatError::Memory)?;
    let mut rest = digits.bytes().rev();
    let mut remaining = digits.len();
    let mut least = least;
    let separator_width = separator.chars().count();
    let mut sizes = sizes.iter().copied().peekable();
    let mut size = usize::MAX;
    loop {
        match sizes.next() {
            Some(0 | 127) => size = usize::MAX,
            Some(n) => size = usize::from(n),
            None => {}
        }
        let width = size.min(remaining.max(least).max(1));
        let taken = width.min(remaining);
        reversed.extend(rest.by_ref().take(taken));
        reversed.extend(std::iter::repeat_n(b'0', width - taken));
        remaining -= taken;
        least = least.saturating_sub(width);
        if remaining == 0 && least == 0 {
            break;
        }
        reversed.extend(separator.bytes().rev());
        least = least.saturating_sub(separator_width);
    }
    reversed.reverse();
    String::from_utf8(reversed).map_err(|_| FormatError::Memory)
}

/// Digits with a separator after each three from the left.
pub(super) fn group_fraction(digits: &str, separator: u8) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 3 == 0 {
            out.push(separator as char);
        }
        out.push(c);
    }
    out
}
