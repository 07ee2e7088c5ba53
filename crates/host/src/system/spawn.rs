//! Starting programs: the child's side of `fork_exec`, `posix_spawn`, `execve`.
//!
//! Between `fork` and the program only calls that are safe in a signal handler are made and nothing is allocated, because another
//! thread may have held the allocator's lock: everything the child needs is built before.

use crate::error::{check, check_number};
use crate::files::Fd;
use crate::process::{FileAction, Pid, Spawn, SpawnAttributes};
use crate::system::c_string;
use crate::{HostError, Result};
use std::ffi::CString;
use std::mem::MaybeUninit;

/// NUL-terminated strings and the NULL-terminated list of pointers to them.
pub(super) struct StringList {
    _strings: Vec<CString>,
    pointers: Vec<*const libc::c_char>,
}

impl StringList {
    pub(super) fn new(strings: &[Vec<u8>]) -> Result<StringList> {
        let strings = strings.iter().map(|string| c_string(string)).collect::<Result<Vec<_>>>()?;
        let pointers =
            strings.iter().map(|string| string.as_ptr()).chain(std::iter::once(std::ptr::null())).collect();
        Ok(StringList { _strings: strings, pointers })
    }

    pub(super) fn as_ptr(&self) -> *const *const libc::c_char {
        self.pointers.as_ptr()
    }
}

/// The list's pointer, or that of the process's own environment.
fn environment_pointer(list: Option<&StringList>) -> *const *const libc::c_char {
    unsafe extern "C" {
        static environ: *const *const libc::c_char;
    }
    match list {
        Some(list) => list.as_ptr(),
        // SAFETY: the C library's variable; read as a value.
        None => unsafe { environ },
    }
}

/// What the child needs, in the form in which it needs it.
struct Prepared<'a> {
    spawn: &'a Spawn<'a>,
    arguments: StringList,
    environment: Option<StringList>,
    candidates: Vec<CString>,
    directory: Option<CString>,
}

/// Where in the child something failed: what the parent is told (`_posixsubprocess`'s protocol).
struct Failure {
    errno: i32,
    /// "" for the program itself, or "noexec:…".
    note: &'static [u8],
}

impl Failure {
    fn here() -> Failure {
        Failure { errno: errno(), note: b"noexec" }
    }
}

fn errno() -> i32 {
    // SAFETY: this thread's errno.
    unsafe { *libc::__errno_location() }
}

pub(super) fn spawn(spawn: &Spawn<'_>, mut before: Option<&mut dyn FnMut() -> bool>) -> Result<Pid> {
    let prepared = Prepared {
        spawn,
        arguments: StringList::new(spawn.arguments)?,
        environment: spawn.environment.map(StringList::new).transpose()?,
        candidates: spawn.candidates.iter().map(|path| c_string(path)).collect::<Result<_>>()?,
        directory: spawn.directory.map(c_string).transpose()?,
    };
    // All signals wait, so that no handler of the parent's runs in the child.
    // SAFETY: sets of our own.
    let old_mask = unsafe {
        let mut all = MaybeUninit::<libc::sigset_t>::uninit();
        let mut old = MaybeUninit::<libc::sigset_t>::uninit();
        libc::sigfillset(all.as_mut_ptr());
        check_number(libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), old.as_mut_ptr()))?;
        old.assume_init()
    };
    // SAFETY: the child makes only calls that are safe after a fork (and, if asked to, runs `before`, whose caller has taken
    // the process's locks).
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        child(&prepared, &old_mask, &mut before);
    }
    let result = check(pid);
    // SAFETY: the set is what the call above gave.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &old_mask, std::ptr::null_mut()) };
    result
}

