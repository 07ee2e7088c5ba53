//! Processes, identities, the environment, terminals and the machine.

use taipan_host::HostHandle;
use taipan_host::process::Identity;
use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, R, Value, dict, exc, int, ops};
use taipan_types::list::new_list;
use taipan_types::support::builtin;

use super::path::{id_number, path, path_or_fd};
use super::{constants, hooks, normal, results, spawn};
use crate::support::{audit, fs_decode, raise_os, sys};

fn host(cx: &mut Cx) -> HostHandle {
    crate::support::host(cx)
}

fn id_list(cx: &Cx, ids: &[u32]) -> Value {
    let items = ids.iter().map(|id| cx.int((*id).into())).collect();
    new_list(cx, items).into_value()
}

fn waited(cx: &mut Cx, pid: i32, options: i32) -> R {
    let found = sys(cx, |host| host.wait4(pid, options))?;
    let (pid, status) = (cx.int(found.pid.into()), cx.int(found.status.into()));
    Ok(cx.tuple_value([pid, status]))
}

fn waited_usage(cx: &mut Cx, pid: i32, options: i32) -> R {
    let found = sys(cx, |host| host.wait4(pid, options))?;
    let usage = crate::resource::usage_value(cx, &found.usage)?;
    let (pid, status) = (cx.int(found.pid.into()), cx.int(found.status.into()));
    Ok(cx.tuple_value([pid, status, usage]))
}

/// The environment as a dictionary of bytes; the first of equal names counts.
pub fn environ(cx: &mut Cx) -> R {
    let variables = host(cx).variables();
    let found = cx.new_dict();
    for (name, value) in variables {
        let (name, value) = (cx.bytes(&name), cx.bytes(&value));
        dict::set_default(cx, &found, &name, &value)?;
    }
    Ok(found.into_value())
}

/// Return the current process id.
#[native("posix.getpid()")]
fn getpid(cx: &mut Cx) -> R<i64> {
    Ok(host(cx).getpid().into())
}

/// Return the parent's process id.
#[native("posix.getppid()")]
fn getppid(cx: &mut Cx) -> R<i64> {
    Ok(host(cx).getppid().into())
}

/// Return the current process's uid.
#[native("posix.getuid()")]
fn getuid(cx: &mut Cx) -> R<i64> {
    Ok(host(cx).user().real.into())
}

/// Return the current process's euid.
#[native("posix.geteuid()")]
fn geteuid(cx: &mut Cx) -> R<i64> {
    Ok(host(cx).user().effective.into())
}

/// Return the current process's gid.
#[native("posix.getgid()")]
fn getgid(cx: &mut Cx) -> R<i64> {
    Ok(host(cx).group().real.into())
}

/// Return the current process's egid.
#[native("posix.getegid()")]
fn getegid(cx: &mut Cx) -> R<i64> {
    Ok(host(cx).group().effective.into())
}

#[native("posix.getresuid()")]
fn getresuid(cx: &mut Cx) -> R {
    let ids = host(cx).user();
    let (a, b, c) = (cx.int(ids.real.into()), cx.int(ids.effective.into()), cx.int(ids.saved.into()));
    Ok(cx.tuple_value([a, b, c]))
}

#[native("posix.getresgid()")]
fn getresgid(cx: &mut Cx) -> R {
    let ids = host(cx).group();
    let (a, b, c) = (cx.int(ids.real.into()), cx.int(ids.effective.into()), cx.int(ids.saved.into()));
    Ok(cx.tuple_value([a, b, c]))
}

#[native("posix.setuid(uid, /)")]
fn setuid(cx: &mut Cx, id: &Value) -> R<()> {
    let id = id_number(cx, id, "uid")?;
    sys(cx, |host| host.setuid(id))
}

#[native("posix.seteuid(euid, /)")]
fn seteuid(cx: &mut Cx, id: &Value) -> R<()> {
    let id = id_number(cx, id, "uid")?;
    sys(cx, |host| host.seteuid(id))
}

#[native("posix.setgid(gid, /)")]
fn setgid(cx: &mut Cx, id: &Value) -> R<()> {
    let id = id_number(cx, id, "gid")?;
    sys(cx, |host| host.setgid(id))
}

