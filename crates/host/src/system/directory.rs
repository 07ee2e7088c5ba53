//! Reading directories.

use crate::error::check;
use crate::files::{Directory, DirectoryEntry, Target};
use crate::system::c_string;
use crate::{HostError, Result};

/// An open directory stream, closed on drop.
pub(super) struct Stream {
    stream: *mut libc::DIR,
}

// SAFETY: the stream is used through `&mut self` only, and the C library lets any one thread at a time use it.
unsafe impl Send for Stream {}

impl Stream {
    pub(super) fn open(target: Target<'_>) -> Result<Stream> {
        let fd = match target {
            Target::Path { path, from, .. } => {
                let path = c_string(path)?;
                let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC;
                // SAFETY: the path is NUL-terminated and outlives the call.
                check(unsafe { libc::openat(from, path.as_ptr(), flags) })?
            }
            // SAFETY: plain numbers.
            Target::Descriptor(fd) => check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })?,
        };
        // SAFETY: the descriptor is open and ours; the stream takes it over.
        let stream = unsafe { libc::fdopendir(fd) };
        if stream.is_null() {
            let error = HostError::last();
            // SAFETY: the stream did not take it over.
            unsafe { libc::close(fd) };
            return Err(error);
        }
        if matches!(target, Target::Descriptor(_)) {
            // SAFETY: the stream is open. The duplicate shares its position with the original.
            unsafe { libc::rewinddir(stream) };
        }
        Ok(Stream { stream })
    }
}

impl Directory for Stream {
    fn next(&mut self) -> Result<Option<DirectoryEntry>> {
        loop {
            // SAFETY: the call's error is told from the end of the directory by this thread's errno alone.
            unsafe { *libc::__errno_location() = 0 };
            // SAFETY: the stream is open.
            let entry = unsafe { libc::readdir64(self.stream) };
            if entry.is_null() {
                let error = HostError::last();
                return if error.errno == 0 { Ok(None) } else { Err(error) };
            }
            // SAFETY: not NULL, and valid until the next call on this stream; the name is NUL-terminated.
            let (name, inode, kind) = unsafe {
                let name = std::ffi::CStr::from_ptr((&raw const (*entry).d_name).cast()).to_bytes();
                (name, (*entry).d_ino, (*entry).d_type)
            };
            if name != b"." && name != b".." {
                return Ok(Some(DirectoryEntry { name: name.to_vec(), inode, kind }));
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: open until here.
        unsafe { libc::closedir(self.stream) };
    }
}
