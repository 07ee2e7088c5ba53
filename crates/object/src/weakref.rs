//! Weak references and what happens to an object at its end.
//!
//! The heap's [`WeakTable`] lists, by the address of the referent, its weak reference objects. It owns none of them: a
//! weak reference that dies first takes itself out. The order is CPython's: the reference without callback that is
//! shared, the shared proxy, then those with callbacks (or of subclasses), the newest first.
//!
//! [`clear_references`] runs when the referent is freed (no Python code) and puts references whose callback is due on
//! the heap's pending list; [`finish`] does for pending objects what needs Python: finalisers and callbacks.

use std::cell::Cell;
use std::collections::HashMap;
use std::ptr::NonNull;

use crate::Obj;
use crate::cx::{Cx, breaker};
use crate::heap::{self, Heap};
use crate::object::{FINALIZED, Header, Payload, Trace, WEAKLY_REFERENCED};
use crate::ty::{Type, flags};
use crate::value::{R, Value};

/// Weak reference objects by the address of their referent.
#[derive(Default)]
pub struct WeakTable {
    lists: HashMap<usize, Vec<NonNull<Header>>>,
}

/// The payload of weak references and proxies.
pub struct WeakRef {
    /// Null once the referent died.
    referent: Cell<Option<NonNull<Header>>>,
    callback: Option<Value>,
    /// The referent died and the callback has yet to be called.
    due: Cell<bool>,
    /// Hash of the referent, kept beyond its death; `None` until computed.
    pub hash: Cell<Option<i64>>,
}

impl Trace for WeakRef {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.callback.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.detach();
        out.extend(self.callback.take());
    }
}

impl Drop for WeakRef {
    fn drop(&mut self) {
        self.detach();
    }
}

impl WeakRef {
    /// Takes the reference out of its referent's list.
    fn detach(&self) {
        let Some(referent) = self.referent.take() else { return };
        // SAFETY: the payload lies behind the header of an object in a heap page; the list holds live objects.
        unsafe {
            let own = NonNull::from(self).cast::<u8>().sub(size_of::<Header>()).cast::<Header>();
            let heap = heap::heap_of(own);
            let lists = &mut (*heap).weak.lists;
            if let Some(list) = lists.get_mut(&(referent.as_ptr() as usize)) {
                list.retain(|&r| r != own);
                if list.is_empty() {
                    lists.remove(&(referent.as_ptr() as usize));
                    set_flag(referent, false);
                }
            }
        }
    }

    pub fn callback(&self) -> Option<&Value> {
        self.callback.as_ref()
    }

    /// The referent, unless it died. Counts it.
    pub fn referent(&self) -> Option<Value> {
        let p = self.referent.get()?;
        // SAFETY: a referent that dies clears this pointer first. A count of zero is one whose release is under way.
        let header = unsafe { p.as_ref() };
        if header.count() == 0 {
            return None;
        }
        header.incref();
        // SAFETY: the count was just added.
        Some(unsafe { Value::from_ptr(p) })
    }

    /// Whether the referent died.
    pub fn is_dead(&self) -> bool {
        // SAFETY: as `referent`.
        self.referent.get().is_none_or(|p| unsafe { p.as_ref() }.count() == 0)
    }
}

unsafe fn set_flag(referent: NonNull<Header>, on: bool) {
    // SAFETY: live by the caller's promise. Immortal objects may be shared by threads and are left alone.
    let header = unsafe { referent.as_ref() };
    if !header.is_immortal() {
        let upper = header.upper.get();
        header.upper.set(if on { upper | WEAKLY_REFERENCED } else { upper & !WEAKLY_REFERENCED });
    }
}

// SAFETY: instances of the reference type, and of its subclasses, begin with `Obj<WeakRef>`; all values are traced.
unsafe impl Payload for WeakRef {
    const TYPE: &'static Obj<Type> = &REFERENCE_TYPE;
}

/// `weakref.ReferenceType`, also `weakref.ref`.
pub static REFERENCE_TYPE: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<WeakRef>("weakref.ReferenceType").base(&crate::ty::OBJECT).flags(flags::BASE),
);

