//! From a raised exception to its handler: traceback entries, the exception table, frames left on the way.

use taipan_object::{Cx, Raised, Value, exc};

use crate::frame::{self, Frame, frame_flags};
use crate::function::cell::{self, Cell};
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
        loop {
            if !again {
                traceback::here(cx, r.frame, &exception);
            }
            if Frame::has(r.frame, frame_flags::TRACED)
                && !again
                && let Err(raised) = crate::trace::exception(cx, r.frame, &exception)
            {
                exception = cx.take_raised(raised);
            }
            again = false;
            let code = Frame::code(r.frame);
            let bottom = Frame::stack(r.frame);
            if let Some(handler) = code.handler(code.lasti(r.ip)) {
                let depth = bottom.add(handler.depth as usize);
                frame::drop_stack(r.sp, depth);
                r.sp = depth;
                restore_cells(cx, r, code.cleared_cells());
                if handler.lasti {
                    r.push_value(Value::small_int(code.lasti((*r.frame).ip)));
                }
                r.push_value(exception);
                r.ip = code.entry.get().add(handler.target as usize);
                r.after_end(cx);
                return Ok(r);
            }
            frame::drop_stack(r.sp, bottom);
            let left = r.frame;
            let entry = Frame::has(left, frame_flags::ENTRY);
            let prev = (*left).prev;
            crate::trace::leave_raising(cx, left);
            leave(cx, left);
            if entry {
                if cx.has_pending() {
                    cx.drain_pending();
                }
                return Err(cx.raise_value(exception));
            }
            r = Regs { ip: (*prev).ip, sp: (*prev).sp, frame: prev };
            r.after_end(cx);
        }
    }
}

/// Puts a new cell into each of these slots that holds none: an inlined comprehension has taken its cell out, and the
/// handler may look for it.
///
/// # Safety
/// The slots are locals of the innermost frame, and nothing on its stack is borrowed from them.
unsafe fn restore_cells(cx: &mut Cx, r: Regs, slots: &[u32]) {
    for &index in slots {
        // SAFETY: by the caller's promise.
        unsafe {
            let local = r.local(index as usize);
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
