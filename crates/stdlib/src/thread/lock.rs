//! `lock` and `RLock`.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, exc, flags};
use taipan_vm::gil;

#[derive(Default)]
struct State {
    /// The holder's number; 0: free.
    owner: u64,
    depth: usize,
}

/// The lock itself, shared with threads that wait for it without the GIL.
#[derive(Default)]
pub struct RawLock {
    state: Mutex<State>,
    freed: Condvar,
}

impl RawLock {
    fn try_take(&self, owner: u64, reentrant: bool) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.depth == 0 || reentrant && state.owner == owner {
            state.owner = owner;
            state.depth += 1;
            return true;
        }
        false
    }

    fn wait(&self, owner: u64, deadline: Option<Instant>) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.depth > 0 {
            state = match deadline {
                None => self.freed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
                    self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state.owner = owner;
        state.depth = 1;
        true
    }
}

/// The payload of `lock`.
pub struct Lock {
    raw: Arc<RawLock>,
    reentrant: bool,
}
taipan_object::plain_data!(Lock, RLock);

/// The payload of `RLock`: as [`Lock`].
#[repr(transparent)]
pub struct RLock(Lock);

// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for Lock {
    const TYPE: &'static Obj<Type> = &LOCK;
}
// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for RLock {
    const TYPE: &'static Obj<Type> = &RLOCK;
}

pub static LOCK: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Lock>("_thread.lock")
        .base(&OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new_lock), repr: Some(repr), ..Slots::EMPTY })
        .defs(&LOCK_DEFS)
        .doc("A lock object is a synchronization primitive.  To create a lock,\ncall threading.Lock()."),
);

pub static RLOCK: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<RLock>("_thread.RLock")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new_rlock), repr: Some(repr), ..Slots::EMPTY })
        .defs(&RLOCK_DEFS),
);

pub fn new(cx: &mut Cx) -> Value {
    cx.new_object(Lock { raw: Arc::default(), reentrant: false }).into_value()
}

fn new_lock(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    let given = super::plain(cx, args, "lock")?;
    if !given.is_empty() {
        return Err(cx.type_error(format!("lock() takes no arguments ({} given)", given.len())));
    }
    Ok(new(cx))
}

fn new_rlock(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, RLock(Lock { raw: Arc::default(), reentrant: true })).into_value())
}

fn parts(cx: &mut Cx, this: &Value) -> R<(Arc<RawLock>, bool)> {
    if let Some(lock) = this.cast::<Lock>() {
        let data = lock.get(cx);
        return Ok((Arc::clone(&data.raw), data.reentrant));
    }
    if let Some(lock) = this.cast::<RLock>() {
        let data = &lock.get(cx).0;
        return Ok((Arc::clone(&data.raw), data.reentrant));
    }
    Err(cx.type_error("a lock is needed"))
}

