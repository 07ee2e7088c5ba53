//! Taipan's virtual machine: frames, the dispatch loop, the instructions, calls, and the types that need a frame.
//!
//! The way in: [`interpreter`] makes an interpreter and its first thread; [`run_code`] runs a code object in a namespace;
//! [`calls::call_function`] (the slot behind `ops::call`) calls Python functions from native code. [`dispatch`] is the loop,
//! [`ops`] holds the instruction bodies by family, [`frame`] the layout of frames, [`code`] the prepared code objects,
//! [`function`] and [`generator`] the types of those names, [`unwind`] what happens to exceptions.

// The bodies of opcodes share one contract, stated in `ops/mod.rs`; and pointers to frames and instructions are the crate's own,
// valid as long as the thread that passes them runs.
#![allow(clippy::missing_safety_doc, clippy::not_unsafe_ptr_arg_deref)]

pub mod build_class;
pub mod builtins;
pub mod calls;
pub mod code;
pub mod containers;
pub mod dispatch;
pub mod display;
pub mod frame;
pub mod function;
pub mod generator;
pub mod gil;
pub mod groups;
pub mod interpreter;
pub mod monitor;
pub mod ops;
pub mod record;
pub mod runtime;
pub mod slot;
pub mod sys;
pub mod thread;
pub mod traceback;
pub mod unwind;

use taipan_object::{Cx, Dict, Handle, Obj, R, Value, dict, exc, ops as object_ops};

/// Whether a dictionary is exactly a `dict`.
#[inline(always)]
pub fn is_exact_dict(d: &Obj<Dict>) -> bool {
    d.header().ty_unguarded().is(&dict::DICT)
}

/// `container[key]`, a KeyError as `None`.
pub fn getitem_opt(cx: &mut Cx, container: &Value, key: &Value) -> R<Option<Value>> {
    if let Some(d) = container.cast_exact::<Dict>() {
        return dict::get(cx, d, key);
    }
    match object_ops::getitem(cx, container, key) {
        Ok(value) => Ok(Some(value)),
        Err(raised) => cx.catch(raised, &exc::KEY_ERROR).map(|()| None),
    }
}

/// A builtin by name, from the interpreter's `builtins` module.
pub fn builtin_named(cx: &mut Cx, name: &str) -> R {
    let Some(builtins) = cx.interp().builtins.clone() else {
        return Err(cx.runtime_error("the builtins module is gone"));
    };
    object_ops::getattr_str(cx, &builtins, name)
}

/// `types.GenericAlias(origin, args)`.
pub fn generic_alias(cx: &mut Cx, origin: &Value, args: &Value) -> R {
    let make = cx.interp().runtime.generic_alias;
    make(cx, origin, args)
}

/// `ascii()`.
pub fn ascii(cx: &mut Cx, value: &Value) -> R {
    let text = object_ops::repr(cx, value)?;
    if text.is_ascii() {
        return Ok(text.into_value());
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            0..0x80 => out.push(c as u8 as char),
            0x80..0x100 => out.push_str(&format!("\\x{c:02x}")),
            0x100..0x1_0000 => out.push_str(&format!("\\u{c:04x}")),
            _ => out.push_str(&format!("\\U{c:08x}")),
        }
    }
    Ok(cx.str(&out))
}

/// Runs a code object with these globals and this mapping as its local namespace, as `exec` and `import` do. A module passes
/// its globals twice. Code with free variables needs `closure`, a tuple of cells.
pub fn run_code(
    cx: &mut Cx,
    code: Handle<code::Code>,
    globals: &Value,
    locals: &Value,
    closure: Option<Value>,
) -> R {
    let Some(globals_dict) = globals.as_dict() else { return Err(cx.type_error("globals must be a dict")) };
    let builtins = function::builtins_for(cx, globals_dict)?;
    let function = function::new(cx, code, globals.clone(), builtins)?;
    function.get_mut(cx).closure = closure;
    let function = function.into_value();
    calls::run_in_namespace(cx, &function, locals)
}
