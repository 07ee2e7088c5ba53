//! `sys.settrace` and `sys.setprofile`.
//!
//! Nothing of this costs anything while no thread traces. A traced code object is *instrumented*: every unit of its private
//! copy becomes `TRACE`, whose body reports what is to be reported and then gives the original instruction (kept apart, and
//! not specialised). While any thread of the interpreter traces, the breaker's TRACE bit stays set, so that every `RESUME`
//! comes here; frames in which events are reported have the flag `TRACED`.

use std::sync::atomic::Ordering;

use taipan_bytecode::{CodeObject, linetable};
use taipan_object::cx::breaker;
use taipan_object::{Cx, R, Value, ops};

use crate::code::{Code, Unit};
use crate::frame::object::FrameObject;
use crate::frame::{self, Frame, frame_flags};
use crate::ops::Regs;
use crate::thread::vm;

/// What an instrumented code object keeps.
pub struct Instrumented {
    /// The instructions as they were prepared.
    units: Box<[Unit]>,
    /// The line of each unit; 0 where it has none.
    lines: Box<[i32]>,
}

impl Instrumented {
    pub fn new(source: &CodeObject, units: Box<[Unit]>) -> Instrumented {
        let mut lines = vec![0; units.len()];
        for range in linetable::lines(&source.linetable, source.firstlineno) {
            let Some(line) = range.line else { continue };
            let end = (range.end as usize / 2).min(lines.len());
            if let Some(units) = lines.get_mut(range.start as usize / 2..end) {
                units.fill(line);
            }
        }
        Instrumented { units, lines: lines.into() }
    }

    /// The original unit at an index, and its line, or 0.
    pub fn at(&self, index: usize) -> Option<(Unit, i32)> {
        Some((*self.units.get(index)?, *self.lines.get(index)?))
    }
}

/// Threads of the interpreter that trace.
#[derive(Default)]
struct Tracing {
    threads: usize,
}

/// Whether any thread of the interpreter traces.
pub fn is_active(cx: &mut Cx) -> bool {
    cx.interp_mut().state::<Tracing>().threads > 0
}

/// Sets (or with `None` removes) this thread's trace function.
pub fn set_trace(cx: &mut Cx, hook: Option<Value>) {
    let old = std::mem::replace(&mut vm(cx).trace, hook);
    drop(old);
    changed(cx);
}

/// Sets (or with `None` removes) this thread's profile function.
pub fn set_profile(cx: &mut Cx, hook: Option<Value>) {
    let old = std::mem::replace(&mut vm(cx).profile, hook);
    drop(old);
    changed(cx);
}

/// After a hook was set or removed: counts the tracing threads, and instruments what runs.
fn changed(cx: &mut Cx) {
    let now = vm(cx).trace.is_some() || vm(cx).profile.is_some();
    if now != vm(cx).counted {
        vm(cx).counted = now;
        let tracing = cx.interp_mut().state::<Tracing>();
        tracing.threads = if now { tracing.threads + 1 } else { tracing.threads.saturating_sub(1) };
    }
    if is_active(cx) {
        cx.interp().breaker.fetch_or(breaker::TRACE, Ordering::Relaxed);
    }
    if now {
        let with_lines = vm(cx).trace.is_some();
        let mut at = vm(cx).frame;
        // SAFETY: the frames of the running thread are live.
        unsafe {
            while !at.is_null() {
                (*at).flags |= frame_flags::TRACED;
                if with_lines {
                    Frame::code(at).instrument(cx);
                }
                at = (*at).prev;
            }
        }
    }
}

/// Calls the hook with an event of a frame.
fn call_hook(cx: &mut Cx, hook: &Value, frame: *mut Frame, event: &str, arg: &Value) -> R {
    // SAFETY: the frame is the innermost and live.
    let object = unsafe { frame::object::of(cx, frame) };
    let event = cx.intern(event).into_value();
    vm(cx).tracing += 1;
    let result = ops::call(cx, hook, &[object, event, arg.clone()]);
    vm(cx).tracing -= 1;
    result
}

/// The frame's own trace function.
fn local_hook(cx: &mut Cx, frame: *mut Frame) -> Option<Value> {
    // SAFETY: the frame is live.
    unsafe {
        if !Frame::has(frame, frame_flags::OBJECT) {
            return None;
        }
        (*(*frame).object).get(cx).trace.clone()
    }
}

fn set_local_hook(cx: &mut Cx, frame: *mut Frame, hook: Value) {
    // SAFETY: the frame is live.
    let object = unsafe { frame::object::of(cx, frame) };
    if let Some(object) = object.cast::<FrameObject>() {
        let new = Some(hook).filter(|h| !h.is_none());
        let old = std::mem::replace(&mut object.get_mut(cx).trace, new);
        drop(old);
    }
}

/// Reports an event to the frame's trace function, whose result takes its place; a hook that raises is removed.
fn trace_event(cx: &mut Cx, frame: *mut Frame, hook: &Value, event: &str, arg: &Value) -> R<()> {
    match call_hook(cx, hook, frame, event, arg) {
        Ok(result) => {
            if !result.is_none() {
                set_local_hook(cx, frame, result);
            }
            Ok(())
        }
        Err(raised) => {
            set_trace(cx, None);
            set_local_hook(cx, frame, Value::none());
            Err(raised)
        }
    }
}

