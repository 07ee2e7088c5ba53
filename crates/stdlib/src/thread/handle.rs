//! `_ThreadHandle`: a thread that can be joined.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, GetSetDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags};
use taipan_vm::gil;

/// Whether the thread has ended, seen by both threads.
#[derive(Default)]
struct Done {
    ended: Mutex<bool>,
    changed: Condvar,
}

impl Done {
    fn set(&self) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    fn is_set(&self) -> bool {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, until: Instant) -> bool {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        while !*ended {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return false };
            ended = self.changed.wait_timeout(ended, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

/// The payload.
pub struct ThreadHandle {
    done: Arc<Done>,
    ident: u64,
    started: bool,
}
taipan_object::plain_data!(ThreadHandle);

// SAFETY: the type cannot be subclassed; the payload holds no values.
unsafe impl Payload for ThreadHandle {
    const TYPE: &'static Obj<Type> = &HANDLE;
}

pub static HANDLE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ThreadHandle>("_thread._ThreadHandle")
        .base(&OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new_slot), repr: Some(repr), ..Slots::EMPTY })
        .defs(&DEFS),
);

pub fn new(cx: &mut Cx) -> Value {
    cx.new_object(ThreadHandle { done: Arc::default(), ident: 0, started: false }).into_value()
}

/// The handle of a thread that runs already.
pub fn of_running(cx: &mut Cx, ident: u64) -> Value {
    cx.new_object(ThreadHandle { done: Arc::default(), ident, started: true }).into_value()
}

fn new_slot(cx: &mut Cx, _class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(new(cx))
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<ThreadHandle>> {
    match value.cast::<ThreadHandle>() {
        Some(handle) => Ok(handle),
        None => Err(cx.type_error("a thread handle is needed")),
    }
}

/// Starts the handle's thread.
pub fn run(cx: &mut Cx, handle: &Value, function: &Value) -> R<()> {
    let object = this(cx, handle)?;
    if object.get(cx).started {
        return Err(cx.runtime_error("thread already started"));
    }
    let done = Arc::clone(&object.get(cx).done);
    object.get_mut(cx).started = true;
    match super::start(cx, function, Vec::new(), None, move || done.set()) {
        Ok(ident) => {
            object.get_mut(cx).ident = ident;
            Ok(())
        }
        Err(raised) => {
            object.get_mut(cx).started = false;
            Err(raised)
        }
    }
}

/// Waits until the thread has ended, or the time is over; false in the latter case.
pub fn wait(cx: &mut Cx, handle: &Value, timeout: Option<f64>) -> R<bool> {
    let object = this(cx, handle)?;
    let done = Arc::clone(&object.get(cx).done);
    if done.is_set() {
        return Ok(true);
    }
    if !object.get(cx).started {
        return Err(cx.runtime_error("thread not started"));
    }
    if object.get(cx).ident == cx.thread_id {
        return Err(cx.runtime_error("Cannot join current thread"));
    }
    let deadline = timeout.map(|t| Instant::now() + Duration::from_secs_f64(t.clamp(0.0, 9e9)));
    loop {
        let piece = Instant::now() + Duration::from_millis(100);
        let until = deadline.map_or(piece, |d| d.min(piece));
        if gil::allow_threads(cx, || done.wait(until)) {
            return Ok(true);
        }
        if deadline.is_some_and(|d| Instant::now() >= d) {
            return Ok(false);
        }
        if cx.broken() {
            cx.handle_breaker()?;
        }
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let ident = this(cx, value)?.get(cx).ident;
    Ok(cx.str(&format!("<_ThreadHandle object: ident={ident}>")))
}

/// Waits for the thread's end.
#[native("_ThreadHandle.join($self, timeout=None, /)")]
fn join(cx: &mut Cx, this: &Value, timeout: Option<f64>) -> R<()> {
    let timeout = timeout.filter(|t| *t >= 0.0);
    wait(cx, this, timeout).map(drop)
}

/// Whether the thread has ended.
#[native("_ThreadHandle.is_done($self, /)")]
fn is_done(cx: &mut Cx, this_: &Value) -> R<bool> {
    Ok(this(cx, this_)?.get(cx).done.is_set())
}

/// States that the thread has ended.
#[native("_ThreadHandle._set_done($self, /)")]
fn set_done(cx: &mut Cx, this_: &Value) -> R<()> {
    this(cx, this_)?.get(cx).done.set();
    Ok(())
}

fn get_ident(cx: &mut Cx, value: &Value) -> R {
    let ident = this(cx, value)?.get(cx).ident;
    Ok(cx.int_from_u64(ident))
}

static DEFS: TypeDefs = TypeDefs {
    methods: natives![join, is_done, set_done],
    getset: &[GetSetDef { name: "ident", doc: None, get: Some(get_ident), set: None }],
    ..TypeDefs::NONE
};
