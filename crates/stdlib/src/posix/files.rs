//! Files and directories: the functions of `posix` that are one host call each, and their shared arguments.

use taipan_host::HostError;
use taipan_host::files::{CURRENT_DIRECTORY, Fd, FileTime, Target, TimeSpec};
use taipan_macros::{native, natives};
use taipan_object::buffer::{self, Buffer};
use taipan_object::{Cx, NativeDef, R, Tuple, Value, float, int, ops};
use taipan_types::list::new_list;

use super::path::{self, dir_fd, id_number, on_path, only_path, path, path_error, path_fd_none, path_or_fd};
use super::results;
use crate::support::{attempt, audit, blocking, descriptor, fs_decode, raise_os, sys};

/// The most bytes that Linux moves in one call.
const MOST_AT_ONCE: usize = 0x7FFF_F000;

/// Zeroed memory, or MemoryError.
pub fn room(cx: &mut Cx, size: usize) -> R<Vec<u8>> {
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        return Err(cx.memory_error());
    }
    bytes.resize(size, 0);
    Ok(bytes)
}

/// A copy of a bytes-like argument: other threads may run while the host has it.
fn data_bytes(cx: &mut Cx, data: &Value) -> R<Vec<u8>> {
    if let Some(bytes) = data.as_bytes() {
        return Ok(bytes.as_slice().to_vec());
    }
    Ok(buffer::bytes_like(cx, data)?.to_vec(cx))
}

/// How audit events show `dir_fd`.
fn dir_value(cx: &Cx, from: Fd) -> Value {
    cx.int(if from == CURRENT_DIRECTORY { -1 } else { from.into() })
}

fn sequence(cx: &mut Cx, function: &str, buffers: &Value) -> R<Vec<Value>> {
    if !ops::is_sequence(cx, buffers) {
        return Err(cx.type_error(format!("{function}() arg 2 must be a sequence")));
    }
    ops::collect(cx, buffers)
}

fn read_vector(cx: &mut Cx, function: &str, fd: Fd, buffers: &Value, place: (Option<i64>, i32)) -> R<usize> {
    let mut lent: Vec<Buffer> = Vec::new();
    for item in sequence(cx, function, buffers)? {
        lent.push(buffer::get(cx, &item, buffer::BufferRequest::WRITABLE)?);
    }
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for target in &lent {
        parts.push(room(cx, target.len())?);
    }
    let n = sys(cx, |host| {
        let mut slices: Vec<&mut [u8]> = parts.iter_mut().map(Vec::as_mut_slice).collect();
        host.readv(fd, &mut slices, place.0, place.1)
    })?;
    let mut left = n;
    for (target, part) in lent.iter_mut().zip(&parts) {
        let count = part.len().min(left);
        target.bytes_mut(cx)[..count].copy_from_slice(&part[..count]);
        left -= count;
    }
    Ok(n)
}

fn write_vector(cx: &mut Cx, function: &str, fd: Fd, buffers: &Value, place: (Option<i64>, i32)) -> R<usize> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for item in sequence(cx, function, buffers)? {
        parts.push(data_bytes(cx, &item)?);
    }
    sys(cx, |host| {
        let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        host.writev(fd, &slices, place.0, place.1)
    })
}

fn two<'a>(cx: &mut Cx, value: &'a Value, what: &str) -> R<&'a [Value]> {
    match value.cast::<Tuple>().map(|t| t.items()) {
        Some(items) if items.len() == 2 => Ok(items),
        _ => Err(cx.type_error(format!(
            "utime: '{what}' must be {} of two ints",
            if what == "times" { "either a tuple" } else { "a tuple" }
        ))),
    }
}

/// The times that `utime` sets: now, from seconds, or from nanoseconds.
fn file_times(cx: &mut Cx, times: Option<&Value>, ns: Option<&Value>) -> R<(FileTime, FileTime)> {
    if let Some(times) = times {
        let Some([a, b]) = times.cast::<Tuple>().map(|t| t.items()) else {
            return Err(cx.type_error("utime: 'times' must be either a tuple of two ints or None"));
        };
        return Ok((seconds(cx, a)?, seconds(cx, b)?));
    }
    match ns {
        None => Ok((FileTime::Now, FileTime::Now)),
        Some(ns) => {
            let items = two(cx, ns, "ns")?;
            let (a, b) = (int::index_i64(cx, &items[0])?, int::index_i64(cx, &items[1])?);
            let at = |n: i64| FileTime::At(TimeSpec::from_nanoseconds(n.into()));
            Ok((at(a), at(b)))
        }
    }
}

