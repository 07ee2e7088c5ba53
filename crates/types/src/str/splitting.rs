//! Taking strings apart and putting them together: split, partition, strip, lines, replace, join.

use std::ops::Range;

use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Str, StrData, Value, exc, ops};
use taipan_text::unicode::{is_linebreak, is_space};

use super::unit::{Unit, make, part, substring, with_needle, with_units};
use super::{StrBuilder, str_arg};
use crate::list::{List, new_list};

/// The pieces between white space: at most `most` cuts from the left.
pub fn split_space<U: Unit>(
    units: &[U],
    most: usize,
    space: impl Fn(&U) -> bool + Copy,
    each: &mut dyn FnMut(Range<usize>),
) {
    let (mut at, mut cuts) = (0, 0);
    while let Some(skip) = units[at..].iter().position(|c| !space(c)) {
        at += skip;
        if cuts == most {
            return each(at..units.len());
        }
        let len = units[at..].iter().position(space).unwrap_or(units.len() - at);
        each(at..at + len);
        at += len;
        cuts += 1;
    }
}

/// The same from the right; the pieces come in that order.
pub fn rsplit_space<U: Unit>(
    units: &[U],
    most: usize,
    space: impl Fn(&U) -> bool + Copy,
    each: &mut dyn FnMut(Range<usize>),
) {
    let (mut end, mut cuts) = (units.len(), 0);
    while let Some(last) = units[..end].iter().rposition(|c| !space(c)) {
        if cuts == most {
            return each(0..last + 1);
        }
        let start = units[..last].iter().rposition(space).map_or(0, |i| i + 1);
        each(start..last + 1);
        end = start;
        cuts += 1;
    }
}

/// The pieces between separators.
pub fn split_by<U: Unit>(units: &[U], sep: &[U], most: usize, each: &mut dyn FnMut(Range<usize>)) {
    let (mut at, mut cuts) = (0, 0);
    if most > 0 {
        U::each_match(units, sep, &mut |found| {
            each(at..found);
            at = found + sep.len();
            cuts += 1;
            cuts < most
        });
    }
    each(at..units.len());
}

/// The pieces between separators.
pub fn rsplit_by<U: Unit>(units: &[U], sep: &[U], most: usize, each: &mut dyn FnMut(Range<usize>)) {
    let (mut end, mut cuts) = (units.len(), 0);
    while cuts < most
        && let Some(found) = U::rfind(&units[..end], sep)
    {
        each(found + sep.len()..end);
        end = found;
        cuts += 1;
    }
    each(0..end);
}

/// The list of `split` and `rsplit`.
fn split_list(cx: &mut Cx, this: &Obj<Str>, sep: Option<&Value>, maxsplit: i64, right: bool) -> R {
    let most = usize::try_from(maxsplit).unwrap_or(usize::MAX);
    let mut items = Vec::new();
    match sep.filter(|s| !s.is_none()) {
        None => with_units!(this.data(), |units| {
            let each = &mut |r: Range<usize>| items.push(piece(cx, this, units, r));
            let space = |c: &_| is_space(Unit::point(*c));
            if right { rsplit_space(units, most, space, each) } else { split_space(units, most, space, each) }
        }),
        Some(sep) => {
            let Some(sep) = sep.as_str() else {
                let given = super::given_type(cx, sep).into_owned();
                return Err(cx.type_error(format!("must be str or None, not {given}")));
            };
            if sep.is_empty() {
                return Err(cx.value_error("empty separator"));
            }
            with_needle!(this.data(), sep.data(), |units, sep| {
                let each = &mut |r: Range<usize>| items.push(piece(cx, this, units, r));
                if right { rsplit_by(units, sep, most, each) } else { split_by(units, sep, most, each) }
            }, else items.push(this.to_value()));
        }
    }
    if right {
        items.reverse();
    }
    Ok(new_list(cx, items).into_value())
}

fn piece<U: Unit>(cx: &mut Cx, this: &Obj<Str>, units: &[U], range: Range<usize>) -> Value {
    if range.len() == units.len() { this.to_value() } else { make(cx, &units[range]) }
}

