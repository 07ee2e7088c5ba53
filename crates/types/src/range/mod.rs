//! `range`: an arithmetic progression of integers, and its iterators. Small ranges (all numbers in i64) take the short way.

mod iterator;

pub use iterator::{LONG_RANGE_ITERATOR, RANGE_ITERATOR, RangeIterator};

use dashu_int::IBig;
use dashu_int::ops::{DivRem, RemEuclid};
use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, Frozen, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, hash, int,
    ops,
};

use crate::Types;
use crate::slice::Slice;
use crate::support::{TextBuilder, no_keywords};

/// The payload: exact ints, and the number of items.
#[derive(Trace)]
pub struct Range {
    pub start: Value,
    pub stop: Value,
    pub step: Value,
    pub length: Value,
}

impl Frozen for Range {}

// SAFETY: instances of the type are `Obj<Range>`; all values are traced.
unsafe impl Payload for Range {
    const TYPE: &'static Obj<Type> = &RANGE;
}

/// `range`.
pub static RANGE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Range>("range")
        .base(&OBJECT)
        .flags(flags::SEQUENCE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            hash: Some(hash_slot),
            compare: Some(compare),
            len: Some(len),
            getitem: Some(getitem),
            contains: Some(contains),
            iter: Some(iterator::iter),
            bool: Some(|cx, v| this(cx, v).map(|r| r.length.word().as_int() != Some(0))),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![reversed, reduce, count, index], members: MEMBERS, ..TypeDefs::NONE })
        .doc("range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement)."),
);

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Range>> {
    match value.cast::<Range>() {
        Some(range) => Ok(range),
        None => Err(cx.type_error("a range is required")),
    }
}

fn big(value: &Value) -> IBig {
    value.as_int().map(|i| i.to_big().into_owned()).unwrap_or(IBig::ZERO)
}

/// Start, step and length as machine numbers, where every item and the one after the last fit.
pub fn small(range: &Obj<Range>) -> Option<(i64, i64, i64)> {
    let start = range.start.word().as_int()?;
    let step = range.step.word().as_int()?;
    let length = range.length.word().as_int()?;
    start.checked_add(step.checked_mul(length)?)?;
    Some((start, step, length))
}

/// Number of items of a progression; `step` is not zero.
fn count_items(start: &IBig, stop: &IBig, step: &IBig) -> IBig {
    let (low, high, step) =
        if step > &IBig::ZERO { (start, stop, step.clone()) } else { (stop, start, -step.clone()) };
    if low >= high {
        return IBig::ZERO;
    }
    let (quotient, _) = (high - low - IBig::ONE).div_rem(&step);
    quotient + IBig::ONE
}

/// A range of exact ints; ValueError for a zero step.
pub fn new_range(cx: &mut Cx, start: Value, stop: Value, step: Value) -> R {
    if let (Some(a), Some(b), Some(s)) = (start.word().as_int(), stop.word().as_int(), step.word().as_int()) {
        let length = match s {
            0 => return Err(cx.value_error("range() arg 3 must not be zero")),
            s if s > 0 && a < b => (i128::from(b) - i128::from(a) - 1) / i128::from(s) + 1,
            s if s < 0 && a > b => (i128::from(a) - i128::from(b) - 1) / -i128::from(s) + 1,
            _ => 0,
        };
        let length = match i64::try_from(length) {
            Ok(n) => cx.int(n),
            Err(_) => cx.int_from_big(IBig::from(length)),
        };
        return Ok(cx.new_object(Range { start, stop, step, length }).into_value());
    }
    let (a, b, s) = (big(&start), big(&stop), big(&step));
    if s == IBig::ZERO {
        return Err(cx.value_error("range() arg 3 must not be zero"));
    }
    let length = cx.int_from_big(count_items(&a, &b, &s));
    Ok(cx.new_object(Range { start, stop, step, length }).into_value())
}