fn seconds(cx: &mut Cx, value: &Value) -> R<FileTime> {
    if value.as_float().is_some() && value.as_int().is_none() {
        let time = float::to_f64(cx, value)?;
        if time.is_nan() {
            return Err(cx.value_error("Invalid value NaN (not a number)"));
        }
        let whole = time.floor();
        if !(-9.2e18..9.2e18).contains(&whole) {
            return Err(cx.overflow_error("timestamp out of range for platform time_t"));
        }
        let nanoseconds = ((time - whole) * 1e9).floor() as i64;
        return Ok(FileTime::At(TimeSpec {
            seconds: whole as i64,
            nanoseconds: nanoseconds.clamp(0, 999_999_999),
        }));
    }
    let seconds = int::index_i64(cx, value)?;
    Ok(FileTime::At(TimeSpec { seconds, nanoseconds: 0 }))
}

/// Perform a stat system call on the given path.
#[native("posix.stat(path, *, dir_fd=None, follow_symlinks=True)")]
fn stat(cx: &mut Cx, given: &Value, from: Option<&Value>, follow: bool) -> R {
    let path = path_or_fd(cx, "stat: path", given)?;
    let from = dir_fd(cx, from)?;
    only_path(cx, "stat", &path, from, follow)?;
    let found = on_path(cx, &path, |host| host.stat(path.target(from, follow)))?;
    results::stat(cx, &found)
}

/// Perform a stat system call on the given path, without following symbolic links.
#[native("posix.lstat(path, *, dir_fd=None)")]
fn lstat(cx: &mut Cx, given: &Value, from: Option<&Value>) -> R {
    let path = path(cx, "lstat: path", given)?;
    let from = dir_fd(cx, from)?;
    let found = on_path(cx, &path, |host| host.stat(path.target(from, false)))?;
    results::stat(cx, &found)
}

/// Perform a stat system call on the given file descriptor.
#[native("posix.fstat(fd)")]
fn fstat(cx: &mut Cx, fd: i32) -> R {
    let found = sys(cx, |host| host.stat(Target::Descriptor(fd)))?;
    results::stat(cx, &found)
}

/// Perform a statvfs system call on the given path.
#[native("posix.statvfs(path)")]
fn statvfs(cx: &mut Cx, given: &Value) -> R {
    let path = path_or_fd(cx, "statvfs: path", given)?;
    let found = on_path(cx, &path, |host| host.statvfs(path.target(CURRENT_DIRECTORY, true)))?;
    results::statvfs(cx, &found)
}

/// Perform an fstatvfs system call on the given fd.
#[native("posix.fstatvfs(fd, /)")]
fn fstatvfs(cx: &mut Cx, fd: i32) -> R {
    let found = sys(cx, |host| host.statvfs(Target::Descriptor(fd)))?;
    results::statvfs(cx, &found)
}

/// Use the real uid/gid to test for access to a path.
#[native("posix.access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)")]
fn access(
    cx: &mut Cx,
    given: &Value,
    mode: i32,
    from: Option<&Value>,
    effective: bool,
    follow: bool,
) -> R<bool> {
    let path = path(cx, "access: path", given)?;
    let from = dir_fd(cx, from)?;
    let host = crate::support::host(cx);
    Ok(blocking(cx, || host.access(path.target(from, follow), mode, effective)))
}

/// Open a file for low level IO.  Returns a file descriptor (integer).
#[native("posix.open(path, flags, mode=511, *, dir_fd=None)")]
fn open(cx: &mut Cx, given: &Value, flags: i32, mode: Option<i64>, from: Option<&Value>) -> R<i64> {
    let path = path(cx, "open: path", given)?;
    let from = dir_fd(cx, from)?;
    let mode = mode.unwrap_or(0o777) as u32;
    let (none, flags_value) = (Value::none(), cx.int(flags.into()));
    audit(cx, "open", &[path.given.clone(), none, flags_value])?;
    let fd = on_path(cx, &path, |host| host.open(&path.bytes, flags, mode, from))?;
    Ok(fd.into())
}

/// Close a file descriptor.
#[native("posix.close(fd)")]
fn close(cx: &mut Cx, fd: i32) -> R<()> {
    let host = crate::support::host(cx);
    match blocking(cx, || host.close(fd)) {
        Err(error) if !error.is_interrupted() => Err(raise_os(cx, error, None, None)),
        _ => Ok(()),
    }
}

/// Closes all file descriptors in [fd_low, fd_high), ignoring errors.
#[native("posix.closerange(fd_low, fd_high, /)")]
fn closerange(cx: &mut Cx, low: i32, high: i32) -> R<()> {
    let host = crate::support::host(cx);
    if low < high {
        blocking(cx, || host.close_range(low.max(0), high));
    }
    Ok(())
}

/// Read from a file descriptor.  Returns a bytes object.
#[native("posix.read(fd, length, /)")]
fn read(cx: &mut Cx, fd: i32, length: i64) -> R {
    let Ok(size) = usize::try_from(length) else {
        return Err(raise_os(cx, HostError::new(libc::EINVAL), None, None));
    };
    let mut bytes = room(cx, size.min(MOST_AT_ONCE))?;
    let n = sys(cx, |host| host.read(fd, &mut bytes))?;
    Ok(cx.bytes(&bytes[..n]))
}

