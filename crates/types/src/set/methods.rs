//! The methods of `set` and `frozenset`.

use taipan_macros::{native, natives};
use taipan_object::{Cx, Obj, R, TypeDefs, Value, names, ops};

use super::operations;
use super::table::{self, Set};
use super::{FROZENSET, as_set, discard_with_hash, hash_or_freeze, len, receiver};
use crate::support::class_getitem;

pub(crate) static SET_DEFS: TypeDefs = TypeDefs {
    methods: natives![
        add,
        clear,
        __contains__,
        copy,
        discard,
        difference,
        difference_update,
        intersection,
        intersection_update,
        isdisjoint,
        issubset,
        issuperset,
        pop,
        __reduce__,
        remove,
        __sizeof__,
        symmetric_difference,
        symmetric_difference_update,
        union,
        update,
        __class_getitem__,
    ],
    ..TypeDefs::NONE
};

pub(crate) static FROZENSET_DEFS: TypeDefs = TypeDefs {
    methods: natives![
        frozen::__contains__,
        frozen::copy,
        frozen::difference,
        frozen::intersection,
        frozen::isdisjoint,
        frozen::issubset,
        frozen::issuperset,
        frozen::__reduce__,
        frozen::__sizeof__,
        frozen::symmetric_difference,
        frozen::union,
        frozen::__class_getitem__,
    ],
    ..TypeDefs::NONE
};

/// Add an element to a set.
///
/// This has no effect if the element is already present.
#[native("set.add($self, object, /)")]
pub fn add(cx: &mut Cx, this: &Obj<Set>, object: &Value) -> R<()> {
    table::add(cx, this, object.clone())
}

/// Remove all elements from this set.
#[native("set.clear($self, /)")]
fn clear(cx: &mut Cx, this: &Obj<Set>) {
    table::clear(cx, this);
}

/// Remove an element from a set if it is a member.
///
/// Unlike set.remove(), the discard() method does not raise
/// an exception when an element is missing from the set.
#[native("set.discard($self, object, /)")]
fn discard(cx: &mut Cx, this: &Obj<Set>, object: &Value) -> R<()> {
    let (key, hash) = hash_or_freeze(cx, object)?;
    discard_with_hash(cx, this, &key, hash).map(|_| ())
}

/// Remove an element from a set; it must be a member.
///
/// If the element is not a member, raise a KeyError.
#[native("set.remove($self, object, /)")]
fn remove(cx: &mut Cx, this: &Obj<Set>, object: &Value) -> R<()> {
    let (key, hash) = hash_or_freeze(cx, object)?;
    if discard_with_hash(cx, this, &key, hash)? { Ok(()) } else { Err(cx.key_error(object)) }
}

/// Remove and return an arbitrary set element.
///
/// Raises KeyError if the set is empty.
#[native("set.pop($self, /)")]
fn pop(cx: &mut Cx, this: &Obj<Set>) -> R {
    match table::pop(cx, this) {
        Some(key) => Ok(key),
        None => Err(crate::dict::key_error_text(cx, "pop from an empty set")),
    }
}

/// Update the set, adding elements from all others.
#[native("set.update($self, /, *others)")]
fn update(cx: &mut Cx, this: &Obj<Set>, others: &[Value]) -> R<()> {
    others.iter().try_for_each(|other| operations::update(cx, this, other))
}

/// Update the set, removing elements found in others.
#[native("set.difference_update($self, /, *others)")]
fn difference_update(cx: &mut Cx, this: &Obj<Set>, others: &[Value]) -> R<()> {
    others.iter().try_for_each(|other| operations::difference_update(cx, this, other))
}

/// Update the set, keeping only elements found in it and all others.
#[native("set.intersection_update($self, /, *others)")]
fn intersection_update(cx: &mut Cx, this: &Value, others: &[Value]) -> R<()> {
    let made = intersect_all(cx, this, others)?;
    operations::swap_contents(cx, this, &made)
}

/// Update the set, keeping only elements found in either set, but not in both.
#[native("set.symmetric_difference_update($self, other, /)")]
fn symmetric_difference_update(cx: &mut Cx, this: &Value, other: &Value) -> R<()> {
    operations::symmetric_difference_update(cx, this, other)
}

fn intersect_all(cx: &mut Cx, this: &Value, others: &[Value]) -> R {
    let Some((first, rest)) = others.split_first() else { return operations::copy(cx, this) };
    let mut result = operations::intersection(cx, this, first)?;
    for other in rest {
        result = operations::intersection(cx, &result, other)?;
    }
    Ok(result)
}

