//! `send`, `throw`, `close`, iteration and the end of generators and coroutines.

use taipan_object::exc::{self, Exception, fields};
use taipan_object::ty::Send;
use taipan_object::{Cx, Obj, R, Raised, Value, names, ops};

use super::{Generator, Resume, State, resume};
use crate::frame::Frame;

/// The generator of a receiver.
pub fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Generator>> {
    match super::of(value) {
        Some(g) => Ok(g),
        None => Err(cx.type_error("a generator is needed")),
    }
}

pub fn itself(_cx: &mut Cx, value: &Value) -> R {
    Ok(value.clone())
}

/// The slot `next`.
pub fn next(cx: &mut Cx, value: &Value) -> R<Option<Value>> {
    let generator = this(cx, value)?;
    match resume(cx, generator, Resume::Send(&Value::none()))? {
        Send::Yielded(value) => Ok(Some(value)),
        Send::Returned(value) if value.is_none() => Ok(None),
        Send::Returned(value) => Err(stop(cx, value)),
    }
}

/// StopIteration with a value.
pub fn stop(cx: &mut Cx, value: Value) -> Raised {
    if value.is_none() {
        return exc::raise_no_args(cx, &exc::STOP_ITERATION);
    }
    // A tuple or exception is passed as the one argument too.
    let exception = exc::new_exception(cx, &exc::STOP_ITERATION, vec![value]);
    exc::raise(cx, exception)
}

/// The slot `send`.
pub fn send(cx: &mut Cx, value: &Value, sent: &Value) -> R<Send> {
    let generator = this(cx, value)?;
    resume(cx, generator, Resume::Send(sent))
}

/// A result as the methods give it: the end is StopIteration (StopAsyncIteration for asynchronous generators).
pub fn as_method(cx: &mut Cx, generator: &Obj<Generator>, result: Send) -> R {
    match result {
        Send::Yielded(value) => Ok(value),
        Send::Returned(value)
            if value.is_none() && generator.header().ty_unguarded().is(&super::ASYNC_GENERATOR) =>
        {
            Err(exc::raise_no_args(cx, &exc::STOP_ASYNC_ITERATION))
        }
        Send::Returned(value) => Err(stop(cx, value)),
    }
}

/// The exception that `throw(typ, val, tb)` stands for.
pub fn exception_of(cx: &mut Cx, ty: &Value, value: Option<&Value>, traceback: Option<&Value>) -> R {
    let value = value.filter(|v| !v.is_none());
    let traceback = traceback.filter(|t| !t.is_none());
    if let Some(t) = traceback
        && t.cast::<crate::traceback::Traceback>().is_none()
    {
        return Err(cx.type_error("throw() third argument must be a traceback object"));
    }
    let exception = if let Some(class) = ty.as_type().filter(|c| c.is_subtype(&exc::BASE_EXCEPTION)) {
        match value {
            Some(v) if v.is_instance(class) => v.clone(),
            Some(v) => match v.cast::<taipan_object::Tuple>() {
                Some(args) => {
                    let args = args.items().to_vec();
                    ops::call(cx, ty, &args)?
                }
                None => ops::call(cx, ty, std::slice::from_ref(v))?,
            },
            None => ops::call(cx, ty, &[])?,
        }
    } else if ty.is_instance(&exc::BASE_EXCEPTION) {
        if value.is_some() {
            return Err(cx.type_error("instance exception may not have a separate value"));
        }
        ty.clone()
    } else {
        let message = format!(
            "exceptions must be classes or instances deriving from BaseException, not {}",
            ty.type_name(cx)
        );
        return Err(cx.type_error(message));
    };
    match exception.cast::<Exception>() {
        Some(e) => {
            if let Some(t) = traceback {
                e.get_mut(cx).traceback = Some(t.clone());
            }
            Ok(exception)
        }
        None => {
            let message = format!(
                "calling {} should have returned an instance of BaseException, not {}",
                ops::repr(cx, ty)?.to_string_lossy(),
                exception.type_name(cx)
            );
            // This error is what the generator gets.
            let raised = cx.type_error(message);
            Ok(cx.take_raised(raised))
        }
    }
}

