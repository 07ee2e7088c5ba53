//! `_thread._local`: an object whose attributes each thread has for itself.

use std::collections::HashMap;

use taipan_object::object::Trace;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, Obj, Payload, R, Slots, Str, Tuple, Type, TypeDefs, Value, attr, dict, flags, names, ops,
};

/// The payload: a dictionary for each thread, and what `__init__` is called with in each.
pub struct Local {
    dicts: HashMap<u64, Value>,
    args: Vec<Value>,
    names: Option<Value>,
}

impl Trace for Local {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.dicts.values().for_each(&mut *visit);
        self.args.trace(visit);
        self.names.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.dicts.drain().map(|(_, d)| d));
        out.append(&mut self.args);
        out.extend(self.names.take());
    }
}

// SAFETY: instances of the type and its subtypes begin with this payload; all values are traced.
unsafe impl Payload for Local {
    const TYPE: &'static Obj<Type> = &LOCAL;
}

pub static LOCAL: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Local>("_thread._local")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new), getattr: Some(getattr), setattr: Some(setattr), ..Slots::EMPTY })
        .doc("Thread-local data"),
);

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let own_init = attr::lookup_type(cx, class, &names::__init__);
    let plain = attr::lookup_type(cx, &OBJECT, &names::__init__);
    if own_init == plain && !args.values().is_empty() {
        return Err(cx.type_error("Initialization arguments are not supported"));
    }
    let names = args.names().map(|n| n.to_value());
    let mut dicts = HashMap::new();
    dicts.insert(cx.thread_id, cx.new_dict().into_value());
    Ok(cx.new_instance(class, Local { dicts, args: args.values().to_vec(), names }).into_value())
}

/// The running thread's dictionary; made, and `__init__` called, at its first use.
fn members(cx: &mut Cx, this: &Value) -> R {
    let Some(local) = this.cast::<Local>() else { return Err(cx.type_error("a _local is needed")) };
    let id = cx.thread_id;
    if let Some(found) = local.get(cx).dicts.get(&id) {
        return Ok(found.clone());
    }
    let made = cx.new_dict().into_value();
    local.get_mut(cx).dicts.insert(id, made.clone());
    let ty = this.type_of();
    if let Some(init) = ty.slots().init {
        let (args, names) = (local.get(cx).args.clone(), local.get(cx).names.clone());
        let names = names.as_ref().and_then(Value::cast::<Tuple>);
        if let Err(raised) = init(cx, this, Args::new(&args, names)) {
            local.get_mut(cx).dicts.remove(&id);
            return Err(raised);
        }
    }
    Ok(made)
}

fn getattr(cx: &mut Cx, this: &Value, name: &Obj<Str>) -> R {
    let own = members(cx, this)?;
    if name.eq_str("__dict__") {
        return Ok(own);
    }
    let ty = this.type_of();
    let found = attr::lookup_type(cx, &ty, name);
    if let Some(found) = &found
        && found.ty(cx).slots().descr_set.is_some()
    {
        return attr::bind(cx, found.clone(), this, &ty);
    }
    if let Some(own) = own.as_dict()
        && let Some(value) = dict::get_str(cx, own, name)?
    {
        return Ok(value);
    }
    match found {
        Some(found) => attr::bind(cx, found, this, &ty),
        None => Err(attr::no_attribute(cx, this, name)),
    }
}

fn setattr(cx: &mut Cx, this: &Value, name: &Obj<Str>, value: Option<&Value>) -> R<()> {
    let own = members(cx, this)?;
    if name.eq_str("__dict__") {
        let message = format!("'{}' object attribute '__dict__' is read-only", this.type_name(cx));
        return Err(cx.raise(&taipan_object::exc::ATTRIBUTE_ERROR, message));
    }
    let ty = this.type_of();
    if let Some(found) = attr::lookup_type(cx, &ty, name)
        && let Some(set) = found.ty(cx).slots().descr_set
    {
        return set(cx, &found, this, value);
    }
    let Some(own) = own.as_dict() else { return Ok(()) };
    match value {
        Some(value) => {
            let key = cx.intern_value(name.to_value());
            match key.as_str() {
                Some(key) => dict::set_str(cx, own, key, value.clone()),
                None => Ok(()),
            }
        }
        None => match dict::remove_str(cx, own, name)? {
            Some(old) => {
                drop(old);
                Ok(())
            }
            None => Err(attr::no_attribute(cx, this, name)),
        },
    }
}

/// A descriptor that gives an item of its tuple.
pub struct ItemGetter {
    pub index: Value,
}

impl Trace for ItemGetter {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.index);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.index.clear(out);
    }
}

// SAFETY: the type cannot be subclassed; the value is traced.
unsafe impl Payload for ItemGetter {
    const TYPE: &'static Obj<Type> = &ITEM_GETTER;
}

pub static ITEM_GETTER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ItemGetter>("_thread._itemgetter")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { descr_get: Some(item), ..Slots::EMPTY })
        .defs(&TypeDefs::NONE),
);

fn item(cx: &mut Cx, this: &Value, object: Option<&Value>, _owner: Option<&Value>) -> R {
    let Some(getter) = this.cast::<ItemGetter>() else { return Ok(this.clone()) };
    let index = getter.get(cx).index.clone();
    match object {
        Some(object) if !object.is_none() => ops::getitem(cx, object, &index),
        _ => Ok(this.clone()),
    }
}
