//! Asynchronous generators: `__anext__`, `asend`, `athrow`, `aclose` and the hooks.
//!
//! What the generator yields to its consumer comes wrapped ([`Wrapped`]), so that it differs from what an `await` in its
//! body passes on to the event loop.

use taipan_object::exc;
use taipan_object::object::Trace;
use taipan_object::ty::Send;
use taipan_object::{Cx, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value, flags, ops};

use super::methods::{self, itself};
use super::{Generator, Resume, resume};
use crate::thread::vm;

/// The payload of the wrapper around values yielded to the consumer.
#[repr(C)]
pub struct Wrapped {
    pub value: Value,
}

/// What an awaitable of an asynchronous generator does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    Send,
    Throw,
    Close,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Init,
    Iter,
    Closed,
}

/// The payload of `async_generator_asend`.
#[repr(C)]
pub struct Asend {
    generator: Value,
    /// The value to send, or the arguments of `athrow`.
    args: Vec<Value>,
    task: Task,
    stage: Stage,
}

/// The payload of `async_generator_athrow`: as [`Asend`].
#[repr(transparent)]
pub struct Athrow(Asend);

impl Trace for Wrapped {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.value);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.value.clear(out);
    }
}

impl Trace for Asend {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.generator);
        self.args.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.append(&mut self.args);
        self.generator.clear(out);
    }
}

impl Trace for Athrow {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.0.clear(out);
    }
}

macro_rules! helper_type {
    ($payload:ident, $ty:ident, $name:literal, $slots:expr, $defs:expr) => {
        // SAFETY: the type cannot be subclassed.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$ty;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &taipan_object::ty::TYPE,
            Type::builtin::<$payload>($name)
                .base(&taipan_object::ty::OBJECT)
                .flags(flags::DISALLOW_INSTANTIATION)
                .with_slots($slots)
                .defs($defs),
        );
    };
}

const AWAITABLE: Slots = Slots {
    await_: Some(itself),
    iter: Some(itself),
    next: Some(task_next),
    send: Some(task_send),
    finalize: Some(finalize),
    ..Slots::EMPTY
};

helper_type!(Wrapped, WRAPPED, "async_generator_wrapped_value", Slots::EMPTY, &TypeDefs::NONE);
helper_type!(Asend, ASEND, "async_generator_asend", AWAITABLE, &ASEND_DEFS);
helper_type!(Athrow, ATHROW, "async_generator_athrow", AWAITABLE, &ATHROW_DEFS);

/// Wraps a value that an asynchronous generator yields.
pub fn wrap(cx: &mut Cx, value: Value) -> Value {
    cx.new_object(Wrapped { value }).into_value()
}

fn task(value: &Value) -> Option<&Obj<Asend>> {
    let found = value.cast::<Asend>().map(|a| a as *const Obj<Asend>);
    let found =
        found.or_else(|| value.cast::<Athrow>().map(|a| a as *const Obj<Athrow> as *const Obj<Asend>));
    // SAFETY: one payload is a transparent wrapper of the other.
    found.map(|p| unsafe { &*p })
}

fn task_name(kind: Task) -> &'static str {
    match kind {
        Task::Send => "__anext__()/asend()",
        Task::Throw => "athrow()",
        Task::Close => "aclose()",
    }
}

/// Warns of an awaitable that nothing has awaited.
fn finalize(cx: &mut Cx, value: &Value) -> R<()> {
    let (t, generator) = parts(cx, value)?;
    if t.get(cx).stage != Stage::Init {
        return Ok(());
    }
    let method = match t.get(cx).task {
        Task::Send => "asend",
        Task::Throw => "athrow",
        Task::Close => "aclose",
    };
    let qualname = methods::this(cx, &generator)?.get(cx).qualname.clone();
    let shown = taipan_object::ops::repr(cx, &qualname)?.to_string_lossy().into_owned();
    let message = format!("coroutine method '{method}' of {shown} was never awaited");
    (cx.interp().runtime.warn)(cx, &exc::RUNTIME_WARNING, &message, 1)
}

