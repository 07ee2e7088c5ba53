//! `sys.settrace` and `sys.setprofile`: the tools 7 and 6, whose callbacks are the threads' functions.

use taipan_bytecode::linetable;
use taipan_object::descr::{METHOD_DESCRIPTOR, NATIVE_FUNCTION};
use taipan_object::{Cx, R, Value, exc, ops};

use super::{PROFILE, TRACE, event, missing, monitor, quietly, set_global};
use crate::frame::object::FrameObject;
use crate::frame::{self, Frame, frame_flags};
use crate::thread::{VmThread, vm};

const TRACE_EVENTS: u32 = event::set(&[
    event::PY_START,
    event::PY_RESUME,
    event::PY_RETURN,
    event::PY_YIELD,
    event::RAISE,
    event::LINE,
    event::JUMP,
    event::PY_UNWIND,
    event::PY_THROW,
    event::STOP_ITERATION,
]);

const PROFILE_EVENTS: u32 = event::set(&[
    event::PY_START,
    event::PY_RESUME,
    event::PY_RETURN,
    event::PY_YIELD,
    event::CALL,
    event::PY_UNWIND,
    event::PY_THROW,
]);

/// Sets (or with `None` removes) this thread's trace function.
pub fn set_trace(cx: &mut Cx, hook: Option<Value>) {
    let thread: *mut VmThread = vm(cx);
    set_trace_of(cx, thread, hook);
    let frame = vm(cx).frame;
    // SAFETY: the innermost frame is live.
    unsafe {
        if !frame.is_null()
            && Frame::has(frame, frame_flags::OBJECT)
            && (*(*frame).object).get(cx).trace_opcodes
            && vm(cx).trace.is_some()
        {
            trace_opcodes(cx, frame, true);
        }
    }
}

/// Sets (or with `None` removes) this thread's profile function.
pub fn set_profile(cx: &mut Cx, hook: Option<Value>) {
    let thread: *mut VmThread = vm(cx);
    set_profile_of(cx, thread, hook);
}

/// Sets the trace function of a thread of this interpreter.
pub fn set_trace_of(cx: &mut Cx, thread: *mut VmThread, hook: Option<Value>) {
    // SAFETY: the thread lives, the GIL is held.
    let old = unsafe { std::mem::replace(&mut (*thread).trace, hook.clone()) };
    let m = monitor(cx);
    m.tracing_threads =
        (m.tracing_threads + usize::from(hook.is_some())).saturating_sub(usize::from(old.is_some()));
    let events = if m.tracing_threads > 0 { TRACE_EVENTS } else { 0 };
    set_global(cx, TRACE, events);
    drop(old);
}

/// Sets the profile function of a thread of this interpreter.
pub fn set_profile_of(cx: &mut Cx, thread: *mut VmThread, hook: Option<Value>) {
    // SAFETY: the thread lives, the GIL is held.
    let old = unsafe { std::mem::replace(&mut (*thread).profile, hook.clone()) };
    let m = monitor(cx);
    m.profiling_threads =
        (m.profiling_threads + usize::from(hook.is_some())).saturating_sub(usize::from(old.is_some()));
    let events = if m.profiling_threads > 0 { PROFILE_EVENTS } else { 0 };
    set_global(cx, PROFILE, events);
    drop(old);
}

/// A thread with these functions ends.
pub fn thread_ends(cx: &mut Cx) {
    if vm(cx).trace.is_some() {
        set_trace(cx, None);
    }
    if vm(cx).profile.is_some() {
        set_profile(cx, None);
    }
}

/// Turns the reporting of each instruction of a frame's code on or off (`f_trace_opcodes`).
///
/// # Safety
/// The frame is live.
pub unsafe fn trace_opcodes(cx: &mut Cx, frame: *mut Frame, on: bool) {
    // SAFETY: by the caller's promise.
    let code = unsafe { Frame::code(frame) };
    let bit = 1 << event::INSTRUCTION;
    let before = code.local_events(cx, TRACE);
    super::set_local(cx, TRACE, code, if on { before | bit } else { before & !bit });
}

/// Reports an event to the thread's trace or profile function. True: not again in this place.
///
/// # Safety
/// The frame is the innermost; its `ip` is saved.
pub(super) unsafe fn report(
    cx: &mut Cx,
    frame: *mut Frame,
    tool: usize,
    event: u8,
    args: &[Value],
) -> R<bool> {
    if tool == PROFILE {
        return profile_event(cx, frame, event, args).map(|()| false);
    }
    if vm(cx).trace.is_none() {
        return Ok(false);
    }
    match event {
        event::PY_START | event::PY_RESUME | event::PY_THROW => {
            trace(cx, frame, event, "call", &Value::none())?;
        }
        event::PY_RETURN | event::PY_YIELD => trace(cx, frame, event, "return", last(args))?,
        event::PY_UNWIND => trace(cx, frame, event, "return", &Value::none())?,
        event::RAISE | event::STOP_ITERATION => {
            let value = last(args).clone();
            let traceback = value.cast::<exc::Exception>().and_then(|e| e.get(cx).traceback.clone());
            let class = value.type_of().into_value();
            let info = cx.tuple_value([class, value, traceback.unwrap_or_else(Value::none)]);
            trace(cx, frame, event, "exception", &info)?;
        }
        event::LINE => line(cx, frame, event, last(args))?,
        event::JUMP => return jump(cx, frame, args),
        event::INSTRUCTION if flag(cx, frame, |f| f.trace_opcodes) => {
            trace(cx, frame, event, "opcode", &Value::none())?;
        }
        _ => {}
    }
    Ok(false)
}

