//! `str`: slots and what the other crates call directly. Methods lie in the modules beside this one.
//!
//! Receivers of subclasses wrap an exact `str`, which `as_str` and the conversion of native arguments find; results are always
//! of the exact type. What is shared with `bytes` (`%` of numbers, ASCII case) is in [`percent`] and `crate::bytes::algorithms`.

mod builder;
mod case;
pub mod codec;
pub mod fields;
mod finding;
pub mod iter;
mod new;
pub mod percent;
pub mod search;
pub mod splitting;
mod translate;
pub mod unit;

use std::borrow::Cow;

pub use builder::StrBuilder;
pub use fields::{format_value, formatter_field_name_split, formatter_parser};
pub use splitting::{join, join_items};
pub use unit::{points, substring};

use taipan_macros::{native, natives};
use taipan_object::str::STR;
use taipan_object::{CompareOp, Cx, Obj, R, Slots, Str, StrData, TypeDefs, Value, int};

use crate::slice::{Slice, span};
use crate::{Types, sequence};
use unit::{Unit, with_needle, with_units};

/// The type of an argument as messages name it: `None` by its value.
pub fn given_type<'a>(cx: &'a Cx, value: &'a Value) -> Cow<'a, str> {
    if value.is_none() { "None".into() } else { value.type_name(cx) }
}

/// The type of a value with its module, as `%T` messages name it.
pub fn qualified_type(cx: &mut Cx, value: &Value) -> R<String> {
    let ty = value.type_of();
    let plain = ty.full_name().into_owned();
    if !ty.has(taipan_object::flags::HEAP_TYPE) {
        return Ok(plain);
    }
    let ty = ty.into_value();
    let module = taipan_object::ops::getattr_str(cx, &ty, "__module__")?;
    let name = taipan_object::ops::getattr_str(cx, &ty, "__qualname__")?;
    let name = name.as_str().map_or(plain, |n| n.to_string_lossy().into_owned());
    Ok(match module.as_str().map(|m| m.to_string_lossy().into_owned()) {
        Some(module) if module != "builtins" && module != "__main__" => format!("{module}.{name}"),
        _ => name,
    })
}

/// A `str` argument; `place` begins the message, e.g. `"find() argument 1"`.
pub fn str_arg<'a>(cx: &mut Cx, value: &'a Value, place: &str) -> R<&'a Obj<Str>> {
    match value.as_str() {
        Some(s) => Ok(s),
        None => {
            let given = given_type(cx, value).into_owned();
            Err(cx.type_error(format!("{place} must be str, not {given}")))
        }
    }
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Str>> {
    match value.as_str() {
        Some(s) => Ok(s),
        None => Err(cx.type_error("a str is required")),
    }
}

/// `a + b`.
pub fn concat(cx: &mut Cx, a: &Obj<Str>, b: &Obj<Str>) -> R {
    if a.is_empty() {
        return Ok(b.to_value());
    }
    if b.is_empty() {
        return Ok(a.to_value());
    }
    match (a.data(), b.data()) {
        (StrData::One(x), StrData::One(y)) => {
            Ok(cx.str_from_latin1_parts(&[x, y], a.is_ascii() && b.is_ascii()).into_value())
        }
        (StrData::Two(x), StrData::Two(y)) => Ok(cx.str_from_ucs2_parts(&[x, y]).into_value()),
        (x, y) => {
            let mut text = StrBuilder::default();
            text.reserve(cx, x.len() + y.len())?;
            text.push_data(x);
            text.push_data(y);
            Ok(text.finish(cx))
        }
    }
}

