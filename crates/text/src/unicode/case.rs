//! Case mappings, simple and full, and the whole-string forms behind `str.lower` and its kin.

use super::props::{is_case_ignorable, is_cased, is_lower, is_upper};
use super::tables::case::{CASE, CASE_BLOCKS, CASE_INDEX, SPECIAL};

/// Distances to the simple mappings, and the row of longer ones in `SPECIAL` (0: none).
pub(super) struct Case {
    lower: i32,
    upper: i32,
    title: i32,
    fold: i32,
    special: u8,
}

impl Case {
    pub const fn new(lower: i32, upper: i32, title: i32, fold: i32, special: u8) -> Self {
        Case { lower, upper, title, fold, special }
    }
}

/// A full mapping: one to three code points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full {
    points: [u32; 3],
}

impl Full {
    fn single(c: u32) -> Full {
        Full { points: [c, 0, 0] }
    }

    /// The code points.
    pub fn as_slice(&self) -> &[u32] {
        // U+0000 maps to itself only, so a 0 after the first place is padding.
        let len = if self.points[2] != 0 { 3 } else { 1 + usize::from(self.points[1] != 0) };
        &self.points[..len]
    }
}

#[inline]
fn record(c: u32) -> &'static Case {
    match CASE_INDEX.get((c >> 7) as usize) {
        Some(block) => &CASE[usize::from(CASE_BLOCKS[usize::from(*block) << 7 | (c & 127) as usize])],
        None => &CASE[0],
    }
}

fn full(c: u32, which: usize, delta: impl Fn(&Case) -> i32) -> Full {
    let record = record(c);
    match record.special {
        0 => Full::single(c.wrapping_add_signed(delta(record))),
        row => Full { points: SPECIAL[usize::from(row)][which] },
    }
}

/// The simple lower-case mapping (what `re` uses).
#[inline]
pub fn simple_lower(c: u32) -> u32 {
    if c < 0x80 {
        return u32::from((c as u8).to_ascii_lowercase());
    }
    c.wrapping_add_signed(record(c).lower)
}

/// The simple upper-case mapping.
#[inline]
pub fn simple_upper(c: u32) -> u32 {
    if c < 0x80 {
        return u32::from((c as u8).to_ascii_uppercase());
    }
    c.wrapping_add_signed(record(c).upper)
}

/// The full lower case of one character, without regard to its neighbours.
pub fn lower(c: u32) -> Full {
    full(c, 0, |r| r.lower)
}

/// The full upper case.
pub fn upper(c: u32) -> Full {
    full(c, 1, |r| r.upper)
}

/// The full title case.
pub fn title(c: u32) -> Full {
    full(c, 2, |r| r.title)
}

/// The full case folding.
pub fn casefold(c: u32) -> Full {
    full(c, 3, |r| r.fold)
}

/// The lower case of a character in its text: a capital sigma at a word's end becomes U+03C2.
fn lower_at(text: &[u32], i: usize) -> Full {
    if text[i] != 0x3A3 {
        return lower(text[i]);
    }
    let cased = |c: Option<&u32>| c.is_some_and(|c| is_cased(*c));
    let before = cased(text[..i].iter().rev().find(|c| !is_case_ignorable(**c)));
    let after = cased(text[i + 1..].iter().find(|c| !is_case_ignorable(**c)));
    Full::single(if before && !after { 0x3C2 } else { 0x3C3 })
}

/// `str.lower`.
pub fn lower_str(text: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    (0..text.len()).for_each(|i| out.extend_from_slice(lower_at(text, i).as_slice()));
    out
}

/// `str.title`: the first cased character of each word in title case, the rest in lower case.
pub fn title_str(text: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    let mut inside = false;
    for (i, c) in text.iter().enumerate() {
        let mapped = if inside { lower_at(text, i) } else { title(*c) };
        out.extend_from_slice(mapped.as_slice());
        inside = is_cased(*c);
    }
    out
}

/// `str.swapcase`.
pub fn swapcase_str(text: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    for (i, c) in text.iter().enumerate() {
        if is_upper(*c) {
            out.extend_from_slice(lower_at(text, i).as_slice());
        } else if is_lower(*c) {
            out.extend_from_slice(upper(*c).as_slice());
        } else {
            out.push(*c);
        }
    }
    out
}
