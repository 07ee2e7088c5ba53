//! `fcntl`: control of file descriptors.

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value, buffer, int};
use taipan_types::module::{ModuleDef, set};

use crate::support::{audit, descriptor, sys};

/// The largest structure that passes through the calls, as in CPython.
const MOST: usize = 1024;

/// A structure given as text or bytes: a copy that the call may change.
fn structure(cx: &mut Cx, arg: &Value, function: &str) -> R<Vec<u8>> {
    let bytes = match (arg.as_str(), arg.as_bytes()) {
        (Some(text), _) => text.to_string_lossy().into_owned().into_bytes(),
        (_, Some(bytes)) => bytes.as_slice().to_vec(),
        _ => buffer::bytes_like(cx, arg)?.to_vec(cx),
    };
    if bytes.len() > MOST {
        return Err(cx.value_error(format!("{function} argument 3 is too long")));
    }
    Ok(bytes)
}

fn number(cx: &mut Cx, arg: Option<&Value>) -> R<Option<i64>> {
    match arg {
        None => Ok(Some(0)),
        Some(arg) if arg.as_int().is_some() || arg.ty(cx).slots().index.is_some() => {
            int::index_i64(cx, arg).map(Some)
        }
        Some(_) => Ok(None),
    }
}

#[native("fcntl.fcntl(fd, cmd, arg=0, /)")]
fn fcntl(cx: &mut Cx, fd: &Value, cmd: i32, arg: Option<&Value>) -> R {
    let fd = descriptor(cx, fd)?;
    let (f, c) = (cx.int(fd.into()), cx.int(cmd.into()));
    audit(cx, "fcntl.fcntl", &[f, c, arg.cloned().unwrap_or_else(|| Value::small_int(0))])?;
    if let Some(number) = number(cx, arg)? {
        let result = sys(cx, |host| host.fcntl(fd, cmd, number))?;
        return Ok(cx.int(result.into()));
    }
    let none = Value::none();
    let mut bytes = structure(cx, arg.unwrap_or(&none), "fcntl")?;
    sys(cx, |host| host.fcntl_buffer(fd, cmd, &mut bytes))?;
    Ok(cx.bytes(&bytes))
}

#[native("fcntl.ioctl(fd, request, arg=0, mutate_flag=True, /)")]
fn ioctl(cx: &mut Cx, fd: &Value, request: i64, arg: Option<&Value>, mutate_flag: bool) -> R {
    let fd = descriptor(cx, fd)?;
    let request = request as u64;
    let (f, r) = (cx.int(fd.into()), cx.int_from_u64(request));
    audit(cx, "fcntl.ioctl", &[f, r, arg.cloned().unwrap_or_else(|| Value::small_int(0))])?;
    if let Some(number) = number(cx, arg)? {
        let result = sys(cx, |host| host.ioctl(fd, request, number))?;
        return Ok(cx.int(result.into()));
    }
    let none = Value::none();
    let arg = arg.unwrap_or(&none);
    if mutate_flag && arg.as_str().is_none() && arg.as_bytes().is_none() {
        let lent = buffer::get(cx, arg, buffer::BufferRequest::SIMPLE)?;
        if !lent.readonly {
            drop(lent);
            let mut lent = buffer::get(cx, arg, buffer::BufferRequest::WRITABLE)?;
            let mut bytes = lent.to_vec(cx);
            let result = sys(cx, |host| host.ioctl_buffer(fd, request, &mut bytes))?;
            lent.bytes_mut(cx).copy_from_slice(&bytes);
            return Ok(cx.int(result.into()));
        }
    }
    let mut bytes = structure(cx, arg, "ioctl")?;
    sys(cx, |host| host.ioctl_buffer(fd, request, &mut bytes))?;
    Ok(cx.bytes(&bytes))
}

#[native("fcntl.flock(fd, operation, /)")]
fn flock(cx: &mut Cx, fd: &Value, operation: i32) -> R<()> {
    let fd = descriptor(cx, fd)?;
    let (f, o) = (cx.int(fd.into()), cx.int(operation.into()));
    audit(cx, "fcntl.flock", &[f, o])?;
    sys(cx, |host| host.flock(fd, operation))
}

