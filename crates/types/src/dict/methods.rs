//! The methods of `dict`.

use taipan_macros::native;
use taipan_object::dict::{self, DICT, Dict};
use taipan_object::{Args, Cx, Handle, Obj, R, Value, ops};

use super::iter::{self, Kind};
use crate::set::{FROZENSET, SET, as_set};

use super::{key_error_text, update_from_args, views};
use crate::support::class_getitem;

/// True if the dictionary has the specified key, else False.
#[native("dict.__contains__($self, key, /)")]
pub fn __contains__(cx: &mut Cx, this: &Obj<Dict>, key: &Value) -> R<bool> {
    dict::contains(cx, this, key)
}

/// Return self[key].
#[native("dict.__getitem__($self, key, /)")]
pub fn __getitem__(cx: &mut Cx, this: &Value, key: &Value) -> R {
    super::getitem(cx, this, key)
}

/// Return the size of the dict in memory, in bytes.
#[native("dict.__sizeof__($self, /)")]
pub fn __sizeof__(cx: &mut Cx, this: &Obj<Dict>) -> R<usize> {
    let places = dict::index_len(cx, this);
    if dict::is_backed(cx, this) {
        // The values only: the keys are the class's.
        return Ok(48 + 8 * dict::len(cx, this));
    }
    if places == 0 {
        return Ok(48);
    }
    let width = match places {
        0..=0xFF => 1,
        0x100..=0xFFFF => 2,
        0x1_0000..=0xFFFF_FFFF => 4,
        _ => 8,
    };
    let entry = if dict::all_str(cx, this) { 16 } else { 24 };
    Ok(48 + 32 + places * width + places * 2 / 3 * entry)
}

/// Return the value for key if key is in the dictionary, else default.
#[native("dict.get($self, key, default=None, /)")]
pub fn get(cx: &mut Cx, this: &Obj<Dict>, key: &Value, default: Option<&Value>) -> R<Option<Value>> {
    Ok(dict::get(cx, this, key)?.or_else(|| default.cloned()))
}

/// Insert key with a value of default if key is not in the dictionary.
///
/// Return the value for key if key is in the dictionary, else default.
#[native("dict.setdefault($self, key, default=None, /)")]
pub fn setdefault(cx: &mut Cx, this: &Obj<Dict>, key: &Value, default: Option<&Value>) -> R {
    let none = Value::none();
    dict::set_default(cx, this, key, default.unwrap_or(&none))
}

/// D.pop(k[,d]) -> v, remove specified key and return the corresponding value.
///
/// If the key is not found, return the default if given; otherwise,
/// raise a KeyError.
#[native("dict.pop($self, key, default=<unrepresentable>, /)")]
pub fn pop(cx: &mut Cx, this: &Obj<Dict>, key: &Value, default: Option<&Value>) -> R {
    // An empty dictionary does not ask for the hash.
    let found = if dict::len(cx, this) == 0 { None } else { dict::remove(cx, this, key)? };
    match (found, default) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(cx.key_error(key)),
    }
}

/// Remove and return a (key, value) pair as a 2-tuple.
///
/// Pairs are returned in LIFO (last-in, first-out) order.
/// Raises KeyError if the dict is empty.
#[native("dict.popitem($self, /)")]
pub fn popitem(cx: &mut Cx, this: &Obj<Dict>) -> R {
    match dict::pop_last(cx, this)? {
        Some((key, value)) => Ok(cx.tuple_value([key, value])),
        None => Err(key_error_text(cx, "popitem(): dictionary is empty")),
    }
}

/// Return a set-like object providing a view on the dict's keys.
#[native("dict.keys($self, /)")]
pub fn keys(cx: &mut Cx, this: &Value) -> R {
    Ok(views::keys(cx, this))
}

/// Return a set-like object providing a view on the dict's items.
#[native("dict.items($self, /)")]
pub fn items(cx: &mut Cx, this: &Value) -> R {
    Ok(views::items(cx, this))
}

/// Return an object providing a view on the dict's values.
#[native("dict.values($self, /)")]
pub fn values(cx: &mut Cx, this: &Value) -> R {
    Ok(views::values(cx, this))
}

/// D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.
/// If E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]
/// If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v
/// In either case, this is followed by: for k in F:  D[k] = F[k]
#[native("dict.update($self, *args, **kwargs)", no_signature)]
pub fn update(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    update_from_args(cx, this, args, "update")
}

/// Create a new dictionary with keys from iterable and values set to value.
#[native("dict.fromkeys($type, iterable, value=None, /)")]
pub fn fromkeys(cx: &mut Cx, class: &Value, iterable: &Value, value: Option<&Value>) -> R {
    let value = value.cloned().unwrap_or_else(Value::none);
    let made = ops::call(cx, class, &[])?;
    if made.is_instance_exact(&DICT)
        && let Some(target) = made.as_dict()
    {
        fill_keys(cx, target, iterable, &value)?;
    } else {
        ops::for_each(cx, iterable, |cx, key| ops::setitem(cx, &made, &key, &value).map(|()| true))?;
    }
    Ok(made)
}

/// Sets all keys of an iterable to `value`. The hashes that dictionaries and sets keep are taken as they are.
fn fill_keys(cx: &mut Cx, target: &Obj<Dict>, iterable: &Value, value: &Value) -> R<()> {
    let exact_set = iterable.is_instance_exact(&SET) || iterable.is_instance_exact(&FROZENSET);
    let mut position = 0;
    if iterable.is_instance_exact(&DICT)
        && let Some(source) = iterable.as_dict()
    {
        while let Some((key, _, hash)) = dict::next_entry(cx, source, &mut position) {
            let key = key.clone();
            dict::set_with_hash(cx, target, key, hash, value.clone())?;
        }
        return Ok(());
    }
    if let Some(source) = as_set(iterable).filter(|_| exact_set) {
        while let Some((key, hash)) = source.get(cx).next(&mut position) {
            let key = key.clone();
            dict::set_with_hash(cx, target, key, hash, value.clone())?;
        }
        return Ok(());
    }
    ops::for_each(cx, iterable, |cx, key| dict::set(cx, target, key, value.clone()).map(|()| true))
}

/// Remove all items from the dict.
#[native("dict.clear($self, /)")]
pub fn clear(cx: &mut Cx, this: &Obj<Dict>) -> R<()> {
    dict::clear(cx, this)
}

/// Return a shallow copy of the dict.
#[native("dict.copy($self, /)")]
pub fn copy(cx: &mut Cx, this: &Obj<Dict>) -> R<Handle<Dict>> {
    dict::copy(cx, this)
}

/// Return a reverse iterator over the dict keys.
#[native("dict.__reversed__($self, /)")]
pub fn __reversed__(cx: &mut Cx, this: &Value) -> R {
    iter::reversed(cx, this, Kind::Keys)
}

/// dicts are generic over two types, signifying (respectively) the types of their keys and values
#[native("dict.__class_getitem__($type, object, /)")]
pub fn __class_getitem__(cx: &mut Cx, class: &Value, object: &Value) -> R {
    class_getitem(cx, class, object)
}
