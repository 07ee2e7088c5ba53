//! `slice`, and what sequences do with one.

use std::cmp::Ordering;

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, Frozen, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, int, ops,
};

use crate::Types;
use crate::support::TextBuilder;

/// The payload: three values, None where nothing was given.
#[derive(Trace)]
pub struct Slice {
    pub start: Value,
    pub stop: Value,
    pub step: Value,
}

impl Frozen for Slice {}

// SAFETY: instances of the type are `Obj<Slice>`; all values are traced.
unsafe impl Payload for Slice {
    const TYPE: &'static Obj<Type> = &SLICE;
}

/// `slice`.
pub static SLICE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Slice>("slice")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(new), repr: Some(repr), hash: Some(hash), compare: Some(compare), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![indices, reduce], members: MEMBERS, ..TypeDefs::NONE })
        .doc("slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended slicing (e.g. a[0:10:2])."),
);

/// A slice object.
pub fn new_slice(cx: &Cx, start: Value, stop: Value, step: Value) -> Value {
    cx.new_object(Slice { start, stop, step }).into_value()
}

/// A slice applied to a sequence of some length: `count` items from `start` by `step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
    pub count: usize,
}

impl Span {
    /// The positions in order.
    pub fn positions(self) -> impl ExactSizeIterator<Item = usize> {
        (0..self.count).map(move |i| (self.start + i as i64 * self.step) as usize)
    }

    /// Clips start and stop to a sequence of length `len`.
    pub fn new(start: Option<i64>, stop: Option<i64>, step: i64, len: usize) -> Span {
        let len = len as i64;
        let clip = |at: Option<i64>, default: i64| match at {
            None => default,
            Some(at) => {
                let at = if at < 0 { at.saturating_add(len) } else { at };
                if step < 0 { at.clamp(-1, len - 1) } else { at.clamp(0, len) }
            }
        };
        let (first, last) = if step < 0 { (len - 1, -1) } else { (0, len) };
        let (start, stop) = (clip(start, first), clip(stop, last));
        let count = match step {
            s if s < 0 && stop < start => {
                (start - stop - 1) / s.unsigned_abs().min(i64::MAX as u64) as i64 + 1
            }
            s if s > 0 && start < stop => (stop - start - 1) / s + 1,
            _ => 0,
        };
        Span { start, stop, step, count: count as usize }
    }
}