fn new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords(cx, args, "range")?;
    let (start, stop, step) = match args.pos() {
        [stop] => (Value::small_int(0), int::index(cx, stop)?, Value::small_int(1)),
        [start, stop] => (int::index(cx, start)?, int::index(cx, stop)?, Value::small_int(1)),
        [start, stop, step] => (int::index(cx, start)?, int::index(cx, stop)?, int::index(cx, step)?),
        [] => return Err(cx.type_error("range expected at least 1 argument, got 0")),
        more => return Err(cx.type_error(format!("range expected at most 3 arguments, got {}", more.len()))),
    };
    new_range(cx, start, stop, step)
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let range = this(cx, value)?;
    let mut text = TextBuilder::default();
    text.push("range(");
    text.push_repr(cx, &range.start)?;
    text.push(", ");
    text.push_repr(cx, &range.stop)?;
    if range.step.word().as_int() != Some(1) {
        text.push(", ");
        text.push_repr(cx, &range.step)?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

/// What equality and hash look at: length, and start and step as far as they matter.
fn identity_of(cx: &Cx, range: &Obj<Range>) -> [Value; 3] {
    let _ = cx;
    let none = Value::none();
    match range.length.word().as_int() {
        Some(0) => [range.length.clone(), none.clone(), none],
        Some(1) => [range.length.clone(), range.start.clone(), none],
        _ => [range.length.clone(), range.start.clone(), range.step.clone()],
    }
}

fn hash_slot(cx: &mut Cx, value: &Value) -> R<i64> {
    let range = this(cx, value)?;
    let mut hasher = hash::TupleHasher::default();
    for part in identity_of(cx, range) {
        hasher.add(ops::hash(cx, &part)?);
    }
    Ok(hasher.finish())
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Range>(), b.cast::<Range>()) else {
        return Ok(Value::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let (x, y) = (identity_of(cx, x), identity_of(cx, y));
    let equal = x
        .iter()
        .zip(&y)
        .all(|(p, q)| p.is_none() && q.is_none() || !p.is_none() && !q.is_none() && big(p) == big(q));
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn len(cx: &mut Cx, value: &Value) -> R<usize> {
    let range = this(cx, value)?;
    match range.length.as_int().and_then(|i| i.to_i64()) {
        Some(n) => Ok(n as usize),
        None => Err(cx.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// Item `i`, which may lie outside.
fn item(cx: &mut Cx, range: &Obj<Range>, i: &IBig) -> Value {
    let value = big(&range.start) + big(&range.step) * i;
    cx.int_from_big(value)
}

fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let range = this(cx, value)?;
    if let Some(slice) = key.cast::<Slice>() {
        return get_slice(cx, range, slice);
    }
    if key.word().as_int().is_none() && key.ty(cx).slots().index.is_none() {
        let message = format!("range indices must be integers or slices, not {}", key.type_name(cx));
        return Err(cx.type_error(message));
    }
    let key = int::index(cx, key)?;
    if let (Some(i), Some((start, step, length))) = (key.word().as_int(), small(range)) {
        let at = if i < 0 { i + length } else { i };
        return match (0..length).contains(&at) {
            true => Ok(cx.int(start + step * at)),
            false => Err(cx.index_error("range object index out of range")),
        };
    }
    let (mut i, length) = (big(&key), big(&range.length));
    if i < IBig::ZERO {
        i += &length;
    }
    if i < IBig::ZERO || i >= length {
        return Err(cx.index_error("range object index out of range"));
    }
    Ok(item(cx, range, &i))
}

fn get_slice(cx: &mut Cx, range: &Obj<Range>, slice: &Obj<Slice>) -> R {
    // `slice.indices` works with integers of any size.
    let name = cx.intern("indices");
    let bounds = ops::call_method(cx, &slice.to_value(), &name, std::slice::from_ref(&range.length))?;
    let bounds = ops::collect(cx, &bounds)?;
    let [start, stop, step] = bounds.as_slice() else {
        return Err(cx.system_error("slice.indices gave no triple"));
    };
    let (a, b, s) = (big(start), big(stop), big(step));
    let first = item(cx, range, &a);
    let last = item(cx, range, &b);
    let step = cx.int_from_big(big(&range.step) * s);
    new_range(cx, first, last, step)
}

/// The position of an int in the range.
fn find(range: &Obj<Range>, value: &IBig) -> Option<IBig> {
    let (start, stop, step) = (big(&range.start), big(&range.stop), big(&range.step));
    let inside =
        if step > IBig::ZERO { &start <= value && value < &stop } else { &stop < value && value <= &start };
    if !inside {
        return None;
    }
    let distance = value - start;
    let size = if step < IBig::ZERO { -step.clone() } else { step.clone() };
    if IBig::from((&distance).rem_euclid(&size)) != IBig::ZERO {
        return None;
    }
    Some(distance / step)
}

fn is_exact_int(value: &Value) -> bool {
    value.word().is_int() || value.is_instance_exact(&int::INT) || value.as_bool().is_some()
}

fn contains(cx: &mut Cx, value: &Value, item: &Value) -> R<bool> {
    let range = this(cx, value)?;
    if let (Some(i), Some((start, step, length))) = (item.word().as_int(), small(range)) {
        let distance = i128::from(i) - i128::from(start);
        let step = i128::from(step);
        return Ok(distance % step == 0 && (0..i128::from(length)).contains(&(distance / step)));
    }
    if is_exact_int(item) {
        return Ok(find(range, &big(item)).is_some());
    }
    let mut found = false;
    ops::for_each(cx, value, |cx, candidate| {
        found = ops::equal(cx, &candidate, item)?;
        Ok(!found)
    })?;
    Ok(found)
}

/// Return a reverse iterator.
#[native("range.__reversed__($self, /)", no_signature)]
fn reversed(cx: &mut Cx, this: &Obj<Range>) -> R {
    Ok(iterator::reversed(cx, this))
}

#[native("range.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<Range>) -> R {
    let args = cx.tuple_value([this.start.clone(), this.stop.clone(), this.step.clone()]);
    Ok(cx.tuple_value([RANGE.to_value(), args]))
}

/// rangeobject.count(value) -> integer -- return number of occurrences of value
#[native("range.count($self, value, /)", no_signature)]
fn count(cx: &mut Cx, this: &Obj<Range>, value: &Value) -> R<i64> {
    if is_exact_int(value) {
        return Ok(find(this, &big(value)).is_some().into());
    }
    let mut n = 0;
    ops::for_each(cx, &this.to_value(), |cx, candidate| {
        n += i64::from(ops::equal(cx, &candidate, value)?);
        Ok(true)
    })?;
    Ok(n)
}

/// rangeobject.index(value) -> integer -- return index of value.
/// Raise ValueError if the value is not present.
#[native("range.index($self, value, /)", no_signature)]
fn index(cx: &mut Cx, this: &Obj<Range>, value: &Value) -> R {
    if is_exact_int(value) {
        if let Some(i) = find(this, &big(value)) {
            return Ok(cx.int_from_big(i));
        }
        let shown = ops::repr(cx, value)?.to_string_lossy().into_owned();
        return Err(cx.value_error(format!("{shown} is not in range")));
    }
    let (mut i, mut found) = (0, false);
    ops::for_each(cx, &this.to_value(), |cx, candidate| {
        found = ops::equal(cx, &candidate, value)?;
        i += i64::from(!found);
        Ok(!found)
    })?;
    if found { Ok(cx.int(i)) } else { Err(cx.value_error("sequence.index(x): x not in sequence")) }
}

static MEMBERS: &[MemberDef] = &[
    MemberDef { name: "start", doc: None, get: |cx, v| this(cx, v).map(|r| r.start.clone()), set: None },
    MemberDef { name: "stop", doc: None, get: |cx, v| this(cx, v).map(|r| r.stop.clone()), set: None },
    MemberDef { name: "step", doc: None, get: |cx, v| this(cx, v).map(|r| r.step.clone()), set: None },
];

pub fn install(types: &mut Types) {
    types.add([&RANGE, &RANGE_ITERATOR, &LONG_RANGE_ITERATOR]);
}
