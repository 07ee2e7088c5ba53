//! `_abc`: the native half of abstract base classes (PEP 3119): registries and caches of weak references to classes.
//!
//! A class's data is an `_abc._abc_data` object under `_abc_impl`. The negative cache counts only while no class has been
//! registered anywhere since it was filled.

use std::collections::HashMap;

use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::weakref::{self, REFERENCE_TYPE};
use taipan_object::{Args, Cx, Dict, Obj, Payload, R, Slots, Trace, Type, Value, dict, flags, names, ops};
use taipan_types::Types;
use taipan_types::module::ModuleDef;
use taipan_types::support::builtin;

/// Weak references to classes, by the class's word. A dead one counts as absent.
#[derive(Default)]
struct WeakSet {
    by_class: HashMap<u64, Value>,
    /// When the dead are swept out next.
    sweep_at: usize,
}

impl WeakSet {
    fn contains(&self, cx: &Cx, class: &Value) -> bool {
        self.by_class.get(&class.id()).is_some_and(|r| weakref::referent(cx, r).is_some_and(|c| c.is(class)))
    }

    fn classes(&self, cx: &Cx) -> Vec<Value> {
        self.by_class.values().filter_map(|r| weakref::referent(cx, r)).collect()
    }
}

/// The payload of `_abc._abc_data`.
#[derive(Default)]
pub struct AbcData {
    registry: WeakSet,
    cache: WeakSet,
    negative: WeakSet,
    negative_version: u64,
}

impl Trace for AbcData {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        for set in [&self.registry, &self.cache, &self.negative] {
            set.by_class.values().for_each(&mut *visit);
        }
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        for set in [&mut self.registry, &mut self.cache, &mut self.negative] {
            out.extend(set.by_class.drain().map(|(_, v)| v));
        }
    }
}

// SAFETY: the type cannot be subclassed; all values are traced.
unsafe impl Payload for AbcData {
    const TYPE: &'static Obj<Type> = &ABC_DATA;
}

static ABC_DATA: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<AbcData>("_abc._abc_data")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(new), ..Slots::EMPTY })
        .doc("Internal state held by ABC machinery."),
);

fn new(cx: &mut Cx, _class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_object(AbcData::default()).into_value())
}

/// Counts registrations, so that negative caches know when they are stale.
#[derive(Default)]
struct Counter(u64);

fn counter(cx: &mut Cx) -> u64 {
    cx.interp_mut().state::<Counter>().0
}

#[derive(Clone, Copy)]
enum Which {
    Registry,
    Cache,
    Negative,
}

fn set_of(data: &mut AbcData, which: Which) -> &mut WeakSet {
    match which {
        Which::Registry => &mut data.registry,
        Which::Cache => &mut data.cache,
        Which::Negative => &mut data.negative,
    }
}

fn add(cx: &mut Cx, data: &Obj<AbcData>, which: Which, class: &Value) -> R<()> {
    let reference = weakref::new_ref(cx, &REFERENCE_TYPE, class, None)?;
    let old = set_of(data.get_mut(cx), which).by_class.insert(class.id(), reference);
    drop(old);
    let set = set_of(data.get_mut(cx), which);
    if set.by_class.len() > set.sweep_at.max(32) {
        let held = std::mem::take(&mut set.by_class);
        let (live, dead): (HashMap<_, _>, HashMap<_, _>) =
            held.into_iter().partition(|(_, r)| weakref::referent(cx, r).is_some());
        let set = set_of(data.get_mut(cx), which);
        set.sweep_at = live.len() * 2;
        set.by_class = live;
        drop(dead);
    }
    Ok(())
}

fn clear(cx: &mut Cx, data: &Obj<AbcData>, which: Which) {
    let old = std::mem::take(set_of(data.get_mut(cx), which));
    drop(old);
}

