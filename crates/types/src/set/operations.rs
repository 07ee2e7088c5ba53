//! The algebra of sets. Which operand is gone through, and in which table the result grows, decides the order that a program
//! sees, so both follow CPython.

use taipan_object::{Cx, Obj, R, Value, dict, ops};

use super::table::{self, Set, add_with_hash, contains_with_hash, discard_with_hash, hash_of, len};
use super::{as_set, exact_dict, new_like, receiver};

/// Adds the elements of any iterable.
pub fn update(cx: &mut Cx, set: &Obj<Set>, source: &Value) -> R<()> {
    if let Some(other) = as_set(source) {
        return table::merge(cx, set, other);
    }
    if let Some(other) = exact_dict(source) {
        return table::merge_dict(cx, set, other);
    }
    ops::for_each(cx, source, |cx, item| table::add(cx, set, item).map(|()| true))
}

/// A new set of the base type of `like` with the elements of an iterable.
pub(crate) fn collected(cx: &mut Cx, like: &Value, source: &Value) -> R {
    let made = new_like(cx, like);
    let set = receiver(cx, &made)?;
    update(cx, set, source)?;
    Ok(made)
}

/// A copy of the base type.
pub(crate) fn copy(cx: &mut Cx, this: &Value) -> R {
    collected(cx, this, this)
}

