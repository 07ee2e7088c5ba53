//! The GIL of an interpreter, and the threads that run in it.
//!
//! A thread may use its `Cx` only while it holds the GIL. It gives the GIL up around host calls that block
//! ([`allow_threads`]) and, when another thread has waited for a switch interval, at its next safepoint.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use taipan_object::cx::breaker;
use taipan_object::{Args, Cx, Interp, R, Value};

use crate::record;
use crate::thread::{VmThread, vm};
use taipan_event::What;

/// Bytes of native stack of a new thread.
pub const THREAD_STACK: usize = 64 << 20;
/// What of it recursion leaves for what cannot check.
const STACK_RESERVE: usize = 1 << 20;

#[derive(Default)]
struct Held {
    locked: bool,
    /// Counts takings, so that a thread that gives way can tell whether another had its turn.
    turns: u64,
    waiting: u32,
}

/// The lock of one interpreter.
pub struct Gil {
    held: Mutex<Held>,
    freed: Condvar,
    taken: Condvar,
    /// `sys.setswitchinterval`, in microseconds.
    pub interval: AtomicU64,
    breaker: Arc<AtomicU32>,
    next_thread: AtomicU64,
    others: AtomicUsize,
    /// The thread that ends the interpreter: from then on no other one gets the GIL again.
    finisher: OnceLock<std::thread::ThreadId>,
}

