//! The command line, the environment and random bytes of the machine.

use crate::error::{check_size, check_unit};
use crate::system::c_string;
use crate::{Environment, HostError, Permission, Random, Result, SystemHost};
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

impl Environment for SystemHost {
    fn arguments(&self) -> Vec<Vec<u8>> {
        std::env::args_os().map(OsStringExt::into_vec).collect()
    }

    fn executable(&self) -> Option<Vec<u8>> {
        std::env::current_exe().ok().map(|path| path.into_os_string().into_vec())
    }

    fn variables(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        if self.need(Permission::Env, b"").is_err() {
            return Vec::new();
        }
        std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())).collect()
    }

    fn variable(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.need(Permission::Env, name).ok()?;
        std::env::var_os(OsStr::from_bytes(name)).map(OsStringExt::into_vec)
    }

    fn set_variable(&self, name: &[u8], value: &[u8]) -> Result<()> {
        self.need(Permission::Env, name)?;
        if name.is_empty() || name.contains(&b'=') || name.contains(&0) || value.contains(&0) {
            return Err(HostError::new(libc::EINVAL));
        }
        // SAFETY: the standard library's lock orders this with its own readers. Readers in C (getenv in tzset, in the
        // resolver) race with it exactly as they do under CPython's os.putenv.
        unsafe { std::env::set_var(OsStr::from_bytes(name), OsStr::from_bytes(value)) };
        Ok(())
    }

    fn remove_variable(&self, name: &[u8]) -> Result<()> {
        self.need(Permission::Env, name)?;
        let name = c_string(name)?;
        // SAFETY: NUL-terminated; the race with readers in C is as above. The C call is used for its error.
        check_unit(unsafe { libc::unsetenv(name.as_ptr()) })
    }
}

impl Random for SystemHost {
    fn getrandom(&self, buffer: &mut [u8], flags: u32) -> Result<usize> {
        // SAFETY: the buffer is writable for the length passed.
        check_size(unsafe { libc::getrandom(buffer.as_mut_ptr().cast(), buffer.len(), flags) })
    }
}
