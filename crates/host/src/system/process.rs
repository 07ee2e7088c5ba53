//! The machine's processes.

use super::{c_string, copy_c_string, spawn};
use crate::error::{check, check_unit};
use crate::files::{Fd, TimeSpec};
use crate::process::{
    FileAction, Identity, Pid, Process, Spawn, SpawnAttributes, SystemName, Usage, WaitInfo, Waited,
};
use crate::{HostError, Permission, Result, SystemHost};

fn time_from_c(time: libc::timeval) -> TimeSpec {
    TimeSpec { seconds: time.tv_sec, nanoseconds: time.tv_usec * 1000 }
}

fn usage_from_c(usage: &libc::rusage) -> Usage {
    Usage {
        user_time: time_from_c(usage.ru_utime),
        system_time: time_from_c(usage.ru_stime),
        counts: [
            usage.ru_maxrss,
            usage.ru_ixrss,
            usage.ru_idrss,
            usage.ru_isrss,
            usage.ru_minflt,
            usage.ru_majflt,
            usage.ru_nswap,
            usage.ru_inblock,
            usage.ru_oublock,
            usage.ru_msgsnd,
            usage.ru_msgrcv,
            usage.ru_nsignals,
            usage.ru_nvcsw,
            usage.ru_nivcsw,
        ],
    }
}

fn empty_usage() -> libc::rusage {
    // SAFETY: an integer structure, valid as zeros.
    unsafe { std::mem::zeroed() }
}

/// Clears this thread's errno, for calls whose -1 may be a value.
fn clear_errno() {
    // SAFETY: this thread's errno.
    unsafe { *libc::__errno_location() = 0 };
}

impl Process for SystemHost {
    fn fork(&self) -> Result<Pid> {
        self.need(Permission::Run, b"fork")?;
        // SAFETY: the caller has taken the process's locks, as the trait demands.
        check(unsafe { libc::fork() })
    }

    fn fork_terminal(&self) -> Result<(Pid, Fd)> {
        self.need(Permission::Run, b"forkpty")?;
        let mut fd = -1;
        // SAFETY: the result is ours; the caller has taken the process's locks.
        let pid = check(unsafe {
            libc::forkpty(&mut fd, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut())
        })?;
        Ok((pid, fd))
    }

    fn spawn(&self, wanted: &Spawn<'_>, before: Option<&mut dyn FnMut() -> bool>) -> Result<Pid> {
        let program = wanted.candidates.first().map_or(&b""[..], |path| path);
        self.need(Permission::Run, program)?;
        spawn::spawn(wanted, before)
    }

    fn posix_spawn(
        &self,
        path: &[u8],
        arguments: &[Vec<u8>],
        environment: Option<&[Vec<u8>]>,
        actions: &[FileAction],
        attributes: &SpawnAttributes,
    ) -> Result<Pid> {
        self.need(Permission::Run, path)?;
        spawn::posix_spawn(path, arguments, environment, actions, attributes)
    }

    fn execute(&self, path: &[u8], arguments: &[Vec<u8>], environment: Option<&[Vec<u8>]>) -> HostError {
        match self.need(Permission::Run, path) {
            Ok(()) => spawn::execute(path, arguments, environment),
            Err(error) => error,
        }
    }

    fn execute_descriptor(
        &self,
        fd: Fd,
        arguments: &[Vec<u8>],
        environment: Option<&[Vec<u8>]>,
    ) -> HostError {
        match self.need(Permission::Run, b"") {
            Ok(()) => spawn::execute_descriptor(fd, arguments, environment),
            Err(error) => error,
        }
    }

    fn exit_now(&self, status: i32) -> ! {
        // SAFETY: ends the process.
        unsafe { libc::_exit(status) }
    }

    fn abort(&self) -> ! {
        // SAFETY: ends the process.
        unsafe { libc::abort() }
    }

    fn wait4(&self, pid: Pid, options: i32) -> Result<Waited> {
        let mut status = 0;
        let mut usage = empty_usage();
        // SAFETY: the results are ours.
        let pid = check(unsafe { libc::wait4(pid, &mut status, options, &mut usage) })?;
        Ok(Waited { pid, status, usage: usage_from_c(&usage) })
    }