fn index(cx: &mut Cx, value: &Value) -> R<Option<i64>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.word().is_int() {
        return Ok(value.word().as_int());
    }
    if value.ty(cx).slots().index.is_none() {
        return Err(cx.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    int::index_clamped(cx, value).map(Some)
}

impl Slice {
    /// Start, stop and step as numbers; ValueError for a zero step. May run `__index__`.
    pub fn unpack(this: &Obj<Slice>, cx: &mut Cx) -> R<(Option<i64>, Option<i64>, i64)> {
        let step = index(cx, &this.step)?.unwrap_or(1);
        if step == 0 {
            return Err(cx.value_error("slice step cannot be zero"));
        }
        // The most negative step could not be negated.
        let step = step.max(-i64::MAX);
        Ok((index(cx, &this.start)?, index(cx, &this.stop)?, step))
    }
}

/// What a slice object selects from a sequence of length `len`. `len` is asked after the indices, which may run code.
pub fn span(cx: &mut Cx, slice: &Obj<Slice>, len: impl FnOnce(&Cx) -> usize) -> R<Span> {
    let (start, stop, step) = Slice::unpack(slice, cx)?;
    Ok(Span::new(start, stop, step, len(cx)))
}

fn new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    crate::support::no_keywords(cx, args, "slice")?;
    let none = Value::none();
    match args.pos() {
        [stop] => Ok(new_slice(cx, none, stop.clone(), Value::none())),
        [start, stop] => Ok(new_slice(cx, start.clone(), stop.clone(), none)),
        [start, stop, step] => Ok(new_slice(cx, start.clone(), stop.clone(), step.clone())),
        [] => Err(cx.type_error("slice expected at least 1 argument, got 0")),
        more => Err(cx.type_error(format!("slice expected at most 3 arguments, got {}", more.len()))),
    }
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Slice>> {
    match value.cast::<Slice>() {
        Some(slice) => Ok(slice),
        None => Err(cx.type_error("a slice is required")),
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let slice = this(cx, value)?;
    let mut text = TextBuilder::default();
    text.push("slice(");
    text.push_repr(cx, &slice.start)?;
    text.push(", ");
    text.push_repr(cx, &slice.stop)?;
    text.push(", ");
    text.push_repr(cx, &slice.step)?;
    text.push(")");
    Ok(text.finish(cx).into_value())
}

fn as_tuple(cx: &Cx, slice: &Obj<Slice>) -> Value {
    cx.tuple_value([slice.start.clone(), slice.stop.clone(), slice.step.clone()])
}

fn hash(cx: &mut Cx, value: &Value) -> R<i64> {
    let slice = this(cx, value)?;
    let tuple = as_tuple(cx, slice);
    ops::hash(cx, &tuple)
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Slice>(), b.cast::<Slice>()) else {
        return Ok(Value::not_implemented());
    };
    if a.is(b) {
        return Ok(Value::bool(op.holds(Ordering::Equal)));
    }
    let (x, y) = (as_tuple(cx, x), as_tuple(cx, y));
    ops::compare(cx, &x, &y, op)
}

/// S.indices(len) -> (start, stop, stride)
///
/// Assuming a sequence of length len, calculate the start and stop
/// indices, and the stride length of the extended slice described by
/// S. Out of bounds indices are clipped in a manner consistent with the
/// handling of normal slices.
#[native("slice.indices($self, len, /)", no_signature)]
fn indices(cx: &mut Cx, this: &Obj<Slice>, len: &Value) -> R {
    let len = int::index(cx, len)?;
    let Some(length) = len.as_int() else { return Err(cx.type_error("an integer is required")) };
    if length.is_negative() {
        return Err(cx.value_error("length should not be negative"));
    }
    let length = length.to_big().into_owned();
    let zero = dashu_int::IBig::ZERO;
    let one = dashu_int::IBig::ONE;
    let number = |cx: &mut Cx, value: &Value| -> R<Option<dashu_int::IBig>> {
        if value.is_none() {
            return Ok(None);
        }
        if value.ty(cx).slots().index.is_none() {
            return Err(cx.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        let int = int::index(cx, value)?;
        Ok(int.as_int().map(|i| i.to_big().into_owned()))
    };
    let step = number(cx, &this.step)?.unwrap_or(one.clone());
    if step == zero {
        return Err(cx.value_error("slice step cannot be zero"));
    }
    let negative = step < zero;
    let (lower, upper) =
        if negative { (-one.clone(), &length - &one) } else { (zero.clone(), length.clone()) };
    let clip = |at: dashu_int::IBig| {
        let at = if at < zero { at + &length } else { at };
        at.clamp(lower.clone(), upper.clone().max(lower.clone()))
    };
    let start = match number(cx, &this.start)? {
        Some(at) => clip(at),
        None if negative => upper.clone(),
        None => lower.clone(),
    };
    let stop = match number(cx, &this.stop)? {
        Some(at) => clip(at),
        None if negative => lower.clone(),
        None => upper.clone(),
    };
    let (start, stop, step) = (cx.int_from_big(start), cx.int_from_big(stop), cx.int_from_big(step));
    Ok(cx.tuple_value([start, stop, step]))
}

/// Return state information for pickling.
#[native("slice.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<Slice>) -> R {
    let args = as_tuple(cx, this);
    Ok(cx.tuple_value([SLICE.to_value(), args]))
}

static MEMBERS: &[MemberDef] = &[
    MemberDef { name: "start", doc: None, get: |cx, v| this(cx, v).map(|s| s.start.clone()), set: None },
    MemberDef { name: "stop", doc: None, get: |cx, v| this(cx, v).map(|s| s.stop.clone()), set: None },
    MemberDef { name: "step", doc: None, get: |cx, v| this(cx, v).map(|s| s.step.clone()), set: None },
];

pub fn install(types: &mut Types) {
    types.add([&SLICE]);
}
