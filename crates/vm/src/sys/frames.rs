//! `sys`: frames, tracing, hooks of generators.

use taipan_macros::native;
use taipan_object::{Args, Cx, R, Tuple, Value, dict, names, ops};

use crate::frame::{self, Frame};
use crate::monitor::legacy;
use crate::thread::{self, VmThread, vm};

/// The frame `depth` below the innermost; null where the stack ends.
fn frame_at(cx: &mut Cx, depth: i64) -> *mut Frame {
    let mut at = frame::current(cx);
    let mut left = depth.max(0);
    while left > 0 && !at.is_null() {
        // SAFETY: a live frame of the running thread.
        at = unsafe { (*at).prev };
        left -= 1;
    }
    at
}

/// Return a frame object from the call stack.
///
/// If optional integer depth is given, return the frame object that many
/// calls below the top of the stack.  If that is deeper than the call
/// stack, ValueError is raised.  The default for depth is zero, returning
/// the frame at the top of the call stack.
///
/// This function should be used for internal and specialized purposes
/// only.
#[native("sys._getframe(depth=0, /)")]
pub fn _getframe(cx: &mut Cx, depth: i64) -> R {
    let at = frame_at(cx, depth);
    if at.is_null() {
        return Err(cx.value_error("call stack is not deep enough"));
    }
    // SAFETY: a live frame of the running thread.
    let object = unsafe { frame::object::of(cx, at) };
    (cx.interp().runtime.audit)(cx, "sys._getframe", std::slice::from_ref(&object))?;
    Ok(object)
}

/// Return the name of the module for a calling frame.
///
/// The default depth returns the module containing the call to this API.
/// A more typical use in a library will pass a depth of 1 to get the user's
/// module rather than the library module.
///
/// If no frame, module, or name can be found, returns None.
#[native("sys._getframemodulename(depth=0)")]
pub fn _getframemodulename(cx: &mut Cx, depth: i64) -> R {
    let number = cx.int(depth);
    (cx.interp().runtime.audit)(cx, "sys._getframemodulename", &[number])?;
    let at = frame_at(cx, depth);
    if at.is_null() {
        return Ok(Value::none());
    }
    // SAFETY: a live frame; its function is a function.
    let function = unsafe { Frame::function(at) }.to_value();
    Ok(ops::getattr_opt(cx, &function, &names::__module__)?.unwrap_or_else(Value::none))
}

/// Return a dict mapping each thread's thread id to its current stack frame.
///
/// This function should be used for specialized purposes only.
#[native("sys._current_frames()")]
pub fn _current_frames(cx: &mut Cx) -> R {
    let made = cx.new_dict();
    for thread in thread::all(cx) {
        // SAFETY: a thread that lives; the GIL is held, so that its frames stand still.
        let (at, id) = unsafe { ((*thread).frame, (*thread).id) };
        if at.is_null() {
            continue;
        }
        // SAFETY: as above.
        let object = unsafe { frame::object::of(cx, at) };
        let id = cx.int_from_u64(id);
        dict::set(cx, &made, id, object)?;
    }
    Ok(made.into_value())
}

/// Return a dict mapping each thread's identifier to its current raised exception.
///
/// This function should be used for specialized purposes only.
#[native("sys._current_exceptions()")]
pub fn _current_exceptions(cx: &mut Cx) -> R {
    let made = cx.new_dict();
    for thread in thread::all(cx) {
        let thread: *mut VmThread = thread;
        // SAFETY: a thread that lives; the GIL is held.
        let (handled, id) = unsafe { ((*thread).handled().unwrap_or_else(Value::none), (*thread).id) };
        let id = cx.int_from_u64(id);
        dict::set(cx, &made, id, handled)?;
    }
    Ok(made.into_value())
}

/// Call func(*args), while tracing is enabled.
///
/// The tracing state is saved, and restored afterwards.  This is intended
/// to be called from a debugger from a checkpoint, to recursively debug
/// some other code.
#[native("sys.call_tracing(func, args, /)")]
pub fn call_tracing(cx: &mut Cx, function: &Value, args: &Value) -> R {
    let Some(items) = args.cast::<Tuple>().map(|t| t.items().to_vec()) else {
        let message = format!("call_tracing() argument 2 must be tuple, not {}", args.type_name(cx));
        return Err(cx.type_error(message));
    };
    let saved = std::mem::take(&mut vm(cx).tracing);
    let result = ops::call(cx, function, &items);
    vm(cx).tracing = saved;
    result
}

fn set_hook(cx: &mut Cx, function: &Value, profile: bool) {
    let new = Some(function.clone()).filter(|f| !f.is_none());
    if profile {
        legacy::set_profile(cx, new);
    } else {
        legacy::set_trace(cx, new);
    }
}

/// Set the global debug tracing function.
///
/// It will be called on each function call.  See the debugger chapter
/// in the library manual.
#[native("sys.settrace(function, /)")]
pub fn settrace(cx: &mut Cx, function: &Value) -> R<()> {
    (cx.interp().runtime.audit)(cx, "sys.settrace", &[])?;
    set_hook(cx, function, false);
    Ok(())
}

