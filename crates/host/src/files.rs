//! Files and directories: the trait, and the plain values it speaks in.

use crate::Result;

/// A file descriptor, as the system numbers it. It is not owned: Python programs pass descriptors about as integers.
pub type Fd = i32;

/// Stands for the working directory where a call takes a directory's descriptor.
pub const CURRENT_DIRECTORY: Fd = libc::AT_FDCWD;

/// A moment or a duration as the system has it: whole seconds, and 0 to 999,999,999 nanoseconds more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct TimeSpec {
    /// Whole seconds, negative before 1970.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanoseconds: i64,
}

impl TimeSpec {
    /// From a count of nanoseconds, rounded down to seconds as the system wants it.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: i128) -> TimeSpec {
        TimeSpec {
            seconds: nanoseconds.div_euclid(1_000_000_000) as i64,
            nanoseconds: nanoseconds.rem_euclid(1_000_000_000) as i64,
        }
    }

    /// The whole in nanoseconds.
    #[must_use]
    pub const fn as_nanoseconds(self) -> i128 {
        self.seconds as i128 * 1_000_000_000 + self.nanoseconds as i128
    }
}

/// What `stat` says about a file (`os.stat_result`).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Stat {
    /// Type and permission bits.
    pub mode: u32,
    /// Inode number.
    pub inode: u64,
    /// Device that holds the file.
    pub device: u64,
    /// Number of hard links.
    pub links: u64,
    /// Owner.
    pub user: u32,
    /// Owning group.
    pub group: u32,
    /// Size in bytes.
    pub size: i64,
    /// Device that a device file stands for.
    pub special_device: u64,
    /// Preferred size of a block for reading and writing.
    pub block_size: i64,
    /// Blocks of 512 bytes allocated.
    pub blocks: i64,
    /// Last read.
    pub accessed: TimeSpec,
    /// Last change of the contents.
    pub modified: TimeSpec,
    /// Last change of the inode.
    pub changed: TimeSpec,
}

/// What `statvfs` says about a file system (`os.statvfs_result`).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct FileSystemStat {
    /// Block size.
    pub block_size: u64,
    /// Fragment size, the unit of `blocks`.
    pub fragment_size: u64,
    /// Size in fragments.
    pub blocks: u64,
    /// Free fragments.
    pub free: u64,
    /// Free fragments for unprivileged users.
    pub available: u64,
    /// Inodes.
    pub files: u64,
    /// Free inodes.
    pub free_files: u64,
    /// Free inodes for unprivileged users.
    pub available_files: u64,
    /// Mount flags.
    pub flags: u64,
    /// Longest file name.
    pub name_max: u64,
    /// The file system's identifier.
    pub identifier: u64,
}

/// One entry of a directory. `.` and `..` are never among them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DirectoryEntry {
    /// The name, without the directory.
    pub name: Vec<u8>,
    /// Inode number.
    pub inode: u64,
    /// `DT_REG`, `DT_DIR`, `DT_LNK`, …, or `DT_UNKNOWN` (0) where the file system does not say.
    pub kind: u8,
}

/// An open directory being read; dropping it closes it.
pub trait Directory: Send {
    /// The next entry, or `None` at the end.
    fn next(&mut self) -> Result<Option<DirectoryEntry>>;
}

/// Which file a call is about.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// A path, relative to the directory `from` ([`CURRENT_DIRECTORY`] for the working directory).
    Path {
        /// The path's bytes.
        path: &'a [u8],
        /// Where a relative path begins.
        from: Fd,
        /// Whether a symbolic link at its end is followed.
        follow: bool,
    },
    /// An open file.
    Descriptor(Fd),
}

