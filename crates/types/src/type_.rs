//! `type`: calling, making and inspecting classes.

use taipan_macros::{native, natives};
use taipan_object::descr::{GetSetDescriptor, NativeFunction};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::TYPE;
use taipan_object::typeobj::{self, ClassRequest};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, R, Raised, Slots, Str, Tuple, Type, TypeDefs, Value, attr, exc, flags, names,
    ops,
};

use crate::Types;
use crate::object::qualified_name;

/// Calling a class: `__new__`, then `__init__` where the result is an instance.
pub fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let Some(class) = this.as_type() else { return Err(cx.system_error("type.__call__ on a non-type")) };
    if class.is(&TYPE) {
        match (args.pos(), args.has_keywords()) {
            ([object], false) => return Ok(object.type_of().into_value()),
            ([_, _, _], _) => {}
            _ => return Err(cx.type_error("type() takes 1 or 3 arguments")),
        }
    }
    let Some(new) = class.slots().new.filter(|_| !class.has(flags::DISALLOW_INSTANTIATION)) else {
        return Err(cx.type_error(format!("cannot create '{}' instances", class.full_name())));
    };
    let made = new(cx, class, args)?;
    if !made.is_instance(class) {
        return Ok(made);
    }
    let init = made.ty(cx).slots().init;
    if let Some(init) = init {
        init(cx, &made, args)?;
    }
    Ok(made)
}

