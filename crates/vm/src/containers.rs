//! What the instructions ask of the built-in container types.

use taipan_bytecode::Constant;
use taipan_object::{Cx, R, Value};
use taipan_types::list::{self, List};
use taipan_types::set;

#[inline]
pub fn list(cx: &mut Cx, items: Vec<Value>) -> Value {
    list::new_list(cx, items).into_value()
}

/// The items of an exact list.
#[inline(always)]
pub fn list_items<'a>(cx: &'a Cx, value: &'a Value) -> Option<&'a [Value]> {
    value.cast_exact::<List>().map(|l| &l.get(cx).items[..])
}

/// Replaces an item; the index was checked. Gives the old one.
#[inline(always)]
pub fn list_replace(cx: &mut Cx, list: &Value, i: usize, value: Value) -> Value {
    match list.cast_exact::<List>().and_then(|l| l.get_mut(cx).items.get_mut(i)) {
        Some(place) => std::mem::replace(place, value),
        None => value,
    }
}

#[inline(always)]
pub fn list_push(cx: &mut Cx, list: &Value, item: Value) -> R<()> {
    let Some(list) = list.cast::<List>() else { return Err(cx.system_error("not a list")) };
    let items = &mut list.get_mut(cx).items;
    if items.len() == items.capacity() && items.try_reserve(1).is_err() {
        return Err(cx.memory_error());
    }
    items.push(item);
    Ok(())
}

pub fn list_extend(cx: &mut Cx, list: &Value, iterable: &Value) -> R<()> {
    match list.cast::<List>() {
        Some(list) => list::extend(cx, list, iterable),
        None => Err(cx.system_error("not a list")),
    }
}

pub fn set(cx: &mut Cx) -> Value {
    set::new_set(cx).into_value()
}

pub fn set_add(cx: &mut Cx, set: &Value, item: &Value) -> R<()> {
    match set::as_set(set).filter(|_| set.is_instance(&set::SET)) {
        Some(set) => set::add(cx, set, item.clone()),
        // `__conditional_annotations__` is a set that a program may rebind.
        None => Err(cx.type_error(format!("expected a set, got '{}'", set.type_name(cx)))),
    }
}

pub fn set_update(cx: &mut Cx, set: &Value, iterable: &Value) -> R<()> {
    match set::as_set(set) {
        Some(set) => set::operations::update(cx, set, iterable),
        None => Err(cx.system_error("not a set")),
    }
}

/// A frozenset of constants, which are hashable.
pub fn frozenset(cx: &mut Cx, items: Vec<Value>) -> Value {
    match set::new_frozenset(cx, items) {
        Ok(made) => made,
        Err(raised) => {
            drop(cx.take_raised(raised));
            Value::none()
        }
    }
}

pub fn complex(cx: &mut Cx, re: f64, im: f64) -> Value {
    taipan_types::complex::new_complex(cx, re, im)
}

pub fn bytes(cx: &mut Cx, data: &[u8]) -> Value {
    cx.bytes(data)
}

/// A slice object.
pub fn slice(cx: &mut Cx, start: Value, stop: Value, step: Value) -> Value {
    taipan_types::slice::new_slice(cx, start, stop, step)
}

/// A `string.templatelib.Template` of its strings and interpolations.
pub fn template(cx: &mut Cx, strings: &Value, interpolations: &Value) -> R {
    taipan_types::template::new_template(cx, strings, interpolations)
}

/// A `string.templatelib.Interpolation`.
pub fn interpolation(cx: &mut Cx, value: Value, text: Value, conversion: Value, format: Value) -> R {
    Ok(taipan_types::template::new_interpolation(cx, value, text, conversion, format))
}

/// The constant of a value of one of these types.
pub fn constant_of(cx: &mut Cx, value: &Value) -> Option<Constant> {
    if let Some(bytes) = value.cast_exact::<taipan_object::Bytes>() {
        return Some(Constant::Bytes(bytes.as_slice().into()));
    }
    if let Some(c) = value.cast_exact::<taipan_types::complex::Complex>() {
        return Some(Constant::Complex(c.get(cx).0, c.get(cx).1));
    }
    if value.is_instance_exact(&set::FROZENSET) {
        let items = match taipan_object::ops::collect(cx, value) {
            Ok(items) => items,
            Err(raised) => {
                drop(cx.take_raised(raised));
                return None;
            }
        };
        let constants: Option<Vec<Constant>> =
            items.iter().map(|v| crate::code::constants::constant_of(cx, v)).collect();
        return Some(Constant::FrozenSet(constants?.into()));
    }
    if let Some(slice) = value.cast_exact::<taipan_types::slice::Slice>() {
        let mut part = |v: &Value| crate::code::constants::constant_of(cx, v);
        let parts = [part(&slice.start)?, part(&slice.stop)?, part(&slice.step)?];
        return Some(Constant::Slice(std::sync::Arc::new(parts)));
    }
    None
}
