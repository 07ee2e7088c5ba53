//! The methods that `bytes` and `bytearray` share, over either receiver.
//!
//! Arguments are converted first, because that may run Python code; then the receiver and the lent arguments are looked at
//! through the token, so that a bytearray cannot change under a slice. Results are of the receiver's built-in type.

use std::ops::Range;

use taipan_object::buffer::{self, Buffer};
use taipan_object::bytes::BYTES;
use taipan_object::{Cx, R, Tuple, Value, exc, int, ops};

use super::algorithms::{self as algo, HexError};
use crate::bytearray::{self, ByteArray};
use crate::list::new_list;
use crate::str::search;
use crate::str::splitting::{rsplit_by, rsplit_space, split_by, split_space, stripped};
use crate::str::unit::Unit;
use crate::str::{bounds, codec, splitting};

type Maybe<'a> = Option<&'a Value>;

/// The bytes of the receiver.
pub fn data<'a>(cx: &'a Cx, this: &'a Value) -> &'a [u8] {
    if let Some(bytes) = this.as_bytes() {
        return bytes.as_slice();
    }
    this.cast::<ByteArray>().map(|b| b.get(cx).bytes()).unwrap_or_default()
}

fn len(cx: &Cx, this: &Value) -> usize {
    data(cx, this).len()
}

/// A new object of the receiver's kind.
pub fn wrap(cx: &Cx, this: &Value, bytes: Vec<u8>) -> Value {
    if this.as_bytes().is_some() {
        cx.bytes(&bytes)
    } else {
        bytearray::new_bytearray(cx, bytes).into_value()
    }
}

/// A stretch of the receiver: bytes give themselves where that is all of them.
fn section(cx: &Cx, this: &Value, range: Range<usize>) -> Value {
    let all = data(cx, this);
    match this.as_bytes() {
        Some(bytes) if range.len() == all.len() => bytes.to_value(),
        Some(_) => cx.bytes(&all[range]),
        None => bytearray::new_bytearray(cx, all[range].to_vec()).into_value(),
    }
}

/// An empty vector with room for `n` bytes.
pub fn room(cx: &mut Cx, this: &Value, n: Option<usize>) -> R<Vec<u8>> {
    let mut out = Vec::new();
    match n {
        Some(n) if n <= isize::MAX as usize - 64 => {
            if n >= 1 << 46 || out.try_reserve_exact(n).is_err() {
                return Err(cx.memory_error());
            }
            Ok(out)
        }
        _ if this.as_bytes().is_some() => Err(cx.overflow_error("byte string is too large")),
        _ => Err(cx.memory_error()),
    }
}

/// What is looked for: a byte by its number, or bytes.
enum Needle {
    Byte([u8; 1]),
    Lent(Buffer),
}

impl Needle {
    fn bytes<'a>(&'a self, cx: &'a Cx) -> &'a [u8] {
        match self {
            Needle::Byte(b) => b,
            Needle::Lent(buffer) => buffer.bytes(cx),
        }
    }
}

/// A byte value by `__index__`; `what` begins the message of the range error.
pub fn byte(cx: &mut Cx, value: &Value, what: &str) -> R<u8> {
    let i = int::index_clamped(cx, value)?;
    u8::try_from(i).map_err(|_| cx.value_error(format!("{what} must be in range(0, 256)")))
}

