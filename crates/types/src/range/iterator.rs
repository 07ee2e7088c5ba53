//! Iterators over ranges: machine numbers, or integers of any size.

use dashu_int::IBig;
use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, plain_data};

use super::{Range, big, new_range, small};
use crate::support::builtin;

/// The payload of the iterator over machine numbers.
pub struct RangeIterator {
    pub next: i64,
    pub step: i64,
    /// Items left.
    pub left: i64,
}
plain_data!(RangeIterator);

// SAFETY: instances of the type are `Obj<RangeIterator>`.
unsafe impl Payload for RangeIterator {
    const TYPE: &'static Obj<Type> = &RANGE_ITERATOR;
}

/// The payload of the iterator over large integers.
#[derive(Trace)]
pub struct LongRangeIterator {
    next: Value,
    step: Value,
    left: Value,
}

// SAFETY: instances of the type are `Obj<LongRangeIterator>`; all values are traced.
unsafe impl Payload for LongRangeIterator {
    const TYPE: &'static Obj<Type> = &LONG_RANGE_ITERATOR;
}

/// `range_iterator`.
pub static RANGE_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<RangeIterator>("range_iterator")
        .base(&OBJECT)
        .with_slots(Slots { iter: Some(|_, v| Ok(v.clone())), next: Some(next), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![length_hint, reduce, setstate], ..TypeDefs::NONE }),
);

/// `longrange_iterator`.
pub static LONG_RANGE_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<LongRangeIterator>("longrange_iterator")
        .base(&OBJECT)
        .with_slots(Slots { iter: Some(|_, v| Ok(v.clone())), next: Some(long_next), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![long_length_hint, long_reduce, long_setstate],
            ..TypeDefs::NONE
        }),
);

pub fn iter(cx: &mut Cx, value: &Value) -> R {
    let Some(range) = value.cast::<Range>() else { return Err(cx.type_error("a range is required")) };
    Ok(match small(range) {
        Some((next, step, left)) => cx.new_object(RangeIterator { next, step, left }).into_value(),
        None => {
            let payload = LongRangeIterator {
                next: range.start.clone(),
                step: range.step.clone(),
                left: range.length.clone(),
            };
            cx.new_object(payload).into_value()
        }
    })
}

pub fn reversed(cx: &mut Cx, range: &Obj<Range>) -> Value {
    if let Some((start, step, left)) = small(range)
        && let Some(back) = step.checked_neg()
    {
        let next = start + step * (left - 1);
        return cx.new_object(RangeIterator { next, step: back, left }).into_value();
    }
    let (start, step, left) = (big(&range.start), big(&range.step), big(&range.length));
    let next = cx.int_from_big(start + &step * (left - IBig::ONE));
    let step = cx.int_from_big(-step);
    cx.new_object(LongRangeIterator { next, step, left: range.length.clone() }).into_value()
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast_exact::<RangeIterator>() else { return Ok(None) };
    let state = iterator.get_mut(cx);
    if state.left <= 0 {
        return Ok(None);
    }
    let value = state.next;
    state.left -= 1;
    state.next = value.wrapping_add(state.step);
    Ok(Some(cx.int(value)))
}

fn long_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast_exact::<LongRangeIterator>() else { return Ok(None) };
    let state = iterator.get(cx);
    let left = big(&state.left);
    if left <= IBig::ZERO {
        return Ok(None);
    }
    let value = state.next.clone();
    let following = cx.int_from_big(big(&value) + big(&state.step));
    let left = cx.int_from_big(left - IBig::ONE);
    let state = iterator.get_mut(cx);
    let old = (std::mem::replace(&mut state.next, following), std::mem::replace(&mut state.left, left));
    drop(old);
    Ok(Some(value))
}

/// Private method returning an estimate of len(list(it)).
#[native("range_iterator.__length_hint__($self, /)")]
fn length_hint(cx: &mut Cx, this: &Obj<RangeIterator>) -> R<i64> {
    Ok(this.get(cx).left.max(0))
}

fn reduced(cx: &mut Cx, next: Value, step: Value, left: IBig) -> R {
    let stop = cx.int_from_big(big(&next) + big(&step) * left);
    let range = new_range(cx, next, stop, step)?;
    let iter = builtin(cx, "iter")?;
    let args = cx.tuple_value([range]);
    Ok(cx.tuple_value([iter, args, Value::none()]))
}

/// Return state information for pickling.
#[native("range_iterator.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<RangeIterator>) -> R {
    let state = this.get(cx);
    let (next, step, left) = (cx.int(state.next), cx.int(state.step), IBig::from(state.left.max(0)));
    reduced(cx, next, step, left)
}

/// Set state information for unpickling.
#[native("range_iterator.__setstate__($self, state, /)", no_signature)]
fn setstate(cx: &mut Cx, this: &Obj<RangeIterator>, state: i64) -> R<()> {
    let payload = this.get_mut(cx);
    let skip = state.clamp(0, payload.left.max(0));
    payload.next = payload.next.wrapping_add(payload.step.wrapping_mul(skip));
    payload.left -= skip;
    Ok(())
}

/// Private method returning an estimate of len(list(it)).
#[native("longrange_iterator.__length_hint__($self, /)")]
fn long_length_hint(cx: &mut Cx, this: &Obj<LongRangeIterator>) -> R {
    Ok(this.get(cx).left.clone())
}

/// Return state information for pickling.
#[native("longrange_iterator.__reduce__($self, /)", no_signature)]
fn long_reduce(cx: &mut Cx, this: &Obj<LongRangeIterator>) -> R {
    let state = this.get(cx);
    let (next, step, left) = (state.next.clone(), state.step.clone(), big(&state.left));
    reduced(cx, next, step, left)
}

/// Set state information for unpickling.
#[native("longrange_iterator.__setstate__($self, state, /)", no_signature)]
fn long_setstate(cx: &mut Cx, this: &Obj<LongRangeIterator>, state: &Value) -> R<()> {
    if state.as_int().is_none() {
        let message = format!("state must be an int, not {}", state.type_name(cx));
        return Err(cx.type_error(message));
    }
    let payload = this.get(cx);
    let (next, step, left) = (big(&payload.next), big(&payload.step), big(&payload.left));
    let skip = big(state).clamp(IBig::ZERO, left.clone());
    let next = cx.int_from_big(next + step * &skip);
    let left = cx.int_from_big(left - skip);
    let payload = this.get_mut(cx);
    let old = (std::mem::replace(&mut payload.next, next), std::mem::replace(&mut payload.left, left));
    drop(old);
    Ok(())
}