#[native("posix.setegid(egid, /)")]
fn setegid(cx: &mut Cx, id: &Value) -> R<()> {
    let id = id_number(cx, id, "gid")?;
    sys(cx, |host| host.setegid(id))
}

#[native("posix.setreuid(r, e, /)")]
fn setreuid(cx: &mut Cx, r: &Value, e: &Value) -> R<()> {
    let (r, e) = (id_number(cx, r, "uid")?, id_number(cx, e, "uid")?);
    sys(cx, |host| host.setreuid(r, e))
}

#[native("posix.setregid(r, e, /)")]
fn setregid(cx: &mut Cx, r: &Value, e: &Value) -> R<()> {
    let (r, e) = (id_number(cx, r, "gid")?, id_number(cx, e, "gid")?);
    sys(cx, |host| host.setregid(r, e))
}

#[native("posix.setresuid(r, e, s, /)")]
fn setresuid(cx: &mut Cx, r: &Value, e: &Value, s: &Value) -> R<()> {
    let real = id_number(cx, r, "uid")?;
    let effective = id_number(cx, e, "uid")?;
    let saved = id_number(cx, s, "uid")?;
    sys(cx, |host| host.setresuid(Identity { real, effective, saved }))
}

#[native("posix.setresgid(r, e, s, /)")]
fn setresgid(cx: &mut Cx, r: &Value, e: &Value, s: &Value) -> R<()> {
    let real = id_number(cx, r, "gid")?;
    let effective = id_number(cx, e, "gid")?;
    let saved = id_number(cx, s, "gid")?;
    sys(cx, |host| host.setresgid(Identity { real, effective, saved }))
}

/// Return list of supplemental group IDs for the process.
#[native("posix.getgroups()")]
fn getgroups(cx: &mut Cx) -> R {
    let ids = sys(cx, |host| host.getgroups())?;
    Ok(id_list(cx, &ids))
}

/// Set the groups of the current process to list.
#[native("posix.setgroups(groups, /)")]
fn setgroups(cx: &mut Cx, groups: &Value) -> R<()> {
    if !ops::is_sequence(cx, groups) {
        return Err(cx.type_error("setgroups argument must be a sequence"));
    }
    let mut ids = Vec::new();
    for item in ops::collect(cx, groups)? {
        if item.as_int().is_none() {
            return Err(cx.type_error("groups must be integers"));
        }
        ids.push(id_number(cx, &item, "gid")?);
    }
    sys(cx, |host| host.setgroups(&ids))
}

#[native("posix.initgroups(username, gid, /)")]
fn initgroups(cx: &mut Cx, username: &Value, gid: &Value) -> R<()> {
    let name = path(cx, "initgroups: username", username)?;
    let gid = id_number(cx, gid, "gid")?;
    sys(cx, |host| host.initgroups(&name.bytes, gid))
}

#[native("posix.getgrouplist(user, group, /)")]
fn getgrouplist(cx: &mut Cx, user: &Value, group: &Value) -> R {
    let name = path(cx, "getgrouplist: user", user)?;
    let gid = id_number(cx, group, "gid")?;
    let ids = sys(cx, |host| host.groups_of_user(&name.bytes, gid))?;
    Ok(id_list(cx, &ids))
}

/// Return the actual login name.
#[native("posix.getlogin()")]
fn getlogin(cx: &mut Cx) -> R {
    let name = sys(cx, |host| host.login_name())?;
    Ok(fs_decode(cx, &name))
}

#[native("posix.getpgid(pid)")]
fn getpgid(cx: &mut Cx, pid: i32) -> R<i64> {
    sys(cx, |host| host.getpgid(pid)).map(i64::from)
}

/// Return the current process group id.
#[native("posix.getpgrp()")]
fn getpgrp(cx: &mut Cx) -> R<i64> {
    sys(cx, |host| host.getpgid(0)).map(i64::from)
}

/// Make the current process the leader of its process group.
#[native("posix.setpgrp()")]
fn setpgrp(cx: &mut Cx) -> R<()> {
    sys(cx, |host| host.setpgid(0, 0))
}

#[native("posix.setpgid(pid, pgrp, /)")]
fn setpgid(cx: &mut Cx, pid: i32, pgrp: i32) -> R<()> {
    sys(cx, |host| host.setpgid(pid, pgrp))
}