/// Read into a buffer object from a file descriptor.
#[native("posix.readinto(fd, buffer, /)")]
fn readinto(cx: &mut Cx, fd: i32, buffer: &Value) -> R<usize> {
    let mut lent = buffer::writable_bytes(cx, buffer, "readinto() argument 2")?;
    let mut bytes = room(cx, lent.len().min(MOST_AT_ONCE))?;
    let n = sys(cx, |host| host.read(fd, &mut bytes))?;
    lent.bytes_mut(cx)[..n].copy_from_slice(&bytes[..n]);
    Ok(n)
}

/// Write a bytes object to a file descriptor.
#[native("posix.write(fd, data, /)")]
fn write(cx: &mut Cx, fd: i32, data: &Value) -> R<usize> {
    let bytes = data_bytes(cx, data)?;
    let most = bytes.len().min(MOST_AT_ONCE);
    sys(cx, |host| host.write(fd, &bytes[..most]))
}

/// Read a number of bytes from a file descriptor starting at a particular offset.
#[native("posix.pread(fd, length, offset, /)")]
fn pread(cx: &mut Cx, fd: i32, length: i64, offset: i64) -> R {
    let Ok(size) = usize::try_from(length) else {
        return Err(raise_os(cx, HostError::new(libc::EINVAL), None, None));
    };
    let mut bytes = room(cx, size.min(MOST_AT_ONCE))?;
    let n = sys(cx, |host| host.pread(fd, &mut bytes, offset))?;
    Ok(cx.bytes(&bytes[..n]))
}

/// Write bytes to a file descriptor starting at a particular offset.
#[native("posix.pwrite(fd, buffer, offset, /)")]
fn pwrite(cx: &mut Cx, fd: i32, data: &Value, offset: i64) -> R<usize> {
    let bytes = data_bytes(cx, data)?;
    sys(cx, |host| host.pwrite(fd, &bytes, offset))
}

/// Read from a file descriptor fd into an iterable of buffers.
#[native("posix.readv(fd, buffers, /)")]
fn readv(cx: &mut Cx, fd: i32, buffers: &Value) -> R<usize> {
    let place = (None, 0);
    read_vector(cx, "readv", fd, buffers, place)
}

/// Read from a file descriptor fd into an iterable of buffers.
#[native("posix.preadv(fd, buffers, offset, flags=0, /)")]
fn preadv(cx: &mut Cx, fd: i32, buffers: &Value, offset: i64, flags: Option<i32>) -> R<usize> {
    let place = (Some(offset), flags.unwrap_or(0));
    read_vector(cx, "preadv", fd, buffers, place)
}

/// Iterate over buffers, and write the contents of each to a file descriptor.
#[native("posix.writev(fd, buffers, /)")]
fn writev(cx: &mut Cx, fd: i32, buffers: &Value) -> R<usize> {
    let place = (None, 0);
    write_vector(cx, "writev", fd, buffers, place)
}

/// Iterate over buffers, and write the contents of each to a file descriptor.
#[native("posix.pwritev(fd, buffers, offset, flags=0, /)")]
fn pwritev(cx: &mut Cx, fd: i32, buffers: &Value, offset: i64, flags: Option<i32>) -> R<usize> {
    let place = (Some(offset), flags.unwrap_or(0));
    write_vector(cx, "pwritev", fd, buffers, place)
}

/// Set the position of a file descriptor.  Return the new position.
#[native("posix.lseek(fd, position, whence, /)")]
fn lseek(cx: &mut Cx, fd: i32, position: i64, whence: i32) -> R<i64> {
    sys(cx, |host| host.lseek(fd, position, whence))
}

/// Truncate a file, specified by path, to a specific length.
#[native("posix.truncate(path, length)")]
fn truncate(cx: &mut Cx, given: &Value, length: i64) -> R<()> {
    let path = path_or_fd(cx, "truncate: path", given)?;
    let size = cx.int(length);
    audit(cx, "os.truncate", &[path.given.clone(), size])?;
    on_path(cx, &path, |host| host.truncate(path.target(CURRENT_DIRECTORY, true), length))
}

/// Truncate a file, specified by file descriptor, to a specific length.
#[native("posix.ftruncate(fd, length, /)")]
fn ftruncate(cx: &mut Cx, fd: i32, length: i64) -> R<()> {
    let (file, size) = (cx.int(fd.into()), cx.int(length));
    audit(cx, "os.truncate", &[file, size])?;
    sys(cx, |host| host.truncate(Target::Descriptor(fd), length))
}

/// Force write of fd to disk.
#[native("posix.fsync(fd)")]
fn fsync(cx: &mut Cx, fd: &Value) -> R<()> {
    let fd = descriptor(cx, fd)?;
    sys(cx, |host| host.fsync(fd, false))
}

/// Force write of fd to disk without forcing update of metadata.
#[native("posix.fdatasync(fd)")]
fn fdatasync(cx: &mut Cx, fd: &Value) -> R<()> {
    let fd = descriptor(cx, fd)?;
    sys(cx, |host| host.fsync(fd, true))
}