/// Calls the hooks at the first iteration.
fn init_hooks(cx: &mut Cx, generator: &Obj<Generator>) -> R<()> {
    if generator.get(cx).hooks_done {
        return Ok(());
    }
    let (first, finalizer) = (vm(cx).asyncgen_firstiter.clone(), vm(cx).asyncgen_finalizer.clone());
    let g = generator.get_mut(cx);
    g.hooks_done = true;
    g.finalizer = finalizer;
    if g.finalizer.is_some() {
        generator.header().set_finalized(false);
    }
    match first {
        Some(first) => ops::call(cx, &first, &[generator.to_value()]).map(drop),
        None => Ok(()),
    }
}

fn make(cx: &mut Cx, generator: &Value, kind: Task, args: Vec<Value>) -> R {
    let this = methods::this(cx, generator)?;
    init_hooks(cx, this)?;
    let made = Asend { generator: generator.clone(), args, task: kind, stage: Stage::Init };
    Ok(match kind {
        Task::Send => cx.new_object(made).into_value(),
        _ => cx.new_object(Athrow(made)).into_value(),
    })
}

/// The slot `anext`.
pub fn anext(cx: &mut Cx, generator: &Value) -> R {
    make(cx, generator, Task::Send, vec![Value::none()])
}

/// asend(v) -> send 'v' in generator.
#[taipan_macros::native("async_generator.asend($self, value, /)", no_signature)]
pub fn asend(cx: &mut Cx, this: &Value, value: &Value) -> R {
    make(cx, this, Task::Send, vec![value.clone()])
}

/// athrow(value)
/// athrow(type[,value[,tb]])
///
/// raise exception in generator.
/// the (type, val, tb) signature is deprecated,
/// and may be removed in a future version of Python.
#[taipan_macros::native("async_generator.athrow($self, *args)", no_signature)]
pub fn athrow(cx: &mut Cx, this: &Value, args: &[Value]) -> R {
    if args.is_empty() || args.len() > 3 {
        methods::check_throw(cx, args)?;
    }
    if args.len() > 1 {
        let warn = cx.interp().runtime.warn;
        warn(
            cx,
            &exc::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.",
            1,
        )?;
    }
    make(cx, this, Task::Throw, args.to_vec())
}

/// aclose() -> raise GeneratorExit inside generator.
#[taipan_macros::native("async_generator.aclose($self, /)", no_signature)]
pub fn aclose(cx: &mut Cx, this: &Value) -> R {
    make(cx, this, Task::Close, Vec::new())
}

/// See PEP 585
#[taipan_macros::native("async_generator.__class_getitem__($type, object, /)", no_signature)]
pub fn asyncgen_class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::generic_alias(cx, class, object)
}

/// What the generator yielded or returned, as its awaitable passes it on: values for the consumer end the awaitable.
fn unwrap(cx: &mut Cx, task: &Obj<Asend>, generator: &Obj<Generator>, result: R<Send>) -> R<Send> {
    match result {
        Ok(Send::Yielded(value)) => match value.cast_exact::<Wrapped>() {
            Some(wrapped) => {
                generator.get_mut(cx).running_async = false;
                task.get_mut(cx).stage = Stage::Closed;
                Ok(Send::Returned(wrapped.get(cx).value.clone()))
            }
            None => Ok(Send::Yielded(value)),
        },
        Ok(Send::Returned(_)) => {
            let data = generator.get_mut(cx);
            data.closed = true;
            data.running_async = false;
            task.get_mut(cx).stage = Stage::Closed;
            Err(exc::raise_no_args(cx, &exc::STOP_ASYNC_ITERATION))
        }
        Err(raised) => {
            let ends = cx.raised_is(&raised, &exc::STOP_ASYNC_ITERATION)
                || cx.raised_is(&raised, &exc::GENERATOR_EXIT);
            let data = generator.get_mut(cx);
            if ends {
                data.closed = true;
            }
            data.running_async = false;
            task.get_mut(cx).stage = Stage::Closed;
            Err(raised)
        }
    }
}

