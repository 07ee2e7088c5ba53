//! The machine's terminals.

use super::{c_string, copy_c_string};
use crate::error::{check, check_number, check_unit};
use crate::files::{Fd, Files};
use crate::terminal::{Terminal, TerminalSettings};
use crate::{Result, SystemHost};
use std::mem::MaybeUninit;

impl Terminal for SystemHost {
    fn terminal_settings(&self, fd: Fd) -> Result<TerminalSettings> {
        let mut settings = MaybeUninit::uninit();
        // SAFETY: the call fills the structure.
        let settings: libc::termios = unsafe {
            check(libc::tcgetattr(fd, settings.as_mut_ptr()))?;
            settings.assume_init()
        };
        // SAFETY: the structure is initialised.
        let (input_speed, output_speed) =
            unsafe { (libc::cfgetispeed(&settings), libc::cfgetospeed(&settings)) };
        Ok(TerminalSettings {
            input: settings.c_iflag,
            output: settings.c_oflag,
            control: settings.c_cflag,
            local: settings.c_lflag,
            input_speed,
            output_speed,
            characters: settings.c_cc,
        })
    }

    fn set_terminal_settings(&self, fd: Fd, when: i32, wanted: &TerminalSettings) -> Result<()> {
        let mut settings = MaybeUninit::uninit();
        // SAFETY: the call fills the structure; what it has beside our fields stays.
        unsafe {
            check(libc::tcgetattr(fd, settings.as_mut_ptr()))?;
            let settings: &mut libc::termios = settings.assume_init_mut();
            settings.c_iflag = wanted.input;
            settings.c_oflag = wanted.output;
            settings.c_cflag = wanted.control;
            settings.c_lflag = wanted.local;
            settings.c_cc = wanted.characters;
            check(libc::cfsetispeed(settings, wanted.input_speed))?;
            check(libc::cfsetospeed(settings, wanted.output_speed))?;
            check_unit(libc::tcsetattr(fd, when, settings))
        }
    }

    fn send_break(&self, fd: Fd, duration: i32) -> Result<()> {
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::tcsendbreak(fd, duration) })
    }

    fn drain(&self, fd: Fd) -> Result<()> {
        // SAFETY: a plain number.
        check_unit(unsafe { libc::tcdrain(fd) })
    }

    fn flush_queue(&self, fd: Fd, queue: i32) -> Result<()> {
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::tcflush(fd, queue) })
    }

    fn flow(&self, fd: Fd, action: i32) -> Result<()> {
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::tcflow(fd, action) })
    }

    fn terminal_size(&self, fd: Fd) -> Result<(u16, u16)> {
        // SAFETY: an integer structure, valid as zeros.
        let mut size: libc::winsize = unsafe { std::mem::zeroed() };
        // SAFETY: the structure is what the request fills.
        check(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &mut size) })?;
        Ok((size.ws_col, size.ws_row))
    }

    fn set_terminal_size(&self, fd: Fd, columns: u16, lines: u16) -> Result<()> {
        let size = libc::winsize { ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: the structure is what the request reads.
        check_unit(unsafe { libc::ioctl(fd, libc::TIOCSWINSZ, &size) })
    }

    fn terminal_name(&self, fd: Fd) -> Result<Vec<u8>> {
        let mut name = [0u8; 256];
        // SAFETY: the buffer is writable for the length passed, and NUL-terminated after.
        unsafe {
            check_number(libc::ttyname_r(fd, name.as_mut_ptr().cast(), name.len()))?;
            Ok(copy_c_string(name.as_ptr().cast()))
        }
    }

    fn own_terminal(&self) -> Vec<u8> {
        b"/dev/tty".to_vec()
    }

    fn open_terminal(&self) -> Result<(Fd, Fd)> {
        let (mut controller, mut terminal) = (-1, -1);
        // SAFETY: the results are ours, and NULL stands for "none wanted".
        check(unsafe {
            libc::openpty(
                &mut controller,
                &mut terminal,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            )
        })?;
        self.set_inheritable(controller, false)?;
        self.set_inheritable(terminal, false)?;
        Ok((controller, terminal))
    }

    fn login_terminal(&self, fd: Fd) -> Result<()> {
        // SAFETY: a plain number.
        check_unit(unsafe { libc::login_tty(fd) })
    }

    fn foreground_group(&self, fd: Fd) -> Result<i32> {
        // SAFETY: a plain number.
        check(unsafe { libc::tcgetpgrp(fd) })
    }

    fn set_foreground_group(&self, fd: Fd, group: i32) -> Result<()> {
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::tcsetpgrp(fd, group) })
    }

    fn posix_openpt(&self, flags: i32) -> Result<Fd> {
        let path = c_string(b"/dev/ptmx")?;
        // SAFETY: NUL-terminated.
        check(unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) })
    }

    fn grantpt(&self, fd: Fd) -> Result<()> {
        // SAFETY: a plain number.
        check_unit(unsafe { libc::grantpt(fd) })
    }

    fn unlockpt(&self, fd: Fd) -> Result<()> {
        // SAFETY: a plain number.
        check_unit(unsafe { libc::unlockpt(fd) })
    }

    fn ptsname(&self, fd: Fd) -> Result<Vec<u8>> {
        let mut name = [0u8; 256];
        // SAFETY: the buffer is writable for the length passed, and NUL-terminated after.
        unsafe {
            check_number(libc::ptsname_r(fd, name.as_mut_ptr().cast(), name.len()))?;
            Ok(copy_c_string(name.as_ptr().cast()))
        }
    }
}
