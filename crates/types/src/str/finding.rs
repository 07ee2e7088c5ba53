//! `find` and its kin, `count`, `startswith`, `endswith`.

use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Str, Tuple, Value};

use super::unit::{part, with_needle};
use super::{bounds, search, str_arg};

/// Where `sub` is found, from the left or from the right.
fn locate(
    cx: &mut Cx,
    this: &Obj<Str>,
    sub: &Value,
    range: (Option<&Value>, Option<&Value>),
    name: &str,
    last: bool,
) -> R<Option<usize>> {
    let needle = match sub.as_str() {
        Some(s) => s,
        None => str_arg(cx, sub, &format!("{name}() argument 1"))?,
    };
    let Some((start, end)) = bounds(cx, range.0, range.1, this.len())? else { return Ok(None) };
    let found = with_needle!(part(this.data(), start..end), needle.data(), |hay, needle| {
        if last { search::find_last(hay, needle) } else { search::find(hay, needle) }
    }, else None);
    Ok(found.map(|at| at + start))
}

fn or_minus_one(found: Option<usize>) -> i64 {
    found.map_or(-1, |at| at as i64)
}

fn or_error(cx: &mut Cx, found: Option<usize>) -> R<usize> {
    found.ok_or_else(|| cx.value_error("substring not found"))
}

/// Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].
///
/// Optional arguments start and end are interpreted as in slice
/// notation.  Return -1 on failure.
#[native("str.find($self, sub[, start[, end]], /)")]
pub fn find(cx: &mut Cx, this: &Obj<Str>, sub: &Value, start: Option<&Value>, end: Option<&Value>) -> R<i64> {
    locate(cx, this, sub, (start, end), "find", false).map(or_minus_one)
}

/// Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].
///
/// Optional arguments start and end are interpreted as in slice
/// notation.  Return -1 on failure.
#[native("str.rfind($self, sub[, start[, end]], /)")]
pub fn rfind(
    cx: &mut Cx,
    this: &Obj<Str>,
    sub: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> R<i64> {
    locate(cx, this, sub, (start, end), "rfind", true).map(or_minus_one)
}

/// Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].
///
/// Optional arguments start and end are interpreted as in slice
/// notation.  Raises ValueError when the substring is not found.
#[native("str.index($self, sub[, start[, end]], /)")]
pub fn index(
    cx: &mut Cx,
    this: &Obj<Str>,
    sub: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> R<usize> {
    let found = locate(cx, this, sub, (start, end), "index", false)?;
    or_error(cx, found)
}

/// Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].
///
/// Optional arguments start and end are interpreted as in slice
/// notation.  Raises ValueError when the substring is not found.
#[native("str.rindex($self, sub[, start[, end]], /)")]
pub fn rindex(
    cx: &mut Cx,
    this: &Obj<Str>,
    sub: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> R<usize> {
    let found = locate(cx, this, sub, (start, end), "rindex", true)?;
    or_error(cx, found)
}

/// Return the number of non-overlapping occurrences of substring sub in string S[start:end].
///
/// Optional arguments start and end are interpreted as in slice
/// notation.
#[native("str.count($self, sub[, start[, end]], /)")]
pub fn count(
    cx: &mut Cx,
    this: &Obj<Str>,
    sub: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> R<usize> {
    let needle = str_arg(cx, sub, "count() argument 1")?;
    let Some((start, end)) = bounds(cx, start, end, this.len())? else { return Ok(0) };
    Ok(
        with_needle!(part(this.data(), start..end), needle.data(), |hay, needle| search::count(hay, needle), else 0),
    )
}

/// Whether `affix` stands at one end of the range.
fn has_affix(this: &Obj<Str>, affix: &Obj<Str>, range: Option<(usize, usize)>, at_end: bool) -> bool {
    let Some((start, end)) = range else { return false };
    if affix.len() > end - start {
        return false;
    }
    let from = if at_end { end - affix.len() } else { start };
    with_needle!(part(this.data(), from..from + affix.len()), affix.data(), |a, b| a == b, else false)
}

fn affixed(
    cx: &mut Cx,
    this: &Obj<Str>,
    affix: &Value,
    range: (Option<&Value>, Option<&Value>),
    name: &str,
    at_end: bool,
) -> R<bool> {
    let range = bounds(cx, range.0, range.1, this.len())?;
    if let Some(affix) = affix.as_str() {
        return Ok(has_affix(this, affix, range, at_end));
    }
    let Some(tuple) = affix.cast::<Tuple>() else {
        let given = affix.type_name(cx).into_owned();
        return Err(cx.type_error(format!("{name} first arg must be str or a tuple of str, not {given}")));
    };
    for item in tuple.items() {
        let Some(item) = item.as_str() else {
            let given = item.type_name(cx).into_owned();
            return Err(cx.type_error(format!("tuple for {name} must only contain str, not {given}")));
        };
        if has_affix(this, item, range, at_end) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Return True if the string starts with the specified prefix, False otherwise.
///
///   prefix
///     A string or a tuple of strings to try.
///   start
///     Optional start position. Default: start of the string.
///   end
///     Optional stop position. Default: end of the string.
#[native("str.startswith($self, prefix[, start[, end]], /)")]
pub fn startswith(
    cx: &mut Cx,
    this: &Obj<Str>,
    prefix: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> R<bool> {
    affixed(cx, this, prefix, (start, end), "startswith", false)
}

/// Return True if the string ends with the specified suffix, False otherwise.
///
///   suffix
///     A string or a tuple of strings to try.
///   start
///     Optional start position. Default: start of the string.
///   end
///     Optional stop position. Default: end of the string.
#[native("str.endswith($self, suffix[, start[, end]], /)")]
pub fn endswith(
    cx: &mut Cx,
    this: &Obj<Str>,
    suffix: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> R<bool> {
    affixed(cx, this, suffix, (start, end), "endswith", true)
}
