//! The local variables of a frame as mappings: `f_locals`' write-through proxy (PEP 667) and `locals()`.

use taipan_bytecode::CodeFlags;
use taipan_bytecode::code::kinds;
use taipan_object::object::Trace;
use taipan_object::{Cx, Dict, Obj, Payload, R, Slots, Type, TypeDefs, Value, dict, flags, ops};

use super::object::{FrameObject, FrameObjectExt};
use super::{Frame, frame_flags};
use crate::function::cell::Cell;
use crate::slot::{self, NULL};

/// The payload of `FrameLocalsProxy`: the frame object.
pub struct LocalsProxy {
    pub frame: Value,
}

impl Trace for LocalsProxy {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.frame);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.frame.clear(out);
    }
}

// SAFETY: the type cannot be subclassed.
unsafe impl Payload for LocalsProxy {
    const TYPE: &'static Obj<Type> = &LOCALS_PROXY;
}

/// `FrameLocalsProxy`.
pub static LOCALS_PROXY: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<LocalsProxy>("FrameLocalsProxy")
        .base(&taipan_object::ty::OBJECT)
        .flags(flags::MAPPING)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            len: Some(len),
            getitem: Some(getitem),
            setitem: Some(setitem),
            contains: Some(contains),
            iter: Some(iter),
            compare: Some(compare),
            or: Some(or),
            ior: Some(ior),
            ..Slots::EMPTY
        })
        .defs(&DEFS),
);

/// `FrameLocalsProxy(frame)`.
fn new(cx: &mut Cx, _class: &Obj<Type>, args: taipan_object::Args<'_>) -> R {
    let [frame] = args.pos() else {
        let message = format!("FrameLocalsProxy expected 1 argument, got {}", args.pos().len());
        return Err(cx.type_error(message));
    };
    if frame.cast::<FrameObject>().is_none() {
        return Err(cx.type_error(format!("expect frame, not {}", frame.type_name(cx))));
    }
    if args.names().is_some_and(|n| !n.items().is_empty()) {
        return Err(cx.type_error("FrameLocalsProxy takes no keyword arguments"));
    }
    Ok(cx.new_object(LocalsProxy { frame: frame.clone() }).into_value())
}

/// Whether variables of an inlined comprehension are bound in code whose own names live in a mapping.
unsafe fn has_hidden(cx: &Cx, frame: *mut Frame) -> bool {
    // SAFETY: the caller's frame is live. A variable that is shared with a function has an empty cell while it is unbound.
    unsafe {
        let kinds = &Frame::code(frame).source.localspluskinds;
        let mut hidden = kinds.iter().enumerate().filter(|(_, kind)| **kind & kinds::HIDDEN != 0);
        hidden.any(|(i, kind)| content(cx, frame, i, *kind).is_some())
    }
}

/// Whether a local holds its value in a cell: a cell variable once its cell is made, or a free variable.
unsafe fn content(cx: &Cx, frame: *mut Frame, i: usize, kind: u8) -> Option<Value> {
    // SAFETY: the frame is live and has that local.
    unsafe {
        let s = *Frame::local(frame, i);
        if s == NULL {
            return None;
        }
        let value = slot::dup(s);
        if kind & (kinds::CELL | kinds::FREE) != 0
            && let Some(cell) = value.cast::<Cell>()
        {
            return cell.get(cx).content.clone();
        }
        Some(value)
    }
}

/// The visible locals of a frame, in order: name and value.
///
/// # Safety
/// The frame is live.
pub unsafe fn items(cx: &mut Cx, frame: *mut Frame) -> Vec<(Value, Value)> {
    // SAFETY: by the caller's promise.
    unsafe {
        let code = Frame::code(frame);
        let names = &code.prepared(cx).locals;
        let mut out = Vec::new();
        for (i, (name, &kind)) in names.iter().zip(&code.source.localspluskinds).enumerate() {
            if kind & kinds::FREE != 0 && !code.flags.contains(CodeFlags::OPTIMIZED) {
                continue;
            }
            if let Some(value) = content(cx, frame, i, kind) {
                out.push((name.clone(), value));
            }
        }
        out
    }
}

