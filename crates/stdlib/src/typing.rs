//! `_typing`: the native half of `typing`. The types are `taipan_types::typing`.

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value};
use taipan_types::module::{ModuleDef, set};
use taipan_types::typing::{UNION, params, type_alias};

/// The identity function of the C implementation's tests.
#[native("_typing._idfunc(x, /)")]
fn idfunc(cx: &mut Cx, x: &Value) -> R {
    let _ = cx;
    Ok(x.clone())
}

fn given(value: &Value) -> Option<Value> {
    Some(value.clone()).filter(|v| !v.is_none())
}

/// What the type parameter intrinsics of the compiler's output call: kind, name, functions for bound and constraints.
#[native("_typing._make_type_param(kind, name, bound, constraints, /)", no_signature)]
fn make_type_param(cx: &mut Cx, kind: &Value, name: &Value, bound: &Value, constraints: &Value) -> R {
    let kind = kind.as_str().map(|k| k.to_string_lossy().into_owned()).unwrap_or_default();
    params::make_param(cx, &kind, name, given(bound), given(constraints))
}

/// What the TYPEALIAS intrinsic calls.
#[native("_typing._make_type_alias(name, type_params, evaluate, /)", no_signature)]
fn make_type_alias(cx: &mut Cx, name: &Value, type_params: &Value, evaluate: &Value) -> R {
    type_alias::make_alias(cx, name, type_params, evaluate)
}

/// What the SET_TYPEPARAM_DEFAULT intrinsic calls.
#[native("_typing._set_type_param_default(parameter, evaluate, /)", no_signature)]
fn set_type_param_default(cx: &mut Cx, parameter: &Value, evaluate: &Value) -> R {
    params::set_default(cx, parameter, evaluate)
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let types = [
        &params::TYPE_VAR,
        &params::PARAM_SPEC,
        &params::TYPE_VAR_TUPLE,
        &params::PARAM_SPEC_ARGS,
        &params::PARAM_SPEC_KWARGS,
        &params::GENERIC,
        &type_alias::TYPE_ALIAS,
        &UNION,
    ];
    for class in types {
        set(cx, module, &class.name(), class.to_value())?;
    }
    set(cx, module, "NoDefault", params::NO_DEFAULT.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_typing",
    doc: Some("Primitives and accelerators for the typing module.\n"),
    functions: natives![idfunc, make_type_param, make_type_alias, set_type_param_default],
    init: Some(init),
    ..ModuleDef::EMPTY
};
