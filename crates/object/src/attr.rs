//! Attribute access: the look-up on a type with its cache, and `object`'s generic protocol (descriptors, instance
//! attributes, class attributes).

use crate::cx::Cx;
use crate::dict::{self, Dict};
use crate::exc;
use crate::instance;
use crate::str::Str;
use crate::ty::{DescrGetFn, Type, flags};
use crate::value::{R, Raised, Value, Word};
use crate::{Obj, typeobj};

const CACHE_SIZE: usize = 4096;

#[derive(Clone, Copy)]
struct Entry {
    version: u32,
    name: u64,
    /// Not owned: valid as long as the version is current, which the type's dictionary guarantees.
    value: Option<Word>,
}

/// Look-ups of interned names by type version.
pub struct MethodCache {
    entries: Box<[Entry]>,
}

impl MethodCache {
    pub(crate) fn new() -> MethodCache {
        MethodCache {
            entries: vec![Entry { version: 0, name: 0, value: None }; CACHE_SIZE].into_boxed_slice(),
        }
    }

    #[inline(always)]
    fn slot(version: u32, name: u64) -> usize {
        (version as usize ^ (name >> 4) as usize) & (CACHE_SIZE - 1)
    }
}

/// The attribute that a class look-up finds along the MRO, unbound; `None` if no class has it. Runs no Python code.
#[inline]
pub fn lookup_type(cx: &mut Cx, ty: &Obj<Type>, name: &Obj<Str>) -> Option<Value> {
    let version = ty.data().version.get();
    let key = name.word().bits();
    if version != 0 {
        let entry = &cx.interp().method_cache.entries[MethodCache::slot(version, key)];
        if entry.version == version && entry.name == key {
            return entry.value.map(Word::to_owned_value);
        }
    }
    lookup_type_slow(cx, ty, name)
}

#[inline(never)]
fn lookup_type_slow(cx: &mut Cx, ty: &Obj<Type>, name: &Obj<Str>) -> Option<Value> {
    let found = lookup_uncached(cx, ty, name);
    if name.is_interned() {
        let version = typeobj::version_of(cx, ty);
        if version != 0 {
            let key = name.word().bits();
            let slot = MethodCache::slot(version, key);
            cx.interp_mut().method_cache.entries[slot] =
                Entry { version, name: key, value: found.as_ref().map(Value::word) };
        }
    }
    found
}

fn lookup_uncached(cx: &Cx, ty: &Obj<Type>, name: &Obj<Str>) -> Option<Value> {
    for class in ty.mro(cx) {
        let dict = class.as_type().and_then(|c| c.rest(cx).dict.as_ref()).and_then(Value::cast::<Dict>);
        if let Some(value) = dict.and_then(|d| dict::peek_str(cx, d, name)) {
            return Some(value.clone());
        }
    }
    None
}

/// A special method of `obj`, looked up on its type and bound where it is a descriptor. `None` if absent.
pub fn lookup_special(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> R<Option<Value>> {
    let ty = obj.type_of();
    match lookup_type(cx, &ty, name) {
        None => Ok(None),
        Some(found) => bind(cx, found, obj, &ty).map(Some),
    }
}

/// Binds what a class look-up found to an instance.
pub fn bind(cx: &mut Cx, found: Value, obj: &Value, ty: &Obj<Type>) -> R {
    match found.ty(cx).slots().descr_get {
        Some(get) => get(cx, &found, Some(obj), Some(&ty.to_value())),
        None => Ok(found),
    }
}

/// `object.__getattribute__`.
pub fn generic_get(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> R {
    match generic_get_opt(cx, obj, name)? {
        Some(value) => Ok(value),
        None => Err(no_attribute(cx, obj, name)),
    }
}

/// As [`generic_get`]; a missing attribute is `None`. A descriptor that raises AttributeError raises.
pub fn generic_get_opt(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> R<Option<Value>> {
    let ty = obj.type_of();
    let found = lookup_type(cx, &ty, name);
    let mut get: Option<DescrGetFn> = None;
    if let Some(descr) = &found {
        let slots = descr.ty(cx).slots();
        get = slots.descr_get;
        if let Some(get) = get
            && slots.descr_set.is_some()
        {
            return get(cx, descr, Some(obj), Some(&ty.to_value())).map(Some);
        }
    }
    if let Some(value) = instance::get_attr(cx, obj, name)? {
        return Ok(Some(value));
    }
    match (found, get) {
        (Some(descr), Some(get)) => get(cx, &descr, Some(obj), Some(&ty.to_value())).map(Some),
        (found, _) => Ok(found),
    }
}

/// The AttributeError of a plain object.
#[cold]
pub fn no_attribute(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> Raised {
    let message = format!("'{}' object has no attribute '{}'", obj.type_name(cx), name.to_string_lossy());
    exc::raise_attribute(cx, message, obj, name)
}

/// `object.__setattr__`, and `__delattr__` where the value is absent.
pub fn generic_set(cx: &mut Cx, obj: &Value, name: &Obj<Str>, value: Option<&Value>) -> R<()> {
    let ty = obj.type_of();
    let found = lookup_type(cx, &ty, name);
    if let Some(descr) = &found
        && let Some(set) = descr.ty(cx).slots().descr_set
    {
        return set(cx, descr, obj, value);
    }
    if ty.data().attrs_offset.get() != 0 && obj.header().is_some() {
        return match value {
            Some(value) => instance::set_attr(cx, obj, name, value.clone()),
            None => match instance::delete_attr(cx, obj, name)? {
                true => Ok(()),
                false => Err(no_attribute(cx, obj, name)),
            },
        };
    }
    let (type_name, name_text) = (ty.full_name().into_owned(), name.to_string_lossy().into_owned());
    let message = if found.is_some() {
        format!("'{type_name}' object attribute '{name_text}' is read-only")
    } else if ty.slots().setattr.is_some_and(|f| f as usize == generic_set as *const () as usize)
        && !ty.has(flags::HEAP_TYPE)
    {
        format!("'{type_name}' object has no attribute '{name_text}'")
    } else {
        format!(
            "'{type_name}' object has no attribute '{name_text}' and no __dict__ for setting new attributes"
        )
    };
    let message = if found.is_none() && !message.contains("__dict__") {
        format!("{message} and no __dict__ for setting new attributes")
    } else {
        message
    };
    Err(exc::raise_attribute(cx, message, obj, name))
}