fn data_of(cx: &mut Cx, class: &Value) -> R<taipan_object::Handle<AbcData>> {
    let found = ops::getattr_str(cx, class, "_abc_impl")?;
    match found.cast::<AbcData>() {
        Some(data) => Ok(data.to_handle()),
        None => Err(cx.type_error("_abc_impl is set to a wrong type")),
    }
}

/// Whether a class attribute is abstract.
fn is_abstract(cx: &mut Cx, value: &Value) -> R<bool> {
    match ops::getattr_opt(cx, value, &names::__isabstractmethod__)? {
        Some(flag) => ops::truth(cx, &flag),
        None => Ok(false),
    }
}

fn collect_abstract(cx: &mut Cx, class: &Value) -> R<()> {
    let frozenset = builtin(cx, "frozenset")?;
    let mut found: Vec<Value> = Vec::new();
    let namespace = class.as_type().and_then(|t| t.rest(cx).dict.clone());
    let items = match namespace.as_ref().and_then(Value::cast::<Dict>) {
        Some(namespace) => dict::items(cx, namespace),
        None => Vec::new(),
    };
    for (key, value) in items {
        if is_abstract(cx, &value)? {
            found.push(key);
        }
    }
    let bases = ops::getattr(cx, class, &names::__bases__)?;
    for base in ops::collect(cx, &bases)? {
        let Some(names) = ops::getattr_opt(cx, &base, &names::__abstractmethods__)? else { continue };
        for key in ops::collect(cx, &names)? {
            let Some(name) = key.as_str().map(Obj::to_handle) else { continue };
            if let Some(value) = ops::getattr_opt(cx, class, &name)?
                && is_abstract(cx, &value)?
            {
                found.push(key);
            }
        }
    }
    let list = taipan_types::list::new_list(cx, found).into_value();
    let set = ops::call(cx, &frozenset, &[list])?;
    ops::setattr(cx, class, &names::__abstractmethods__, &set)
}

/// Internal ABC helper for class set-up. Should be never used outside abc module.
#[native("_abc._abc_init(self, /)")]
fn _abc_init(cx: &mut Cx, class: &Value) -> R<()> {
    collect_abstract(cx, class)?;
    let data = cx.new_object(AbcData::default()).into_value();
    let key = cx.intern("_abc_impl");
    ops::setattr(cx, class, &key, &data)?;
    // `__abc_tpflags__` of collections.abc becomes the type's pattern flags.
    let Some(ty) = class.as_type().map(Obj::to_handle) else { return Ok(()) };
    let key = cx.intern("__abc_tpflags__");
    let own = ty.rest(cx).dict.clone();
    let Some(namespace) = own.as_ref().and_then(Value::cast::<Dict>) else { return Ok(()) };
    let Some(wanted) = dict::get_str(cx, namespace, &key)? else { return Ok(()) };
    let wanted = wanted.as_int().and_then(|i| i.to_i64()).unwrap_or(0) as u64;
    let both = flags::SEQUENCE | flags::MAPPING;
    if wanted & both == both {
        return Err(
            cx.type_error("__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING")
        );
    }
    set_collection_flags(&ty, wanted & both);
    ops::delattr(cx, class, &key)
}

fn set_collection_flags(ty: &Obj<Type>, wanted: u64) {
    if wanted != 0 {
        ty.set_flag(flags::SEQUENCE, wanted & flags::SEQUENCE != 0);
        ty.set_flag(flags::MAPPING, wanted & flags::MAPPING != 0);
    }
}

/// The pattern flags reach the subclasses that exist already.
fn spread_flags(cx: &mut Cx, class: &Value, wanted: u64) -> R<()> {
    cx.check_native_stack("")?;
    let Some(ty) = class.as_type() else { return Ok(()) };
    let both = flags::SEQUENCE | flags::MAPPING;
    if ty.data().has(flags::IMMUTABLE)
        || ((ty.has(flags::SEQUENCE) as u64 * flags::SEQUENCE)
            | (ty.has(flags::MAPPING) as u64 * flags::MAPPING))
            == wanted & both
    {
        return Ok(());
    }
    set_collection_flags(ty, wanted);
    let subclasses = ops::getattr_str(cx, class, "__subclasses__")?;
    let subclasses = ops::call(cx, &subclasses, &[])?;
    for subclass in ops::collect(cx, &subclasses)? {
        spread_flags(cx, &subclass, wanted)?;
    }
    Ok(())
}

