//! `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2`.

use taipan_bytecode::ops_names::{intrinsic_1 as one, intrinsic_2 as two};
use taipan_object::{Cx, R, Value, ops};

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
            one::TYPEVAR => attempt!(r, typing(cx, "TypeVar", &value, None, None)),
            one::PARAMSPEC => attempt!(r, typing(cx, "ParamSpec", &value, None, None)),
            one::TYPEVARTUPLE => attempt!(r, typing(cx, "TypeVarTuple", &value, None, None)),
            one::SUBSCRIPT_GENERIC => {
                let name = cx.intern("Generic");
                let module = attempt!(r, import_typing(cx));
                let generic = attempt!(r, ops::getattr(cx, &module, &name));
                attempt!(r, ops::getitem(cx, &generic, &value))
            }
            one::TYPEALIAS => attempt!(r, type_alias(cx, &value)),
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
            two::TYPEVAR_WITH_BOUND => attempt!(r, typing(cx, "TypeVar", &a, Some(&b), None)),
            two::TYPEVAR_WITH_CONSTRAINTS => attempt!(r, typing(cx, "TypeVar", &a, None, Some(&b))),
            two::SET_FUNCTION_TYPE_PARAMS => {
                if let Some(f) = a.cast::<crate::function::Function>() {
                    f.get_mut(cx).type_params = Some(b.clone());
                }
                a.clone()
            }
            two::SET_TYPEPARAM_DEFAULT => attempt!(r, set_default(cx, &a, &b)),
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

fn import_typing(cx: &mut Cx) -> R {
    let import = cx.interp().runtime.import;
    import(cx, "typing")
}

fn native_typing(cx: &mut Cx) -> R {
    let import = cx.interp().runtime.import;
    import(cx, "_typing")
}

/// A type parameter: its bound and constraints are functions that the native type calls on demand.
fn typing(cx: &mut Cx, class: &str, name: &Value, bound: Option<&Value>, constraints: Option<&Value>) -> R {
    let module = native_typing(cx)?;
    let make = cx.intern("_make_type_param");
    let make = ops::getattr(cx, &module, &make)?;
    let class = cx.str(class);
    let none = Value::none();
    let args = [class, name.clone(), bound.unwrap_or(&none).clone(), constraints.unwrap_or(&none).clone()];
    ops::call(cx, &make, &args)
}

fn type_alias(cx: &mut Cx, parts: &Value) -> R {
    let module = native_typing(cx)?;
    let make = cx.intern("_make_type_alias");
    let make = ops::getattr(cx, &module, &make)?;
    let parts = ops::collect(cx, parts)?;
    ops::call(cx, &make, &parts)
}

fn set_default(cx: &mut Cx, parameter: &Value, default: &Value) -> R {
    let module = native_typing(cx)?;
    let set = cx.intern("_set_type_param_default");
    let set = ops::getattr(cx, &module, &set)?;
    ops::call(cx, &set, &[parameter.clone(), default.clone()])
}