/// Return a list of the substrings in the string, using sep as the separator string.
///
///   sep
///     The separator used to split the string.
///
///     When set to None (the default value), will split on any
///     whitespace character (including \n \r \t \f and spaces) and
///     will discard empty strings from the result.
///   maxsplit
///     Maximum number of splits.
///     -1 (the default value) means no limit.
///
/// Splitting starts at the front of the string and works to the end.
///
/// Note, str.split() is mainly useful for data that has been
/// intentionally delimited.  With natural text that includes
/// punctuation, consider using the regular expression module.
#[native("str.split($self, /, sep=None, maxsplit=-1)")]
pub fn split(cx: &mut Cx, this: &Obj<Str>, sep: Option<&Value>, maxsplit: i64) -> R {
    split_list(cx, this, sep, maxsplit, false)
}

/// Return a list of the substrings in the string, using sep as the separator string.
///
///   sep
///     The separator used to split the string.
///
///     When set to None (the default value), will split on any
///     whitespace character (including \n \r \t \f and spaces) and
///     will discard empty strings from the result.
///   maxsplit
///     Maximum number of splits.
///     -1 (the default value) means no limit.
///
/// Splitting starts at the end of the string and works to the front.
#[native("str.rsplit($self, /, sep=None, maxsplit=-1)")]
pub fn rsplit(cx: &mut Cx, this: &Obj<Str>, sep: Option<&Value>, maxsplit: i64) -> R {
    split_list(cx, this, sep, maxsplit, true)
}

fn parts(cx: &mut Cx, this: &Obj<Str>, sep: &Value, last: bool) -> R {
    let Some(separator) = sep.as_str() else {
        let message = format!("must be str, not {}", sep.type_name(cx));
        return Err(cx.type_error(message));
    };
    if separator.is_empty() {
        return Err(cx.value_error("empty separator"));
    }
    let found = with_needle!(this.data(), separator.data(), |hay, needle| {
        if last { Unit::rfind(hay, needle) } else { Unit::find(hay, needle) }
    }, else None);
    let empty = cx.empty_str();
    Ok(match found {
        Some(at) => {
            let before = substring(cx, this, 0, at);
            let after = substring(cx, this, at + separator.len(), this.len());
            cx.tuple_value([before, separator.to_value(), after])
        }
        None if last => cx.tuple_value([empty.clone(), empty, this.to_value()]),
        None => cx.tuple_value([this.to_value(), empty.clone(), empty]),
    })
}

/// Partition the string into three parts using the given separator.
///
/// This will search for the separator in the string.  If the separator
/// is found, returns a 3-tuple containing the part before the
/// separator, the separator itself, and the part after it.
///
/// If the separator is not found, returns a 3-tuple containing
/// the original string and two empty strings.
#[native("str.partition($self, sep, /)")]
pub fn partition(cx: &mut Cx, this: &Obj<Str>, sep: &Value) -> R {
    parts(cx, this, sep, false)
}

/// Partition the string into three parts using the given separator.
///
/// This will search for the separator in the string, starting at the
/// end.  If the separator is found, returns a 3-tuple containing the
/// part before the separator, the separator itself, and the part after
/// it.
///
/// If the separator is not found, returns a 3-tuple containing two
/// empty strings and the original string.
#[native("str.rpartition($self, sep, /)")]
pub fn rpartition(cx: &mut Cx, this: &Obj<Str>, sep: &Value) -> R {
    parts(cx, this, sep, true)
}

/// What is left after stripping at the ends that are asked for.
pub fn stripped<U: Unit>(units: &[U], left: bool, right: bool, gone: impl Fn(u32) -> bool) -> Range<usize> {
    let start = if left { units.iter().position(|c| !gone(c.point())).unwrap_or(units.len()) } else { 0 };
    let end = if right {
        units[start..].iter().rposition(|c| !gone(c.point())).map_or(start, |i| start + i + 1)
    } else {
        units.len()
    };
    start..end
}