fn parts<'a>(cx: &mut Cx, value: &'a Value) -> R<(&'a Obj<Asend>, Value)> {
    match task(value) {
        Some(t) => Ok((t, t.get(cx).generator.clone())),
        None => Err(cx.type_error("an asynchronous generator's awaitable is needed")),
    }
}

fn closed(cx: &mut Cx, kind: Task) -> Raised {
    let message = match kind {
        Task::Send => "cannot reuse already awaited __anext__()/asend()",
        _ => "cannot reuse already awaited aclose()/athrow()",
    };
    cx.runtime_error(message)
}

/// The slot `send` of the awaitables.
fn task_send(cx: &mut Cx, value: &Value, sent: &Value) -> R<Send> {
    let (t, generator) = parts(cx, value)?;
    let g = methods::this(cx, &generator)?;
    let (kind, stage) = (t.get(cx).task, t.get(cx).stage);
    if stage == Stage::Closed {
        return Err(closed(cx, kind));
    }
    if kind == Task::Send {
        let mut argument = sent.clone();
        if stage == Stage::Init {
            if g.get(cx).running_async {
                t.get_mut(cx).stage = Stage::Closed;
                return Err(cx.runtime_error("anext(): asynchronous generator is already running"));
            }
            if sent.is_none() {
                argument = t.get(cx).args.first().cloned().unwrap_or_else(Value::none);
            }
            t.get_mut(cx).stage = Stage::Iter;
        }
        g.get_mut(cx).running_async = true;
        let result = resume(cx, g, Resume::Send(&argument));
        return unwrap(cx, t, g, result);
    }
    if g.get(cx).state == super::State::Finished {
        t.get_mut(cx).stage = Stage::Closed;
        return Ok(Send::Returned(Value::none()));
    }
    if stage == Stage::Init {
        return throw_first(cx, t, g, kind, sent);
    }
    let result = resume(cx, g, Resume::Send(sent));
    if kind == Task::Throw {
        return unwrap(cx, t, g, result);
    }
    close_result(cx, t, g, result)
}

/// The first step of `athrow` and `aclose`.
fn throw_first(cx: &mut Cx, t: &Obj<Asend>, g: &Obj<Generator>, kind: Task, sent: &Value) -> R<Send> {
    if g.get(cx).running_async {
        t.get_mut(cx).stage = Stage::Closed;
        return Err(
            cx.runtime_error(format!("{}: asynchronous generator is already running", task_name(kind)))
        );
    }
    if g.get(cx).closed {
        t.get_mut(cx).stage = Stage::Closed;
        return Err(exc::raise_no_args(cx, &exc::STOP_ASYNC_ITERATION));
    }
    if !sent.is_none() {
        return Err(cx.runtime_error("can't send non-None value to a just-started coroutine"));
    }
    t.get_mut(cx).stage = Stage::Iter;
    g.get_mut(cx).running_async = true;
    if kind == Task::Close {
        g.get_mut(cx).closed = true;
        let exit = exc::GENERATOR_EXIT.to_value();
        let result = methods::throw(cx, g, &[exit], false);
        return close_result(cx, t, g, result);
    }
    let args = t.get(cx).args.clone();
    let result = methods::throw(cx, g, &args, false);
    unwrap(cx, t, g, result)
}

