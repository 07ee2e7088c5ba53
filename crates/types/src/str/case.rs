//! Case, classification and padding.

use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Str, Value};
use taipan_text::unicode;

use super::unit::{Unit, points, with_units};
use super::{StrBuilder, given_type};
use crate::bytes::algorithms as ascii;

fn map_ascii(cx: &mut Cx, this: &Obj<Str>, map: impl FnOnce(&[u8]) -> Vec<u8>) -> Option<Value> {
    let text = this.as_ascii()?;
    Some(super::unit::make(cx, &map(text.as_bytes())))
}

fn map_each(cx: &mut Cx, this: &Obj<Str>, map: impl Fn(u32) -> unicode::Full) -> Value {
    let mut out = StrBuilder::default();
    with_units!(this.data(), |units| units
        .iter()
        .for_each(|c| map(c.point()).as_slice().iter().for_each(|&c| out.push(c))));
    out.finish(cx)
}

fn from_points(cx: &mut Cx, points: &[u32]) -> Value {
    super::unit::make(cx, points)
}

/// Return a copy of the string converted to lowercase.
#[native("str.lower($self, /)")]
pub fn lower(cx: &mut Cx, this: &Obj<Str>) -> R {
    if let Some(done) = map_ascii(cx, this, <[u8]>::to_ascii_lowercase) {
        return Ok(done);
    }
    Ok(from_points(cx, &unicode::lower_str(&points(this))))
}

/// Return a copy of the string converted to uppercase.
#[native("str.upper($self, /)")]
pub fn upper(cx: &mut Cx, this: &Obj<Str>) -> R {
    if let Some(done) = map_ascii(cx, this, <[u8]>::to_ascii_uppercase) {
        return Ok(done);
    }
    Ok(map_each(cx, this, unicode::upper))
}

/// Return a version of the string suitable for caseless comparisons.
#[native("str.casefold($self, /)")]
pub fn casefold(cx: &mut Cx, this: &Obj<Str>) -> R {
    if let Some(done) = map_ascii(cx, this, <[u8]>::to_ascii_lowercase) {
        return Ok(done);
    }
    Ok(map_each(cx, this, unicode::casefold))
}

/// Return a capitalized version of the string.
///
/// More specifically, make the first character have upper case and the
/// rest lower case.
#[native("str.capitalize($self, /)")]
pub fn capitalize(cx: &mut Cx, this: &Obj<Str>) -> R {
    if let Some(done) = map_ascii(cx, this, ascii::capitalize) {
        return Ok(done);
    }
    let text = points(this);
    let Some(&first) = text.first() else { return Ok(cx.empty_str()) };
    // The rest depends on what stands before it (a final sigma), so all of it is mapped together.
    let mut out = unicode::title(first).as_slice().to_vec();
    let skip = unicode::lower(first).as_slice().len();
    out.extend_from_slice(unicode::lower_str(&text).get(skip..).unwrap_or_default());
    Ok(from_points(cx, &out))
}

/// Return a version of the string where each word is titlecased.
///
/// More specifically, words start with uppercased characters and all
/// remaining cased characters have lower case.
#[native("str.title($self, /)")]
pub fn title(cx: &mut Cx, this: &Obj<Str>) -> R {
    if let Some(done) = map_ascii(cx, this, ascii::title) {
        return Ok(done);
    }
    Ok(from_points(cx, &unicode::title_str(&points(this))))
}

/// Convert uppercase characters to lowercase and lowercase characters to uppercase.
#[native("str.swapcase($self, /)")]
pub fn swapcase(cx: &mut Cx, this: &Obj<Str>) -> R {
    if let Some(done) = map_ascii(cx, this, ascii::swapcase) {
        return Ok(done);
    }
    Ok(from_points(cx, &unicode::swapcase_str(&points(this))))
}

fn all(this: &Obj<Str>, test: impl Fn(u32) -> bool) -> bool {
    with_units!(this.data(), |units| units.iter().all(|c| test(c.point())))
}

