//! The machine's files: descriptors, and what is done through them, and names.

use super::{c_string, directory::Stream, mapping::Region};
use crate::error::{check, check_number, check_size, check_unit};
use crate::files::{
    CURRENT_DIRECTORY, Directory, Fd, FileSystemStat, FileTime, Files, MapRequest, Mapping, Stat, Target,
    TimeSpec,
};
use crate::{HostError, Permission, Result, SystemHost};

/// Structures passed through `fcntl` and `ioctl` get this much room, whatever the kernel thinks their size is.
const STRUCTURE_ROOM: usize = 1024;

/// The permission that opening a file with `flags` needs.
fn opening(flags: i32) -> Permission {
    let writes = flags & libc::O_ACCMODE != libc::O_RDONLY || flags & (libc::O_CREAT | libc::O_TRUNC) != 0;
    if writes { Permission::Write } else { Permission::Read }
}

/// Runs a call on a structure of the caller's, in a buffer large enough for any.
fn with_room(buffer: &mut [u8], call: impl FnOnce(*mut u8) -> i32) -> Result<i32> {
    let mut room = [0u8; STRUCTURE_ROOM];
    let Some(used) = room.get_mut(..buffer.len()) else {
        // Larger than any structure that has no length of its own: used in place.
        return check(call(buffer.as_mut_ptr()));
    };
    used.copy_from_slice(buffer);
    let result = check(call(room.as_mut_ptr()))?;
    buffer.copy_from_slice(&room[..buffer.len()]);
    Ok(result)
}

fn time_to_c(time: FileTime) -> libc::timespec {
    match time {
        FileTime::Now => libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW },
        FileTime::Keep => libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_OMIT },
        FileTime::At(time) => libc::timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds },
    }
}

fn stat_from_c(stat: &libc::stat) -> Stat {
    let time = |seconds, nanoseconds| TimeSpec { seconds, nanoseconds };
    #[allow(clippy::unnecessary_cast, reason = "the fields' types differ between architectures")]
    Stat {
        mode: stat.st_mode,
        inode: stat.st_ino as u64,
        device: stat.st_dev as u64,
        links: stat.st_nlink as u64,
        user: stat.st_uid,
        group: stat.st_gid,
        size: stat.st_size as i64,
        special_device: stat.st_rdev as u64,
        block_size: stat.st_blksize as i64,
        blocks: stat.st_blocks as i64,
        accessed: time(stat.st_atime, stat.st_atime_nsec),
        modified: time(stat.st_mtime, stat.st_mtime_nsec),
        changed: time(stat.st_ctime, stat.st_ctime_nsec),
    }
}

/// A pointer to an offset, or NULL for "the file's own position".
fn offset_pointer(offset: &mut Option<i64>) -> *mut i64 {
    offset.as_mut().map_or(std::ptr::null_mut(), |offset| offset)
}

/// A link's end is followed unless the flag says no.
fn follow_flag(follow: bool) -> i32 {
    if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW }
}

impl Files for SystemHost {
    fn open(&self, path: &[u8], flags: i32, mode: u32, from: Fd) -> Result<Fd> {
        self.need_path(opening(flags), path, from)?;
        let path = c_string(path)?;
        // SAFETY: the path is NUL-terminated and outlives the call.
        check(unsafe { libc::openat(from, path.as_ptr(), flags | libc::O_CLOEXEC, mode as libc::c_uint) })
    }

    fn close(&self, fd: Fd) -> Result<()> {
        // SAFETY: a plain number; who owns it is the Python program's concern.
        check_unit(unsafe { libc::close(fd) })
    }

    fn close_range(&self, low: Fd, high: Fd) {
        let (low, high) = (low.max(0), high.max(0));
        if low >= high {
            return;
        }
        // SAFETY: plain numbers.
        let done = unsafe { libc::syscall(libc::SYS_close_range, low as u32, (high - 1) as u32, 0u32) } == 0;
        if !done {
            for fd in low..high {
                // SAFETY: a plain number.
                unsafe { libc::close(fd) };
            }
        }
    }

