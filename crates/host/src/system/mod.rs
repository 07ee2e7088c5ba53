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

use crate::files::{CURRENT_DIRECTORY, Fd, Target};
use crate::{AllowAll, HostError, Permission, Policy, Result};
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path};

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

    /// The same for a path, relative to a directory.
    fn need_path(&self, permission: Permission, path: &[u8], from: Fd) -> Result<()> {
        if self.policy.wants_real_paths() {
            self.need(permission, &real_path(path, from))
        } else {
            self.need(permission, path)
        }
    }

    /// The same for a file: what is reached through a descriptor was asked for when it was opened.
    fn need_target(&self, permission: Permission, target: Target<'_>) -> Result<()> {
        match target {
            Target::Path { path, from, .. } => self.need_path(permission, path, from),
            Target::Descriptor(_) => Ok(()),
        }
    }
}

/// A path made absolute, with the symbolic links of all that exists of it resolved.
pub(crate) fn real_path(path: &[u8], from: Fd) -> Vec<u8> {
    let base = if from == CURRENT_DIRECTORY {
        std::env::current_dir().unwrap_or_default()
    } else {
        std::fs::read_link(format!("/proc/self/fd/{from}")).unwrap_or_default()
    };
    let path = base.join(OsStr::from_bytes(path));
    // What does not exist yet lies in the deepest folder that does. A name after it that goes up again is left as it is and
    // matches no grant.
    for ancestor in path.ancestors() {
        if let Ok(real) = std::fs::canonicalize(ancestor) {
            let rest = path.strip_prefix(ancestor).unwrap_or(Path::new(""));
            if rest.components().any(|part| part == Component::ParentDir) {
                return Vec::new();
            }
            let joined = if rest.as_os_str().is_empty() { real } else { real.join(rest) };
            return joined.into_os_string().into_vec();
        }
    }
    Vec::new()
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