/// The payload of proxies: the same as of references, in a type of its own.
#[repr(transparent)]
pub struct Proxy(pub WeakRef);

impl Trace for Proxy {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.0.clear(out);
    }
}

// SAFETY: instances of both proxy types are `Obj<Proxy>`.
unsafe impl Payload for Proxy {
    const TYPE: &'static Obj<Type> = &PROXY_TYPE;

    fn cast_arg(value: &Value) -> Option<&Obj<Proxy>> {
        as_proxy(value)
    }
}

/// `weakref.ProxyType`.
pub static PROXY_TYPE: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Proxy>("weakref.ProxyType").base(&crate::ty::OBJECT),
);

/// `weakref.CallableProxyType`.
pub static CALLABLE_PROXY_TYPE: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Proxy>("weakref.CallableProxyType").base(&crate::ty::OBJECT),
);

/// The proxy of either type.
pub fn as_proxy(value: &Value) -> Option<&Obj<Proxy>> {
    let header = value.header()?;
    let ty = header.ty_unguarded();
    if ty.is(&PROXY_TYPE) || ty.is(&CALLABLE_PROXY_TYPE) {
        // SAFETY: both types have this payload.
        Some(unsafe { &*(header as *const Header).cast::<Obj<Proxy>>() })
    } else {
        None
    }
}

/// The weak reference inside a reference object or a proxy.
pub fn as_weak(value: &Value) -> Option<&WeakRef> {
    if let Some(proxy) = as_proxy(value) {
        // SAFETY: what changes in a weak reference is in cells, its callback goes only with the object or its garbage.
        return Some(unsafe { &(*proxy.payload_ptr()).0 });
    }
    // SAFETY: as above.
    value.cast::<WeakRef>().map(|r| unsafe { &*r.payload_ptr() })
}

fn table(cx: &Cx) -> &WeakTable {
    // SAFETY: the heap is live; changes to the table run no Python code and take `&mut Cx` or end an object.
    unsafe { &(*cx.heap()).weak }
}

fn is_shared(p: NonNull<Header>, ty: &Obj<Type>) -> bool {
    // SAFETY: the table's references are live.
    let value = unsafe { std::mem::ManuallyDrop::new(Value::from_ptr(p)) };
    value.is_instance_exact(ty) && as_weak(&value).is_some_and(|w| w.callback.is_none())
}

/// Whether instances of the value's type can be weakly referenced.
pub fn supports(value: &Value) -> bool {
    value.header().is_some() && value.ty_unguarded().has(flags::WEAKREFABLE)
}

