//! Coroutines as awaitables: `coroutine_wrapper`, what `await` takes, where a coroutine came from.

use taipan_bytecode::CodeFlags;
use taipan_object::object::Trace;
use taipan_object::ty::Send;
use taipan_object::{Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, exc, flags, ops};

use super::methods::{self, as_method};
use super::{Generator, Resume, resume};
use crate::frame::Frame;
use crate::thread::vm;

/// The payload of `coroutine_wrapper`: what `coroutine.__await__()` gives.
#[repr(C)]
pub struct CoroutineWrapper {
    pub coroutine: Value,
}

impl Trace for CoroutineWrapper {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.coroutine);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.coroutine.clear(out);
    }
}

// SAFETY: the type cannot be subclassed.
unsafe impl Payload for CoroutineWrapper {
    const TYPE: &'static Obj<Type> = &COROUTINE_WRAPPER;
}

/// `coroutine_wrapper`.
pub static COROUTINE_WRAPPER: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<CoroutineWrapper>("coroutine_wrapper")
        .base(&taipan_object::ty::OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots {
            iter: Some(methods::itself),
            next: Some(wrapper_next),
            send: Some(wrapper_send),
            ..Slots::EMPTY
        })
        .defs(&DEFS)
        .doc("A wrapper object implementing __await__ for coroutines."),
);

pub fn coroutine_await(cx: &mut Cx, value: &Value) -> R {
    Ok(cx.new_object(CoroutineWrapper { coroutine: value.clone() }).into_value())
}

fn inner(cx: &mut Cx, value: &Value) -> R {
    match value.cast::<CoroutineWrapper>() {
        Some(w) => Ok(w.get(cx).coroutine.clone()),
        None => Err(cx.type_error("a coroutine_wrapper is needed")),
    }
}

fn wrapper_next(cx: &mut Cx, value: &Value) -> R<Option<Value>> {
    let coroutine = inner(cx, value)?;
    methods::next(cx, &coroutine)
}

fn wrapper_send(cx: &mut Cx, value: &Value, sent: &Value) -> R<Send> {
    let coroutine = inner(cx, value)?;
    methods::send(cx, &coroutine, sent)
}

/// send(arg) -> send 'arg' into coroutine,
/// return next yielded value or raise StopIteration.
#[taipan_macros::native("coroutine_wrapper.send($self, arg, /)", no_signature)]
fn send_method(cx: &mut Cx, this: &Value, arg: &Value) -> R {
    let coroutine = inner(cx, this)?;
    let generator = methods::this(cx, &coroutine)?;
    let sent = resume(cx, generator, Resume::Send(arg))?;
    as_method(cx, generator, sent)
}

/// throw(value)
/// throw(type[,value[,traceback]])
///
/// Raise exception in coroutine, return next yielded value or raise
/// StopIteration.
#[taipan_macros::native("coroutine_wrapper.throw($self, *args)", no_signature)]
fn throw_method(cx: &mut Cx, this: &Value, args: &[Value]) -> R {
    let coroutine = inner(cx, this)?;
    methods::check_throw(cx, args)?;
    let generator = methods::this(cx, &coroutine)?;
    let thrown = methods::throw(cx, generator, args, true)?;
    as_method(cx, generator, thrown)
}

/// close() -> raise GeneratorExit inside coroutine.
#[taipan_macros::native("coroutine_wrapper.close($self, /)", no_signature)]
fn close_method(cx: &mut Cx, this: &Value) -> R {
    let coroutine = inner(cx, this)?;
    let generator = methods::this(cx, &coroutine)?;
    methods::close(cx, generator)
}

static DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![send_method, throw_method, close_method],
    getset: &[],
    members: &[],
    extra: None,
};

/// send(arg) -> send 'arg' into coroutine,
/// return next yielded value or raise StopIteration.
#[taipan_macros::native("coroutine.send($self, arg, /)", no_signature)]
pub fn coroutine_send(cx: &mut Cx, this: &Value, arg: &Value) -> R {
    let generator = methods::this(cx, this)?;
    let sent = resume(cx, generator, Resume::Send(arg))?;
    as_method(cx, generator, sent)
}