/// `frame.f_locals`.
pub fn of_object(cx: &mut Cx, object: &Value) -> R {
    let Some(frame) = object.cast::<FrameObject>().and_then(|f| f.frame(cx)) else {
        return Err(cx.runtime_error("the frame is gone"));
    };
    // SAFETY: live as the object says.
    unsafe {
        if Frame::has(frame, frame_flags::NAMESPACE) && !has_hidden(cx, frame) {
            return Ok(slot::dup((*frame).locals_ns));
        }
    }
    Ok(cx.new_object(LocalsProxy { frame: object.clone() }).into_value())
}

/// `locals()` of a frame: the namespace of a class body or module, a new dict for a function.
///
/// # Safety
/// The frame is live.
pub unsafe fn snapshot(cx: &mut Cx, frame: *mut Frame) -> R {
    // SAFETY: by the caller's promise.
    unsafe {
        if Frame::has(frame, frame_flags::NAMESPACE) && !has_hidden(cx, frame) {
            return Ok(slot::dup((*frame).locals_ns));
        }
        let made = cx.new_dict();
        for (name, value) in items(cx, frame) {
            dict::set(cx, &made, name, value)?;
        }
        if Frame::has(frame, frame_flags::OBJECT)
            && let Some(extra) = (*(*frame).object).get(cx).extra_locals.clone()
            && let Some(extra) = extra.as_dict()
        {
            dict::merge(cx, &made, extra, true)?;
        }
        Ok(made.into_value())
    }
}

fn target<'a>(cx: &mut Cx, proxy: &'a Value) -> R<(&'a Obj<FrameObject>, *mut Frame)> {
    let proxy = match proxy.cast::<LocalsProxy>() {
        // SAFETY: the proxy owns its frame object and never changes it while it lives.
        Some(p) => unsafe { &(*p.payload_ptr()).frame },
        None => return Err(cx.type_error("expect a frame locals proxy")),
    };
    match proxy.cast::<FrameObject>().and_then(|o| Some((o, o.frame(cx)?))) {
        Some(found) => Ok(found),
        None => Err(cx.runtime_error("the frame is gone")),
    }
}

/// All items: locals, then the extra ones.
fn all(cx: &mut Cx, proxy: &Value) -> R<Vec<(Value, Value)>> {
    let (object, frame) = target(cx, proxy)?;
    // SAFETY: live as the object says.
    let mut out = unsafe { items(cx, frame) };
    if let Some(extra) = object.get(cx).extra_locals.clone()
        && let Some(extra) = extra.as_dict()
    {
        let mut at = 0;
        while let Some((k, v)) = dict::entry_at(cx, extra, &mut at) {
            out.push((k.clone(), v.clone()));
        }
    }
    Ok(out)
}

/// The local that a key names: a text, or whatever has the same hash and is equal.
fn position(cx: &mut Cx, frame: *mut Frame, key: &Value) -> R<Option<(usize, u8)>> {
    // SAFETY: live as the frame object says.
    let code = unsafe { Frame::code(frame) }.to_handle();
    let kinds = &code.source.localspluskinds;
    let names: Vec<Value> = code.prepared(cx).locals.to_vec();
    if let Some(key) = key.cast_exact::<taipan_object::Str>() {
        let found = names.iter().position(|n| n.as_str().is_some_and(|n| n.same(key)));
        return Ok(found.and_then(|i| Some((i, *kinds.get(i)?))));
    }
    let hash = ops::hash(cx, key)?;
    for (i, (name, &kind)) in names.iter().zip(kinds).enumerate() {
        if ops::hash(cx, name)? == hash && ops::equal(cx, name, key)? {
            return Ok(Some((i, kind)));
        }
    }
    Ok(None)
}

fn lookup(cx: &mut Cx, proxy: &Value, key: &Value) -> R<Option<Value>> {
    let (object, frame) = target(cx, proxy)?;
    if let Some((i, kind)) = position(cx, frame, key)? {
        // SAFETY: live as the object says.
        if let Some(value) = unsafe { content(cx, frame, i, kind) } {
            return Ok(Some(value));
        }
    }
    match object.get(cx).extra_locals.clone() {
        Some(extra) => match extra.as_dict() {
            Some(extra) => dict::get(cx, extra, key),
            None => Ok(None),
        },
        None => Ok(None),
    }
}