#[native("posix.getsid(pid, /)")]
fn getsid(cx: &mut Cx, pid: i32) -> R<i64> {
    sys(cx, |host| host.getsid(pid)).map(i64::from)
}

#[native("posix.setsid()")]
fn setsid(cx: &mut Cx) -> R<()> {
    sys(cx, |host| host.setsid()).map(drop)
}

/// Add increment to the priority of process and return the new priority.
#[native("posix.nice(increment, /)")]
fn nice(cx: &mut Cx, increment: i32) -> R<i64> {
    sys(cx, |host| host.nice(increment)).map(i64::from)
}

#[native("posix.getpriority(which, who)")]
fn getpriority(cx: &mut Cx, which: i32, who: i64) -> R<i64> {
    sys(cx, |host| host.getpriority(which, who as u32)).map(i64::from)
}

#[native("posix.setpriority(which, who, priority)")]
fn setpriority(cx: &mut Cx, which: i32, who: i64, priority: i32) -> R<()> {
    sys(cx, |host| host.setpriority(which, who as u32, priority))
}

/// Kill a process with a signal.
#[native("posix.kill(pid, signal, /)")]
fn kill(cx: &mut Cx, pid: i32, signal: i32) -> R<()> {
    let (p, s) = (cx.int(pid.into()), cx.int(signal.into()));
    audit(cx, "os.kill", &[p, s])?;
    sys(cx, |host| host.kill(pid, signal))?;
    if host(cx).any_pending() {
        cx.handle_breaker()?;
    }
    Ok(())
}

/// Kill a process group with a signal.
#[native("posix.killpg(pgid, signal, /)")]
fn killpg(cx: &mut Cx, pgid: i32, signal: i32) -> R<()> {
    let (p, s) = (cx.int(pgid.into()), cx.int(signal.into()));
    audit(cx, "os.killpg", &[p, s])?;
    sys(cx, |host| host.killpg(pgid, signal))
}

/// Wait for completion of a child process.
#[native("posix.wait()")]
fn wait(cx: &mut Cx) -> R {
    waited(cx, -1, 0)
}

/// Wait for completion of a given child process.
#[native("posix.waitpid(pid, options, /)")]
fn waitpid(cx: &mut Cx, pid: i32, options: i32) -> R {
    waited(cx, pid, options)
}

/// Wait for completion of a child process.
#[native("posix.wait3(options)")]
fn wait3(cx: &mut Cx, options: i32) -> R {
    waited_usage(cx, -1, options)
}

/// Wait for completion of a specific child process.
#[native("posix.wait4(pid, options)")]
fn wait4(cx: &mut Cx, pid: i32, options: i32) -> R {
    waited_usage(cx, pid, options)
}

/// Returns the result of waiting for a process or processes.
#[native("posix.waitid(idtype, id, options, /)")]
fn waitid(cx: &mut Cx, idtype: i32, id: i64, options: i32) -> R {
    let info = sys(cx, |host| host.waitid(idtype, id as u32, options))?;
    match info {
        Some(info) => results::waitid(cx, &info),
        None => Ok(Value::none()),
    }
}

#[native("posix.WIFEXITED(status)")]
fn wifexited(cx: &mut Cx, status: i32) -> R<bool> {
    let _ = &cx;
    Ok(status & 0x7F == 0)
}

#[native("posix.WIFSIGNALED(status)")]
fn wifsignaled(cx: &mut Cx, status: i32) -> R<bool> {
    let _ = &cx;
    Ok(((status & 0x7F) + 1) as i8 >> 1 > 0)
}

#[native("posix.WIFSTOPPED(status)")]
fn wifstopped(cx: &mut Cx, status: i32) -> R<bool> {
    let _ = &cx;
    Ok(status & 0xFF == 0x7F)
}

#[native("posix.WIFCONTINUED(status)")]
fn wifcontinued(cx: &mut Cx, status: i32) -> R<bool> {
    let _ = &cx;
    Ok(status == 0xFFFF)
}

#[native("posix.WCOREDUMP(status, /)")]
fn wcoredump(cx: &mut Cx, status: i32) -> R<bool> {
    let _ = &cx;
    Ok(status & 0x80 != 0)
}

#[native("posix.WEXITSTATUS(status)")]
fn wexitstatus(cx: &mut Cx, status: i32) -> R<i64> {
    let _ = &cx;
    Ok((status >> 8 & 0xFF).into())
}