/// Internal ABC helper for subclasss registration. Should be never used outside abc module.
#[native("_abc._abc_register(self, subclass, /)")]
fn _abc_register(cx: &mut Cx, class: &Value, subclass: &Value) -> R {
    if subclass.as_type().is_none() {
        return Err(cx.type_error("Can only register classes"));
    }
    if ops::is_subclass(cx, subclass, class)? {
        return Ok(subclass.clone());
    }
    if ops::is_subclass(cx, class, subclass)? {
        return Err(cx.runtime_error("Refusing to create an inheritance cycle"));
    }
    let data = data_of(cx, class)?;
    add(cx, &data, Which::Registry, subclass)?;
    cx.interp_mut().state::<Counter>().0 += 1;
    if let Some(ty) = class.as_type() {
        let wanted = if ty.has(flags::SEQUENCE) {
            flags::SEQUENCE
        } else if ty.has(flags::MAPPING) {
            flags::MAPPING
        } else {
            0
        };
        if wanted != 0 {
            spread_flags(cx, subclass, wanted)?;
        }
    }
    Ok(subclass.clone())
}

fn call_subclasscheck(cx: &mut Cx, class: &Value, subclass: &Value) -> R {
    let name = cx.intern("__subclasscheck__");
    ops::call_method(cx, class, &name, std::slice::from_ref(subclass))
}

/// Internal ABC helper for instance checks. Should be never used outside abc module.
#[native("_abc._abc_instancecheck(self, instance, /)")]
fn _abc_instancecheck(cx: &mut Cx, class: &Value, instance: &Value) -> R {
    let data = data_of(cx, class)?;
    let subclass = match ops::getattr_opt(cx, instance, &names::__class__)? {
        Some(class) => class,
        None => instance.type_of().into_value(),
    };
    if data.get(cx).cache.contains(cx, &subclass) {
        return Ok(Value::bool(true));
    }
    let subtype = instance.type_of().into_value();
    if subtype.is(&subclass) {
        let now = counter(cx);
        if data.get(cx).negative_version == now && data.get(cx).negative.contains(cx, &subclass) {
            return Ok(Value::bool(false));
        }
        return call_subclasscheck(cx, class, &subclass);
    }
    let answer = call_subclasscheck(cx, class, &subclass)?;
    if ops::truth(cx, &answer)? {
        return Ok(answer);
    }
    call_subclasscheck(cx, class, &subtype)
}

