//! `dict_keys`, `dict_values` and `dict_items`: views that follow the dictionary, and the set algebra of the first and last.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::OBJECT;
use taipan_object::{
    CompareOp, Cx, Frozen, GetSetDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, flags, ops,
};

use super::iter::{self, Kind, item_of};
use crate::set::{self, as_set};
use crate::support::repr_items;

macro_rules! view {
    ($payload:ident, $constant:ident, $name:literal, $slots:expr, $defs:expr) => {
        /// Payload of the view.
        #[derive(Trace)]
        pub struct $payload {
            pub dict: Value,
        }
        impl Frozen for $payload {}
        // SAFETY: instances of the type are `Obj` of this payload, and there are no subtypes.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$constant;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $constant: Obj<Type> = Obj::new_static_type(
            &taipan_object::ty::TYPE,
            Type::builtin::<$payload>($name)
                .base(&OBJECT)
                .flags(flags::DISALLOW_INSTANTIATION)
                .with_slots($slots)
                .defs($defs),
        );
    };
}

const COMMON: Slots = Slots {
    repr: Some(repr),
    iter: Some(|cx, this| {
        let (dict, kind) = parts(cx, this)?;
        iter::forwards(cx, dict, kind)
    }),
    len: Some(len),
    ..Slots::EMPTY
};

const SET_LIKE: Slots = Slots {
    compare: Some(compare),
    contains: Some(contains),
    sub: Some(sub),
    and: Some(and),
    xor: Some(xor),
    or: Some(or),
    ..COMMON
};

view!(DictKeys, DICT_KEYS, "dict_keys", SET_LIKE, &KEYS_DEFS);
view!(DictValues, DICT_VALUES, "dict_values", COMMON, &VALUES_DEFS);
view!(DictItems, DICT_ITEMS, "dict_items", SET_LIKE, &ITEMS_DEFS);

const MAPPING: GetSetDef = GetSetDef {
    name: "mapping",
    doc: Some("dictionary that this view refers to"),
    get: Some(|cx, this| {
        let (dict, _) = parts(cx, this)?;
        Ok(crate::mappingproxy::new_proxy(cx, dict.clone()))
    }),
    set: None,
};

static KEYS_DEFS: TypeDefs =
    TypeDefs { methods: natives![keys_isdisjoint, keys_reversed], getset: &[MAPPING], ..TypeDefs::NONE };
static VALUES_DEFS: TypeDefs =
    TypeDefs { methods: natives![values_reversed], getset: &[MAPPING], ..TypeDefs::NONE };
static ITEMS_DEFS: TypeDefs =
    TypeDefs { methods: natives![items_isdisjoint, items_reversed], getset: &[MAPPING], ..TypeDefs::NONE };

/// `dict.keys()`.
pub fn keys(cx: &Cx, dict: &Value) -> Value {
    cx.new_object(DictKeys { dict: dict.clone() }).into_value()
}

/// `dict.values()`.
pub fn values(cx: &Cx, dict: &Value) -> Value {
    cx.new_object(DictValues { dict: dict.clone() }).into_value()
}

/// `dict.items()`.
pub fn items(cx: &Cx, dict: &Value) -> Value {
    cx.new_object(DictItems { dict: dict.clone() }).into_value()
}

/// The dictionary of any view, and which view it is.
fn view_of(value: &Value) -> Option<(&Value, Kind)> {
    if let Some(view) = value.cast_exact::<DictKeys>() {
        return Some((&view.dict, Kind::Keys));
    }
    if let Some(view) = value.cast_exact::<DictValues>() {
        return Some((&view.dict, Kind::Values));
    }
    value.cast_exact::<DictItems>().map(|view| (&view.dict, Kind::Items))
}

/// A view that is like a set.
fn set_view_of(value: &Value) -> Option<(&Value, Kind)> {
    view_of(value).filter(|(_, kind)| *kind != Kind::Values)
}