#[native("posix.WTERMSIG(status)")]
fn wtermsig(cx: &mut Cx, status: i32) -> R<i64> {
    let _ = &cx;
    Ok((status & 0x7F).into())
}

#[native("posix.WSTOPSIG(status)")]
fn wstopsig(cx: &mut Cx, status: i32) -> R<i64> {
    let _ = &cx;
    Ok((status >> 8 & 0xFF).into())
}

/// Convert a wait status to an exit code.
#[native("posix.waitstatus_to_exitcode(status)")]
fn waitstatus_to_exitcode(cx: &mut Cx, status: i32) -> R<i64> {
    if status & 0x7F == 0 {
        return Ok((status >> 8 & 0xFF).into());
    }
    if status & 0xFF == 0x7F {
        let signal = status >> 8 & 0xFF;
        return Err(cx.value_error(format!("process stopped by delivery of signal {signal}")));
    }
    let signal = status & 0x7F;
    if signal == 0x7F {
        return Err(cx.value_error(format!("invalid wait status: {status}")));
    }
    Ok((-signal).into())
}

/// Exit to the system with specified status, without normal exit processing.
#[native("posix._exit(status)")]
fn _exit(cx: &mut Cx, status: i32) -> R<()> {
    host(cx).exit_now(status)
}

/// Abort the interpreter immediately.
#[native("posix.abort()")]
fn abort(cx: &mut Cx) -> R<()> {
    host(cx).abort()
}

/// Execute the command in a subshell.
#[native("posix.system(command)")]
fn system(cx: &mut Cx, command: &Value) -> R<i64> {
    let command = path(cx, "system: command", command)?;
    audit(cx, "os.system", std::slice::from_ref(&command.given))?;
    sys(cx, |host| host.shell(&command.bytes)).map(i64::from)
}

/// Fork a child process.
#[native("posix.fork()")]
fn fork(cx: &mut Cx) -> R<i64> {
    audit(cx, "os.fork", &[])?;
    hooks::before(cx);
    let result = {
        let host = host(cx);
        host.fork()
    };
    match result {
        Ok(0) => {
            hooks::in_child(cx);
            Ok(0)
        }
        Ok(pid) => {
            hooks::in_parent(cx);
            Ok(pid.into())
        }
        Err(error) => {
            hooks::in_parent(cx);
            Err(raise_os(cx, error, None, None))
        }
    }
}

/// Fork a new process with a new pseudo-terminal as controlling tty.
#[native("posix.forkpty()")]
fn forkpty(cx: &mut Cx) -> R {
    audit(cx, "os.forkpty", &[])?;
    hooks::before(cx);
    let result = {
        let host = host(cx);
        host.fork_terminal()
    };
    let (pid, fd) = match result {
        Ok((0, fd)) => {
            hooks::in_child(cx);
            (0, fd)
        }
        Ok(found) => {
            hooks::in_parent(cx);
            found
        }
        Err(error) => {
            hooks::in_parent(cx);
            return Err(raise_os(cx, error, None, None));
        }
    };
    let (pid, fd) = (cx.int(pid.into()), cx.int(fd.into()));
    Ok(cx.tuple_value([pid, fd]))
}

/// Register callables to be called when forking a new process.
#[native("posix.register_at_fork(*, before=None, after_in_child=None, after_in_parent=None)")]
fn register_at_fork(
    cx: &mut Cx,
    before: Option<&Value>,
    after_in_child: Option<&Value>,
    after_in_parent: Option<&Value>,
) -> R<()> {
    hooks::register(cx, before, after_in_child, after_in_parent)
}

/// Execute an executable path with arguments, replacing current process.
#[native("posix.execv(path, argv, /)")]
fn execv(cx: &mut Cx, given: &Value, argv: &Value) -> R<()> {
    let path = path(cx, "execv: path", given)?;
    let arguments = spawn::arguments(cx, "execv", argv)?;
    audit(cx, "os.exec", &[path.given.clone(), argv.clone(), Value::none()])?;
    let error = host(cx).execute(&path.bytes, &arguments, None);
    Err(raise_os(cx, error, None, None))
}