fn strip_ends(cx: &mut Cx, this: &Obj<Str>, chars: Option<&Value>, name: &str, ends: (bool, bool)) -> R {
    let range = match chars.filter(|c| !c.is_none()) {
        None => with_units!(this.data(), |units| stripped(units, ends.0, ends.1, is_space)),
        Some(chars) => {
            let Some(chars) = chars.as_str() else {
                return Err(cx.type_error(format!("{name} arg must be None or str")));
            };
            let set: Vec<u32> = {
                let mut set = super::points(chars);
                set.sort_unstable();
                set.dedup();
                set
            };
            let gone = |c: u32| match &set[..] {
                [] => false,
                [one] => c == *one,
                _ => set.binary_search(&c).is_ok(),
            };
            with_units!(this.data(), |units| stripped(units, ends.0, ends.1, gone))
        }
    };
    Ok(substring(cx, this, range.start, range.end))
}

/// Return a copy of the string with leading and trailing whitespace removed.
///
/// If chars is given and not None, remove characters in chars instead.
#[native("str.strip($self, chars=None, /)")]
pub fn strip(cx: &mut Cx, this: &Obj<Str>, chars: Option<&Value>) -> R {
    strip_ends(cx, this, chars, "strip", (true, true))
}

/// Return a copy of the string with leading whitespace removed.
///
/// If chars is given and not None, remove characters in chars instead.
#[native("str.lstrip($self, chars=None, /)")]
pub fn lstrip(cx: &mut Cx, this: &Obj<Str>, chars: Option<&Value>) -> R {
    strip_ends(cx, this, chars, "lstrip", (true, false))
}

/// Return a copy of the string with trailing whitespace removed.
///
/// If chars is given and not None, remove characters in chars instead.
#[native("str.rstrip($self, chars=None, /)")]
pub fn rstrip(cx: &mut Cx, this: &Obj<Str>, chars: Option<&Value>) -> R {
    strip_ends(cx, this, chars, "rstrip", (false, true))
}

/// Return a str with the given prefix string removed if present.
///
/// If the string starts with the prefix string, return
/// string[len(prefix):].  Otherwise, return a copy of the original
/// string.
#[native("str.removeprefix($self, prefix, /)")]
pub fn removeprefix(cx: &mut Cx, this: &Obj<Str>, prefix: &Value) -> R {
    let prefix = str_arg(cx, prefix, "removeprefix() argument")?;
    let n = prefix.len();
    let found =
        n <= this.len() && with_needle!(part(this.data(), 0..n), prefix.data(), |a, b| a == b, else false);
    Ok(if found { substring(cx, this, n, this.len()) } else { this.to_value() })
}

/// Return a str with the given suffix string removed if present.
///
/// If the string ends with the suffix string and that suffix is not
/// empty, return string[:-len(suffix)].  Otherwise, return a copy of
/// the original string.
#[native("str.removesuffix($self, suffix, /)")]
pub fn removesuffix(cx: &mut Cx, this: &Obj<Str>, suffix: &Value) -> R {
    let suffix = str_arg(cx, suffix, "removesuffix() argument")?;
    let (n, len) = (suffix.len(), this.len());
    let found =
        n <= len && with_needle!(part(this.data(), len - n..len), suffix.data(), |a, b| a == b, else false);
    Ok(if found { substring(cx, this, 0, len - n) } else { this.to_value() })
}

fn lines<U: Unit>(units: &[U], keep: bool, each: &mut dyn FnMut(Range<usize>)) {
    let mut at = 0;
    while at < units.len() {
        let found = units[at..].iter().position(|c| is_linebreak(c.point()));
        let Some(len) = found else { return each(at..units.len()) };
        let end = at + len;
        let crlf = units[end].point() == 0x0D && units.get(end + 1).is_some_and(|c| c.point() == 0x0A);
        let next = end + 1 + usize::from(crlf);
        each(at..if keep { next } else { end });
        at = next;
    }
}

