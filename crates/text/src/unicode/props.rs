//! Properties of single code points.

use super::tables::numeric::{NUMERIC, NUMERIC_BLOCKS, NUMERIC_INDEX};
use super::tables::props::{PROPS, PROPS_BLOCKS, PROPS_INDEX};

/// One distinct combination of properties; the flags are those of `unicode_facts.py`, in its order.
pub(super) struct Props {
    pub category: u8,
    pub bidirectional: u8,
    pub combining: u8,
    pub width: u8,
    pub flags: u32,
}

impl Props {
    pub const fn new(category: u8, bidirectional: u8, combining: u8, width: u8, flags: u32) -> Self {
        Props { category, bidirectional, combining, width, flags }
    }
}

pub(super) const MIRRORED: u32 = 1;
const ALPHA: u32 = 1 << 1;
const LOWER: u32 = 1 << 2;
const UPPER: u32 = 1 << 3;
const TITLE: u32 = 1 << 4;
const PRINTABLE: u32 = 1 << 5;
const SPACE: u32 = 1 << 6;
const LINEBREAK: u32 = 1 << 7;
const CASED: u32 = 1 << 8;
const CASE_IGNORABLE: u32 = 1 << 9;
const XID_START: u32 = 1 << 10;
const XID_CONTINUE: u32 = 1 << 11;
pub(super) const NOT_NFD: u32 = 1 << 12;
pub(super) const NOT_NFKD: u32 = 1 << 13;
pub(super) const NOT_NFC: u32 = 1 << 14;
pub(super) const NOT_NFKC: u32 = 1 << 15;
/// Second of a primary composite: composition with what stands before is possible.
pub(super) const COMPOSES_BACK: u32 = 1 << 16;
const ALNUM: u32 = 1 << 17;
const DECIMAL: u32 = 1 << 18;
const DIGIT: u32 = 1 << 19;
const NUMERIC_FLAG: u32 = 1 << 20;

pub(super) const CATEGORIES: [&str; 30] = [
    "Cn", "Lu", "Ll", "Lt", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
    "Lm", "Lo", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So",
];
pub(super) const BIDIRECTIONAL: [&str; 24] = [
    "", "L", "LRE", "LRO", "R", "AL", "RLE", "RLO", "PDF", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B",
    "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI",
];
pub(super) const WIDTHS: [&str; 6] = ["N", "F", "H", "W", "Na", "A"];

#[inline]
pub(super) fn props(c: u32) -> &'static Props {
    let record = match PROPS_INDEX.get((c >> 7) as usize) {
        Some(block) => PROPS_BLOCKS[usize::from(*block) << 7 | (c & 127) as usize],
        None => 0,
    };
    &PROPS[usize::from(record)]
}

#[inline]
fn has(c: u32, flag: u32) -> bool {
    props(c).flags & flag != 0
}

fn numeric_record(c: u32) -> &'static (i8, i8, f64) {
    match NUMERIC_INDEX.get((c >> 7) as usize) {
        Some(block) => &NUMERIC[usize::from(NUMERIC_BLOCKS[usize::from(*block) << 7 | (c & 127) as usize])],
        None => &NUMERIC[0],
    }
}

/// The general category, two letters (`unicodedata.category`).
pub fn category(c: u32) -> &'static str {
    CATEGORIES[usize::from(props(c).category)]
}

/// The bidirectional class, or `""` (`unicodedata.bidirectional`).
pub fn bidirectional(c: u32) -> &'static str {
    BIDIRECTIONAL[usize::from(props(c).bidirectional)]
}

/// The canonical combining class (`unicodedata.combining`).
#[inline]
pub fn combining(c: u32) -> u8 {
    if c < 0x300 { 0 } else { props(c).combining }
}

/// The East Asian width: `N`, `F`, `H`, `W`, `Na` or `A`.
pub fn east_asian_width(c: u32) -> &'static str {
    WIDTHS[usize::from(props(c).width)]
}

/// Whether the character is mirrored in right-to-left text.
pub fn is_mirrored(c: u32) -> bool {
    has(c, MIRRORED)
}

/// The value as a decimal digit, 0 to 9.
pub fn decimal(c: u32) -> Option<u8> {
    if c < 0x80 {
        return (c as u8).is_ascii_digit().then(|| c as u8 - b'0');
    }
    u8::try_from(numeric_record(c).0).ok()
}

/// The value as a digit, 0 to 9 (superscripts and the like too).
pub fn digit(c: u32) -> Option<u8> {
    u8::try_from(numeric_record(c).1).ok()
}

/// The numeric value.
pub fn numeric(c: u32) -> Option<f64> {
    has(c, NUMERIC_FLAG).then(|| numeric_record(c).2)
}

/// `str.isalpha` of one character.
#[inline]
pub fn is_alpha(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_alphabetic() } else { has(c, ALPHA) }
}

/// `str.isalnum` of one character.
#[inline]
pub fn is_alnum(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_alphanumeric() } else { has(c, ALNUM) }
}

/// The derived property Lowercase.
#[inline]
pub fn is_lower(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_lowercase() } else { has(c, LOWER) }
}

/// The derived property Uppercase.
#[inline]
pub fn is_upper(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_uppercase() } else { has(c, UPPER) }
}

/// Category Lt.
pub fn is_title(c: u32) -> bool {
    has(c, TITLE)
}

/// Whether `repr` leaves the character as it is.
#[inline]
pub fn is_printable(c: u32) -> bool {
    if c < 0x80 { (0x20..0x7F).contains(&c) } else { has(c, PRINTABLE) }
}

/// `str.isspace` of one character; what `str.split()` and `str.strip()` take for white space.
#[inline]
pub fn is_space(c: u32) -> bool {
    if c < 0x80 { matches!(c, 9..=13 | 28..=32) } else { has(c, SPACE) }
}

/// Whether `str.splitlines` ends a line here.
#[inline]
pub fn is_linebreak(c: u32) -> bool {
    if c < 0x80 { matches!(c, 10..=13 | 28..=30) } else { has(c, LINEBREAK) }
}

/// The derived property Cased.
pub fn is_cased(c: u32) -> bool {
    has(c, CASED)
}

/// The derived property Case_Ignorable.
pub fn is_case_ignorable(c: u32) -> bool {
    has(c, CASE_IGNORABLE)
}

/// XID_Start, or `_`: what an identifier may begin with.
#[inline]
pub fn is_xid_start(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_alphabetic() || c == 0x5F } else { has(c, XID_START) }
}

/// XID_Continue: what may follow in an identifier.
#[inline]
pub fn is_xid_continue(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_alphanumeric() || c == 0x5F } else { has(c, XID_CONTINUE) }
}

/// `str.isdecimal` of one character.
pub fn is_decimal(c: u32) -> bool {
    has(c, DECIMAL)
}

/// `str.isdigit` of one character.
pub fn is_digit(c: u32) -> bool {
    has(c, DIGIT)
}

/// `str.isnumeric` of one character.
pub fn is_numeric(c: u32) -> bool {
    has(c, NUMERIC_FLAG)
}
