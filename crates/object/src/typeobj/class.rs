//! Classes made by a program: layout, dictionary, slots, and what the making calls (`__set_name__`, `__init_subclass__`).
//! The mechanism of `type.__new__`; its argument checks and metaclass choice are the caller's.

use std::cell::{Cell, UnsafeCell};

use super::{add_subclass, fix_slots, inherit_slots, modified, remove_subclass, update_mro};
use crate::cx::Cx;
use crate::descr::{GetSetDescriptor, Member, MemberDescriptor};
use crate::dict::{self, Dict};
use crate::instance::{self, Shape};
use crate::native::GetSetDef;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::*;
use crate::value::{Handle, R, Value};
use crate::{Obj, attr, exc, names, ops};

/// What `type.__new__` got.
pub struct ClassRequest<'a> {
    pub meta: &'a Obj<Type>,
    pub name: Value,
    pub bases: &'a [Value],
    /// The namespace; copied.
    pub namespace: &'a Obj<Dict>,
    /// Keyword arguments for `__init_subclass__`.
    pub keywords: Vec<(Value, Value)>,
}

/// Inline attribute slots of instances of classes whose methods say nothing of attributes.
const DEFAULT_INLINE: usize = 4;
const MOST_INLINE: usize = 30;

/// The base whose layout decides: the nearest type up the line that adds to the layout of its own base.
fn solid_base(cx: &Cx, ty: &Obj<Type>) -> Handle<Type> {
    let mut at = ty.to_handle();
    loop {
        let Some(base) = at.rest(cx).base.as_ref().and_then(Value::as_type).map(|b| b.to_handle()) else {
            return at;
        };
        let (data, below) = (at.data(), base.data());
        let sized = data.members.get() != below.members.get() || data.payload.size != below.payload.size;
        // A built-in type that gives its instances attributes counts as having added to them; a program's class does not.
        let with_attributes = !at.has(flags::HEAP_TYPE) && data.attrs_offset() != below.attrs_offset();
        if sized || with_attributes {
            return at;
        }
        at = base;
    }
}