/// `generator.throw`, through what it delegates to. `close_on_exit`: a GeneratorExit closes the delegate.
pub fn throw(cx: &mut Cx, generator: &Obj<Generator>, args: &[Value], close_on_exit: bool) -> R<Send> {
    cx.check_native_stack("")?;
    if let Some(inner) = super::delegate(cx, generator) {
        let is_exit = match args[0].as_type() {
            Some(class) => class.is_subtype(&exc::GENERATOR_EXIT),
            None => args[0].is_instance(&exc::GENERATOR_EXIT),
        };
        if is_exit && close_on_exit {
            let closed = super::on_behalf(cx, generator, |cx| close_delegate(cx, &inner));
            return match closed {
                Ok(()) => throw_here(cx, generator, args),
                Err(raised) => {
                    let exception = cx.take_raised(raised);
                    resume_after_delegate(cx, generator, exception)
                }
            };
        }
        let method = match delegate_throw(cx, &inner)? {
            Some(method) => method,
            None => return throw_here(cx, generator, args),
        };
        let result =
            super::on_behalf(cx, generator, |cx| throw_into(cx, &inner, &method, args, close_on_exit));
        return match result {
            Ok(value) => Ok(Send::Yielded(value)),
            Err(raised) => {
                let exception = cx.take_raised(raised);
                resume_after_delegate(cx, generator, exception)
            }
        };
    }
    throw_here(cx, generator, args)
}

fn resume_after_delegate(cx: &mut Cx, generator: &Obj<Generator>, exception: Value) -> R<Send> {
    resume(cx, generator, Resume::Raise(exception))
}

/// What of a delegate gets an exception: a generator itself, else the `throw` of an object, if it has one.
fn delegate_throw(cx: &mut Cx, inner: &Value) -> R<Option<Value>> {
    match super::of(inner) {
        Some(g) if !g.header().ty_unguarded().is(&super::ASYNC_GENERATOR) => Ok(Some(inner.clone())),
        _ => ops::getattr_opt(cx, inner, &names::throw),
    }
}

/// Throws into a delegate: its yielded value.
fn throw_into(cx: &mut Cx, inner: &Value, method: &Value, args: &[Value], close_on_exit: bool) -> R {
    match super::of(inner) {
        Some(g) if method.is(inner) => {
            let sent = throw(cx, g, args, close_on_exit)?;
            as_method(cx, g, sent)
        }
        _ => ops::call(cx, method, args),
    }
}

fn throw_here(cx: &mut Cx, generator: &Obj<Generator>, args: &[Value]) -> R<Send> {
    let exception = exception_of(cx, &args[0], args.get(1), args.get(2))?;
    resume(cx, generator, Resume::Raise(exception))
}

/// Closes what a generator delegates to.
fn close_delegate(cx: &mut Cx, inner: &Value) -> R<()> {
    if let Some(g) = super::of(inner)
        && !g.header().ty_unguarded().is(&super::ASYNC_GENERATOR)
    {
        return close(cx, g).map(drop);
    }
    match ops::getattr_opt(cx, inner, &names::close) {
        Ok(Some(method)) => ops::call(cx, &method, &[]).map(drop),
        Ok(None) => Ok(()),
        Err(raised) => {
            // A broken look-up does not keep the generator from closing.
            let error = cx.take_raised(raised);
            exc::report_ignored(cx, error, "in", inner);
            Ok(())
        }
    }
}

/// `generator.close()`: gives the value that the generator returned, or None.
pub fn close(cx: &mut Cx, generator: &Obj<Generator>) -> R {
    match generator.get(cx).state {
        State::Created => {
            generator.get_mut(cx).closed = true;
            super::clear_frame(cx, &generator.to_value())?;
            return Ok(Value::none());
        }
        State::Finished => return Ok(Value::none()),
        State::Running => {
            let message = format!("{} already executing", super::kind(generator));
            return Err(cx.value_error(message));
        }
        State::Suspended | State::Delegating => {}
    }
    let mut pending = None;
    if let Some(inner) = super::delegate(cx, generator) {
        let closed = super::on_behalf(cx, generator, |cx| close_delegate(cx, &inner));
        if let Err(raised) = closed {
            pending = Some(cx.take_raised(raised));
        }
    }
    generator.get_mut(cx).closed = true;
    let exception = match pending {
        Some(exception) => exception,
        None => exc::new_exception(cx, &exc::GENERATOR_EXIT, Vec::new()),
    };
    match resume(cx, generator, Resume::Raise(exception)) {
        Ok(Send::Yielded(_)) => {
            let message = format!("{} ignored GeneratorExit", super::kind(generator));
            Err(cx.runtime_error(message))
        }
        Ok(Send::Returned(value)) => Ok(value),
        Err(raised) if cx.raised_is(&raised, &exc::GENERATOR_EXIT) => {
            drop(cx.take_raised(raised));
            Ok(Value::none())
        }
        Err(raised) if cx.raised_is(&raised, &exc::STOP_ITERATION) => {
            let stop = cx.take_raised(raised);
            Ok(stop_value(cx, &stop))
        }
        Err(raised) => Err(raised),
    }
}

