//! Iterators over dictionaries, forwards and backwards, over keys, values and items.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::{Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags};

use super::receiver;
use crate::support::reduce_iterator;

/// What an iterator or view gives of each entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Keys,
    Values,
    Items,
}

/// The state of an iterator. It lets go of the dictionary at the end.
#[derive(Trace)]
pub struct Walk {
    dict: Option<Value>,
    /// Forwards: the next position. Backwards: one past the next.
    position: usize,
    /// Length at the start; another one means the dictionary changed.
    expected: usize,
    /// Entries to come.
    left: usize,
}

/// A walk's payload in a type of its own.
macro_rules! iterator {
    ($payload:ident, $constant:ident, $name:literal, $kind:expr, $backwards:literal) => {
        /// Payload of the iterator.
        #[derive(Trace)]
        pub struct $payload(Walk);

        // SAFETY: instances of the type are `Obj` of this payload, and there are no subtypes.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$constant;
        }

        #[doc = concat!("`", $name, "`.")]
        pub static $constant: Obj<Type> = Obj::new_static_type(
            &taipan_object::ty::TYPE,
            Type::builtin::<$payload>($name)
                .base(&taipan_object::ty::OBJECT)
                .flags(flags::DISALLOW_INSTANTIATION)
                .with_slots(Slots {
                    iter: Some(|_, this| Ok(this.clone())),
                    next: Some(|cx, this| match this.cast_exact::<$payload>() {
                        Some(walk) => next(cx, walk, |w| &mut w.0, $kind, $backwards),
                        None => Ok(None),
                    }),
                    ..Slots::EMPTY
                })
                .defs(&DEFS),
        );
    };
}

iterator!(KeyIterator, DICT_KEY_ITERATOR, "dict_keyiterator", Kind::Keys, false);
iterator!(ValueIterator, DICT_VALUE_ITERATOR, "dict_valueiterator", Kind::Values, false);
iterator!(ItemIterator, DICT_ITEM_ITERATOR, "dict_itemiterator", Kind::Items, false);
iterator!(ReverseKeyIterator, DICT_REVERSE_KEY_ITERATOR, "dict_reversekeyiterator", Kind::Keys, true);
iterator!(ReverseValueIterator, DICT_REVERSE_VALUE_ITERATOR, "dict_reversevalueiterator", Kind::Values, true);
iterator!(ReverseItemIterator, DICT_REVERSE_ITEM_ITERATOR, "dict_reverseitemiterator", Kind::Items, true);

static DEFS: TypeDefs = TypeDefs { methods: natives![__length_hint__, __reduce__], ..TypeDefs::NONE };

/// What an entry gives.
pub(crate) fn item_of(cx: &Cx, kind: Kind, key: Value, value: Value) -> Value {
    match kind {
        Kind::Keys => key,
        Kind::Values => value,
        Kind::Items => cx.tuple_value([key, value]),
    }
}

#[inline(always)]
fn next<T: Payload>(
    cx: &mut Cx,
    this: &Obj<T>,
    walk: fn(&mut T) -> &mut Walk,
    kind: Kind,
    backwards: bool,
) -> R<Option<Value>> {
    Ok(step(cx, this, walk, backwards)?.map(|(key, value)| item_of(cx, kind, key, value)))
}

/// The next key and value of an iterator over items.
pub fn item_pair(cx: &mut Cx, this: &Obj<ItemIterator>) -> R<Option<(Value, Value)>> {
    step(cx, this, |w| &mut w.0, false)
}

#[inline(always)]
fn step<T: Payload>(
    cx: &mut Cx,
    this: &Obj<T>,
    walk: fn(&mut T) -> &mut Walk,
    backwards: bool,
) -> R<Option<(Value, Value)>> {
    let state = walk(this.get_mut(cx));
    let Some(owner) = state.dict.clone() else { return Ok(None) };
    let (mut position, expected, left) = (state.position, state.expected, state.left);
    let Some(dict) = owner.as_dict() else { return Ok(None) };
    if dict::len(cx, dict) != expected {
        // Sticky: every further call raises too.
        walk(this.get_mut(cx)).expected = usize::MAX;
        return Err(cx.runtime_error("dictionary changed size during iteration"));
    }
    let found = if backwards {
        dict::entry_before(cx, dict, &mut position)
    } else {
        dict::entry_at(cx, dict, &mut position)
    };
    let Some((key, value)) = found else {
        let ended = walk(this.get_mut(cx)).dict.take();
        drop(ended);
        return Ok(None);
    };
    if left == 0 {
        let ended = walk(this.get_mut(cx)).dict.take();
        drop(ended);
        return Err(cx.runtime_error("dictionary keys changed during iteration"));
    }
    let found = (key.clone(), value.clone());
    let state = walk(this.get_mut(cx));
    state.position = position;
    state.left = left - 1;
    Ok(Some(found))
}