/// Force write of everything to disk.
#[native("posix.sync()")]
fn sync(cx: &mut Cx) -> R<()> {
    let host = crate::support::host(cx);
    blocking(cx, || host.sync());
    Ok(())
}

/// Return a duplicate of a file descriptor.
#[native("posix.dup(fd, /)")]
fn dup(cx: &mut Cx, fd: i32) -> R<i64> {
    sys(cx, |host| host.dup(fd)).map(i64::from)
}

/// Duplicate file descriptor.
#[native("posix.dup2(fd, fd2, inheritable=True)")]
fn dup2(cx: &mut Cx, fd: i32, fd2: i32, inheritable: bool) -> R<i64> {
    if fd < 0 || fd2 < 0 {
        return Err(raise_os(cx, HostError::new(libc::EBADF), None, None));
    }
    sys(cx, |host| host.dup2(fd, fd2, inheritable)).map(i64::from)
}

/// Create a pipe.
#[native("posix.pipe()")]
fn pipe(cx: &mut Cx) -> R {
    let (read, write) = sys(cx, |host| host.pipe(libc::O_CLOEXEC))?;
    let (read, write) = (cx.int(read.into()), cx.int(write.into()));
    Ok(cx.tuple_value([read, write]))
}

/// Create a pipe with flags set atomically.
#[native("posix.pipe2(flags, /)")]
fn pipe2(cx: &mut Cx, flags: i32) -> R {
    let (read, write) = sys(cx, |host| host.pipe(flags))?;
    let (read, write) = (cx.int(read.into()), cx.int(write.into()));
    Ok(cx.tuple_value([read, write]))
}

/// Apply, test or remove a POSIX lock on an open file descriptor.
#[native("posix.lockf(fd, command, length, /)")]
fn lockf(cx: &mut Cx, fd: i32, command: i32, length: i64) -> R<()> {
    let (a, b, c) = (cx.int(fd.into()), cx.int(command.into()), cx.int(length));
    audit(cx, "os.lockf", &[a, b, c])?;
    sys(cx, |host| host.lock_region(fd, command, length))
}

/// Get the close-on-exe flag of the specified file descriptor.
#[native("posix.get_inheritable(fd, /)")]
fn get_inheritable(cx: &mut Cx, fd: i32) -> R<bool> {
    sys(cx, |host| host.is_inheritable(fd))
}

/// Set the inheritable flag of the specified file descriptor.
#[native("posix.set_inheritable(fd, inheritable, /)")]
fn set_inheritable(cx: &mut Cx, fd: i32, inheritable: i32) -> R<()> {
    sys(cx, |host| host.set_inheritable(fd, inheritable != 0))
}

/// Get the blocking mode of the file descriptor.
#[native("posix.get_blocking(fd, /)")]
fn get_blocking(cx: &mut Cx, fd: i32) -> R<bool> {
    sys(cx, |host| host.is_blocking(fd))
}

/// Set the blocking mode of the specified file descriptor.
#[native("posix.set_blocking(fd, blocking, /)")]
fn set_blocking(cx: &mut Cx, fd: i32, on: bool) -> R<()> {
    sys(cx, |host| host.set_blocking(fd, on))
}

/// Return True if the fd is connected to a terminal.
#[native("posix.isatty(fd, /)")]
fn isatty(cx: &mut Cx, fd: i32) -> R<bool> {
    Ok(crate::support::host(cx).isatty(fd))
}

/// Create a directory.
#[native("posix.mkdir(path, mode=511, *, dir_fd=None)")]
fn mkdir(cx: &mut Cx, given: &Value, mode: Option<i64>, from: Option<&Value>) -> R<()> {
    let path = path(cx, "mkdir: path", given)?;
    let from = dir_fd(cx, from)?;
    let mode = mode.unwrap_or(0o777);
    let (m, d) = (cx.int(mode), dir_value(cx, from));
    audit(cx, "os.mkdir", &[path.given.clone(), m, d])?;
    on_path(cx, &path, |host| host.mkdir(&path.bytes, mode as u32, from))
}

/// Remove a directory.
#[native("posix.rmdir(path, *, dir_fd=None)")]
fn rmdir(cx: &mut Cx, given: &Value, from: Option<&Value>) -> R<()> {
    let path = path(cx, "rmdir: path", given)?;
    let from = dir_fd(cx, from)?;
    let d = dir_value(cx, from);
    audit(cx, "os.rmdir", &[path.given.clone(), d])?;
    on_path(cx, &path, |host| host.rmdir(&path.bytes, from))
}

/// Remove a file (same as unlink()).
#[native("posix.unlink(path, *, dir_fd=None)")]
fn unlink(cx: &mut Cx, given: &Value, from: Option<&Value>) -> R<()> {
    let path = path(cx, "unlink: path", given)?;
    let from = dir_fd(cx, from)?;
    let d = dir_value(cx, from);
    audit(cx, "os.remove", &[path.given.clone(), d])?;
    on_path(cx, &path, |host| host.unlink(&path.bytes, from))
}

