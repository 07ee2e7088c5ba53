//! The machine's shared memory, semaphores and native libraries.

use super::{c_string, copy_c_string};
use crate::error::{check, check_unit};
use crate::files::{Fd, TimeSpec};
use crate::shared::{Library, Semaphore, Shared};
use crate::{HostError, Permission, Result, SystemHost};
use std::ffi::c_void;

/// An open semaphore.
struct OpenSemaphore(*mut libc::sem_t);

// SAFETY: POSIX lets any thread use a semaphore at any time.
unsafe impl Send for OpenSemaphore {}
// SAFETY: as above.
unsafe impl Sync for OpenSemaphore {}

impl Semaphore for OpenSemaphore {
    fn try_acquire(&self) -> Result<bool> {
        // SAFETY: open until the drop.
        match check(unsafe { libc::sem_trywait(self.0) }) {
            Ok(_) => Ok(true),
            Err(error) if error.errno == libc::EAGAIN => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn acquire(&self, deadline: Option<TimeSpec>) -> Result<bool> {
        let result = match deadline {
            // SAFETY: open until the drop.
            None => check(unsafe { libc::sem_wait(self.0) }),
            Some(TimeSpec { seconds, nanoseconds }) => {
                let time = libc::timespec { tv_sec: seconds, tv_nsec: nanoseconds };
                // SAFETY: open until the drop; the structure is ours.
                check(unsafe { libc::sem_timedwait(self.0, &time) })
            }
        };
        match result {
            Ok(_) => Ok(true),
            Err(error) if error.errno == libc::ETIMEDOUT => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn release(&self) -> Result<()> {
        // SAFETY: open until the drop.
        check_unit(unsafe { libc::sem_post(self.0) })
    }

    fn value(&self) -> Result<i32> {
        let mut value = 0;
        // SAFETY: open until the drop; the result is ours.
        check(unsafe { libc::sem_getvalue(self.0, &mut value) })?;
        Ok(value)
    }
}

impl Drop for OpenSemaphore {
    fn drop(&mut self) {
        // SAFETY: open until here.
        unsafe { libc::sem_close(self.0) };
    }
}

/// A library's handle.
struct Loaded(*mut c_void);

// SAFETY: the loader's functions may be called from any thread.
unsafe impl Send for Loaded {}
// SAFETY: as above.
unsafe impl Sync for Loaded {}

impl Library for Loaded {
    fn symbol(&self, name: &[u8]) -> std::result::Result<usize, String> {
        let name = c_string(name).map_err(|error| error.message())?;
        // SAFETY: a valid handle and a NUL-terminated name. A symbol's value may be NULL: the error's text tells.
        unsafe {
            libc::dlerror();
            let address = libc::dlsym(self.0, name.as_ptr());
            match loader_error() {
                Some(error) => Err(error),
                None => Ok(address as usize),
            }
        }
    }

    fn handle(&self) -> usize {
        self.0 as usize
    }
}

/// What the loader last complained about.
fn loader_error() -> Option<String> {
    // SAFETY: the loader returns a string of this thread's, or NULL.
    let text = unsafe { copy_c_string(libc::dlerror()) };
    (!text.is_empty()).then(|| String::from_utf8_lossy(&text).into_owned())
}

impl Shared for SystemHost {
    fn open_memory(&self, name: &[u8], flags: i32, mode: u32) -> Result<Fd> {
        self.need(Permission::System, name)?;
        let name = c_string(name)?;
        // SAFETY: NUL-terminated.
        check(unsafe { libc::shm_open(name.as_ptr(), flags, mode as libc::mode_t) })
    }

    fn unlink_memory(&self, name: &[u8]) -> Result<()> {
        self.need(Permission::System, name)?;
        let name = c_string(name)?;
        // SAFETY: NUL-terminated.
        check_unit(unsafe { libc::shm_unlink(name.as_ptr()) })
    }

    fn open_semaphore(&self, name: &[u8], create: Option<u32>) -> Result<Box<dyn Semaphore>> {
        self.need(Permission::System, name)?;
        let name = c_string(name)?;
        // SAFETY: NUL-terminated; the further arguments are those that the flags call for.
        let semaphore = unsafe {
            match create {
                Some(value) => {
                    libc::sem_open(name.as_ptr(), libc::O_CREAT | libc::O_EXCL, 0o600 as libc::c_uint, value)
                }
                None => libc::sem_open(name.as_ptr(), 0),
            }
        };
        if semaphore == libc::SEM_FAILED {
            return Err(HostError::last());
        }
        Ok(Box::new(OpenSemaphore(semaphore)))
    }

    fn unlink_semaphore(&self, name: &[u8]) -> Result<()> {
        self.need(Permission::System, name)?;
        let name = c_string(name)?;
        // SAFETY: NUL-terminated.
        check_unit(unsafe { libc::sem_unlink(name.as_ptr()) })
    }

    fn semaphore_limit(&self) -> u32 {
        i32::MAX as u32
    }

    fn load_library(&self, path: Option<&[u8]>, flags: i32) -> std::result::Result<Box<dyn Library>, String> {
        self.need(Permission::Foreign, path.unwrap_or_default()).map_err(|error| error.message())?;
        let path = path.map(c_string).transpose().map_err(|error| error.message())?;
        let pointer = path.as_ref().map_or(std::ptr::null(), |path| path.as_ptr());
        // SAFETY: NULL or NUL-terminated. The library's initialisers run: what they do is the program's responsibility, and
        // the permission's.
        let handle = unsafe { libc::dlopen(pointer, flags) };
        if handle.is_null() {
            return Err(loader_error().unwrap_or_else(|| "the library cannot be loaded".to_owned()));
        }
        Ok(Box::new(Loaded(handle)))
    }
}
