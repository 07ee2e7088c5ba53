//! Terminals.

use crate::Result;
use crate::files::Fd;

/// A terminal's settings (`termios`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TerminalSettings {
    /// Input modes.
    pub input: u32,
    /// Output modes.
    pub output: u32,
    /// Control modes.
    pub control: u32,
    /// Local modes.
    pub local: u32,
    /// Input speed (`B9600`, …).
    pub input_speed: u32,
    /// Output speed.
    pub output_speed: u32,
    /// Special characters.
    pub characters: [u8; 32],
}

crate::recorded::subject! {
/// Terminals.
pub trait Terminal {
    /// A terminal's settings.
    fn terminal_settings(&self, fd: Fd) -> Result<TerminalSettings>;
    /// Changes them (`TCSANOW`, …).
    fn set_terminal_settings(&self, fd: Fd, when: i32, settings: &TerminalSettings) -> Result<()>;
    /// Sends a break.
    fn send_break(&self, fd: Fd, duration: i32) -> Result<()>;
    /// Waits until all output is sent.
    fn drain(&self, fd: Fd) -> Result<()>;
    /// Throws queued data away.
    fn flush_queue(&self, fd: Fd, queue: i32) -> Result<()>;
    /// Stops and restarts the flow.
    fn flow(&self, fd: Fd, action: i32) -> Result<()>;
    /// Columns and lines.
    fn terminal_size(&self, fd: Fd) -> Result<(u16, u16)>;
    /// Sets columns and lines.
    fn set_terminal_size(&self, fd: Fd, columns: u16, lines: u16) -> Result<()>;
    /// The terminal's path.
    fn terminal_name(&self, fd: Fd) -> Result<Vec<u8>>;
    /// The path of the process's own terminal.
    fn own_terminal(&self) -> Vec<u8>;
    /// A new pseudo-terminal: the controlling end and the terminal. Neither is inheritable.
    fn open_terminal(&self) -> Result<(Fd, Fd)>;
    /// Makes a descriptor the terminal of the process.
    fn login_terminal(&self, fd: Fd) -> Result<()>;
    /// The group in the foreground.
    fn foreground_group(&self, fd: Fd) -> Result<i32>;
    /// Sets the group in the foreground.
    fn set_foreground_group(&self, fd: Fd, group: i32) -> Result<()>;
    /// Opens the controlling end of a pseudo-terminal.
    fn posix_openpt(&self, flags: i32) -> Result<Fd>;
    /// Gives the terminal of a controlling end its owner.
    fn grantpt(&self, fd: Fd) -> Result<()>;
    /// Lets the terminal of a controlling end be opened.
    fn unlockpt(&self, fd: Fd) -> Result<()>;
    /// The path of the terminal of a controlling end.
    fn ptsname(&self, fd: Fd) -> Result<Vec<u8>>;
}
}
