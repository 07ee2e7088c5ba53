//! The machine's signals.

use crate::error::{check, check_number, check_unit};
use crate::files::{Fd, TimeSpec};
use crate::process::Pid;
use crate::signals::{self, Disposition, SIGNAL_COUNT, SignalInfo, Signals, Timer};
use crate::{HostError, Permission, Result, SystemHost};
use std::mem::MaybeUninit;
use std::sync::atomic::AtomicU32;

/// The handler of every noted signal.
extern "C" fn note_handler(signal: libc::c_int) {
    signals::note(signal);
}

fn handler_word() -> libc::sighandler_t {
    note_handler as extern "C" fn(libc::c_int) as libc::sighandler_t
}

/// Bits to a C set: signal *n* is bit *n*-1.
fn set_from_bits(bits: u64) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: initialised by the first call; numbers that the C library keeps for itself are refused by it.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in (1..SIGNAL_COUNT).filter(|signal| bits >> (signal - 1) & 1 == 1) {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}

fn bits_from_set(set: &libc::sigset_t) -> u64 {
    (1..SIGNAL_COUNT)
        // SAFETY: the set is initialised.
        .filter(|&signal| unsafe { libc::sigismember(set, signal) } == 1)
        .fold(0, |bits, signal| bits | 1 << (signal - 1))
}

fn current(signal: i32) -> Result<libc::sigaction> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: the call fills the structure.
    unsafe {
        check(libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()))?;
        Ok(action.assume_init())
    }
}

fn timer_to_c(timer: Timer) -> libc::itimerval {
    let part = |microseconds: u64| libc::timeval {
        tv_sec: (microseconds / 1_000_000) as libc::time_t,
        tv_usec: (microseconds % 1_000_000) as libc::suseconds_t,
    };
    libc::itimerval { it_value: part(timer.value), it_interval: part(timer.interval) }
}

fn timer_from_c(timer: &libc::itimerval) -> Timer {
    let part = |time: libc::timeval| time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64;
    Timer { value: part(timer.it_value), interval: part(timer.it_interval) }
}

impl Signals for SystemHost {
    fn disposition(&self, signal: i32) -> Result<Disposition> {
        let action = current(signal)?;
        Ok(match action.sa_sigaction {
            libc::SIG_DFL => Disposition::Default,
            libc::SIG_IGN => Disposition::Ignore,
            handler if handler == handler_word() => Disposition::Note,
            _ => Disposition::Foreign,
        })
    }

    fn set_disposition(&self, signal: i32, to: Disposition) -> Result<()> {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        let handler = match to {
            Disposition::Default => libc::SIG_DFL,
            Disposition::Ignore => libc::SIG_IGN,
            Disposition::Note => handler_word(),
            Disposition::Foreign => return Err(HostError::new(libc::EINVAL)),
        };
        // SAFETY: valid as zeros and then filled; the handler does only what is safe in one. It runs on the alternate stack
        // where one is set.
        unsafe {
            let action = action.assume_init_mut();
            action.sa_sigaction = handler;
            action.sa_flags = if to == Disposition::Note { libc::SA_ONSTACK } else { 0 };
            libc::sigemptyset(&mut action.sa_mask);
            check_unit(libc::sigaction(signal, action, std::ptr::null_mut()))
        }
    }

    fn set_restart(&self, signal: i32, restart: bool) -> Result<()> {
        let mut action = current(signal)?;
        if restart {
            action.sa_flags |= libc::SA_RESTART;
        } else {
            action.sa_flags &= !libc::SA_RESTART;
        }
        // SAFETY: the system's own structure with one flag changed.
        check_unit(unsafe { libc::sigaction(signal, &action, std::ptr::null_mut()) })
    }

    fn set_wakeup(&self, fd: Fd, warn: bool) -> Fd {
        signals::set_wakeup(fd, warn)
    }

    fn set_flag(&self, flag: &'static AtomicU32, bits: u32) {
        signals::set_flag(flag, bits);
    }

    fn any_pending(&self) -> bool {
        signals::any_pending()
    }

    fn take_pending(&self) -> u64 {
        signals::take_pending()
    }

    fn take_wakeup_error(&self) -> Option<i32> {
        signals::take_wakeup_error()
    }

    fn note(&self, signal: i32) {
        signals::note(signal);
    }

