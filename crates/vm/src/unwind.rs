//! From a raised exception to its handler: traceback entries, the exception table, frames left on the way.

use taipan_object::{Cx, Raised, Value, exc};

use crate::frame::{self, Frame, frame_flags};
use crate::function::cell::{self, Cell};
use crate::monitor::event;
use crate::monitor::report::exception_event;
use crate::ops::Regs;
use crate::slot;
use crate::thread::vm;
use crate::{generator, traceback};

/// Finds the handler of the raised exception, leaving frames that have none. `Err` when an entry frame was left.
#[cold]
#[inline(never)]
pub fn unwind(cx: &mut Cx, mut r: Regs, raised: Raised) -> Result<Regs, Raised> {
    let mut exception = cx.take_raised(raised);
    let mut again = std::mem::take(&mut vm(cx).reraise);
    // SAFETY: the registers name the innermost frame and its live stack; frames are left from the innermost on.
    unsafe {
        // An event's callback raised at the handler's beginning: a further search, and no new traceback entry.
        let mut searched = false;
        // Events name the last unit of what raised, and the one before a call that raised.
        let mut index = r.code().last_unit(r.ip);
        loop {
            if !std::mem::take(&mut searched) {
                if !again {
                    traceback::here(cx, r.frame, &exception);
                }
                let event = if again { event::RERAISE } else { event::RAISE };
                exception = told(cx, r.frame, index, event, exception);
            }
            again = false;
            let code = Frame::code(r.frame);
            let bottom = Frame::stack(r.frame);
            let handler = code.handler(code.lasti(r.ip));
            if vm(cx).record.is_some() {
                crate::record::raised(cx, r.frame, &exception, handler.is_some());
            }
            if let Some(handler) = handler {
                let depth = bottom.add(handler.depth as usize);
                frame::drop_stack(r.sp, depth);
                r.sp = depth;
                restore_cells(cx, r.frame, code.cleared_cells());
                if handler.lasti {
                    r.push_value(Value::small_int(code.lasti((*r.frame).ip)));
                }
                r.push_value(exception.clone());
                r.ip = code.entry.get().add(handler.target as usize);
                r.after_end(cx);
                index = handler.target as i32;
                if let Err(raised) = exception_event(cx, r.frame, index, event::EXCEPTION_HANDLED, &exception)
                {
                    exception = cx.take_raised(raised);
                    searched = true;
                    continue;
                }
                return Ok(r);
            }
            frame::drop_stack(r.sp, bottom);
            let left = r.frame;
            let entry = Frame::has(left, frame_flags::ENTRY);
            let prev = (*left).prev;
            exception = told(cx, left, index, event::PY_UNWIND, exception);
            leave(cx, left);
            if entry {
                if cx.has_pending() {
                    cx.drain_pending();
                }
                return Err(cx.raise_value(exception));
            }
            r = Regs { ip: (*prev).ip, sp: (*prev).sp, frame: prev };
            index = Frame::code(prev).lasti(r.ip) - 1;
            r.after_end(cx);
        }
    }
}

/// Reports an event with an exception; gives what is raised from there on: it, or what a callback raised.
///
/// # Safety
/// The frame is the innermost; its `ip` is saved.
unsafe fn told(cx: &mut Cx, frame: *mut Frame, index: i32, event: u8, exception: Value) -> Value {
    // SAFETY: by the caller's promise.
    match unsafe { exception_event(cx, frame, index, event, &exception) } {
        Ok(()) => exception,
        Err(raised) => cx.take_raised(raised),
    }
}

/// Puts a new cell into each of these slots that holds none: an inlined comprehension has taken its cell out, and the
/// handler may look for it.
///
/// # Safety
/// The slots are locals of the innermost frame, and nothing on its stack is borrowed from them.
pub unsafe fn restore_cells(cx: &mut Cx, frame: *mut Frame, slots: &[u32]) {
    for &index in slots {
        // SAFETY: by the caller's promise.
        unsafe {
            let local = Frame::local(frame, index as usize);
            if *local != slot::NULL && slot::lend(*local).cast::<Cell>().is_some() {
                continue;
            }
            let former = std::mem::replace(&mut *local, slot::slot(cell::new(cx, None)));
            if former != slot::NULL {
                drop(slot::own(former));
            }
        }
    }
}

/// Takes a frame whose stack is empty off the thread's stack; a generator's ends the generator.
///
/// # Safety
/// `frame` is the innermost.
pub unsafe fn leave(cx: &mut Cx, frame: *mut Frame) {
    // SAFETY: by the caller's promise.
    unsafe {
        if Frame::has(frame, frame_flags::GENERATOR) {
            generator::finish(cx, frame);
        } else {
            frame::pop(cx, frame);
        }
    }
}

/// Makes the exception being handled, if any, the context of one that is thrown into a generator.
pub fn with_context(cx: &mut Cx, exception: &Value) {
    let handled = vm(cx).handled();
    exc::set_context(cx, exception, handled);
}

/// Makes the exception being handled, if any, the context of one that Python code raises, and raises it.
pub fn raise(cx: &mut Cx, exception: Value) -> Raised {
    exc::raise(cx, exception)
}

/// Replaces the exception being handled; gives what was handled before.
pub fn set_handled(cx: &mut Cx, exception: slot::Slot) -> slot::Slot {
    let item = vm(cx).exc;
    // SAFETY: the top item is live.
    unsafe { std::mem::replace(&mut (*item).value, exception) }
}