pub(crate) fn is_subset(cx: &mut Cx, a: &Obj<Set>, b: &Obj<Set>) -> R<bool> {
    if len(cx, a) > len(cx, b) {
        return Ok(false);
    }
    let mut position = 0;
    while let Some((key, hash)) = a.get(cx).next(&mut position) {
        let key = key.clone();
        if !contains_with_hash(cx, b, &key, hash)? {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(crate) fn intersection(cx: &mut Cx, this: &Value, other: &Value) -> R {
    if this.is(other) {
        return copy(cx, this);
    }
    let made = new_like(cx, this);
    let result = receiver(cx, &made)?;
    let mut left = receiver(cx, this)?;
    if let Some(mut right) = as_set(other) {
        if len(cx, right) > len(cx, left) {
            std::mem::swap(&mut left, &mut right);
        }
        let mut position = 0;
        while let Some((key, hash)) = right.get(cx).next(&mut position) {
            let key = key.clone();
            if contains_with_hash(cx, left, &key, hash)? {
                add_with_hash(cx, result, key, hash)?;
            }
        }
        return Ok(made);
    }
    ops::for_each(cx, other, |cx, key| {
        let hash = hash_of(cx, &key)?;
        if contains_with_hash(cx, left, &key, hash)? {
            add_with_hash(cx, result, key, hash)?;
        }
        Ok(true)
    })?;
    Ok(made)
}

/// Removes the elements of any iterable.
pub(crate) fn difference_update(cx: &mut Cx, set: &Obj<Set>, other: &Value) -> R<()> {
    match as_set(other) {
        Some(other) if std::ptr::eq(set, other) => table::clear(cx, set),
        Some(other) => {
            let mut position = 0;
            while let Some((key, hash)) = other.get(cx).next(&mut position) {
                let key = key.clone();
                discard_with_hash(cx, set, &key, hash)?;
            }
        }
        None => ops::for_each(cx, other, |cx, key| {
            let hash = hash_of(cx, &key)?;
            discard_with_hash(cx, set, &key, hash).map(|_| true)
        })?,
    }
    // A table of many dummies is rebuilt at the next growth.
    Ok(())
}

pub(crate) fn difference(cx: &mut Cx, this: &Value, other: &Value) -> R {
    let set = receiver(cx, this)?;
    let n = len(cx, set);
    let other_len = match (as_set(other), exact_dict(other)) {
        (Some(other), _) => Some(len(cx, other)),
        (None, Some(other)) => Some(dict::len(cx, other)),
        (None, None) => None,
    };
    // Few elements to take away from many: copy and remove. Else: collect what stays.
    let Some(_) = other_len.filter(|&m| n >> 2 <= m) else {
        let made = copy(cx, this)?;
        let result = receiver(cx, &made)?;
        difference_update(cx, result, other)?;
        return Ok(made);
    };
    let made = new_like(cx, this);
    let result = receiver(cx, &made)?;
    let mut position = 0;
    while let Some((key, hash)) = set.get(cx).next(&mut position) {
        let key = key.clone();
        let known = match (as_set(other), exact_dict(other)) {
            (Some(other), _) => contains_with_hash(cx, other, &key, hash)?,
            (None, Some(other)) => dict::find(cx, other, &key, hash)?.is_some(),
            (None, None) => false,
        };
        if !known {
            add_with_hash(cx, result, key, hash)?;
        }
    }
    Ok(made)
}

fn toggle(cx: &mut Cx, set: &Obj<Set>, key: Value, hash: i64) -> R<()> {
    if !discard_with_hash(cx, set, &key, hash)? {
        add_with_hash(cx, set, key, hash)?;
    }
    Ok(())
}

/// Removes what both have and adds what only `other` has.
pub(crate) fn symmetric_difference_update(cx: &mut Cx, this: &Value, other: &Value) -> R<()> {
    let set = receiver(cx, this)?;
    if this.is(other) {
        table::clear(cx, set);
        return Ok(());
    }
    if let Some(other) = exact_dict(other) {
        let mut position = 0;
        while let Some((key, _, hash)) = dict::next_entry(cx, other, &mut position) {
            let key = key.clone();
            toggle(cx, set, key, hash)?;
        }
        return Ok(());
    }
    let made;
    let other = match as_set(other) {
        Some(other) => other,
        None => {
            made = collected(cx, this, other)?;
            receiver(cx, &made)?
        }
    };
    let mut position = 0;
    while let Some((key, hash)) = other.get(cx).next(&mut position) {
        let key = key.clone();
        toggle(cx, set, key, hash)?;
    }
    Ok(())
}

pub(crate) fn symmetric_difference(cx: &mut Cx, this: &Value, other: &Value) -> R {
    let made = collected(cx, this, other)?;
    symmetric_difference_update(cx, &made, this)?;
    Ok(made)
}

pub(crate) fn is_disjoint(cx: &mut Cx, this: &Value, other: &Value) -> R<bool> {
    let mut left = receiver(cx, this)?;
    if this.is(other) {
        return Ok(len(cx, left) == 0);
    }
    if let Some(mut right) = as_set(other) {
        if len(cx, right) > len(cx, left) {
            std::mem::swap(&mut left, &mut right);
        }
        let mut position = 0;
        while let Some((key, hash)) = right.get(cx).next(&mut position) {
            let key = key.clone();
            if contains_with_hash(cx, left, &key, hash)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let mut disjoint = true;
    ops::for_each(cx, other, |cx, key| {
        let hash = hash_of(cx, &key)?;
        disjoint = !contains_with_hash(cx, left, &key, hash)?;
        Ok(disjoint)
    })?;
    Ok(disjoint)
}

/// Exchanges the contents of two sets.
pub(crate) fn swap_contents(cx: &mut Cx, a: &Value, b: &Value) -> R<()> {
    let (a, b) = (receiver(cx, a)?, receiver(cx, b)?);
    let taken = std::mem::take(b.get_mut(cx));
    let old = std::mem::replace(a.get_mut(cx), taken);
    *b.get_mut(cx) = old;
    Ok(())
}

// ---- operators: both sides must be sets

fn both(a: &Value, b: &Value) -> bool {
    as_set(a).is_some() && as_set(b).is_some()
}

pub(crate) fn sub(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if both(a, b) { difference(cx, a, b) } else { Ok(Value::not_implemented()) }
}

pub(crate) fn and(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if both(a, b) { intersection(cx, a, b) } else { Ok(Value::not_implemented()) }
}

pub(crate) fn xor(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if both(a, b) { symmetric_difference(cx, a, b) } else { Ok(Value::not_implemented()) }
}

pub(crate) fn or(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if !both(a, b) {
        return Ok(Value::not_implemented());
    }
    let made = copy(cx, a)?;
    if !a.is(b) {
        let set = receiver(cx, &made)?;
        update(cx, set, b)?;
    }
    Ok(made)
}

pub(crate) fn isub(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if !both(a, b) {
        return Ok(Value::not_implemented());
    }
    let set = receiver(cx, a)?;
    difference_update(cx, set, b)?;
    Ok(a.clone())
}

pub(crate) fn iand(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if !both(a, b) {
        return Ok(Value::not_implemented());
    }
    let made = intersection(cx, a, b)?;
    swap_contents(cx, a, &made)?;
    Ok(a.clone())
}

pub(crate) fn ixor(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if !both(a, b) {
        return Ok(Value::not_implemented());
    }
    symmetric_difference_update(cx, a, b)?;
    Ok(a.clone())
}

pub(crate) fn ior(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if !both(a, b) {
        return Ok(Value::not_implemented());
    }
    let set = receiver(cx, a)?;
    update(cx, set, b)?;
    Ok(a.clone())
}