/// Remove a file (same as unlink()).
#[native("posix.remove(path, *, dir_fd=None)")]
fn remove(cx: &mut Cx, given: &Value, from: Option<&Value>) -> R<()> {
    let path = path(cx, "remove: path", given)?;
    let from = dir_fd(cx, from)?;
    let d = dir_value(cx, from);
    audit(cx, "os.remove", &[path.given.clone(), d])?;
    on_path(cx, &path, |host| host.unlink(&path.bytes, from))
}

/// Rename a file or directory.
#[native("posix.rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
fn rename(
    cx: &mut Cx,
    src: &Value,
    dst: &Value,
    src_from: Option<&Value>,
    dst_from: Option<&Value>,
) -> R<()> {
    let (src, dst) = (path(cx, "rename: src", src)?, path(cx, "rename: dst", dst)?);
    let (a, b) = (dir_fd(cx, src_from)?, dir_fd(cx, dst_from)?);
    let (av, bv) = (dir_value(cx, a), dir_value(cx, b));
    audit(cx, "os.rename", &[src.given.clone(), dst.given.clone(), av, bv])?;
    let result = attempt(cx, |host| host.rename(&src.bytes, a, &dst.bytes, b))?;
    result.map_err(|error| raise_os(cx, error, Some(&src.given), Some(&dst.given)))
}

/// Rename a file or directory.
#[native("posix.replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
fn replace(
    cx: &mut Cx,
    src: &Value,
    dst: &Value,
    src_from: Option<&Value>,
    dst_from: Option<&Value>,
) -> R<()> {
    let (src, dst) = (path(cx, "replace: src", src)?, path(cx, "replace: dst", dst)?);
    let (a, b) = (dir_fd(cx, src_from)?, dir_fd(cx, dst_from)?);
    let (av, bv) = (dir_value(cx, a), dir_value(cx, b));
    audit(cx, "os.rename", &[src.given.clone(), dst.given.clone(), av, bv])?;
    let result = attempt(cx, |host| host.rename(&src.bytes, a, &dst.bytes, b))?;
    result.map_err(|error| raise_os(cx, error, Some(&src.given), Some(&dst.given)))
}

/// Create a hard link to a file.
#[native("posix.link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)")]
fn link(
    cx: &mut Cx,
    src: &Value,
    dst: &Value,
    src_from: Option<&Value>,
    dst_from: Option<&Value>,
    follow: Option<bool>,
) -> R<()> {
    let (src, dst) = (path(cx, "link: src", src)?, path(cx, "link: dst", dst)?);
    let (a, b) = (dir_fd(cx, src_from)?, dir_fd(cx, dst_from)?);
    let (av, bv) = (dir_value(cx, a), dir_value(cx, b));
    audit(cx, "os.link", &[src.given.clone(), dst.given.clone(), av, bv])?;
    let follow = follow.unwrap_or(false);
    let result = attempt(cx, |host| host.link(&src.bytes, a, &dst.bytes, b, follow))?;
    result.map_err(|error| raise_os(cx, error, Some(&src.given), Some(&dst.given)))
}

/// Create a symbolic link pointing to src named dst.
#[native("posix.symlink(src, dst, target_is_directory=False, *, dir_fd=None)")]
fn symlink(cx: &mut Cx, src: &Value, dst: &Value, target_is_directory: bool, from: Option<&Value>) -> R<()> {
    let _ = target_is_directory;
    let (src, dst) = (path(cx, "symlink: src", src)?, path(cx, "symlink: dst", dst)?);
    let from = dir_fd(cx, from)?;
    let d = dir_value(cx, from);
    audit(cx, "os.symlink", &[src.given.clone(), dst.given.clone(), d])?;
    let result = attempt(cx, |host| host.symlink(&src.bytes, &dst.bytes, from))?;
    result.map_err(|error| raise_os(cx, error, Some(&src.given), Some(&dst.given)))
}

/// Return a string representing the path to which the symbolic link points.
#[native("posix.readlink(path, *, dir_fd=None)")]
fn readlink(cx: &mut Cx, given: &Value, from: Option<&Value>) -> R {
    let path = path(cx, "readlink: path", given)?;
    let from = dir_fd(cx, from)?;
    let text = on_path(cx, &path, |host| host.readlink(&path.bytes, from))?;
    Ok(path.name(cx, &text))
}

/// Change the access permissions of a file.
#[native("posix.chmod(path, mode, *, dir_fd=None, follow_symlinks=True)")]
fn chmod(cx: &mut Cx, given: &Value, mode: i32, from: Option<&Value>, follow: bool) -> R<()> {
    let path = path_or_fd(cx, "chmod: path", given)?;
    let from = dir_fd(cx, from)?;
    only_path(cx, "chmod", &path, from, follow)?;
    let (m, d) = (cx.int(mode.into()), dir_value(cx, from));
    audit(cx, "os.chmod", &[path.given.clone(), m, d])?;
    on_path(cx, &path, |host| host.chmod(path.target(from, follow), mode as u32))
}

