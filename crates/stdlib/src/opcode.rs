//! `_opcode`: what the tables of instructions say, for `opcode` and `dis`.

use taipan_bytecode::metadata::{self, Property};
use taipan_bytecode::ops_names::{BINARY_OPS, INTRINSICS_1, INTRINSICS_2, SPECIAL_METHODS};
use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value};
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, set};

use crate::pytime::c_int;

/// Compute the stack effect of the opcode.
#[native("stack_effect(opcode, oparg=None, /, *, jump=None)")]
fn stack_effect(cx: &mut Cx, opcode: &Value, oparg: Option<&Value>, jump: Option<&Value>) -> R<i64> {
    let opcode = c_int(cx, opcode)?;
    let jump = match jump.filter(|j| !j.is_none()) {
        None => None,
        Some(j) => match j.as_bool() {
            Some(b) => Some(b),
            None => return Err(cx.value_error("stack_effect: jump must be False, True or None")),
        },
    };
    let oparg = match oparg.filter(|o| !o.is_none()) {
        Some(o) => Some(c_int(cx, o)? as u32),
        None => None,
    };
    match metadata::stack_effect(opcode.into(), oparg, jump) {
        Some(effect) => Ok(effect),
        None => Err(cx.value_error("invalid opcode or oparg")),
    }
}

/// Return True if opcode is valid, False otherwise.
#[native("is_valid(opcode)")]
fn is_valid(cx: &mut Cx, opcode: &Value) -> R<bool> {
    Ok(metadata::is_valid(c_int(cx, opcode)?.into()))
}

macro_rules! property {
    ($($(#[doc = $doc:literal])* $name:ident $sig:literal = $property:ident;)*) => { $(
        $(#[doc = $doc])*
        #[native($sig)]
        fn $name(cx: &mut Cx, opcode: &Value) -> R<bool> {
            let number = c_int(cx, opcode)?.into();
            Ok(metadata::is_valid(number) && metadata::has(number, Property::$property))
        }
    )* };
}

property! {
    /// Return True if the opcode uses its oparg, False otherwise.
    has_arg "has_arg(opcode)" = Arg;
    /// Return True if the opcode accesses a constant, False otherwise.
    has_const "has_const(opcode)" = Const;
    /// Return True if the opcode accesses an attribute by name, False otherwise.
    has_name "has_name(opcode)" = Name;
    /// Return True if the opcode has a jump target, False otherwise.
    has_jump "has_jump(opcode)" = Jump;
    /// Return True if the opcode accesses a free variable, False otherwise.
    ///
    /// Note that 'free' in this context refers to names in the current scope
    /// that are referenced by inner scopes or names in outer scopes that are
    /// referenced from this scope.  It does not include references to global
    /// or builtin scopes.
    has_free "has_free(opcode)" = Free;
    /// Return True if the opcode accesses a local variable, False otherwise.
    has_local "has_local(opcode)" = Local;
    /// Return True if the opcode sets an exception handler, False otherwise.
    has_exc "has_exc(opcode)" = Exc;
}

/// Return the specialization stats
#[native("get_specialization_stats()")]
fn get_specialization_stats(cx: &mut Cx) -> R<()> {
    let _ = cx;
    Ok(())
}

/// Return array of symbols of binary ops.
///
/// Indexed by the BINARY_OP oparg value.
#[native("get_nb_ops()")]
fn get_nb_ops(cx: &mut Cx) -> R {
    let rows =
        BINARY_OPS.iter().map(|(name, symbol)| cx.tuple_value([cx.str(name), cx.str(symbol)])).collect();
    Ok(new_list(cx, rows).into_value())
}

fn names(cx: &mut Cx, names: &[&str]) -> Value {
    let list = names.iter().map(|name| cx.str(name)).collect();
    new_list(cx, list).into_value()
}

/// Return a list of names of the unary intrinsics.
#[native("get_intrinsic1_descs()")]
fn get_intrinsic1_descs(cx: &mut Cx) -> R {
    Ok(names(cx, INTRINSICS_1))
}

/// Return a list of names of the binary intrinsics.
#[native("get_intrinsic2_descs()")]
fn get_intrinsic2_descs(cx: &mut Cx) -> R {
    Ok(names(cx, INTRINSICS_2))
}

/// Return a list of special method names.
#[native("get_special_method_names()")]
fn get_special_method_names(cx: &mut Cx) -> R {
    Ok(names(cx, SPECIAL_METHODS))
}

/// Return the executor object at offset in code if exists, None otherwise.
#[native("get_executor(*, code, offset)")]
fn get_executor(cx: &mut Cx, code: &Value, offset: i64) -> R {
    let _ = offset;
    if &*code.type_name(cx) != "code" {
        let message = format!("expected a code object, not '{}'", code.type_name(cx));
        return Err(cx.type_error(message));
    }
    Err(cx.runtime_error("Executors are not available in this build"))
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "ENABLE_SPECIALIZATION", Value::small_int(1))?;
    set(cx, module, "ENABLE_SPECIALIZATION_FT", Value::small_int(1))
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_opcode",
    doc: Some("Opcode support module."),
    functions: natives![
        stack_effect,
        is_valid,
        has_arg,
        has_const,
        has_name,
        has_jump,
        has_free,
        has_local,
        has_exc,
        get_specialization_stats,
        get_nb_ops,
        get_intrinsic1_descs,
        get_intrinsic2_descs,
        get_executor,
        get_special_method_names
    ],
    init: Some(init),
    ..ModuleDef::EMPTY
};