fn last(args: &[Value]) -> &Value {
    &args[args.len() - 1]
}

fn flag(cx: &mut Cx, frame: *mut Frame, pick: fn(&FrameObject) -> bool) -> bool {
    // SAFETY: the frame is the innermost and live.
    let object = unsafe { frame::object::of(cx, frame) };
    object.cast::<FrameObject>().is_some_and(|f| pick(f.get(cx)))
}

fn line(cx: &mut Cx, frame: *mut Frame, event: u8, line: &Value) -> R<()> {
    if !flag(cx, frame, |f| f.trace_lines) {
        return Ok(());
    }
    let number = line.word().as_int().map(|l| l as i32);
    // SAFETY: the frame is live.
    let object = unsafe { frame::object::of(cx, frame) };
    if let Some(f) = object.cast::<FrameObject>() {
        f.get_mut(cx).line = number;
        let result = trace(cx, frame, event, "line", &Value::none());
        f.get_mut(cx).line = None;
        return result;
    }
    Ok(())
}

/// A jump back to the line that it comes from begins this line again.
fn jump(cx: &mut Cx, frame: *mut Frame, args: &[Value]) -> R<bool> {
    let index = |v: &Value| v.word().as_int().unwrap_or(0) as u32 / 2;
    let (from, to) = (index(&args[1]), index(&args[2]));
    if to >= from {
        return Ok(true);
    }
    // SAFETY: the frame is live.
    let source = unsafe { std::sync::Arc::clone(&Frame::code(frame).source) };
    let line_at = |unit| linetable::location_of(&source.linetable, source.firstlineno, unit).line();
    let target = line_at(to);
    if target != line_at(from) {
        // The target reports the line.
        return Ok(true);
    }
    let Some(target) = target else { return Ok(false) };
    line(cx, frame, event::JUMP, &Value::small_int(target))?;
    Ok(false)
}

/// Calls a hook with an event of a frame.
fn call_hook(cx: &mut Cx, hook: &Value, frame: *mut Frame, event: u8, what: &str, arg: &Value) -> R {
    // SAFETY: the frame is the innermost and live.
    let object = unsafe { frame::object::of(cx, frame) };
    let what = cx.intern(what).into_value();
    quietly(cx, frame, event, |cx| ops::call(cx, hook, &[object, what, arg.clone()]))
}

fn set_local_hook(cx: &mut Cx, frame: *mut Frame, hook: Option<Value>) {
    // SAFETY: the frame is live.
    let object = unsafe { frame::object::of(cx, frame) };
    if let Some(object) = object.cast::<FrameObject>() {
        let old = std::mem::replace(&mut object.get_mut(cx).trace, hook);
        drop(old);
    }
}

/// Calls the thread's trace function (for "call") or the frame's, whose result takes its place; one that raises is removed.
fn trace(cx: &mut Cx, frame: *mut Frame, event: u8, what: &str, arg: &Value) -> R<()> {
    let hook = if what == "call" {
        vm(cx).trace.clone()
    } else {
        // SAFETY: the frame is live.
        unsafe {
            Frame::has(frame, frame_flags::OBJECT).then(|| (*(*frame).object).get(cx).trace.clone()).flatten()
        }
    };
    let Some(hook) = hook else { return Ok(()) };
    match call_hook(cx, &hook, frame, event, what, arg) {
        Ok(result) => {
            if !result.is_none() {
                set_local_hook(cx, frame, Some(result));
            }
            Ok(())
        }
        Err(raised) => {
            set_trace(cx, None);
            set_local_hook(cx, frame, None);
            Err(raised)
        }
    }
}

fn profile_event(cx: &mut Cx, frame: *mut Frame, event: u8, args: &[Value]) -> R<()> {
    let Some(hook) = vm(cx).profile.clone() else { return Ok(()) };
    let none = Value::none();
    let (what, arg) = match event {
        event::PY_START | event::PY_RESUME | event::PY_THROW => ("call", none),
        event::PY_RETURN | event::PY_YIELD => ("return", last(args).clone()),
        event::PY_UNWIND => ("return", none),
        event::CALL | event::C_RETURN | event::C_RAISE => {
            let Some(callable) = native_callable(cx, &args[2], &args[3])? else { return Ok(()) };
            let what = match event {
                event::CALL => "c_call",
                event::C_RETURN => "c_return",
                _ => "c_exception",
            };
            (what, callable)
        }
        _ => return Ok(()),
    };
    if let Err(raised) = call_hook(cx, &hook, frame, event, what, &arg) {
        set_profile(cx, None);
        return Err(raised);
    }
    Ok(())
}

/// The callable as profile functions see it: natives only, methods bound.
fn native_callable(cx: &mut Cx, callable: &Value, first: &Value) -> R<Option<Value>> {
    if callable.is_instance_exact(&NATIVE_FUNCTION) {
        return Ok(Some(callable.clone()));
    }
    if callable.is_instance_exact(&METHOD_DESCRIPTOR) && !first.is(&missing(cx)?) {
        let owner = first.type_of();
        return taipan_object::attr::bind(cx, callable.clone(), first, &owner).map(Some);
    }
    Ok(None)
}
