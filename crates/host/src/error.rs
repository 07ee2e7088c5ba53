//! What a host call fails with.

use crate::{Permission, errno};
use std::fmt;

/// The failure of a host call: the system's error number, and the permission that was missing if a policy refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostError {
    /// The system's error number, as `errno` has it (`ENOENT`, …). A denial has `EACCES`.
    pub errno: i32,
    /// The permission that a [`crate::Policy`] refused, if that is why the call failed.
    pub denied: Option<Permission>,
}

/// The result of a host call.
pub type Result<T> = std::result::Result<T, HostError>;

impl HostError {
    /// The failure with this error number.
    #[must_use]
    pub const fn new(errno: i32) -> HostError {
        HostError { errno, denied: None }
    }

    /// What `errno` says now: to be called right after the failed call.
    #[must_use]
    pub fn last() -> HostError {
        HostError::new(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO))
    }

    /// A policy's refusal.
    #[must_use]
    pub const fn denied(permission: Permission) -> HostError {
        HostError { errno: libc::EACCES, denied: Some(permission) }
    }

    /// Whether the call was interrupted by a signal, so that the caller has to run its handlers and retry.
    #[must_use]
    pub const fn is_interrupted(&self) -> bool {
        self.errno == libc::EINTR
    }

    /// Whether the call would have blocked on a non-blocking descriptor.
    #[must_use]
    pub const fn would_block(&self) -> bool {
        self.errno == libc::EAGAIN || self.errno == libc::EWOULDBLOCK
    }

    /// The message that `OSError.strerror` shows.
    #[must_use]
    pub fn message(&self) -> String {
        match self.denied {
            Some(permission) => format!("Permission denied: needs {}", permission.flag()),
            None => errno::message(self.errno),
        }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[Errno {}] {}", self.errno, self.message())
    }
}

impl std::error::Error for HostError {}

impl From<std::io::Error> for HostError {
    fn from(error: std::io::Error) -> HostError {
        HostError::new(error.raw_os_error().unwrap_or(libc::EIO))
    }
}

/// The result of a call that says -1 for a failure.
pub(crate) fn check<T: Copy + PartialEq + From<i8>>(result: T) -> Result<T> {
    if result == T::from(-1) { Err(HostError::last()) } else { Ok(result) }
}

/// The result of a call that says -1 for a failure and has nothing else to say.
pub(crate) fn check_unit(result: i32) -> Result<()> {
    check(result).map(|_| ())
}

/// The result of a call that returns the error number itself (the `posix_…` and `pthread_…` calls).
pub(crate) fn check_number(result: i32) -> Result<()> {
    if result == 0 { Ok(()) } else { Err(HostError::new(result)) }
}

/// A count of bytes that a call returned, or its failure.
pub(crate) fn check_size(result: isize) -> Result<usize> {
    usize::try_from(result).map_err(|_| HostError::last())
}