    fn kill(&self, pid: Pid, signal: i32) -> Result<()> {
        self.need(Permission::Run, b"kill")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::kill(pid, signal) })
    }

    fn killpg(&self, group: Pid, signal: i32) -> Result<()> {
        self.need(Permission::Run, b"killpg")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::killpg(group, signal) })
    }

    fn raise(&self, signal: i32) -> Result<()> {
        // SAFETY: a plain number.
        if unsafe { libc::raise(signal) } == 0 { Ok(()) } else { Err(HostError::last()) }
    }

    fn thread_kill(&self, thread: u64, signal: i32) -> Result<()> {
        // SAFETY: the caller passes the handle of a living thread, as Python's documentation asks.
        check_number(unsafe { libc::pthread_kill(thread as libc::pthread_t, signal) })
    }

    fn pidfd_kill(&self, fd: Fd, signal: i32) -> Result<()> {
        self.need(Permission::Run, b"kill")?;
        // SAFETY: plain numbers, and NULL for "as kill does".
        check(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, 0usize, 0u32) }).map(|_| ())
    }

    fn thread_handle(&self) -> u64 {
        // SAFETY: no arguments.
        unsafe { libc::pthread_self() as u64 }
    }

    fn mask(&self, how: i32, set: u64) -> Result<u64> {
        let set = set_from_bits(set);
        let mut old = MaybeUninit::uninit();
        // SAFETY: both sets are ours.
        unsafe {
            check_number(libc::pthread_sigmask(how, &set, old.as_mut_ptr()))?;
            Ok(bits_from_set(&old.assume_init()))
        }
    }

    fn blocked_pending(&self) -> Result<u64> {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the set is ours.
        unsafe {
            check(libc::sigpending(set.as_mut_ptr()))?;
            Ok(bits_from_set(&set.assume_init()))
        }
    }

    fn wait(&self, set: u64) -> Result<i32> {
        let set = set_from_bits(set);
        let mut signal = 0;
        // SAFETY: the set and the result are ours.
        check_number(unsafe { libc::sigwait(&set, &mut signal) })?;
        Ok(signal)
    }

    fn wait_info(&self, set: u64, timeout: Option<TimeSpec>) -> Result<Option<SignalInfo>> {
        let set = set_from_bits(set);
        // SAFETY: valid as zeros.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let timeout = timeout.map(|time| libc::timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds });
        let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the structures are ours, or NULL.
        match check(unsafe { libc::sigtimedwait(&set, &mut info, timeout) }) {
            Ok(_) => {}
            Err(error) if error.errno == libc::EAGAIN => return Ok(None),
            Err(error) => return Err(error),
        }
        // SAFETY: the fields overlap; which of them mean something is the signal's matter, and all are plain numbers.
        let (pid, user, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
        Ok(Some(SignalInfo {
            signal: info.si_signo,
            code: info.si_code,
            errno: info.si_errno,
            pid,
            user,
            status,
            band: 0,
        }))
    }

    fn pause(&self) {
        // SAFETY: no arguments.
        unsafe { libc::pause() };
    }

    fn alarm(&self, seconds: u32) -> u32 {
        // SAFETY: a plain number.
        unsafe { libc::alarm(seconds) }
    }

    fn set_timer(&self, which: i32, timer: Timer) -> Result<Timer> {
        let new = timer_to_c(timer);
        let mut old = timer_to_c(Timer::default());
        // SAFETY: both structures are ours.
        check_unit(unsafe { libc::setitimer(which, &new, &mut old) })?;
        Ok(timer_from_c(&old))
    }

    fn timer(&self, which: i32) -> Result<Timer> {
        let mut timer = timer_to_c(Timer::default());
        // SAFETY: the structure is ours.
        check_unit(unsafe { libc::getitimer(which, &mut timer) })?;
        Ok(timer_from_c(&timer))
    }

    fn description(&self, signal: i32) -> Option<String> {
        if !(1..SIGNAL_COUNT).contains(&signal) {
            return None;
        }
        // SAFETY: the C library returns a string of its own, or NULL.
        let text = unsafe { super::copy_c_string(libc::strsignal(signal)) };
        let text = String::from_utf8_lossy(&text).into_owned();
        if text.is_empty() || text.starts_with("Unknown signal") { None } else { Some(text) }
    }
}
