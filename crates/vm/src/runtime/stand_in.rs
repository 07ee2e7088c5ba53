//! `_weakref`, and `_thread` as far as a program with one thread needs it. A module of the same name in the registry of crate
//! `stdlib` goes before the latter.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, NativeDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, dict, exc, flags, weakref,
};
use taipan_types::list;
use taipan_types::module::{self, ModuleDef};

/// `_weakref`.
pub static WEAKREF: ModuleDef = ModuleDef {
    name: "_weakref",
    doc: Some("Weak-reference support module."),
    functions: WEAKREF_FUNCTIONS,
    init: Some(init_weakref),
    ..ModuleDef::EMPTY
};

static WEAKREF_FUNCTIONS: &[&NativeDef] = natives![getweakrefcount, getweakrefs, proxy, _remove_dead_weakref];

fn init_weakref(cx: &mut Cx, made: &Value) -> R<()> {
    for (name, class) in [
        ("ref", &weakref::REFERENCE_TYPE),
        ("ReferenceType", &weakref::REFERENCE_TYPE),
        ("ProxyType", &weakref::PROXY_TYPE),
        ("CallableProxyType", &weakref::CALLABLE_PROXY_TYPE),
    ] {
        module::set(cx, made, name, class.to_value())?;
    }
    Ok(())
}

/// Return the number of weak references to 'object'.
#[native("_weakref.getweakrefcount(object, /)")]
fn getweakrefcount(cx: &mut Cx, object: &Value) -> usize {
    weakref::count(cx, object)
}

/// Return a list of all weak reference objects pointing to 'object'.
#[native("_weakref.getweakrefs(object, /)")]
fn getweakrefs(cx: &mut Cx, object: &Value) -> Value {
    let references = weakref::list(cx, object);
    list::new_list(cx, references).into_value()
}

/// Create a proxy object that weakly references 'object'.
///
/// 'callback', if given, is called with a reference to the
/// proxy when 'object' is about to be finalized.
#[native("_weakref.proxy(object, callback=None, /)")]
fn proxy(cx: &mut Cx, object: &Value, callback: Option<&Value>) -> R {
    weakref::new_proxy(cx, object, callback.filter(|c| !c.is_none()))
}

/// Atomically remove key from dict if it points to a dead weakref.
#[native("_weakref._remove_dead_weakref(dct, key, /)")]
fn _remove_dead_weakref(cx: &mut Cx, dct: &Value, key: &Value) -> R<()> {
    let Some(table) = dct.as_dict() else {
        let message = format!("_remove_dead_weakref() argument 1 must be dict, not {}", dct.type_name(cx));
        return Err(cx.type_error(message));
    };
    if let Some(found) = dict::get(cx, table, key)? {
        match weakref::as_weak(&found) {
            Some(reference) if reference.is_dead() => drop(dict::remove(cx, table, key)?),
            Some(_) => {}
            None => return Err(cx.type_error("not a weakref")),
        }
    }
    Ok(())
}

/// `_thread` of a program with one thread.
pub static THREAD: ModuleDef = ModuleDef {
    name: "_thread",
    doc: Some(
        "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    ),
    functions: THREAD_FUNCTIONS,
    init: Some(init_thread),
    ..ModuleDef::EMPTY
};

static THREAD_FUNCTIONS: &[&NativeDef] = natives![allocate_lock, get_ident, get_native_id, _count];

/// The types of this file.
pub static STAND_IN_TYPES: [&Obj<Type>; 2] = [&LOCK, &RLOCK];

fn init_thread(cx: &mut Cx, made: &Value) -> R<()> {
    module::set(cx, made, "error", exc::RUNTIME_ERROR.to_value())?;
    module::set(cx, made, "LockType", LOCK.to_value())?;
    module::set(cx, made, "lock", LOCK.to_value())?;
    module::set(cx, made, "RLock", RLOCK.to_value())?;
    let most = cx.float(9_223_372_036.0);
    module::set(cx, made, "TIMEOUT_MAX", most)
}

/// The payload of both kinds of lock: how often it is held.
#[derive(Trace)]
pub struct Lock {
    #[trace(skip)]
    depth: usize,
    #[trace(skip)]
    reentrant: bool,
}

// SAFETY: neither type can be subclassed; the payload holds no values.
unsafe impl Payload for Lock {
    const TYPE: &'static Obj<Type> = &LOCK;
}

/// The payload of `RLock`.
#[derive(Trace)]
pub struct ReentrantLock(#[trace(skip)] Lock);

// SAFETY: the type cannot be subclassed; the payload holds no values.
unsafe impl Payload for ReentrantLock {
    const TYPE: &'static Obj<Type> = &RLOCK;
}

static LOCK: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Lock>("_thread.lock")
        .base(&OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new_lock), ..Slots::EMPTY })
        .defs(&LOCK_DEFS),
);