    fn waitid(&self, kind: i32, id: u32, options: i32) -> Result<Option<WaitInfo>> {
        // SAFETY: valid as zeros.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        // SAFETY: the result is ours.
        check_unit(unsafe { libc::waitid(kind as libc::idtype_t, id, &mut info, options) })?;
        // SAFETY: waitid fills these fields, or leaves zeros.
        let (pid, user, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
        if pid == 0 {
            return Ok(None);
        }
        Ok(Some(WaitInfo { pid, user, signal: info.si_signo, status, code: info.si_code }))
    }

    fn shell(&self, command: &[u8]) -> Result<i32> {
        self.need(Permission::Run, command)?;
        let command = c_string(command)?;
        // SAFETY: NUL-terminated.
        check(unsafe { libc::system(command.as_ptr()) })
    }

    fn getpid(&self) -> Pid {
        // SAFETY: no arguments.
        unsafe { libc::getpid() }
    }

    fn getppid(&self) -> Pid {
        // SAFETY: no arguments.
        unsafe { libc::getppid() }
    }

    fn thread_id(&self) -> Pid {
        // SAFETY: no arguments.
        unsafe { libc::gettid() }
    }

    fn getpgid(&self, pid: Pid) -> Result<Pid> {
        // SAFETY: a plain number.
        check(unsafe { libc::getpgid(pid) })
    }

    fn setpgid(&self, pid: Pid, group: Pid) -> Result<()> {
        self.need(Permission::Run, b"setpgid")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::setpgid(pid, group) })
    }

    fn getsid(&self, pid: Pid) -> Result<Pid> {
        // SAFETY: a plain number.
        check(unsafe { libc::getsid(pid) })
    }

    fn setsid(&self) -> Result<Pid> {
        self.need(Permission::Run, b"setsid")?;
        // SAFETY: no arguments.
        check(unsafe { libc::setsid() })
    }

    fn pidfd_open(&self, pid: Pid, flags: u32) -> Result<Fd> {
        // SAFETY: plain numbers.
        check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) }).map(|fd| fd as Fd)
    }

    fn user(&self) -> Identity {
        let mut identity = Identity::default();
        // SAFETY: the results are ours; the call cannot fail.
        unsafe { libc::getresuid(&mut identity.real, &mut identity.effective, &mut identity.saved) };
        identity
    }

    fn group(&self) -> Identity {
        let mut identity = Identity::default();
        // SAFETY: the results are ours; the call cannot fail.
        unsafe { libc::getresgid(&mut identity.real, &mut identity.effective, &mut identity.saved) };
        identity
    }

    fn setuid(&self, user: u32) -> Result<()> {
        self.need(Permission::Run, b"setuid")?;
        // SAFETY: a plain number.
        check_unit(unsafe { libc::setuid(user) })
    }

    fn seteuid(&self, user: u32) -> Result<()> {
        self.need(Permission::Run, b"seteuid")?;
        // SAFETY: a plain number.
        check_unit(unsafe { libc::seteuid(user) })
    }

    fn setresuid(&self, identity: Identity) -> Result<()> {
        self.need(Permission::Run, b"setresuid")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::setresuid(identity.real, identity.effective, identity.saved) })
    }

    fn setreuid(&self, real: u32, effective: u32) -> Result<()> {
        self.need(Permission::Run, b"setreuid")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::setreuid(real, effective) })
    }

    fn setgid(&self, group: u32) -> Result<()> {
        self.need(Permission::Run, b"setgid")?;
        // SAFETY: a plain number.
        check_unit(unsafe { libc::setgid(group) })
    }

    fn setegid(&self, group: u32) -> Result<()> {
        self.need(Permission::Run, b"setegid")?;
        // SAFETY: a plain number.
        check_unit(unsafe { libc::setegid(group) })
    }

    fn setresgid(&self, identity: Identity) -> Result<()> {
        self.need(Permission::Run, b"setresgid")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::setresgid(identity.real, identity.effective, identity.saved) })
    }

    fn setregid(&self, real: u32, effective: u32) -> Result<()> {
        self.need(Permission::Run, b"setregid")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::setregid(real, effective) })
    }

    fn getgroups(&self) -> Result<Vec<u32>> {
        loop {
            // SAFETY: with no room only the count is returned.
            let count = check(unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
            let mut groups = vec![0u32; count as usize];
            // SAFETY: the list has room for as many as are passed.
            match check(unsafe { libc::getgroups(count, groups.as_mut_ptr()) }) {
                Ok(count) => {
                    groups.truncate(count as usize);
                    return Ok(groups);
                }
                // The list grew in between.
                Err(error) if error.errno == libc::EINVAL && count > 0 => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn setgroups(&self, groups: &[u32]) -> Result<()> {
        self.need(Permission::Run, b"setgroups")?;
        // SAFETY: the list is readable for its length.
        check_unit(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })
    }

    fn initgroups(&self, user: &[u8], group: u32) -> Result<()> {
        self.need(Permission::Run, b"initgroups")?;
        let user = c_string(user)?;
        // SAFETY: NUL-terminated.
        check_unit(unsafe { libc::initgroups(user.as_ptr(), group) })
    }

    fn nice(&self, increment: i32) -> Result<i32> {
        clear_errno();
        // SAFETY: a plain number. -1 is a value too.
        match unsafe { libc::nice(increment) } {
            -1 if HostError::last().errno != 0 => Err(HostError::last()),
            value => Ok(value),
        }
    }

    fn getpriority(&self, which: i32, who: u32) -> Result<i32> {
        clear_errno();
        // SAFETY: plain numbers. -1 is a value too.
        match unsafe { libc::getpriority(which as libc::__priority_which_t, who) } {
            -1 if HostError::last().errno != 0 => Err(HostError::last()),
            value => Ok(value),
        }
    }

    fn setpriority(&self, which: i32, who: u32, priority: i32) -> Result<()> {
        self.need(Permission::Run, b"setpriority")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::setpriority(which as libc::__priority_which_t, who, priority) })
    }

    fn getaffinity(&self, pid: Pid) -> Result<Vec<u32>> {
        for words in [16usize, 128, 1024, 8192] {
            let mut mask = vec![0u64; words];
            // SAFETY: the mask has as many bytes as are passed.
            let result = unsafe {
                libc::sched_getaffinity(pid, words * 8, mask.as_mut_ptr().cast::<libc::cpu_set_t>())
            };
            match check_unit(result) {
                Ok(()) => {
                    let bits = (0..words * 64).filter(|bit| mask[bit / 64] >> (bit % 64) & 1 == 1);
                    return Ok(bits.map(|bit| bit as u32).collect());
                }
                Err(error) if error.errno == libc::EINVAL => {}
                Err(error) => return Err(error),
            }
        }
        Err(HostError::new(libc::EINVAL))
    }

    fn setaffinity(&self, pid: Pid, processors: &[u32]) -> Result<()> {
        self.need(Permission::Run, b"sched_setaffinity")?;
        let most = processors.iter().copied().max().unwrap_or(0) as usize;
        if most >= 1 << 20 {
            return Err(HostError::new(libc::EINVAL));
        }
        let mut mask = vec![0u64; (most / 64 + 1).max(16)];
        for &processor in processors {
            mask[processor as usize / 64] |= 1 << (processor % 64);
        }
        // SAFETY: the mask has as many bytes as are passed.
        check_unit(unsafe {
            libc::sched_setaffinity(pid, mask.len() * 8, mask.as_ptr().cast::<libc::cpu_set_t>())
        })
    }

    fn getscheduler(&self, pid: Pid) -> Result<(i32, i32)> {
        // SAFETY: plain numbers, and a structure that is ours.
        unsafe {
            let policy = check(libc::sched_getscheduler(pid))?;
            let mut parameters = libc::sched_param { sched_priority: 0 };
            check(libc::sched_getparam(pid, &mut parameters))?;
            Ok((policy, parameters.sched_priority))
        }
    }

    fn setscheduler(&self, pid: Pid, policy: Option<i32>, priority: i32) -> Result<()> {
        self.need(Permission::Run, b"sched_setscheduler")?;
        let parameters = libc::sched_param { sched_priority: priority };
        // SAFETY: plain numbers, and a structure that is ours.
        check(unsafe {
            match policy {
                Some(policy) => libc::sched_setscheduler(pid, policy, &parameters),
                None => libc::sched_setparam(pid, &parameters),
            }
        })
        .map(|_| ())
    }

    fn priority_range(&self, policy: i32) -> Result<(i32, i32)> {
        // SAFETY: plain numbers.
        unsafe {
            Ok((check(libc::sched_get_priority_min(policy))?, check(libc::sched_get_priority_max(policy))?))
        }
    }

    fn round_robin_interval(&self, pid: Pid) -> Result<TimeSpec> {
        let mut interval = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the structure is ours.
        check_unit(unsafe { libc::sched_rr_get_interval(pid, &mut interval) })?;
        Ok(TimeSpec { seconds: interval.tv_sec, nanoseconds: interval.tv_nsec })
    }

    fn yield_now(&self) {
        std::thread::yield_now();
    }

    fn limit(&self, pid: Pid, resource: i32, new: Option<(u64, u64)>) -> Result<(u64, u64)> {
        let new = new.map(|(soft, hard)| libc::rlimit { rlim_cur: soft, rlim_max: hard });
        if new.is_some() {
            self.need(Permission::System, b"limit")?;
        }
        let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        let pointer = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: both structures are ours, or NULL.
        check_unit(unsafe { libc::prlimit(pid, resource as libc::__rlimit_resource_t, pointer, &mut old) })?;
        Ok((old.rlim_cur, old.rlim_max))
    }

    fn usage(&self, who: i32) -> Result<Usage> {
        let mut usage = empty_usage();
        // SAFETY: the structure is ours.
        check_unit(unsafe { libc::getrusage(who, &mut usage) })?;
        Ok(usage_from_c(&usage))
    }

    fn system_name(&self) -> Result<SystemName> {
        // SAFETY: character arrays, valid as zeros.
        let mut name: libc::utsname = unsafe { std::mem::zeroed() };
        // SAFETY: the structure is ours.
        check_unit(unsafe { libc::uname(&mut name) })?;
        // SAFETY: uname leaves NUL-terminated strings.
        unsafe {
            Ok(SystemName {
                system: copy_c_string(name.sysname.as_ptr()),
                node: copy_c_string(name.nodename.as_ptr()),
                release: copy_c_string(name.release.as_ptr()),
                version: copy_c_string(name.version.as_ptr()),
                machine: copy_c_string(name.machine.as_ptr()),
            })
        }
    }

    fn load_average(&self) -> Result<[f64; 3]> {
        let mut loads = [0.0; 3];
        // SAFETY: the array has room for three.
        match unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } {
            3 => Ok(loads),
            _ => Err(HostError::new(libc::ENOSYS)),
        }
    }

    fn processors(&self) -> Option<usize> {
        // SAFETY: a plain number.
        usize::try_from(unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) }).ok().filter(|&n| n > 0)
    }

    fn sysconf(&self, name: i32) -> Result<Option<i64>> {
        clear_errno();
        // SAFETY: a plain number.
        match unsafe { libc::sysconf(name) } {
            -1 if HostError::last().errno != 0 => Err(HostError::last()),
            -1 => Ok(None),
            value => Ok(Some(value)),
        }
    }

    fn confstr(&self, name: i32) -> Result<Option<Vec<u8>>> {
        clear_errno();
        let mut buffer = vec![0u8; 4096];
        // SAFETY: the buffer is writable for the length passed.
        let length = unsafe { libc::confstr(name, buffer.as_mut_ptr().cast(), buffer.len()) };
        match length {
            0 if HostError::last().errno != 0 => Err(HostError::last()),
            0 => Ok(None),
            length => {
                buffer.truncate(length.min(4096) - 1);
                Ok(Some(buffer))
            }
        }
    }

    fn unshare(&self, flags: i32) -> Result<()> {
        self.need(Permission::System, b"unshare")?;
        // SAFETY: a plain number.
        check_unit(unsafe { libc::unshare(flags) })
    }

    fn setns(&self, fd: Fd, kind: i32) -> Result<()> {
        self.need(Permission::System, b"setns")?;
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::setns(fd, kind) })
    }

    fn set_thread_name(&self, name: &[u8]) -> Result<()> {
        let name = c_string(&name[..name.len().min(15)])?;
        // SAFETY: NUL-terminated.
        check_unit(unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr(), 0, 0, 0) })
    }
}
