//! Iterators over `bytes`.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Bytes, Cx, Handle, Obj, Payload, R, Slots, Type, TypeDefs, Value};

use crate::support::builtin;

/// The payload.
#[derive(Trace)]
pub struct BytesIterator {
    /// `None` once exhausted.
    pub bytes: Option<Handle<Bytes>>,
    pub next: usize,
}

// SAFETY: instances of the type are `Obj<BytesIterator>`; the sequence is traced.
unsafe impl Payload for BytesIterator {
    const TYPE: &'static Obj<Type> = &BYTES_ITERATOR;
}

/// `bytes_iterator`.
pub static BYTES_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<BytesIterator>("bytes_iterator")
        .base(&OBJECT)
        .with_slots(Slots { iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![length_hint, reduce, setstate], ..TypeDefs::NONE }),
);

pub fn new(cx: &mut Cx, bytes: &Obj<Bytes>) -> Value {
    cx.new_object(BytesIterator { bytes: Some(bytes.to_handle()), next: 0 }).into_value()
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast_exact::<BytesIterator>() else { return Ok(None) };
    let state = iterator.get(cx);
    let Some(bytes) = &state.bytes else { return Ok(None) };
    match bytes.as_slice().get(state.next).copied() {
        Some(b) => {
            iterator.get_mut(cx).next += 1;
            Ok(Some(Value::small_int(b.into())))
        }
        None => {
            let done = iterator.get_mut(cx).bytes.take();
            drop(done);
            Ok(None)
        }
    }
}

/// Private method returning an estimate of len(list(it)).
#[native("bytes_iterator.__length_hint__($self, /)")]
fn length_hint(cx: &mut Cx, this: &Obj<BytesIterator>) -> R<usize> {
    let state = this.get(cx);
    Ok(state.bytes.as_ref().map_or(0, |bytes| bytes.as_slice().len().saturating_sub(state.next)))
}

/// Return state information for pickling.
#[native("bytes_iterator.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Obj<BytesIterator>) -> R {
    let iter = builtin(cx, "iter")?;
    let state = this.get(cx);
    let next = state.next;
    match state.bytes.clone() {
        Some(bytes) => {
            let args = cx.tuple_value([bytes.into_value()]);
            let next = cx.int(next as i64);
            Ok(cx.tuple_value([iter, args, next]))
        }
        None => {
            let empty = cx.tuple_value([]);
            let args = cx.tuple_value([empty]);
            Ok(cx.tuple_value([iter, args]))
        }
    }
}

/// Set state information for unpickling.
#[native("bytes_iterator.__setstate__($self, state, /)")]
fn setstate(cx: &mut Cx, this: &Obj<BytesIterator>, state: i64) -> R<()> {
    let len = this.get(cx).bytes.as_ref().map_or(0, |bytes| bytes.as_slice().len());
    this.get_mut(cx).next = state.clamp(0, len as i64) as usize;
    Ok(())
}
