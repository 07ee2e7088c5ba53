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
    functions: natives![idfunc],
    init: Some(init),
    ..ModuleDef::EMPTY
};