/// Change the access permissions of the file given by file descriptor fd.
#[native("posix.fchmod(fd, mode)")]
fn fchmod(cx: &mut Cx, fd: i32, mode: i32) -> R<()> {
    let (f, m, d) = (cx.int(fd.into()), cx.int(mode.into()), cx.int(-1));
    audit(cx, "os.chmod", &[f, m, d])?;
    sys(cx, |host| host.chmod(Target::Descriptor(fd), mode as u32))
}

/// Change the owner and group id of path to the numeric uid and gid.
#[native("posix.chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True)")]
fn chown(cx: &mut Cx, given: &Value, uid: &Value, gid: &Value, from: Option<&Value>, follow: bool) -> R<()> {
    let path = path_or_fd(cx, "chown: path", given)?;
    let from = dir_fd(cx, from)?;
    only_path(cx, "chown", &path, from, follow)?;
    let (u, g) = (id_number(cx, uid, "uid")?, id_number(cx, gid, "gid")?);
    let d = dir_value(cx, from);
    audit(cx, "os.chown", &[path.given.clone(), uid.clone(), gid.clone(), d])?;
    on_path(cx, &path, |host| host.chown(path.target(from, follow), u, g))
}

/// Change the owner and group id of path to the numeric uid and gid, without following links.
#[native("posix.lchown(path, uid, gid)")]
fn lchown(cx: &mut Cx, given: &Value, uid: &Value, gid: &Value) -> R<()> {
    let path = path(cx, "lchown: path", given)?;
    let (u, g) = (id_number(cx, uid, "uid")?, id_number(cx, gid, "gid")?);
    let d = cx.int(-1);
    audit(cx, "os.chown", &[path.given.clone(), uid.clone(), gid.clone(), d])?;
    on_path(cx, &path, |host| host.chown(path.target(CURRENT_DIRECTORY, false), u, g))
}

/// Change the owner and group id of the file specified by file descriptor.
#[native("posix.fchown(fd, uid, gid)")]
fn fchown(cx: &mut Cx, fd: i32, uid: &Value, gid: &Value) -> R<()> {
    let (u, g) = (id_number(cx, uid, "uid")?, id_number(cx, gid, "gid")?);
    let (f, d) = (cx.int(fd.into()), cx.int(-1));
    audit(cx, "os.chown", &[f, uid.clone(), gid.clone(), d])?;
    sys(cx, |host| host.chown(Target::Descriptor(fd), u, g))
}

/// Set the access and modified time of path.
#[native("posix.utime(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)")]
fn utime(
    cx: &mut Cx,
    given: &Value,
    times: Option<&Value>,
    ns: Option<&Value>,
    from: Option<&Value>,
    follow: bool,
) -> R<()> {
    let path = path_or_fd(cx, "utime: path", given)?;
    let times = times.filter(|t| !t.is_none());
    if times.is_some() && ns.is_some() {
        return Err(cx.value_error("utime: you may specify either 'times' or 'ns' but not both"));
    }
    let (accessed, modified) = file_times(cx, times, ns)?;
    let from = dir_fd(cx, from)?;
    only_path(cx, "utime", &path, from, follow)?;
    let (t, n, d) = (
        times.cloned().unwrap_or_else(Value::none),
        ns.cloned().unwrap_or_else(Value::none),
        dir_value(cx, from),
    );
    audit(cx, "os.utime", &[path.given.clone(), t, n, d])?;
    on_path(cx, &path, |host| host.utime(path.target(from, follow), accessed, modified))
}

/// Create a "fifo" (a POSIX named pipe).
#[native("posix.mkfifo(path, mode=438, *, dir_fd=None)")]
fn mkfifo(cx: &mut Cx, given: &Value, mode: Option<i64>, from: Option<&Value>) -> R<()> {
    let path = path(cx, "mkfifo: path", given)?;
    let from = dir_fd(cx, from)?;
    on_path(cx, &path, |host| host.mkfifo(&path.bytes, mode.unwrap_or(0o666) as u32, from))
}

/// Create a node in the file system.
#[native("posix.mknod(path, mode=384, device=0, *, dir_fd=None)")]
fn mknod(cx: &mut Cx, given: &Value, mode: Option<i64>, device: Option<i64>, from: Option<&Value>) -> R<()> {
    let path = path(cx, "mknod: path", given)?;
    let from = dir_fd(cx, from)?;
    let (mode, device) = (mode.unwrap_or(0o600) as u32, device.unwrap_or(0) as u64);
    on_path(cx, &path, |host| host.mknod(&path.bytes, mode, device, from))
}

/// Return a unicode string representing the current working directory.
#[native("posix.getcwd()")]
fn getcwd(cx: &mut Cx) -> R {
    let bytes = sys(cx, |host| host.getcwd())?;
    Ok(fs_decode(cx, &bytes))
}

/// Return a bytes string representing the current working directory.
#[native("posix.getcwdb()")]
fn getcwdb(cx: &mut Cx) -> R {
    let bytes = sys(cx, |host| host.getcwd())?;
    Ok(cx.bytes(&bytes))
}