static RLOCK: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ReentrantLock>("_thread.RLock")
        .base(&OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new_rlock), ..Slots::EMPTY })
        .defs(&LOCK_DEFS),
);

static LOCK_DEFS: TypeDefs =
    TypeDefs { methods: natives![acquire, release, locked, enter, exit], ..TypeDefs::NONE };

fn new_lock(cx: &mut Cx, _class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(&LOCK, Lock { depth: 0, reentrant: false }).into_value())
}

fn new_rlock(cx: &mut Cx, _class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_object(ReentrantLock(Lock { depth: 0, reentrant: true })).into_value())
}

fn lock_of<'a>(cx: &'a mut Cx, this: &'a Value) -> R<&'a mut Lock> {
    if let Some(lock) = this.cast::<ReentrantLock>() {
        return Ok(&mut lock.get_mut(cx).0);
    }
    match this.cast::<Lock>() {
        Some(lock) => Ok(lock.get_mut(cx)),
        None => Err(cx.type_error("not a lock")),
    }
}

/// Takes the lock. With one thread, a lock that is held cannot become free while one waits.
#[native("lock.acquire($self, /, blocking=True, timeout=-1.0)")]
fn acquire(cx: &mut Cx, this: &Value, blocking: bool, timeout: f64) -> R<bool> {
    let data = lock_of(cx, this)?;
    if data.depth == 0 || data.reentrant {
        data.depth += 1;
        return Ok(true);
    }
    if blocking && timeout < 0.0 {
        return Err(cx.runtime_error("the only thread waits for a lock that it holds"));
    }
    Ok(false)
}

/// Gives the lock back.
#[native("lock.release($self, /)")]
fn release(cx: &mut Cx, this: &Value) -> R<()> {
    let data = lock_of(cx, this)?;
    let reentrant = data.reentrant;
    match data.depth.checked_sub(1) {
        Some(depth) => {
            data.depth = depth;
            Ok(())
        }
        None if reentrant => Err(cx.runtime_error("cannot release un-acquired lock")),
        None => Err(cx.runtime_error("release unlocked lock")),
    }
}

/// Whether the lock is held.
#[native("lock.locked($self, /)")]
fn locked(cx: &mut Cx, this: &Value) -> R<bool> {
    Ok(lock_of(cx, this)?.depth > 0)
}

/// Takes the lock.
#[native("lock.__enter__($self, /)")]
fn enter(cx: &mut Cx, this: &Value) -> R<bool> {
    acquire(cx, this, true, -1.0)
}

/// Gives the lock back.
#[native("lock.__exit__($self, *args)")]
fn exit(cx: &mut Cx, this: &Value, _args: &[Value]) -> R<()> {
    release(cx, this)
}

/// Create a new lock object.
#[native("_thread.allocate_lock()")]
fn allocate_lock(cx: &mut Cx) -> R {
    new_lock(cx, &LOCK, Args::EMPTY)
}

/// Return a non-zero integer that uniquely identifies the current thread.
#[native("_thread.get_ident()")]
fn get_ident(cx: &mut Cx) -> Value {
    cx.int_from_u64(cx.thread_id)
}

/// Return a non-negative integer identifying the thread as reported by the OS.
#[native("_thread.get_native_id()")]
fn get_native_id(cx: &mut Cx) -> i64 {
    i64::from(super::settings::host(cx).thread_id())
}

/// Return the number of currently running Python threads.
#[native("_thread._count()")]
fn _count(_cx: &mut Cx) -> i64 {
    0
}