/// `StopIteration.value`.
pub fn stop_value(cx: &Cx, stop: &Value) -> Value {
    let value = stop.cast::<Exception>().and_then(|e| e.get(cx).extra.get(fields::VALUE).cloned().flatten());
    value.unwrap_or_else(Value::none)
}

/// The slot `finalize`: what `__del__` does.
pub fn finalize(cx: &mut Cx, value: &Value) -> R<()> {
    let generator = this(cx, value)?;
    let g = generator.get(cx);
    if g.state == State::Finished {
        return Ok(());
    }
    if let Some(finalizer) = g.finalizer.clone()
        && !g.closed
        && generator.header().ty_unguarded().is(&super::ASYNC_GENERATOR)
    {
        return ops::call(cx, &finalizer, std::slice::from_ref(value)).map(drop);
    }
    if g.state == State::Created {
        if generator.header().ty_unguarded().is(&super::COROUTINE) {
            super::awaitable::warn_never_awaited(cx, generator);
        }
        return Ok(());
    }
    // SAFETY: suspended, so the frame is live.
    let code = unsafe { Frame::code(g.frame) };
    if code.handler(code.lasti(unsafe_ip(g))).is_none() {
        return Ok(());
    }
    close(cx, generator).map(drop)
}

/// Where a suspended generator stands.
fn unsafe_ip(g: &Generator) -> *const crate::code::Unit {
    // SAFETY: the caller has seen that the generator is suspended.
    unsafe { (*g.frame).ip }
}

/// send(value) -> send 'value' into generator,
/// return next yielded value or raise StopIteration.
#[taipan_macros::native("generator.send($self, value, /)")]
pub fn send_method(cx: &mut Cx, this_: &Value, value: &Value) -> R {
    let generator = this(cx, this_)?;
    let sent = resume(cx, generator, Resume::Send(value))?;
    as_method(cx, generator, sent)
}

/// throw(value)
/// throw(type[,value[,tb]])
///
/// Raise exception in generator, return next yielded value or raise
/// StopIteration.
/// the (type, val, tb) signature is deprecated,
/// and may be removed in a future version of Python.
#[taipan_macros::native("generator.throw($self, *args)", no_signature)]
pub fn throw_method(cx: &mut Cx, this_: &Value, args: &[Value]) -> R {
    let generator = this(cx, this_)?;
    check_throw(cx, args)?;
    let thrown = throw(cx, generator, args, true)?;
    as_method(cx, generator, thrown)
}

/// The number of `throw`'s arguments, and the warning for more than one.
pub fn check_throw(cx: &mut Cx, args: &[Value]) -> R<()> {
    if args.is_empty() {
        return Err(cx.type_error("throw expected at least 1 argument, got 0"));
    }
    if args.len() > 3 {
        return Err(cx.type_error(format!("throw expected at most 3 arguments, got {}", args.len())));
    }
    if args.len() > 1 {
        let warn = cx.interp().runtime.warn;
        warn(
            cx,
            &exc::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
            1,
        )?;
    }
    Ok(())
}

/// close() -> raise GeneratorExit inside generator.
#[taipan_macros::native("generator.close($self, /)", no_signature)]
pub fn close_method(cx: &mut Cx, this_: &Value) -> R {
    let generator = this(cx, this_)?;
    close(cx, generator)
}

/// See PEP 585
#[taipan_macros::native("generator.__class_getitem__($type, object, /)", no_signature)]
pub fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::generic_alias(cx, class, object)
}