/// Execute an executable path with arguments, replacing current process.
#[native("posix.execve(path, argv, env)")]
fn execve(cx: &mut Cx, given: &Value, argv: &Value, env: &Value) -> R<()> {
    let path = path_or_fd(cx, "execve: path", given)?;
    let arguments = spawn::arguments(cx, "execve", argv)?;
    let environment = spawn::environment(cx, "execve", env)?;
    audit(cx, "os.exec", &[path.given.clone(), argv.clone(), env.clone()])?;
    let error = match path.fd {
        Some(fd) => host(cx).execute_descriptor(fd, &arguments, Some(&environment)),
        None => host(cx).execute(&path.bytes, &arguments, Some(&environment)),
    };
    Err(raise_os(cx, error, Some(&path.given), None))
}

#[native("posix.pidfd_open(pid, flags=0)")]
fn pidfd_open(cx: &mut Cx, pid: i32, flags: Option<i64>) -> R<i64> {
    sys(cx, |host| host.pidfd_open(pid, flags.unwrap_or(0) as u32)).map(i64::from)
}

#[native("posix.sched_yield()")]
fn sched_yield(cx: &mut Cx) -> R<()> {
    let host = host(cx);
    crate::support::blocking(cx, || host.yield_now());
    Ok(())
}

/// Return the affinity of the process identified by pid (or the current process if zero).
#[native("posix.sched_getaffinity(pid, /)")]
fn sched_getaffinity(cx: &mut Cx, pid: i32) -> R {
    let found = sys(cx, |host| host.getaffinity(pid))?;
    let items: Vec<Value> = found.iter().map(|n| cx.int((*n).into())).collect();
    let list = new_list(cx, items).into_value();
    let set = builtin(cx, "set")?;
    ops::call(cx, &set, &[list])
}

#[native("posix.sched_setaffinity(pid, mask, /)")]
fn sched_setaffinity(cx: &mut Cx, pid: i32, mask: &Value) -> R<()> {
    let mut numbers = Vec::new();
    for item in ops::collect(cx, mask)? {
        if item.as_int().is_none() {
            let message =
                format!("expected an iterator of ints, but iterator yielded {}", item.type_of().full_name());
            return Err(cx.type_error(message));
        }
        match int::index_i64(cx, &item)? {
            n if n < 0 => return Err(cx.value_error("negative CPU number")),
            n => numbers.push(u32::try_from(n).map_err(|_| cx.overflow_error("CPU number too large"))?),
        }
    }
    sys(cx, |host| host.setaffinity(pid, &numbers))
}

#[native("posix.sched_get_priority_max(policy)")]
fn sched_get_priority_max(cx: &mut Cx, policy: i32) -> R<i64> {
    sys(cx, |host| host.priority_range(policy)).map(|r| r.1.into())
}

#[native("posix.sched_get_priority_min(policy)")]
fn sched_get_priority_min(cx: &mut Cx, policy: i32) -> R<i64> {
    sys(cx, |host| host.priority_range(policy)).map(|r| r.0.into())
}

#[native("posix.sched_getscheduler(pid, /)")]
fn sched_getscheduler(cx: &mut Cx, pid: i32) -> R<i64> {
    sys(cx, |host| host.getscheduler(pid)).map(|r| r.0.into())
}

#[native("posix.sched_getparam(pid, /)")]
fn sched_getparam(cx: &mut Cx, pid: i32) -> R {
    let found = sys(cx, |host| host.getscheduler(pid))?;
    results::sched_param(cx, found.1)
}

#[native("posix.sched_setscheduler(pid, policy, param, /)")]
fn sched_setscheduler(cx: &mut Cx, pid: i32, policy: i32, param: &Value) -> R<()> {
    let priority = results::priority(cx, param)?;
    sys(cx, |host| host.setscheduler(pid, Some(policy), priority))
}

#[native("posix.sched_setparam(pid, param, /)")]
fn sched_setparam(cx: &mut Cx, pid: i32, param: &Value) -> R<()> {
    let priority = results::priority(cx, param)?;
    sys(cx, |host| host.setscheduler(pid, None, priority))
}

#[native("posix.sched_rr_get_interval(pid, /)")]
fn sched_rr_get_interval(cx: &mut Cx, pid: i32) -> R<f64> {
    sys(cx, |host| host.round_robin_interval(pid)).map(|t| t.as_nanoseconds() as f64 / 1e9)
}

