//! Global, builtin and class-level names.
//!
//! `LOAD_GLOBAL`'s cache (4 units): the version of the globals' keys, the index of the entry (or, for builtins, the version of
//! the builtins' keys in the next unit and the index behind it).

use taipan_object::{Cx, Dict, Obj, R, Str, Value, dict, exc, names, ops};

use super::{Regs, Step, attempt, away, op};
use crate::frame::{Frame, frame_flags};
use crate::slot::{self, NULL};

const CACHES: usize = 4;

/// The builtins of a frame, if they are a dict.
#[inline(always)]
unsafe fn builtins_of<'a>(r: Regs) -> Option<&'a Obj<Dict>> {
    // SAFETY: the frame's function keeps its builtins.
    unsafe { (*Frame::function(r.frame).payload_ptr()).builtins.cast::<Dict>() }
}

/// A name in globals, then builtins. Where the globals are of a subclass of dict, its `__getitem__` and `__missing__` count
/// (`annotationlib` evaluates annotations so).
fn lookup(cx: &mut Cx, r: Regs, name: &Obj<Str>) -> R<Option<Value>> {
    // SAFETY: the frame's function keeps globals and builtins.
    unsafe {
        let globals = &*(*r.frame).globals;
        let found = if crate::is_exact_dict(globals) {
            dict::get_str(cx, globals, name)?
        } else {
            // A subclass may have its own `__getitem__` or `__missing__`.
            crate::getitem_opt(cx, &globals.to_value(), &name.to_value())?
        };
        if found.is_some() {
            return Ok(found);
        }
        match builtins_of(r) {
            Some(builtins) if crate::is_exact_dict(builtins) => dict::get_str(cx, builtins, name),
            _ => {
                let builtins = (*Frame::function(r.frame).payload_ptr()).builtins.clone();
                crate::getitem_opt(cx, &builtins, &name.to_value())
            }
        }
    }
}

#[cold]
pub fn undefined(cx: &mut Cx, r: Regs, name: &Value) -> Step {
    let text = name.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    Step::Raise(r, exc::raise_name(cx, &exc::NAME_ERROR, format!("name '{text}' is not defined"), name))
}

#[inline(never)]
pub unsafe fn load_global(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the name exists; room on the stack.
    unsafe {
        let name = r.name((arg >> 1) as usize);
        specialize_global(cx, r, name);
        match attempt!(r, lookup(cx, r, name)) {
            Some(value) => r.push_value(value),
            None => return undefined(cx, r, r.name_value((arg >> 1) as usize)),
        }
        if arg & 1 != 0 {
            r.push(NULL);
        }
    }
    r.skip(CACHES);
    Step::Next(r)
}

/// Caches where the name lies: an index stays valid as long as the keys' version.
unsafe fn specialize_global(cx: &mut Cx, r: Regs, name: &Obj<Str>) {
    // SAFETY: the cache units follow the instruction; the frame's function keeps its dictionaries.
    unsafe {
        let cache = r.ip.cast_mut();
        let globals = &*(*r.frame).globals;
        if !crate::is_exact_dict(globals) {
            return;
        }
        let version = dict::keys_version(cx, globals);
        if version == 0 {
            return;
        }
        if let Some(index) = dict::index_of_str(cx, globals, name) {
            *cache = version;
            *cache.add(1) = index as u32;
            r.rewrite(op::LOAD_GLOBAL, op::LOAD_GLOBAL_MODULE);
            return;
        }
        let Some(builtins) = builtins_of(r) else { return };
        let below = dict::keys_version(cx, builtins);
        if !crate::is_exact_dict(builtins) || below == 0 {
            return;
        }
        if let Some(index) = dict::index_of_str(cx, builtins, name) {
            *cache = version;
            *cache.add(1) = below;
            *cache.add(2) = index as u32;
            r.rewrite(op::LOAD_GLOBAL, op::LOAD_GLOBAL_BUILTIN);
        }
    }
}

#[inline(always)]
pub unsafe fn load_global_module(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_global`.
    unsafe {
        let globals = &*(*r.frame).globals;
        if dict::current_version(cx, globals) == *r.ip
            && let Some(value) = dict::value_at_index(cx, globals, *r.ip.add(1) as usize)
        {
            let value = value.clone();
            r.push_value(value);
            if arg & 1 != 0 {
                r.push(NULL);
            }
            r.skip(CACHES);
            return Step::Next(r);
        }
    }
    away(cx, r, arg, |cx, r, arg| {
        r.rewrite(op::LOAD_GLOBAL_MODULE, op::LOAD_GLOBAL);
        // SAFETY: as this function.
        unsafe { load_global(cx, r, arg) }
    })
}

#[inline(always)]
pub unsafe fn load_global_builtin(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_global`.
    unsafe {
        let globals = &*(*r.frame).globals;
        if dict::current_version(cx, globals) == *r.ip
            && let Some(builtins) = builtins_of(r)
            && dict::current_version(cx, builtins) == *r.ip.add(1)
            && let Some(value) = dict::value_at_index(cx, builtins, *r.ip.add(2) as usize)
        {
            let value = value.clone();
            r.push_value(value);
            if arg & 1 != 0 {
                r.push(NULL);
            }
            r.skip(CACHES);
            return Step::Next(r);
        }
    }
    away(cx, r, arg, |cx, r, arg| {
        r.rewrite(op::LOAD_GLOBAL_BUILTIN, op::LOAD_GLOBAL);
        // SAFETY: as this function.
        unsafe { load_global(cx, r, arg) }
    })
}