fn check_support(cx: &mut Cx, referent: &Value) -> R<NonNull<Header>> {
    match referent.as_ptr() {
        Some(p) if supports(referent) => Ok(p),
        _ => {
            let message = format!("cannot create weak reference to '{}' object", referent.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

fn known(cx: &Cx, referent: NonNull<Header>, ty: &Obj<Type>) -> Option<Value> {
    let list = table(cx).lists.get(&(referent.as_ptr() as usize))?;
    let found = *list.iter().take(2).find(|&&p| is_shared(p, ty))?;
    // SAFETY: live; counted here unless its own release is under way.
    unsafe {
        if found.as_ref().count() == 0 {
            return None;
        }
        found.as_ref().incref();
        Some(Value::from_ptr(found))
    }
}

fn payload(referent: NonNull<Header>, callback: Option<&Value>) -> WeakRef {
    WeakRef {
        referent: Cell::new(Some(referent)),
        callback: callback.filter(|c| !c.is_none()).cloned(),
        due: Cell::new(false),
        hash: Cell::new(None),
    }
}

/// Enters a new reference into the list of its referent, at CPython's place.
fn enter(cx: &mut Cx, referent: NonNull<Header>, made: &Value, rank: u8) {
    let Some(own) = made.as_ptr() else { return };
    // SAFETY: the heap is live, and nothing else uses the table meanwhile; the referent is live.
    unsafe {
        let heap: *mut Heap = cx.heap();
        let lists = &mut (*heap).weak.lists;
        let list = lists.entry(referent.as_ptr() as usize).or_default();
        let has_ref = list.first().is_some_and(|&p| is_shared(p, &REFERENCE_TYPE));
        let after = usize::from(has_ref);
        let has_proxy =
            list.get(after).is_some_and(|&p| is_shared(p, &PROXY_TYPE) || is_shared(p, &CALLABLE_PROXY_TYPE));
        let place = match rank {
            0 => 0,
            1 => after,
            _ => after + usize::from(has_proxy),
        };
        list.insert(place, own);
        set_flag(referent, true);
    }
}

/// A weak reference of `ty` (the reference type or a subclass) to `referent`; the shared one where there is no callback and
/// `ty` is the reference type itself. TypeError where the type of `referent` supports none.
pub fn new_ref(cx: &mut Cx, ty: &Obj<Type>, referent: &Value, callback: Option<&Value>) -> R {
    let p = check_support(cx, referent)?;
    let callback = callback.filter(|c| !c.is_none());
    let shared = callback.is_none() && ty.is(&REFERENCE_TYPE);
    if shared && let Some(value) = known(cx, p, ty) {
        return Ok(value);
    }
    let made = cx.new_instance(ty, payload(p, callback)).into_value();
    enter(cx, p, &made, if shared { 0 } else { 2 });
    Ok(made)
}

/// A weak proxy, callable where the referent is; the shared one where there is no callback.
pub fn new_proxy(cx: &mut Cx, referent: &Value, callback: Option<&Value>) -> R {
    let p = check_support(cx, referent)?;
    let ty = if referent.ty(cx).slots().call.is_some() { &CALLABLE_PROXY_TYPE } else { &PROXY_TYPE };
    let callback = callback.filter(|c| !c.is_none());
    if callback.is_none()
        && let Some(value) = known(cx, p, ty)
    {
        return Ok(value);
    }
    // SAFETY: both proxy types have this payload and no subtypes.
    let made = unsafe {
        let payload = Proxy(payload(p, callback));
        crate::instance::alloc_with(cx, ty, 0, |at: *mut Proxy| at.write(payload)).into_value()
    };
    enter(cx, p, &made, if callback.is_none() { 1 } else { 2 });
    Ok(made)
}

/// How many weak references and proxies to the object exist (`weakref.getweakrefcount`).
pub fn count(cx: &Cx, referent: &Value) -> usize {
    match referent.as_ptr() {
        Some(p) => table(cx).lists.get(&(p.as_ptr() as usize)).map_or(0, Vec::len),
        None => 0,
    }
}

/// All weak references and proxies to the object (`weakref.getweakrefs`).
pub fn list(cx: &Cx, referent: &Value) -> Vec<Value> {
    let Some(p) = referent.as_ptr() else { return Vec::new() };
    let Some(list) = table(cx).lists.get(&(p.as_ptr() as usize)) else { return Vec::new() };
    list.iter()
        // SAFETY: the table's references are live; one whose release is under way is left out.
        .filter_map(|&p| unsafe {
            if p.as_ref().count() == 0 {
                return None;
            }
            p.as_ref().incref();
            Some(Value::from_ptr(p))
        })
        .collect()
}

/// Clears all weak references to an object at its end. Those with callbacks go to the pending list.
///
/// # Safety
/// `heap` is the heap of `p`, and `p` is an object whose header is intact.
pub(crate) unsafe fn clear_references(heap: *mut Heap, p: NonNull<Header>) {
    // SAFETY: the caller's promise; references in the table are live.
    unsafe {
        let header = p.as_ref();
        header.upper.set(header.upper.get() & !WEAKLY_REFERENCED);
        let lists = &mut (*heap).weak.lists;
        let Some(list) = lists.remove(&(p.as_ptr() as usize)) else { return };
        for reference in list {
            clear_one(heap, reference, true);
        }
    }
}

/// Makes a reference dead; its callback, if it is to be called, goes to the pending list.
///
/// # Safety
/// `reference` is a live weak reference object that is no longer in the table.
unsafe fn clear_one(heap: *mut Heap, reference: NonNull<Header>, call: bool) {
    // SAFETY: the caller's promise.
    unsafe {
        let value = std::mem::ManuallyDrop::new(Value::from_ptr(reference));
        let Some(weak) = as_weak(&value) else { return };
        weak.referent.set(None);
        if call && weak.callback.is_some() && reference.as_ref().count() != 0 {
            weak.due.set(true);
            let pending = &mut (*heap).pending;
            pending.push(Value::clone(&value));
            (*heap).break_for(breaker::PENDING);
        }
    }
}

/// For the collector: clears the references to garbage. `callbacks` says which pass it is: in the first, only references
/// with a callback are cleared (and the callback is called unless `is_garbage` holds for the reference), in the second
/// all that remain.
///
/// # Safety
/// `heap` is live, `p` a live object in it.
pub(crate) unsafe fn clear_for_collector(
    heap: *mut Heap,
    p: NonNull<Header>,
    callbacks: bool,
    is_garbage: &dyn Fn(NonNull<Header>) -> bool,
) {
    // SAFETY: the caller's promise; references in the table are live.
    unsafe {
        let key = p.as_ptr() as usize;
        let lists = &mut (*heap).weak.lists;
        let Some(list) = lists.remove(&key) else { return };
        let mut kept = Vec::new();
        for reference in list {
            let value = std::mem::ManuallyDrop::new(Value::from_ptr(reference));
            let has_callback = as_weak(&value).is_some_and(|w| w.callback.is_some());
            if callbacks && !has_callback {
                kept.push(reference);
            } else {
                clear_one(heap, reference, !is_garbage(reference));
            }
        }
        if kept.is_empty() {
            set_flag(p, false);
        } else {
            let lists = &mut (*heap).weak.lists;
            lists.insert(key, kept);
        }
    }
}

/// Runs what a pending object needs: a weak reference's callback, or the finaliser. Exceptions are reported as
/// unraisable. Then the object is released, for good if the finaliser did not bring it back to life.
pub fn finish(cx: &mut Cx, object: Value) {
    let due = match as_weak(&object) {
        Some(weak) if weak.due.replace(false) => weak.callback.clone(),
        _ => None,
    };
    match due {
        Some(callback) => {
            let arguments = [object];
            if let Err(raised) = crate::ops::call(cx, &callback, &arguments) {
                let exception = cx.take_raised(raised);
                crate::exc::report_ignored(cx, exception, "while calling weakref callback", &callback);
            }
        }
        None => finalize(cx, &object),
    }
}

/// Calls the finaliser of an object, once in its life.
pub fn finalize(cx: &mut Cx, object: &Value) {
    let Some(header) = object.header() else { return };
    let Some(slot) = object.ty(cx).slots().finalize else { return };
    let upper = header.upper.get();
    if upper & FINALIZED != 0 {
        return;
    }
    header.upper.set(upper | FINALIZED);
    if let Err(raised) = slot(cx, object) {
        let exception = cx.take_raised(raised);
        let class = object.type_of();
        if class.name() == "generator" || class.name() == "coroutine" {
            return crate::exc::report_ignored(cx, exception, "while closing generator", object);
        }
        // A finaliser in Python is named as the function that it is.
        let method = crate::attr::lookup_type(cx, &class, &crate::names::__del__);
        let what = method.as_ref().unwrap_or(object);
        crate::exc::report_ignored(cx, exception, "while calling deallocator", what);
    }
}

/// The shared plain reference to an object whose type supports them (classes).
pub(crate) fn reference_to(cx: &mut Cx, referent: &Value) -> Value {
    match new_ref(cx, &REFERENCE_TYPE, referent, None) {
        Ok(reference) => reference,
        Err(raised) => cx.take_raised(raised),
    }
}

/// What a reference made by [`reference_to`] refers to, unless it died.
pub fn referent(_cx: &Cx, reference: &Value) -> Option<Value> {
    as_weak(reference).and_then(WeakRef::referent)
}

/// What `__weakref__` shows: the first reference, if any.
pub(crate) fn first_reference(cx: &Cx, referent: &Value) -> Option<Value> {
    list(cx, referent).into_iter().next()
}