/// A frame starts or goes on (`RESUME`).
pub fn enter(cx: &mut Cx, r: Regs, _arg: u32) -> R<()> {
    if vm(cx).tracing > 0 || vm(cx).trace.is_none() && vm(cx).profile.is_none() {
        return Ok(());
    }
    let frame = r.frame;
    // SAFETY: the frame is live.
    unsafe { (*frame).flags |= frame_flags::TRACED };
    if let Some(hook) = vm(cx).trace.clone() {
        let local = match call_hook(cx, &hook, frame, "call", &Value::none()) {
            Ok(local) => local,
            Err(raised) => {
                set_trace(cx, None);
                return Err(raised);
            }
        };
        let wanted = !local.is_none();
        set_local_hook(cx, frame, local);
        if wanted {
            r.code().instrument(cx);
        }
    }
    if let Some(hook) = vm(cx).profile.clone()
        && let Err(raised) = call_hook(cx, &hook, frame, "call", &Value::none())
    {
        set_profile(cx, None);
        return Err(raised);
    }
    Ok(())
}

/// `TRACE`: reports a line or an instruction, and gives the instruction that stands here.
pub fn before(cx: &mut Cx, ip: *const Unit, frame: *mut Frame) -> R<(u16, u32)> {
    let r = Regs { ip, sp: std::ptr::null_mut(), frame };
    let code: &Code = r.code();
    let index = code.lasti(r.ip) as usize;
    let Some((unit, line)) = code.instrumented(index) else { return Ok((crate::ops::op::BAD, 0)) };
    // SAFETY: the frame is live.
    let traced = unsafe { Frame::has(r.frame, frame_flags::TRACED) };
    const RESUME: u16 = taipan_bytecode::Opcode::RESUME as u16;
    if traced && unit as u16 != RESUME && vm(cx).tracing == 0 && vm(cx).trace.is_some() {
        r.save();
        if let Some(hook) = local_hook(cx, r.frame) {
            report(cx, r, &hook, index, line)?;
        }
    }
    Ok((unit as u16, unit >> 16))
}

fn report(cx: &mut Cx, r: Regs, hook: &Value, index: usize, line: i32) -> R<()> {
    // SAFETY: a frame with a local hook has an object.
    let object = unsafe { (*(*r.frame).object).to_value() };
    let Some(object) = object.cast::<FrameObject>() else { return Ok(()) };
    let data = object.get_mut(cx);
    let (last_line, last_index) = (data.last_line, data.last_index);
    data.last_index = index as i32;
    let is_line = line != 0 && (line != last_line || index as i32 <= last_index);
    if is_line {
        data.last_line = line;
    }
    let (lines, opcodes) = (data.trace_lines, data.trace_opcodes);
    // Instructions before RESUME belong to the call, not to a line of the body.
    let begun = last_index >= 0 || r.code().begins_at() <= index;
    if is_line && lines && begun {
        trace_event(cx, r.frame, hook, "line", &Value::none())?;
    }
    if opcodes && let Some(hook) = local_hook(cx, r.frame) {
        trace_event(cx, r.frame, &hook, "opcode", &Value::none())?;
    }
    Ok(())
}

/// An exception passes through a frame.
///
/// # Safety
/// The frame is the innermost.
pub unsafe fn exception(cx: &mut Cx, frame: *mut Frame, value: &Value) -> R<()> {
    if vm(cx).tracing > 0 || vm(cx).trace.is_none() {
        return Ok(());
    }
    let Some(hook) = local_hook(cx, frame) else { return Ok(()) };
    let traceback = value.cast::<taipan_object::exc::Exception>().and_then(|e| e.get(cx).traceback.clone());
    let class = value.type_of().into_value();
    let info = cx.tuple_value([class, value.clone(), traceback.unwrap_or_else(Value::none)]);
    trace_event(cx, frame, &hook, "exception", &info)
}

/// A frame returns or yields.
///
/// # Safety
/// The frame is the innermost.
pub unsafe fn leave_returning(cx: &mut Cx, frame: *mut Frame, value: &Value) -> R<()> {
    if vm(cx).tracing > 0 {
        return Ok(());
    }
    if vm(cx).trace.is_some()
        && let Some(hook) = local_hook(cx, frame)
    {
        trace_event(cx, frame, &hook, "return", value)?;
    }
    if let Some(hook) = vm(cx).profile.clone()
        && let Err(raised) = call_hook(cx, &hook, frame, "return", value)
    {
        set_profile(cx, None);
        return Err(raised);
    }
    Ok(())
}

/// A frame ends by an exception; what the hooks raise is dropped in favour of it.
///
/// # Safety
/// The frame is the innermost.
pub unsafe fn leave_raising(cx: &mut Cx, frame: *mut Frame) {
    // SAFETY: live by the caller's promise.
    unsafe {
        if Frame::has(frame, frame_flags::TRACED)
            && let Err(raised) = leave_returning(cx, frame, &Value::none())
        {
            drop(cx.take_raised(raised));
        }
    }
}

/// A native callable is called (`c_call`), has returned (`c_return`) or has raised (`c_exception`).
///
/// # Safety
/// The frame is the innermost.
pub unsafe fn native_event(cx: &mut Cx, frame: *mut Frame, event: &str, callable: &Value) -> R<()> {
    if vm(cx).tracing > 0 {
        return Ok(());
    }
    match vm(cx).profile.clone() {
        Some(hook) => call_hook(cx, &hook, frame, event, callable).map(drop),
        None => Ok(()),
    }
}