#[native("fcntl.lockf(fd, cmd, len=0, start=0, whence=0, /)")]
fn lockf(
    cx: &mut Cx,
    fd: &Value,
    cmd: i32,
    len: Option<i64>,
    start: Option<i64>,
    whence: Option<i32>,
) -> R<()> {
    let fd = descriptor(cx, fd)?;
    let (len, start, whence) = (len.unwrap_or(0), start.unwrap_or(0), whence.unwrap_or(0));
    let shown = [cx.int(fd.into()), cx.int(cmd.into()), cx.int(len), cx.int(start), cx.int(whence.into())];
    audit(cx, "fcntl.lockf", &shown)?;
    if cmd & !libc::LOCK_NB & !libc::LOCK_SH & !libc::LOCK_EX & !libc::LOCK_UN != 0 {
        return Err(cx.value_error("unrecognized lockf argument"));
    }
    sys(cx, |host| host.lockf(fd, cmd, len, start, whence))
}

static CONSTANTS: &[(&str, i64)] = &[
    ("DN_ACCESS", 1),
    ("DN_ATTRIB", 32),
    ("DN_CREATE", 4),
    ("DN_DELETE", 8),
    ("DN_MODIFY", 2),
    ("DN_MULTISHOT", 2147483648),
    ("DN_RENAME", 16),
    ("FASYNC", 8192),
    ("FD_CLOEXEC", 1),
    ("FICLONE", 1074041865),
    ("FICLONERANGE", 1075876877),
    ("F_ADD_SEALS", 1033),
    ("F_DUPFD", 0),
    ("F_DUPFD_CLOEXEC", 1030),
    ("F_DUPFD_QUERY", 1027),
    ("F_EXLCK", 4),
    ("F_GETFD", 1),
    ("F_GETFL", 3),
    ("F_GETLEASE", 1025),
    ("F_GETLK", 5),
    ("F_GETLK64", 5),
    ("F_GETOWN", 9),
    ("F_GETOWN_EX", 16),
    ("F_GETPIPE_SZ", 1032),
    ("F_GETSIG", 11),
    ("F_GET_FILE_RW_HINT", 1037),
    ("F_GET_RW_HINT", 1035),
    ("F_GET_SEALS", 1034),
    ("F_NOTIFY", 1026),
    ("F_OFD_GETLK", 36),
    ("F_OFD_SETLK", 37),
    ("F_OFD_SETLKW", 38),
    ("F_OWNER_PGRP", 2),
    ("F_OWNER_PID", 1),
    ("F_OWNER_TID", 0),
    ("F_RDLCK", 0),
    ("F_SEAL_FUTURE_WRITE", 16),
    ("F_SEAL_GROW", 4),
    ("F_SEAL_SEAL", 1),
    ("F_SEAL_SHRINK", 2),
    ("F_SEAL_WRITE", 8),
    ("F_SETFD", 2),
    ("F_SETFL", 4),
    ("F_SETLEASE", 1024),
    ("F_SETLK", 6),
    ("F_SETLK64", 6),
    ("F_SETLKW", 7),
    ("F_SETLKW64", 7),
    ("F_SETOWN", 8),
    ("F_SETOWN_EX", 15),
    ("F_SETPIPE_SZ", 1031),
    ("F_SETSIG", 10),
    ("F_SET_FILE_RW_HINT", 1038),
    ("F_SET_RW_HINT", 1036),
    ("F_SHLCK", 8),
    ("F_UNLCK", 2),
    ("F_WRLCK", 1),
    ("LOCK_EX", 2),
    ("LOCK_MAND", 32),
    ("LOCK_NB", 4),
    ("LOCK_READ", 64),
    ("LOCK_RW", 192),
    ("LOCK_SH", 1),
    ("LOCK_UN", 8),
    ("LOCK_WRITE", 128),
    ("RWH_WRITE_LIFE_EXTREME", 5),
    ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_MEDIUM", 3),
    ("RWH_WRITE_LIFE_NONE", 1),
    ("RWH_WRITE_LIFE_NOT_SET", 0),
    ("RWH_WRITE_LIFE_SHORT", 2),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for (name, number) in CONSTANTS {
        let number = cx.int(*number);
        set(cx, module, name, number)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "fcntl",
    functions: natives![fcntl, ioctl, flock, lockf],
    init: Some(init),
    ..ModuleDef::EMPTY
};