fn needle(cx: &mut Cx, value: &Value) -> R<Needle> {
    if buffer::supports(cx, value) {
        return buffer::bytes_like(cx, value).map(Needle::Lent);
    }
    if value.word().as_int().is_none() && value.ty(cx).slots().index.is_none() {
        let message =
            format!("argument should be integer or bytes-like object, not '{}'", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    byte(cx, value, "byte").map(|b| Needle::Byte([b]))
}

fn locate(
    cx: &mut Cx,
    this: &Value,
    sub: &Value,
    range: (Maybe<'_>, Maybe<'_>),
    last: bool,
) -> R<Option<usize>> {
    let needle = needle(cx, sub)?;
    let len = len(cx, this);
    let Some((start, end)) = bounds(cx, range.0, range.1, len)? else { return Ok(None) };
    let (hay, needle) = (clip(data(cx, this), start, end), needle.bytes(cx));
    let found = if last { search::find_last(hay, needle) } else { search::find(hay, needle) };
    Ok(found.map(|at| at + start))
}

/// A part of what may have become shorter since the bounds were made.
fn clip(data: &[u8], start: usize, end: usize) -> &[u8] {
    data.get(start..end.min(data.len())).unwrap_or_default()
}

pub fn find(cx: &mut Cx, this: &Value, sub: &Value, start: Maybe<'_>, end: Maybe<'_>) -> R<i64> {
    Ok(locate(cx, this, sub, (start, end), false)?.map_or(-1, |at| at as i64))
}

pub fn rfind(cx: &mut Cx, this: &Value, sub: &Value, start: Maybe<'_>, end: Maybe<'_>) -> R<i64> {
    Ok(locate(cx, this, sub, (start, end), true)?.map_or(-1, |at| at as i64))
}

pub fn index(cx: &mut Cx, this: &Value, sub: &Value, start: Maybe<'_>, end: Maybe<'_>) -> R<usize> {
    let found = locate(cx, this, sub, (start, end), false)?;
    found.ok_or_else(|| cx.value_error("subsection not found"))
}

pub fn rindex(cx: &mut Cx, this: &Value, sub: &Value, start: Maybe<'_>, end: Maybe<'_>) -> R<usize> {
    let found = locate(cx, this, sub, (start, end), true)?;
    found.ok_or_else(|| cx.value_error("subsection not found"))
}

pub fn count(cx: &mut Cx, this: &Value, sub: &Value, start: Maybe<'_>, end: Maybe<'_>) -> R<usize> {
    let needle = needle(cx, sub)?;
    let len = len(cx, this);
    let Some((start, end)) = bounds(cx, start, end, len)? else { return Ok(0) };
    Ok(search::count(clip(data(cx, this), start, end), needle.bytes(cx)))
}

pub fn contains(cx: &mut Cx, this: &Value, item: &Value) -> R<bool> {
    if item.word().as_int().is_none() && item.ty(cx).slots().index.is_none() {
        let lent = buffer::bytes_like(cx, item)?;
        return Ok(search::find(data(cx, this), lent.bytes(cx)).is_some());
    }
    let b = byte(cx, item, "byte")?;
    Ok(memchr::memchr(b, data(cx, this)).is_some())
}

fn affix_at(
    cx: &mut Cx,
    this: &Value,
    affix: &Value,
    range: Option<(usize, usize)>,
    at_end: bool,
) -> R<bool> {
    let lent = buffer::bytes_like(cx, affix)?;
    let Some((start, end)) = range else { return Ok(false) };
    let (part, affix) = (clip(data(cx, this), start, end), lent.bytes(cx));
    Ok(if at_end { part.ends_with(affix) } else { part.starts_with(affix) })
}

fn affixed(
    cx: &mut Cx,
    this: &Value,
    affix: &Value,
    range: (Maybe<'_>, Maybe<'_>),
    name: &str,
    at_end: bool,
) -> R<bool> {
    let len = len(cx, this);
    let range = bounds(cx, range.0, range.1, len)?;
    if let Some(tuple) = affix.cast::<Tuple>() {
        for item in tuple.items() {
            if affix_at(cx, this, item, range, at_end)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if !buffer::supports(cx, affix) {
        let message =
            format!("{name} first arg must be bytes or a tuple of bytes, not {}", affix.type_name(cx));
        return Err(cx.type_error(message));
    }
    affix_at(cx, this, affix, range, at_end)
}

pub fn startswith(cx: &mut Cx, this: &Value, prefix: &Value, start: Maybe<'_>, end: Maybe<'_>) -> R<bool> {
    affixed(cx, this, prefix, (start, end), "startswith", false)
}

pub fn endswith(cx: &mut Cx, this: &Value, suffix: &Value, start: Maybe<'_>, end: Maybe<'_>) -> R<bool> {
    affixed(cx, this, suffix, (start, end), "endswith", true)
}

// ---- taking apart

fn split_list(cx: &mut Cx, this: &Value, sep: Maybe<'_>, maxsplit: i64, right: bool) -> R {
    let most = usize::try_from(maxsplit).unwrap_or(usize::MAX);
    let lent = match sep.filter(|s| !s.is_none()) {
        None => None,
        Some(sep) => Some(buffer::bytes_like(cx, sep)?),
    };
    if lent.as_ref().is_some_and(|l| l.is_empty()) {
        return Err(cx.value_error("empty separator"));
    }
    let mut items = Vec::new();
    let all = data(cx, this);
    let each = &mut |r: Range<usize>| items.push(section(cx, this, r));
    let space = |b: &u8| algo::is_space(*b);
    match (&lent, right) {
        (None, false) => split_space(all, most, space, each),
        (None, true) => rsplit_space(all, most, space, each),
        (Some(sep), false) => split_by(all, sep.bytes(cx), most, each),
        (Some(sep), true) => rsplit_by(all, sep.bytes(cx), most, each),
    }
    if right {
        items.reverse();
    }
    Ok(new_list(cx, items).into_value())
}

pub fn split(cx: &mut Cx, this: &Value, sep: Maybe<'_>, maxsplit: i64) -> R {
    split_list(cx, this, sep, maxsplit, false)
}

pub fn rsplit(cx: &mut Cx, this: &Value, sep: Maybe<'_>, maxsplit: i64) -> R {
    split_list(cx, this, sep, maxsplit, true)
}

fn parts(cx: &mut Cx, this: &Value, sep: &Value, last: bool) -> R {
    let lent = buffer::bytes_like(cx, sep)?;
    let separator = lent.to_vec(cx);
    drop(lent);
    if separator.is_empty() {
        return Err(cx.value_error("empty separator"));
    }
    let all = data(cx, this);
    let n = all.len();
    let found = if last { Unit::rfind(all, &separator) } else { Unit::find(all, &separator) };
    Ok(match found {
        Some(at) => {
            let before = section(cx, this, 0..at);
            let middle = if sep.as_bytes().is_some() && this.as_bytes().is_some() {
                sep.clone()
            } else {
                wrap(cx, this, separator.clone())
            };
            let after = section(cx, this, at + separator.len()..n);
            cx.tuple_value([before, middle, after])
        }
        None => {
            let (a, b) = (wrap(cx, this, Vec::new()), wrap(cx, this, Vec::new()));
            let whole = section(cx, this, 0..n);
            if last { cx.tuple_value([a, b, whole]) } else { cx.tuple_value([whole, a, b]) }
        }
    })
}

pub fn partition(cx: &mut Cx, this: &Value, sep: &Value) -> R {
    parts(cx, this, sep, false)
}

pub fn rpartition(cx: &mut Cx, this: &Value, sep: &Value) -> R {
    parts(cx, this, sep, true)
}

pub fn splitlines(cx: &mut Cx, this: &Value, keepends: bool) -> R {
    let ranges = algo::lines(data(cx, this), keepends);
    let items = ranges.into_iter().map(|r| section(cx, this, r)).collect();
    Ok(new_list(cx, items).into_value())
}

fn strip_ends(cx: &mut Cx, this: &Value, gone: Maybe<'_>, left: bool, right: bool) -> R {
    let mut set = [false; 256];
    match gone.filter(|g| !g.is_none()) {
        None => (0..=255u8).for_each(|b| set[usize::from(b)] = algo::is_space(b)),
        Some(gone) => {
            let lent = buffer::bytes_like(cx, gone)?;
            lent.bytes(cx).iter().for_each(|b| set[usize::from(*b)] = true);
        }
    }
    let range = stripped(data(cx, this), left, right, |c| set[c as usize & 0xFF]);
    Ok(section(cx, this, range))
}

pub fn strip(cx: &mut Cx, this: &Value, gone: Maybe<'_>) -> R {
    strip_ends(cx, this, gone, true, true)
}

pub fn lstrip(cx: &mut Cx, this: &Value, gone: Maybe<'_>) -> R {
    strip_ends(cx, this, gone, true, false)
}

pub fn rstrip(cx: &mut Cx, this: &Value, gone: Maybe<'_>) -> R {
    strip_ends(cx, this, gone, false, true)
}

pub fn removeprefix(cx: &mut Cx, this: &Value, prefix: &Value) -> R {
    let lent = buffer::bytes_like(cx, prefix)?;
    let (all, prefix) = (data(cx, this), lent.bytes(cx));
    let start = if all.starts_with(prefix) { prefix.len() } else { 0 };
    Ok(section(cx, this, start..all.len()))
}

pub fn removesuffix(cx: &mut Cx, this: &Value, suffix: &Value) -> R {
    let lent = buffer::bytes_like(cx, suffix)?;
    let (all, suffix) = (data(cx, this), lent.bytes(cx));
    let end = if all.ends_with(suffix) { all.len() - suffix.len() } else { all.len() };
    Ok(section(cx, this, 0..end))
}

// ---- putting together

pub fn join(cx: &mut Cx, this: &Value, iterable: &Value) -> R {
    let items = splitting::sequence(cx, iterable, "can only join an iterable")?;
    if let [one] = &items[..]
        && one.is_instance_exact(&BYTES)
        && this.as_bytes().is_some()
    {
        return Ok(one.clone());
    }
    let mut lent = Vec::new();
    let mut total = Some(len(cx, this).saturating_mul(items.len().saturating_sub(1)));
    for (i, item) in items.iter().enumerate() {
        if !buffer::supports(cx, item) {
            let message =
                format!("sequence item {i}: expected a bytes-like object, {} found", item.type_name(cx));
            return Err(cx.type_error(message));
        }
        let part = buffer::bytes_like(cx, item)?;
        total = total.and_then(|t| t.checked_add(part.len()));
        lent.push(part);
    }
    let mut out = room(cx, this, total)?;
    let separator = data(cx, this);
    for (i, part) in lent.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(part.bytes(cx));
    }
    drop(lent);
    Ok(wrap(cx, this, out))
}

pub fn replace(cx: &mut Cx, this: &Value, old: &Value, new: &Value, count: i64) -> R {
    let (old, new) = (buffer::bytes_like(cx, old)?, buffer::bytes_like(cx, new)?);
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let places = {
        let (all, old) = (data(cx, this), old.bytes(cx));
        let mut places = Vec::new();
        if old.is_empty() {
            places.extend(0..all.len().saturating_add(1).min(most));
        } else if most > 0 {
            Unit::each_match(all, old, &mut |at| {
                places.push(at);
                places.len() < most
            });
        }
        places
    };
    if places.is_empty() {
        let n = len(cx, this);
        return Ok(section(cx, this, 0..n));
    }
    let grown = places.len().checked_mul(new.len()).and_then(|n| n.checked_add(len(cx, this)));
    let Some(size) = grown.map(|n| n - places.len() * old.len()).filter(|n| *n < isize::MAX as usize) else {
        return Err(cx.overflow_error("replace bytes is too long"));
    };
    let mut out = room(cx, this, Some(size))?;
    let (all, old, new) = (data(cx, this), old.bytes(cx), new.bytes(cx));
    let mut at = 0;
    for place in places {
        out.extend_from_slice(&all[at..place]);
        out.extend_from_slice(new);
        at = place + old.len();
    }
    out.extend_from_slice(&all[at..]);
    Ok(wrap(cx, this, out))
}

pub fn concat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if !buffer::supports(cx, b) {
        let kind = if a.as_bytes().is_some() { "bytes" } else { "bytearray" };
        let message = format!("can't concat {} to {kind}", b.type_name(cx));
        return Err(cx.type_error(message));
    }
    if let (Some(x), Some(y)) = (a.as_bytes(), b.as_bytes()) {
        if x.is_empty() {
            return Ok(y.to_value());
        }
        if y.is_empty() {
            return Ok(x.to_value());
        }
    }
    let lent = buffer::bytes_like(cx, b)?;
    let total = len(cx, a).checked_add(lent.len());
    let mut out = room(cx, a, total)?;
    out.extend_from_slice(data(cx, a));
    out.extend_from_slice(lent.bytes(cx));
    drop(lent);
    Ok(wrap(cx, a, out))
}

pub fn repeated(cx: &mut Cx, this: &Value, n: i64) -> R<Vec<u8>> {
    let n = n.max(0) as usize;
    let Some(total) = len(cx, this).checked_mul(n).filter(|t| *t < 1 << 46) else {
        return Err(cx.memory_error());
    };
    let mut out = room(cx, this, Some(total))?;
    match data(cx, this) {
        [] => {}
        [one] => out.resize(n, *one),
        all => (0..n).for_each(|_| out.extend_from_slice(all)),
    }
    Ok(out)
}

pub fn repeat(cx: &mut Cx, this: &Value, n: i64) -> R {
    if n == 1
        && let Some(bytes) = this.as_bytes()
    {
        return Ok(bytes.to_value());
    }
    let out = repeated(cx, this, n)?;
    Ok(wrap(cx, this, out))
}

// ---- padding

fn fill(cx: &mut Cx, value: Maybe<'_>, name: &str) -> R<u8> {
    let Some(value) = value else { return Ok(b' ') };
    let one = if value.as_bytes().is_some() || value.cast::<ByteArray>().is_some() {
        let all = data(cx, value);
        if let [b] = all {
            return Ok(*b);
        }
        Some(all.len())
    } else {
        None
    };
    let given = value.type_name(cx).into_owned();
    Err(cx.type_error(match one {
        Some(n) => format!(
            "{name}(): argument 2 must be a byte string of length 1, not a {given} object of length {n}"
        ),
        None => format!("{name}() argument 2 must be a byte string of length 1, not {given}"),
    }))
}

fn pad(cx: &mut Cx, this: &Value, left: usize, right: usize, fill: u8) -> R {
    let n = len(cx, this);
    if left == 0 && right == 0 {
        return Ok(section(cx, this, 0..n));
    }
    let total = n.checked_add(left).and_then(|t| t.checked_add(right));
    let mut out = room(cx, this, total)?;
    out.resize(left, fill);
    out.extend_from_slice(data(cx, this));
    out.resize(out.len() + right, fill);
    Ok(wrap(cx, this, out))
}

fn missing(cx: &Cx, this: &Value, width: i64) -> usize {
    (width.max(0) as usize).saturating_sub(len(cx, this))
}

pub fn center(cx: &mut Cx, this: &Value, width: i64, fillchar: Maybe<'_>) -> R {
    let fill = fill(cx, fillchar, "center")?;
    let missing = missing(cx, this, width);
    let left = missing / 2 + (missing & width as usize & 1);
    pad(cx, this, left, missing - left, fill)
}

pub fn ljust(cx: &mut Cx, this: &Value, width: i64, fillchar: Maybe<'_>) -> R {
    let fill = fill(cx, fillchar, "ljust")?;
    let missing = missing(cx, this, width);
    pad(cx, this, 0, missing, fill)
}

pub fn rjust(cx: &mut Cx, this: &Value, width: i64, fillchar: Maybe<'_>) -> R {
    let fill = fill(cx, fillchar, "rjust")?;
    let missing = missing(cx, this, width);
    pad(cx, this, missing, 0, fill)
}

pub fn zfill(cx: &mut Cx, this: &Value, width: i64) -> R {
    let zeros = missing(cx, this, width);
    let n = len(cx, this);
    if zeros == 0 {
        return Ok(section(cx, this, 0..n));
    }
    let mut out = room(cx, this, n.checked_add(zeros))?;
    let all = data(cx, this);
    let sign = usize::from(matches!(all.first(), Some(b'+' | b'-')));
    out.extend_from_slice(&all[..sign]);
    out.resize(sign + zeros, b'0');
    out.extend_from_slice(&all[sign..]);
    Ok(wrap(cx, this, out))
}

pub fn expandtabs(cx: &mut Cx, this: &Value, tabsize: i32) -> R {
    let size = tabsize.max(0) as usize;
    let (mut column, mut total) = (0usize, 0usize);
    let mut measure = |b: u8| -> usize {
        let n = match b {
            b'\t' if size > 0 => size - column % size,
            b'\t' => 0,
            _ => 1,
        };
        column = if matches!(b, b'\n' | b'\r') { 0 } else { column.saturating_add(n) };
        n
    };
    for b in data(cx, this) {
        total = total.saturating_add(measure(*b));
    }
    if total > isize::MAX as usize {
        return Err(cx.overflow_error("result too long"));
    }
    let mut out = room(cx, this, Some(total))?;
    let mut column = 0usize;
    for b in data(cx, this) {
        match b {
            b'\t' if size > 0 => {
                let blanks = size - column % size;
                out.resize(out.len() + blanks, b' ');
                column += blanks;
            }
            b'\t' => {}
            _ => {
                out.push(*b);
                column = if matches!(b, b'\n' | b'\r') { 0 } else { column + 1 };
            }
        }
    }
    Ok(wrap(cx, this, out))
}

// ---- case and classes

macro_rules! mapped {
    ($($name:ident: $map:expr;)*) => { $(
        pub fn $name(cx: &mut Cx, this: &Value) -> R {
            let out = $map(data(cx, this));
            Ok(wrap(cx, this, out))
        }
    )* };
}
mapped! {
    lower: <[u8]>::to_ascii_lowercase;
    upper: <[u8]>::to_ascii_uppercase;
    capitalize: algo::capitalize;
    title: algo::title;
    swapcase: algo::swapcase;
}

macro_rules! tested {
    ($($name:ident: $test:expr;)*) => { $(
        pub fn $name(cx: &mut Cx, this: &Value) -> bool {
            let test: fn(&[u8]) -> bool = $test;
            test(data(cx, this))
        }
    )* };
}
tested! {
    isalnum: |d| !d.is_empty() && d.iter().all(u8::is_ascii_alphanumeric);
    isalpha: |d| !d.is_empty() && d.iter().all(u8::is_ascii_alphabetic);
    isdigit: |d| !d.is_empty() && d.iter().all(u8::is_ascii_digit);
    isspace: |d| !d.is_empty() && d.iter().all(|b| algo::is_space(*b));
    isascii: |d| d.is_ascii();
    islower: |d| algo::is_case(d, false);
    isupper: |d| algo::is_case(d, true);
    istitle: |d| algo::is_title(d);
}

// ---- text

pub fn decode(cx: &mut Cx, this: &Value, encoding: Maybe<'_>, errors: Maybe<'_>) -> R {
    let encoding = codec::name(cx, encoding, "decode", "encoding")?;
    let errors = codec::name(cx, errors, "decode", "errors")?;
    match this.as_bytes() {
        Some(bytes) => codec::decode(cx, bytes.as_slice(), encoding.as_deref(), errors.as_deref()),
        None => {
            let copy = data(cx, this).to_vec();
            codec::decode(cx, &copy, encoding.as_deref(), errors.as_deref())
        }
    }
}

pub fn translate(cx: &mut Cx, this: &Value, table: &Value, delete: Maybe<'_>) -> R {
    let table = if table.is_none() { None } else { Some(buffer::bytes_like(cx, table)?) };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        return Err(cx.value_error("translation table must be 256 characters long"));
    }
    let delete = delete.map(|d| buffer::bytes_like(cx, d)).transpose()?;
    let mut gone = [false; 256];
    if let Some(delete) = &delete {
        delete.bytes(cx).iter().for_each(|b| gone[usize::from(*b)] = true);
    }
    let map = table.as_ref().map(|t| t.bytes(cx));
    let kept = data(cx, this).iter().filter(|b| !gone[usize::from(**b)]);
    let out: Vec<u8> =
        kept.map(|b| map.and_then(|m| m.get(usize::from(*b))).copied().unwrap_or(*b)).collect();
    drop((table, delete));
    let n = len(cx, this);
    if this.as_bytes().is_some() && out == data(cx, this) {
        return Ok(section(cx, this, 0..n));
    }
    Ok(wrap(cx, this, out))
}

/// `maketrans`, which gives bytes for both types.
pub fn maketrans(cx: &mut Cx, from: &Value, to: &Value) -> R {
    let (from, to) = (buffer::bytes_like(cx, from)?, buffer::bytes_like(cx, to)?);
    if from.len() != to.len() {
        return Err(cx.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (from, to) in from.bytes(cx).iter().zip(to.bytes(cx)) {
        table[usize::from(*from)] = *to;
    }
    Ok(cx.bytes(&table))
}

/// `class.fromhex(string)`.
pub fn fromhex(cx: &mut Cx, class: &Value, string: &Value, exact: bool) -> R {
    let result = if let Some(s) = string.as_str() {
        algo::from_hex(s.chars())
    } else if buffer::supports(cx, string) {
        let lent = buffer::bytes_like(cx, string)?;
        let result = algo::from_hex(lent.bytes(cx).iter().map(|b| u32::from(*b)));
        drop(lent);
        result
    } else {
        let given = crate::str::qualified_type(cx, string)?;
        return Err(cx.type_error(format!("fromhex() argument must be str or bytes-like, not {given}")));
    };
    let bytes = match result {
        Ok(bytes) => bytes,
        Err(HexError::Odd) => {
            return Err(cx.value_error("fromhex() arg must contain an even number of hexadecimal digits"));
        }
        Err(HexError::Digit(at)) => {
            let message = format!("non-hexadecimal number found in fromhex() arg at position {at}");
            return Err(cx.value_error(message));
        }
    };
    if exact && class.is_obj(&BYTES) {
        return Ok(cx.bytes(&bytes));
    }
    if !exact && class.is_obj(&bytearray::BYTEARRAY) {
        return Ok(bytearray::new_bytearray(cx, bytes).into_value());
    }
    let plain = cx.bytes(&bytes);
    ops::call(cx, class, &[plain])
}

/// The separator of `hex(sep, bytes_per_sep)`.
pub fn hex_separator(cx: &mut Cx, sep: Maybe<'_>, group: i32) -> R<Option<(u8, i64)>> {
    let Some(sep) = sep else { return Ok(None) };
    if ops::len(cx, sep)? != 1 {
        return Err(cx.value_error("sep must be length 1."));
    }
    let c = match (sep.as_str(), sep.as_bytes()) {
        (Some(s), _) => s.char_at(0).unwrap_or(0),
        (_, Some(b)) => b.as_slice().first().copied().unwrap_or(0).into(),
        _ => return Err(cx.type_error("sep must be str or bytes.")),
    };
    if c >= 0x80 {
        return Err(cx.value_error("sep must be ASCII."));
    }
    Ok(Some((c as u8, group.into())))
}

pub fn hex(cx: &mut Cx, this: &Value, sep: Maybe<'_>, bytes_per_sep: i32) -> R {
    // A bytearray keeps its size while the separator is asked for its own.
    let held = this.cast::<ByteArray>().map(|array| bytearray::lend(cx, this, array));
    let separator = hex_separator(cx, sep, bytes_per_sep)?;
    drop(held);
    let out = algo::to_hex(data(cx, this), separator);
    Ok(crate::str::unit::make(cx, &out))
}

/// BytesWarning for `-b`: an error with `-bb`.
pub fn warn(cx: &mut Cx, message: &str) -> R<()> {
    if cx.interp().bytes_warning == 0 {
        return Ok(());
    }
    let warn = cx.interp().runtime.warn;
    warn(cx, &exc::BYTES_WARNING, message, 1)
}
