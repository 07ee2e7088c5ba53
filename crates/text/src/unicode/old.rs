//! Unicode 3.2.0 (`unicodedata.ucd_3_2_0`), as differences from the current tables.
//!
//! `idna` and `stringprep` are defined over this version.

use super::normal::{Fix, Form, normalize_with};
use super::props::{self, BIDIRECTIONAL, CATEGORIES, WIDTHS};
use super::tables::old::{OLD_NORMAL, OLD_NUMERIC, OLD_PROPS};

type Row = (u32, u32, u8, u8, u8, u8, bool);

/// `ucd_3_2_0.unidata_version`.
pub const VERSION: &str = "3.2.0";

fn row(c: u32) -> Option<&'static Row> {
    let i = OLD_PROPS.partition_point(|r| r.0 <= c).checked_sub(1)?;
    (c <= OLD_PROPS[i].1).then(|| &OLD_PROPS[i])
}

fn numbers(c: u32) -> Option<&'static (u32, u32, i8, i8, f64)> {
    let i = OLD_NUMERIC.partition_point(|r| r.0 <= c).checked_sub(1)?;
    (c <= OLD_NUMERIC[i].1).then(|| &OLD_NUMERIC[i])
}

/// The general category.
pub fn category(c: u32) -> &'static str {
    row(c).map_or_else(|| props::category(c), |r| CATEGORIES[usize::from(r.2)])
}

/// The bidirectional class.
pub fn bidirectional(c: u32) -> &'static str {
    row(c).map_or_else(|| props::bidirectional(c), |r| BIDIRECTIONAL[usize::from(r.3)])
}

/// The canonical combining class.
pub fn combining(c: u32) -> u8 {
    row(c).map_or_else(|| props::combining(c), |r| r.4)
}

/// The East Asian width.
pub fn east_asian_width(c: u32) -> &'static str {
    row(c).map_or_else(|| props::east_asian_width(c), |r| WIDTHS[usize::from(r.5)])
}

/// Whether the character is mirrored.
pub fn is_mirrored(c: u32) -> bool {
    row(c).map_or_else(|| props::is_mirrored(c), |r| r.6)
}

/// The value as a decimal digit.
pub fn decimal(c: u32) -> Option<u8> {
    numbers(c).map_or_else(|| props::decimal(c), |r| u8::try_from(r.2).ok())
}

/// The value as a digit.
pub fn digit(c: u32) -> Option<u8> {
    numbers(c).map_or_else(|| props::digit(c), |r| u8::try_from(r.3).ok())
}

/// The numeric value.
pub fn numeric(c: u32) -> Option<f64> {
    numbers(c).map_or_else(|| props::numeric(c), |r| (r.4 != -1.0).then_some(r.4))
}

/// Whether version 3.2.0 assigned the code point; names and decompositions exist only for those.
pub fn is_assigned(c: u32) -> bool {
    category(c) != "Cn"
}

/// The decomposition, as `unicodedata.decomposition` spells it.
pub fn decomposition(c: u32) -> String {
    if is_assigned(c) { super::decomposition(c) } else { String::new() }
}

/// The character's name.
pub fn name(c: u32) -> Option<String> {
    if is_assigned(c) { super::name(c) } else { None }
}

fn fix(c: u32) -> Fix {
    if let Ok(i) = OLD_NORMAL.binary_search_by_key(&c, |p| p.0) {
        return Fix::To(OLD_NORMAL[i].1);
    }
    if is_assigned(c) { Fix::None } else { Fix::Keep }
}

/// Normalisation by version 3.2.0.
pub fn normalize(form: Form, text: &[u32]) -> Vec<u32> {
    normalize_with(form, text, &fix)
}