/// Internal ABC helper for subclasss checks. Should be never used outside abc module.
#[native("_abc._abc_subclasscheck(self, subclass, /)")]
fn _abc_subclasscheck(cx: &mut Cx, class: &Value, subclass: &Value) -> R<bool> {
    let Some(subtype) = subclass.as_type() else {
        return Err(cx.type_error("issubclass() arg 1 must be a class"));
    };
    cx.check_native_stack(" in __subclasscheck__")?;
    let data = data_of(cx, class)?;
    if data.get(cx).cache.contains(cx, subclass) {
        return Ok(true);
    }
    let now = counter(cx);
    if data.get(cx).negative_version < now {
        clear(cx, &data, Which::Negative);
        data.get_mut(cx).negative_version = now;
    } else if data.get(cx).negative.contains(cx, subclass) {
        return Ok(false);
    }
    let hook = cx.intern("__subclasshook__");
    let answer = ops::call_method(cx, class, &hook, std::slice::from_ref(subclass))?;
    if answer.as_bool() == Some(true) {
        add(cx, &data, Which::Cache, subclass)?;
        return Ok(true);
    }
    if answer.as_bool() == Some(false) {
        add(cx, &data, Which::Negative, subclass)?;
        return Ok(false);
    }
    if !answer.is(&Value::not_implemented()) {
        let error = &taipan_object::exc::ASSERTION_ERROR;
        return Err(cx.raise(error, "__subclasshook__ must return either False, True, or NotImplemented"));
    }
    if class.as_type().is_some_and(|c| subtype.is_subtype(c)) {
        add(cx, &data, Which::Cache, subclass)?;
        return Ok(true);
    }
    let registered = data.get(cx).registry.classes(cx);
    for candidate in registered {
        if ops::is_subclass(cx, subclass, &candidate)? {
            add(cx, &data, Which::Cache, subclass)?;
            return Ok(true);
        }
    }
    let method = ops::getattr_str(cx, class, "__subclasses__")?;
    let subclasses = ops::call(cx, &method, &[])?;
    if subclasses.cast::<taipan_types::list::List>().is_none() {
        return Err(cx.type_error("__subclasses__() must return a list"));
    }
    for candidate in ops::collect(cx, &subclasses)? {
        if ops::is_subclass(cx, subclass, &candidate)? {
            add(cx, &data, Which::Cache, subclass)?;
            return Ok(true);
        }
    }
    add(cx, &data, Which::Negative, subclass)?;
    Ok(false)
}

/// Returns the current ABC cache token.
///
/// The token is an opaque object (supporting equality testing) identifying the
/// current version of the ABC cache for virtual subclasses. The token changes
/// with every call to register() on any ABC.
#[native("_abc.get_cache_token()")]
fn get_cache_token(cx: &mut Cx) -> R<usize> {
    Ok(counter(cx) as usize)
}

/// Internal ABC helper to reset registry of a given class.
///
/// Should be only used by refleak.py
#[native("_abc._reset_registry(self, /)")]
fn _reset_registry(cx: &mut Cx, class: &Value) -> R<()> {
    let data = data_of(cx, class)?;
    clear(cx, &data, Which::Registry);
    Ok(())
}

/// Internal ABC helper to reset both caches of a given class.
///
/// Should be only used by refleak.py
#[native("_abc._reset_caches(self, /)")]
fn _reset_caches(cx: &mut Cx, class: &Value) -> R<()> {
    let data = data_of(cx, class)?;
    clear(cx, &data, Which::Cache);
    clear(cx, &data, Which::Negative);
    Ok(())
}

/// Internal ABC helper for cache and registry debugging.
///
/// Return shallow copies of registry, of both caches, and
/// negative cache version. Don't call this function directly,
/// instead use ABC._dump_registry() for a nice repr.
#[native("_abc._get_dump(self, /)")]
fn _get_dump(cx: &mut Cx, class: &Value) -> R {
    let data = data_of(cx, class)?;
    let make = builtin(cx, "set")?;
    let mut parts = Vec::new();
    for which in [Which::Registry, Which::Cache, Which::Negative] {
        let references: Vec<Value> = set_of(data.get_mut(cx), which).by_class.values().cloned().collect();
        let list = taipan_types::list::new_list(cx, references).into_value();
        parts.push(ops::call(cx, &make, &[list])?);
    }
    let version = data.get(cx).negative_version;
    parts.push(cx.int_from_u64(version));
    Ok(cx.tuple(parts).into_value())
}

fn types(types: &mut Types) {
    types.add([&ABC_DATA]);
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_abc",
    doc: Some("Module contains faster C implementation of abc.ABCMeta"),
    functions: natives![
        _abc_init,
        _abc_register,
        _abc_instancecheck,
        _abc_subclasscheck,
        get_cache_token,
        _reset_registry,
        _reset_caches,
        _get_dump
    ],
    types: Some(types),
    ..ModuleDef::EMPTY
};