impl Gil {
    /// The lock of a new interpreter, held by the calling thread.
    pub fn new(breaker: Arc<AtomicU32>) -> Arc<Gil> {
        Arc::new(Gil {
            held: Mutex::new(Held { locked: true, turns: 1, waiting: 0 }),
            freed: Condvar::new(),
            taken: Condvar::new(),
            interval: AtomicU64::new(5000),
            breaker,
            next_thread: AtomicU64::new(2),
            others: AtomicUsize::new(0),
            finisher: OnceLock::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the GIL, asking its holder to give way after each interval.
    pub fn take(&self) {
        let mut held = self.lock();
        held.waiting += 1;
        while held.locked || self.is_shut_out() {
            if self.is_shut_out() {
                held.waiting -= 1;
                drop(held);
                self.taken.notify_all();
                self.freed.notify_one();
                loop {
                    std::thread::park();
                }
            }
            let turns = held.turns;
            let interval = Duration::from_micros(self.interval.load(Ordering::Relaxed).max(1));
            let (next, timeout) =
                self.freed.wait_timeout(held, interval).unwrap_or_else(PoisonError::into_inner);
            held = next;
            if timeout.timed_out() && held.locked && held.turns == turns {
                self.breaker.fetch_or(breaker::GIL, Ordering::Relaxed);
            }
        }
        held.waiting -= 1;
        held.locked = true;
        held.turns += 1;
        drop(held);
        self.taken.notify_all();
    }

    /// Gives the GIL up.
    pub fn release(&self) {
        let mut held = self.lock();
        held.locked = false;
        drop(held);
        self.freed.notify_one();
    }

    /// Gives the GIL up and takes it again after another waiting thread has had it.
    pub fn give_way(&self) {
        let mut held = self.lock();
        if held.waiting == 0 {
            return;
        }
        let turns = held.turns;
        held.locked = false;
        self.freed.notify_one();
        while held.turns == turns && held.waiting > 0 {
            held = self.taken.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        drop(held);
        self.take();
    }

    /// From now on only the calling thread gets the GIL; others that ask for it sleep until the process ends.
    pub fn close(&self) {
        // A second call comes from the same thread.
        let _ = self.finisher.set(std::thread::current().id());
    }

    fn is_shut_out(&self) -> bool {
        self.finisher.get().is_some_and(|finisher| *finisher != std::thread::current().id())
    }

    /// Threads started from Python that have not ended.
    pub fn other_threads(&self) -> usize {
        self.others.load(Ordering::Relaxed)
    }

    /// A number for a new thread, unique in the interpreter.
    pub fn new_thread_id(&self) -> u64 {
        self.next_thread.fetch_add(1, Ordering::Relaxed)
    }
}

/// The GIL of the running interpreter.
pub fn gil(cx: &mut Cx) -> Arc<Gil> {
    match &vm(cx).gil {
        Some(gil) => Arc::clone(gil),
        None => {
            let gil = Gil::new(Arc::clone(&cx.interp().breaker));
            vm(cx).gil = Some(Arc::clone(&gil));
            gil
        }
    }
}

/// Runs what may block without the GIL. It cannot touch Python values: it has no token.
pub fn allow_threads<T>(cx: &mut Cx, blocking: impl FnOnce() -> T) -> T {
    let gil = gil(cx);
    record::note(cx, || What::Lock(false));
    gil.release();
    let result = blocking();
    gil.take();
    record::note(cx, || What::Lock(true));
    result
}

/// Lets another thread that waits have the GIL.
pub fn give_way(cx: &mut Cx) {
    let gil = gil(cx);
    record::note(cx, || What::Lock(false));
    gil.give_way();
    record::note(cx, || What::Lock(true));
}

/// What moves into a new thread; the GIL guards the values.
struct Moved {
    interp: NonNull<Interp>,
    callable: Value,
    args: Vec<Value>,
    names: Option<Value>,
}
// SAFETY: the new thread looks at these only while it holds the GIL of their interpreter.
unsafe impl Send for Moved {}

/// Starts a thread that calls `callable` with `args` (the last of them named by the tuple `names`). `report` gets what it
/// raises; `done` runs at the end, without the GIL. Returns the thread's number; an error of the host where no thread can be made.
pub fn start_thread(
    cx: &mut Cx,
    callable: Value,
    args: Vec<Value>,
    names: Option<Value>,
    stack: usize,
    report: fn(&mut Cx, callable: &Value, exception: Value),
    done: impl FnOnce() + Send + 'static,
) -> std::io::Result<u64> {
    let gil = gil(cx);
    let id = gil.new_thread_id();
    let limit = cx.recursion_limit;
    let moved = Moved { interp: cx.interp_ptr(), callable, args, names };
    let stack = if stack == 0 { THREAD_STACK } else { stack.max(1 << 20) };
    let counted = Arc::clone(&gil);
    counted.others.fetch_add(1, Ordering::Relaxed);
    let spawned = std::thread::Builder::new().stack_size(stack).spawn(move || {
        let moved = moved;
        let Moved { interp, callable, args, names } = moved;
        gil.take();
        let marker = 0u8;
        let lowest =
            (&raw const marker as usize).saturating_sub(stack.saturating_sub(STACK_RESERVE.min(stack / 4)));
        // SAFETY: this thread holds the GIL; the interpreter waits for its threads before it ends.
        let mut cx = unsafe { Cx::new(interp, lowest, id) };
        cx.recursion_limit = limit;
        cx.recursion_remaining = limit;
        let mut thread = VmThread::new();
        thread.gil = Some(Arc::clone(&gil));
        cx.vm = (&raw mut *thread).cast();
        thread.id = id;
        crate::thread::enlist(&mut cx);
        taipan_event::set_thread(id);
        record::attach(&mut cx);
        run_thread(&mut cx, callable, args, names, report);
        crate::monitor::legacy::thread_ends(&mut cx);
        crate::thread::delist(&mut cx);
        thread.clear();
        cx.drain_pending();
        drop(cx);
        drop(thread);
        gil.others.fetch_sub(1, Ordering::Relaxed);
        gil.release();
        done();
    });
    match spawned {
        Ok(_) => Ok(id),
        Err(error) => {
            counted.others.fetch_sub(1, Ordering::Relaxed);
            Err(error)
        }
    }
}

fn run_thread(
    cx: &mut Cx,
    callable: Value,
    args: Vec<Value>,
    names: Option<Value>,
    report: fn(&mut Cx, callable: &Value, exception: Value),
) {
    let names = names.as_ref().and_then(Value::cast::<taipan_object::Tuple>);
    let result: R = taipan_object::ops::call_args(cx, &callable, Args::new(&args, names));
    if let Err(raised) = result {
        let exception = cx.take_raised(raised);
        report(cx, &callable, exception);
    }
}