/// The mapping of the frame's local namespace; SystemError where it has none.
pub fn namespace(cx: &mut Cx, r: Regs, what: &str) -> R<Value> {
    // SAFETY: the frame is live.
    unsafe {
        if Frame::has(r.frame, frame_flags::NAMESPACE) {
            return Ok(slot::dup((*r.frame).locals_ns));
        }
    }
    Err(cx.system_error(format!("no locals {what}")))
}

/// A name in a mapping; a missing key is `None`.
fn lookup_in(cx: &mut Cx, mapping: &Value, name: &Value) -> R<Option<Value>> {
    if let (Some(dict), Some(name)) = (mapping.cast_exact::<Dict>(), name.as_str()) {
        return dict::get_str(cx, dict, name);
    }
    crate::getitem_opt(cx, mapping, name)
}

pub unsafe fn load_name(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the name exists; room on the stack.
    unsafe {
        let name = r.name_value(arg as usize);
        let mapping = attempt!(r, namespace(cx, r, &format!("when loading {:?}", name)));
        let found = match attempt!(r, lookup_in(cx, &mapping, name)) {
            Some(value) => Some(value),
            None => attempt!(r, lookup(cx, r, r.name(arg as usize))),
        };
        match found {
            Some(value) => r.push_value(value),
            None => return undefined(cx, r, name),
        }
    }
    Step::Next(r)
}

pub unsafe fn store_name(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the name exists, the value is on the stack.
    unsafe {
        let mapping = attempt!(r, namespace(cx, r, "found when storing"));
        let name = r.name_value(arg as usize);
        let value = r.lend(1);
        match (mapping.cast_exact::<Dict>(), name.as_str()) {
            (Some(dict), Some(name)) => attempt!(r, dict::set_str(cx, dict, name, value.clone())),
            _ => attempt!(r, ops::setitem(cx, &mapping, name, &value)),
        }
        drop(mapping);
        r.drop_top(cx, 1);
        r.after_end(cx);
    }
    Step::Next(r)
}

pub unsafe fn delete_name(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the name exists.
    unsafe {
        let mapping = attempt!(r, namespace(cx, r, "when deleting"));
        let name = r.name_value(arg as usize);
        match ops::delitem(cx, &mapping, name) {
            Ok(()) => {}
            Err(raised) if cx.raised_is(&raised, &exc::KEY_ERROR) => {
                drop(cx.take_raised(raised));
                return undefined(cx, r, name);
            }
            Err(raised) => return Step::Raise(r, raised),
        }
        r.after_end(cx);
    }
    Step::Next(r)
}

pub unsafe fn store_global(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the name exists, the value is on the stack.
    unsafe {
        let value = r.pop_value();
        attempt!(r, dict::set_str(cx, &*(*r.frame).globals, r.name(arg as usize), value));
        r.after_end(cx);
    }
    Step::Next(r)
}

pub unsafe fn delete_global(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the name exists.
    unsafe {
        let name = r.name_value(arg as usize);
        let old = attempt!(r, dict::remove(cx, &*(*r.frame).globals, name));
        if old.is_none() {
            return undefined(cx, r, name);
        }
        drop(old);
        r.after_end(cx);
    }
    Step::Next(r)
}

pub unsafe fn load_locals(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    let mapping = attempt!(r, namespace(cx, r, "found when loading locals"));
    // SAFETY: room on the stack.
    unsafe { r.push_value(mapping) };
    Step::Next(r)
}

pub unsafe fn load_from_dict_or_deref(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the mapping is on the stack; the local is a cell.
    unsafe {
        let parts = r.code().prepared(cx);
        let Some(name) = parts.locals.get(arg as usize) else { return super::stack::bad(cx, r, arg) };
        let mapping = r.lend(1);
        let found = match attempt!(r, lookup_in(cx, &mapping, name)) {
            Some(value) => Some(value),
            None => slot::obj::<crate::function::cell::Cell>(*r.local(arg as usize)).get(cx).content.clone(),
        };
        let Some(value) = found else { return super::stack::unbound_deref(cx, r, arg) };
        r.drop_top(cx, 1);
        r.push_value(value);
    }
    Step::Next(r)
}

pub unsafe fn load_from_dict_or_globals(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the mapping is on the stack; the name exists.
    unsafe {
        let name = r.name_value(arg as usize);
        let mapping = r.lend(1);
        let found = match attempt!(r, lookup_in(cx, &mapping, name)) {
            Some(value) => Some(value),
            None => attempt!(r, lookup(cx, r, r.name(arg as usize))),
        };
        let Some(value) = found else { return undefined(cx, r, name) };
        r.drop_top(cx, 1);
        r.push_value(value);
    }
    Step::Next(r)
}

pub unsafe fn setup_annotations(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    r.save();
    let mapping = attempt!(r, namespace(cx, r, "found when setting up annotations"));
    let name = names::__annotations__.to_value();
    if attempt!(r, lookup_in(cx, &mapping, &name)).is_none() {
        let empty = cx.new_dict().into_value();
        attempt!(r, ops::setitem(cx, &mapping, &name, &empty));
    }
    Step::Next(r)
}

pub unsafe fn load_build_class(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    let name = cx.intern("__build_class__");
    match attempt!(r, {
        // SAFETY: the frame's function keeps its builtins.
        let builtins = unsafe { (*Frame::function(r.frame).payload_ptr()).builtins.clone() };
        crate::getitem_opt(cx, &builtins, name.as_value())
    }) {
        // SAFETY: room on the stack.
        Some(value) => unsafe { r.push_value(value) },
        None => {
            let message = "__build_class__ not found".to_owned();
            return Step::Raise(r, exc::raise_name(cx, &exc::NAME_ERROR, message, name.as_value()));
        }
    }
    Step::Next(r)
}
