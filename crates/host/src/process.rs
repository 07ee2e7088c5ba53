//! Processes: starting, waiting for, signalling and describing them.

use crate::files::{Fd, TimeSpec};
use crate::{HostError, Result};

/// A process's number.
pub type Pid = i32;

/// What `wait4` says about a child.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Waited {
    /// The child, or 0 if none has changed (`WNOHANG`).
    pub pid: Pid,
    /// Its status, as the `WIF…` functions take it.
    pub status: i32,
    /// What it used.
    pub usage: Usage,
}

/// What `waitid` says about a child (`os.waitid_result`).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct WaitInfo {
    /// The child.
    pub pid: Pid,
    /// Its user.
    pub user: u32,
    /// `SIGCHLD`.
    pub signal: i32,
    /// Exit status or signal.
    pub status: i32,
    /// `CLD_EXITED`, …
    pub code: i32,
}

/// What a process used (`resource.struct_rusage`).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Usage {
    /// Processor time in user mode.
    pub user_time: TimeSpec,
    /// Processor time in the kernel.
    pub system_time: TimeSpec,
    /// The other fields in the structure's order: largest resident set in KiB, shared memory, data, stack, minor and major
    /// page faults, swaps, blocks read and written, messages sent and received, signals, voluntary and involuntary
    /// context switches.
    pub counts: [i64; 14],
}

/// What `uname` says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct SystemName {
    /// The system's name.
    pub system: Vec<u8>,
    /// The machine's name in the network.
    pub node: Vec<u8>,
    /// The kernel's release.
    pub release: Vec<u8>,
    /// The kernel's version.
    pub version: Vec<u8>,
    /// The machine's architecture.
    pub machine: Vec<u8>,
}

/// The three user numbers, or the three group numbers, of a process.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Identity {
    /// The real one.
    pub real: u32,
    /// The effective one.
    pub effective: u32,
    /// The saved one.
    pub saved: u32,
}

/// Everything that starting a program takes (`_posixsubprocess.fork_exec`). Descriptors are -1 where there is none.
#[derive(Clone, Debug)]
pub struct Spawn<'a> {
    /// The command line.
    pub arguments: &'a [Vec<u8>],
    /// Paths to try in turn.
    pub candidates: &'a [Vec<u8>],
    /// The environment as `NAME=value`, or `None` for the present one.
    pub environment: Option<&'a [Vec<u8>]>,
    /// The directory to change into.
    pub directory: Option<&'a [u8]>,
    /// Closes what is not kept.
    pub close_others: bool,
    /// Descriptors to keep, in ascending order.
    pub keep: &'a [Fd],
    /// Child's and parent's end of standard input.
    pub input: (Fd, Fd),
    /// Parent's and child's end of standard output.
    pub output: (Fd, Fd),
    /// Parent's and child's end of standard error.
    pub error: (Fd, Fd),
    /// Pipe by which the child reports a failure.
    pub report: (Fd, Fd),
    /// Restores the signals that the interpreter ignores.
    pub restore_signals: bool,
    /// Starts a session.
    pub new_session: bool,
    /// Process group to join; negative for none.
    pub process_group: Pid,
    /// Group to change to.
    pub group: Option<u32>,
    /// Further groups.
    pub groups: Option<&'a [u32]>,
    /// User to change to.
    pub user: Option<u32>,
    /// Mask for new files.
    pub umask: Option<u32>,
}

/// One action of `posix_spawn` on the child's files.
#[derive(Clone, Debug)]
pub enum FileAction {
    /// Opens a file under the given descriptor.
    Open(Fd, Vec<u8>, i32, u32),
    /// Closes.
    Close(Fd),
    /// Duplicates the first onto the second.
    Dup2(Fd, Fd),
    /// Closes all from this one on.
    CloseFrom(Fd),
}

/// The attributes of `posix_spawn`.
#[derive(Clone, Default, Debug)]
pub struct SpawnAttributes {
    /// Process group to join, 0 for an own one.
    pub process_group: Option<Pid>,
    /// Clears the effective numbers.
    pub reset_identity: bool,
    /// Starts a session.
    pub new_session: bool,
    /// Signals to block.
    pub mask: Option<Vec<i32>>,
    /// Signals to set to their default.
    pub defaults: Option<Vec<i32>>,
    /// Policy (if given) and priority.
    pub scheduler: Option<(Option<i32>, i32)>,
    /// Looks the program up on the path.
    pub search: bool,
}

