//! `sys.monitoring` (PEP 669), and on it `sys.settrace` and `sys.setprofile` ([`legacy`]).
//!
//! Nothing of this costs anything while unused. A code object in which some tool wants local events is *instrumented*
//! ([`instrument`]): its private copy is replaced by the plain instructions, and each that has something to report becomes
//! `TRACE`, whose body ([`before`]) reports and then gives the original. Events that belong to no instruction (exceptions) are
//! asked for where exceptions unwind. While any tool has global events, the breaker's TRACE bit stays set, so that every
//! `RESUME` brings its code object up to date.
//!
//! The state is the interpreter's; tools 6 and 7 are the profile and trace functions of its threads.

pub mod instrument;
pub mod legacy;
pub mod module;
pub mod report;

use std::sync::atomic::Ordering;

use taipan_object::cx::breaker;
use taipan_object::{Cx, Obj, R, Value, ops};

use crate::code::Code;
use crate::frame::Frame;
use crate::thread::vm;

pub use report::{Before, before};

/// Event numbers; an event set has bit `1 << number`.
pub mod event {
    pub const PY_START: u8 = 0;
    pub const PY_RESUME: u8 = 1;
    pub const PY_RETURN: u8 = 2;
    pub const PY_YIELD: u8 = 3;
    pub const CALL: u8 = 4;
    pub const LINE: u8 = 5;
    pub const INSTRUCTION: u8 = 6;
    pub const JUMP: u8 = 7;
    pub const BRANCH_LEFT: u8 = 8;
    pub const BRANCH_RIGHT: u8 = 9;
    pub const STOP_ITERATION: u8 = 10;
    pub const RAISE: u8 = 11;
    pub const EXCEPTION_HANDLED: u8 = 12;
    pub const PY_UNWIND: u8 = 13;
    pub const PY_THROW: u8 = 14;
    pub const RERAISE: u8 = 15;
    pub const C_RETURN: u8 = 16;
    pub const C_RAISE: u8 = 17;
    /// Stands for both BRANCH_LEFT and BRANCH_RIGHT.
    pub const BRANCH: u8 = 18;

    /// Events before this one belong to instructions: they may be set for one code object, and disabled in one place.
    pub const LOCAL: u8 = 11;
    /// Callbacks are kept for the events before this one.
    pub const KEPT: usize = 18;

    pub const NAMES: [&str; 19] = [
        "PY_START",
        "PY_RESUME",
        "PY_RETURN",
        "PY_YIELD",
        "CALL",
        "LINE",
        "INSTRUCTION",
        "JUMP",
        "BRANCH_LEFT",
        "BRANCH_RIGHT",
        "STOP_ITERATION",
        "RAISE",
        "EXCEPTION_HANDLED",
        "PY_UNWIND",
        "PY_THROW",
        "RERAISE",
        "C_RETURN",
        "C_RAISE",
        "BRANCH",
    ];

    /// The set of these events.
    pub const fn set(events: &[u8]) -> u32 {
        let (mut set, mut i) = (0, 0);
        while i < events.len() {
            set |= 1 << events[i];
            i += 1;
        }
        set
    }
}

/// Tools, of which programs may use the first six.
pub const TOOLS: usize = 8;
pub const USER_TOOLS: usize = 6;
/// The tool of `sys.setprofile`.
pub const PROFILE: usize = 6;
/// The tool of `sys.settrace`.
pub const TRACE: usize = 7;

/// A callback of a tool for an event.
#[derive(Clone)]
struct Callback {
    function: Value,
    /// Registered for BRANCH: disabling it disables both sides.
    both_branches: bool,
}

/// The monitoring state of an interpreter.
#[derive(Default)]
pub struct Monitor {
    names: [Option<Value>; USER_TOOLS],
    callbacks: [[Option<Callback>; event::KEPT]; USER_TOOLS],
    /// The events that each tool wants everywhere.
    global: [u32; TOOLS],
    /// Changes with whatever makes instrumented code out of date.
    version: u32,
    /// Counts `restart_events`.
    restarts: u32,
    /// When a tool was cleared last, as a version: its local events set before are void.
    cleared: [u32; TOOLS],
    /// Threads with a trace or profile function.
    tracing_threads: usize,
    profiling_threads: usize,
    disable: Option<Value>,
    missing: Option<Value>,
}

/// The monitoring state of the interpreter.
pub fn monitor(cx: &mut Cx) -> &mut Monitor {
    cx.interp_mut().state::<Monitor>()
}

impl Monitor {
    /// The tools that want an event everywhere, one bit each.
    fn tools(&self, event: u8) -> u8 {
        tools_of(&self.global, event)
    }
}

/// The tools in whose sets an event is, one bit each.
fn tools_of(sets: &[u32; TOOLS], event: u8) -> u8 {
    sets.iter().enumerate().fold(0, |tools, (i, set)| tools | ((set >> event & 1) as u8) << i)
}

