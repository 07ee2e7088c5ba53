//! The iterator over arrays.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags};
use taipan_types::support::builtin;

use super::{Array, get_item};

/// The payload. It lets go of the array at the end.
#[derive(Trace)]
pub struct ArrayIterator {
    array: Option<Value>,
    #[trace(skip)]
    next: usize,
}

// SAFETY: instances of the type are `Obj<ArrayIterator>`; the array is traced.
unsafe impl Payload for ArrayIterator {
    const TYPE: &'static Obj<Type> = &ARRAY_ITERATOR;
}

pub static ARRAY_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ArrayIterator>("array.arrayiterator")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![reduce, setstate], ..TypeDefs::NONE }),
);

pub fn iter(cx: &mut Cx, array: &Value) -> R {
    Ok(cx.new_object(ArrayIterator { array: Some(array.clone()), next: 0 }).into_value())
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast_exact::<ArrayIterator>() else { return Ok(None) };
    let state = iterator.get(cx);
    let (Some(array), at) = (state.array.clone(), state.next) else { return Ok(None) };
    let item = match array.cast::<Array>() {
        Some(array) => get_item(cx, array, at)?,
        None => None,
    };
    let state = iterator.get_mut(cx);
    match &item {
        Some(_) => state.next += 1,
        None => drop(state.array.take()),
    }
    Ok(item)
}

/// Return state information for pickling.
#[native("arrayiterator.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Obj<ArrayIterator>) -> R {
    let iter = builtin(cx, "iter")?;
    let state = this.get(cx);
    let (array, next) = (state.array.clone(), state.next);
    let Some(array) = array else {
        let empty = cx.tuple_value([]);
        let args = cx.tuple_value([empty]);
        return Ok(cx.tuple_value([iter, args]));
    };
    let (args, next) = (cx.tuple_value([array]), cx.int(next as i64));
    Ok(cx.tuple_value([iter, args, next]))
}

/// Set state information for unpickling.
#[native("arrayiterator.__setstate__($self, state, /)")]
fn setstate(cx: &mut Cx, this: &Obj<ArrayIterator>, state: i64) -> R<()> {
    let array = this.get(cx).array.clone();
    let len = array.as_ref().and_then(Value::cast::<Array>).map_or(0, |a| a.get(cx).len());
    this.get_mut(cx).next = state.clamp(0, len as i64) as usize;
    Ok(())
}
