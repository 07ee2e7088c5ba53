//! The C library's locale.

use super::{c_string, copy_c_string};
use crate::locale::{Conventions, Locale};
use crate::{HostError, Result, SystemHost};
use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};

/// The C library returns its answers in memory that the next call overwrites.
static ANSWERS: Mutex<()> = Mutex::new(());

impl Locale for SystemHost {
    fn set_locale(&self, category: i32, name: Option<&[u8]>) -> Result<Option<Vec<u8>>> {
        let name = name.map(c_string).transpose()?;
        let _answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: NULL or NUL-terminated; the answer is copied before another call.
        let answer = unsafe {
            let pointer = name.as_ref().map_or(std::ptr::null(), |name| name.as_ptr());
            let answer = libc::setlocale(category, pointer);
            if answer.is_null() { None } else { Some(copy_c_string(answer)) }
        };
        Ok(answer)
    }

    fn conventions(&self) -> Conventions {
        let _answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the C library's structure is read before another call; its fields are NUL-terminated strings.
        unsafe {
            let Some(conventions) = libc::localeconv().as_ref() else { return Conventions::default() };
            let text = |pointer: *mut libc::c_char| copy_c_string(pointer);
            Conventions {
                texts: [
                    text(conventions.decimal_point),
                    text(conventions.thousands_sep),
                    text(conventions.grouping),
                    text(conventions.int_curr_symbol),
                    text(conventions.currency_symbol),
                    text(conventions.mon_decimal_point),
                    text(conventions.mon_thousands_sep),
                    text(conventions.mon_grouping),
                    text(conventions.positive_sign),
                    text(conventions.negative_sign),
                ],
                numbers: [
                    conventions.int_frac_digits,
                    conventions.frac_digits,
                    conventions.p_cs_precedes,
                    conventions.p_sep_by_space,
                    conventions.n_cs_precedes,
                    conventions.n_sep_by_space,
                    conventions.p_sign_posn,
                    conventions.n_sign_posn,
                ]
                .map(i32::from),
            }
        }
    }

    fn language_info(&self, item: i32) -> Vec<u8> {
        let _answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the C library's string is copied before another call.
        unsafe { copy_c_string(libc::nl_langinfo(item)) }
    }

    fn collate(&self, a: &[u8], b: &[u8]) -> Result<Ordering> {
        let (a, b) = (c_string(a)?, c_string(b)?);
        // SAFETY: both are NUL-terminated.
        Ok(unsafe { libc::strcoll(a.as_ptr(), b.as_ptr()) }.cmp(&0))
    }

    fn collation_key(&self, text: &[u8]) -> Result<Vec<u8>> {
        let text = c_string(text)?;
        // SAFETY: with no room only the length is returned.
        let length = unsafe { libc::strxfrm(std::ptr::null_mut(), text.as_ptr(), 0) };
        let mut key = Vec::new();
        key.try_reserve_exact(length.saturating_add(1)).map_err(|_| HostError::new(libc::ENOMEM))?;
        key.resize(length + 1, 0u8);
        // SAFETY: the buffer is writable for the length passed.
        let length = unsafe { libc::strxfrm(key.as_mut_ptr().cast(), text.as_ptr(), key.len()) };
        key.truncate(length);
        Ok(key)
    }
}
