//! `list`: plain words in a growing array.
//!
//! While a list is sorted its items are out of it, so that comparisons see an empty list, as CPython's.

pub mod iterator;
pub mod methods;
mod sort;

pub use methods::sort_list;

use taipan_macros::Trace;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Handle, Obj, Payload, R, Tuple, Type, Value, flags, ops};

use crate::Types;

/// The payload of a list.
#[derive(Trace, Default)]
pub struct List {
    pub items: Vec<Value>,
}

// SAFETY: instances of the type and of its subtypes begin with `Obj<List>`; all items are traced.
unsafe impl Payload for List {
    const FAMILY: u64 = flags::LIST;
    const TYPE: &'static Obj<Type> = &LIST;
}

/// `list`.
pub static LIST: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<List>("list")
        .base(&OBJECT)
        .flags(flags::BASE | flags::LIST | flags::MATCH_SELF | flags::SEQUENCE)
        .with_slots(methods::SLOTS)
        .defs(&methods::DEFS)
        .doc("list(iterable=(), /)\n--\n\nBuilt-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified."),
);

/// A list of owned items.
#[inline]
pub fn new_list(cx: &Cx, items: Vec<Value>) -> Handle<List> {
    cx.new_object(List { items })
}

/// Appends an item; grows by the vector's rule. MemoryError is left to the allocation limit at the next safepoint.
#[inline]
pub fn push(cx: &mut Cx, list: &Obj<List>, item: Value) {
    list.get_mut(cx).items.push(item);
}

/// Appends all items of an iterable (`list.extend`).
pub fn extend(cx: &mut Cx, list: &Obj<List>, iterable: &Value) -> R<()> {
    if let Some(other) = iterable.cast_exact::<List>() {
        let items = other.get(cx).items.clone();
        return append_all(cx, list, items);
    }
    if let Some(other) = iterable.cast_exact::<Tuple>() {
        return append_all(cx, list, other.items().to_vec());
    }
    let iterator = ops::iter(cx, iterable)?;
    let hint = ops::length_hint(cx, iterable)?;
    let items = &mut list.get_mut(cx).items;
    // A hint that no list could hold says nothing.
    let possible = items.len().checked_add(hint).is_some_and(|n| n <= isize::MAX as usize);
    if possible && items.try_reserve(hint).is_err() {
        return Err(cx.memory_error());
    }
    while let Some(item) = ops::next(cx, &iterator)? {
        let items = &mut list.get_mut(cx).items;
        if items.try_reserve(1).is_err() {
            return Err(cx.memory_error());
        }
        items.push(item);
    }
    Ok(())
}

fn append_all(cx: &mut Cx, list: &Obj<List>, more: Vec<Value>) -> R<()> {
    let items = &mut list.get_mut(cx).items;
    if items.try_reserve(more.len()).is_err() {
        return Err(cx.memory_error());
    }
    items.extend(more);
    Ok(())
}

pub fn install(types: &mut Types) {
    types.add([&LIST, &iterator::LIST_ITERATOR, &iterator::LIST_REVERSE_ITERATOR]);
}