/// Return an object identifying the current operating system.
#[native("posix.uname()")]
fn uname(cx: &mut Cx) -> R {
    let found = sys(cx, |host| host.system_name())?;
    results::uname(cx, &found)
}

/// Return a collection containing process timing information.
#[native("posix.times()")]
fn times(cx: &mut Cx) -> R {
    results::times(cx)
}

/// Return average recent system load information.
#[native("posix.getloadavg()")]
fn getloadavg(cx: &mut Cx) -> R {
    let Ok([a, b, c]) = host(cx).load_average() else {
        return Err(cx.raise(&exc::OS_ERROR, "Load averages are unobtainable"));
    };
    let (a, b, c) = (cx.float(a), cx.float(b), cx.float(c));
    Ok(cx.tuple_value([a, b, c]))
}

/// Return the number of logical CPUs in the system.
#[native("posix.cpu_count()")]
fn cpu_count(cx: &mut Cx) -> R<Option<usize>> {
    if let Some(n) = taipan_vm::runtime::settings(cx).cpu_count {
        return Ok(usize::try_from(n).ok());
    }
    Ok(host(cx).processors())
}

/// Return an integer-valued system configuration variable.
#[native("posix.sysconf(name, /)")]
fn sysconf(cx: &mut Cx, name: &Value) -> R<i64> {
    let name = constants::lookup(cx, name, constants::SYSCONF)?;
    sys(cx, |host| host.sysconf(name)).map(|n| n.unwrap_or(-1))
}

/// Return a string-valued system configuration variable.
#[native("posix.confstr(name, /)")]
fn confstr(cx: &mut Cx, name: &Value) -> R {
    let name = constants::lookup(cx, name, constants::CONFSTR)?;
    match sys(cx, |host| host.confstr(name))? {
        Some(text) => Ok(fs_decode(cx, &text)),
        None => Ok(Value::none()),
    }
}

#[native("posix.pathconf(path, name)")]
fn pathconf(cx: &mut Cx, given: &Value, name: &Value) -> R<i64> {
    let path = path_or_fd(cx, "pathconf: path", given)?;
    let name = constants::lookup(cx, name, constants::PATHCONF)?;
    let target = path.target(taipan_host::files::CURRENT_DIRECTORY, true);
    let found = crate::support::attempt(cx, |host| host.pathconf(target, name))?;
    found.map(|n| n.unwrap_or(-1)).map_err(|error| raise_os(cx, error, Some(&path.given), None))
}

#[native("posix.fpathconf(fd, name, /)")]
fn fpathconf(cx: &mut Cx, fd: &Value, name: &Value) -> R<i64> {
    let fd = crate::support::descriptor(cx, fd)?;
    let name = constants::lookup(cx, name, constants::PATHCONF)?;
    sys(cx, |host| host.pathconf(taipan_host::files::Target::Descriptor(fd), name)).map(|n| n.unwrap_or(-1))
}

/// Translate an error code to a message string.
#[native("posix.strerror(code, /)")]
fn strerror(cx: &mut Cx, code: i32) -> R<String> {
    let _ = &cx;
    Ok(taipan_host::errno::message(code))
}

/// Return a bytes object containing random bytes suitable for cryptographic use.
#[native("posix.urandom(size, /)")]
fn urandom(cx: &mut Cx, size: i64) -> R {
    let Ok(size) = usize::try_from(size) else { return Err(cx.value_error("negative argument not allowed")) };
    let mut bytes = super::files::room(cx, size)?;
    sys(cx, |host| host.random_bytes(&mut bytes))?;
    Ok(cx.bytes(&bytes))
}

/// Obtain a series of random bytes.
#[native("posix.getrandom(size, flags=0)")]
fn getrandom(cx: &mut Cx, size: i64, flags: Option<i32>) -> R {
    let Ok(size) = usize::try_from(size) else {
        return Err(raise_os(cx, taipan_host::HostError::new(libc::EINVAL), None, None));
    };
    let mut bytes = super::files::room(cx, size)?;
    let n = sys(cx, |host| host.getrandom(&mut bytes, flags.unwrap_or(0) as u32))?;
    Ok(cx.bytes(&bytes[..n]))
}