/// The child's side; never returns.
fn child(prepared: &Prepared<'_>, mask: &libc::sigset_t, before: &mut Option<&mut dyn FnMut() -> bool>) -> ! {
    let report = prepared.spawn.report.1;
    let write = |bytes: &[u8]| {
        // SAFETY: the bytes are readable.
        unsafe { libc::write(report, bytes.as_ptr().cast(), bytes.len()) };
    };
    match prepare_and_execute(prepared, mask, before) {
        Err(Failure { errno: 0, .. }) => write(b"SubprocessError:0:Exception occurred in preexec_fn."),
        Err(failure) => {
            let mut digits = [0u8; 8];
            let mut value = failure.errno as u32;
            let mut start = digits.len();
            while value != 0 && start > 0 {
                start -= 1;
                digits[start] = b"0123456789ABCDEF"[(value & 15) as usize];
                value >>= 4;
            }
            write(b"OSError:");
            write(&digits[start..]);
            write(b":");
            write(failure.note);
        }
        Ok(never) => match never {},
    }
    // SAFETY: ends the child at once.
    unsafe { libc::_exit(255) }
}

enum Never {}

/// Puts `fd` where the program will look for it.
fn place(fd: Fd, target: Fd) -> std::result::Result<(), Failure> {
    // SAFETY: plain numbers.
    unsafe {
        if fd == target {
            // Already there: only make it inheritable.
            if libc::fcntl(fd, libc::F_SETFD, 0) < 0 {
                return Err(Failure::here());
            }
        } else if fd != -1 && libc::dup2(fd, target) < 0 {
            return Err(Failure::here());
        }
    }
    Ok(())
}

fn arrange_files(spawn: &Spawn<'_>) -> std::result::Result<(), Failure> {
    let duplicate = |fd: Fd| {
        // SAFETY: plain numbers.
        let new = unsafe { libc::fcntl(fd, libc::F_DUPFD, 3) };
        if new < 0 { Err(Failure::here()) } else { Ok(new) }
    };
    // SAFETY: plain numbers.
    unsafe {
        for fd in [spawn.input.1, spawn.output.0, spawn.error.0, spawn.report.0] {
            if fd != -1 {
                libc::close(fd);
            }
        }
    }
    // A low number that a later step would overwrite moves up first.
    let (mut output, mut error) = (spawn.output.1, spawn.error.1);
    if output == 0 {
        output = duplicate(output)?;
    }
    while (0..=1).contains(&error) {
        error = duplicate(error)?;
    }
    place(spawn.input.0, 0)?;
    place(output, 1)?;
    place(error, 2)?;
    for &fd in spawn.keep {
        if fd != spawn.report.1 {
            // SAFETY: plain numbers.
            unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
        }
    }
    Ok(())
}

fn change_identity(spawn: &Spawn<'_>) -> std::result::Result<(), Failure> {
    // SAFETY: plain numbers, and a list that outlives the call. Raw system calls act on this thread alone, which is all
    // there is in the child, and take no lock.
    unsafe {
        if spawn.process_group >= 0 && libc::setpgid(0, spawn.process_group) != 0 {
            return Err(Failure::here());
        }
        if let Some(groups) = spawn.groups
            && libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()) != 0
        {
            return Err(Failure::here());
        }
        if let Some(group) = spawn.group
            && libc::syscall(libc::SYS_setresgid, group, group, group) != 0
        {
            return Err(Failure::here());
        }
        if let Some(user) = spawn.user
            && libc::syscall(libc::SYS_setresuid, user, user, user) != 0
        {
            return Err(Failure::here());
        }
    }
    Ok(())
}

fn prepare_and_execute(
    prepared: &Prepared<'_>,
    mask: &libc::sigset_t,
    before: &mut Option<&mut dyn FnMut() -> bool>,
) -> std::result::Result<Never, Failure> {
    let spawn = prepared.spawn;
    arrange_files(spawn)?;
    // SAFETY: NUL-terminated paths, plain numbers and a set of our own; all of these calls are safe after a fork.
    unsafe {
        if let Some(directory) = &prepared.directory
            && libc::chdir(directory.as_ptr()) != 0
        {
            return Err(Failure { errno: errno(), note: b"noexec:chdir" });
        }
        if let Some(umask) = spawn.umask {
            libc::umask(umask as libc::mode_t);
        }
        if spawn.restore_signals {
            for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, mask, std::ptr::null_mut());
        if spawn.new_session {
            libc::setsid();
        }
    }
    change_identity(spawn)?;
    if let Some(before) = before.as_mut()
        && !before()
    {
        return Err(Failure { errno: 0, note: b"" });
    }
    if spawn.close_others {
        close_others(spawn.keep, spawn.report.1);
    }
    let environment = environment_pointer(prepared.environment.as_ref());
    let mut failure = libc::ENOENT;
    for path in &prepared.candidates {
        // SAFETY: a NUL-terminated path and NULL-terminated lists.
        unsafe { libc::execve(path.as_ptr(), prepared.arguments.as_ptr(), environment) };
        let errno = errno();
        if errno != libc::ENOENT && errno != libc::ENOTDIR {
            failure = errno;
        }
    }
    Err(Failure { errno: failure, note: b"" })
}