crate::recorded::subject! {
/// Processes. Numbers and flags are the system's, as in Python's `os` and `resource`.
pub trait Process {
    /// Splits the process in two: 0 in the child, the child's number in the parent.
    ///
    /// Only the calling thread lives on in the child. The caller has taken every lock of the process that the child may need
    /// before, and releases them after, in both.
    fn fork(&self) -> Result<Pid>;
    /// The same with a terminal for the child: its number, and the terminal's controlling descriptor in the parent.
    fn fork_terminal(&self) -> Result<(Pid, Fd)>;
    /// Starts a program. `before` runs in the child right before the program does, if it is given; if it returns `false`, the
    /// child reports "Exception occurred in preexec_fn." and ends.
    fn spawn(&self, spawn: &Spawn<'_>, before: Option<&mut dyn FnMut() -> bool>) -> Result<Pid>;
    /// `posix_spawn`.
    fn posix_spawn(
        &self,
        path: &[u8],
        arguments: &[Vec<u8>],
        environment: Option<&[Vec<u8>]>,
        actions: &[FileAction],
        attributes: &SpawnAttributes,
    ) -> Result<Pid>;
    /// Replaces the process by a program: only returns if that failed.
    fn execute(&self, path: &[u8], arguments: &[Vec<u8>], environment: Option<&[Vec<u8>]>) -> HostError;
    /// The same with an open file for the program.
    fn execute_descriptor(&self, fd: Fd, arguments: &[Vec<u8>], environment: Option<&[Vec<u8>]>)
    -> HostError;
    /// Ends the process at once, without any clearing up.
    fn exit_now(&self, status: i32) -> !;
    /// Ends the process by `SIGABRT`.
    fn abort(&self) -> !;
    /// Waits for a child.
    fn wait4(&self, pid: Pid, options: i32) -> Result<Waited>;
    /// Waits for a child, saying more; `None` if none has changed.
    fn waitid(&self, kind: i32, id: u32, options: i32) -> Result<Option<WaitInfo>>;
    /// Runs a shell command.
    fn shell(&self, command: &[u8]) -> Result<i32>;
    /// The process's own number.
    fn getpid(&self) -> Pid;
    /// Its parent's.
    fn getppid(&self) -> Pid;
    /// The thread's number in the kernel.
    fn thread_id(&self) -> Pid;
    /// A process's group.
    fn getpgid(&self, pid: Pid) -> Result<Pid>;
    /// Puts a process into a group.
    fn setpgid(&self, pid: Pid, group: Pid) -> Result<()>;
    /// A process's session.
    fn getsid(&self, pid: Pid) -> Result<Pid>;
    /// Starts a session.
    fn setsid(&self) -> Result<Pid>;
    /// A descriptor that stands for a process.
    fn pidfd_open(&self, pid: Pid, flags: u32) -> Result<Fd>;
    /// The user's numbers.
    fn user(&self) -> Identity;
    /// The group's numbers.
    fn group(&self) -> Identity;
    /// `setuid`.
    fn setuid(&self, user: u32) -> Result<()>;
    /// `seteuid`.
    fn seteuid(&self, user: u32) -> Result<()>;
    /// `setresuid`; `u32::MAX` leaves one as it is.
    fn setresuid(&self, identity: Identity) -> Result<()>;
    /// `setreuid`.
    fn setreuid(&self, real: u32, effective: u32) -> Result<()>;
    /// `setgid`.
    fn setgid(&self, group: u32) -> Result<()>;
    /// `setegid`.
    fn setegid(&self, group: u32) -> Result<()>;
    /// `setresgid`.
    fn setresgid(&self, identity: Identity) -> Result<()>;
    /// `setregid`.
    fn setregid(&self, real: u32, effective: u32) -> Result<()>;
    /// The further groups.
    fn getgroups(&self) -> Result<Vec<u32>>;
    /// Sets the further groups.
    fn setgroups(&self, groups: &[u32]) -> Result<()>;
    /// Sets the further groups to those of a user.
    fn initgroups(&self, user: &[u8], group: u32) -> Result<()>;
    /// Adds to the nice value; returns the new one.
    fn nice(&self, increment: i32) -> Result<i32>;
    /// A nice value.
    fn getpriority(&self, which: i32, who: u32) -> Result<i32>;
    /// Sets a nice value.
    fn setpriority(&self, which: i32, who: u32, priority: i32) -> Result<()>;
    /// The processors on which a process may run.
    fn getaffinity(&self, pid: Pid) -> Result<Vec<u32>>;
    /// Sets the processors on which a process may run.
    fn setaffinity(&self, pid: Pid, processors: &[u32]) -> Result<()>;
    /// The scheduling policy and priority.
    fn getscheduler(&self, pid: Pid) -> Result<(i32, i32)>;
    /// Sets policy and priority; `None` leaves the policy.
    fn setscheduler(&self, pid: Pid, policy: Option<i32>, priority: i32) -> Result<()>;
    /// The least and the greatest priority of a policy.
    fn priority_range(&self, policy: i32) -> Result<(i32, i32)>;
    /// The time slice of a process.
    fn round_robin_interval(&self, pid: Pid) -> Result<TimeSpec>;
    /// Lets another thread run.
    fn yield_now(&self);
    /// A resource limit: soft and hard, `u64::MAX` for none. `None` sets nothing.
    fn limit(&self, pid: Pid, resource: i32, new: Option<(u64, u64)>) -> Result<(u64, u64)>;
    /// What the process (or its children) used.
    fn usage(&self, who: i32) -> Result<Usage>;
    /// The system's name.
    fn system_name(&self) -> Result<SystemName>;
    /// The average load of 1, 5 and 15 minutes.
    fn load_average(&self) -> Result<[f64; 3]>;
    /// The number of processors online.
    fn processors(&self) -> Option<usize>;
    /// A number that the system knows; `None` where it has no limit.
    fn sysconf(&self, name: i32) -> Result<Option<i64>>;
    /// A text that the system knows; `None` where it has none.
    fn confstr(&self, name: i32) -> Result<Option<Vec<u8>>>;
    /// Moves the process into other namespaces: `unshare`.
    fn unshare(&self, flags: i32) -> Result<()>;
    /// Moves the process into an existing namespace: `setns`.
    fn setns(&self, fd: Fd, kind: i32) -> Result<()>;
    /// `prctl(PR_SET_NAME)` for the calling thread (at most 15 bytes count).
    fn set_thread_name(&self, name: &[u8]) -> Result<()>;
}
}
