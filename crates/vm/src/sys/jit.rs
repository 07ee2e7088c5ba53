//! `sys._jit`: what programs can ask of a just-in-time compiler. There is none yet, and the answers say so.

use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, R, Value};
use taipan_types::module;

/// Return True if the current Python executable supports JIT compilation, and False otherwise.
#[native("_jit.is_available()")]
fn is_available(cx: &mut Cx) -> R<bool> {
    let _ = cx;
    Ok(false)
}

/// Return True if JIT compilation is enabled for the current Python process (implies sys._jit.is_available()), and False otherwise.
#[native("_jit.is_enabled()")]
fn is_enabled(cx: &mut Cx) -> R<bool> {
    let _ = cx;
    Ok(false)
}

/// Return True if the topmost Python frame is currently executing JIT code (implies sys._jit.is_enabled()), and False otherwise.
#[native("_jit.is_active()")]
fn is_active(cx: &mut Cx) -> R<bool> {
    let _ = cx;
    Ok(false)
}

static FUNCTIONS: &[&NativeDef] = natives![is_available, is_enabled, is_active];

/// Enters the namespace into `sys`.
pub fn enter(cx: &mut Cx, sys: &Value) -> R<()> {
    let jit = module::new_module(cx, "_jit", Some("Utilities for observing just-in-time compilation."))?;
    module::add_functions(cx, &jit, FUNCTIONS)?;
    module::set(cx, sys, "_jit", jit)
}