/// Closes all descriptors from 3 on but the ones to keep (in ascending order) and the report's.
fn close_others(keep: &[Fd], report: Fd) {
    let close = |low: Fd, high: Fd| {
        if low > high {
            return;
        }
        // SAFETY: plain numbers.
        unsafe {
            if libc::syscall(libc::SYS_close_range, low as u32, high as u32, 0u32) != 0 {
                let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 65_536) as Fd;
                for fd in low..=high.min(most) {
                    libc::close(fd);
                }
            }
        }
    };
    let mut low = 3;
    for &fd in keep {
        if fd >= low {
            close_around(low, fd - 1, report, &close);
            low = fd + 1;
        }
    }
    close_around(low, Fd::MAX, report, &close);
}

fn close_around(low: Fd, high: Fd, report: Fd, close: &impl Fn(Fd, Fd)) {
    if (low..=high).contains(&report) {
        close(low, report - 1);
        close(report.saturating_add(1), high);
    } else {
        close(low, high);
    }
}

pub(super) fn execute(path: &[u8], arguments: &[Vec<u8>], environment: Option<&[Vec<u8>]>) -> HostError {
    let run = || -> Result<()> {
        let path = c_string(path)?;
        let arguments = StringList::new(arguments)?;
        let environment = environment.map(StringList::new).transpose()?;
        let pointer = environment_pointer(environment.as_ref());
        // SAFETY: a NUL-terminated path and NULL-terminated lists.
        unsafe { libc::execve(path.as_ptr(), arguments.as_ptr(), pointer) };
        Err(HostError::last())
    };
    run().err().unwrap_or(HostError::new(libc::EINVAL))
}

pub(super) fn execute_descriptor(
    fd: Fd,
    arguments: &[Vec<u8>],
    environment: Option<&[Vec<u8>]>,
) -> HostError {
    let run = || -> Result<()> {
        let arguments = StringList::new(arguments)?;
        let environment = environment.map(StringList::new).transpose()?;
        let pointer = environment_pointer(environment.as_ref());
        // SAFETY: NULL-terminated lists.
        unsafe { libc::fexecve(fd, arguments.as_ptr(), pointer) };
        Err(HostError::last())
    };
    run().err().unwrap_or(HostError::new(libc::EINVAL))
}

/// The two structures of `posix_spawn`, destroyed on drop.
struct SpawnState {
    actions: libc::posix_spawn_file_actions_t,
    attributes: libc::posix_spawnattr_t,
}

impl SpawnState {
    fn new() -> Result<SpawnState> {
        let mut actions = MaybeUninit::uninit();
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: each call initialises its structure.
        unsafe {
            check_number(libc::posix_spawn_file_actions_init(actions.as_mut_ptr()))?;
            check_number(libc::posix_spawnattr_init(attributes.as_mut_ptr()))?;
            Ok(SpawnState { actions: actions.assume_init(), attributes: attributes.assume_init() })
        }
    }