fn some_and_all(this: &Obj<Str>, test: impl Fn(u32) -> bool) -> bool {
    !this.is_empty() && all(this, test)
}

/// Return True if all characters in the string are ASCII, False otherwise.
///
/// ASCII characters have code points in the range U+0000-U+007F.
/// Empty string is ASCII too.
#[native("str.isascii($self, /)", leaf)]
pub fn isascii(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    this.is_ascii()
}

/// Whether something is cased by `wanted`, and nothing by `refused` or in title case.
fn is_case(this: &Obj<Str>, wanted: fn(u32) -> bool, refused: fn(u32) -> bool) -> bool {
    let mut cased = false;
    let fits = all_mut(this, |c| {
        if refused(c) || unicode::is_title(c) {
            return false;
        }
        cased |= wanted(c);
        true
    });
    fits && cased
}

fn all_mut(this: &Obj<Str>, mut test: impl FnMut(u32) -> bool) -> bool {
    with_units!(this.data(), |units| units.iter().all(|c| test(c.point())))
}

/// Return True if the string is a lowercase string, False otherwise.
///
/// A string is lowercase if all cased characters in the string are
/// lowercase and there is at least one cased character in the string.
#[native("str.islower($self, /)", leaf)]
pub fn islower(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    is_case(this, unicode::is_lower, unicode::is_upper)
}

/// Return True if the string is an uppercase string, False otherwise.
///
/// A string is uppercase if all cased characters in the string are
/// uppercase and there is at least one cased character in the string.
#[native("str.isupper($self, /)", leaf)]
pub fn isupper(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    is_case(this, unicode::is_upper, unicode::is_lower)
}

/// Return True if the string is a title-cased string, False otherwise.
///
/// In a title-cased string, upper- and title-case characters may only
/// follow uncased characters and lowercase characters only cased ones.
#[native("str.istitle($self, /)", leaf)]
pub fn istitle(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    let (mut cased, mut inside) = (false, false);
    let fits = all_mut(this, |c| {
        if unicode::is_upper(c) || unicode::is_title(c) {
            let fits = !inside;
            (cased, inside) = (true, true);
            fits
        } else if unicode::is_lower(c) {
            let fits = inside;
            (cased, inside) = (true, true);
            fits
        } else {
            inside = false;
            true
        }
    });
    fits && cased
}

/// Return True if the string is a whitespace string, False otherwise.
///
/// A string is whitespace if all characters in the string are
/// whitespace and there is at least one character in the string.
#[native("str.isspace($self, /)", leaf)]
pub fn isspace(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    some_and_all(this, unicode::is_space)
}

/// Return True if the string is a decimal string, False otherwise.
///
/// A string is a decimal string if all characters in the string are
/// decimal and there is at least one character in the string.
#[native("str.isdecimal($self, /)", leaf)]
pub fn isdecimal(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    some_and_all(this, unicode::is_decimal)
}

/// Return True if the string is a digit string, False otherwise.
///
/// A string is a digit string if all characters in the string are
/// digits and there is at least one character in the string.
#[native("str.isdigit($self, /)", leaf)]
pub fn isdigit(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    some_and_all(this, unicode::is_digit)
}

/// Return True if the string is a numeric string, False otherwise.
///
/// A string is numeric if all characters in the string are numeric and
/// there is at least one character in the string.
#[native("str.isnumeric($self, /)", leaf)]
pub fn isnumeric(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    some_and_all(this, unicode::is_numeric)
}

/// Return True if the string is an alphabetic string, False otherwise.
///
/// A string is alphabetic if all characters in the string are
/// alphabetic and there is at least one character in the string.
#[native("str.isalpha($self, /)", leaf)]
pub fn isalpha(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    some_and_all(this, unicode::is_alpha)
}

/// Return True if the string is an alpha-numeric string, False otherwise.
///
/// A string is alpha-numeric if all characters in the string are
/// alpha-numeric and there is at least one character in the string.
#[native("str.isalnum($self, /)", leaf)]
pub fn isalnum(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    some_and_all(this, unicode::is_alnum)
}