/// throw(value)
/// throw(type[,value[,traceback]])
///
/// Raise exception in coroutine, return next yielded value or raise
/// StopIteration.
/// the (type, val, tb) signature is deprecated,
/// and may be removed in a future version of Python.
#[taipan_macros::native("coroutine.throw($self, *args)", no_signature)]
pub fn coroutine_throw(cx: &mut Cx, this: &Value, args: &[Value]) -> R {
    methods::check_throw(cx, args)?;
    let generator = methods::this(cx, this)?;
    let thrown = methods::throw(cx, generator, args, true)?;
    as_method(cx, generator, thrown)
}

/// close() -> raise GeneratorExit inside coroutine.
#[taipan_macros::native("coroutine.close($self, /)", no_signature)]
pub fn coroutine_close(cx: &mut Cx, this: &Value) -> R {
    let generator = methods::this(cx, this)?;
    methods::close(cx, generator)
}

/// See PEP 585
#[taipan_macros::native("coroutine.__class_getitem__($type, object, /)", no_signature)]
pub fn coroutine_class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::generic_alias(cx, class, object)
}

/// Whether a generator was made awaitable by `types.coroutine`.
pub fn is_iterable_coroutine(cx: &Cx, value: &Value) -> bool {
    super::of(value).is_some_and(|g| {
        let code = g.get(cx).code.cast::<crate::code::Code>();
        code.is_some_and(|c| c.flags.contains(CodeFlags::ITERABLE_COROUTINE))
    })
}

/// The iterator that `await` delegates to.
pub fn awaitable_iter(cx: &mut Cx, value: &Value) -> R {
    if value.is_instance_exact(&super::COROUTINE) || is_iterable_coroutine(cx, value) {
        return Ok(value.clone());
    }
    if let Some(f) = value.ty(cx).slots().await_ {
        let iterator = f(cx, value)?;
        if iterator.is_instance_exact(&super::COROUTINE) || is_iterable_coroutine(cx, &iterator) {
            return Err(cx.type_error("__await__() returned a coroutine"));
        }
        if iterator.ty(cx).slots().next.is_none() {
            let message = format!("__await__() returned non-iterator of type '{}'", iterator.type_name(cx));
            return Err(cx.type_error(message));
        }
        return Ok(iterator);
    }
    let message = format!("'{}' object can't be awaited", value.type_name(cx));
    Err(cx.type_error(message))
}

/// `cr_origin`: file, line and name of the frames that made a coroutine, if tracking is on.
pub fn origin(cx: &mut Cx, mut frame: *mut Frame) -> Option<Value> {
    let depth = vm(cx).origin_depth;
    if depth == 0 {
        return None;
    }
    let mut entries = Vec::new();
    // SAFETY: the frames below a live one are live.
    unsafe {
        while !frame.is_null() && entries.len() < depth {
            let code = Frame::code(frame);
            let line = Frame::line(frame).map_or_else(Value::none, Value::small_int);
            entries.push(cx.tuple_value([code.filename.clone(), line, code.name.clone()]));
            frame = (*frame).prev;
        }
    }
    Some(cx.tuple(entries).into_value())
}

/// The warning for a coroutine that ends without having been awaited.
/// As [`never_awaited`]; what the warning raises is reported as ignored.
pub fn warn_never_awaited(cx: &mut Cx, generator: &Obj<Generator>) {
    if let Err(raised) = never_awaited(cx, generator) {
        let exception = cx.take_raised(raised);
        exc::report_ignored(cx, exception, "while finalizing coroutine", &generator.to_value());
    }
}

/// Warns of a coroutine that nothing has awaited.
pub fn never_awaited(cx: &mut Cx, generator: &Obj<Generator>) -> R<()> {
    let value = generator.to_value();
    let warnings = match crate::runtime::import::import(cx, "warnings") {
        Ok(warnings) => Some(warnings),
        Err(raised) => {
            drop(cx.take_raised(raised));
            None
        }
    };
    if let Some(warnings) = warnings {
        let name = cx.intern("_warn_unawaited_coroutine");
        if let Some(f) = ops::getattr_opt(cx, &warnings, &name)? {
            return ops::call(cx, &f, &[value]).map(drop);
        }
    }
    let name =
        generator.get(cx).qualname.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let warn = cx.interp().runtime.warn;
    warn(cx, &exc::RUNTIME_WARNING, &format!("coroutine '{name}' was never awaited"), 1)
}
