//! The real machine: [`SystemHost`], one module for each subject.
//!
//! `unsafe` here is foreign calls only. Each passes either plain numbers, or pointers to buffers and NUL-terminated strings
//! that outlive the call.

mod address;
mod clock;
mod directory;
mod environment;
mod files;
mod locale;
mod mapping;
mod network;
mod poll;
mod process;
mod resolver;
mod shared;
mod signals;
mod spawn;
mod terminal;
mod users;

use crate::{AllowAll, HostError, Permission, Policy, Result, files::Target};
use std::ffi::CString;

/// The real machine, under a policy.
pub struct SystemHost {
    policy: Box<dyn Policy>,
}

impl Default for SystemHost {
    fn default() -> SystemHost {
        SystemHost { policy: Box::new(AllowAll) }
    }
}

impl SystemHost {
    /// The machine with what `policy` allows of it.
    #[must_use]
    pub fn new(policy: Box<dyn Policy>) -> SystemHost {
        SystemHost { policy }
    }

    /// Fails unless the policy allows the call.
    fn need(&self, permission: Permission, subject: &[u8]) -> Result<()> {
        if self.policy.allows(permission, subject) { Ok(()) } else { Err(HostError::denied(permission)) }
    }

    /// The same for a file: what is reached through a descriptor was asked for when it was opened.
    fn need_target(&self, permission: Permission, target: Target<'_>) -> Result<()> {
        match target {
            Target::Path { path, .. } => self.need(permission, path),
            Target::Descriptor(_) => Ok(()),
        }
    }
}

/// A C string, or `EINVAL` for a NUL byte inside.
fn c_string(bytes: &[u8]) -> Result<CString> {
    CString::new(bytes).map_err(|_| HostError::new(libc::EINVAL))
}

/// Copies a C string out.
///
/// # Safety
/// `pointer` is NULL or a NUL-terminated string that stays as it is during the call.
unsafe fn copy_c_string(pointer: *const libc::c_char) -> Vec<u8> {
    if pointer.is_null() {
        return Vec::new();
    }
    // SAFETY: not NULL, and a string by the caller's promise.
    unsafe { std::ffi::CStr::from_ptr(pointer) }.to_bytes().to_vec()
}