fn concat_slot(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let x = this(cx, a)?;
    match b.as_str() {
        Some(y) => concat(cx, x, y),
        None => {
            let message = format!("can only concatenate str (not \"{}\") to str", b.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

fn repeat(cx: &mut Cx, value: &Value, n: i64) -> R {
    let s = this(cx, value)?;
    let n = n.max(0) as usize;
    if n == 0 || s.is_empty() {
        return Ok(cx.empty_str());
    }
    if n == 1 {
        return Ok(s.to_value());
    }
    with_units!(s.data(), |units| repeat_units(cx, units, n))
}

fn repeat_units<U: Unit>(cx: &mut Cx, units: &[U], n: usize) -> R {
    let mut out: Vec<U> = Vec::new();
    match units.len().checked_mul(n).filter(|&total| total < builder::MOST) {
        Some(total) if out.try_reserve_exact(total).is_ok() => {}
        _ => return Err(cx.memory_error()),
    }
    match units {
        [one] => out.resize(n, *one),
        _ => (0..n).for_each(|_| out.extend_from_slice(units)),
    }
    Ok(U::make(cx, &out))
}

/// `text[key]`.
pub fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let s = this(cx, value)?;
    if let Some(slice) = key.cast::<Slice>() {
        let span = span(cx, slice, |_| s.len())?;
        if span.step == 1 {
            let start = span.start as usize;
            return Ok(substring(cx, s, start, start + span.count));
        }
        return Ok(with_units!(s.data(), |units| {
            let picked: Vec<_> = span.positions().map(|i| units[i]).collect();
            unit::make(cx, &picked)
        }));
    }
    let i = match key.word().as_int() {
        Some(i) => i,
        None if key.ty(cx).slots().index.is_none() => {
            let message = format!("string indices must be integers, not '{}'", key.type_name(cx));
            return Err(cx.type_error(message));
        }
        None => sequence::index(cx, key, "string")?,
    };
    match sequence::position(i, s.len()).and_then(|i| s.char_at(i)) {
        Some(c) => Ok(cx.str_from_char(c)),
        None => Err(cx.index_error("string index out of range")),
    }
}

/// Whether `part` occurs in `s`.
pub fn contains_str(s: &Obj<Str>, part: &Obj<Str>) -> bool {
    with_needle!(s.data(), part.data(), |hay, needle| search::find(hay, needle).is_some(), else false)
}

fn contains(cx: &mut Cx, value: &Value, item: &Value) -> R<bool> {
    let s = this(cx, value)?;
    match item.as_str() {
        Some(part) => Ok(contains_str(s, part)),
        None => {
            let message =
                format!("'in <string>' requires string as left operand, not {}", item.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

fn compare(_cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.as_str(), b.as_str()) else { return Ok(Value::not_implemented()) };
    Ok(Value::bool(match op {
        CompareOp::Eq => x.same(y),
        CompareOp::Ne => !x.same(y),
        _ => op.holds(x.order(y)),
    }))
}

/// `repr` of a string.
pub fn repr_str(cx: &mut Cx, s: &Obj<Str>) -> Value {
    if let Some(text) = s.as_ascii() {
        let plain = |b: u8| (0x20..0x7F).contains(&b) && b != b'\'' && b != b'\\';
        if text.bytes().all(plain) {
            return cx.str_from_latin1_parts(&[b"'", text.as_bytes(), b"'"], true).into_value();
        }
    }
    let text =
        with_units!(s.data(), |units| { taipan_text::repr::repr_str(units.iter().map(|c| c.point())) });
    cx.str_from_wtf8(&text).into_value()
}

/// `ascii()` of any value.
pub fn ascii(cx: &mut Cx, value: &Value) -> R {
    let text = taipan_object::ops::repr(cx, value)?;
    if text.is_ascii() {
        return Ok(text.into_value());
    }
    let escaped = taipan_text::repr::escape_non_ascii(text.chars());
    Ok(cx.str(&escaped))
}

/// The bounds of `find(sub, start, end)` and its kin in a text of `len`; `None` where they exclude even an empty match.
pub fn bounds(
    cx: &mut Cx,
    start: Option<&Value>,
    end: Option<&Value>,
    len: usize,
) -> R<Option<(usize, usize)>> {
    let mut bound = |value: Option<&Value>, default: i64| -> R<i64> {
        match value.filter(|v| !v.is_none()) {
            None => Ok(default),
            Some(v) if v.word().as_int().is_none() && v.ty(cx).slots().index.is_none() => {
                Err(cx.type_error("slice indices must be integers or None or have an __index__ method"))
            }
            Some(v) => int::index_clamped(cx, v),
        }
    };
    let (start, end) = (bound(start, 0)?, bound(end, i64::MAX)?);
    let fix = |at: i64| if at < 0 { at.saturating_add(len as i64).max(0) } else { at } as usize;
    let (start, end) = (fix(start), fix(end).min(len));
    Ok((start <= end).then_some((start, end)))
}

#[native("str.__getnewargs__($self, /)")]
fn getnewargs(cx: &mut Cx, this: &Obj<Str>) -> R {
    // A copy: pickling remembers objects by identity, and the receiver may be what is being pickled.
    let copy = with_units!(this.data(), |units| Unit::make(cx, units));
    Ok(cx.tuple_value([copy]))
}

/// Return the size of the string in memory, in bytes.
#[native("str.__sizeof__($self, /)", leaf)]
fn sizeof(cx: &mut Cx, this: &Value) -> R<usize> {
    // The figures of the reference: a header of 40 bytes for ASCII, 56 for others, and a character that ends the text.
    let own = taipan_object::instance::size_of_value(cx, this);
    Ok(match this.as_str() {
        Some(s) if s.is_ascii() => 41 + s.len(),
        Some(s) => 56 + s.width() * (s.len() + 1),
        None => own,
    })
}

const DOC: &str = "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from the given object. If encoding or\nerrors is specified, then the object must expose a data buffer\nthat will be decoded using the given encoding and error handler.\nOtherwise, returns the result of object.__str__() (if defined)\nor repr(object).\nencoding defaults to 'utf-8'.\nerrors defaults to 'strict'.";

static DEFS: TypeDefs = TypeDefs {
    methods: natives![
        new::encode,
        splitting::replace,
        splitting::split,
        splitting::rsplit,
        splitting::join_method,
        case::capitalize,
        case::casefold,
        case::title,
        case::center,
        finding::count,
        splitting::expandtabs,
        finding::find,
        splitting::partition,
        finding::index,
        case::ljust,
        case::lower,
        splitting::lstrip,
        finding::rfind,
        finding::rindex,
        case::rjust,
        splitting::rstrip,
        splitting::rpartition,
        splitting::splitlines,
        splitting::strip,
        case::swapcase,
        translate::translate,
        case::upper,
        finding::startswith,
        finding::endswith,
        splitting::removeprefix,
        splitting::removesuffix,
        case::isascii,
        case::islower,
        case::isupper,
        case::istitle,
        case::isspace,
        case::isdecimal,
        case::isdigit,
        case::isnumeric,
        case::isalpha,
        case::isalnum,
        case::isidentifier,
        case::isprintable,
        case::zfill,
        fields::format,
        fields::format_map,
        fields::format_spec,
        translate::maketrans,
        getnewargs,
        sizeof
    ],
    ..TypeDefs::NONE
};

pub fn install(types: &mut Types) {
    let slots = Slots {
        repr: Some(|cx, v| {
            let s = this(cx, v)?;
            Ok(repr_str(cx, s))
        }),
        str: Some(|cx, v| this(cx, v).map(|s| s.to_value())),
        hash: Some(|cx, v| this(cx, v).map(|s| s.hash_value())),
        compare: Some(compare),
        iter: Some(|cx, v| {
            let s = this(cx, v)?;
            Ok(iter::new(cx, s))
        }),
        len: Some(|cx, v| this(cx, v).map(|s| s.len())),
        getitem: Some(getitem),
        contains: Some(contains),
        concat: Some(concat_slot),
        repeat: Some(repeat),
        rem: Some(percent::rem),
        new: Some(new::new),
        ..Slots::EMPTY
    };
    types.core(&STR, slots, &DEFS, DOC);
    types.add([
        &iter::STR_ITERATOR,
        &iter::STR_ASCII_ITERATOR,
        &fields::FORMATTER_ITERATOR,
        &fields::FIELD_NAME_ITERATOR,
    ]);
}
