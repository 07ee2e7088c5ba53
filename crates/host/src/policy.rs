//! The permissions of a program: who is asked before a call reaches the machine.

/// What a host call needs. One permission covers a subject, as one flag of the command line does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Permission {
    /// Reading files and directories.
    Read,
    /// Creating, changing and removing files and directories.
    Write,
    /// Sockets and name resolution.
    Net,
    /// Reading or changing the environment.
    Env,
    /// Starting, signalling and changing processes.
    Run,
    /// Users, the host's name, limits, and other facts about the machine.
    System,
    /// Loading native libraries.
    Foreign,
}

impl Permission {
    /// The option of the command line that grants it.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Permission::Read => "--allow-read",
            Permission::Write => "--allow-write",
            Permission::Net => "--allow-net",
            Permission::Env => "--allow-env",
            Permission::Run => "--allow-run",
            Permission::System => "--allow-sys",
            Permission::Foreign => "--allow-ffi",
        }
    }
}

/// Decides about each call. It is asked on every thread, before the call, and must not block.
pub trait Policy: Send + Sync {
    /// Whether a call that needs `permission` for `subject` (a path, a host name, a program: bytes as the call has them,
    /// empty if there is none) may go ahead.
    fn allows(&self, permission: Permission, subject: &[u8]) -> bool;

    /// Whether paths are to be made absolute, and their symbolic links resolved, before [`Policy::allows`] sees them.
    fn wants_real_paths(&self) -> bool {
        false
    }
}

/// The policy of a program that may do everything its user may.
#[derive(Clone, Copy, Default, Debug)]
pub struct AllowAll;

impl Policy for AllowAll {
    fn allows(&self, _: Permission, _: &[u8]) -> bool {
        true
    }
}