/// What `set` and `frozenset` both have.
macro_rules! common {
    ($contains:literal, $copy:literal, $difference:literal, $intersection:literal, $isdisjoint:literal, $issubset:literal,
     $issuperset:literal, $reduce:literal, $sizeof:literal, $symmetric:literal, $union:literal, $getitem:literal, $generic:literal) => {
        /// x.__contains__(y) <==> y in x.
        #[native($contains)]
        pub fn __contains__(cx: &mut Cx, this: &Value, object: &Value) -> R<bool> {
            crate::set::contains(cx, this, object)
        }

        /// Return a shallow copy of a set.
        #[native($copy)]
        pub fn copy(cx: &mut Cx, this: &Value) -> R {
            if this.is_instance_exact(&FROZENSET) { Ok(this.clone()) } else { operations::copy(cx, this) }
        }

        /// Return a new set with elements in the set that are not in the others.
        #[native($difference)]
        pub fn difference(cx: &mut Cx, this: &Value, others: &[Value]) -> R {
            let Some((first, rest)) = others.split_first() else { return operations::copy(cx, this) };
            let result = operations::difference(cx, this, first)?;
            let set = receiver(cx, &result)?;
            for other in rest {
                operations::difference_update(cx, set, other)?;
            }
            Ok(result)
        }

        /// Return a new set with elements common to the set and all others.
        #[native($intersection)]
        pub fn intersection(cx: &mut Cx, this: &Value, others: &[Value]) -> R {
            intersect_all(cx, this, others)
        }

        /// Return True if two sets have a null intersection.
        #[native($isdisjoint)]
        pub fn isdisjoint(cx: &mut Cx, this: &Value, other: &Value) -> R<bool> {
            operations::is_disjoint(cx, this, other)
        }

        /// Report whether another set contains this set.
        #[native($issubset)]
        pub fn issubset(cx: &mut Cx, this: &Value, other: &Value) -> R<bool> {
            subset_of(cx, this, other)
        }

        /// Report whether this set contains another set.
        #[native($issuperset)]
        pub fn issuperset(cx: &mut Cx, this: &Value, other: &Value) -> R<bool> {
            superset_of(cx, this, other)
        }

        /// Return state information for pickling.
        #[native($reduce)]
        pub fn __reduce__(cx: &mut Cx, this: &Value) -> R {
            reduce(cx, this)
        }

        /// S.__sizeof__() -> size of S in memory, in bytes.
        #[native($sizeof)]
        pub fn __sizeof__(cx: &mut Cx, this: &Obj<Set>) -> usize {
            let places = this.get(cx).places();
            // The eight places of a small set lie in the object itself.
            200 + if places > 8 { places * 16 } else { 0 }
        }

        /// Return a new set with elements in either the set or other but not both.
        #[native($symmetric)]
        pub fn symmetric_difference(cx: &mut Cx, this: &Value, other: &Value) -> R {
            operations::symmetric_difference(cx, this, other)
        }

        /// Return a new set with elements from the set and all others.
        #[native($union)]
        pub fn union(cx: &mut Cx, this: &Value, others: &[Value]) -> R {
            let made = operations::copy(cx, this)?;
            let set = receiver(cx, &made)?;
            for other in others {
                operations::update(cx, set, other)?;
            }
            Ok(made)
        }

        #[doc = $generic]
        #[native($getitem)]
        pub fn __class_getitem__(cx: &mut Cx, class: &Value, object: &Value) -> R {
            class_getitem(cx, class, object)
        }
    };
}

common!(
    "set.__contains__($self, object, /)",
    "set.copy($self, /)",
    "set.difference($self, /, *others)",
    "set.intersection($self, /, *others)",
    "set.isdisjoint($self, other, /)",
    "set.issubset($self, other, /)",
    "set.issuperset($self, other, /)",
    "set.__reduce__($self, /)",
    "set.__sizeof__($self, /)",
    "set.symmetric_difference($self, other, /)",
    "set.union($self, /, *others)",
    "set.__class_getitem__($type, object, /)",
    "sets are generic over the type of their elements"
);

mod frozen {
    use super::*;

    common!(
        "frozenset.__contains__($self, object, /)",
        "frozenset.copy($self, /)",
        "frozenset.difference($self, /, *others)",
        "frozenset.intersection($self, /, *others)",
        "frozenset.isdisjoint($self, other, /)",
        "frozenset.issubset($self, other, /)",
        "frozenset.issuperset($self, other, /)",
        "frozenset.__reduce__($self, /)",
        "frozenset.__sizeof__($self, /)",
        "frozenset.symmetric_difference($self, other, /)",
        "frozenset.union($self, /, *others)",
        "frozenset.__class_getitem__($type, object, /)",
        "frozensets are generic over the type of their elements"
    );
}

fn subset_of(cx: &mut Cx, this: &Value, other: &Value) -> R<bool> {
    let set = receiver(cx, this)?;
    if let Some(other) = as_set(other) {
        return operations::is_subset(cx, set, other);
    }
    // The part of the iterable that is in this set must be all of it.
    let common = operations::intersection(cx, this, other)?;
    let common = receiver(cx, &common)?;
    Ok(len(cx, common) == len(cx, set))
}

fn superset_of(cx: &mut Cx, this: &Value, other: &Value) -> R<bool> {
    let set = receiver(cx, this)?;
    if let Some(other) = as_set(other) {
        return operations::is_subset(cx, other, set);
    }
    let mut all = true;
    ops::for_each(cx, other, |cx, key| {
        all = super::contains(cx, this, &key)?;
        Ok(all)
    })?;
    Ok(all)
}

fn reduce(cx: &mut Cx, this: &Value) -> R {
    let set = receiver(cx, this)?;
    let items: Vec<Value> = set.get(cx).keys().cloned().collect();
    let list = crate::list::new_list(cx, items).into_value();
    let args = cx.tuple_value([list]);
    let state = ops::getattr_opt(cx, this, &names::__getstate__)?;
    let state = match state {
        Some(getstate) => ops::call(cx, &getstate, &[])?,
        None => Value::none(),
    };
    let class = this.type_of().into_value();
    Ok(cx.tuple_value([class, args, state]))
}