    fn add(&mut self, action: &FileAction) -> Result<()> {
        // SAFETY: the structure is initialised; the C library copies the path.
        check_number(unsafe {
            match action {
                FileAction::Open(fd, path, flags, mode) => {
                    let path = c_string(path)?;
                    libc::posix_spawn_file_actions_addopen(
                        &mut self.actions,
                        *fd,
                        path.as_ptr(),
                        *flags,
                        *mode as libc::mode_t,
                    )
                }
                FileAction::Close(fd) => libc::posix_spawn_file_actions_addclose(&mut self.actions, *fd),
                FileAction::Dup2(fd, target) => {
                    libc::posix_spawn_file_actions_adddup2(&mut self.actions, *fd, *target)
                }
                #[cfg(target_env = "gnu")]
                FileAction::CloseFrom(from) => {
                    libc::posix_spawn_file_actions_addclosefrom_np(&mut self.actions, *from)
                }
                #[cfg(not(target_env = "gnu"))]
                FileAction::CloseFrom(_) => libc::ENOTSUP,
            }
        })
    }

    fn set(&mut self, wanted: &SpawnAttributes) -> Result<()> {
        let mut flags = 0;
        // SAFETY: the structure is initialised, and what is passed is ours.
        unsafe {
            if let Some(group) = wanted.process_group {
                check_number(libc::posix_spawnattr_setpgroup(&mut self.attributes, group))?;
                flags |= libc::POSIX_SPAWN_SETPGROUP;
            }
            if wanted.reset_identity {
                flags |= libc::POSIX_SPAWN_RESETIDS;
            }
            if wanted.new_session {
                flags |= 0x80; // POSIX_SPAWN_SETSID
            }
            if let Some(mask) = &wanted.mask {
                let set = signal_set(mask)?;
                check_number(libc::posix_spawnattr_setsigmask(&mut self.attributes, &set))?;
                flags |= libc::POSIX_SPAWN_SETSIGMASK;
            }
            if let Some(defaults) = &wanted.defaults {
                let set = signal_set(defaults)?;
                check_number(libc::posix_spawnattr_setsigdefault(&mut self.attributes, &set))?;
                flags |= libc::POSIX_SPAWN_SETSIGDEF;
            }
            if let Some((policy, priority)) = wanted.scheduler {
                if let Some(policy) = policy {
                    check_number(libc::posix_spawnattr_setschedpolicy(&mut self.attributes, policy))?;
                    flags |= libc::POSIX_SPAWN_SETSCHEDULER;
                }
                let parameters = libc::sched_param { sched_priority: priority };
                check_number(libc::posix_spawnattr_setschedparam(&mut self.attributes, &parameters))?;
                flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
            }
            check_number(libc::posix_spawnattr_setflags(&mut self.attributes, flags as libc::c_short))
        }
    }
}

impl Drop for SpawnState {
    fn drop(&mut self) {
        // SAFETY: both are initialised.
        unsafe {
            libc::posix_spawn_file_actions_destroy(&mut self.actions);
            libc::posix_spawnattr_destroy(&mut self.attributes);
        }
    }
}

fn signal_set(signals: &[i32]) -> Result<libc::sigset_t> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the set is initialised by the first call.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for &signal in signals {
            check(libc::sigaddset(set.as_mut_ptr(), signal))?;
        }
        Ok(set.assume_init())
    }
}

pub(super) fn posix_spawn(
    path: &[u8],
    arguments: &[Vec<u8>],
    environment: Option<&[Vec<u8>]>,
    actions: &[FileAction],
    attributes: &SpawnAttributes,
) -> Result<Pid> {
    let path = c_string(path)?;
    let arguments = StringList::new(arguments)?;
    let environment = environment.map(StringList::new).transpose()?;
    let pointer = environment_pointer(environment.as_ref()).cast::<*mut libc::c_char>();
    let mut state = SpawnState::new()?;
    for action in actions {
        state.add(action)?;
    }
    state.set(attributes)?;
    let mut pid = 0;
    let call = if attributes.search { libc::posix_spawnp } else { libc::posix_spawn };
    // SAFETY: a NUL-terminated path, NULL-terminated lists, initialised structures.
    check_number(unsafe {
        call(
            &mut pid,
            path.as_ptr(),
            &state.actions,
            &state.attributes,
            arguments.as_ptr().cast::<*mut libc::c_char>(),
            pointer,
        )
    })?;
    Ok(pid)
}
