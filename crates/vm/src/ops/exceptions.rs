//! Raising, handling, `with`, exception groups.

use taipan_object::exc::{self, Exception};
use taipan_object::{Cx, R, Raised, Tuple, Value, flags, ops};

use super::{Regs, Step, attempt, bool_slot};
use crate::slot::{self, NULL};
use crate::thread::vm;
use crate::unwind;

/// The exception of `raise x`.
fn instance_of(cx: &mut Cx, value: &Value, message: &str) -> R {
    if let Some(class) = value.as_type()
        && class.has(flags::EXCEPTION)
    {
        let made = ops::call(cx, value, &[])?;
        if made.is_instance(&exc::BASE_EXCEPTION) {
            return Ok(made);
        }
        let text = ops::repr(cx, value)?.to_string_lossy().into_owned();
        let message = format!(
            "calling {text} should have returned an instance of BaseException, not {}",
            made.type_name(cx)
        );
        return Err(cx.type_error(message));
    }
    if value.cast::<Exception>().is_some() {
        return Ok(value.clone());
    }
    Err(cx.type_error(message))
}

fn raise_from(cx: &mut Cx, value: &Value, cause: Option<&Value>) -> Raised {
    let exception = match instance_of(cx, value, "exceptions must derive from BaseException") {
        Ok(exception) => exception,
        Err(raised) => return raised,
    };
    if let Some(cause) = cause {
        let cause = if cause.is_none() {
            None
        } else {
            match instance_of(cx, cause, "exception causes must derive from BaseException") {
                Ok(cause) => Some(cause),
                Err(raised) => return raised,
            }
        };
        if let Some(e) = exception.cast::<Exception>() {
            let data = e.get_mut(cx);
            data.suppress_context = true;
            let old = std::mem::replace(&mut data.cause, cause);
            drop(old);
        }
    }
    unwind::raise(cx, exception)
}

pub unsafe fn raise_varargs(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: `arg` operands lie on the stack.
    unsafe {
        let raised = match arg {
            0 => match vm(cx).handled() {
                Some(exception) => {
                    vm(cx).reraise = true;
                    cx.raise_value(exception)
                }
                None => cx.runtime_error("No active exception to reraise"),
            },
            1 => {
                let value = r.lend(1);
                raise_from(cx, &value, None)
            }
            _ => {
                let (value, cause) = (r.lend(2), r.lend(1));
                raise_from(cx, &value, Some(&cause))
            }
        };
        let _ = &mut r;
        Step::Raise(r, raised)
    }
}

pub unsafe fn reraise(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the exception lies on the stack, and where asked for the instruction below it.
    unsafe {
        let exception = r.pop_value();
        if arg > 0
            && let Some(lasti) = slot::lend(r.peek(arg as usize)).word().as_int()
        {
            (*r.frame).ip = r.code().entry.get().add(lasti.max(0) as usize + 1);
        }
        if exception.cast::<Exception>().is_none() {
            return Step::Raise(r, cx.system_error("RERAISE needs an exception"));
        }
        vm(cx).reraise = true;
        Step::Raise(r, cx.raise_value(exception))
    }
}

/// Begins to handle the exception on top: what was handled before goes below it.
pub unsafe fn push_exc_info(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the exception lies on the stack.
    unsafe {
        let exception = r.pop();
        let own = slot::slot(slot::dup(exception));
        let before = unwind::set_handled(cx, own);
        r.push(if before == NULL { super::none_slot() } else { before });
        r.push(exception);
    }
    Step::Next(r)
}

pub unsafe fn pop_except(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: what was handled before lies on the stack.
    unsafe {
        let before = super::stack::owned_slot(r.pop());
        let old = unwind::set_handled(cx, before);
        r.release(cx, old);
    }
    Step::Next(r)
}

/// Refuses what is no exception class in an `except` clause.
fn check_class(cx: &mut Cx, class: &Value) -> R<()> {
    let is_exception = |v: &Value| v.as_type().is_some_and(|t| t.has(flags::EXCEPTION));
    let fine = match class.cast::<Tuple>() {
        Some(classes) => classes.items().iter().all(is_exception),
        None => is_exception(class),
    };
    if fine {
        Ok(())
    } else {
        Err(cx.type_error("catching classes that do not inherit from BaseException is not allowed"))
    }
}

/// Whether an exception is of a class or one of a tuple of classes: by the MRO, as `except` tests it.
pub fn matches(exception: &Value, class: &Value) -> bool {
    match class.cast::<Tuple>() {
        Some(classes) => classes.items().iter().any(|c| matches(exception, c)),
        None => class.as_type().is_some_and(|t| exception.is_instance(t)),
    }
}

pub unsafe fn check_exc_match(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: exception and class lie on the stack.
    unsafe {
        let (exception, class) = (r.lend(2), r.lend(1));
        attempt!(r, check_class(cx, &class));
        let result = matches(&exception, &class);
        r.drop_top(cx, 1);
        r.push(bool_slot(result));
    }
    Step::Next(r)
}

pub unsafe fn check_eg_match(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: exception and class lie on the stack; both are replaced.
    unsafe {
        let (exception, class) = (r.lend(2), r.lend(1));
        attempt!(r, check_eg_class(cx, &class));
        let (matched, rest) = attempt!(r, crate::groups::split_by(cx, &exception, &class));
        let found = !matched.is_none();
        if found {
            let own = slot::slot(matched.clone());
            let old = unwind::set_handled(cx, own);
            slot::release(old);
        }
        r.drop_top(cx, 2);
        r.push_value(rest);
        r.push_value(matched);
    }
    Step::Next(r)
}

fn check_eg_class(cx: &mut Cx, class: &Value) -> R<()> {
    check_class(cx, class)?;
    let is_group = |v: &Value| v.as_type().is_some_and(|t| t.is_subtype(&exc::BASE_EXCEPTION_GROUP));
    let bad = match class.cast::<Tuple>() {
        Some(classes) => classes.items().iter().any(is_group),
        None => is_group(class),
    };
    if bad {
        return Err(cx.type_error("catching ExceptionGroup with except* is not allowed. Use except instead."));
    }
    Ok(())
}

/// `exit function, self or NULL, last instruction, what was handled before, exception`: calls the exit function.
pub unsafe fn with_except_start(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the five operands lie on the stack; room for the result.
    unsafe {
        let exit = r.lend(5);
        let exception = slot::dup(r.peek(1));
        let traceback = exception.cast::<Exception>().and_then(|e| e.get(cx).traceback.clone());
        let class = exception.type_of().into_value();
        let mut args = Vec::with_capacity(4);
        if r.peek(4) != NULL {
            args.push(slot::dup(r.peek(4)));
        }
        args.extend([class, exception, traceback.unwrap_or_else(Value::none)]);
        let result = attempt!(r, ops::call(cx, &exit, &args));
        drop(args);
        r.push_value(result);
    }
    Step::Next(r)
}
