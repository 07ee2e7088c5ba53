//! `_signal`: Python handlers of signals.
//!
//! The host notes the signals that arrive and raises the breaker; the running thread then calls [`run_handlers`] at its next
//! safepoint (through `taipan_vm::interpreter::SignalHook`). Handlers run in the main thread only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use taipan_host::files::{Target, TimeSpec};
use taipan_host::signals::{Disposition, SIGNAL_COUNT, SignalInfo, Timer, VALID_SIGNALS};
use taipan_macros::{native, natives};
use taipan_object::cx::breaker;
use taipan_object::exc::{self, Exception, OS_ERROR};
use taipan_object::ty::TYPE;
use taipan_object::{Cx, Handle, NativeDef, Obj, R, Raised, Type, Value, flags, int, ops};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};
use taipan_types::structseq::{self, Field, StructSeq};
use taipan_vm::interpreter::SignalHook;

use crate::pytime::{self, Round};
use crate::support::{attempt, audit, host, raise_os, sys};

/// The thread that runs handlers.
const MAIN_THREAD: u64 = 1;

/// `signal.ItimerError`.
pub static ITIMER_ERROR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("signal.ItimerError")
        .base(&OS_ERROR)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs(),
);

static STRUCT_SIGINFO: StructSeq = StructSeq {
    name: "signal.struct_siginfo",
    doc: "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.",
    fields: &[
        Field { name: "si_signo", doc: "signal number" },
        Field { name: "si_code", doc: "signal code" },
        Field { name: "si_errno", doc: "errno associated with this signal" },
        Field { name: "si_pid", doc: "sending process ID" },
        Field { name: "si_uid", doc: "real user ID of sending process" },
        Field { name: "si_status", doc: "exit value or signal" },
        Field { name: "si_band", doc: "band event for SIGPOLL" },
    ],
    visible: 7,
    instantiable: true,
};

/// What the module keeps of an interpreter.
#[derive(Default)]
struct State {
    /// By signal number; empty before the module's first import.
    handlers: Vec<Value>,
    default_int: Option<Value>,
    siginfo: Option<Handle<Type>>,
    /// The system's handle of the main thread.
    main: u64,
}

/// Calls the Python handlers of the signals that arrived. In other threads than the main one it leaves them to that.
pub fn run_handlers(cx: &mut Cx) -> R<()> {
    let host = host(cx);
    if !host.any_pending() {
        return Ok(());
    }
    if cx.thread_id != MAIN_THREAD {
        cx.interp().breaker.fetch_or(breaker::SIGNAL, Ordering::Relaxed);
        return Ok(());
    }
    if let Some(errno) = host.take_wakeup_error() {
        let raised = raise_os(cx, taipan_host::HostError::new(errno), None, None);
        let error = cx.take_raised(raised);
        let report = cx.interp().runtime.unraisable;
        report(cx, error, "Exception ignored when trying to write to the signal wakeup fd", None);
    }
    let mut pending = host.take_pending();
    while pending != 0 {
        let signal = pending.trailing_zeros() as i32 + 1;
        pending &= pending - 1;
        let handler = cx.interp_mut().state::<State>().handlers.get(signal as usize).cloned();
        let Some(handler) = handler.filter(|h| !h.is_none() && h.as_int().is_none()) else { continue };
        let frame = taipan_vm::interpreter::current_frame(cx).unwrap_or_else(Value::none);
        if let Err(raised) = ops::call(cx, &handler, &[Value::small_int(signal), frame]) {
            // The later ones stay pending.
            for later in (1..SIGNAL_COUNT).filter(|s| pending >> (s - 1) & 1 != 0) {
                host.note(later);
            }
            return Err(raised);
        }
    }
    Ok(())
}

#[cold]
fn out_of_range(cx: &mut Cx) -> Raised {
    cx.value_error("signal number out of range")
}

fn number(cx: &mut Cx, value: &Value) -> R<i32> {
    let n = pytime::c_int(cx, value)?;
    if (1..SIGNAL_COUNT).contains(&n) { Ok(n) } else { Err(out_of_range(cx)) }
}

