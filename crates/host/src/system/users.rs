//! The machine's users and groups.

use super::{c_string, copy_c_string};
use crate::error::check_number;
use crate::users::{Group, User, Users};
use crate::{HostError, Permission, Result, SystemHost};
use std::mem::MaybeUninit;
use std::sync::{Mutex, PoisonError};

unsafe extern "C" {
    fn getlogin_r(name: *mut libc::c_char, size: usize) -> libc::c_int;
}

/// `getpwent` and `getgrent` walk one position of the process.
static WALK: Mutex<()> = Mutex::new(());

/// # Safety
/// The entry's strings are NULL or NUL-terminated and alive.
unsafe fn user_from_c(entry: &libc::passwd) -> User {
    // SAFETY: by the caller's promise.
    unsafe {
        User {
            name: copy_c_string(entry.pw_name),
            password: copy_c_string(entry.pw_passwd),
            user: entry.pw_uid,
            group: entry.pw_gid,
            description: copy_c_string(entry.pw_gecos),
            home: copy_c_string(entry.pw_dir),
            shell: copy_c_string(entry.pw_shell),
        }
    }
}

/// # Safety
/// The entry's strings are NULL or NUL-terminated and alive, and the members a NULL-terminated list.
unsafe fn group_from_c(entry: &libc::group) -> Group {
    let mut members = Vec::new();
    // SAFETY: by the caller's promise.
    unsafe {
        let mut member = entry.gr_mem;
        while !member.is_null() && !(*member).is_null() {
            members.push(copy_c_string(*member));
            member = member.add(1);
        }
        Group {
            name: copy_c_string(entry.gr_name),
            password: copy_c_string(entry.gr_passwd),
            group: entry.gr_gid,
            members,
        }
    }
}

/// Calls a look-up with larger buffers until the entry fits. `call` returns an error number and whether it found one;
/// `convert` reads the entry while the buffer lives.
fn look_up<C, T>(
    call: impl Fn(*mut C, *mut libc::c_char, usize, *mut *mut C) -> i32,
    convert: impl Fn(&C) -> T,
) -> Result<Option<T>> {
    let mut size = 1024;
    loop {
        let mut buffer = vec![0 as libc::c_char; size];
        let mut entry = MaybeUninit::<C>::uninit();
        let mut found = std::ptr::null_mut();
        match check_number(call(entry.as_mut_ptr(), buffer.as_mut_ptr(), size, &mut found)) {
            Ok(()) if found.is_null() => return Ok(None),
            // SAFETY: the call filled the entry that it points to, and its strings lie in the buffer.
            Ok(()) => return Ok(Some(convert(unsafe { &*found }))),
            Err(error) if error.errno == libc::ERANGE && size < 1 << 24 => size *= 2,
            // Some data bases say so where there is no entry.
            Err(HostError { errno: libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM, .. }) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    }
}

impl Users for SystemHost {
    fn user_by_name(&self, name: &[u8]) -> Result<Option<User>> {
        if self.need(Permission::System, b"users").is_err() {
            return Ok(None);
        }
        let name = c_string(name)?;
        look_up(
            // SAFETY: the name is NUL-terminated, and the buffer has the size passed.
            |entry, buffer, size, found| unsafe {
                libc::getpwnam_r(name.as_ptr(), entry, buffer, size, found)
            },
            // SAFETY: the entry was just filled.
            |entry| unsafe { user_from_c(entry) },
        )
    }

    fn user_by_number(&self, user: u32) -> Result<Option<User>> {
        if self.need(Permission::System, b"users").is_err() {
            return Ok(None);
        }
        look_up(
            // SAFETY: the buffer has the size passed.
            |entry, buffer, size, found| unsafe { libc::getpwuid_r(user, entry, buffer, size, found) },
            // SAFETY: the entry was just filled.
            |entry| unsafe { user_from_c(entry) },
        )
    }

    fn all_users(&self) -> Result<Vec<User>> {
        self.need(Permission::System, b"users")?;
        let _walk = WALK.lock().unwrap_or_else(PoisonError::into_inner);
        let mut users = Vec::new();
        // SAFETY: the lock makes this the only walk; an entry is copied before the next call overwrites it.
        unsafe {
            libc::setpwent();
            while let Some(entry) = libc::getpwent().as_ref() {
                users.push(user_from_c(entry));
            }
            libc::endpwent();
        }
        Ok(users)
    }

    fn group_by_name(&self, name: &[u8]) -> Result<Option<Group>> {
        if self.need(Permission::System, b"users").is_err() {
            return Ok(None);
        }
        let name = c_string(name)?;
        look_up(
            // SAFETY: the name is NUL-terminated, and the buffer has the size passed.
            |entry, buffer, size, found| unsafe {
                libc::getgrnam_r(name.as_ptr(), entry, buffer, size, found)
            },
            // SAFETY: the entry was just filled.
            |entry| unsafe { group_from_c(entry) },
        )
    }

    fn group_by_number(&self, group: u32) -> Result<Option<Group>> {
        if self.need(Permission::System, b"users").is_err() {
            return Ok(None);
        }
        look_up(
            // SAFETY: the buffer has the size passed.
            |entry, buffer, size, found| unsafe { libc::getgrgid_r(group, entry, buffer, size, found) },
            // SAFETY: the entry was just filled.
            |entry| unsafe { group_from_c(entry) },
        )
    }

    fn all_groups(&self) -> Result<Vec<Group>> {
        self.need(Permission::System, b"users")?;
        let _walk = WALK.lock().unwrap_or_else(PoisonError::into_inner);
        let mut groups = Vec::new();
        // SAFETY: the lock makes this the only walk; an entry is copied before the next call overwrites it.
        unsafe {
            libc::setgrent();
            while let Some(entry) = libc::getgrent().as_ref() {
                groups.push(group_from_c(entry));
            }
            libc::endgrent();
        }
        Ok(groups)
    }

    fn groups_of_user(&self, name: &[u8], group: u32) -> Result<Vec<u32>> {
        self.need(Permission::System, b"users")?;
        let name = c_string(name)?;
        let mut size = 64i32;
        loop {
            let mut groups = vec![0u32; size as usize];
            let mut count = size;
            // SAFETY: the list has room for as many as are passed.
            let result = unsafe { libc::getgrouplist(name.as_ptr(), group, groups.as_mut_ptr(), &mut count) };
            if result >= 0 {
                groups.truncate(count.max(0) as usize);
                return Ok(groups);
            }
            if size > 1 << 20 {
                return Err(HostError::new(libc::ENOMEM));
            }
            size = count.max(size * 2);
        }
    }

    fn login_name(&self) -> Result<Vec<u8>> {
        let mut name = [0u8; 256];
        // SAFETY: the buffer is writable for the length passed, and NUL-terminated after.
        unsafe {
            check_number(getlogin_r(name.as_mut_ptr().cast(), name.len()))?;
            Ok(copy_c_string(name.as_ptr().cast()))
        }
    }
}
