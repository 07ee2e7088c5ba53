//! `typing.TypeAliasType`: the `type X = …` statement (PEP 695). The value is evaluated at first use.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, MemberDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, flags, names, ops,
};

use super::alias::new_alias;
use super::params::{ConstEvaluator, check_parameters, unpack_variadic};
use super::union::union_slot;
use crate::Types;

/// The payload of a type alias.
#[derive(Trace)]
pub struct TypeAlias {
    name: Value,
    type_params: Option<Value>,
    evaluate: Option<Value>,
    value: Option<Value>,
    module: Option<Value>,
}

// SAFETY: instances of the type are `Obj<TypeAlias>`; all values are traced.
unsafe impl Payload for TypeAlias {
    const TYPE: &'static Obj<Type> = &TYPE_ALIAS;
}

/// `typing.TypeAliasType`.
pub static TYPE_ALIAS: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<TypeAlias>("typing.TypeAliasType")
        .base(&OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(|cx, v| this(cx, v).map(|a| a.get(cx).name.clone())),
            or: Some(union_slot),
            getitem: Some(getitem),
            iter: Some(iter),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![reduce], members: MEMBERS, getset: GETSET, ..TypeDefs::NONE })
        .doc("Type alias.\n\nType aliases are created through the type statement::"),
);

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<TypeAlias>> {
    match value.cast::<TypeAlias>() {
        Some(alias) => Ok(alias),
        None => Err(cx.type_error("a type alias is required")),
    }
}

fn current_module(cx: &mut Cx) -> R<Option<Value>> {
    let globals = cx.interp().runtime.current_globals;
    match globals(cx) {
        Some(globals) => match globals.as_dict() {
            Some(dict) => taipan_object::dict::get_str(cx, dict, &names::__name__),
            None => Ok(None),
        },
        None => Ok(None),
    }
}

/// The intrinsic TYPEALIAS: name, type parameters (a tuple or None), the function that gives the value.
pub fn make_alias(cx: &mut Cx, name: &Value, type_params: &Value, evaluate: &Value) -> R {
    let module = current_module(cx)?;
    let type_params = Some(type_params.clone()).filter(|p| !p.is_none());
    let payload =
        TypeAlias { name: name.clone(), type_params, evaluate: Some(evaluate.clone()), value: None, module };
    Ok(cx.new_object(payload).into_value())
}

#[native("typealias(name, value, *, type_params=())")]
fn arguments(cx: &mut Cx, name: &Value, value: &Value, type_params: Option<&Value>) -> R {
    if name.as_str().is_none() {
        let message = format!("typealias() argument 'name' must be str, not {}", name.type_name(cx));
        return Err(cx.type_error(message));
    }
    let type_params = match type_params {
        Some(given) => match given.cast::<Tuple>() {
            None => return Err(cx.type_error("type_params must be a tuple")),
            Some(tuple) => {
                check_parameters(cx, tuple.items())?;
                Some(given.clone()).filter(|_| !tuple.is_empty())
            }
        },
        None => None,
    };
    let module = current_module(cx)?;
    let payload =
        TypeAlias { name: name.clone(), type_params, evaluate: None, value: Some(value.clone()), module };
    Ok(cx.new_object(payload).into_value())
}

fn new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    (arguments__def.call)(cx, args)
}

fn value(cx: &mut Cx, v: &Value) -> R {
    let alias = this(cx, v)?;
    if let Some(known) = &alias.get(cx).value {
        return Ok(known.clone());
    }
    let Some(evaluate) = alias.get(cx).evaluate.clone() else { return Ok(Value::none()) };
    let made = ops::call(cx, &evaluate, &[Value::small_int(1)])?;
    alias.get_mut(cx).value = Some(made.clone());
    Ok(made)
}

/// The parameters as a subscription sees them: type variable tuples unpacked.
fn parameters(cx: &mut Cx, v: &Value) -> R {
    let Some(params) = this(cx, v)?.get(cx).type_params.clone() else { return Ok(cx.tuple_value([])) };
    let params = ops::collect(cx, &params)?;
    let params = unpack_variadic(cx, &params)?;
    Ok(cx.tuple(params).into_value())
}

fn getitem(cx: &mut Cx, v: &Value, key: &Value) -> R {
    if this(cx, v)?.get(cx).type_params.is_none() {
        return Err(cx.type_error("Only generic type aliases are subscriptable"));
    }
    new_alias(cx, v, key)
}

fn iter(cx: &mut Cx, v: &Value) -> R {
    let import = cx.interp().runtime.import;
    let typing = import(cx, "typing")?;
    let unpack = ops::getattr_str(cx, &typing, "Unpack")?;
    let unpacked = ops::getitem(cx, &unpack, v)?;
    let one = cx.tuple_value([unpacked]);
    ops::iter(cx, &one)
}

#[native("TypeAliasType.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<TypeAlias>) -> R {
    Ok(this.get(cx).name.clone())
}

static MEMBERS: &[MemberDef] = &[MemberDef {
    name: "__name__",
    doc: None,
    get: |cx, v| this(cx, v).map(|a| a.get(cx).name.clone()),
    set: None,
}];

static GETSET: &[GetSetDef] = &[
    GetSetDef { name: "__parameters__", doc: None, get: Some(parameters), set: None },
    GetSetDef {
        name: "__type_params__",
        doc: None,
        get: Some(|cx, v| {
            let params = this(cx, v)?.get(cx).type_params.clone();
            Ok(params.unwrap_or_else(|| cx.tuple_value([])))
        }),
        set: None,
    },
    GetSetDef { name: "__value__", doc: None, get: Some(value), set: None },
    GetSetDef {
        name: "evaluate_value",
        doc: None,
        get: Some(|cx, v| {
            let state = this(cx, v)?.get(cx);
            match (state.evaluate.clone(), state.value.clone()) {
                (Some(f), _) => Ok(f),
                (None, Some(value)) => Ok(cx.new_object(ConstEvaluator::new(value)).into_value()),
                (None, None) => Ok(Value::none()),
            }
        }),
        set: None,
    },
    GetSetDef {
        name: "__module__",
        doc: None,
        get: Some(|cx, v| this(cx, v).map(|a| a.get(cx).module.clone().unwrap_or_else(Value::none))),
        set: None,
    },
];

pub fn install(types: &mut Types) {
    types.add([&TYPE_ALIAS]);
}