fn handler_of(cx: &mut Cx, signal: i32) -> Value {
    let state = cx.interp_mut().state::<State>();
    state.handlers.get(signal as usize).cloned().unwrap_or_else(Value::none)
}

/// The default handler for SIGINT installed by Python.
///
/// It raises KeyboardInterrupt.
#[native("default_int_handler(signalnum, frame, /)")]
fn default_int_handler(cx: &mut Cx, signalnum: &Value, frame: &Value) -> R {
    let _ = frame;
    pytime::c_int(cx, signalnum)?;
    Err(exc::raise_no_args(cx, &exc::KEYBOARD_INTERRUPT))
}

/// Set the action for the given signal.
///
/// The action can be SIG_DFL, SIG_IGN, or a callable Python object.
/// The previous action is returned.  See getsignal() for possible return
/// values.
///
/// *** IMPORTANT NOTICE ***
/// A signal handler function is called with two arguments: the first is
/// the signal number, the second is the interrupted stack frame.
#[native("signal(signalnum, handler, /)")]
fn signal(cx: &mut Cx, signalnum: &Value, handler: &Value) -> R {
    if cx.thread_id != MAIN_THREAD {
        pytime::c_int(cx, signalnum)?;
        return Err(cx.value_error("signal only works in main thread of the main interpreter"));
    }
    let n = number(cx, signalnum)?;
    let (kept, disposition) = if handler.ty(cx).slots().call.is_some() {
        (handler.clone(), Disposition::Note)
    } else if ops::equal(cx, handler, &Value::small_int(1))? {
        (Value::small_int(1), Disposition::Ignore)
    } else if ops::equal(cx, handler, &Value::small_int(0))? {
        (Value::small_int(0), Disposition::Default)
    } else {
        return Err(
            cx.type_error("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
        );
    };
    run_handlers(cx)?;
    sys(cx, |h| h.set_disposition(n, disposition))?;
    let slot = cx.interp_mut().state::<State>().handlers.get_mut(n as usize);
    Ok(slot.map_or_else(Value::none, |slot| std::mem::replace(slot, kept)))
}

/// Return the current action for the given signal.
///
/// The return value can be:
///   SIG_IGN -- if the signal is being ignored
///   SIG_DFL -- if the default action for the signal is in effect
///   None    -- if an unknown handler is in effect
///   anything else -- the callable Python object used as a handler
#[native("getsignal(signalnum, /)")]
fn getsignal(cx: &mut Cx, signalnum: &Value) -> R {
    let n = number(cx, signalnum)?;
    Ok(handler_of(cx, n))
}

/// Return the system description of the given signal.
///
/// Returns the description of signal *signalnum*, such as "Interrupt"
/// for :const:`SIGINT`. Returns :const:`None` if *signalnum* has no
/// description. Raises :exc:`ValueError` if *signalnum* is invalid.
#[native("strsignal(signalnum, /)")]
fn strsignal(cx: &mut Cx, signalnum: &Value) -> R {
    let n = number(cx, signalnum)?;
    let text = host(cx).description(n);
    Ok(text.map_or_else(Value::none, |t| cx.str(&t)))
}

/// Change system call restart behaviour.
///
/// If flag is False, system calls will be restarted when interrupted by
/// signal sig, else system calls will be interrupted.
#[native("siginterrupt(signalnum, flag, /)")]
fn siginterrupt(cx: &mut Cx, signalnum: &Value, flag: &Value) -> R<()> {
    let signal = pytime::c_int(cx, signalnum)?;
    let flag = pytime::c_int(cx, flag)?;
    if !(1..SIGNAL_COUNT).contains(&signal) {
        return Err(out_of_range(cx));
    }
    sys(cx, |h| h.set_restart(signal, flag == 0))
}

/// Sets the fd to be written to (with the signal number) when a signal comes in.
///
/// A library can use this to wakeup select or poll.
/// The previous fd or -1 is returned.
///
/// The fd must be non-blocking.
#[native("set_wakeup_fd(fd, /, *, warn_on_full_buffer=True)")]
fn set_wakeup_fd(cx: &mut Cx, fd: &Value, warn_on_full_buffer: bool) -> R<i64> {
    let fd = pytime::c_int(cx, fd)?;
    if cx.thread_id != MAIN_THREAD {
        return Err(cx.value_error("set_wakeup_fd only works in main thread of the main interpreter"));
    }
    if fd != -1 {
        sys(cx, |h| h.stat(Target::Descriptor(fd)))?;
        if sys(cx, |h| h.is_blocking(fd))? {
            return Err(cx.value_error(format!("the fd {fd} must be in non-blocking mode")));
        }
    }
    Ok(host(cx).set_wakeup(fd, warn_on_full_buffer).into())
}

/// Arrange for SIGALRM to arrive after the given number of seconds.
#[native("alarm(seconds, /)")]
fn alarm(cx: &mut Cx, seconds: &Value) -> R<i64> {
    let seconds = pytime::c_int(cx, seconds)?;
    Ok(host(cx).alarm(seconds as u32).into())
}

#[cold]
fn timer_error(cx: &mut Cx, error: taipan_host::HostError) -> Raised {
    let args = [cx.int(error.errno.into()), cx.str(&error.message())];
    match ops::call(cx, &ITIMER_ERROR.to_value(), &args) {
        Ok(made) => exc::raise(cx, made),
        Err(raised) => raised,
    }
}

fn timer_value(cx: &mut Cx, timer: Timer) -> Value {
    let (value, interval) = (cx.float(timer.value as f64 / 1e6), cx.float(timer.interval as f64 / 1e6));
    cx.tuple_value([value, interval])
}

/// Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).
///
/// The timer will fire after value seconds and after that every interval
/// seconds.  The itimer can be cleared by setting seconds to zero.
///
/// Returns old values as a tuple: (delay, interval).
#[native("setitimer(which, seconds, interval=0.0, /)")]
fn setitimer(cx: &mut Cx, which: &Value, seconds: &Value, interval: Option<&Value>) -> R {
    let which = pytime::c_int(cx, which)?;
    let micros = |cx: &mut Cx, value: &Value| -> R<Option<u64>> {
        let ns = pytime::seconds(cx, value, Round::Ceiling)?;
        Ok(u64::try_from(ns).ok().map(|ns| ns.div_ceil(1000)))
    };
    let value = micros(cx, seconds)?;
    let interval = match interval {
        Some(interval) => micros(cx, interval)?,
        None => Some(0),
    };
    let (Some(value), Some(interval)) = (value, interval) else {
        return Err(timer_error(cx, taipan_host::HostError::new(libc::EINVAL)));
    };
    match host(cx).set_timer(which, Timer { value, interval }) {
        Ok(old) => Ok(timer_value(cx, old)),
        Err(error) => Err(timer_error(cx, error)),
    }
}

/// Returns current value of given itimer.
#[native("getitimer(which, /)")]
fn getitimer(cx: &mut Cx, which: &Value) -> R {
    let which = pytime::c_int(cx, which)?;
    match host(cx).timer(which) {
        Ok(timer) => Ok(timer_value(cx, timer)),
        Err(error) => Err(timer_error(cx, error)),
    }
}

/// Wait until a signal arrives.
#[native("pause()")]
fn pause(cx: &mut Cx) -> R<()> {
    let host = host(cx);
    crate::support::blocking(cx, || host.pause());
    run_handlers(cx)
}

/// Send a signal to the executing process.
#[native("raise_signal(signalnum, /)")]
fn raise_signal(cx: &mut Cx, signalnum: &Value) -> R<()> {
    let signal = pytime::c_int(cx, signalnum)?;
    sys(cx, |h| h.raise(signal))?;
    run_handlers(cx)
}

/// Send a signal to a thread.
#[native("pthread_kill(thread_id, signalnum, /)")]
fn pthread_kill(cx: &mut Cx, thread_id: i64, signalnum: &Value) -> R<()> {
    let signal = pytime::c_int(cx, signalnum)?;
    let shown = [cx.int(thread_id), cx.int(signal.into())];
    audit(cx, "signal.pthread_kill", &shown)?;
    let handle = if thread_id as u64 == cx.thread_id {
        host(cx).thread_handle()
    } else if thread_id as u64 == MAIN_THREAD {
        cx.interp_mut().state::<State>().main
    } else {
        return Err(raise_os(cx, taipan_host::HostError::new(libc::ESRCH), None, None));
    };
    sys(cx, |h| h.thread_kill(handle, signal))?;
    run_handlers(cx)
}

/// Send a signal to a process referred to by a pid file descriptor.
#[native("pidfd_send_signal(pidfd, signalnum, siginfo=None, flags=0, /)")]
fn pidfd_send_signal(
    cx: &mut Cx,
    pidfd: &Value,
    signalnum: &Value,
    siginfo: Option<&Value>,
    flags: Option<&Value>,
) -> R<()> {
    let (fd, signal) = (pytime::c_int(cx, pidfd)?, pytime::c_int(cx, signalnum)?);
    if let Some(flags) = flags {
        pytime::c_int(cx, flags)?;
    }
    if siginfo.is_some_and(|s| !s.is_none()) {
        return Err(cx.type_error("siginfo must be None"));
    }
    sys(cx, |h| h.pidfd_kill(fd, signal))
}

/// A set of signals as bits: signal n is bit n-1.
fn signal_bits(cx: &mut Cx, iterable: &Value) -> R<u64> {
    let mut bits = 0u64;
    ops::for_each(cx, iterable, |cx, item| {
        let n = int::index_i64(cx, &item)?;
        if !(1..i64::from(SIGNAL_COUNT)).contains(&n) {
            return Err(cx.value_error(format!("signal number {n} out of range [1; 64]")));
        }
        if VALID_SIGNALS >> (n - 1) & 1 == 0 {
            let warn = cx.interp().runtime.warn;
            let message = format!("invalid signal number {n}, please use valid_signals()");
            warn(cx, &exc::RUNTIME_WARNING, &message, 1)?;
        } else {
            bits |= 1 << (n - 1);
        }
        Ok(true)
    })?;
    Ok(bits)
}

fn signal_set(cx: &mut Cx, bits: u64) -> R {
    let list: Vec<Value> = (0..64).filter(|i| bits >> i & 1 != 0).map(|i| Value::small_int(i + 1)).collect();
    let items = cx.tuple(list).into_value();
    let made = taipan_types::set::new_set(cx).into_value();
    let name = cx.intern("update");
    ops::call_method(cx, &made, &name, &[items])?;
    Ok(made)
}

/// Fetch and/or change the signal mask of the calling thread.
#[native("pthread_sigmask(how, mask, /)")]
fn pthread_sigmask(cx: &mut Cx, how: &Value, mask: &Value) -> R {
    let how = pytime::c_int(cx, how)?;
    let bits = signal_bits(cx, mask)?;
    let old = sys(cx, |h| h.mask(how, bits))?;
    // Unblocking may have let signals in.
    run_handlers(cx)?;
    signal_set(cx, old & VALID_SIGNALS)
}

/// Examine pending signals.
///
/// Returns a set of signal numbers that are pending for delivery to
/// the calling thread.
#[native("sigpending()")]
fn sigpending(cx: &mut Cx) -> R {
    let bits = sys(cx, |h| h.blocked_pending())?;
    signal_set(cx, bits)
}

/// Wait for a signal.
///
/// Suspend execution of the calling thread until the delivery of one of the
/// signals specified in the signal set sigset.  The function accepts the
/// signal and returns the signal number.
#[native("sigwait(sigset, /)")]
fn sigwait(cx: &mut Cx, sigset: &Value) -> R<i64> {
    let bits = signal_bits(cx, sigset)?;
    sys(cx, |h| h.wait(bits)).map(i64::from)
}

fn siginfo(cx: &mut Cx, info: SignalInfo) -> R {
    let class = match cx.interp_mut().state::<State>().siginfo.clone() {
        Some(class) => class,
        None => return Err(cx.system_error("_signal is not imported")),
    };
    let numbers = [
        info.signal.into(),
        info.code.into(),
        info.errno.into(),
        i64::from(info.pid),
        info.user.into(),
        info.status.into(),
        info.band,
    ];
    let values = numbers.iter().map(|&n| cx.int(n)).collect();
    structseq::new(cx, &class, values)
}

/// Wait synchronously until one of the signals in *sigset* is delivered.
///
/// Returns a struct_siginfo containing information about the signal.
#[native("sigwaitinfo(sigset, /)")]
fn sigwaitinfo(cx: &mut Cx, sigset: &Value) -> R {
    let bits = signal_bits(cx, sigset)?;
    match sys(cx, |h| h.wait_info(bits, None))? {
        Some(info) => siginfo(cx, info),
        None => Ok(Value::none()),
    }
}

/// Like sigwaitinfo(), but with a timeout.
///
/// The timeout is specified in seconds, with floating-point numbers allowed.
#[native("sigtimedwait(sigset, timeout, /)")]
fn sigtimedwait(cx: &mut Cx, sigset: &Value, timeout: &Value) -> R {
    let bits = signal_bits(cx, sigset)?;
    let timeout = pytime::seconds(cx, timeout, Round::Ceiling)?;
    if timeout < 0 {
        return Err(cx.value_error("timeout must be non-negative"));
    }
    let deadline = host(cx).monotonic() + i128::from(timeout);
    let result = attempt(cx, |h| {
        let left = (deadline - h.monotonic()).max(0);
        h.wait_info(bits, Some(TimeSpec::from_nanoseconds(left)))
    })?;
    match result {
        Ok(Some(info)) => siginfo(cx, info),
        Ok(None) => Ok(Value::none()),
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

/// Return a set of valid signal numbers on this platform.
///
/// The signal numbers returned by this function can be safely passed to
/// functions like `pthread_sigmask`.
#[native("valid_signals()")]
fn valid_signals(cx: &mut Cx) -> R {
    signal_set(cx, VALID_SIGNALS)
}

const NUMBERS: [(&str, i32); 45] = [
    ("NSIG", SIGNAL_COUNT),
    ("SIG_DFL", 0),
    ("SIG_IGN", 1),
    ("SIG_BLOCK", 0),
    ("SIG_UNBLOCK", 1),
    ("SIG_SETMASK", 2),
    ("SIGHUP", 1),
    ("SIGINT", 2),
    ("SIGQUIT", 3),
    ("SIGILL", 4),
    ("SIGTRAP", 5),
    ("SIGIOT", 6),
    ("SIGABRT", 6),
    ("SIGFPE", 8),
    ("SIGKILL", 9),
    ("SIGBUS", 7),
    ("SIGSEGV", 11),
    ("SIGSYS", 31),
    ("SIGPIPE", 13),
    ("SIGALRM", 14),
    ("SIGTERM", 15),
    ("SIGUSR1", 10),
    ("SIGUSR2", 12),
    ("SIGCLD", 17),
    ("SIGCHLD", 17),
    ("SIGPWR", 30),
    ("SIGIO", 29),
    ("SIGURG", 23),
    ("SIGWINCH", 28),
    ("SIGPOLL", 29),
    ("SIGSTOP", 19),
    ("SIGTSTP", 20),
    ("SIGCONT", 18),
    ("SIGTTIN", 21),
    ("SIGTTOU", 22),
    ("SIGVTALRM", 26),
    ("SIGPROF", 27),
    ("SIGXCPU", 24),
    ("SIGXFSZ", 25),
    ("SIGRTMIN", 34),
    ("SIGRTMAX", 64),
    ("SIGSTKFLT", 16),
    ("ITIMER_REAL", 0),
    ("ITIMER_VIRTUAL", 1),
    ("ITIMER_PROF", 2),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for (name, n) in NUMBERS {
        set(cx, module, name, Value::small_int(n))?;
    }
    set(cx, module, "ItimerError", ITIMER_ERROR.to_value())?;
    let class = structseq::new_type(cx, &STRUCT_SIGINFO)?;
    set(cx, module, "struct_siginfo", class.to_value())?;
    let name = cx.intern("default_int_handler");
    let default_int = ops::getattr(cx, module, &name)?;
    let host = host(cx);
    let mut handlers = vec![Value::none()];
    for n in 1..SIGNAL_COUNT {
        handlers.push(match host.disposition(n) {
            Ok(Disposition::Default) => Value::small_int(0),
            Ok(Disposition::Ignore) => Value::small_int(1),
            _ => Value::none(),
        });
    }
    let is_default = host.disposition(libc::SIGINT).is_ok_and(|d| d == Disposition::Default);
    // The handler may run at any moment until the process ends: the flag it raises must stay.
    // SAFETY: the count taken here is never given back.
    let flag: &'static AtomicU32 = unsafe { &*Arc::into_raw(Arc::clone(&cx.interp().breaker)) };
    host.set_flag(flag, breaker::SIGNAL);
    if is_default
        && cx.thread_id == MAIN_THREAD
        && host.set_disposition(libc::SIGINT, Disposition::Note).is_ok()
    {
        handlers[libc::SIGINT as usize] = default_int.clone();
    }
    let main = host.thread_handle();
    let state = cx.interp_mut().state::<State>();
    state.handlers = handlers;
    state.default_int = Some(default_int);
    state.siginfo = Some(class);
    state.main = main;
    cx.interp_mut().state::<SignalHook>().0 = Some(run_handlers);
    Ok(())
}

fn types(types: &mut Types) {
    types.add([&ITIMER_ERROR]);
}

static FUNCTIONS: &[&NativeDef] = natives![
    default_int_handler,
    alarm,
    setitimer,
    getitimer,
    signal,
    raise_signal,
    strsignal,
    getsignal,
    set_wakeup_fd,
    siginterrupt,
    pause,
    pidfd_send_signal,
    pthread_kill,
    pthread_sigmask,
    sigpending,
    sigwait,
    sigwaitinfo,
    sigtimedwait,
    valid_signals
];

pub static MODULE: ModuleDef = ModuleDef {
    name: "_signal",
    doc: Some(
        "This module provides mechanisms to use signal handlers in Python.\n\nFunctions:\n\nalarm() -- cause SIGALRM after a specified time [Unix only]\nsetitimer() -- cause a signal (described below) after a specified\n               float time and the timer may restart then [Unix only]\ngetitimer() -- get current value of timer [Unix only]\nsignal() -- set the action for a given signal\ngetsignal() -- get the signal action for a given signal\npause() -- wait until a signal arrives [Unix only]\ndefault_int_handler() -- default SIGINT handler\n\nsignal constants:\nSIG_DFL -- used to refer to the system default handler\nSIG_IGN -- used to ignore the signal\nNSIG -- number of defined signals\nSIGINT, SIGTERM, etc. -- signal numbers\n\nitimer constants:\nITIMER_REAL -- decrements in real time, and delivers SIGALRM upon\n               expiration\nITIMER_VIRTUAL -- decrements only when the process is executing,\n               and delivers SIGVTALRM upon expiration\nITIMER_PROF -- decrements both when the process is executing and\n               when the system is executing on behalf of the process.\n               Coupled with ITIMER_VIRTUAL, this timer is usually\n               used to profile the time spent by the application\n               in user and kernel space. SIGPROF is delivered upon\n               expiration.\n\n\n*** IMPORTANT NOTICE ***\nA signal handler function is called with two arguments:\nthe first is the signal number, the second is the interrupted stack frame.",
    ),
    functions: FUNCTIONS,
    types: Some(types),
    init: Some(init),
};