/// Change the current working directory to the specified path.
#[native("posix.chdir(path)")]
fn chdir(cx: &mut Cx, given: &Value) -> R<()> {
    let path = path_or_fd(cx, "chdir: path", given)?;
    audit(cx, "os.chdir", std::slice::from_ref(&path.given))?;
    on_path(cx, &path, |host| host.chdir(path.target(CURRENT_DIRECTORY, true)))
}

/// Change to the directory of the given file descriptor.
#[native("posix.fchdir(fd)")]
fn fchdir(cx: &mut Cx, fd: &Value) -> R<()> {
    let number = descriptor(cx, fd)?;
    let shown = cx.int(number.into());
    audit(cx, "os.chdir", &[shown])?;
    sys(cx, |host| host.chdir(Target::Descriptor(number)))
}

/// Change root directory to path.
#[native("posix.chroot(path)")]
fn chroot(cx: &mut Cx, given: &Value) -> R<()> {
    let path = path(cx, "chroot: path", given)?;
    on_path(cx, &path, |host| host.chroot(&path.bytes))
}

/// Set the current numeric umask and return the previous umask.
#[native("posix.umask(mask, /)")]
fn umask(cx: &mut Cx, mask: i32) -> R<i64> {
    Ok(crate::support::host(cx).umask(mask as u32).into())
}

/// Return a list containing the names of the files in the directory.
#[native("posix.listdir(path=None)")]
fn listdir(cx: &mut Cx, given: Option<&Value>) -> R {
    let path = path_fd_none(cx, "listdir: path", given)?;
    audit(cx, "os.listdir", &[given.cloned().unwrap_or_else(Value::none)])?;
    let found = attempt(cx, |host| {
        let mut names = Vec::new();
        let mut directory = host.read_directory(path.target(CURRENT_DIRECTORY, true))?;
        while let Some(entry) = directory.next()? {
            names.push(entry.name);
        }
        Ok(names)
    })?;
    let found = match found {
        Ok(names) => names,
        // The folder of the frozen library need not be on the disk.
        Err(error) => match taipan_vm::runtime::library::list_folder(cx, &path.bytes) {
            Some(names) => names.into_iter().map(String::into_bytes).collect(),
            None => return Err(path_error(cx, error, &path)),
        },
    };
    let names = found.iter().map(|name| path.name(cx, name)).collect();
    Ok(new_list(cx, names).into_value())
}

/// Copy count bytes from file descriptor in_fd to file descriptor out_fd.
#[native("posix.sendfile(out_fd, in_fd, offset, count)")]
fn sendfile(cx: &mut Cx, out_fd: i32, in_fd: i32, offset: Option<&Value>, count: i64) -> R<usize> {
    let offset = match offset.filter(|o| !o.is_none()) {
        Some(offset) => Some(int::index_i64(cx, offset)?),
        None => None,
    };
    let Ok(count) = usize::try_from(count) else { return Err(cx.value_error("count cannot be negative")) };
    sys(cx, |host| host.sendfile(out_fd, in_fd, offset, count))
}

/// Copy count bytes from one file descriptor to another.
#[native("posix.copy_file_range(src, dst, count, offset_src=None, offset_dst=None)")]
fn copy_file_range(
    cx: &mut Cx,
    src: i32,
    dst: i32,
    count: i64,
    offset_src: Option<i64>,
    offset_dst: Option<i64>,
) -> R<usize> {
    let Ok(count) = usize::try_from(count) else {
        return Err(cx.value_error("negative value for 'count' not allowed"));
    };
    sys(cx, |host| host.copy_file_range(src, offset_src, dst, offset_dst, count))
}

/// Ensure a file has allocated at least a particular number of bytes on disk.
#[native("posix.posix_fallocate(fd, offset, length, /)")]
fn posix_fallocate(cx: &mut Cx, fd: i32, offset: i64, length: i64) -> R<()> {
    sys(cx, |host| host.fallocate(fd, offset, length))
}

/// Announce an intention to access data in a specific pattern.
#[native("posix.posix_fadvise(fd, offset, length, advice, /)")]
fn posix_fadvise(cx: &mut Cx, fd: i32, offset: i64, length: i64, advice: i32) -> R<()> {
    sys(cx, |host| host.fadvise(fd, offset, length, advice))
}

#[native("posix.memfd_create(name, flags=1)")]
fn memfd_create(cx: &mut Cx, name: &Value, flags: Option<i64>) -> R<i64> {
    let name = path(cx, "memfd_create: name", name)?;
    sys(cx, |host| host.memfd_create(&name.bytes, flags.unwrap_or(1) as u32)).map(i64::from)
}

/// Creates and returns an event notification file descriptor.
#[native("posix.eventfd(initval, flags=524288)")]
fn eventfd(cx: &mut Cx, initval: i64, flags: Option<i32>) -> R<i64> {
    sys(cx, |host| host.eventfd(initval as u32, flags.unwrap_or(libc::EFD_CLOEXEC))).map(i64::from)
}