/// Whether any tool has global events.
pub fn is_active(cx: &mut Cx) -> bool {
    monitor(cx).global.iter().any(|&set| set != 0)
}

/// Whether the running thread reports events that may be global: quick, and true only while some tool has global events.
#[inline]
pub fn watching(cx: &mut Cx) -> bool {
    cx.interp().breaker.load(Ordering::Relaxed) & breaker::TRACE != 0 && vm(cx).tracing == 0
}

/// `sys.monitoring.DISABLE`.
fn disable(cx: &mut Cx) -> R {
    sentinel(cx, |m| &mut m.disable)
}

/// `sys.monitoring.MISSING`.
pub fn missing(cx: &mut Cx) -> R {
    sentinel(cx, |m| &mut m.missing)
}

fn sentinel(cx: &mut Cx, place: fn(&mut Monitor) -> &mut Option<Value>) -> R {
    if let Some(made) = place(monitor(cx)) {
        return Ok(made.clone());
    }
    let made = ops::call(cx, &taipan_object::ty::OBJECT.to_value(), &[])?;
    *place(monitor(cx)) = Some(made.clone());
    Ok(made)
}

/// Sets the events that a tool wants everywhere, and brings running code up to date.
pub fn set_global(cx: &mut Cx, tool: usize, events: u32) {
    let m = monitor(cx);
    if m.global[tool] == events {
        return;
    }
    m.global[tool] = events;
    m.version += 1;
    update_running(cx);
}

/// After the version changed: sets the breaker as needed, and instruments the code of all frames that run.
fn update_running(cx: &mut Cx) {
    if is_active(cx) {
        cx.interp().breaker.fetch_or(breaker::TRACE, Ordering::Relaxed);
    } else {
        cx.interp().breaker.fetch_and(!breaker::TRACE, Ordering::Relaxed);
    }
    for thread in crate::thread::all(cx) {
        // SAFETY: threads of the interpreter are listed while they live; the GIL is held, so that their frames stand still.
        unsafe {
            let mut at = (*thread).frame;
            while !at.is_null() {
                Frame::code(at).update_monitoring(cx);
                at = (*at).prev;
            }
        }
    }
}

/// Sets the events that a tool wants in one code object.
pub fn set_local(cx: &mut Cx, tool: usize, code: &Obj<Code>, events: u32) {
    if code.local_events(cx, tool) == events {
        return;
    }
    code.set_local_events(cx, tool, events);
}

/// Ends what a tool has set: events everywhere and in code objects, and its callbacks.
fn clear_tool(cx: &mut Cx, tool: usize) {
    let m = monitor(cx);
    let callbacks = m.callbacks.get_mut(tool).map(std::mem::take);
    m.global[tool] = 0;
    m.version += 1;
    m.cleared[tool] = m.version;
    update_running(cx);
    drop(callbacks);
}

/// Calls a callback while this thread reports nothing else.
fn quietly<T>(cx: &mut Cx, frame: *mut Frame, event: u8, call: impl FnOnce(&mut Cx) -> R<T>) -> R<T> {
    let before = vm(cx).reporting.replace((event, frame));
    vm(cx).tracing += 1;
    let result = call(cx);
    vm(cx).tracing -= 1;
    vm(cx).reporting = before;
    result
}

/// Reports an event of the instruction at `index` to tools, the highest first.
///
/// # Safety
/// The frame is the innermost; its `ip` is saved.
unsafe fn fire(
    cx: &mut Cx,
    frame: *mut Frame,
    index: usize,
    event: u8,
    mut tools: u8,
    args: &[Value],
) -> R<()> {
    while tools != 0 {
        let tool = 7 - tools.leading_zeros() as usize;
        tools &= !(1 << tool);
        let mut both = false;
        let disabled = if tool < USER_TOOLS {
            let Some(callback) = monitor(cx).callbacks[tool][event as usize].clone() else { continue };
            both = callback.both_branches;
            let result = quietly(cx, frame, event, |cx| ops::call(cx, &callback.function, args))?;
            result.is(&disable(cx)?)
        } else {
            // SAFETY: by the caller's promise.
            unsafe { legacy::report(cx, frame, tool, event, args)? }
        };
        if !disabled {
            continue;
        }
        // SAFETY: the frame is live.
        let code = unsafe { Frame::code(frame) };
        if event < event::LOCAL {
            code.disable_event(index, event, tool, both);
        } else {
            let name = event::NAMES[event as usize];
            let old = monitor(cx).callbacks.get_mut(tool).and_then(|c| c[event as usize].take());
            drop(old);
            return Err(cx.value_error(format!("Cannot disable {name} events. Callback removed.")));
        }
    }
    Ok(())
}