fn getitem(cx: &mut Cx, proxy: &Value, key: &Value) -> R {
    match lookup(cx, proxy, key)? {
        Some(value) => Ok(value),
        None => Err(cx.key_error(key)),
    }
}

fn contains(cx: &mut Cx, proxy: &Value, key: &Value) -> R<bool> {
    Ok(lookup(cx, proxy, key)?.is_some())
}

fn len(cx: &mut Cx, proxy: &Value) -> R<usize> {
    Ok(all(cx, proxy)?.len())
}

fn setitem(cx: &mut Cx, proxy: &Value, key: &Value, value: Option<&Value>) -> R<()> {
    let (object, frame) = target(cx, proxy)?;
    if let Some((i, kind)) = position(cx, frame, key)? {
        let Some(value) = value else {
            return Err(cx.value_error("cannot remove local variables from FrameLocalsProxy"));
        };
        // SAFETY: live as the object says; what is overwritten stays with the frame object, as frames above may borrow it.
        unsafe {
            let local = Frame::local(frame, i);
            if kind & (kinds::CELL | kinds::FREE) != 0 && *local != NULL {
                let holder = slot::dup(*local);
                if let Some(cell) = holder.cast::<Cell>() {
                    let old = cell.get_mut(cx).content.replace(value.clone());
                    drop(old);
                    return Ok(());
                }
            }
            let old = std::mem::replace(&mut *local, slot::slot(value.clone()));
            if old & 0b111 == 0 && old != NULL {
                object.get_mut(cx).overwritten.push(slot::own(old));
            }
        }
        return Ok(());
    }
    let extra = match object.get(cx).extra_locals.clone() {
        Some(extra) => extra,
        None => {
            let made = cx.new_dict().into_value();
            object.get_mut(cx).extra_locals = Some(made.clone());
            made
        }
    };
    match value {
        Some(value) => ops::setitem(cx, &extra, key, value),
        None => ops::delitem(cx, &extra, key),
    }
}

/// The proxy's content as a dict.
fn as_dict(cx: &mut Cx, proxy: &Value) -> R<taipan_object::Handle<Dict>> {
    let made = cx.new_dict();
    for (name, value) in all(cx, proxy)? {
        dict::set(cx, &made, name, value)?;
    }
    Ok(made)
}

fn repr(cx: &mut Cx, proxy: &Value) -> R {
    // The same frame gives a new proxy each time: the frame object tells whether its locals are being shown.
    let Some(frame) = proxy.cast::<LocalsProxy>().map(|p| p.get(cx).frame.clone()) else {
        return Err(cx.type_error("expect a frame locals proxy"));
    };
    if !cx.repr_enter(&frame) {
        return Ok(cx.str("{...}"));
    }
    let result = as_dict(cx, proxy).and_then(|content| ops::repr(cx, &content.into_value()));
    cx.repr_leave(&frame);
    Ok(result?.into_value())
}

fn iter(cx: &mut Cx, proxy: &Value) -> R {
    let names: Vec<Value> = all(cx, proxy)?.into_iter().map(|(n, _)| n).collect();
    let names = cx.tuple(names).into_value();
    ops::iter(cx, &names)
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: taipan_object::CompareOp) -> R {
    let left = as_dict(cx, a)?.into_value();
    let right = if b.cast::<LocalsProxy>().is_some() { as_dict(cx, b)?.into_value() } else { b.clone() };
    if right.as_dict().is_none() {
        return Ok(Value::not_implemented());
    }
    ops::compare(cx, &left, &right, op)
}

/// Whether a value may be merged: a dict or another proxy.
fn mergeable(value: &Value) -> bool {
    value.as_dict().is_some() || value.cast::<LocalsProxy>().is_some()
}

fn or(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if !mergeable(a) || !mergeable(b) {
        return Ok(Value::not_implemented());
    }
    let side = |cx: &mut Cx, v: &Value| match v.cast::<LocalsProxy>() {
        Some(_) => as_dict(cx, v).map(|d| d.into_value()),
        None => Ok(v.clone()),
    };
    let (a, b) = (side(cx, a)?, side(cx, b)?);
    ops::binary(cx, ops::BinaryOp::Or, &a, &b)
}