fn parts<'a>(cx: &mut Cx, this: &'a Value) -> R<(&'a Value, Kind)> {
    match view_of(this) {
        Some(parts) => Ok(parts),
        None => {
            let message = format!("expected a dictionary view, got '{}'", this.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

fn dict_parts<'a>(cx: &mut Cx, this: &'a Value) -> R<(&'a Obj<Dict>, Kind)> {
    let (dict, kind) = parts(cx, this)?;
    Ok((super::receiver(cx, dict)?, kind))
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let (dict, kind) = dict_parts(cx, this)?;
    let items: Vec<Value> =
        dict::items(cx, dict).into_iter().map(|(key, value)| item_of(cx, kind, key, value)).collect();
    let name = this.type_of().name().into_owned();
    repr_items(cx, this, |_, i| items.get(i).cloned(), &format!("{name}(["), "])", "...")
}

fn len(cx: &mut Cx, this: &Value) -> R<usize> {
    let (dict, _) = dict_parts(cx, this)?;
    Ok(dict::len(cx, dict))
}

fn contains(cx: &mut Cx, this: &Value, item: &Value) -> R<bool> {
    let (dict, kind) = dict_parts(cx, this)?;
    if kind == Kind::Keys {
        return dict::contains(cx, dict, item);
    }
    let Some(pair) = item.cast::<Tuple>() else { return Ok(false) };
    let [key, value] = pair.items() else { return Ok(false) };
    match dict::get(cx, dict, key)? {
        Some(found) => ops::equal(cx, &found, value),
        None => Ok(false),
    }
}

/// Whether all items of `a` are in `b`.
fn all_in(cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    let mut all = true;
    ops::for_each(cx, a, |cx, item| {
        all = ops::contains(cx, b, &item)?;
        Ok(all)
    })?;
    Ok(all)
}

fn compare(cx: &mut Cx, this: &Value, other: &Value, op: CompareOp) -> R {
    if as_set(other).is_none() && set_view_of(other).is_none() {
        return Ok(Value::not_implemented());
    }
    let a = len(cx, this)?;
    let b = ops::len(cx, other)?;
    let holds = match op {
        CompareOp::Eq => a == b && all_in(cx, this, other)?,
        CompareOp::Ne => !(a == b && all_in(cx, this, other)?),
        CompareOp::Lt => a < b && all_in(cx, this, other)?,
        CompareOp::Le => a <= b && all_in(cx, this, other)?,
        CompareOp::Gt => a > b && all_in(cx, other, this)?,
        CompareOp::Ge => a >= b && all_in(cx, other, this)?,
    };
    Ok(Value::bool(holds))
}

/// A set of the items of the left operand, whatever it is.
fn to_set(cx: &mut Cx, value: &Value) -> R {
    let made = set::new_set(cx);
    // An exact dictionary's keys come with their hashes.
    let source = match view_of(value) {
        Some((dict, Kind::Keys)) if dict.is_instance_exact(&dict::DICT) => dict,
        _ => value,
    };
    set::operations::update(cx, &made, source)?;
    Ok(made.into_value())
}

fn sub(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let result = to_set(cx, a)?;
    let set = set::receiver(cx, &result)?;
    set::operations::difference_update(cx, set, b)?;
    Ok(result)
}

fn or(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let result = to_set(cx, a)?;
    let set = set::receiver(cx, &result)?;
    set::operations::update(cx, set, b)?;
    Ok(result)
}

fn and(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (mut left, mut right) = if set_view_of(a).is_some() { (a, b) } else { (b, a) };
    let n = len(cx, left)?;
    if right.is_instance_exact(&set::SET) && ops::len(cx, right)? >= n {
        // The larger set is searched, and the view gone through.
        return set::operations::intersection(cx, right, left);
    }
    if set_view_of(right).is_some() && len(cx, right)? > n {
        std::mem::swap(&mut left, &mut right);
    }
    let result = set::new_set(cx);
    ops::for_each(cx, right, |cx, item| {
        if contains(cx, left, &item)? {
            set::add(cx, &result, item)?;
        }
        Ok(true)
    })?;
    Ok(result.into_value())
}

fn xor(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if let (Some((left, Kind::Items)), Some((right, Kind::Items))) = (view_of(a), view_of(b)) {
        return xor_items(cx, left, right);
    }
    let result = to_set(cx, a)?;
    set::operations::symmetric_difference_update(cx, &result, b)?;
    Ok(result)
}

/// The items that only one of two dictionaries has.
fn xor_items(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (left, right) = (super::receiver(cx, a)?, super::receiver(cx, b)?);
    let rest = dict::copy(cx, left)?;
    let result = set::new_set(cx);
    let mut position = 0;
    while let Some((key, value, hash)) = dict::next_entry(cx, right, &mut position) {
        let (key, value) = (key.clone(), value.clone());
        if let Some(other) = dict::get_with_hash(cx, &rest, &key, hash)?
            && ops::equal(cx, &other, &value)?
        {
            dict::remove_with_hash(cx, &rest, &key, hash)?;
            continue;
        }
        let pair = cx.tuple_value([key, value]);
        set::add(cx, &result, pair)?;
    }
    for (key, value) in dict::items(cx, &rest) {
        let pair = cx.tuple_value([key, value]);
        set::add(cx, &result, pair)?;
    }
    Ok(result.into_value())
}

fn is_disjoint(cx: &mut Cx, this: &Value, other: &Value) -> R<bool> {
    let n = len(cx, this)?;
    if this.is(other) {
        return Ok(n == 0);
    }
    let (mut left, mut right) = (this, other);
    // The shorter of two set-like operands is gone through.
    if (as_set(other).is_some() || set_view_of(other).is_some()) && ops::len(cx, other)? > n {
        (left, right) = (other, this);
    }
    let mut disjoint = true;
    ops::for_each(cx, right, |cx, item| {
        disjoint = !ops::contains(cx, left, &item)?;
        Ok(disjoint)
    })?;
    Ok(disjoint)
}

/// Return True if the view and the given iterable have a null intersection.
#[native("dict_keys.isdisjoint($self, object, /)")]
fn keys_isdisjoint(cx: &mut Cx, this: &Value, object: &Value) -> R<bool> {
    is_disjoint(cx, this, object)
}

/// Return True if the view and the given iterable have a null intersection.
#[native("dict_items.isdisjoint($self, object, /)")]
fn items_isdisjoint(cx: &mut Cx, this: &Value, object: &Value) -> R<bool> {
    is_disjoint(cx, this, object)
}

fn reversed(cx: &mut Cx, this: &Value) -> R {
    let (dict, kind) = parts(cx, this)?;
    iter::reversed(cx, dict, kind)
}

/// Return a reverse iterator over the dict keys.
#[native("dict_keys.__reversed__($self, /)")]
fn keys_reversed(cx: &mut Cx, this: &Value) -> R {
    reversed(cx, this)
}

/// Return a reverse iterator over the dict values.
#[native("dict_values.__reversed__($self, /)")]
fn values_reversed(cx: &mut Cx, this: &Value) -> R {
    reversed(cx, this)
}

/// Return a reverse iterator over the dict items.
#[native("dict_items.__reversed__($self, /)")]
fn items_reversed(cx: &mut Cx, this: &Value) -> R {
    reversed(cx, this)
}