/// Read eventfd value
#[native("posix.eventfd_read(fd)")]
fn eventfd_read(cx: &mut Cx, fd: i32) -> R<usize> {
    let mut bytes = [0; 8];
    sys(cx, |host| host.read(fd, &mut bytes))?;
    Ok(u64::from_ne_bytes(bytes) as usize)
}

/// Write eventfd value.
#[native("posix.eventfd_write(fd, value)")]
fn eventfd_write(cx: &mut Cx, fd: i32, value: i64) -> R<()> {
    let bytes = value.to_ne_bytes();
    sys(cx, |host| host.write(fd, &bytes)).map(drop)
}

/// Return the value of extended attribute attribute on path.
#[native("posix.getxattr(path, attribute, *, follow_symlinks=True)")]
fn getxattr(cx: &mut Cx, given: &Value, attribute: &Value, follow: bool) -> R {
    let path = path_or_fd(cx, "getxattr: path", given)?;
    let name = self::path::path(cx, "getxattr: attribute", attribute)?;
    only_path(cx, "getxattr", &path, CURRENT_DIRECTORY, follow)?;
    audit(cx, "os.getxattr", &[path.given.clone(), name.given.clone()])?;
    let value =
        on_path(cx, &path, |host| host.getxattr(path.target(CURRENT_DIRECTORY, follow), &name.bytes))?;
    Ok(cx.bytes(&value))
}

/// Set extended attribute attribute on path to value.
#[native("posix.setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)")]
fn setxattr(
    cx: &mut Cx,
    given: &Value,
    attribute: &Value,
    value: &Value,
    flags: Option<i32>,
    follow: bool,
) -> R<()> {
    let path = path_or_fd(cx, "setxattr: path", given)?;
    let name = self::path::path(cx, "setxattr: attribute", attribute)?;
    only_path(cx, "setxattr", &path, CURRENT_DIRECTORY, follow)?;
    let bytes = data_bytes(cx, value)?;
    let flags = flags.unwrap_or(0);
    let f = cx.int(flags.into());
    audit(cx, "os.setxattr", &[path.given.clone(), name.given.clone(), value.clone(), f])?;
    on_path(cx, &path, |host| {
        host.setxattr(path.target(CURRENT_DIRECTORY, follow), &name.bytes, &bytes, flags)
    })
}

/// Remove extended attribute attribute on path.
#[native("posix.removexattr(path, attribute, *, follow_symlinks=True)")]
fn removexattr(cx: &mut Cx, given: &Value, attribute: &Value, follow: bool) -> R<()> {
    let path = path_or_fd(cx, "removexattr: path", given)?;
    let name = self::path::path(cx, "removexattr: attribute", attribute)?;
    only_path(cx, "removexattr", &path, CURRENT_DIRECTORY, follow)?;
    audit(cx, "os.removexattr", &[path.given.clone(), name.given.clone()])?;
    on_path(cx, &path, |host| host.removexattr(path.target(CURRENT_DIRECTORY, follow), &name.bytes))
}

/// Return a list of extended attributes on path.
#[native("posix.listxattr(path=None, *, follow_symlinks=True)")]
fn listxattr(cx: &mut Cx, given: Option<&Value>, follow: bool) -> R {
    let path = path_fd_none(cx, "listxattr: path", given)?;
    only_path(cx, "listxattr", &path, CURRENT_DIRECTORY, follow)?;
    audit(cx, "os.listxattr", &[given.cloned().unwrap_or_else(Value::none)])?;
    let found = on_path(cx, &path, |host| host.listxattr(path.target(CURRENT_DIRECTORY, follow)))?;
    let names = found.iter().map(|name| fs_decode(cx, name)).collect();
    Ok(new_list(cx, names).into_value())
}

pub static FUNCTIONS: &[&NativeDef] = natives![
    stat,
    lstat,
    fstat,
    statvfs,
    fstatvfs,
    access,
    open,
    close,
    closerange,
    read,
    readinto,
    write,
    pread,
    pwrite,
    readv,
    preadv,
    writev,
    pwritev,
    lseek,
    truncate,
    ftruncate,
    fsync,
    fdatasync,
    sync,
    dup,
    dup2,
    pipe,
    pipe2,
    lockf,
    get_inheritable,
    set_inheritable,
    get_blocking,
    set_blocking,
    isatty,
    mkdir,
    rmdir,
    unlink,
    remove,
    rename,
    replace,
    link,
    symlink,
    readlink,
    chmod,
    fchmod,
    chown,
    lchown,
    fchown,
    utime,
    mkfifo,
    mknod,
    getcwd,
    getcwdb,
    chdir,
    fchdir,
    chroot,
    umask,
    listdir,
    sendfile,
    copy_file_range,
    posix_fallocate,
    posix_fadvise,
    memfd_create,
    eventfd,
    eventfd_read,
    eventfd_write,
    getxattr,
    setxattr,
    removexattr,
    listxattr
];
