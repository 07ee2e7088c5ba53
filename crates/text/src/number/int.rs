//! `int()` from text, and integers in any base.

use std::borrow::Cow;

use dashu_int::{IBig, Sign, UBig};

/// A checked integer text: what is left to do is arithmetic.
#[derive(Debug)]
pub struct Scanned<'a> {
    pub negative: bool,
    /// 2 to 36, found from the prefix where base 0 was asked for.
    pub base: u32,
    /// The digits, without sign, prefix and underscores; never empty.
    pub digits: Cow<'a, [u8]>,
}

impl Scanned<'_> {
    /// Whether `sys.set_int_max_str_digits` applies: not for bases that are powers of two.
    pub fn is_limited(&self) -> bool {
        !self.base.is_power_of_two()
    }

    /// The value.
    pub fn value(&self) -> IBig {
        let magnitude = std::str::from_utf8(&self.digits)
            .ok()
            .and_then(|s| UBig::from_str_radix(s, self.base).ok())
            .unwrap_or(UBig::ZERO);
        IBig::from_parts(if self.negative { Sign::Negative } else { Sign::Positive }, magnitude)
    }

    /// The value where it fits.
    pub fn small(&self) -> Option<i64> {
        let mut n = 0i64;
        for d in self.digits.iter() {
            let d = i64::from((*d as char).to_digit(self.base)?);
            n = n.checked_mul(i64::from(self.base))?;
            n = if self.negative { n.checked_sub(d)? } else { n.checked_add(d)? };
        }
        Some(n)
    }
}

/// Checks what `int(text, base)` accepts (base 0 or 2 to 36), without white space around it: sign, prefix, digits
/// with single underscores between them. `None` for anything else.
pub fn scan(text: &[u8], base: u32) -> Option<Scanned<'_>> {
    let (negative, body) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let prefixed = match body {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let (actual, digits) = match base {
        0 if prefixed != 0 => (prefixed, &body[2..]),
        0 => (10, body),
        2..=36 if prefixed == base => (base, &body[2..]),
        2..=36 => (base, body),
        _ => return None,
    };
    // One underscore may stand between the prefix and the digits.
    let digits = match digits {
        [b'_', rest @ ..] if digits.len() < body.len() => rest,
        _ => digits,
    };
    let mut last_was_digit = false;
    let mut underscores = false;
    for b in digits {
        match b {
            b'_' if last_was_digit => {
                last_was_digit = false;
                underscores = true;
            }
            _ if (*b as char).is_digit(actual) => last_was_digit = true,
            _ => return None,
        }
    }
    if !last_was_digit {
        return None;
    }
    let digits = match underscores {
        true => Cow::Owned(digits.iter().copied().filter(|b| *b != b'_').collect()),
        false => Cow::Borrowed(digits),
    };
    // Without a prefix, base 0 is the grammar of source code: no leading zeros but in zero itself.
    if base == 0 && prefixed == 0 && digits.first() == Some(&b'0') && digits.iter().any(|b| *b != b'0') {
        return None;
    }
    Some(Scanned { negative, base: actual, digits })
}

/// The value in a base of 2 to 36, lower-case digits, `-` before a negative one.
pub fn to_string(value: &IBig, base: u32) -> String {
    value.in_radix(base.clamp(2, 36) as u8).to_string()
}

/// An upper bound of the number of decimal digits, exact to one: for the check against the digit limit.
pub fn decimal_digits_bound(bits: usize) -> usize {
    (bits as u128 * 30103 / 100_000) as usize + 1
}