fn take(cx: &mut Cx, this: &Value, blocking: bool, timeout: f64) -> R<bool> {
    if !blocking && timeout != -1.0 {
        return Err(cx.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(cx.value_error("timeout value must be a non-negative number"));
    }
    if timeout > 9_223_372_036.0 {
        return Err(cx.overflow_error("timeout value is too large"));
    }
    let (raw, reentrant) = parts(cx, this)?;
    let owner = cx.thread_id;
    if raw.try_take(owner, reentrant) {
        return Ok(true);
    }
    if !blocking || timeout == 0.0 {
        return Ok(false);
    }
    let deadline = (timeout > 0.0).then(|| Instant::now() + Duration::from_secs_f64(timeout));
    loop {
        // Waits in pieces, so that signals are served meanwhile.
        let piece = Instant::now() + Duration::from_millis(100);
        let until = deadline.map_or(piece, |d| d.min(piece));
        if gil::allow_threads(cx, || raw.wait(owner, Some(until))) {
            return Ok(true);
        }
        if deadline.is_some_and(|d| Instant::now() >= d) {
            return Ok(false);
        }
        if cx.broken() {
            cx.handle_breaker()?;
        }
    }
}

fn give(cx: &mut Cx, this: &Value) -> R<()> {
    let (raw, reentrant) = parts(cx, this)?;
    let mut state = raw.state.lock().unwrap_or_else(PoisonError::into_inner);
    if reentrant && (state.depth == 0 || state.owner != cx.thread_id) {
        drop(state);
        return Err(cx.runtime_error("cannot release un-acquired lock"));
    }
    if state.depth == 0 {
        drop(state);
        return Err(cx.runtime_error("release unlocked lock"));
    }
    state.depth -= 1;
    if state.depth == 0 {
        state.owner = 0;
        drop(state);
        raw.freed.notify_one();
    }
    Ok(())
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let (raw, reentrant) = parts(cx, this)?;
    let state = raw.state.lock().unwrap_or_else(PoisonError::into_inner);
    let how = if state.depth > 0 { "locked" } else { "unlocked" };
    let text = if reentrant {
        let (owner, depth) = (state.owner, state.depth);
        format!(
            "<{how} {} object owner={owner} count={depth} at {:#x}>",
            this.ty_unguarded().full_name(),
            this.id()
        )
    } else {
        format!("<{how} {} object at {:#x}>", this.ty_unguarded().full_name(), this.id())
    };
    drop(state);
    Ok(cx.str(&text))
}

/// Lock the lock.
#[native("lock.acquire($self, /, blocking=True, timeout=-1)")]
fn acquire(cx: &mut Cx, this: &Value, blocking: bool, timeout: Option<f64>) -> R<bool> {
    take(cx, this, blocking, timeout.unwrap_or(-1.0))
}

/// Release the lock.
#[native("lock.release($self, /)")]
fn release(cx: &mut Cx, this: &Value) -> R<()> {
    give(cx, this)
}

/// Return whether the lock is in the locked state.
#[native("lock.locked($self, /)")]
fn locked(cx: &mut Cx, this: &Value) -> R<bool> {
    let (raw, _) = parts(cx, this)?;
    let depth = raw.state.lock().unwrap_or_else(PoisonError::into_inner).depth;
    Ok(depth > 0)
}

/// Lock the lock.
#[native("lock.__enter__($self, /)")]
fn enter(cx: &mut Cx, this: &Value) -> R<bool> {
    take(cx, this, true, -1.0)
}

/// Release the lock.
#[native("lock.__exit__($self, *args)")]
fn leave(cx: &mut Cx, this: &Value, _args: &[Value]) -> R<()> {
    give(cx, this)
}

/// Makes a new, free lock of it: in a forked child.
#[native("lock._at_fork_reinit($self, /)")]
fn at_fork_reinit(cx: &mut Cx, this: &Value) -> R<()> {
    if let Some(lock) = this.cast::<Lock>() {
        lock.get_mut(cx).raw = Arc::default();
    } else if let Some(lock) = this.cast::<RLock>() {
        lock.get_mut(cx).0.raw = Arc::default();
    }
    Ok(())
}

/// For internal use by `threading.Condition`.
#[native("RLock._is_owned($self, /)")]
fn is_owned(cx: &mut Cx, this: &Value) -> R<bool> {
    let (raw, _) = parts(cx, this)?;
    let state = raw.state.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(state.depth > 0 && state.owner == cx.thread_id)
}

/// For internal use by reentrancy tests.
#[native("RLock._recursion_count($self, /)")]
fn recursion_count(cx: &mut Cx, this: &Value) -> R<usize> {
    let (raw, _) = parts(cx, this)?;
    let state = raw.state.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(if state.owner == cx.thread_id { state.depth } else { 0 })
}

/// For internal use by `threading.Condition`.
#[native("RLock._release_save($self, /)")]
fn release_save(cx: &mut Cx, this: &Value) -> R {
    let (raw, _) = parts(cx, this)?;
    let mut state = raw.state.lock().unwrap_or_else(PoisonError::into_inner);
    if state.depth == 0 {
        drop(state);
        return Err(cx.raise(&exc::RUNTIME_ERROR, "cannot release un-acquired lock"));
    }
    let (depth, owner) = (std::mem::take(&mut state.depth), std::mem::take(&mut state.owner));
    drop(state);
    raw.freed.notify_one();
    let (depth, owner) = (cx.int(depth as i64), cx.int_from_u64(owner));
    Ok(cx.tuple_value([depth, owner]))
}

/// For internal use by `threading.Condition`.
#[native("RLock._acquire_restore($self, state, /)")]
fn acquire_restore(cx: &mut Cx, this: &Value, state: &Value) -> R<()> {
    let depth = match state.cast::<taipan_object::Tuple>().and_then(|t| t.items().first().cloned()) {
        Some(depth) => taipan_object::int::index_i64(cx, &depth)?.max(1) as usize,
        None => return Err(cx.type_error("_acquire_restore() needs what _release_save() gave")),
    };
    take(cx, this, true, -1.0)?;
    let (raw, _) = parts(cx, this)?;
    raw.state.lock().unwrap_or_else(PoisonError::into_inner).depth = depth;
    Ok(())
}

static LOCK_DEFS: TypeDefs =
    TypeDefs { methods: natives![acquire, release, locked, enter, leave, at_fork_reinit], ..TypeDefs::NONE };
static RLOCK_DEFS: TypeDefs = TypeDefs {
    methods: natives![
        acquire,
        release,
        locked,
        enter,
        leave,
        at_fork_reinit,
        is_owned,
        recursion_count,
        release_save,
        acquire_restore
    ],
    ..TypeDefs::NONE
};