/// What `aclose` makes of a step: yielding is an error, the end is success.
fn close_result(cx: &mut Cx, t: &Obj<Asend>, g: &Obj<Generator>, result: R<Send>) -> R<Send> {
    match result {
        Ok(Send::Yielded(value)) if value.cast_exact::<Wrapped>().is_some() => {
            g.get_mut(cx).running_async = false;
            t.get_mut(cx).stage = Stage::Closed;
            Err(cx.runtime_error("async generator ignored GeneratorExit"))
        }
        Ok(Send::Yielded(value)) => Ok(Send::Yielded(value)),
        Ok(Send::Returned(_)) => {
            g.get_mut(cx).running_async = false;
            t.get_mut(cx).stage = Stage::Closed;
            Ok(Send::Returned(Value::none()))
        }
        Err(raised) => {
            g.get_mut(cx).running_async = false;
            t.get_mut(cx).stage = Stage::Closed;
            if cx.raised_is(&raised, &exc::STOP_ASYNC_ITERATION)
                || cx.raised_is(&raised, &exc::GENERATOR_EXIT)
            {
                drop(cx.take_raised(raised));
                return Ok(Send::Returned(Value::none()));
            }
            Err(raised)
        }
    }
}

fn task_next(cx: &mut Cx, value: &Value) -> R<Option<Value>> {
    match task_send(cx, value, &Value::none())? {
        Send::Yielded(value) => Ok(Some(value)),
        Send::Returned(value) if value.is_none() => Ok(None),
        Send::Returned(value) => Err(methods::stop(cx, value)),
    }
}

fn as_result(cx: &mut Cx, sent: Send) -> R {
    match sent {
        Send::Yielded(value) => Ok(value),
        Send::Returned(value) => Err(methods::stop(cx, value)),
    }
}

/// send(value)
#[taipan_macros::native("async_generator_asend.send($self, value, /)", no_signature)]
fn task_send_method(cx: &mut Cx, this: &Value, value: &Value) -> R {
    let sent = task_send(cx, this, value)?;
    as_result(cx, sent)
}

/// throw(value)
#[taipan_macros::native("async_generator_asend.throw($self, *args)", no_signature)]
fn task_throw_method(cx: &mut Cx, this: &Value, args: &[Value]) -> R {
    methods::check_throw(cx, args)?;
    let (t, generator) = parts(cx, this)?;
    let g = methods::this(cx, &generator)?;
    let (kind, stage) = (t.get(cx).task, t.get(cx).stage);
    if stage == Stage::Closed {
        return Err(closed(cx, kind));
    }
    if stage == Stage::Init {
        if g.get(cx).running_async {
            t.get_mut(cx).stage = Stage::Closed;
            return Err(cx.runtime_error(format!(
                "{}: asynchronous generator is already running",
                if kind == Task::Send { "anext()" } else { task_name(kind) }
            )));
        }
        t.get_mut(cx).stage = Stage::Iter;
        g.get_mut(cx).running_async = true;
    }
    let result = methods::throw(cx, g, args, false);
    let sent = match kind {
        Task::Close => close_result(cx, t, g, result)?,
        _ => unwrap(cx, t, g, result)?,
    };
    as_result(cx, sent)
}

/// close()
#[taipan_macros::native("async_generator_asend.close($self, /)", no_signature)]
fn task_close_method(cx: &mut Cx, this: &Value) -> R {
    let (t, _) = parts(cx, this)?;
    if t.get(cx).stage == Stage::Closed {
        return Ok(Value::none());
    }
    let exit = exc::GENERATOR_EXIT.to_value();
    match task_throw_method(cx, this, &[exit]) {
        Ok(_) => Err(cx.runtime_error("coroutine ignored GeneratorExit")),
        Err(raised) => {
            for ty in [&exc::STOP_ITERATION, &exc::STOP_ASYNC_ITERATION, &exc::GENERATOR_EXIT] {
                if cx.raised_is(&raised, ty) {
                    drop(cx.take_raised(raised));
                    return Ok(Value::none());
                }
            }
            Err(raised)
        }
    }
}

static ASEND_DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![task_send_method, task_throw_method, task_close_method],
    getset: &[],
    members: &[],
    extra: None,
};
static ATHROW_DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![task_send_method, task_throw_method, task_close_method],
    getset: &[],
    members: &[],
    extra: None,
};
