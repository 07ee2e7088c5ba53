//! Attributes of generators, coroutines and asynchronous generators.

use taipan_object::native::{GetSetDef, MemberDef};
use taipan_object::{Cx, R, TypeDefs, Value};

use super::{State, awaitable, methods};
use crate::frame;

pub fn repr(cx: &mut Cx, value: &Value) -> R {
    let g = methods::this(cx, value)?;
    let name = g.get(cx).qualname.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let kind = value.type_name(cx).into_owned();
    Ok(cx.str(&format!("<{kind} object {name} at {:#x}>", value.id())))
}

fn get_frame(cx: &mut Cx, value: &Value) -> R {
    let g = methods::this(cx, value)?;
    let data = g.get(cx);
    if data.state == State::Finished {
        return Ok(Value::none());
    }
    let frame = data.frame;
    // SAFETY: the frame of a generator that has not finished is live.
    Ok(unsafe { frame::object::of(cx, frame) })
}

fn get_code(cx: &mut Cx, value: &Value) -> R {
    Ok(methods::this(cx, value)?.get(cx).code.clone())
}

fn get_running(cx: &mut Cx, value: &Value) -> R {
    Ok(Value::bool(methods::this(cx, value)?.get(cx).state == State::Running))
}

fn get_running_async(cx: &mut Cx, value: &Value) -> R {
    Ok(Value::bool(methods::this(cx, value)?.get(cx).running_async))
}

fn get_suspended(cx: &mut Cx, value: &Value) -> R {
    let state = methods::this(cx, value)?.get(cx).state;
    Ok(Value::bool(matches!(state, State::Suspended | State::Delegating)))
}

fn get_delegate(cx: &mut Cx, value: &Value) -> R {
    let g = methods::this(cx, value)?;
    Ok(super::delegate(cx, g).unwrap_or_else(Value::none))
}

fn get_origin(cx: &mut Cx, value: &Value) -> R {
    Ok(methods::this(cx, value)?.get(cx).origin.clone().unwrap_or_else(Value::none))
}

fn get_name(cx: &mut Cx, value: &Value) -> R {
    Ok(methods::this(cx, value)?.get(cx).name.clone())
}

fn set_name(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(new) = new.filter(|n| n.as_str().is_some()) else {
        return Err(cx.type_error("__name__ must be set to a string object"));
    };
    let old = std::mem::replace(&mut methods::this(cx, value)?.get_mut(cx).name, new.clone());
    drop(old);
    Ok(())
}

fn get_qualname(cx: &mut Cx, value: &Value) -> R {
    Ok(methods::this(cx, value)?.get(cx).qualname.clone())
}

fn set_qualname(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(new) = new.filter(|n| n.as_str().is_some()) else {
        return Err(cx.type_error("__qualname__ must be set to a string object"));
    };
    let old = std::mem::replace(&mut methods::this(cx, value)?.get_mut(cx).qualname, new.clone());
    drop(old);
    Ok(())
}

const fn attribute(name: &'static str, get: fn(&mut Cx, &Value) -> R, doc: &'static str) -> GetSetDef {
    GetSetDef { name, doc: Some(doc), get: Some(get), set: None }
}

const NAME: GetSetDef = GetSetDef {
    name: "__name__",
    doc: Some("name of the generator"),
    get: Some(get_name),
    set: Some(set_name),
};
const QUALNAME: GetSetDef = GetSetDef {
    name: "__qualname__",
    doc: Some("qualified name of the generator"),
    get: Some(get_qualname),
    set: Some(set_qualname),
};

pub static GENERATOR_DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![
        methods::send_method,
        methods::throw_method,
        methods::close_method,
        methods::class_getitem
    ],
    getset: &[
        NAME,
        QUALNAME,
        attribute("gi_yieldfrom", get_delegate, "object being iterated by yield from, or None"),
        attribute("gi_running", get_running, ""),
        attribute("gi_frame", get_frame, ""),
        attribute("gi_suspended", get_suspended, ""),
        attribute("gi_code", get_code, ""),
    ],
    members: &[],
    extra: None,
};

pub static COROUTINE_DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![
        awaitable::coroutine_send,
        awaitable::coroutine_throw,
        awaitable::coroutine_close,
        awaitable::coroutine_class_getitem
    ],
    getset: &[
        NAME,
        QUALNAME,
        attribute("cr_await", get_delegate, "object being awaited on, or None"),
        attribute("cr_running", get_running, ""),
        attribute("cr_frame", get_frame, ""),
        attribute("cr_code", get_code, ""),
        attribute("cr_suspended", get_suspended, ""),
    ],
    members: &[MemberDef { name: "cr_origin", doc: None, get: get_origin, set: None }],
    extra: None,
};

pub static ASYNC_DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![
        super::asyncgen::asend,
        super::asyncgen::athrow,
        super::asyncgen::aclose,
        super::asyncgen::asyncgen_class_getitem
    ],
    getset: &[
        NAME,
        QUALNAME,
        attribute("ag_await", get_delegate, "object being awaited on, or None"),
        attribute("ag_frame", get_frame, ""),
        attribute("ag_code", get_code, ""),
        attribute("ag_running", get_running_async, ""),
        attribute("ag_suspended", get_suspended, ""),
    ],
    members: &[],
    extra: None,
};