    fn read(&self, fd: Fd, buffer: &mut [u8]) -> Result<usize> {
        // SAFETY: the buffer is writable for the length passed.
        check_size(unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) })
    }

    fn write(&self, fd: Fd, bytes: &[u8]) -> Result<usize> {
        // SAFETY: the bytes are readable for the length passed.
        check_size(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) })
    }

    fn pread(&self, fd: Fd, buffer: &mut [u8], offset: i64) -> Result<usize> {
        // SAFETY: the buffer is writable for the length passed.
        check_size(unsafe { libc::pread(fd, buffer.as_mut_ptr().cast(), buffer.len(), offset) })
    }

    fn pwrite(&self, fd: Fd, bytes: &[u8], offset: i64) -> Result<usize> {
        // SAFETY: the bytes are readable for the length passed.
        check_size(unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), offset) })
    }

    fn readv(&self, fd: Fd, buffers: &mut [&mut [u8]], offset: Option<i64>, flags: i32) -> Result<usize> {
        let parts: Vec<libc::iovec> = buffers
            .iter_mut()
            .map(|part| libc::iovec { iov_base: part.as_mut_ptr().cast(), iov_len: part.len() })
            .collect();
        let count = i32::try_from(parts.len()).map_err(|_| HostError::new(libc::EINVAL))?;
        // SAFETY: each part is writable for its length, and the list outlives the call.
        check_size(unsafe {
            match offset {
                None => libc::readv(fd, parts.as_ptr(), count),
                Some(offset) if flags == 0 => libc::preadv(fd, parts.as_ptr(), count, offset),
                Some(offset) => libc::preadv2(fd, parts.as_ptr(), count, offset, flags),
            }
        })
    }

    fn writev(&self, fd: Fd, buffers: &[&[u8]], offset: Option<i64>, flags: i32) -> Result<usize> {
        let parts: Vec<libc::iovec> = buffers
            .iter()
            .map(|part| libc::iovec { iov_base: part.as_ptr().cast_mut().cast(), iov_len: part.len() })
            .collect();
        let count = i32::try_from(parts.len()).map_err(|_| HostError::new(libc::EINVAL))?;
        // SAFETY: each part is readable for its length, the list outlives the call, and the call only reads.
        check_size(unsafe {
            match offset {
                None => libc::writev(fd, parts.as_ptr(), count),
                Some(offset) if flags == 0 => libc::pwritev(fd, parts.as_ptr(), count, offset),
                Some(offset) => libc::pwritev2(fd, parts.as_ptr(), count, offset, flags),
            }
        })
    }

    fn lseek(&self, fd: Fd, offset: i64, whence: i32) -> Result<i64> {
        // SAFETY: plain numbers.
        check(unsafe { libc::lseek(fd, offset, whence) })
    }

    fn truncate(&self, target: Target<'_>, length: i64) -> Result<()> {
        self.need_target(Permission::Write, target)?;
        match target {
            // SAFETY: plain numbers.
            Target::Descriptor(fd) => check_unit(unsafe { libc::ftruncate(fd, length) }),
            Target::Path { path, .. } => {
                let path = c_string(path)?;
                // SAFETY: the path is NUL-terminated and outlives the call.
                check_unit(unsafe { libc::truncate(path.as_ptr(), length) })
            }
        }
    }

    fn fsync(&self, fd: Fd, data_only: bool) -> Result<()> {
        // SAFETY: a plain number.
        check_unit(unsafe { if data_only { libc::fdatasync(fd) } else { libc::fsync(fd) } })
    }

    fn sync(&self) {
        // SAFETY: no arguments.
        unsafe { libc::sync() };
    }

    fn dup(&self, fd: Fd) -> Result<Fd> {
        // SAFETY: plain numbers.
        check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
    }

    fn dup2(&self, fd: Fd, target: Fd, inheritable: bool) -> Result<Fd> {
        if fd == target {
            // The system refuses dup3 onto itself; dup2 then only checks that the descriptor is open.
            // SAFETY: plain numbers.
            let fd = check(unsafe { libc::dup2(fd, target) })?;
            self.set_inheritable(fd, inheritable)?;
            return Ok(fd);
        }
        let flags = if inheritable { 0 } else { libc::O_CLOEXEC };
        // SAFETY: plain numbers.
        check(unsafe { libc::dup3(fd, target, flags) })
    }

    fn pipe(&self, flags: i32) -> Result<(Fd, Fd)> {
        let mut ends = [0; 2];
        // SAFETY: the array has room for two.
        check_unit(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
        Ok((ends[0], ends[1]))
    }

    fn fcntl(&self, fd: Fd, command: i32, argument: i64) -> Result<i32> {
        // SAFETY: a command that takes a pointer fails with EFAULT on a wrong one: the kernel checks every access. It
        // may write where the number points to, which is as unsafe under CPython.
        check(unsafe { libc::fcntl(fd, command, argument) })
    }

    fn fcntl_buffer(&self, fd: Fd, command: i32, buffer: &mut [u8]) -> Result<i32> {
        // SAFETY: the pointer has room for any structure that the command may write.
        with_room(buffer, |pointer| unsafe { libc::fcntl(fd, command, pointer) })
    }

    fn ioctl(&self, fd: Fd, request: u64, argument: i64) -> Result<i32> {
        // SAFETY: as for `fcntl`.
        check(unsafe { libc::ioctl(fd, request as libc::Ioctl, argument) })
    }

    fn ioctl_buffer(&self, fd: Fd, request: u64, buffer: &mut [u8]) -> Result<i32> {
        // SAFETY: the pointer has room for any structure that the request may write.
        with_room(buffer, |pointer| unsafe { libc::ioctl(fd, request as libc::Ioctl, pointer) })
    }

    fn flock(&self, fd: Fd, operation: i32) -> Result<()> {
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::flock(fd, operation) })
    }

    fn lockf(&self, fd: Fd, operation: i32, length: i64, start: i64, whence: i32) -> Result<()> {
        let kind = if operation & libc::LOCK_UN != 0 {
            libc::F_UNLCK
        } else if operation & libc::LOCK_SH != 0 {
            libc::F_RDLCK
        } else if operation & libc::LOCK_EX != 0 {
            libc::F_WRLCK
        } else {
            return Err(HostError::new(libc::EINVAL));
        };
        // SAFETY: an integer structure, valid as zeros.
        let mut lock: libc::flock = unsafe { std::mem::zeroed() };
        lock.l_type = kind as libc::c_short;
        lock.l_whence = whence as libc::c_short;
        lock.l_start = start;
        lock.l_len = length;
        let command = if operation & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
        // SAFETY: the structure is ours and is what the command takes.
        check_unit(unsafe { libc::fcntl(fd, command, &lock) })
    }

    fn lock_region(&self, fd: Fd, command: i32, length: i64) -> Result<()> {
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::lockf(fd, command, length) })
    }

    fn is_inheritable(&self, fd: Fd) -> Result<bool> {
        Ok(self.fcntl(fd, libc::F_GETFD, 0)? & libc::FD_CLOEXEC == 0)
    }

    fn set_inheritable(&self, fd: Fd, inheritable: bool) -> Result<()> {
        let flags = self.fcntl(fd, libc::F_GETFD, 0)?;
        let wanted = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
        if wanted != flags {
            self.fcntl(fd, libc::F_SETFD, i64::from(wanted))?;
        }
        Ok(())
    }

    fn is_blocking(&self, fd: Fd) -> Result<bool> {
        Ok(self.fcntl(fd, libc::F_GETFL, 0)? & libc::O_NONBLOCK == 0)
    }

    fn set_blocking(&self, fd: Fd, blocking: bool) -> Result<()> {
        let flags = self.fcntl(fd, libc::F_GETFL, 0)?;
        let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
        if wanted != flags {
            self.fcntl(fd, libc::F_SETFL, i64::from(wanted))?;
        }
        Ok(())
    }

    fn isatty(&self, fd: Fd) -> bool {
        // SAFETY: a plain number.
        unsafe { libc::isatty(fd) == 1 }
    }

    fn stat(&self, target: Target<'_>) -> Result<Stat> {
        self.need_target(Permission::Read, target)?;
        // SAFETY: an integer structure, valid as zeros.
        let mut stat: libc::stat = unsafe { std::mem::zeroed() };
        match target {
            // SAFETY: the structure is ours.
            Target::Descriptor(fd) => check_unit(unsafe { libc::fstat(fd, &mut stat) })?,
            Target::Path { path, from, follow } => {
                let path = c_string(path)?;
                // SAFETY: the path is NUL-terminated and outlives the call; the structure is ours.
                check_unit(unsafe { libc::fstatat(from, path.as_ptr(), &mut stat, follow_flag(follow)) })?;
            }
        }
        Ok(stat_from_c(&stat))
    }

    fn statvfs(&self, target: Target<'_>) -> Result<FileSystemStat> {
        self.need_target(Permission::Read, target)?;
        // SAFETY: an integer structure, valid as zeros.
        let mut stat: libc::statvfs = unsafe { std::mem::zeroed() };
        match target {
            // SAFETY: the structure is ours.
            Target::Descriptor(fd) => check_unit(unsafe { libc::fstatvfs(fd, &mut stat) })?,
            Target::Path { path, .. } => {
                let path = c_string(path)?;
                // SAFETY: the path is NUL-terminated and outlives the call; the structure is ours.
                check_unit(unsafe { libc::statvfs(path.as_ptr(), &mut stat) })?;
            }
        }
        Ok(FileSystemStat {
            block_size: stat.f_bsize,
            fragment_size: stat.f_frsize,
            blocks: stat.f_blocks,
            free: stat.f_bfree,
            available: stat.f_bavail,
            files: stat.f_files,
            free_files: stat.f_ffree,
            available_files: stat.f_favail,
            flags: stat.f_flag,
            name_max: stat.f_namemax,
            identifier: stat.f_fsid,
        })
    }

    fn access(&self, target: Target<'_>, mode: i32, effective: bool) -> bool {
        let Target::Path { path, from, follow } = target else { return false };
        if self.need_path(Permission::Read, path, from).is_err() {
            return false;
        }
        let Ok(path) = c_string(path) else { return false };
        let flags = follow_flag(follow) | if effective { libc::AT_EACCESS } else { 0 };
        // SAFETY: the path is NUL-terminated and outlives the call.
        unsafe { libc::faccessat(from, path.as_ptr(), mode, flags) == 0 }
    }

    fn read_directory(&self, target: Target<'_>) -> Result<Box<dyn Directory>> {
        self.need_target(Permission::Read, target)?;
        Ok(Box::new(Stream::open(target)?))
    }

    fn mkdir(&self, path: &[u8], mode: u32, from: Fd) -> Result<()> {
        self.need_path(Permission::Write, path, from)?;
        let path = c_string(path)?;
        // SAFETY: the path is NUL-terminated and outlives the call.
        check_unit(unsafe { libc::mkdirat(from, path.as_ptr(), mode) })
    }

    fn rmdir(&self, path: &[u8], from: Fd) -> Result<()> {
        self.remove(path, from, libc::AT_REMOVEDIR)
    }

    fn unlink(&self, path: &[u8], from: Fd) -> Result<()> {
        self.remove(path, from, 0)
    }

    fn rename(&self, old: &[u8], old_from: Fd, new: &[u8], new_from: Fd) -> Result<()> {
        self.need_path(Permission::Write, old, old_from)?;
        self.need_path(Permission::Write, new, new_from)?;
        let (old, new) = (c_string(old)?, c_string(new)?);
        // SAFETY: both paths are NUL-terminated and outlive the call.
        check_unit(unsafe { libc::renameat(old_from, old.as_ptr(), new_from, new.as_ptr()) })
    }

    fn link(&self, old: &[u8], old_from: Fd, new: &[u8], new_from: Fd, follow: bool) -> Result<()> {
        self.need_path(Permission::Write, old, old_from)?;
        self.need_path(Permission::Write, new, new_from)?;
        let (old, new) = (c_string(old)?, c_string(new)?);
        let flags = if follow { libc::AT_SYMLINK_FOLLOW } else { 0 };
        // SAFETY: both paths are NUL-terminated and outlive the call.
        check_unit(unsafe { libc::linkat(old_from, old.as_ptr(), new_from, new.as_ptr(), flags) })
    }

    fn symlink(&self, contents: &[u8], path: &[u8], from: Fd) -> Result<()> {
        self.need_path(Permission::Write, path, from)?;
        let (contents, path) = (c_string(contents)?, c_string(path)?);
        // SAFETY: both strings are NUL-terminated and outlive the call.
        check_unit(unsafe { libc::symlinkat(contents.as_ptr(), from, path.as_ptr()) })
    }

    fn readlink(&self, path: &[u8], from: Fd) -> Result<Vec<u8>> {
        self.need_path(Permission::Read, path, from)?;
        let path = c_string(path)?;
        // The longest path is PATH_MAX, 4096.
        let mut buffer = vec![0u8; 4097];
        // SAFETY: the path is NUL-terminated, the buffer writable for the length passed.
        let length = check_size(unsafe {
            libc::readlinkat(from, path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len())
        })?;
        buffer.truncate(length);
        Ok(buffer)
    }

    fn chmod(&self, target: Target<'_>, mode: u32) -> Result<()> {
        self.need_target(Permission::Write, target)?;
        match target {
            // SAFETY: plain numbers.
            Target::Descriptor(fd) => check_unit(unsafe { libc::fchmod(fd, mode) }),
            Target::Path { path, from, follow } => {
                let path = c_string(path)?;
                // SAFETY: the path is NUL-terminated and outlives the call.
                check_unit(unsafe { libc::fchmodat(from, path.as_ptr(), mode, follow_flag(follow)) })
            }
        }
    }

    fn chown(&self, target: Target<'_>, user: u32, group: u32) -> Result<()> {
        self.need_target(Permission::Write, target)?;
        match target {
            // SAFETY: plain numbers.
            Target::Descriptor(fd) => check_unit(unsafe { libc::fchown(fd, user, group) }),
            Target::Path { path, from, follow } => {
                let path = c_string(path)?;
                // SAFETY: the path is NUL-terminated and outlives the call.
                check_unit(unsafe { libc::fchownat(from, path.as_ptr(), user, group, follow_flag(follow)) })
            }
        }
    }

    fn utime(&self, target: Target<'_>, accessed: FileTime, modified: FileTime) -> Result<()> {
        self.need_target(Permission::Write, target)?;
        let times = [time_to_c(accessed), time_to_c(modified)];
        match target {
            // SAFETY: the array holds the two times that the call reads.
            Target::Descriptor(fd) => check_unit(unsafe { libc::futimens(fd, times.as_ptr()) }),
            Target::Path { path, from, follow } => {
                let path = c_string(path)?;
                // SAFETY: as above, and the path is NUL-terminated and outlives the call.
                check_unit(unsafe {
                    libc::utimensat(from, path.as_ptr(), times.as_ptr(), follow_flag(follow))
                })
            }
        }
    }

    fn mkfifo(&self, path: &[u8], mode: u32, from: Fd) -> Result<()> {
        self.need_path(Permission::Write, path, from)?;
        let path = c_string(path)?;
        // SAFETY: the path is NUL-terminated and outlives the call.
        check_unit(unsafe { libc::mkfifoat(from, path.as_ptr(), mode) })
    }

    fn mknod(&self, path: &[u8], mode: u32, device: u64, from: Fd) -> Result<()> {
        self.need_path(Permission::Write, path, from)?;
        let path = c_string(path)?;
        // SAFETY: the path is NUL-terminated and outlives the call.
        check_unit(unsafe { libc::mknodat(from, path.as_ptr(), mode, device) })
    }

    fn getcwd(&self) -> Result<Vec<u8>> {
        use std::os::unix::ffi::OsStringExt;
        self.need_path(Permission::Read, b".", CURRENT_DIRECTORY)?;
        Ok(std::env::current_dir()?.into_os_string().into_vec())
    }

    fn chdir(&self, target: Target<'_>) -> Result<()> {
        self.need_target(Permission::Read, target)?;
        match target {
            // SAFETY: a plain number.
            Target::Descriptor(fd) => check_unit(unsafe { libc::fchdir(fd) }),
            Target::Path { path, .. } => {
                let path = c_string(path)?;
                // SAFETY: the path is NUL-terminated and outlives the call.
                check_unit(unsafe { libc::chdir(path.as_ptr()) })
            }
        }
    }

    fn chroot(&self, path: &[u8]) -> Result<()> {
        self.need(Permission::System, path)?;
        let path = c_string(path)?;
        // SAFETY: the path is NUL-terminated and outlives the call.
        check_unit(unsafe { libc::chroot(path.as_ptr()) })
    }

    fn umask(&self, mask: u32) -> u32 {
        // SAFETY: a plain number.
        unsafe { libc::umask(mask as libc::mode_t) }
    }

    fn pathconf(&self, target: Target<'_>, name: i32) -> Result<Option<i64>> {
        self.need_target(Permission::Read, target)?;
        // SAFETY: this thread's errno tells "no limit" from a failure.
        unsafe { *libc::__errno_location() = 0 };
        let value = match target {
            // SAFETY: plain numbers.
            Target::Descriptor(fd) => unsafe { libc::fpathconf(fd, name) },
            Target::Path { path, .. } => {
                let path = c_string(path)?;
                // SAFETY: the path is NUL-terminated and outlives the call.
                unsafe { libc::pathconf(path.as_ptr(), name) }
            }
        };
        match value {
            -1 if HostError::last().errno != 0 => Err(HostError::last()),
            -1 => Ok(None),
            value => Ok(Some(value)),
        }
    }

    fn sendfile(&self, out: Fd, input: Fd, mut offset: Option<i64>, count: usize) -> Result<usize> {
        // SAFETY: the offset's pointer is NULL or to our own variable.
        check_size(unsafe { libc::sendfile(out, input, offset_pointer(&mut offset), count) })
    }

    fn copy_file_range(
        &self,
        input: Fd,
        mut input_offset: Option<i64>,
        out: Fd,
        mut out_offset: Option<i64>,
        count: usize,
    ) -> Result<usize> {
        let (from, to) = (offset_pointer(&mut input_offset), offset_pointer(&mut out_offset));
        // SAFETY: the offsets' pointers are NULL or to our own variables.
        check_size(unsafe { libc::copy_file_range(input, from, out, to, count, 0) })
    }

    fn splice(
        &self,
        input: Fd,
        mut input_offset: Option<i64>,
        out: Fd,
        mut out_offset: Option<i64>,
        count: usize,
        flags: u32,
    ) -> Result<usize> {
        let (from, to) = (offset_pointer(&mut input_offset), offset_pointer(&mut out_offset));
        // SAFETY: the offsets' pointers are NULL or to our own variables.
        check_size(unsafe { libc::splice(input, from, out, to, count, flags) })
    }

    fn fallocate(&self, fd: Fd, offset: i64, length: i64) -> Result<()> {
        // SAFETY: plain numbers.
        check_number(unsafe { libc::posix_fallocate(fd, offset, length) })
    }

    fn fadvise(&self, fd: Fd, offset: i64, length: i64, advice: i32) -> Result<()> {
        // SAFETY: plain numbers.
        check_number(unsafe { libc::posix_fadvise(fd, offset, length, advice) })
    }

    fn getxattr(&self, target: Target<'_>, name: &[u8]) -> Result<Vec<u8>> {
        self.need_target(Permission::Read, target)?;
        let name = c_string(name)?;
        let path = target_path(target)?;
        growing(|buffer, size| {
            // SAFETY: name and path are NUL-terminated, the buffer writable for its size.
            unsafe {
                match (target, &path) {
                    (Target::Path { follow: true, .. }, Some(path)) => {
                        libc::getxattr(path.as_ptr(), name.as_ptr(), buffer.cast(), size)
                    }
                    (_, Some(path)) => libc::lgetxattr(path.as_ptr(), name.as_ptr(), buffer.cast(), size),
                    (_, None) => libc::fgetxattr(descriptor(target), name.as_ptr(), buffer.cast(), size),
                }
            }
        })
    }

    fn setxattr(&self, target: Target<'_>, name: &[u8], value: &[u8], flags: i32) -> Result<()> {
        self.need_target(Permission::Write, target)?;
        let name = c_string(name)?;
        let (bytes, size) = (value.as_ptr().cast(), value.len());
        let path = target_path(target)?;
        // SAFETY: name and path are NUL-terminated, the value readable for its size.
        check_unit(unsafe {
            match (target, &path) {
                (Target::Path { follow: true, .. }, Some(path)) => {
                    libc::setxattr(path.as_ptr(), name.as_ptr(), bytes, size, flags)
                }
                (_, Some(path)) => libc::lsetxattr(path.as_ptr(), name.as_ptr(), bytes, size, flags),
                (_, None) => libc::fsetxattr(descriptor(target), name.as_ptr(), bytes, size, flags),
            }
        })
    }

    fn removexattr(&self, target: Target<'_>, name: &[u8]) -> Result<()> {
        self.need_target(Permission::Write, target)?;
        let name = c_string(name)?;
        let path = target_path(target)?;
        // SAFETY: name and path are NUL-terminated.
        check_unit(unsafe {
            match (target, &path) {
                (Target::Path { follow: true, .. }, Some(path)) => {
                    libc::removexattr(path.as_ptr(), name.as_ptr())
                }
                (_, Some(path)) => libc::lremovexattr(path.as_ptr(), name.as_ptr()),
                (_, None) => libc::fremovexattr(descriptor(target), name.as_ptr()),
            }
        })
    }

    fn listxattr(&self, target: Target<'_>) -> Result<Vec<Vec<u8>>> {
        self.need_target(Permission::Read, target)?;
        let path = target_path(target)?;
        let names = growing(|buffer, size| {
            // SAFETY: the path is NUL-terminated, the buffer writable for its size.
            unsafe {
                match (target, &path) {
                    (Target::Path { follow: true, .. }, Some(path)) => {
                        libc::listxattr(path.as_ptr(), buffer.cast(), size)
                    }
                    (_, Some(path)) => libc::llistxattr(path.as_ptr(), buffer.cast(), size),
                    (_, None) => libc::flistxattr(descriptor(target), buffer.cast(), size),
                }
            }
        })?;
        Ok(names.split(|&byte| byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
    }

    fn memfd_create(&self, name: &[u8], flags: u32) -> Result<Fd> {
        let name = c_string(name)?;
        // SAFETY: the name is NUL-terminated and outlives the call.
        check(unsafe { libc::memfd_create(name.as_ptr(), flags) })
    }

    fn eventfd(&self, initial: u32, flags: i32) -> Result<Fd> {
        // SAFETY: plain numbers.
        check(unsafe { libc::eventfd(initial, flags) })
    }

    fn map(&self, request: MapRequest) -> Result<Box<dyn Mapping>> {
        Ok(Box::new(Region::new(request)?))
    }
}

impl SystemHost {
    fn remove(&self, path: &[u8], from: Fd, flags: i32) -> Result<()> {
        self.need_path(Permission::Write, path, from)?;
        let path = c_string(path)?;
        // SAFETY: the path is NUL-terminated and outlives the call.
        check_unit(unsafe { libc::unlinkat(from, path.as_ptr(), flags) })
    }
}

/// The path of a target that is one.
fn target_path(target: Target<'_>) -> Result<Option<std::ffi::CString>> {
    match target {
        Target::Path { path, .. } => c_string(path).map(Some),
        Target::Descriptor(_) => Ok(None),
    }
}

/// The descriptor of a target that is one.
fn descriptor(target: Target<'_>) -> Fd {
    match target {
        Target::Descriptor(fd) => fd,
        Target::Path { .. } => -1,
    }
}

/// Runs a call that fills a buffer of unknown size, with larger ones until it fits (the kernel's bound is 64 KiB).
fn growing(mut call: impl FnMut(*mut u8, usize) -> isize) -> Result<Vec<u8>> {
    for size in [128usize, 1024, 1 << 16] {
        let mut buffer = vec![0u8; size];
        match check_size(call(buffer.as_mut_ptr(), size)) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(error) if error.errno == libc::ERANGE => {}
            Err(error) => return Err(error),
        }
    }
    Err(HostError::new(libc::ERANGE))
}
