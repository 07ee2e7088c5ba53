//! `types.MappingProxyType`: a read-only proxy of a mapping.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::OBJECT;
use taipan_object::{
    Args, CompareOp, Cx, Frozen, Obj, Payload, R, Slots, Type, TypeDefs, Value, dict, flags, names, ops,
};

use crate::Types;
use crate::support::class_getitem;

/// The payload.
#[derive(Trace)]
pub struct MappingProxy {
    pub mapping: Value,
}
impl Frozen for MappingProxy {}
// SAFETY: instances of the type are `Obj` of this payload, and there are no subtypes.
unsafe impl Payload for MappingProxy {
    const TYPE: &'static Obj<Type> = &MAPPING_PROXY;
}

static DEFS: TypeDefs = TypeDefs {
    methods: natives![get, keys, values, items, copy, __class_getitem__, __reversed__],
    ..TypeDefs::NONE
};

/// `mappingproxy`.
pub static MAPPING_PROXY: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<MappingProxy>("mappingproxy")
        .base(&OBJECT)
        .flags(flags::MAPPING)
        .with_slots(Slots {
            new: Some(construct),
            repr: Some(repr),
            str: Some(|cx, this| ops::str_of(cx, inner(this)).map(Into::into)),
            hash: Some(|cx, this| ops::hash(cx, inner(this))),
            iter: Some(|cx, this| ops::iter(cx, inner(this))),
            len: Some(|cx, this| ops::len(cx, inner(this))),
            getitem: Some(|cx, this, key| ops::getitem(cx, inner(this), key)),
            contains: Some(|cx, this, key| ops::contains(cx, inner(this), key)),
            compare: Some(compare),
            or: Some(|cx, a, b| ops::binary(cx, ops::BinaryOp::Or, inner(a), inner(b))),
            ior: Some(|cx, this, other| {
                let message = format!(
                    "'|=' is not supported by {}; use '|' instead",
                    if is_proxy(this) { this.type_name(cx) } else { other.type_name(cx) }
                );
                Err(cx.type_error(message))
            }),
            ..Slots::EMPTY
        })
        .defs(&DEFS)
        .doc("Read-only proxy of a mapping."),
);

pub fn install(types: &mut Types) {
    types.add([&MAPPING_PROXY]);
}

/// A proxy of `mapping`.
pub fn new_proxy(cx: &Cx, mapping: Value) -> Value {
    cx.new_object(MappingProxy { mapping }).into_value()
}

fn is_proxy(value: &Value) -> bool {
    value.cast_exact::<MappingProxy>().is_some()
}

/// What a proxy stands for; any other value itself.
fn inner(value: &Value) -> &Value {
    match value.cast_exact::<MappingProxy>() {
        Some(proxy) => &proxy.mapping,
        None => value,
    }
}

fn construct(cx: &mut Cx, _ty: &Obj<Type>, args: Args<'_>) -> R {
    let mapping = match (args.pos(), args.keyword("mapping"), args.values().len()) {
        ([one], None, 1) => one,
        ([], Some(one), 1) => one,
        (_, _, n) if n > 1 => {
            return Err(cx.type_error(format!("mappingproxy() takes at most 1 argument ({n} given)")));
        }
        _ => return Err(cx.type_error("mappingproxy() missing required argument 'mapping' (pos 1)")),
    };
    let is_mapping = mapping.ty(cx).slots().getitem.is_some()
        && !mapping.is_instance(&taipan_object::tuple::TUPLE)
        && !mapping.ty(cx).has(flags::LIST);
    if !is_mapping {
        let message = format!("mappingproxy() argument must be a mapping, not {}", mapping.type_name(cx));
        return Err(cx.type_error(message));
    }
    Ok(new_proxy(cx, mapping.clone()))
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let text = ops::repr(cx, inner(this))?;
    let mut out = crate::support::TextBuilder::default();
    out.push("mappingproxy(");
    out.push_str(&text);
    out.push(")");
    Ok(out.finish(cx).into_value())
}

fn compare(cx: &mut Cx, this: &Value, other: &Value, op: CompareOp) -> R {
    ops::compare(cx, inner(this), other, op)
}

/// Return the value for key if key is in the mapping, else default.
#[native("mappingproxy.get($self, key, default=None, /)")]
fn get(cx: &mut Cx, this: &Obj<MappingProxy>, key: &Value, default: Option<&Value>) -> R {
    if this.mapping.is_instance_exact(&dict::DICT)
        && let Some(dict) = this.mapping.as_dict()
    {
        let found = dict::get(cx, dict, key)?;
        return Ok(found.or_else(|| default.cloned()).unwrap_or_else(Value::none));
    }
    let default = default.cloned().unwrap_or_else(Value::none);
    ops::call_method(cx, &this.mapping, &names::get, &[key.clone(), default])
}

/// D.keys() -> a set-like object providing a view on D's keys
#[native("mappingproxy.keys($self, /)")]
fn keys(cx: &mut Cx, this: &Obj<MappingProxy>) -> R {
    ops::call_method(cx, &this.mapping, &names::keys, &[])
}

/// D.values() -> an object providing a view on D's values
#[native("mappingproxy.values($self, /)")]
fn values(cx: &mut Cx, this: &Obj<MappingProxy>) -> R {
    ops::call_method(cx, &this.mapping, &names::values, &[])
}

/// D.items() -> a set-like object providing a view on D's items
#[native("mappingproxy.items($self, /)")]
fn items(cx: &mut Cx, this: &Obj<MappingProxy>) -> R {
    ops::call_method(cx, &this.mapping, &names::items, &[])
}

/// D.copy() -> a shallow copy of D
#[native("mappingproxy.copy($self, /)")]
fn copy(cx: &mut Cx, this: &Obj<MappingProxy>) -> R {
    ops::call_method(cx, &this.mapping, &names::copy, &[])
}

/// mappingproxy objects are generic over two types, signifying (respectively) the types of their keys and values
#[native("mappingproxy.__class_getitem__($type, object, /)")]
fn __class_getitem__(cx: &mut Cx, class: &Value, object: &Value) -> R {
    class_getitem(cx, class, object)
}

/// D.__reversed__() -> reverse iterator
#[native("mappingproxy.__reversed__($self, /)")]
fn __reversed__(cx: &mut Cx, this: &Obj<MappingProxy>) -> R {
    ops::call_method(cx, &this.mapping, &names::__reversed__, &[])
}
