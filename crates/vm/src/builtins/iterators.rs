//! The awaitable of `anext` with a default.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, Send, TYPE};
use taipan_object::{Cx, NativeDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, exc, names, ops};

/// The types of this file.
pub static ITERATOR_TYPES: [&Obj<Type>; 1] = [&ANEXT_AWAITABLE];

fn itself(_cx: &mut Cx, this: &Value) -> R {
    Ok(this.clone())
}

/// The payload of `anext_awaitable`.
#[derive(Trace)]
pub struct AnextAwaitable {
    awaitable: Value,
    /// The iterator that `await` runs, made when it begins.
    running: Option<Value>,
    default: Value,
}

// SAFETY: the type cannot be subclassed; all values are traced.
unsafe impl Payload for AnextAwaitable {
    const TYPE: &'static Obj<Type> = &ANEXT_AWAITABLE;
}

/// `anext_awaitable`.
pub static ANEXT_AWAITABLE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<AnextAwaitable>("anext_awaitable")
        .base(&OBJECT)
        .with_slots(Slots {
            iter: Some(itself),
            next: Some(anext_next),
            await_: Some(itself),
            send: Some(anext_send),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: ANEXT_METHODS, ..TypeDefs::NONE }),
);

static ANEXT_METHODS: &[&NativeDef] = natives![anext_send_method, anext_throw, anext_close];

/// `anext(iterator, default)` over what `__anext__` returned.
pub fn anext_awaitable(cx: &mut Cx, awaitable: Value, default: Value) -> Value {
    cx.new_object(AnextAwaitable { awaitable, running: None, default }).into_value()
}

fn running(cx: &mut Cx, this: &Obj<AnextAwaitable>) -> R {
    if let Some(running) = this.get(cx).running.clone() {
        return Ok(running);
    }
    let awaitable = this.get(cx).awaitable.clone();
    let iterator = crate::generator::awaitable::awaitable_iter(cx, &awaitable)?;
    this.get_mut(cx).running = Some(iterator.clone());
    Ok(iterator)
}

/// StopAsyncIteration becomes the default as the result.
fn settle<T>(cx: &mut Cx, this: &Obj<AnextAwaitable>, result: R<T>) -> R<Result<T, Value>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(raised) => {
            cx.catch(raised, &exc::STOP_ASYNC_ITERATION)?;
            Ok(Err(this.get(cx).default.clone()))
        }
    }
}

fn anext_send(cx: &mut Cx, this: &Value, value: &Value) -> R<Send> {
    let Some(this) = this.cast::<AnextAwaitable>() else { return Err(cx.system_error("not an awaitable")) };
    let iterator = running(cx, this)?;
    let result = ops::send(cx, &iterator, value);
    Ok(match settle(cx, this, result)? {
        Ok(sent) => sent,
        Err(default) => Send::Returned(default),
    })
}

fn anext_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    match anext_send(cx, this, &Value::none())? {
        Send::Yielded(value) => Ok(Some(value)),
        Send::Returned(value) if value.is_none() => Ok(None),
        Send::Returned(value) => Err(cx.stop_iteration(Some(&value))),
    }
}

/// Sends a value into the awaitable.
#[native("anext_awaitable.send($self, value, /)")]
fn anext_send_method(cx: &mut Cx, this: &Value, value: &Value) -> R {
    match anext_send(cx, this, value)? {
        Send::Yielded(value) => Ok(value),
        Send::Returned(value) => Err(cx.stop_iteration(Some(&value))),
    }
}

/// Raises an exception in the awaitable.
#[native("anext_awaitable.throw($self, *args)")]
fn anext_throw(cx: &mut Cx, this: &Obj<AnextAwaitable>, args: &[Value]) -> R {
    let iterator = running(cx, this)?;
    let result = ops::call_method(cx, &iterator, &names::throw, args);
    match settle(cx, this, result)? {
        Ok(value) => Ok(value),
        Err(default) => Err(cx.stop_iteration(Some(&default))),
    }
}

/// Closes the awaitable.
#[native("anext_awaitable.close($self, /)")]
fn anext_close(cx: &mut Cx, this: &Obj<AnextAwaitable>) -> R {
    let iterator = running(cx, this)?;
    ops::call_method(cx, &iterator, &names::close, &[])
}