/// Change or add an environment variable.
#[native("posix.putenv(name, value, /)")]
fn putenv(cx: &mut Cx, name: &Value, value: &Value) -> R<()> {
    let (key, text) = (path(cx, "putenv: name", name)?, path(cx, "putenv: value", value)?);
    if key.bytes.is_empty() || key.bytes.contains(&b'=') {
        return Err(cx.value_error("illegal environment variable name"));
    }
    audit(cx, "os.putenv", &[name.clone(), value.clone()])?;
    sys(cx, |host| host.set_variable(&key.bytes, &text.bytes))
}

/// Delete an environment variable.
#[native("posix.unsetenv(name, /)")]
fn unsetenv(cx: &mut Cx, name: &Value) -> R<()> {
    let key = path(cx, "unsetenv: name", name)?;
    audit(cx, "os.unsetenv", std::slice::from_ref(name))?;
    sys(cx, |host| host.remove_variable(&key.bytes))
}

/// Create the environment dictionary.
#[native("posix._create_environ()")]
fn _create_environ(cx: &mut Cx) -> R {
    environ(cx)
}

/// Return the size of the terminal window as (columns, lines).
#[native("posix.get_terminal_size(fd=1, /)")]
fn get_terminal_size(cx: &mut Cx, fd: Option<i32>) -> R {
    let (columns, lines) = sys(cx, |host| host.terminal_size(fd.unwrap_or(1)))?;
    results::terminal_size(cx, columns, lines)
}

/// Return the name of the terminal device connected to fd.
#[native("posix.ttyname(fd, /)")]
fn ttyname(cx: &mut Cx, fd: i32) -> R {
    let name = sys(cx, |host| host.terminal_name(fd))?;
    Ok(fs_decode(cx, &name))
}

/// Return the name of the controlling terminal for this process.
#[native("posix.ctermid()")]
fn ctermid(cx: &mut Cx) -> R {
    let name = host(cx).own_terminal();
    Ok(fs_decode(cx, &name))
}

/// Open a pseudo-terminal.
#[native("posix.openpty()")]
fn openpty(cx: &mut Cx) -> R {
    let (a, b) = sys(cx, |host| host.open_terminal())?;
    let (a, b) = (cx.int(a.into()), cx.int(b.into()));
    Ok(cx.tuple_value([a, b]))
}

#[native("posix.login_tty(fd, /)")]
fn login_tty(cx: &mut Cx, fd: i32) -> R<()> {
    sys(cx, |host| host.login_terminal(fd))
}

#[native("posix.tcgetpgrp(fd, /)")]
fn tcgetpgrp(cx: &mut Cx, fd: i32) -> R<i64> {
    sys(cx, |host| host.foreground_group(fd)).map(i64::from)
}

#[native("posix.tcsetpgrp(fd, pgid, /)")]
fn tcsetpgrp(cx: &mut Cx, fd: i32, pgid: i32) -> R<()> {
    sys(cx, |host| host.set_foreground_group(fd, pgid))
}

#[native("posix.posix_openpt(oflag, /)")]
fn posix_openpt(cx: &mut Cx, oflag: i32) -> R<i64> {
    sys(cx, |host| host.posix_openpt(oflag)).map(i64::from)
}

#[native("posix.grantpt(fd, /)")]
fn grantpt(cx: &mut Cx, fd: i32) -> R<()> {
    sys(cx, |host| host.grantpt(fd))
}

#[native("posix.unlockpt(fd, /)")]
fn unlockpt(cx: &mut Cx, fd: i32) -> R<()> {
    sys(cx, |host| host.unlockpt(fd))
}

#[native("posix.ptsname(fd, /)")]
fn ptsname(cx: &mut Cx, fd: i32) -> R {
    let name = sys(cx, |host| host.ptsname(fd))?;
    Ok(fs_decode(cx, &name))
}

/// Extracts a device major number from a raw device number.
#[native("posix.major(device, /)")]
fn major(cx: &mut Cx, device: i64) -> R<i64> {
    let _ = &cx;
    Ok(((device >> 8 & 0xFFF) | (device >> 32 & !0xFFF)) & 0xFFFF_FFFF)
}

/// Extracts a device minor number from a raw device number.
#[native("posix.minor(device, /)")]
fn minor(cx: &mut Cx, device: i64) -> R<i64> {
    let _ = &cx;
    Ok(device & 0xFF | device >> 12 & 0xFFFF_FF00)
}

