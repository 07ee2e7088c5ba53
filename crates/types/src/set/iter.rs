//! The iterator over sets.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::OBJECT;
use taipan_object::{Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags};

use super::{as_set, len, receiver};
use crate::support::reduce_iterator;

/// The payload. It lets go of the set at the end.
#[derive(Trace)]
pub struct SetIterator {
    set: Option<Value>,
    position: usize,
    /// Length at the start; another one means the set changed.
    expected: usize,
    /// Elements to come.
    left: usize,
}

// SAFETY: instances of the type are `Obj` of this payload, and there are no subtypes.
unsafe impl Payload for SetIterator {
    const TYPE: &'static Obj<Type> = &SET_ITERATOR;
}

static DEFS: TypeDefs = TypeDefs { methods: natives![__length_hint__, __reduce__], ..TypeDefs::NONE };

/// `set_iterator`.
pub static SET_ITERATOR: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<SetIterator>("set_iterator")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::EMPTY })
        .defs(&DEFS),
);

pub(crate) fn iter(cx: &mut Cx, this: &Value) -> R {
    let set = receiver(cx, this)?;
    let n = len(cx, set);
    Ok(cx.new_object(SetIterator { set: Some(this.clone()), position: 0, expected: n, left: n }).into_value())
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(this) = this.cast_exact::<SetIterator>() else { return Ok(None) };
    let state = this.get(cx);
    let Some(owner) = state.set.clone() else { return Ok(None) };
    let (mut position, expected) = (state.position, state.expected);
    let Some(set) = as_set(&owner) else { return Ok(None) };
    if len(cx, set) != expected {
        // Sticky: every further call raises too.
        this.get_mut(cx).expected = usize::MAX;
        return Err(cx.runtime_error("Set changed size during iteration"));
    }
    let found = set.get(cx).next(&mut position).map(|(key, _)| key.clone());
    let state = this.get_mut(cx);
    state.position = position;
    state.left = state.left.saturating_sub(1);
    if found.is_none() {
        let ended = state.set.take();
        drop(ended);
    }
    Ok(found)
}

/// Private method returning an estimate of len(list(it)).
#[native("set_iterator.__length_hint__($self, /)")]
fn __length_hint__(cx: &mut Cx, this: &Obj<SetIterator>) -> usize {
    let state = this.get(cx);
    let same = state.set.as_ref().and_then(as_set).is_some_and(|s| len(cx, s) == state.expected);
    if same { state.left } else { 0 }
}

/// Return state information for pickling.
#[native("set_iterator.__reduce__($self, /)")]
fn __reduce__(cx: &mut Cx, this: &Obj<SetIterator>) -> R {
    let state = this.get(cx);
    let mut items = Vec::new();
    if let Some(set) = state.set.as_ref().and_then(as_set) {
        let mut position = state.position;
        while let Some((key, _)) = set.get(cx).next(&mut position) {
            items.push(key.clone());
        }
    }
    reduce_iterator(cx, items)
}
