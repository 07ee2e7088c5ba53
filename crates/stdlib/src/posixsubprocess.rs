//! `_posixsubprocess`: starting a program for `subprocess`.

use taipan_host::process::Spawn;
use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Tuple, Value, int, ops};
use taipan_types::module::ModuleDef;

use crate::support::{fspath, host, path_bytes, raise_os};

fn byte_list(cx: &mut Cx, values: &Value) -> R<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for item in ops::collect(cx, values)? {
        let item = fspath(cx, &item)?;
        found.push(path_bytes(cx, &item)?);
    }
    Ok(found)
}

fn number(cx: &mut Cx, value: &Value) -> R<i32> {
    let wide = int::index_i64(cx, value)?;
    i32::try_from(wide).map_err(|_| cx.overflow_error("Python int too large to convert to C int"))
}

fn identity(cx: &mut Cx, value: &Value) -> R<Option<u32>> {
    if value.is_none() {
        return Ok(None);
    }
    let wide = int::index_i64(cx, value)?;
    match u32::try_from(wide) {
        Ok(id) => Ok(Some(id)),
        Err(_) => Err(cx.value_error("invalid user or group id")),
    }
}

/// The descriptors to keep: ascending, none negative.
fn kept(cx: &mut Cx, values: &Value) -> R<Vec<i32>> {
    let mut found: Vec<i32> = Vec::new();
    let items = match values.cast::<Tuple>() {
        Some(tuple) => tuple.items().to_vec(),
        None => return Err(cx.type_error("fork_exec() argument 4 must be tuple")),
    };
    for item in items {
        let fd = number(cx, &item).unwrap_or_else(|raised| {
            drop(cx.take_raised(raised));
            -1
        });
        if fd < 0 || found.last().is_some_and(|last| *last >= fd) {
            return Err(cx.value_error("bad value(s) in fds_to_keep"));
        }
        found.push(fd);
    }
    Ok(found)
}

/// Spawn a fresh new child process.
#[native(
    "_posixsubprocess.fork_exec(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)"
)]
fn fork_exec(
    cx: &mut Cx,
    args: &Value,
    executables: &Value,
    close_fds: bool,
    pass_fds: &Value,
    cwd: &Value,
    env: &Value,
    p2cread: i32,
    p2cwrite: i32,
    c2pread: i32,
    c2pwrite: i32,
    errread: i32,
    errwrite: i32,
    errpipe_read: i32,
    errpipe_write: i32,
    restore_signals: bool,
    call_setsid: bool,
    pgid_to_set: i32,
    gid: &Value,
    extra_groups: &Value,
    uid: &Value,
    child_umask: i32,
    preexec_fn: &Value,
) -> R<i64> {
    let keep = kept(cx, pass_fds)?;
    if close_fds && errpipe_write < 3 {
        return Err(cx.value_error("errpipe_write must be >= 3"));
    }
    let candidates = byte_list(cx, executables)?;
    let arguments = byte_list(cx, args)?;
    let environment = if env.is_none() { None } else { Some(byte_list(cx, env)?) };
    let directory = if cwd.is_none() {
        None
    } else {
        let cwd = fspath(cx, cwd)?;
        Some(path_bytes(cx, &cwd)?)
    };
    let groups = if extra_groups.is_none() {
        None
    } else {
        let mut ids = Vec::new();
        for item in ops::collect(cx, extra_groups)? {
            ids.extend(identity(cx, &item)?);
        }
        Some(ids)
    };
    let spawn = Spawn {
        arguments: &arguments,
        candidates: &candidates,
        environment: environment.as_deref(),
        directory: directory.as_deref(),
        close_others: close_fds,
        keep: &keep,
        input: (p2cread, p2cwrite),
        output: (c2pread, c2pwrite),
        error: (errread, errwrite),
        report: (errpipe_read, errpipe_write),
        restore_signals,
        new_session: call_setsid,
        process_group: pgid_to_set,
        group: identity(cx, gid)?,
        groups: groups.as_deref(),
        user: identity(cx, uid)?,
        umask: u32::try_from(child_umask).ok(),
    };
    let host = host(cx);
    let result = if preexec_fn.is_none() {
        host.spawn(&spawn, None)
    } else {
        let mut before = || match ops::call(cx, preexec_fn, &[]) {
            Ok(_) => true,
            Err(raised) => {
                drop(cx.take_raised(raised));
                false
            }
        };
        host.spawn(&spawn, Some(&mut before))
    };
    result.map(i64::from).map_err(|error| raise_os(cx, error, None, None))
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_posixsubprocess",
    doc: Some("A POSIX helper for the subprocess module."),
    functions: natives![fork_exec],
    ..ModuleDef::EMPTY
};
