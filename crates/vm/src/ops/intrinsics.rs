//! `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2`.

use taipan_bytecode::ops_names::{intrinsic_1 as one, intrinsic_2 as two};
use taipan_object::{Cx, R, Value, ops};
use taipan_types::typing::{params, type_alias};

use super::{Regs, Step, attempt, generators};
use crate::containers;

pub unsafe fn intrinsic_1(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the operand lies on the stack.
    unsafe {
        let value = r.lend(1);
        let result = match arg {
            one::PRINT => attempt!(r, display(cx, &value)),
            one::IMPORT_STAR => {
                let namespace = attempt!(r, super::names::namespace(cx, r, "found during 'import *'"));
                attempt!(r, super::imports::star(cx, &value, &namespace));
                Value::none()
            }
            one::STOPITERATION_ERROR => generators::stop_iteration_error(cx, r, &value),
            one::ASYNC_GEN_WRAP => crate::generator::asyncgen::wrap(cx, value.clone()),
            one::UNARY_POSITIVE => attempt!(r, ops::pos(cx, &value)),
            one::LIST_TO_TUPLE => {
                let items = containers::list_items(cx, &value).map(<[Value]>::to_vec).unwrap_or_default();
                cx.tuple(items).into_value()
            }
            one::TYPEVAR => attempt!(r, params::make_param(cx, &params::TYPE_VAR, &value, None, None)),
            one::PARAMSPEC => attempt!(r, params::make_param(cx, &params::PARAM_SPEC, &value, None, None)),
            one::TYPEVARTUPLE => {
                attempt!(r, params::make_param(cx, &params::TYPE_VAR_TUPLE, &value, None, None))
            }
            one::SUBSCRIPT_GENERIC => attempt!(r, subscript_generic(cx, &value)),
            one::TYPEALIAS => attempt!(r, make_type_alias(cx, &value)),
            _ => return super::stack::bad(cx, r, arg),
        };
        r.drop_top(cx, 1);
        r.push_value(result);
    }
    Step::Next(r)
}

pub unsafe fn intrinsic_2(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: both operands lie on the stack.
    unsafe {
        let (a, b) = (r.lend(2), r.lend(1));
        let result = match arg {
            two::PREP_RERAISE_STAR => {
                let results = containers::list_items(cx, &b).map(<[Value]>::to_vec).unwrap_or_default();
                attempt!(r, crate::groups::prepare_reraise(cx, &a, &results))
            }
            two::TYPEVAR_WITH_BOUND => {
                attempt!(r, params::make_param(cx, &params::TYPE_VAR, &a, Some(b.clone()), None))
            }
            two::TYPEVAR_WITH_CONSTRAINTS => {
                attempt!(r, params::make_param(cx, &params::TYPE_VAR, &a, None, Some(b.clone())))
            }
            two::SET_FUNCTION_TYPE_PARAMS => {
                if let Some(f) = a.cast::<crate::function::Function>() {
                    f.get_mut(cx).type_params = Some(b.clone());
                }
                a.clone()
            }
            two::SET_TYPEPARAM_DEFAULT => attempt!(r, params::set_default(cx, &a, &b)),
            _ => return super::stack::bad(cx, r, arg),
        };
        r.drop_top(cx, 2);
        r.push_value(result);
    }
    Step::Next(r)
}

/// The interactive display of an expression's value: `sys.displayhook`.
fn display(cx: &mut Cx, value: &Value) -> R {
    let Some(sys) = cx.interp().sys.clone() else { return Err(cx.runtime_error("lost sys.displayhook")) };
    match ops::getattr_opt(cx, &sys, &taipan_object::names::displayhook)? {
        Some(hook) => ops::call(cx, &hook, std::slice::from_ref(value)),
        None => Err(cx.runtime_error("lost sys.displayhook")),
    }
}

/// `Generic[T, *Ts]`: the base class of a class with type parameters.
fn subscript_generic(cx: &mut Cx, parameters: &Value) -> R {
    let parameters = ops::collect(cx, parameters)?;
    let parameters = params::unpack_variadic(cx, &parameters)?;
    let key = cx.tuple(parameters).into_value();
    ops::getitem(cx, &params::GENERIC.to_value(), &key)
}

/// `type X = …`: name, parameters and the function that gives the value, as a tuple.
fn make_type_alias(cx: &mut Cx, parts: &Value) -> R {
    match ops::collect(cx, parts)?.as_slice() {
        [name, parameters, evaluate] => type_alias::make_alias(cx, name, parameters, evaluate),
        _ => Err(cx.system_error("TYPEALIAS needs three operands")),
    }
}