/// Return a list of the lines in the string, breaking at line boundaries.
///
/// Line breaks are not included in the resulting list unless keepends
/// is given and true.
#[native("str.splitlines($self, /, keepends=False)")]
pub fn splitlines(cx: &mut Cx, this: &Obj<Str>, keepends: bool) -> R {
    let mut items = Vec::new();
    with_units!(this.data(), |units| lines(units, keepends, &mut |r| items.push(piece(cx, this, units, r))));
    Ok(new_list(cx, items).into_value())
}

/// Return a copy where all tab characters are expanded using spaces.
///
/// If tabsize is not given, a tab size of 8 characters is assumed.
#[native("str.expandtabs($self, /, tabsize=8)")]
pub fn expandtabs(cx: &mut Cx, this: &Obj<Str>, tabsize: i64) -> R {
    let Ok(size) = i32::try_from(tabsize) else {
        return Err(cx.overflow_error("Python int too large to convert to C int"));
    };
    let size = size.max(0) as usize;
    if !this.chars().any(|c| c == 9) {
        return Ok(this.to_value());
    }
    let mut out = StrBuilder::default();
    out.reserve(cx, this.len())?;
    let mut column = 0;
    for c in this.chars() {
        if c == 9 {
            if size > 0 {
                let blanks = size - column % size;
                out.push_fill(cx, 0x20, blanks)?;
                column += blanks;
            }
        } else {
            out.push(c);
            column = if c == 10 || c == 13 { 0 } else { column + 1 };
        }
    }
    Ok(out.finish(cx))
}

/// The places where `old` is replaced: at most `most`.
fn places(this: StrData<'_>, old: StrData<'_>, most: usize) -> Vec<usize> {
    let mut found = Vec::new();
    if most == 0 {
        return found;
    }
    if old.is_empty() {
        return (0..this.len().saturating_add(1).min(most)).collect();
    }
    with_needle!(this, old, |hay, needle| Unit::each_match(hay, needle, &mut |at| {
        found.push(at);
        found.len() < most
    }), else ());
    found
}

/// Return a copy with all occurrences of substring old replaced by new.
///
///   count
///     Maximum number of occurrences to replace.
///     -1 (the default value) means replace all occurrences.
///
/// If the optional argument count is given, only the first count occurrences are
/// replaced.
#[native("str.replace($self, old, new, /, count=-1)")]
pub fn replace(cx: &mut Cx, this: &Obj<Str>, old: &Value, new: &Value, count: i64) -> R {
    let old = str_arg(cx, old, "replace() argument 1")?;
    let new = str_arg(cx, new, "replace() argument 2")?;
    replace_str(cx, this, old, new, usize::try_from(count).unwrap_or(usize::MAX))
}

/// `this.replace(old, new, most)`.
pub fn replace_str(cx: &mut Cx, this: &Obj<Str>, old: &Obj<Str>, new: &Obj<Str>, most: usize) -> R {
    let data = this.data();
    let found = places(data, old.data(), most);
    if found.is_empty() || old.same(new) {
        return Ok(this.to_value());
    }
    let grown = found.len().checked_mul(new.len()).and_then(|n| n.checked_add(this.len()));
    let Some(size) = grown.map(|n| n - found.len() * old.len()).filter(|&n| n < isize::MAX as usize) else {
        return Err(cx.overflow_error("replace string is too long"));
    };
    if this.width() == 1 && new.width() == 1 && size <= LARGE && size > 0 {
        let ascii = this.is_ascii() && new.is_ascii();
        let (whole, by) = (this.raw_bytes(), new.raw_bytes());
        let mut parts: Vec<&[u8]> = Vec::with_capacity(2 * found.len() + 1);
        let mut at = 0;
        for place in found {
            parts.push(&whole[at..place]);
            parts.push(by);
            at = place + old.len();
        }
        parts.push(&whole[at..]);
        if ascii || parts.iter().any(|p| !p.is_ascii()) {
            return Ok(cx.str_from_latin1_parts(&parts, ascii).into_value());
        }
        return Ok(cx.str_from_latin1_parts(&parts, true).into_value());
    }
    let mut out = StrBuilder::default();
    out.reserve(cx, size)?;
    let mut at = 0;
    for place in found {
        out.push_data(part(data, at..place));
        out.push_data(new.data());
        at = place + old.len();
    }
    out.push_data(part(data, at..this.len()));
    Ok(out.finish(cx))
}

