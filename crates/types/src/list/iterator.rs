//! Iterators over lists, forward and backward.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Handle, Obj, Payload, R, Slots, Type, TypeDefs, Value};

use super::List;
use crate::support::builtin;

/// The payload of a list iterator.
#[derive(Trace)]
pub struct ListIterator {
    /// `None` once exhausted: a list that grows later gives no more items.
    pub list: Option<Handle<List>>,
    pub next: usize,
}

// SAFETY: instances of the type are `Obj<ListIterator>`; the list is traced.
unsafe impl Payload for ListIterator {
    const TYPE: &'static Obj<Type> = &LIST_ITERATOR;
}

/// The payload of a reverse iterator.
#[derive(Trace)]
pub struct ReverseIterator {
    pub list: Option<Handle<List>>,
    /// One more than the next position.
    pub left: usize,
}

// SAFETY: instances of the type are `Obj<ReverseIterator>`; the list is traced.
unsafe impl Payload for ReverseIterator {
    const TYPE: &'static Obj<Type> = &LIST_REVERSE_ITERATOR;
}

/// `list_iterator`.
pub static LIST_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ListIterator>("list_iterator")
        .base(&OBJECT)
        .with_slots(Slots { iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![length_hint, reduce, setstate], ..TypeDefs::NONE }),
);

/// `list_reverseiterator`.
pub static LIST_REVERSE_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ReverseIterator>("list_reverseiterator")
        .base(&OBJECT)
        .with_slots(Slots {
            iter: Some(|_, this| Ok(this.clone())),
            next: Some(reverse_next),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![reverse_length_hint, reverse_reduce, reverse_setstate],
            ..TypeDefs::NONE
        }),
);

pub fn iter(cx: &mut Cx, value: &Value) -> R {
    match value.cast::<List>() {
        Some(list) => Ok(cx.new_object(ListIterator { list: Some(list.to_handle()), next: 0 }).into_value()),
        None => Err(cx.type_error("a list is required")),
    }
}

pub fn new_reverse(cx: &mut Cx, list: &Obj<List>) -> Value {
    let left = list.get(cx).items.len();
    cx.new_object(ReverseIterator { list: Some(list.to_handle()), left }).into_value()
}

/// The next item of a list iterator.
#[inline]
pub fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast_exact::<ListIterator>() else { return Ok(None) };
    let state = iterator.get(cx);
    let Some(list) = &state.list else { return Ok(None) };
    match list.get(cx).items.get(state.next).cloned() {
        Some(item) => {
            iterator.get_mut(cx).next += 1;
            Ok(Some(item))
        }
        None => {
            let done = iterator.get_mut(cx).list.take();
            drop(done);
            Ok(None)
        }
    }
}

fn reverse_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast_exact::<ReverseIterator>() else { return Ok(None) };
    let state = iterator.get(cx);
    let Some(list) = &state.list else { return Ok(None) };
    match state.left.checked_sub(1).and_then(|i| list.get(cx).items.get(i).cloned()) {
        Some(item) => {
            iterator.get_mut(cx).left -= 1;
            Ok(Some(item))
        }
        None => {
            let done = iterator.get_mut(cx).list.take();
            drop(done);
            Ok(None)
        }
    }
}

/// Private method returning an estimate of len(list(it)).
#[native("list_iterator.__length_hint__($self, /)")]
fn length_hint(cx: &mut Cx, this: &Obj<ListIterator>) -> R<usize> {
    let state = this.get(cx);
    Ok(state.list.as_ref().map_or(0, |l| l.get(cx).items.len().saturating_sub(state.next)))
}

fn empty_state(cx: &mut Cx, function: Value) -> R {
    let empty = super::new_list(cx, Vec::new()).into_value();
    let args = cx.tuple_value([empty]);
    Ok(cx.tuple_value([function, args]))
}

/// Return state information for pickling.
#[native("list_iterator.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<ListIterator>) -> R {
    let function = builtin(cx, "iter")?;
    let state = this.get(cx);
    let Some(list) = &state.list else { return empty_state(cx, function) };
    let (list, next) = (list.to_value(), cx.int(state.next as i64));
    let args = cx.tuple_value([list]);
    Ok(cx.tuple_value([function, args, next]))
}

/// Set state information for unpickling.
#[native("list_iterator.__setstate__($self, state, /)", no_signature)]
fn setstate(cx: &mut Cx, this: &Obj<ListIterator>, state: i64) -> R<()> {
    let payload = this.get(cx);
    let len = payload.list.as_ref().map_or(0, |l| l.get(cx).items.len());
    this.get_mut(cx).next = state.clamp(0, len as i64) as usize;
    Ok(())
}

/// Private method returning an estimate of len(list(it)).
#[native("list_reverseiterator.__length_hint__($self, /)")]
fn reverse_length_hint(cx: &mut Cx, this: &Obj<ReverseIterator>) -> R<usize> {
    let state = this.get(cx);
    let len = state.list.as_ref().map_or(0, |l| l.get(cx).items.len());
    Ok(if len < state.left { 0 } else { state.left })
}

/// Return state information for pickling.
#[native("list_reverseiterator.__reduce__($self, /)", no_signature)]
fn reverse_reduce(cx: &mut Cx, this: &Obj<ReverseIterator>) -> R {
    let function = builtin(cx, "reversed")?;
    let state = this.get(cx);
    let Some(list) = state.list.clone() else { return empty_state(cx, function) };
    let next = cx.int(state.left as i64 - 1);
    let args = cx.tuple_value([list.into_value()]);
    Ok(cx.tuple_value([function, args, next]))
}

/// Set state information for unpickling.
#[native("list_reverseiterator.__setstate__($self, state, /)", no_signature)]
fn reverse_setstate(cx: &mut Cx, this: &Obj<ReverseIterator>, state: i64) -> R<()> {
    let payload = this.get(cx);
    let len = payload.list.as_ref().map_or(0, |l| l.get(cx).items.len());
    this.get_mut(cx).left = (state.clamp(-1, len as i64 - 1) + 1) as usize;
    Ok(())
}
