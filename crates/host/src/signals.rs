//! Signals: their dispositions, and the set of those that arrived.
//!
//! The handler that is installed for Python does three things that are safe in a handler: it notes the signal in an atomic set,
//! raises the registered flag (the interpreter's breaker), and writes a byte to the wake-up descriptor. The interpreter
//! takes the set at its next safepoint. All of this is process-wide, as signals are.

use crate::Result;
use crate::files::{Fd, TimeSpec};
use crate::process::Pid;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, AtomicU64, Ordering};

/// One more than the greatest signal number (`signal.NSIG`).
pub const SIGNAL_COUNT: i32 = 65;

/// What happens when a signal arrives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// What the system does (`SIG_DFL`).
    Default,
    /// Nothing (`SIG_IGN`).
    Ignore,
    /// It is noted for the interpreter.
    Note,
    /// A handler that is not ours.
    Foreign,
}

/// A timer's next expiry and its interval, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Timer {
    /// Until the next signal; 0 for none.
    pub value: u64,
    /// Between later ones; 0 for none.
    pub interval: u64,
}

/// What `sigwaitinfo` says (`signal.struct_siginfo`).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SignalInfo {
    /// The signal.
    pub signal: i32,
    /// Where it comes from.
    pub code: i32,
    /// An error number.
    pub errno: i32,
    /// Who sent it.
    pub pid: Pid,
    /// As which user.
    pub user: u32,
    /// Exit status or signal of a child.
    pub status: i32,
    /// A descriptor's events.
    pub band: i64,
}

crate::recorded::subject! {
/// Signals of the process.
pub trait Signals {
    /// What happens now when the signal arrives.
    fn disposition(&self, signal: i32) -> Result<Disposition>;
    /// Changes what happens; [`Disposition::Foreign`] is refused with `EINVAL`.
    fn set_disposition(&self, signal: i32, to: Disposition) -> Result<()>;
    /// Whether system calls go on after the signal (`siginterrupt`).
    fn set_restart(&self, signal: i32, restart: bool) -> Result<()>;
    /// Where the handler writes a byte with the signal's number; -1 for nowhere. Returns the former one. `warn` notes a
    /// failure to write because the pipe is full.
    fn set_wakeup(&self, fd: Fd, warn: bool) -> Fd;
    /// The flag whose `bits` the handler raises.
    fn set_flag(&self, flag: &'static AtomicU32, bits: u32);
    /// Whether a signal has been noted since [`Signals::take_pending`]. Cheap.
    fn any_pending(&self) -> bool;
    /// The signals noted since the last call, as bits: signal *n* is bit *n*-1.
    fn take_pending(&self) -> u64;
    /// The error number of a failed write to the wake-up descriptor, once.
    fn take_wakeup_error(&self) -> Option<i32>;
    /// Notes a signal as if it had arrived (`_thread.interrupt_main`).
    fn note(&self, signal: i32);
    /// Sends a signal to a process.
    fn kill(&self, pid: Pid, signal: i32) -> Result<()>;
    /// Sends a signal to a group.
    fn killpg(&self, group: Pid, signal: i32) -> Result<()>;
    /// Sends a signal to the calling thread.
    fn raise(&self, signal: i32) -> Result<()>;
    /// Sends a signal to a thread, by its handle.
    fn thread_kill(&self, thread: u64, signal: i32) -> Result<()>;
    /// Sends a signal through a process's descriptor.
    fn pidfd_kill(&self, fd: Fd, signal: i32) -> Result<()>;
    /// The calling thread's handle (`pthread_self`).
    fn thread_handle(&self) -> u64;
    /// Changes the thread's mask (`SIG_BLOCK`, …) by a set of bits; returns the former one.
    fn mask(&self, how: i32, set: u64) -> Result<u64>;
    /// The signals that are blocked and waiting.
    fn blocked_pending(&self) -> Result<u64>;
    /// Waits until one of the set arrives.
    fn wait(&self, set: u64) -> Result<i32>;
    /// The same, saying more; `None` after `timeout`.
    fn wait_info(&self, set: u64, timeout: Option<TimeSpec>) -> Result<Option<SignalInfo>>;
    /// Waits until any signal arrives.
    fn pause(&self);
    /// Sets the alarm; returns the seconds that were left.
    fn alarm(&self, seconds: u32) -> u32;
    /// Sets a timer; returns the former one.
    fn set_timer(&self, which: i32, timer: Timer) -> Result<Timer>;
    /// Reads a timer.
    fn timer(&self, which: i32) -> Result<Timer>;
    /// The system's description of a signal.
    fn description(&self, signal: i32) -> Option<String>;
}
}

/// The set of all signals as bits that Python's `valid_signals()` shows: the C library keeps 32 and 33 for itself.
pub const VALID_SIGNALS: u64 = !(1 << 31 | 1 << 32);

static PENDING: AtomicU64 = AtomicU64::new(0);
static WAKEUP: AtomicI32 = AtomicI32::new(-1);
static WAKEUP_WARNS: AtomicBool = AtomicBool::new(true);
static WAKEUP_ERROR: AtomicI32 = AtomicI32::new(0);
static FLAG: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());
static FLAG_BITS: AtomicU32 = AtomicU32::new(0);

/// Notes a signal. Safe in a handler: atomics and `write` only; `errno` is kept.
pub(crate) fn note(signal: i32) {
    if !(1..SIGNAL_COUNT).contains(&signal) {
        return;
    }
    PENDING.fetch_or(1 << (signal - 1), Ordering::SeqCst);
    // SAFETY: the pointer is NULL or came from a `&'static AtomicU32`.
    if let Some(flag) = unsafe { FLAG.load(Ordering::SeqCst).as_ref() } {
        flag.fetch_or(FLAG_BITS.load(Ordering::SeqCst), Ordering::SeqCst);
    }
    let fd = WAKEUP.load(Ordering::SeqCst);
    if fd >= 0 {
        let byte = signal as u8;
        // SAFETY: errno belongs to this thread and is put back; one byte is readable at the pointer.
        unsafe {
            let errno = *libc::__errno_location();
            if libc::write(fd, (&raw const byte).cast(), 1) < 0 {
                let failure = *libc::__errno_location();
                let full = failure == libc::EAGAIN || failure == libc::EWOULDBLOCK;
                if !full || WAKEUP_WARNS.load(Ordering::SeqCst) {
                    WAKEUP_ERROR.store(failure, Ordering::SeqCst);
                }
            }
            *libc::__errno_location() = errno;
        }
    }
}

pub(crate) fn any_pending() -> bool {
    PENDING.load(Ordering::Relaxed) != 0
}

pub(crate) fn take_pending() -> u64 {
    PENDING.swap(0, Ordering::SeqCst)
}

pub(crate) fn set_wakeup(fd: Fd, warn: bool) -> Fd {
    WAKEUP_WARNS.store(warn, Ordering::SeqCst);
    WAKEUP.swap(fd, Ordering::SeqCst)
}

pub(crate) fn take_wakeup_error() -> Option<i32> {
    match WAKEUP_ERROR.swap(0, Ordering::SeqCst) {
        0 => None,
        errno => Some(errno),
    }
}

pub(crate) fn set_flag(flag: &'static AtomicU32, bits: u32) {
    FLAG_BITS.store(bits, Ordering::SeqCst);
    FLAG.store(std::ptr::from_ref(flag).cast_mut(), Ordering::SeqCst);
}