/// Concatenate any number of strings.
///
/// The string whose method is called is inserted in between each given
/// string.  The result is returned as a new string.
///
/// Example: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs'
#[native("str.join($self, iterable, /)")]
pub fn join_method(cx: &mut Cx, this: &Obj<Str>, iterable: &Value) -> R {
    join(cx, this, iterable)
}

/// `sep.join(iterable)`.
pub fn join(cx: &mut Cx, sep: &Obj<Str>, iterable: &Value) -> R {
    let items = match iterable.cast_exact::<List>() {
        Some(list) => list.get(cx).items.clone(),
        None => sequence(cx, iterable, "can only join an iterable")?,
    };
    join_items(cx, sep, &items)
}

/// The items of an iterable; TypeError with `message` for what is none.
pub fn sequence(cx: &mut Cx, iterable: &Value, message: &str) -> R<Vec<Value>> {
    let slots = iterable.ty(cx).slots();
    if slots.iter.is_none() && !ops::is_sequence(cx, iterable) {
        return Err(cx.raise(&exc::TYPE_ERROR, message));
    }
    ops::collect(cx, iterable)
}

/// Texts above this size are made only after their memory was asked for.
const LARGE: usize = 1 << 20;

/// Joins strings that are at hand.
pub fn join_items(cx: &mut Cx, sep: &Obj<Str>, items: &[Value]) -> R {
    let mut total = sep.len().saturating_mul(items.len().saturating_sub(1));
    let mut ascii = sep.is_ascii() || items.len() < 2;
    let mut narrow = sep.width() == 1;
    for (i, item) in items.iter().enumerate() {
        let Some(s) = item.as_str() else {
            let message = format!("sequence item {i}: expected str instance, {} found", item.type_name(cx));
            return Err(cx.type_error(message));
        };
        total = total.saturating_add(s.len());
        ascii &= s.is_ascii();
        narrow &= s.width() == 1;
    }
    if total >= isize::MAX as usize {
        return Err(cx.overflow_error("join() result is too long for a Python string"));
    }
    match items {
        [] => return Ok(cx.empty_str()),
        [one] if one.is_instance_exact(&taipan_object::str::STR) => return Ok(one.clone()),
        _ if ascii && sep.is_empty() && items.len() <= 8 => {
            // Short displays, such as those of f-strings, are copied once.
            let mut parts: [&[u8]; 8] = [&[]; 8];
            for (part, item) in parts.iter_mut().zip(items) {
                *part = item.as_str().map(|s| s.raw_bytes()).unwrap_or_default();
            }
            return Ok(match total {
                0 => cx.empty_str(),
                _ => cx.str_from_latin1_parts(&parts, true).into_value(),
            });
        }
        _ => {}
    }
    if narrow && total > 0 {
        let mut parts: Vec<&[u8]> = Vec::new();
        if parts.try_reserve_exact(items.len().saturating_mul(2)).is_err() {
            return Err(cx.memory_error());
        }
        for (i, item) in items.iter().enumerate() {
            if i > 0 && !sep.is_empty() {
                parts.push(sep.raw_bytes());
            }
            parts.extend(item.as_str().map(|s| s.raw_bytes()));
        }
        if total > LARGE {
            // Memory that cannot be had is to be noticed before the object is made.
            if Vec::<u8>::new().try_reserve_exact(total).is_err() {
                return Err(cx.memory_error());
            }
        }
        return Ok(cx.str_from_latin1_parts(&parts, ascii).into_value());
    }
    let mut out = StrBuilder::default();
    out.reserve(cx, total)?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(sep);
        }
        if let Some(s) = item.as_str() {
            out.push_str(s);
        }
    }
    Ok(out.finish(cx))
}