/// Composes a raw device number from the major and minor device numbers.
#[native("posix.makedev(major, minor, /)")]
fn makedev(cx: &mut Cx, major: i64, minor: i64) -> R<i64> {
    let _ = &cx;
    Ok((major & 0xFFF) << 8 | (major & !0xFFF) << 32 | minor & 0xFF | (minor & !0xFF) << 12)
}

#[native("posix.unshare(flags)")]
fn unshare(cx: &mut Cx, flags: i32) -> R<()> {
    sys(cx, |host| host.unshare(flags))
}

#[native("posix.setns(fd, nstype=0)")]
fn setns(cx: &mut Cx, fd: &Value, nstype: Option<i32>) -> R<()> {
    let fd = crate::support::descriptor(cx, fd)?;
    sys(cx, |host| host.setns(fd, nstype.unwrap_or(0)))
}

/// Return the file system path representation of the object.
#[native("posix.fspath(path)")]
fn fspath(cx: &mut Cx, given: &Value) -> R {
    crate::support::fspath(cx, given)
}

/// Return a string describing the encoding of a terminal's file descriptor.
#[native("posix.device_encoding(fd)")]
fn device_encoding(cx: &mut Cx, fd: i32) -> R {
    if !host(cx).isatty(fd) {
        return Ok(Value::none());
    }
    if taipan_vm::runtime::settings(cx).utf8_mode {
        return Ok(cx.str("utf-8"));
    }
    let name = host(cx).encoding();
    Ok(fs_decode(cx, &name))
}

#[native("posix._inputhook()")]
fn _inputhook(cx: &mut Cx) -> R<i64> {
    let _ = &cx;
    Ok(0)
}

#[native("posix._is_inputhook_installed()")]
fn _is_inputhook_installed(cx: &mut Cx) -> R<bool> {
    let _ = &cx;
    Ok(false)
}

/// Normalize path, eliminating double slashes, etc.
#[native("posix._path_normpath(path)")]
fn _path_normpath(cx: &mut Cx, given: &Value) -> R {
    normal::normpath(cx, given)
}

/// Split a pathname into drive, root and tail.
#[native("posix._path_splitroot_ex(p, /)")]
fn _path_splitroot_ex(cx: &mut Cx, given: &Value) -> R {
    normal::splitroot(cx, given)
}

pub static FUNCTIONS: &[&NativeDef] = natives![
    getpid,
    getppid,
    getuid,
    geteuid,
    getgid,
    getegid,
    getresuid,
    getresgid,
    setuid,
    seteuid,
    setgid,
    setegid,
    setreuid,
    setregid,
    setresuid,
    setresgid,
    getgroups,
    setgroups,
    initgroups,
    getgrouplist,
    getlogin,
    getpgid,
    getpgrp,
    setpgrp,
    setpgid,
    getsid,
    setsid,
    nice,
    getpriority,
    setpriority,
    kill,
    killpg,
    wait,
    waitpid,
    wait3,
    wait4,
    waitid,
    wifexited,
    wifsignaled,
    wifstopped,
    wifcontinued,
    wcoredump,
    wexitstatus,
    wtermsig,
    wstopsig,
    waitstatus_to_exitcode,
    _exit,
    abort,
    system,
    fork,
    forkpty,
    register_at_fork,
    execv,
    execve,
    pidfd_open,
    sched_yield,
    sched_getaffinity,
    sched_setaffinity,
    sched_get_priority_max,
    sched_get_priority_min,
    sched_getscheduler,
    sched_getparam,
    sched_setscheduler,
    sched_setparam,
    sched_rr_get_interval,
    uname,
    times,
    getloadavg,
    cpu_count,
    sysconf,
    confstr,
    pathconf,
    fpathconf,
    strerror,
    urandom,
    getrandom,
    putenv,
    unsetenv,
    _create_environ,
    get_terminal_size,
    ttyname,
    ctermid,
    openpty,
    login_tty,
    tcgetpgrp,
    tcsetpgrp,
    posix_openpt,
    grantpt,
    unlockpt,
    ptsname,
    major,
    minor,
    makedev,
    unshare,
    setns,
    fspath,
    device_encoding,
    _inputhook,
    _is_inputhook_installed,
    _path_normpath,
    _path_splitroot_ex
];
