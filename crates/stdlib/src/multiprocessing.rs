//! `_multiprocessing` and `_posixshmem`: semaphores and memory that processes share by name.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use taipan_host::HostError;
use taipan_host::files::TimeSpec;
use taipan_host::shared::Semaphore;
use taipan_macros::{native, natives};
use taipan_object::native::MemberDef;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, dict, exc, flags, plain_data};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

use crate::support::{blocking, fs_encode, host, raise_os, sys};

/// The kind whose holder may take it again.
const RECURSIVE_MUTEX: i32 = 0;
const SEMAPHORE: i32 = 1;

/// The payload of `SemLock`.
pub struct SemLock {
    semaphore: Arc<dyn Semaphore>,
    kind: i32,
    maxvalue: i32,
    name: Option<String>,
    /// The thread of this process that took it last, and how often.
    holder: u64,
    count: i32,
}
plain_data!(SemLock);

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for SemLock {
    const TYPE: &'static Obj<Type> = &SEM_LOCK;
}

const fn member(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> MemberDef {
    MemberDef { name, doc: None, get, set: None }
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<SemLock>> {
    match value.cast::<SemLock>() {
        Some(lock) => Ok(lock),
        None => Err(cx.type_error("a '_multiprocessing.SemLock' object is required")),
    }
}

/// `_multiprocessing.SemLock`.
pub static SEM_LOCK: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<SemLock>("_multiprocessing.SemLock")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(|cx, _, args| (make__def.call)(cx, args)), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![
                acquire, release, enter, leave, count, is_mine, get_value, is_zero, rebuild, after_fork
            ],
            members: &[
                member("handle", |cx, v| {
                    let address = Arc::as_ptr(&this(cx, v)?.get(cx).semaphore).cast::<()>() as u64;
                    Ok(cx.int_from_u64(address))
                }),
                member("kind", |cx, v| Ok(Value::small_int(this(cx, v)?.get(cx).kind))),
                member("maxvalue", |cx, v| Ok(Value::small_int(this(cx, v)?.get(cx).maxvalue))),
                member("name", |cx, v| match this(cx, v)?.get(cx).name.clone() {
                    Some(name) => Ok(cx.str(&name)),
                    None => Ok(Value::none()),
                }),
            ],
            extra: Some(|cx, class| {
                let Some(dict) = class.rest(cx).dict.clone() else { return };
                let Some(dict) = dict.as_dict() else { return };
                let name = cx.intern("SEM_VALUE_MAX");
                // A string key cannot fail.
                let _ = dict::set_str(cx, dict, &name, Value::small_int(i32::MAX));
            }),
            ..TypeDefs::NONE
        })
        .doc("Semaphore/Mutex type"),
);

