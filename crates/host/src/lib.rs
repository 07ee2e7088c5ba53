//! Every system call of the interpreter, behind one trait.
//!
//! [`Host`] is what the rest of the workspace knows: one trait for each subject ([`Files`], [`Clock`], [`Process`], …),
//! gathered into one object that the interpreter holds as a [`HostHandle`]. [`SystemHost`] is the real machine; an embedder
//! may put its own in its place.
//!
//! Invariants:
//! - Nothing here knows a Python object. Arguments and results are plain Rust values, failures are [`HostError`]s; callers
//!   turn them into `OSError` and raise the audit events (PEP 578) before they call.
//! - A call interrupted by a signal returns `EINTR`; the caller runs the signal handlers and retries (PEP 475).
//! - Before a call reaches the machine the installed [`Policy`] is asked; a denial is an error that names the permission.
//! - Paths and names are bytes. A NUL byte inside one is refused with `EINVAL` (callers check first, because Python raises
//!   `ValueError`).
//! - Every call may block: callers release the interpreter's lock around it.
//! - The only state of the process kept here is what the kernel keeps for the process too: the signals that arrived
//!   ([`signals`]).

#![recursion_limit = "256"]

pub mod clock;
pub mod environment;
pub mod errno;
mod error;
pub mod files;
pub mod locale;
pub mod network;
mod policy;
pub mod poll;
pub mod process;
mod recorded;
mod sandbox;
pub mod shared;
pub mod signals;
mod system;
pub mod terminal;
pub mod users;

pub use clock::Clock;
pub use environment::{Environment, Random};
pub use error::{HostError, Result};
pub use files::Files;
pub use locale::Locale;
pub use network::Network;
pub use policy::{AllowAll, Permission, Policy};
pub use poll::Poll;
pub use process::Process;
pub use recorded::RecordedHost;
pub use sandbox::Sandbox;
pub use shared::Shared;
pub use signals::Signals;
pub use system::SystemHost;
pub use terminal::Terminal;
pub use users::Users;

use std::sync::Arc;

/// Everything outside the process, in one object. All its methods come from the subjects' traits.
pub trait Host:
    Send
    + Sync
    + Files
    + Clock
    + Environment
    + Random
    + Process
    + Signals
    + Poll
    + Network
    + Terminal
    + Users
    + Locale
    + Shared
{
}

impl<T> Host for T where
    T: Send
        + Sync
        + Files
        + Clock
        + Environment
        + Random
        + Process
        + Signals
        + Poll
        + Network
        + Terminal
        + Users
        + Locale
        + Shared
{
}

/// How the interpreter and its threads hold the host.
pub type HostHandle = Arc<dyn Host>;

/// The real machine, with nothing denied.
#[must_use]
pub fn system() -> HostHandle {
    Arc::new(SystemHost::default())
}

/// Bytes of physical memory that the machine has; `None` where it does not say.
#[must_use]
pub fn machine_memory() -> Option<usize> {
    // SAFETY: asks for two numbers.
    let (pages, size) = unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    usize::try_from(pages).ok()?.checked_mul(usize::try_from(size).ok()?)
}