fn ior(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if !mergeable(b) {
        return Ok(Value::not_implemented());
    }
    update_from(cx, a, b)?;
    Ok(a.clone())
}

fn update_from(cx: &mut Cx, proxy: &Value, other: &Value) -> R<()> {
    let keys = ops::call_method(cx, other, &taipan_object::names::keys, &[])?;
    ops::for_each(cx, &keys, |cx, key| {
        let value = ops::getitem(cx, other, &key)?;
        setitem(cx, proxy, &key, Some(&value))?;
        Ok(true)
    })
}

/// The keys of the local variables.
#[taipan_macros::native("FrameLocalsProxy.keys($self, /)")]
fn keys(cx: &mut Cx, this: &Value) -> R {
    let names: Vec<Value> = all(cx, this)?.into_iter().map(|(n, _)| n).collect();
    Ok(crate::containers::list(cx, names))
}

/// The values of the local variables.
#[taipan_macros::native("FrameLocalsProxy.values($self, /)")]
fn values(cx: &mut Cx, this: &Value) -> R {
    let values: Vec<Value> = all(cx, this)?.into_iter().map(|(_, v)| v).collect();
    Ok(crate::containers::list(cx, values))
}

/// The names and values of the local variables.
#[taipan_macros::native("FrameLocalsProxy.items($self, /)")]
fn items_method(cx: &mut Cx, this: &Value) -> R {
    let pairs: Vec<Value> = all(cx, this)?.into_iter().map(|(n, v)| cx.tuple_value([n, v])).collect();
    Ok(crate::containers::list(cx, pairs))
}

/// The value of a local variable, or the default.
#[taipan_macros::native("FrameLocalsProxy.get($self, key, default=None, /)")]
fn get(cx: &mut Cx, this: &Value, key: &Value, default: Option<&Value>) -> R {
    Ok(lookup(cx, this, key)?.unwrap_or_else(|| default.cloned().unwrap_or_else(Value::none)))
}

/// A copy of the local variables as a dict.
#[taipan_macros::native("FrameLocalsProxy.copy($self, /)")]
fn copy(cx: &mut Cx, this: &Value) -> R {
    Ok(as_dict(cx, this)?.into_value())
}

/// Sets local variables from a mapping.
#[taipan_macros::native("FrameLocalsProxy.update($self, other, /)")]
fn update(cx: &mut Cx, this: &Value, other: &Value) -> R<()> {
    if !mergeable(other) {
        return Err(cx.type_error("update() argument must be dict or another FrameLocalsProxy"));
    }
    update_from(cx, this, other)
}

/// The value of a local variable, set to the default if there is none.
#[taipan_macros::native("FrameLocalsProxy.setdefault($self, key, default=None, /)")]
fn setdefault(cx: &mut Cx, this: &Value, key: &Value, default: Option<&Value>) -> R {
    if let Some(found) = lookup(cx, this, key)? {
        return Ok(found);
    }
    let value = default.cloned().unwrap_or_else(Value::none);
    setitem(cx, this, key, Some(&value))?;
    Ok(value)
}

/// Removes a name that is no local variable of the code.
#[taipan_macros::native("FrameLocalsProxy.pop($self, key, default=None, /)")]
fn pop(cx: &mut Cx, this: &Value, key: &Value, default: Option<&Value>) -> R {
    match lookup(cx, this, key)? {
        Some(found) => {
            setitem(cx, this, key, None)?;
            Ok(found)
        }
        None => match default {
            Some(value) => Ok(value.clone()),
            None => Err(cx.key_error(key)),
        },
    }
}

/// The names in reverse order.
#[taipan_macros::native("FrameLocalsProxy.__reversed__($self, /)")]
fn reversed(cx: &mut Cx, this: &Value) -> R {
    let names: Vec<Value> = all(cx, this)?.into_iter().map(|(n, _)| n).rev().collect();
    Ok(crate::containers::list(cx, names))
}

static DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![
        keys,
        values,
        items_method,
        get,
        copy,
        update,
        setdefault,
        pop,
        reversed
    ],
    getset: &[],
    members: &[],
    extra: None,
};
