//! Waiting for descriptors: poll, select, epoll.

use crate::Result;
use crate::files::Fd;

/// One descriptor to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PollFd {
    /// The descriptor.
    pub fd: Fd,
    /// What to wait for (`POLLIN`, …).
    pub events: i16,
    /// What happened.
    pub happened: i16,
}

/// One event of epoll: what happened, and the number given at registration.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct EpollEvent {
    /// `EPOLLIN`, …
    pub events: u32,
    /// The caller's number (Python: the descriptor).
    pub data: u64,
}

crate::recorded::subject! {
/// Waiting. Time-outs are in nanoseconds; `None` waits for ever.
pub trait Poll {
    /// Waits for any of `fds`; returns how many have something.
    fn poll(&self, fds: &mut [PollFd], timeout: Option<u64>) -> Result<usize>;
    /// `select`: leaves in each list the descriptors that are ready. `EINVAL` for one that does not fit a set.
    fn select(
        &self,
        read: &mut Vec<Fd>,
        write: &mut Vec<Fd>,
        except: &mut Vec<Fd>,
        timeout: Option<u64>,
    ) -> Result<()>;
    /// Makes an epoll object.
    fn epoll_create(&self, flags: i32) -> Result<Fd>;
    /// Adds, changes or removes a descriptor.
    fn epoll_control(&self, epoll: Fd, operation: i32, fd: Fd, event: EpollEvent) -> Result<()>;
    /// Waits for events, at most `most`.
    fn epoll_wait(&self, epoll: Fd, most: usize, timeout: Option<u64>) -> Result<Vec<EpollEvent>>;
}
}
