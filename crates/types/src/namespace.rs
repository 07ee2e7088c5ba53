//! `types.SimpleNamespace`.

use taipan_macros::{native, natives};
use taipan_object::ty::OBJECT;
use taipan_object::{
    Args, CompareOp, Cx, Handle, KwArgs, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, dict,
    flags, instance, ops, plain_data,
};

use crate::Types;
use crate::support::{TextBuilder, at_most_one};

/// The payload: everything is in the attributes.
pub struct SimpleNamespace;
plain_data!(SimpleNamespace);
// SAFETY: no payload at all.
unsafe impl Payload for SimpleNamespace {
    const TYPE: &'static Obj<Type> = &SIMPLE_NAMESPACE;
}

static DEFS: TypeDefs = TypeDefs {
    methods: natives![__reduce__, __replace__],
    members: &[MemberDef { name: "__dict__", doc: None, get: instance::dict_of, set: None }],
    ..TypeDefs::NONE
};

/// `types.SimpleNamespace`.
pub static SIMPLE_NAMESPACE: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<SimpleNamespace>("types.SimpleNamespace")
        .base(&OBJECT)
        .flags(flags::BASE | flags::HAVE_GC)
        .with_attrs()
        .with_slots(Slots {
            new: Some(|cx, ty, _| Ok(cx.new_instance(ty, SimpleNamespace).into_value())),
            init: Some(init),
            repr: Some(repr),
            compare: Some(compare),
            ..Slots::EMPTY
        })
        .defs(&DEFS)
        .doc("A simple attribute-based namespace."),
);

pub fn install(types: &mut Types) {
    types.add([&SIMPLE_NAMESPACE]);
}

/// A new namespace with the entries of `attributes`.
pub fn new(cx: &mut Cx, attributes: &[(&str, Value)]) -> R {
    let made = cx.new_object(SimpleNamespace).into_value();
    let target = attributes_of(cx, &made)?;
    for (name, value) in attributes {
        let name = cx.intern(name);
        dict::set_str(cx, &target, &name, value.clone())?;
    }
    Ok(made)
}

fn attributes_of(cx: &mut Cx, this: &Value) -> R<Handle<dict::Dict>> {
    let attributes = instance::dict_of(cx, this)?;
    match attributes.as_dict() {
        Some(dict) => Ok(dict.to_handle()),
        None => Err(cx.system_error("instance dictionary is not a dict")),
    }
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    let source = at_most_one(cx, args, "SimpleNamespace")?;
    let target = attributes_of(cx, this)?;
    if let Some(source) = source {
        let given = cx.new_dict();
        crate::dict::update(cx, &given, source)?;
        if dict::keys(cx, &given).iter().any(|k| k.as_str().is_none()) {
            return Err(cx.type_error("keywords must be strings"));
        }
        dict::merge(cx, &target, &given, true)?;
    }
    for (name, value) in args.keywords() {
        dict::set_str(cx, &target, name, value.clone())?;
    }
    Ok(())
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let name = if this.is_instance_exact(&SIMPLE_NAMESPACE) {
        "namespace".to_owned()
    } else {
        this.type_of().name().into_owned()
    };
    if !cx.repr_enter(this) {
        return Ok(cx.str(&format!("{name}(...)")));
    }
    let text = repr_attributes(cx, this, &name);
    cx.repr_leave(this);
    Ok(text?.finish(cx).into_value())
}

fn repr_attributes(cx: &mut Cx, this: &Value, name: &str) -> R<TextBuilder> {
    let attributes = attributes_of(cx, this)?;
    let mut text = TextBuilder::default();
    text.push(name);
    text.push("(");
    let mut first = true;
    for (key, value) in dict::items(cx, &attributes) {
        let Some(key) = key.as_str().filter(|k| !k.is_empty()) else { continue };
        if !first {
            text.push(", ");
        }
        first = false;
        text.push_str(key);
        text.push("=");
        text.push_repr(cx, &value)?;
    }
    text.push(")");
    Ok(text)
}

fn compare(cx: &mut Cx, this: &Value, other: &Value, op: CompareOp) -> R {
    if !this.is_instance(&SIMPLE_NAMESPACE) || !other.is_instance(&SIMPLE_NAMESPACE) {
        return Ok(Value::not_implemented());
    }
    let (a, b) = (instance::dict_of(cx, this)?, instance::dict_of(cx, other)?);
    ops::compare(cx, &a, &b, op)
}

/// Return state information for pickling
#[native("types.SimpleNamespace.__reduce__($self, /)")]
fn __reduce__(cx: &mut Cx, this: &Value) -> R {
    let attributes = instance::dict_of(cx, this)?;
    let class = this.type_of().into_value();
    let empty = cx.tuple_value([]);
    Ok(cx.tuple_value([class, empty, attributes]))
}

/// Return a copy of the namespace object with new values for the specified attributes.
#[native("types.SimpleNamespace.__replace__($self, /, **changes)")]
fn __replace__(cx: &mut Cx, this: &Value, changes: KwArgs<'_>) -> R {
    let class = this.type_of().into_value();
    let made = ops::call(cx, &class, &[])?;
    if !made.is_instance(&SIMPLE_NAMESPACE) {
        let class = crate::object::qualified_name(cx, &this.type_of())?;
        let message = format!(
            "expect types.SimpleNamespace type, but {class}() returned '{}' object",
            made.type_name(cx)
        );
        return Err(cx.type_error(message));
    }
    let (source, target) = (attributes_of(cx, this)?, attributes_of(cx, &made)?);
    dict::merge(cx, &target, &source, true)?;
    for (name, value) in changes.iter() {
        dict::set_str(cx, &target, name, value.clone())?;
    }
    Ok(made)
}
