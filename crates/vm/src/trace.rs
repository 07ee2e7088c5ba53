//! Where trace and profile functions are told of events.
//!
//! Only frames with the flag `TRACED` come here; without `sys.settrace` or `sys.setprofile` no frame has it.

use taipan_object::{Cx, R, Value, ops};

use crate::frame::{self, Frame};
use crate::thread::vm;

/// Calls the profile or trace function with an event of a frame; the result of a trace function is the frame's new one.
fn call_hook(cx: &mut Cx, hook: &Value, frame: *mut Frame, event: &str, arg: &Value) -> R {
    // SAFETY: the frame is the innermost and live.
    let object = unsafe { frame::object::of(cx, frame) };
    let event = cx.intern(event).into_value();
    vm(cx).tracing += 1;
    let result = ops::call(cx, hook, &[object, event, arg.clone()]);
    vm(cx).tracing -= 1;
    result
}

/// A frame returns or yields.
///
/// # Safety
/// The frame is the innermost.
pub unsafe fn leave_returning(cx: &mut Cx, frame: *mut Frame, value: &Value) -> R<()> {
    if vm(cx).tracing > 0 {
        return Ok(());
    }
    // SAFETY: live by the caller's promise.
    let object = unsafe { frame::object::of(cx, frame) };
    let local = object.cast::<frame::object::FrameObject>().and_then(|f| f.get(cx).trace.clone());
    if let Some(hook) = local {
        call_hook(cx, &hook, frame, "return", value)?;
    }
    if let Some(hook) = vm(cx).profile.clone() {
        call_hook(cx, &hook, frame, "return", value)?;
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
        if Frame::has(frame, frame::frame_flags::TRACED)
            && let Err(raised) = leave_returning(cx, frame, &Value::none())
        {
            drop(cx.take_raised(raised));
        }
    }
}