/// The nearest type up the line of bases that is not a program's class.
pub fn native_base(cx: &Cx, ty: &Obj<Type>) -> Handle<Type> {
    let mut at = ty.to_handle();
    while at.has(flags::HEAP_TYPE) {
        match at.rest(cx).base.as_ref().and_then(Value::as_type).map(|b| b.to_handle()) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// Whether instances of `ty` are laid out as those of `class` and perhaps more, judged by the line of bases alone.
pub fn extends_layout(cx: &Cx, ty: &Obj<Type>, class: &Obj<Type>) -> bool {
    let wanted = solid_base(cx, class);
    on_base_line(cx, ty, &wanted)
}

/// The base that instances are laid out by. TypeError where bases conflict or may not be subclassed.
pub fn best_base(cx: &mut Cx, bases: &[Value]) -> R<Handle<Type>> {
    let mut winner: Option<(Handle<Type>, Handle<Type>)> = None;
    for base in bases {
        let Some(base) = base.as_type() else { return Err(cx.type_error("bases must be types")) };
        if !base.has(flags::BASE) {
            return Err(cx.type_error(format!("type '{}' is not an acceptable base type", base.full_name())));
        }
        let solid = solid_base(cx, base);
        match &winner {
            None => winner = Some((base.to_handle(), solid)),
            Some((_, known)) if known.is_subtype(&solid) => {}
            Some((_, known)) if solid.is_subtype(known) => winner = Some((base.to_handle(), solid)),
            Some(_) => return Err(cx.type_error("multiple bases have instance lay-out conflict")),
        }
    }
    match winner {
        Some((base, _)) => Ok(base),
        None => Ok(OBJECT.to_handle()),
    }
}

/// Checks that all are types (`bases` of a class statement after `__mro_entries__`).
pub fn check_bases(cx: &mut Cx, bases: &[Value]) -> R<()> {
    match bases.iter().find(|b| b.as_type().is_none()) {
        None => Ok(()),
        Some(_) => Err(cx.type_error("bases must be types")),
    }
}

static DICT_GETSET: GetSetDef = GetSetDef {
    name: "__dict__",
    doc: Some("dictionary for instance variables"),
    get: Some(|cx, obj| match native_dict_descriptor(cx, obj) {
        Some(descr) => match descr.ty(cx).slots().descr_get {
            Some(get) => get(cx, &descr, Some(obj), None),
            None => Ok(descr),
        },
        None => instance::dict_of(cx, obj),
    }),
    set: Some(|cx, obj, value| match native_dict_descriptor(cx, obj) {
        Some(descr) => match descr.ty(cx).slots().descr_set {
            Some(set) => set(cx, &descr, obj, value),
            None => Err(attr::no_attribute(cx, obj, &names::__dict__)),
        },
        None => set_instance_dict(cx, obj, value),
    }),
};

/// The `__dict__` descriptor of the built-in base that keeps the attributes: what a plain class's descriptor must respect
/// where that class stands before `type` or `module` among the bases.
fn native_dict_descriptor(cx: &mut Cx, obj: &Value) -> Option<Value> {
    let base = native_base(cx, &obj.type_of());
    let members = base.rest(cx).dict.clone()?;
    dict::peek_str(cx, members.cast::<Dict>()?, &names::__dict__).cloned()
}

static WEAKREF_GETSET: GetSetDef = GetSetDef {
    name: "__weakref__",
    doc: Some("list of weak references to the object"),
    get: Some(|cx, obj| Ok(crate::weakref::first_reference(cx, obj).unwrap_or_else(Value::none))),
    set: None,
};

/// `obj.__dict__ = value`.
pub fn set_instance_dict(cx: &mut Cx, obj: &Value, value: Option<&Value>) -> R<()> {
    match value {
        Some(dict) if dict.cast::<Dict>().is_some() => dict::set_instance_dict(cx, obj, dict.clone()),
        Some(other) => {
            let message = format!("__dict__ must be set to a dictionary, not a '{}'", other.type_name(cx));
            Err(cx.type_error(message))
        }
        None => {
            let empty = cx.new_dict().into_value();
            dict::set_instance_dict(cx, obj, empty)
        }
    }
}

/// What `__slots__` says.
struct SlotNames {
    names: Vec<Value>,
    dict: bool,
    weakref: bool,
}

fn read_slots(cx: &mut Cx, name: &Obj<Str>, base: &Obj<Type>, ns: &Obj<Dict>, slots: &Value) -> R<SlotNames> {
    let items = match slots.as_str() {
        Some(_) => vec![slots.clone()],
        None => ops::collect(cx, slots)?,
    };
    let inline = base.data().payload.inline_size.is_some()
        || base.has(flags::WRAPS | flags::INT | flags::BYTES | flags::STR);
    if !items.is_empty() && inline && !base.has(flags::STR | flags::FLOAT)
        || (!items.is_empty() && base.has(flags::INT | flags::TUPLE | flags::BYTES))
    {
        return Err(
            cx.type_error(format!("nonempty __slots__ not supported for subtype of '{}'", base.full_name()))
        );
    }
    let mut result = SlotNames { names: Vec::new(), dict: false, weakref: false };
    for item in items {
        let Some(slot) = item.as_str() else {
            let message = format!("__slots__ items must be strings, not '{}'", item.type_name(cx));
            return Err(cx.type_error(message));
        };
        let text = slot.to_wtf8();
        if text.as_str().is_none_or(|t| !taipan_text::unicode::is_identifier(t.chars().map(u32::from))) {
            return Err(cx.type_error("__slots__ must be identifiers"));
        }
        if slot.eq_str("__dict__") {
            if base.data().attrs_offset.get() != 0 || base.has(flags::TYPE) || result.dict {
                return Err(cx.type_error("__dict__ slot disallowed: we already got one"));
            }
            result.dict = true;
            continue;
        }
        if slot.eq_str("__weakref__") {
            if base.has(flags::WEAKREFABLE) || result.weakref {
                return Err(cx.type_error("__weakref__ slot disallowed: we already got one"));
            }
            result.weakref = true;
            continue;
        }
        let mangled = mangle(cx, name, slot);
        let Some(key) = mangled.as_str() else { continue };
        let known = dict::get_str(cx, ns, key)?.is_some();
        if known
            && !slot.eq_str("__qualname__")
            && !slot.eq_str("__classcell__")
            && !slot.eq_str("__classdictcell__")
        {
            let message = format!("{} in __slots__ conflicts with class variable", repr_of(cx, &mangled)?);
            return Err(cx.value_error(message));
        }
        result.names.push(mangled);
    }
    // Sorted, as the layout of CPython is: it shows in `__class__` assignment between classes with equal slots.
    result.names.sort_by(|a, b| match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a.order(b),
        _ => std::cmp::Ordering::Equal,
    });
    Ok(result)
}

fn repr_of(cx: &mut Cx, value: &Value) -> R<String> {
    ops::repr(cx, value).map(|s| s.to_string_lossy().into_owned())
}

/// Private name mangling: `__x` in class `_C` is `_C__x`.
fn mangle(cx: &mut Cx, class: &Obj<Str>, name: &Obj<Str>) -> Value {
    let text = name.to_string_lossy();
    let class_text = class.to_string_lossy();
    let stripped = class_text.trim_start_matches('_');
    if !text.starts_with("__") || text.ends_with("__") || stripped.is_empty() {
        return cx.intern_value(name.to_value());
    }
    let mangled = format!("_{stripped}{text}");
    cx.intern(&mangled).into_value()
}

/// The layout of a class by its base: fills the numbers of `data`.
fn lay_out(data: &mut Type, base: &Obj<Type>, slots: &SlotNames, inline: usize) {
    let from = base.data();
    let wraps = base.has(flags::WRAPS)
        || !base.has(flags::HEAP_TYPE) && base.has(flags::INT | flags::FLOAT | flags::STR | flags::BYTES);
    if wraps {
        data.payload = PayloadFns { holds_values: false, ..PayloadFns::of_wrapped() };
        data.flags.set(data.flags.get() | flags::WRAPS);
    } else {
        data.payload = from.payload;
    }
    let members = from.members.get() + slots.names.len() as u32;
    data.members.set(members);
    data.members_offset.set(data.payload.size as u32);
    let mut size = data.payload.size + members as usize * 8;
    if from.attrs_offset.get() != 0 || slots.dict {
        data.attrs_offset.set(if data.payload.inline_size.is_some() { -1 } else { size as i32 });
        size += size_of::<instance::Attrs>();
        data.inline_slots.set(if data.payload.inline_size.is_some() { 0 } else { inline as u16 });
    }
    data.basicsize.set(size as u32);
}

/// How many attributes the methods of the class assign to `self`, with what the base has: the inline slots.
fn inline_count(cx: &mut Cx, base: &Obj<Type>, namespace: &Obj<Dict>) -> R<usize> {
    let own = match dict::get_str(cx, namespace, &names::__static_attributes__)? {
        Some(value) => value.cast::<Tuple>().map_or(0, |t| t.len()),
        None => 0,
    };
    let inherited = base.data().inline_slots.get() as usize;
    if base.data().attrs_offset.get() != 0
        && inherited == 0
        && &*native_base(cx, base).full_name() == "module"
    {
        // A module may become an instance of a subclass and back: they are laid out alike.
        return Ok(0);
    }
    let wanted = if inherited > 0 && own == 0 { inherited } else { inherited + own };
    Ok(wanted.clamp(if own + inherited > 0 { 1 } else { DEFAULT_INLINE }, MOST_INLINE))
}

/// Makes a class: the part of `type.__new__` after the metaclass is settled.
pub fn new_class(cx: &mut Cx, request: ClassRequest<'_>) -> R {
    let name = match request.name.as_str() {
        Some(name) => name.to_handle(),
        None => return Err(cx.type_error("type.__new__() argument 1 must be str")),
    };
    if name.chars().any(|c| c == 0) {
        return Err(cx.value_error("type name must not contain null characters"));
    }
    if name.to_utf8().is_none() {
        let position = name.chars().position(|c| char::from_u32(c).is_none()).unwrap_or(0);
        return Err(exc::raise_encode(cx, "utf-8", &name, position, position + 1, "surrogates not allowed"));
    }
    let object = OBJECT.to_value();
    let bases: &[Value] =
        if request.bases.is_empty() { std::slice::from_ref(&object) } else { request.bases };
    let base = best_base(cx, bases)?;
    let ns = dict::copy(cx, request.namespace)?;
    let slots_value = dict::get_str(cx, &ns, &names::__slots__)?;
    // Classes keep their attributes in their own dictionary already.
    let may_dict = base.data().attrs_offset.get() == 0 && !base.has(flags::TYPE);
    let may_weak = !base.has(flags::WEAKREFABLE);
    let mut slots = match &slots_value {
        None => SlotNames { names: Vec::new(), dict: may_dict, weakref: may_weak },
        Some(value) => read_slots(cx, &name, &base, &ns, value)?,
    };
    if slots_value.is_some() {
        // A secondary base may bring what the slots leave out.
        for other in bases.iter().filter_map(Value::as_type) {
            slots.dict |= may_dict && other.data().attrs_offset.get() != 0;
            slots.weakref |= may_weak && other.has(flags::WEAKREFABLE);
        }
    }
    let inline = inline_count(cx, &base, &ns)?;
    let class = allocate(cx, request.meta, &base, &slots, inline, bases, &name);
    let Some(ty) = class.as_type() else { return Err(cx.system_error("metaclass makes no type")) };
    // The cells go first: slots may have their names.
    let cell = dict::remove(cx, &ns, &names::__classcell__.to_value())?;
    let dict_cell = dict::remove(cx, &ns, &names::__classdictcell__.to_value())?;
    fill_namespace(cx, ty, &ns, &slots, &slots_value, may_dict, may_weak)?;
    if dict::keys(cx, &ns).iter().any(|key| key.as_str().is_none()) {
        let warn = cx.interp().runtime.warn;
        let message = format!("non-string key in the __dict__ of class {}", ty.name());
        warn(cx, &exc::RUNTIME_WARNING, &message, 1)?;
    }
    if let Some(dict_cell) = &dict_cell {
        let set = cx.interp().runtime.set_class_cell;
        set(cx, dict_cell, ns.as_value())?;
    }
    ty.rest_mut(cx).dict = Some(ns.as_value().clone());
    let data = ty.data();
    data.flags.set(data.flags.get() | flags::READY);
    if let Some(cell) = &cell {
        // Before a metaclass's `mro()`, which may call the class's methods.
        let set = cx.interp().runtime.set_class_cell;
        set(cx, cell, &class)?;
    }
    update_mro(cx, ty)?;
    inherit_flags(cx, ty);
    match (bases, ty.mro(cx).get(1).and_then(Value::as_type).map(Obj::to_handle)) {
        // A metaclass may have given the class another MRO than its base's.
        ([only], Some(next)) if only.is_obj(&*next) && ty.mro(cx).len() == next.mro(cx).len() + 1 => {
            inherit_slots(cx, ty, &next, &ns);
        }
        _ => fix_slots(cx, ty, None),
    }
    for base in bases {
        if let Some(base) = base.as_type() {
            add_subclass(cx, base, ty);
        }
    }
    set_names(cx, ty, &ns)?;
    init_subclass(cx, ty, &request.keywords)?;
    Ok(class)
}

fn allocate(
    cx: &mut Cx,
    meta: &Obj<Type>,
    base: &Obj<Type>,
    slots: &SlotNames,
    inline: usize,
    bases: &[Value],
    name: &Obj<Str>,
) -> Value {
    let mut data = Type::builtin::<Object>("");
    data.flags = Cell::new(flags::HEAP_TYPE | flags::BASE | flags::HAVE_GC);
    data.slots = UnsafeCell::new(Slots::EMPTY);
    lay_out(&mut data, base, slots, inline);
    if base.has(flags::WEAKREFABLE) || slots.weakref {
        data.flags.set(data.flags.get() | flags::WEAKREFABLE);
    }
    let bases = cx.tuple(bases.to_vec()).into_value();
    data.rest = UnsafeCell::new(TypeRest {
        name: Some(name.to_value()),
        qualname: Some(name.to_value()),
        base: Some(base.to_value()),
        bases: Some(bases),
        slot_names: slots.names.clone(),
        root_shape: if data.attrs_offset.get() != 0 { Some(Shape::root()) } else { None },
        ..TypeRest::default()
    });
    cx.new_instance::<Type>(meta, data).into_value()
}

fn fill_namespace(
    cx: &mut Cx,
    ty: &Obj<Type>,
    ns: &Obj<Dict>,
    slots: &SlotNames,
    slots_value: &Option<Value>,
    may_dict: bool,
    may_weak: bool,
) -> R<()> {
    if dict::get_str(cx, ns, &names::__module__)?.is_none() {
        let globals = cx.interp().runtime.current_globals;
        if let Some(globals) = globals(cx)
            && let Some(globals) = globals.cast::<Dict>()
            && let Some(module) = dict::get_str(cx, globals, &names::__name__)?
        {
            dict::set_str(cx, ns, &names::__module__, module)?;
        }
    }
    if let Some(qualname) = dict::remove(cx, ns, &names::__qualname__.to_value())? {
        if qualname.as_str().is_none() {
            let message = format!("type __qualname__ must be a str, not {}", qualname.type_name(cx));
            return Err(cx.type_error(message));
        }
        ty.rest_mut(cx).qualname = Some(qualname);
    }
    if dict::get_str(cx, ns, &names::__doc__)?.is_none() {
        dict::set_str(cx, ns, &names::__doc__, Value::none())?;
    }
    let (static_method, class_method) = (cx.interp().runtime.static_method, cx.interp().runtime.class_method);
    for (key, wrap) in [
        (names::__new__.get(), static_method),
        (names::__init_subclass__.get(), class_method),
        (names::__class_getitem__.get(), class_method),
    ] {
        if let Some(function) = dict::get_str(cx, ns, key)?
            && (cx.interp().runtime.is_function)(&function)
        {
            let wrapped = wrap(cx, function)?;
            dict::set_str(cx, ns, key, wrapped)?;
        }
    }
    if dict::get_str(cx, ns, &names::__eq__)?.is_some() && dict::get_str(cx, ns, &names::__hash__)?.is_none()
    {
        // Equality of its own makes a class unhashable, unless it says how to hash too.
        dict::set_str(cx, ns, &names::__hash__, Value::none())?;
    }
    let first = ty.data().members.get() as usize - slots.names.len();
    for (i, slot) in slots.names.iter().enumerate() {
        let member =
            MemberDescriptor { member: Member::Slot(first + i), name: slot.clone(), owner: ty.to_value() };
        let member = cx.new_object(member).into_value();
        if let Some(slot) = slot.as_str() {
            dict::set_str(cx, ns, slot, member)?;
        }
    }
    if may_dict && slots.dict {
        add_getset(cx, ty, ns, &DICT_GETSET, slots_value.is_none())?;
    }
    if may_weak && slots.weakref {
        add_getset(cx, ty, ns, &WEAKREF_GETSET, slots_value.is_none())?;
    }
    Ok(())
}

fn add_getset(cx: &mut Cx, ty: &Obj<Type>, ns: &Obj<Dict>, def: &'static GetSetDef, keep: bool) -> R<()> {
    let name = cx.intern(def.name);
    if keep && dict::get_str(cx, ns, &name)?.is_some() {
        return Ok(());
    }
    let descr = cx.new_object(GetSetDescriptor { def, owner: ty.to_value() }).into_value();
    dict::set_str(cx, ns, &name, descr)
}

/// Family and pattern flags come from the bases.
fn inherit_flags(cx: &mut Cx, ty: &Obj<Type>) {
    let family = flags::INT
        | flags::LIST
        | flags::TUPLE
        | flags::BYTES
        | flags::STR
        | flags::DICT
        | flags::EXCEPTION
        | flags::TYPE
        | flags::FLOAT;
    let mut bits = ty.data().flags.get();
    let mut send = None;
    for base in ty.mro(cx).iter().skip(1).filter_map(Value::as_type) {
        bits |= base.data().flags.get() & (family | flags::MATCH_SELF);
        if bits & (flags::SEQUENCE | flags::MAPPING) == 0 {
            bits |= base.data().flags.get() & (flags::SEQUENCE | flags::MAPPING);
        }
        send = send.or(base.slots().send);
    }
    ty.data().flags.set(bits);
    // SAFETY: the class is new: nothing holds a reference into its slots.
    unsafe { (*ty.data().slots.get()).send = send };
}

/// `__set_name__` of what the namespace holds (PEP 487).
fn set_names(cx: &mut Cx, ty: &Obj<Type>, ns: &Obj<Dict>) -> R<()> {
    let snapshot = dict::copy(cx, ns)?;
    let entries = dict::items(cx, &snapshot);
    for (key, value) in entries {
        let class = value.type_of();
        if attr::lookup_type(cx, &class, &names::__set_name__).is_none() {
            continue;
        }
        let result = ops::call_special(cx, &value, &names::__set_name__, &[ty.to_value(), key.clone()]);
        if let Err(raised) = result {
            let error = cx.take_raised(raised);
            let note = format!(
                "Error calling __set_name__ on '{}' instance {} in '{}'",
                class.full_name(),
                repr_of(cx, &key)?,
                ty.name()
            );
            let note = cx.str(&note);
            if error.cast::<exc::Exception>().is_some() {
                let add_note = cx.intern("add_note");
                ops::call_method(cx, &error, &add_note, &[note])?;
            }
            return Err(cx.raise_value(error));
        }
    }
    Ok(())
}

/// `super(cls, cls).__init_subclass__(**keywords)`.
fn init_subclass(cx: &mut Cx, ty: &Obj<Type>, keywords: &[(Value, Value)]) -> R<()> {
    if !ty.mro(cx).iter().any(|c| c.is_obj(ty)) {
        // A metaclass's `mro()` left the class itself out.
        let name = ty.name().into_owned();
        return Err(cx.type_error(format!(
            "super(type, obj): obj (type {name}) is not an instance or subtype of type ({name})."
        )));
    }
    let rest: Vec<Value> = ty.mro(cx).iter().skip_while(|c| !c.is_obj(ty)).skip(1).cloned().collect();
    for class in rest {
        let Some(class) = class.as_type() else { continue };
        let dict = class.rest(cx).dict.clone();
        let found = dict
            .as_ref()
            .and_then(Value::cast::<Dict>)
            .and_then(|d| dict::peek_str(cx, d, &names::__init_subclass__).cloned());
        let Some(found) = found else { continue };
        let class_value = ty.to_value();
        let bound = match found.ty(cx).slots().descr_get {
            Some(get) => get(cx, &found, None, Some(&class_value))?,
            None => found,
        };
        let pairs: Vec<(&Obj<Str>, Value)> =
            keywords.iter().filter_map(|(k, v)| Some((k.as_str()?, v.clone()))).collect();
        ops::call_keywords(cx, &bound, &[], &pairs)?;
        return Ok(());
    }
    Ok(())
}

/// Whether instances of the two classes are laid out alike.
fn same_layout(a: &Type, b: &Type) -> bool {
    a.basicsize.get() == b.basicsize.get()
        && a.members.get() == b.members.get()
        && a.attrs_offset.get() == b.attrs_offset.get()
        && a.inline_slots.get() == b.inline_slots.get()
        && a.payload.size == b.payload.size
        && a.has(flags::WEAKREFABLE) == b.has(flags::WEAKREFABLE)
}

/// `obj.__class__ = class`.
pub fn assign_class(cx: &mut Cx, obj: &Value, class: &Value) -> R<()> {
    let Some(new) = class.as_type() else {
        let message = format!("__class__ must be set to a class, not '{}' object", class.type_name(cx));
        return Err(cx.type_error(message));
    };
    let old = obj.type_of();
    let module = (cx.interp().runtime.is_module)(obj) && &*native_base(cx, new).full_name() == "module";
    if !module && (new.has(flags::IMMUTABLE) || old.has(flags::IMMUTABLE)) {
        return Err(
            cx.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses")
        );
    }
    let compatible = same_layout(old.data(), new.data()) && {
        let (a, b) = (solid_base(cx, &old), solid_base(cx, new));
        a.is(&b)
            || a.rest(cx).slot_names.iter().map(Value::word).eq(b.rest(cx).slot_names.iter().map(Value::word))
                && a.data().payload.size == b.data().payload.size
                && match (&a.rest(cx).base, &b.rest(cx).base) {
                    (Some(a), Some(b)) => a.is(b),
                    _ => false,
                }
    };
    let relaid = !compatible && reshape(cx, &old, new);
    if !compatible && !relaid {
        return Err(cx.type_error(format!(
            "__class__ assignment: '{}' object layout differs from '{}'",
            new.full_name(),
            old.full_name()
        )));
    }
    let Some(header) = obj.header() else { return Ok(()) };
    if old.data().attrs_offset.get() != 0 {
        instance::leave_shape(cx, obj)?;
    }
    if !new.header().is_immortal() {
        new.header().incref();
    }
    header.ty.set(new);
    if !old.header().is_immortal() {
        // The instance's own count of its former class.
        // SAFETY: that count was the object's, which now counts the new class.
        drop(unsafe { Value::from_word(old.word()) });
    }
    Ok(())
}

/// Instances whose classes differ in inline slots only: the new class takes the narrower number if it has no instances with
/// more. Memory of an instance cannot grow in place, so the class with fewer slots gives way only from wide to narrow.
fn reshape(cx: &mut Cx, old: &Obj<Type>, new: &Obj<Type>) -> bool {
    let (a, b) = (old.data(), new.data());
    let alike = a.basicsize.get() == b.basicsize.get()
        && a.members.get() == b.members.get()
        && a.attrs_offset.get() == b.attrs_offset.get()
        && a.payload.size == b.payload.size
        && a.attrs_offset.get() > 0
        && solid_base(cx, old).is(&solid_base(cx, new));
    alike && a.inline_slots.get() >= b.inline_slots.get()
}

/// `cls.__bases__ = bases`.
pub fn set_bases(cx: &mut Cx, ty: &Obj<Type>, bases: &[Value]) -> R<()> {
    for base in bases {
        match base.as_type() {
            None => {
                let message =
                    format!("{}.__bases__ must be tuple of classes, not '{}'", ty.name(), base.type_name(cx));
                return Err(cx.type_error(message));
            }
            // The order may lag behind the bases while a metaclass's `mro()` runs.
            Some(base) if base.is_subtype(ty) || on_base_line(cx, base, ty) => {
                return Err(cx.type_error("a __bases__ item causes an inheritance cycle"));
            }
            Some(_) => {}
        }
    }
    let base = best_base(cx, bases)?;
    let old_base = ty.rest(cx).base.clone();
    let compatible = old_base.as_ref().and_then(Value::as_type).is_some_and(|old| {
        let (a, b) = (solid_base(cx, old), solid_base(cx, &base));
        a.is(&b)
            && old.data().members.get() == base.data().members.get()
            && (old.data().attrs_offset.get() == 0) == (base.data().attrs_offset.get() == 0)
    });
    if !compatible {
        let old = old_base
            .as_ref()
            .and_then(Value::as_type)
            .map(|t| t.full_name().into_owned())
            .unwrap_or_default();
        return Err(cx.type_error(format!(
            "__bases__ assignment: '{}' object layout differs from '{old}'",
            base.full_name()
        )));
    }
    let tuple = cx.tuple(bases.to_vec()).into_value();
    let rest = ty.rest_mut(cx);
    let former = (rest.bases.replace(tuple), rest.base.replace(base.into_value()));
    let ours = ty.rest(cx).bases.clone();
    let still_ours = |cx: &Cx| match (&ours, &ty.rest(cx).bases) {
        (Some(a), Some(b)) => a.is(b),
        _ => false,
    };
    let mut changed = Vec::new();
    if let Err(raised) = update_tree(cx, ty, &mut changed) {
        if still_ours(cx) {
            let error = cx.take_raised(raised);
            let rest = ty.rest_mut(cx);
            let new =
                (std::mem::replace(&mut rest.bases, former.0), std::mem::replace(&mut rest.base, former.1));
            drop(new);
            for (class, order) in changed.into_iter().rev() {
                let Some(class) = class.as_type() else { continue };
                let old = std::mem::replace(&mut class.rest_mut(cx).mro, order);
                drop(old);
                modified(cx, class);
                fix_slots(cx, class, None);
            }
            return Err(cx.raise_value(error));
        }
        return Err(raised);
    }
    if !still_ours(cx) {
        // A metaclass's `mro()` assigned other bases meanwhile: that assignment did the rest.
        return Ok(());
    }
    if let Some(old) = former.0.as_ref().and_then(Value::cast::<Tuple>) {
        for base in old.items() {
            if let Some(base) = base.as_type() {
                remove_subclass(cx, base, ty);
            }
        }
    }
    for base in bases {
        if let Some(base) = base.as_type() {
            add_subclass(cx, base, ty);
        }
    }
    modified(cx, ty);
    Ok(())
}

/// Whether `of` is `ty` or on its line of bases.
fn on_base_line(cx: &Cx, ty: &Obj<Type>, of: &Obj<Type>) -> bool {
    let mut at = ty.to_handle();
    loop {
        if at.is(of) {
            return true;
        }
        match at.rest(cx).base.as_ref().and_then(Value::as_type).map(|b| b.to_handle()) {
            Some(next) => at = next,
            None => return false,
        }
    }
}

/// New orders for a class and all below it. `changed` gets each class with the order that it had.
fn update_tree(cx: &mut Cx, ty: &Obj<Type>, changed: &mut Vec<(Value, Option<Value>)>) -> R<()> {
    cx.check_native_stack("")?;
    let before = ty.rest(cx).mro.clone();
    if !update_mro(cx, ty)? {
        return Ok(());
    }
    changed.push((ty.to_value(), before));
    fix_slots(cx, ty, None);
    for subclass in super::subclasses(cx, ty) {
        if let Some(subclass) = subclass.as_type() {
            update_tree(cx, subclass, changed)?;
        }
    }
    Ok(())
}