fn named(cx: &mut Cx, name: &Value, function: &str) -> R<Vec<u8>> {
    match name.as_str() {
        Some(text) => fs_encode(cx, text),
        None => {
            let message = format!("{function}() argument must be str, not {}", name.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

fn object(
    cx: &mut Cx,
    semaphore: Box<dyn Semaphore>,
    kind: i32,
    maxvalue: i32,
    name: Option<String>,
) -> Value {
    let semaphore = Arc::from(semaphore);
    cx.new_object(SemLock { semaphore, kind, maxvalue, name, holder: 0, count: 0 }).into_value()
}

#[native("SemLock(kind, value, maxvalue, name, unlink)")]
fn make(cx: &mut Cx, kind: i32, value: i32, maxvalue: i32, name: &Value, unlink: bool) -> R {
    if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
        return Err(cx.value_error("unrecognized kind"));
    }
    let Ok(start) = u32::try_from(value) else { return Err(cx.value_error("invalid value")) };
    let bytes = named(cx, name, "SemLock")?;
    let semaphore = sys(cx, |h| h.open_semaphore(&bytes, Some(start)))?;
    if unlink {
        sys(cx, |h| h.unlink_semaphore(&bytes))?;
    }
    let kept = (!unlink).then(|| String::from_utf8_lossy(&bytes).into_owned());
    Ok(object(cx, semaphore, kind, maxvalue, kept))
}

#[native("SemLock._rebuild($type, handle, kind, maxvalue, name, /)")]
fn rebuild(cx: &mut Cx, _class: &Value, _handle: &Value, kind: i32, maxvalue: i32, name: &Value) -> R {
    let bytes = named(cx, name, "_rebuild")?;
    let semaphore = sys(cx, |h| h.open_semaphore(&bytes, None))?;
    Ok(object(cx, semaphore, kind, maxvalue, Some(String::from_utf8_lossy(&bytes).into_owned())))
}

/// Takes it; `timeout` in seconds, `None` waits for ever.
fn take(cx: &mut Cx, lock: &Obj<SemLock>, block: bool, timeout: Option<f64>) -> R<bool> {
    let me = cx.thread_id;
    let state = lock.get_mut(cx);
    if state.kind == RECURSIVE_MUTEX && state.count > 0 && state.holder == me {
        state.count += 1;
        return Ok(true);
    }
    let semaphore = Arc::clone(&state.semaphore);
    let wait = if block { timeout.map(|t| t.max(0.0)) } else { Some(0.0) };
    let limit = match wait {
        Some(seconds) if seconds < 1e9 => Some(Instant::now() + Duration::from_secs_f64(seconds)),
        _ => None,
    };
    loop {
        match semaphore.try_acquire() {
            Ok(true) => break,
            Ok(false) if limit.is_some_and(|limit| Instant::now() >= limit) => return Ok(false),
            Ok(false) => {}
            Err(error) if error.is_interrupted() => {}
            Err(error) => return Err(raise_os(cx, error, None, None)),
        }
        let deadline = limit.map(|limit| {
            let left = limit.saturating_duration_since(Instant::now());
            let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() + left;
            TimeSpec { seconds: clock.as_secs() as i64, nanoseconds: i64::from(clock.subsec_nanos()) as _ }
        });
        match blocking(cx, || semaphore.acquire(deadline)) {
            Ok(true) => break,
            Ok(false) => return Ok(false),
            Err(error) if error.is_interrupted() => cx.handle_breaker()?,
            Err(error) => return Err(raise_os(cx, error, None, None)),
        }
    }
    let state = lock.get_mut(cx);
    state.count += 1;
    state.holder = me;
    Ok(true)
}

/// Acquire the semaphore/lock.
#[native("SemLock.acquire($self, /, block=True, timeout=None)")]
fn acquire(cx: &mut Cx, lock: &Obj<SemLock>, block: bool, timeout: Option<f64>) -> R<bool> {
    take(cx, lock, block, timeout)
}

/// Release the semaphore/lock.
#[native("SemLock.release($self, /)")]
fn release(cx: &mut Cx, lock: &Obj<SemLock>) -> R<()> {
    let me = cx.thread_id;
    let state = lock.get_mut(cx);
    if state.kind == RECURSIVE_MUTEX {
        if state.count == 0 || state.holder != me {
            return Err(
                cx.raise(&exc::ASSERTION_ERROR, "attempt to release recursive lock not owned by thread")
            );
        }
        if state.count > 1 {
            state.count -= 1;
            return Ok(());
        }
    }
    let (semaphore, most) = (Arc::clone(&state.semaphore), state.maxvalue);
    let value = semaphore.value().map_err(|error| raise_os(cx, error, None, None))?;
    if value >= most {
        return Err(cx.value_error("semaphore or lock released too many times"));
    }
    semaphore.release().map_err(|error| raise_os(cx, error, None, None))?;
    lock.get_mut(cx).count -= 1;
    Ok(())
}

/// Enter the semaphore/lock.
#[native("SemLock.__enter__($self, /)")]
fn enter(cx: &mut Cx, lock: &Obj<SemLock>) -> R<bool> {
    take(cx, lock, true, None)
}

/// Exit the semaphore/lock.
#[native("SemLock.__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)")]
fn leave(
    cx: &mut Cx,
    lock: &Value,
    _exc_type: Option<&Value>,
    _exc_value: Option<&Value>,
    _exc_tb: Option<&Value>,
) -> R<()> {
    let lock = this(cx, lock)?;
    release(cx, lock)
}

/// Num of `acquire()`s minus num of `release()`s for this process.
#[native("SemLock._count($self, /)")]
fn count(cx: &mut Cx, lock: &Obj<SemLock>) -> R<i64> {
    Ok(lock.get(cx).count.into())
}

/// Whether the lock is owned by this thread.
#[native("SemLock._is_mine($self, /)")]
fn is_mine(cx: &mut Cx, lock: &Obj<SemLock>) -> R<bool> {
    let state = lock.get(cx);
    Ok(state.count > 0 && state.holder == cx.thread_id)
}

fn value_of(cx: &mut Cx, lock: &Obj<SemLock>) -> R<i32> {
    let semaphore = Arc::clone(&lock.get(cx).semaphore);
    semaphore.value().map_err(|error: HostError| raise_os(cx, error, None, None))
}

/// Get the value of the semaphore.
#[native("SemLock._get_value($self, /)")]
fn get_value(cx: &mut Cx, lock: &Obj<SemLock>) -> R<i64> {
    Ok(value_of(cx, lock)?.max(0).into())
}

/// Return whether semaphore has value zero.
#[native("SemLock._is_zero($self, /)")]
fn is_zero(cx: &mut Cx, lock: &Obj<SemLock>) -> R<bool> {
    Ok(value_of(cx, lock)? == 0)
}

/// Rezero the net acquisition count after fork().
#[native("SemLock._after_fork($self, /)")]
fn after_fork(cx: &mut Cx, lock: &Obj<SemLock>) -> R<()> {
    lock.get_mut(cx).count = 0;
    Ok(())
}

#[native("_multiprocessing.sem_unlink(name, /)")]
fn sem_unlink(cx: &mut Cx, name: &Value) -> R<()> {
    let bytes = named(cx, name, "sem_unlink")?;
    sys(cx, |h| h.unlink_semaphore(&bytes))
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "SemLock", SEM_LOCK.to_value())?;
    let flags = cx.new_dict();
    for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
        let name = cx.intern(name);
        dict::set_str(cx, &flags, &name, Value::small_int(1))?;
    }
    set(cx, module, "flags", flags.into_value())
}

fn types(types: &mut Types) {
    types.add([&SEM_LOCK]);
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_multiprocessing",
    functions: natives![sem_unlink],
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};

/// Open a shared memory object.  Returns a file descriptor (integer).
#[native("_posixshmem.shm_open(path, flags, mode=511)")]
fn shm_open(cx: &mut Cx, path: &Value, flags: i32, mode: i32) -> R<i64> {
    let name = named(cx, path, "shm_open")?;
    if name.contains(&0) {
        return Err(cx.value_error("embedded null character"));
    }
    let machine = host(cx);
    match blocking(cx, || machine.open_memory(&name, flags, mode as u32)) {
        Ok(fd) => Ok(fd.into()),
        Err(error) => Err(raise_os(cx, error, Some(path), None)),
    }
}

/// Remove a shared memory object (similar to unlink()).
///
/// Remove a shared memory object name, and, once all processes have
/// unmapped the object, de-allocates and destroys the contents of the
/// associated memory region.
#[native("_posixshmem.shm_unlink(path, /)")]
fn shm_unlink(cx: &mut Cx, path: &Value) -> R<()> {
    let name = named(cx, path, "shm_unlink")?;
    if name.contains(&0) {
        return Err(cx.value_error("embedded null character"));
    }
    let machine = host(cx);
    match blocking(cx, || machine.unlink_memory(&name)) {
        Ok(()) => Ok(()),
        Err(error) => Err(raise_os(cx, error, Some(path), None)),
    }
}

pub static SHARED_MEMORY: ModuleDef = ModuleDef {
    name: "_posixshmem",
    doc: Some("POSIX shared memory module"),
    functions: natives![shm_open, shm_unlink],
    ..ModuleDef::EMPTY
};