fn start(cx: &Cx, dict: &Value, backwards: bool) -> Option<Walk> {
    let d: &Obj<Dict> = dict.as_dict()?;
    let len = dict::len(cx, d);
    let position = if backwards { dict::extent(cx, d) } else { 0 };
    Some(Walk { dict: Some(dict.clone()), position, expected: len, left: len })
}

/// An iterator over a dictionary.
pub fn forwards(cx: &mut Cx, dict: &Value, kind: Kind) -> R {
    receiver(cx, dict)?;
    Ok(match (start(cx, dict, false), kind) {
        (None, _) => Value::none(),
        (Some(walk), Kind::Keys) => cx.new_object(KeyIterator(walk)).into_value(),
        (Some(walk), Kind::Values) => cx.new_object(ValueIterator(walk)).into_value(),
        (Some(walk), Kind::Items) => cx.new_object(ItemIterator(walk)).into_value(),
    })
}

/// A reverse iterator over a dictionary.
pub fn reversed(cx: &mut Cx, dict: &Value, kind: Kind) -> R {
    receiver(cx, dict)?;
    Ok(match (start(cx, dict, true), kind) {
        (None, _) => Value::none(),
        (Some(walk), Kind::Keys) => cx.new_object(ReverseKeyIterator(walk)).into_value(),
        (Some(walk), Kind::Values) => cx.new_object(ReverseValueIterator(walk)).into_value(),
        (Some(walk), Kind::Items) => cx.new_object(ReverseItemIterator(walk)).into_value(),
    })
}

/// `iter(dict)`.
pub fn keys_of(cx: &mut Cx, this: &Value) -> R {
    forwards(cx, this, Kind::Keys)
}

/// The walk of any of the iterators: kind and direction too.
fn walk_of<'a>(cx: &'a Cx, this: &'a Value) -> Option<(&'a Walk, Kind, bool)> {
    if let Some(i) = this.cast_exact::<KeyIterator>() {
        return Some((&i.get(cx).0, Kind::Keys, false));
    }
    if let Some(i) = this.cast_exact::<ValueIterator>() {
        return Some((&i.get(cx).0, Kind::Values, false));
    }
    if let Some(i) = this.cast_exact::<ItemIterator>() {
        return Some((&i.get(cx).0, Kind::Items, false));
    }
    if let Some(i) = this.cast_exact::<ReverseKeyIterator>() {
        return Some((&i.get(cx).0, Kind::Keys, true));
    }
    if let Some(i) = this.cast_exact::<ReverseValueIterator>() {
        return Some((&i.get(cx).0, Kind::Values, true));
    }
    this.cast_exact::<ReverseItemIterator>().map(|i| (&i.get(cx).0, Kind::Items, true))
}

/// Private method returning an estimate of len(list(it)).
#[native("dict_keyiterator.__length_hint__($self, /)")]
fn __length_hint__(cx: &mut Cx, this: &Value) -> R<usize> {
    let Some((walk, _, _)) = walk_of(cx, this) else { return Ok(0) };
    let Some(dict) = walk.dict.as_ref().and_then(Value::as_dict) else { return Ok(0) };
    Ok(if dict::len(cx, dict) == walk.expected { walk.left } else { 0 })
}

/// Return state information for pickling.
#[native("dict_keyiterator.__reduce__($self, /)")]
fn __reduce__(cx: &mut Cx, this: &Value) -> R {
    let mut items = Vec::new();
    if let Some((walk, kind, backwards)) = walk_of(cx, this)
        && let Some(dict) = walk.dict.as_ref().and_then(Value::as_dict)
    {
        if dict::len(cx, dict) != walk.expected {
            return Err(cx.runtime_error("dictionary changed size during iteration"));
        }
        let mut position = walk.position;
        loop {
            let found = if backwards {
                dict::entry_before(cx, dict, &mut position)
            } else {
                dict::entry_at(cx, dict, &mut position)
            };
            let Some((key, value)) = found else { break };
            items.push(item_of(cx, kind, key.clone(), value.clone()));
        }
    }
    reduce_iterator(cx, items)
}