/// The most derived metaclass among `meta` and those of the bases.
pub fn winner(cx: &mut Cx, meta: &Obj<Type>, bases: &[Value]) -> R<taipan_object::Handle<Type>> {
    let mut winner = meta.to_handle();
    for base in bases {
        let other = base.type_of();
        if winner.is_subtype(&other) {
            continue;
        }
        if other.is_subtype(&winner) {
            winner = other;
            continue;
        }
        return Err(cx.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

fn new(cx: &mut Cx, meta: &Obj<Type>, args: Args<'_>) -> R {
    let [name, bases, namespace] = args.pos() else {
        let message = format!("type.__new__() takes exactly 3 arguments ({} given)", args.pos().len());
        return Err(cx.type_error(message));
    };
    if name.as_str().is_none() {
        let message = format!("type.__new__() argument 1 must be str, not {}", name.type_name(cx));
        return Err(cx.type_error(message));
    }
    let Some(bases) = bases.cast::<Tuple>() else {
        let message = format!("type.__new__() argument 2 must be tuple, not {}", bases.type_name(cx));
        return Err(cx.type_error(message));
    };
    let Some(ns) = namespace.cast::<Dict>() else {
        let message = format!("type.__new__() argument 3 must be dict, not {}", namespace.type_name(cx));
        return Err(cx.type_error(message));
    };
    for base in bases.items() {
        if base.as_type().is_none() && ops::getattr_opt(cx, base, &names::__mro_entries__)?.is_some() {
            return Err(cx.type_error("type() doesn't support MRO entry resolution; use types.new_class()"));
        }
    }
    typeobj::check_bases(cx, bases.items())?;
    let best = winner(cx, meta, bases.items())?;
    if !best.is(meta) {
        let (ours, theirs) = (best.slots().new, meta.slots().new);
        if ours.map(|f| f as usize) != theirs.map(|f| f as usize)
            && let Some(f) = ours
        {
            return f(cx, &best, args);
        }
    }
    let keywords = args.keywords().map(|(k, v)| (k.to_value(), v.clone())).collect();
    typeobj::new_class(
        cx,
        ClassRequest { meta: &best, name: name.clone(), bases: bases.items(), namespace: ns, keywords },
    )
}

fn init(cx: &mut Cx, _this: &Value, args: Args<'_>) -> R<()> {
    if args.pos().len() == 1 && args.has_keywords() {
        return Err(cx.type_error("type.__init__() takes no keyword arguments"));
    }
    match args.pos().len() {
        1 | 3 => Ok(()),
        _ => Err(cx.type_error("type.__init__() takes 1 or 3 arguments")),
    }
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let Some(class) = this.as_type() else { return Err(cx.system_error("not a type")) };
    let name = qualified_name(cx, class)?;
    Ok(cx.str(&format!("<class '{name}'>")))
}

fn getattr(cx: &mut Cx, this: &Value, name: &Obj<Str>) -> R {
    match getattr_opt(cx, this, name)? {
        Some(value) => Ok(value),
        None => Err(no_attribute(cx, this, name)),
    }
}

#[cold]
fn no_attribute(cx: &mut Cx, this: &Value, name: &Obj<Str>) -> Raised {
    let class = this.as_type().map(|c| c.full_name().into_owned()).unwrap_or_default();
    let message = format!("type object '{class}' has no attribute '{}'", name.to_string_lossy());
    exc::raise_attribute(cx, message, this, name)
}

/// `type.__getattribute__`: data descriptors of the metaclass, then the class's own MRO, then the rest of the metaclass.
fn getattr_opt(cx: &mut Cx, this: &Value, name: &Obj<Str>) -> R<Option<Value>> {
    let Some(class) = this.as_type() else { return attr::generic_get_opt(cx, this, name) };
    let meta = this.type_of();
    let on_meta = attr::lookup_type(cx, &meta, name);
    let meta_get = on_meta.as_ref().and_then(|m| m.ty(cx).slots().descr_get);
    if let (Some(descr), Some(get)) = (&on_meta, meta_get)
        && descr.ty(cx).slots().descr_set.is_some()
    {
        return get(cx, descr, Some(this), Some(meta.as_value())).map(Some);
    }
    if let Some(found) = attr::lookup_type(cx, class, name) {
        return match found.ty(cx).slots().descr_get {
            Some(get) => get(cx, &found, None, Some(this)).map(Some),
            None => Ok(Some(found)),
        };
    }
    match (on_meta, meta_get) {
        (Some(descr), Some(get)) => get(cx, &descr, Some(this), Some(meta.as_value())).map(Some),
        (found, _) => Ok(found),
    }
}

fn setattr(cx: &mut Cx, this: &Value, name: &Obj<Str>, value: Option<&Value>) -> R<()> {
    let Some(class) = this.as_type() else { return attr::generic_set(cx, this, name, value) };
    if class.has(flags::IMMUTABLE) {
        let message = format!(
            "cannot set '{}' attribute of immutable type '{}'",
            name.to_string_lossy(),
            class.full_name()
        );
        return Err(cx.type_error(message));
    }
    let meta = this.type_of();
    if let Some(descr) = attr::lookup_type(cx, &meta, name)
        && let Some(set) = descr.ty(cx).slots().descr_set
    {
        return set(cx, &descr, this, value);
    }
    set_entry(cx, class, name, value)
}

/// Changes an entry of the class's dictionary and what depends on it.
pub fn set_entry(cx: &mut Cx, class: &Obj<Type>, name: &Obj<Str>, value: Option<&Value>) -> R<()> {
    let Some(dict) = class.rest(cx).dict.clone() else {
        return Err(cx.system_error("type without a dictionary"));
    };
    let Some(dict) = dict.cast::<Dict>() else { return Err(cx.system_error("type without a dictionary")) };
    let name = cx.intern_value(name.to_value());
    let Some(name) = name.as_str() else { return Ok(()) };
    let old = dict::get_str(cx, dict, name)?;
    match value {
        Some(value) => dict::set_str(cx, dict, name, value.clone())?,
        None => {
            if dict::remove_str(cx, dict, name)?.is_none() {
                return Err(no_attribute(cx, &class.to_value(), name));
            }
        }
    }
    typeobj::modified(cx, class);
    let text = name.to_string_lossy();
    if text.starts_with("__") && text.ends_with("__") {
        fix_tree(cx, class, name)?;
    }
    drop(old);
    Ok(())
}

fn fix_tree(cx: &mut Cx, class: &Obj<Type>, name: &Obj<Str>) -> R<()> {
    cx.check_native_stack("")?;
    typeobj::fix_slots(cx, class, Some(name));
    for subclass in typeobj::subclasses(cx, class) {
        if let Some(subclass) = subclass.as_type() {
            fix_tree(cx, subclass, name)?;
        }
    }
    Ok(())
}

// ---- methods

/// Return a type's method resolution order.
#[native("type.mro($self, /)")]
fn mro(cx: &mut Cx, this: &Obj<Type>) -> R {
    let order = typeobj::compute_mro(cx, this)?;
    list_of(cx, order)
}

/// Return a list of immediate subclasses.
#[native("type.__subclasses__($self, /)")]
fn subclasses(cx: &mut Cx, this: &Obj<Type>) -> R {
    let all = typeobj::subclasses(cx, this);
    list_of(cx, all)
}

/// __prepare__($cls, name, bases, /, **kwds)
/// --
///
/// Create the namespace for the class statement
#[native("type.__prepare__($type, /, *args, **kwargs)", no_signature)]
fn prepare(cx: &mut Cx, class: &Value, args: Args<'_>) -> R {
    let _ = (class, args);
    Ok(cx.new_dict().into_value())
}

/// Check if an object is an instance.
#[native("type.__instancecheck__($self, instance, /)")]
fn instancecheck(cx: &mut Cx, this: &Value, instance: &Value) -> R<bool> {
    ops::native_is_instance(cx, instance, this)
}

/// Check if a class is a subclass.
#[native("type.__subclasscheck__($self, subclass, /)")]
fn subclasscheck(cx: &mut Cx, this: &Value, subclass: &Value) -> R<bool> {
    ops::native_is_subclass(cx, subclass, this)
}

/// Specialized __dir__ implementation for types.
#[native("type.__dir__($self, /)")]
fn dir(cx: &mut Cx, this: &Value) -> R {
    let names = cx.new_dict();
    merge_class_dict(cx, &names, this)?;
    let keys = dict::keys(cx, &names);
    list_of(cx, keys)
}

/// Return memory consumption of the type object.
#[native("type.__sizeof__($self, /)")]
fn sizeof(cx: &mut Cx, this: &Value) -> R<usize> {
    Ok(taipan_object::instance::size_of_value(cx, this))
}

/// Merges the names of a class and of its bases into `into`: what `dir` shows.
pub fn merge_class_dict(cx: &mut Cx, into: &Obj<Dict>, class: &Value) -> R<()> {
    cx.check_native_stack("")?;
    if let Some(own) = ops::getattr_opt(cx, class, &names::__dict__)? {
        ops::for_each(cx, &own, |cx, key| dict::set(cx, into, key, Value::none()).map(|()| true))?;
    }
    if let Some(bases) = ops::getattr_opt(cx, class, &names::__bases__)? {
        for base in ops::collect(cx, &bases)? {
            merge_class_dict(cx, into, &base)?;
        }
    }
    Ok(())
}

/// A list of values, through the list type.
pub fn list_of(cx: &mut Cx, items: Vec<Value>) -> R {
    Ok(crate::list::new_list(cx, items).into_value())
}

// ---- attributes

fn this(value: &Value) -> Option<&Obj<Type>> {
    value.as_type()
}

fn own_entry(cx: &mut Cx, class: &Obj<Type>, name: &Obj<Str>) -> R<Option<Value>> {
    let dict = class.rest(cx).dict.clone();
    match dict.as_ref().and_then(Value::cast::<Dict>) {
        Some(dict) => dict::get_str(cx, dict, name),
        None => Ok(None),
    }
}

fn mutable(cx: &mut Cx, class: &Obj<Type>, name: &str, value: Option<&Value>) -> R<Value> {
    if class.has(flags::IMMUTABLE) {
        return Err(
            cx.type_error(format!("cannot set '{name}' attribute of immutable type '{}'", class.full_name()))
        );
    }
    match value {
        Some(value) => Ok(value.clone()),
        None => Err(cx.type_error(format!(
            "cannot delete '{name}' attribute of immutable type '{}'",
            class.full_name()
        ))),
    }
}

fn get_name(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    if let Some(name) = &class.rest(cx).name {
        return Ok(name.clone());
    }
    let name = class.name().into_owned();
    Ok(cx.intern(&name).into_value())
}

fn set_name(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    let new = mutable(cx, class, "__name__", new)?;
    let Some(text) = new.as_str() else {
        let message =
            format!("can only assign string to {}.__name__, not '{}'", class.name(), new.type_name(cx));
        return Err(cx.type_error(message));
    };
    if text.chars().any(|c| c == 0) {
        return Err(cx.value_error("type name must not contain null characters"));
    }
    if let Some(position) = text.chars().position(|c| char::from_u32(c).is_none()) {
        return Err(exc::raise_encode(cx, "utf-8", text, position, position + 1, "surrogates not allowed"));
    }
    let old = class.rest_mut(cx).name.replace(new.clone());
    drop(old);
    Ok(())
}

fn get_qualname(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    match &class.rest(cx).qualname {
        Some(name) => Ok(name.clone()),
        None => get_name(cx, value),
    }
}

fn set_qualname(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    let new = mutable(cx, class, "__qualname__", new)?;
    if new.as_str().is_none() {
        let message =
            format!("can only assign string to {}.__qualname__, not '{}'", class.name(), new.type_name(cx));
        return Err(cx.type_error(message));
    }
    let old = class.rest_mut(cx).qualname.replace(new);
    drop(old);
    Ok(())
}

fn get_module(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    if class.has(flags::HEAP_TYPE) {
        return match own_entry(cx, class, &names::__module__)? {
            Some(module) => Ok(module),
            None => Err(cx.raise(&exc::ATTRIBUTE_ERROR, "__module__")),
        };
    }
    let full = class.full_name().into_owned();
    let module = full.rsplit_once('.').map_or("builtins", |(m, _)| m);
    Ok(cx.intern(module).into_value())
}

fn set_module(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    let new = mutable(cx, class, "__module__", new)?;
    set_entry(cx, class, &names::__module__, Some(&new))?;
    if own_entry(cx, class, &names::__firstlineno__)?.is_some() {
        set_entry(cx, class, &names::__firstlineno__, None)?;
    }
    Ok(())
}

fn get_bases(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    Ok(class.rest(cx).bases.clone().unwrap_or_else(Value::none))
}

fn set_bases(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    let new = mutable(cx, class, "__bases__", new)?;
    let Some(bases) = new.cast::<Tuple>() else {
        let message =
            format!("can only assign tuple to {}.__bases__, not {}", class.name(), new.type_name(cx));
        return Err(cx.type_error(message));
    };
    if bases.is_empty() {
        let message = format!("can only assign non-empty tuple to {}.__bases__, not ()", class.name());
        return Err(cx.type_error(message));
    }
    typeobj::set_bases(cx, class, bases.items())
}

fn get_dict(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    match class.rest(cx).dict.clone() {
        Some(dict) => Ok(crate::mappingproxy::new_proxy(cx, dict)),
        None => Ok(Value::none()),
    }
}

fn get_doc(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    let Some(doc) = own_entry(cx, class, &names::__doc__)? else { return Ok(Value::none()) };
    match doc.ty(cx).slots().descr_get {
        Some(get) => get(cx, &doc, None, Some(value)),
        None => Ok(doc),
    }
}

fn set_doc(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    let new = mutable(cx, class, "__doc__", new)?;
    set_entry(cx, class, &names::__doc__, Some(&new))
}

fn get_abstract(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    let found = if class.is(&TYPE) { None } else { own_entry(cx, class, &names::__abstractmethods__)? };
    match found {
        Some(found) => Ok(found),
        None => Err(cx.raise(&exc::ATTRIBUTE_ERROR, "__abstractmethods__")),
    }
}

fn set_abstract(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    let abstract_ = match new {
        Some(new) => ops::truth(cx, new)?,
        None => false,
    };
    if new.is_none() && own_entry(cx, class, &names::__abstractmethods__)?.is_none() {
        return Err(cx.raise(&exc::ATTRIBUTE_ERROR, "__abstractmethods__"));
    }
    set_entry(cx, class, &names::__abstractmethods__, new)?;
    class.set_flag(flags::ABSTRACT, abstract_);
    Ok(())
}

fn get_text_signature(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    Ok(match class.static_doc().and_then(|d| typeobj::split_signature(d).0) {
        Some(text) => cx.str(text),
        None => Value::none(),
    })
}

fn get_type_params(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    match own_entry(cx, class, &names::__type_params__)? {
        Some(found) if class.has(flags::HEAP_TYPE) => Ok(found),
        _ => Ok(cx.tuple_value([])),
    }
}

fn set_type_params(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    let new = mutable(cx, class, "__type_params__", new)?;
    set_entry(cx, class, &names::__type_params__, Some(&new))
}

fn callable(cx: &Cx, value: &Value) -> bool {
    value.ty(cx).slots().call.is_some()
}

fn annotations_missing(cx: &mut Cx, class: &Obj<Type>, name: &str) -> Raised {
    cx.raise(&exc::ATTRIBUTE_ERROR, format!("type object '{}' has no attribute '{name}'", class.name()))
}

fn bound_entry(cx: &mut Cx, entry: Value, class: &Value) -> R {
    match entry.ty(cx).slots().descr_get {
        Some(get) => get(cx, &entry, None, Some(class)),
        None => Ok(entry),
    }
}

/// PEP 649: the function that makes the annotations, `None` where there is none.
fn get_annotate(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    if !class.has(flags::HEAP_TYPE) {
        return Err(annotations_missing(cx, class, "__annotate__"));
    }
    // One that the class body defines itself goes before the compiler's.
    let found = match own_entry(cx, class, &names::__annotate__)? {
        Some(found) => Some(found),
        None => own_entry(cx, class, &names::__annotate_func__)?,
    };
    match found {
        Some(found) => bound_entry(cx, found, value),
        None => {
            set_entry(cx, class, &names::__annotate_func__, Some(&Value::none()))?;
            Ok(Value::none())
        }
    }
}

fn set_annotate(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    let Some(new) = new else { return Err(cx.type_error("cannot delete __annotate__ attribute")) };
    mutable(cx, class, "__annotate__", Some(new))?;
    if !new.is_none() && !callable(cx, new) {
        return Err(cx.type_error("__annotate__ must be callable or None"));
    }
    set_entry(cx, class, &names::__annotate_func__, Some(new))?;
    if !new.is_none() && own_entry(cx, class, &names::__annotations_cache__)?.is_some() {
        set_entry(cx, class, &names::__annotations_cache__, None)?;
    }
    Ok(())
}

fn get_annotations(cx: &mut Cx, value: &Value) -> R {
    let Some(class) = this(value) else { return Err(cx.system_error("not a type")) };
    if !class.has(flags::HEAP_TYPE) {
        return Err(annotations_missing(cx, class, "__annotations__"));
    }
    for name in [names::__annotations__.get(), names::__annotations_cache__.get()] {
        if let Some(found) = own_entry(cx, class, name)? {
            return bound_entry(cx, found, value);
        }
    }
    let annotate = get_annotate(cx, value)?;
    let made = if callable(cx, &annotate) {
        let made = ops::call(cx, &annotate, &[Value::small_int(1)])?;
        if made.cast::<Dict>().is_none() {
            let message = format!("__annotate__ returned non-dict of type '{}'", made.type_name(cx));
            return Err(cx.type_error(message));
        }
        made
    } else {
        cx.new_dict().into_value()
    };
    set_entry(cx, class, &names::__annotations_cache__, Some(&made))?;
    Ok(made)
}

fn set_annotations(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(class) = this(value) else { return Ok(()) };
    if class.has(flags::IMMUTABLE) {
        let message =
            format!("cannot set '__annotations__' attribute of immutable type '{}'", class.full_name());
        return Err(cx.type_error(message));
    }
    let own = own_entry(cx, class, &names::__annotations__)?.is_some();
    match new {
        Some(new) => {
            let name = if own { names::__annotations__.get() } else { names::__annotations_cache__.get() };
            set_entry(cx, class, name, Some(new))?;
        }
        None => {
            let cached = own_entry(cx, class, &names::__annotations_cache__)?.is_some();
            if !own && !cached {
                return Err(cx.raise(&exc::ATTRIBUTE_ERROR, "__annotations__"));
            }
            let name = if own { names::__annotations__.get() } else { names::__annotations_cache__.get() };
            set_entry(cx, class, name, None)?;
        }
    }
    for name in [names::__annotate_func__.get(), names::__annotate__.get()] {
        if own_entry(cx, class, name)?.is_some() {
            set_entry(cx, class, name, Some(&Value::none()))?;
        }
    }
    Ok(())
}

macro_rules! number {
    ($name:literal, $get:expr) => {
        GetSetDef {
            name: $name,
            doc: None,
            get: Some(|cx, v| {
                let f: fn(&Obj<Type>) -> i64 = $get;
                Ok(match this(v) {
                    Some(class) => cx.int(f(class)),
                    None => Value::none(),
                })
            }),
            set: None,
        }
    };
}

static GETSET: &[GetSetDef] = &[
    GetSetDef { name: "__name__", doc: None, get: Some(get_name), set: Some(set_name) },
    GetSetDef { name: "__qualname__", doc: None, get: Some(get_qualname), set: Some(set_qualname) },
    GetSetDef { name: "__bases__", doc: None, get: Some(get_bases), set: Some(set_bases) },
    GetSetDef {
        name: "__mro__",
        doc: None,
        get: Some(|cx, v| Ok(this(v).and_then(|c| c.rest(cx).mro.clone()).unwrap_or_else(Value::none))),
        set: None,
    },
    GetSetDef {
        name: "__base__",
        doc: None,
        get: Some(|cx, v| Ok(this(v).and_then(|c| c.rest(cx).base.clone()).unwrap_or_else(Value::none))),
        set: None,
    },
    number!("__basicsize__", |c| c.basic_size() as i64),
    number!("__itemsize__", |c| c.item_size() as i64),
    number!("__flags__", |c| c.shown_flags() as i64),
    number!("__weakrefoffset__", |c| if c.has(flags::WEAKREFABLE) { 24 } else { 0 }),
    number!("__dictoffset__", |c| c.dict_offset()),
    GetSetDef { name: "__module__", doc: None, get: Some(get_module), set: Some(set_module) },
    GetSetDef { name: "__abstractmethods__", doc: None, get: Some(get_abstract), set: Some(set_abstract) },
    GetSetDef { name: "__dict__", doc: None, get: Some(get_dict), set: None },
    GetSetDef { name: "__doc__", doc: None, get: Some(get_doc), set: Some(set_doc) },
    GetSetDef { name: "__text_signature__", doc: None, get: Some(get_text_signature), set: None },
    GetSetDef { name: "__annotations__", doc: None, get: Some(get_annotations), set: Some(set_annotations) },
    GetSetDef { name: "__annotate__", doc: None, get: Some(get_annotate), set: Some(set_annotate) },
    GetSetDef { name: "__type_params__", doc: None, get: Some(get_type_params), set: Some(set_type_params) },
];

static DEFS: TypeDefs = TypeDefs {
    methods: natives![mro, subclasses, prepare, instancecheck, subclasscheck, dir, sizeof],
    getset: GETSET,
    ..TypeDefs::NONE
};

/// Attributes of the descriptor types of `object`, shared by several: owner class and name.
pub fn owner_of(value: &Value) -> Option<Value> {
    if let Some(d) = value.cast::<GetSetDescriptor>() {
        return Some(d.owner.clone());
    }
    value.cast::<NativeFunction>().and_then(|f| f.this.clone())
}

pub fn install(types: &mut Types) {
    let slots = Slots {
        call: Some(call),
        new: Some(new),
        init: Some(init),
        repr: Some(repr),
        getattr: Some(getattr),
        getattr_opt: Some(getattr_opt),
        setattr: Some(setattr),
        or: Some(|cx, a, b| (cx.interp().runtime.union)(cx, a, b)),
        ..Slots::EMPTY
    };
    let doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type";
    types.core(&TYPE, slots, &DEFS, doc);
}