impl<'a> Target<'a> {
    /// A path from the working directory, links followed.
    #[must_use]
    pub const fn path(path: &'a [u8]) -> Target<'a> {
        Target::Path { path, from: CURRENT_DIRECTORY, follow: true }
    }

    /// A path from the working directory, a link at its end not followed.
    #[must_use]
    pub const fn link(path: &'a [u8]) -> Target<'a> {
        Target::Path { path, from: CURRENT_DIRECTORY, follow: false }
    }
}

/// A moment to set a file's times to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileTime {
    /// The present.
    Now,
    /// As it is.
    Keep,
    /// A given moment.
    At(TimeSpec),
}

/// A mapping of a file, or of memory, into the process; dropping it unmaps it.
///
/// Another process may change or truncate the file under a shared mapping, so no reference into it is given out:
/// bytes are copied in and out.
pub trait Mapping: Send + Sync {
    /// Its length in bytes.
    fn len(&self) -> usize;
    /// Whether it is empty (it never is: the system refuses that).
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The address, for `ctypes` and buffer exports. Reading past [`Mapping::len`] or after the drop is the caller's fault.
    fn address(&self) -> *mut u8;
    /// Copies `buffer.len()` bytes from `offset` out; `EINVAL` outside the mapping.
    fn read(&self, offset: usize, buffer: &mut [u8]) -> Result<()>;
    /// Copies `bytes` to `offset`; `EINVAL` outside the mapping. The caller checks that the mapping can be written.
    fn write(&self, offset: usize, bytes: &[u8]) -> Result<()>;
    /// Writes the changes in the range back to the file.
    fn flush(&self, offset: usize, length: usize) -> Result<()>;
    /// `madvise` on the range.
    fn advise(&self, advice: i32, offset: usize, length: usize) -> Result<()>;
    /// Changes the length, moving the mapping if need be.
    fn resize(&mut self, length: usize) -> Result<()>;
}

/// What to map: see `mmap(2)`.
#[derive(Clone, Copy, Debug)]
pub struct MapRequest {
    /// The file, or -1 for memory.
    pub fd: Fd,
    /// Bytes to map.
    pub length: usize,
    /// `PROT_…`.
    pub protection: i32,
    /// `MAP_…`.
    pub flags: i32,
    /// Where in the file it begins.
    pub offset: i64,
}

crate::recorded::subject! {
/// Files and directories. Flags, modes and commands are the system's numbers, as in Python's `os` and `fcntl`.
/// Descriptors made here are not inheritable (PEP 446) unless the call says otherwise.
pub trait Files {
    /// Opens a file (`O_CLOEXEC` is added).
    fn open(&self, path: &[u8], flags: i32, mode: u32, from: Fd) -> Result<Fd>;
    /// Closes a descriptor. `EINTR` means it is closed all the same.
    fn close(&self, fd: Fd) -> Result<()>;
    /// Closes all descriptors from `low` to before `high`, whether open or not.
    fn close_range(&self, low: Fd, high: Fd);
    /// Reads into `buffer`; 0 at the end of the file.
    fn read(&self, fd: Fd, buffer: &mut [u8]) -> Result<usize>;
    /// Writes; the count may be smaller than what was given.
    fn write(&self, fd: Fd, bytes: &[u8]) -> Result<usize>;
    /// Reads from a place without moving the file's position.
    fn pread(&self, fd: Fd, buffer: &mut [u8], offset: i64) -> Result<usize>;
    /// Writes to a place without moving the file's position.
    fn pwrite(&self, fd: Fd, bytes: &[u8], offset: i64) -> Result<usize>;
    /// Reads into several buffers, from `offset` if one is given, with `RWF_…` flags.
    fn readv(&self, fd: Fd, buffers: &mut [&mut [u8]], offset: Option<i64>, flags: i32) -> Result<usize>;
    /// Writes several buffers, to `offset` if one is given, with `RWF_…` flags.
    fn writev(&self, fd: Fd, buffers: &[&[u8]], offset: Option<i64>, flags: i32) -> Result<usize>;
    /// Moves the file's position; returns the new one.
    fn lseek(&self, fd: Fd, offset: i64, whence: i32) -> Result<i64>;
    /// Sets the length of a file.
    fn truncate(&self, target: Target<'_>, length: i64) -> Result<()>;
    /// Forces contents (and metadata unless `data_only`) to the device.
    fn fsync(&self, fd: Fd, data_only: bool) -> Result<()>;
    /// Flushes everything to the devices.
    fn sync(&self);
    /// A second descriptor for the same file.
    fn dup(&self, fd: Fd) -> Result<Fd>;
    /// A second descriptor with the given number.
    fn dup2(&self, fd: Fd, target: Fd, inheritable: bool) -> Result<Fd>;
    /// A pipe: the reading and the writing end. `flags` is `O_CLOEXEC`, `O_NONBLOCK`, … exactly.
    fn pipe(&self, flags: i32) -> Result<(Fd, Fd)>;
    /// `fcntl` with an integer.
    fn fcntl(&self, fd: Fd, command: i32, argument: i64) -> Result<i32>;
    /// `fcntl` with a structure, changed in place. `buffer` must be as large as the command's structure; it is padded
    /// to 1024 bytes for the call.
    fn fcntl_buffer(&self, fd: Fd, command: i32, buffer: &mut [u8]) -> Result<i32>;
    /// `ioctl` with an integer.
    fn ioctl(&self, fd: Fd, request: u64, argument: i64) -> Result<i32>;
    /// `ioctl` with a structure, changed in place, padded like [`Files::fcntl_buffer`]'s.
    fn ioctl_buffer(&self, fd: Fd, request: u64, buffer: &mut [u8]) -> Result<i32>;
    /// `flock`.
    fn flock(&self, fd: Fd, operation: i32) -> Result<()>;
    /// Record locks: `LOCK_SH`, `LOCK_EX`, `LOCK_UN`, with `LOCK_NB`, on the range.
    fn lockf(&self, fd: Fd, operation: i32, length: i64, start: i64, whence: i32) -> Result<()>;
    /// `os.lockf`: `F_LOCK`, `F_TLOCK`, `F_ULOCK`, `F_TEST` from the present position.
    fn lock_region(&self, fd: Fd, command: i32, length: i64) -> Result<()>;
    /// Whether a child process inherits the descriptor.
    fn is_inheritable(&self, fd: Fd) -> Result<bool>;
    /// Sets whether a child process inherits the descriptor.
    fn set_inheritable(&self, fd: Fd, inheritable: bool) -> Result<()>;
    /// Whether calls on the descriptor block.
    fn is_blocking(&self, fd: Fd) -> Result<bool>;
    /// Sets whether calls on the descriptor block.
    fn set_blocking(&self, fd: Fd, blocking: bool) -> Result<()>;
    /// Whether the descriptor is a terminal.
    fn isatty(&self, fd: Fd) -> bool;
    /// What the system knows about a file.
    fn stat(&self, target: Target<'_>) -> Result<Stat>;
    /// What the system knows about a file system.
    fn statvfs(&self, target: Target<'_>) -> Result<FileSystemStat>;
    /// Whether the process may access the file so (`F_OK`, `R_OK`, …); any failure is `false`.
    fn access(&self, target: Target<'_>, mode: i32, effective: bool) -> bool;
    /// Opens a directory to read its entries. A descriptor is duplicated, and read from its start.
    fn read_directory(&self, target: Target<'_>) -> Result<Box<dyn Directory>>;
    /// Makes a directory.
    fn mkdir(&self, path: &[u8], mode: u32, from: Fd) -> Result<()>;
    /// Removes an empty directory.
    fn rmdir(&self, path: &[u8], from: Fd) -> Result<()>;
    /// Removes a file.
    fn unlink(&self, path: &[u8], from: Fd) -> Result<()>;
    /// Renames, replacing what is there.
    fn rename(&self, old: &[u8], old_from: Fd, new: &[u8], new_from: Fd) -> Result<()>;
    /// Makes a hard link.
    fn link(&self, old: &[u8], old_from: Fd, new: &[u8], new_from: Fd, follow: bool) -> Result<()>;
    /// Makes a symbolic link at `path` that says `contents`.
    fn symlink(&self, contents: &[u8], path: &[u8], from: Fd) -> Result<()>;
    /// What a symbolic link says.
    fn readlink(&self, path: &[u8], from: Fd) -> Result<Vec<u8>>;
    /// Sets permissions.
    fn chmod(&self, target: Target<'_>, mode: u32) -> Result<()>;
    /// Sets owner and group; `u32::MAX` leaves one as it is.
    fn chown(&self, target: Target<'_>, user: u32, group: u32) -> Result<()>;
    /// Sets the times of access and of modification.
    fn utime(&self, target: Target<'_>, accessed: FileTime, modified: FileTime) -> Result<()>;
    /// Makes a named pipe.
    fn mkfifo(&self, path: &[u8], mode: u32, from: Fd) -> Result<()>;
    /// Makes a special file.
    fn mknod(&self, path: &[u8], mode: u32, device: u64, from: Fd) -> Result<()>;
    /// The working directory's path.
    fn getcwd(&self) -> Result<Vec<u8>>;
    /// Changes the working directory.
    fn chdir(&self, target: Target<'_>) -> Result<()>;
    /// Changes the root directory.
    fn chroot(&self, path: &[u8]) -> Result<()>;
    /// Sets the mask of permissions for new files; returns the former one.
    fn umask(&self, mask: u32) -> u32;
    /// A limit of a file or its file system; `None` if there is none.
    fn pathconf(&self, target: Target<'_>, name: i32) -> Result<Option<i64>>;
    /// Copies between descriptors in the kernel.
    fn sendfile(&self, out: Fd, input: Fd, offset: Option<i64>, count: usize) -> Result<usize>;
    /// Copies between files in the kernel.
    fn copy_file_range(
        &self,
        input: Fd,
        input_offset: Option<i64>,
        out: Fd,
        out_offset: Option<i64>,
        count: usize,
    ) -> Result<usize>;
    /// Moves between a pipe and a descriptor in the kernel.
    fn splice(
        &self,
        input: Fd,
        input_offset: Option<i64>,
        out: Fd,
        out_offset: Option<i64>,
        count: usize,
        flags: u32,
    ) -> Result<usize>;
    /// Allocates space.
    fn fallocate(&self, fd: Fd, offset: i64, length: i64) -> Result<()>;
    /// Announces how the file will be read.
    fn fadvise(&self, fd: Fd, offset: i64, length: i64, advice: i32) -> Result<()>;
    /// The value of an extended attribute.
    fn getxattr(&self, target: Target<'_>, name: &[u8]) -> Result<Vec<u8>>;
    /// Sets an extended attribute.
    fn setxattr(&self, target: Target<'_>, name: &[u8], value: &[u8], flags: i32) -> Result<()>;
    /// Removes an extended attribute.
    fn removexattr(&self, target: Target<'_>, name: &[u8]) -> Result<()>;
    /// The names of the extended attributes.
    fn listxattr(&self, target: Target<'_>) -> Result<Vec<Vec<u8>>>;
    /// A file in memory.
    fn memfd_create(&self, name: &[u8], flags: u32) -> Result<Fd>;
    /// A counter to wait on.
    fn eventfd(&self, initial: u32, flags: i32) -> Result<Fd>;
    /// Maps a file or memory.
    fn map(&self, request: MapRequest) -> Result<Box<dyn Mapping>>;
}
}
