//! Waiting for descriptors on the machine.

use crate::error::{check, check_unit};
use crate::files::Fd;
use crate::poll::{EpollEvent, Poll, PollFd};
use crate::{HostError, Result, SystemHost};
use std::mem::MaybeUninit;

fn time(nanoseconds: u64) -> libc::timespec {
    libc::timespec {
        tv_sec: (nanoseconds / 1_000_000_000) as libc::time_t,
        tv_nsec: (nanoseconds % 1_000_000_000) as libc::c_long,
    }
}

fn time_pointer(time: Option<&libc::timespec>) -> *const libc::timespec {
    time.map_or(std::ptr::null(), std::ptr::from_ref)
}

/// One of the three sets of `select`.
struct FdSet(libc::fd_set);

impl FdSet {
    fn new(fds: &[Fd]) -> Result<FdSet> {
        let mut set = MaybeUninit::uninit();
        // SAFETY: initialised by the first call; each descriptor is within the set's size.
        unsafe {
            libc::FD_ZERO(set.as_mut_ptr());
            for &fd in fds {
                if fd < 0 || fd as usize >= libc::FD_SETSIZE {
                    return Err(HostError::new(libc::EINVAL));
                }
                libc::FD_SET(fd, set.as_mut_ptr());
            }
            Ok(FdSet(set.assume_init()))
        }
    }

    fn contains(&self, fd: Fd) -> bool {
        // SAFETY: the set is initialised, and `new` checked the descriptors that are asked for.
        unsafe { libc::FD_ISSET(fd, &self.0) }
    }
}

impl Poll for SystemHost {
    fn poll(&self, fds: &mut [PollFd], timeout: Option<u64>) -> Result<usize> {
        let mut list: Vec<libc::pollfd> =
            fds.iter().map(|entry| libc::pollfd { fd: entry.fd, events: entry.events, revents: 0 }).collect();
        let timeout = timeout.map(time);
        // SAFETY: the list has as many entries as are passed.
        let count = check(unsafe {
            libc::ppoll(
                list.as_mut_ptr(),
                list.len() as libc::nfds_t,
                time_pointer(timeout.as_ref()),
                std::ptr::null(),
            )
        })?;
        for (entry, result) in fds.iter_mut().zip(&list) {
            entry.happened = result.revents;
        }
        Ok(count as usize)
    }

    fn select(
        &self,
        read: &mut Vec<Fd>,
        write: &mut Vec<Fd>,
        except: &mut Vec<Fd>,
        timeout: Option<u64>,
    ) -> Result<()> {
        let (mut reading, mut writing, mut failing) =
            (FdSet::new(read)?, FdSet::new(write)?, FdSet::new(except)?);
        let most = read.iter().chain(&*write).chain(&*except).copied().max().unwrap_or(-1);
        let timeout = timeout.map(time);
        // SAFETY: the sets are ours and initialised.
        check(unsafe {
            libc::pselect(
                most + 1,
                &mut reading.0,
                &mut writing.0,
                &mut failing.0,
                time_pointer(timeout.as_ref()),
                std::ptr::null(),
            )
        })?;
        read.retain(|&fd| reading.contains(fd));
        write.retain(|&fd| writing.contains(fd));
        except.retain(|&fd| failing.contains(fd));
        Ok(())
    }

    fn epoll_create(&self, flags: i32) -> Result<Fd> {
        // SAFETY: a plain number.
        check(unsafe { libc::epoll_create1(flags | libc::EPOLL_CLOEXEC) })
    }

    fn epoll_control(&self, epoll: Fd, operation: i32, fd: Fd, event: EpollEvent) -> Result<()> {
        let mut event = libc::epoll_event { events: event.events, u64: event.data };
        // SAFETY: the structure is ours.
        check_unit(unsafe { libc::epoll_ctl(epoll, operation, fd, &mut event) })
    }

    fn epoll_wait(&self, epoll: Fd, most: usize, timeout: Option<u64>) -> Result<Vec<EpollEvent>> {
        let mut events = Vec::new();
        events.try_reserve_exact(most).map_err(|_| HostError::new(libc::ENOMEM))?;
        events.resize(most, libc::epoll_event { events: 0, u64: 0 });
        // Rounded up, so that a wait is never shorter than asked for.
        let milliseconds = match timeout {
            None => -1,
            Some(nanoseconds) => i32::try_from(nanoseconds.div_ceil(1_000_000)).unwrap_or(i32::MAX),
        };
        let most = i32::try_from(most).map_err(|_| HostError::new(libc::EINVAL))?;
        // SAFETY: the list has as many entries as are passed.
        let count = check(unsafe { libc::epoll_wait(epoll, events.as_mut_ptr(), most, milliseconds) })?;
        events.truncate(count as usize);
        Ok(events.iter().map(|event| EpollEvent { events: event.events, data: event.u64 }).collect())
    }
}