/// Return True if the string is a valid Python identifier, False otherwise.
///
/// Call keyword.iskeyword(s) to test whether string s is a reserved
/// identifier, such as "def" or "class".
#[native("str.isidentifier($self, /)", leaf)]
pub fn isidentifier(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    unicode::is_identifier(this.chars())
}

/// Return True if all characters in the string are printable, False otherwise.
///
/// A character is printable if repr() may use it in its output.
#[native("str.isprintable($self, /)", leaf)]
pub fn isprintable(_cx: &mut Cx, this: &Obj<Str>) -> bool {
    all(this, unicode::is_printable)
}

/// The fill character argument; a blank where it is absent.
fn fill_char(cx: &mut Cx, value: Option<&Value>) -> R<u32> {
    let Some(value) = value else { return Ok(0x20) };
    let Some(s) = value.as_str() else {
        let given = given_type(cx, value).into_owned();
        return Err(cx.type_error(format!("The fill character must be a unicode character, not {given}")));
    };
    match s.char_at(0) {
        Some(c) if s.len() == 1 => Ok(c),
        _ => Err(cx.type_error("The fill character must be exactly one character long")),
    }
}

fn pad(cx: &mut Cx, this: &Obj<Str>, left: usize, right: usize, fill: u32) -> R {
    if left == 0 && right == 0 {
        return Ok(this.to_value());
    }
    let mut out = StrBuilder::default();
    let total = this.len().saturating_add(left).saturating_add(right);
    out.reserve(cx, total)?;
    out.push_fill(cx, fill, left)?;
    out.push_str(this);
    out.push_fill(cx, fill, right)?;
    Ok(out.finish(cx))
}

fn missing(this: &Obj<Str>, width: i64) -> usize {
    (width.max(0) as usize).saturating_sub(this.len())
}

/// Return a centered string of length width.
///
/// Padding is done using the specified fill character (default is
/// a space).
#[native("str.center($self, width, fillchar=' ', /)")]
pub fn center(cx: &mut Cx, this: &Obj<Str>, width: i64, fillchar: Option<&Value>) -> R {
    let fill = fill_char(cx, fillchar)?;
    let missing = missing(this, width);
    // Of an odd rest, the greater part goes left where the width is odd.
    let left = missing / 2 + (missing & width as usize & 1);
    pad(cx, this, left, missing - left, fill)
}

/// Return a left-justified string of length width.
///
/// Padding is done using the specified fill character (default is
/// a space).
#[native("str.ljust($self, width, fillchar=' ', /)")]
pub fn ljust(cx: &mut Cx, this: &Obj<Str>, width: i64, fillchar: Option<&Value>) -> R {
    let fill = fill_char(cx, fillchar)?;
    pad(cx, this, 0, missing(this, width), fill)
}

/// Return a right-justified string of length width.
///
/// Padding is done using the specified fill character (default is
/// a space).
#[native("str.rjust($self, width, fillchar=' ', /)")]
pub fn rjust(cx: &mut Cx, this: &Obj<Str>, width: i64, fillchar: Option<&Value>) -> R {
    let fill = fill_char(cx, fillchar)?;
    pad(cx, this, missing(this, width), 0, fill)
}

/// Pad a numeric string with zeros on the left, to fill a field of the given width.
///
/// The string is never truncated.
#[native("str.zfill($self, width, /)")]
pub fn zfill(cx: &mut Cx, this: &Obj<Str>, width: i64) -> R {
    let zeros = missing(this, width);
    if zeros == 0 {
        return Ok(this.to_value());
    }
    let mut out = StrBuilder::default();
    out.reserve(cx, zeros.saturating_add(this.len()))?;
    let sign = this.char_at(0).filter(|&c| c == u32::from('+') || c == u32::from('-'));
    if let Some(sign) = sign {
        out.push(sign);
    }
    out.push_fill(cx, u32::from('0'), zeros)?;
    out.push_data(super::unit::part(this.data(), usize::from(sign.is_some())..this.len()));
    Ok(out.finish(cx))
}