/// Return the global debug tracing function set with sys.settrace.
///
/// See the debugger chapter in the library manual.
#[native("sys.gettrace()")]
pub fn gettrace(cx: &mut Cx) -> Value {
    vm(cx).trace.clone().unwrap_or_else(Value::none)
}

/// Set the profiling function.
///
/// It will be called on each function call and return.  See the profiler
/// chapter in the library manual.
#[native("sys.setprofile(function, /)")]
pub fn setprofile(cx: &mut Cx, function: &Value) -> R<()> {
    (cx.interp().runtime.audit)(cx, "sys.setprofile", &[])?;
    set_hook(cx, function, true);
    Ok(())
}

/// Return the profiling function set with sys.setprofile.
///
/// See the profiler chapter in the library manual.
#[native("sys.getprofile()")]
pub fn getprofile(cx: &mut Cx) -> Value {
    vm(cx).profile.clone().unwrap_or_else(Value::none)
}

/// Set the global debug tracing function in all running threads belonging to the current interpreter.
#[native("sys._settraceallthreads(function, /)")]
pub fn _settraceallthreads(cx: &mut Cx, function: &Value) -> R<()> {
    (cx.interp().runtime.audit)(cx, "sys.settrace", &[])?;
    let hook = Some(function.clone()).filter(|f| !f.is_none());
    for thread in thread::all(cx) {
        legacy::set_trace_of(cx, thread, hook.clone());
    }
    Ok(())
}

/// Set the profiling function in all running threads belonging to the current interpreter.
#[native("sys._setprofileallthreads(function, /)")]
pub fn _setprofileallthreads(cx: &mut Cx, function: &Value) -> R<()> {
    (cx.interp().runtime.audit)(cx, "sys.setprofile", &[])?;
    let hook = Some(function.clone()).filter(|f| !f.is_none());
    for thread in thread::all(cx) {
        legacy::set_profile_of(cx, thread, hook.clone());
    }
    Ok(())
}

/// set_asyncgen_hooks([firstiter] [, finalizer])
///
/// Set a finalizer for async generators objects.
#[native("sys.set_asyncgen_hooks(firstiter=None, finalizer=None)", no_signature)]
pub fn set_asyncgen_hooks(cx: &mut Cx, args: Args<'_>) -> R<()> {
    let given = |i: usize, name: &str| args.pos().get(i).or_else(|| args.keyword(name));
    let (first, last) = (given(0, "firstiter"), given(1, "finalizer"));
    for (what, value) in [("finalizer", last), ("firstiter", first)] {
        if let Some(value) = value
            && !value.is_none()
            && value.ty(cx).slots().call.is_none()
        {
            let message = format!("callable {what} expected, got {}", value.type_name(cx));
            return Err(cx.type_error(message));
        }
    }
    if let Some(last) = last {
        (cx.interp().runtime.audit)(cx, "sys.set_asyncgen_hook_finalizer", &[])?;
        let old =
            std::mem::replace(&mut vm(cx).asyncgen_finalizer, Some(last.clone()).filter(|v| !v.is_none()));
        drop(old);
    }
    if let Some(first) = first {
        (cx.interp().runtime.audit)(cx, "sys.set_asyncgen_hook_firstiter", &[])?;
        let old =
            std::mem::replace(&mut vm(cx).asyncgen_firstiter, Some(first.clone()).filter(|v| !v.is_none()));
        drop(old);
    }
    Ok(())
}

/// Return the installed asynchronous generators hooks.
///
/// This returns a namedtuple of the form (firstiter, finalizer).
#[native("sys.get_asyncgen_hooks()")]
pub fn get_asyncgen_hooks(cx: &mut Cx) -> R {
    let thread = vm(cx);
    let values = [thread.asyncgen_firstiter.clone(), thread.asyncgen_finalizer.clone()];
    let values = values.into_iter().map(|v| v.unwrap_or_else(Value::none)).collect();
    super::info::asyncgen_hooks(cx, values)
}

/// Enable or disable origin tracking for coroutine objects in this thread.
///
/// Coroutine objects will track 'depth' frames of traceback information
/// about where they came from, available in their cr_origin attribute.
///
/// Set a depth of 0 to disable.
#[native("sys.set_coroutine_origin_tracking_depth(depth)")]
pub fn set_coroutine_origin_tracking_depth(cx: &mut Cx, depth: i32) -> R<()> {
    match usize::try_from(depth) {
        Ok(depth) => {
            vm(cx).origin_depth = depth;
            Ok(())
        }
        Err(_) => Err(cx.value_error("depth must be >= 0")),
    }
}

/// Check status of origin tracking for coroutine objects in this thread.
#[native("sys.get_coroutine_origin_tracking_depth()")]
pub fn get_coroutine_origin_tracking_depth(cx: &mut Cx) -> usize {
    vm(cx).origin_depth
}
