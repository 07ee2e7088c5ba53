//! `select`: waiting for descriptors with `select`, `poll` and `epoll`.

use std::collections::BTreeMap;

use taipan_host::poll::{EpollEvent, PollFd};
use taipan_host::{HostError, Result as HostResult};
use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value, exc, flags, int, ops,
};
use taipan_types::Types;
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, set};

use crate::pytime::{self, Round};
use crate::support::{attempt, descriptor, host, legacy_args, raise_os, sys};

/// The greatest descriptor that fits a set of `select`, plus one.
const SET_SIZE: i32 = 1024;

/// A call with a time-out in nanoseconds (`None`: for ever), repeated with what is left of it after signals.
fn wait<T>(
    cx: &mut Cx,
    timeout: Option<i64>,
    mut call: impl FnMut(&dyn taipan_host::Host, Option<u64>) -> HostResult<T>,
) -> R<T> {
    let deadline = timeout.map(|t| host(cx).monotonic() + i128::from(t));
    let result = attempt(cx, |h| {
        let left = deadline.map(|d| u64::try_from((d - h.monotonic()).max(0)).unwrap_or(u64::MAX));
        call(h, left)
    })?;
    result.map_err(|error| raise_os(cx, error, None, None))
}

fn is_number(cx: &Cx, value: &Value) -> bool {
    value.as_float().is_some() || value.ty(cx).slots().index.is_some()
}

/// The descriptors of an iterable, with the objects they belong to.
fn descriptors(cx: &mut Cx, iterable: &Value) -> R<Vec<(i32, Value)>> {
    let items = match ops::collect(cx, iterable) {
        Ok(items) => items,
        Err(raised) => {
            cx.catch(raised, &exc::TYPE_ERROR)?;
            return Err(cx.type_error("arguments 1-3 must be sequences"));
        }
    };
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        let fd = descriptor(cx, &item)?;
        if fd >= SET_SIZE {
            return Err(cx.value_error("filedescriptor out of range in select()"));
        }
        found.push((fd, item));
    }
    Ok(found)
}

/// Wait until one or more file descriptors are ready for some kind of I/O.
///
/// The first three arguments are iterables of file descriptors to be waited
/// for:
/// rlist -- wait until ready for reading
/// wlist -- wait until ready for writing
/// xlist -- wait for an "exceptional condition"
/// If only one kind of condition is required, pass [] for the other lists.
///
/// A file descriptor is either a socket or file object, or a small integer
/// gotten from a fileno() method call on one of those.
///
/// The optional 4th argument specifies a timeout in seconds; it may be
/// a floating-point number to specify fractions of seconds.  If it is absent
/// or None, the call will never time out.
///
/// The return value is a tuple of three lists corresponding to the first
/// three arguments; each contains the subset of the corresponding file
/// descriptors that are ready.
///
/// *** IMPORTANT NOTICE ***
/// On Windows, only sockets are supported; on Unix, all file
/// descriptors can be used.
#[native("select.select(rlist, wlist, xlist, timeout=None, /)")]
fn select(cx: &mut Cx, rlist: &Value, wlist: &Value, xlist: &Value, timeout: Option<&Value>) -> R {
    let timeout = match timeout.filter(|t| !t.is_none()) {
        None => None,
        Some(t) if !is_number(cx, t) => return Err(cx.type_error("timeout must be a float or None")),
        Some(t) => match pytime::seconds(cx, t, Round::Up)? {
            t if t < 0 => return Err(cx.value_error("timeout must be non-negative")),
            t => Some(t),
        },
    };
    let lists = [descriptors(cx, rlist)?, descriptors(cx, wlist)?, descriptors(cx, xlist)?];
    let ready = wait(cx, timeout, |h, left| {
        let [mut r, mut w, mut x] =
            [0, 1, 2].map(|i: usize| lists[i].iter().map(|(fd, _)| *fd).collect::<Vec<_>>());
        h.select(&mut r, &mut w, &mut x, left)?;
        Ok([r, w, x])
    })?;
    let mut out = Vec::with_capacity(3);
    for (list, ready) in lists.iter().zip(ready) {
        let items = list.iter().filter(|(fd, _)| ready.contains(fd)).map(|(_, v)| v.clone()).collect();
        out.push(new_list(cx, items).into_value());
    }
    Ok(cx.tuple(out).into_value())
}

/// The payload of `poll`: what to wait for, by descriptor.
#[derive(Default)]
pub struct Poll {
    watched: BTreeMap<i32, u16>,
    running: bool,
}
taipan_object::plain_data!(Poll);

// SAFETY: instances of the type are `Obj<Poll>`, without values.
unsafe impl Payload for Poll {
    const TYPE: &'static Obj<Type> = &POLL;
}

pub static POLL: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Poll>("select.poll").base(&OBJECT).flags(flags::DISALLOW_INSTANTIATION).defs(&TypeDefs {
        methods: natives![poll_register, poll_modify, poll_unregister, poll_poll],
        ..TypeDefs::NONE
    }),
);

/// Returns a polling object.
///
/// This object supports registering and unregistering file descriptors, and
/// then polling them for I/O events.
#[native("select.poll()")]
fn poll(cx: &mut Cx) -> R {
    Ok(cx.new_object(Poll::default()).into_value())
}

fn event_mask(cx: &mut Cx, value: Option<&Value>) -> R<u16> {
    let Some(value) = value else { return Ok((libc::POLLIN | libc::POLLPRI | libc::POLLOUT) as u16) };
    let exact = int::index(cx, value)?;
    let Some(n) = exact.as_int() else { return Ok(0) };
    if n.is_negative() {
        return Err(cx.value_error("value must be positive"));
    }
    match n.to_i64().and_then(|n| u16::try_from(n).ok()) {
        Some(mask) => Ok(mask),
        None => Err(cx.overflow_error("Python int too large for C unsigned short")),
    }
}

/// Register a file descriptor with the polling object.
///
///   fd
///     either an integer, or an object with a fileno() method returning an int
///   eventmask
///     an optional bitmask describing the type of events to check for
#[native("select.poll.register($self, fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)")]
fn poll_register(cx: &mut Cx, this: &Obj<Poll>, fd: &Value, eventmask: Option<&Value>) -> R<()> {
    let fd = descriptor(cx, fd)?;
    let mask = event_mask(cx, eventmask)?;
    this.get_mut(cx).watched.insert(fd, mask);
    Ok(())
}

/// Modify an already registered file descriptor.
///
///   fd
///     either an integer, or an object with a fileno() method returning
///     an int
///   eventmask
///     a bitmask describing the type of events to check for
#[native("select.poll.modify($self, fd, eventmask, /)")]
fn poll_modify(cx: &mut Cx, this: &Obj<Poll>, fd: &Value, eventmask: &Value) -> R<()> {
    let fd = descriptor(cx, fd)?;
    let mask = event_mask(cx, Some(eventmask))?;
    match this.get_mut(cx).watched.get_mut(&fd) {
        Some(known) => {
            *known = mask;
            Ok(())
        }
        None => Err(raise_os(cx, HostError::new(libc::ENOENT), None, None)),
    }
}

/// Remove a file descriptor being tracked by the polling object.
#[native("select.poll.unregister($self, fd, /)")]
fn poll_unregister(cx: &mut Cx, this: &Obj<Poll>, fd: &Value) -> R<()> {
    let fd = descriptor(cx, fd)?;
    match this.get_mut(cx).watched.remove(&fd) {
        Some(_) => Ok(()),
        None => {
            let key = cx.int(fd.into());
            Err(cx.key_error(&key))
        }
    }
}

/// Polls the set of registered file descriptors.
///
///   timeout
///     The maximum time to wait in milliseconds, or else None (or a negative
///     value) to wait indefinitely.
///
/// Returns a list containing any descriptors that have events or errors to
/// report, as a list of (fd, event) 2-tuples.
#[native("select.poll.poll($self, timeout=None, /)")]
fn poll_poll(cx: &mut Cx, this: &Obj<Poll>, timeout: Option<&Value>) -> R {
    let timeout = match timeout.filter(|t| !t.is_none()) {
        None => None,
        Some(t) if !is_number(cx, t) => return Err(cx.type_error("timeout must be an integer or None")),
        Some(t) => Some(pytime::milliseconds(cx, t, Round::Up)?).filter(|&t| t >= 0),
    };
    let state = this.get_mut(cx);
    if state.running {
        return Err(cx.runtime_error("concurrent poll() invocation"));
    }
    state.running = true;
    let mut fds: Vec<PollFd> =
        state.watched.iter().map(|(&fd, &mask)| PollFd { fd, events: mask as i16, happened: 0 }).collect();
    let result = wait(cx, timeout, |h, left| h.poll(&mut fds, left));
    this.get_mut(cx).running = false;
    result?;
    let mut out = Vec::new();
    for fd in fds.iter().filter(|fd| fd.happened != 0) {
        let (number, events) = (cx.int(fd.fd.into()), Value::small_int((fd.happened as u16).into()));
        out.push(cx.tuple_value([number, events]));
    }
    Ok(new_list(cx, out).into_value())
}

/// The payload of `epoll`: its descriptor, -1 once closed. The finaliser closes it.
pub struct Epoll {
    fd: i32,
}
taipan_object::plain_data!(Epoll);

// SAFETY: instances of the type and its subtypes begin with this payload, without values.
unsafe impl Payload for Epoll {
    const TYPE: &'static Obj<Type> = &EPOLL;
}

pub static EPOLL: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Epoll>("select.epoll")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(new_epoll), finalize: Some(shut), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![
                from_fd,
                close,
                fileno,
                epoll_register,
                epoll_modify,
                epoll_unregister,
                epoll_poll,
                enter,
                leave
            ],
            getset: &[GetSetDef {
                name: "closed",
                doc: Some("True if the epoll handler is closed"),
                get: Some(|cx, v| Ok(Value::bool(v.cast::<Epoll>().is_none_or(|e| e.get(cx).fd < 0)))),
                set: None,
            }],
            ..TypeDefs::NONE
        })
        .doc("select.epoll(sizehint=-1, flags=0)\n\nReturns an epolling object\n\nsizehint must be a positive integer or -1 for the default size. The\nsizehint is used to optimize internal data structures. It doesn't limit\nthe maximum number of monitored events."),
);

#[native("epoll(sizehint=-1, flags=0)")]
fn epoll_arguments(cx: &mut Cx, sizehint: Option<i32>, flags: i32) -> R<i64> {
    let sizehint = sizehint.unwrap_or(-1);
    if sizehint <= 0 && sizehint != -1 {
        return Err(cx.value_error("negative sizehint"));
    }
    if flags != 0 && flags != libc::EPOLL_CLOEXEC {
        return Err(cx.raise(&exc::OS_ERROR, "invalid flags"));
    }
    // PEP 446: never inherited.
    sys(cx, |h| h.epoll_create(libc::EPOLL_CLOEXEC)).map(i64::from)
}

fn new_epoll(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let fd = (epoll_arguments__def.call)(cx, args)?;
    let fd = int::index_i64(cx, &fd)? as i32;
    Ok(cx.new_instance(class, Epoll { fd }).into_value())
}

/// Create an epoll object from a given control fd.
#[native("select.epoll.fromfd($type, fd, /)")]
fn from_fd(cx: &mut Cx, class: &Value, fd: i32) -> R {
    match class.as_type() {
        Some(class) => Ok(cx.new_instance(class, Epoll { fd }).into_value()),
        None => Err(cx.type_error("a type is required")),
    }
}

fn shut(cx: &mut Cx, this: &Value) -> R<()> {
    let Some(epoll) = this.cast::<Epoll>() else { return Ok(()) };
    let fd = std::mem::replace(&mut epoll.get_mut(cx).fd, -1);
    if fd < 0 {
        return Ok(());
    }
    match host(cx).close(fd) {
        Ok(()) => Ok(()),
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

fn open_fd(cx: &mut Cx, this: &Obj<Epoll>) -> R<i32> {
    match this.get(cx).fd {
        fd if fd >= 0 => Ok(fd),
        _ => Err(closed(cx)),
    }
}

#[cold]
fn closed(cx: &mut Cx) -> Raised {
    cx.value_error("I/O operation on closed epoll object")
}

/// Close the epoll control file descriptor.
///
/// Further operations on the epoll object will raise an exception.
#[native("select.epoll.close($self, /)")]
fn close(cx: &mut Cx, this: &Value) -> R<()> {
    shut(cx, this)
}

/// Return the epoll control file descriptor.
#[native("select.epoll.fileno($self, /)")]
fn fileno(cx: &mut Cx, this: &Obj<Epoll>) -> R<i64> {
    open_fd(cx, this).map(i64::from)
}

fn control(cx: &mut Cx, this: &Obj<Epoll>, operation: i32, fd: &Value, events: u32) -> R<()> {
    let epoll = open_fd(cx, this)?;
    let fd = descriptor(cx, fd)?;
    sys(cx, |h| h.epoll_control(epoll, operation, fd, EpollEvent { events, data: fd as u64 }))
}

fn epoll_mask(cx: &mut Cx, value: Option<&Value>) -> R<u32> {
    match value {
        Some(value) => crate::binascii::low_word(cx, value),
        None => Ok((libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32),
    }
}

/// Registers a new fd or raises an OSError if the fd is already registered.
///
///   fd
///     the target file descriptor of the operation
///   eventmask
///     a bit set composed of the various EPOLL constants
///
/// The epoll interface supports all file descriptors that support poll.
#[native(
    "select.epoll.register($self, /, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)",
    no_signature
)]
fn epoll_register(cx: &mut Cx, this: &Obj<Epoll>, args: Args<'_>) -> R<()> {
    let (fd, mask) = fd_and_mask(cx, args, "register")?;
    let mask = epoll_mask(cx, mask)?;
    control(cx, this, libc::EPOLL_CTL_ADD, fd, mask)
}

/// Binds `fd` and `eventmask`, by place or name.
fn fd_and_mask<'a>(cx: &mut Cx, args: Args<'a>, name: &str) -> R<(&'a Value, Option<&'a Value>)> {
    let fd = args.pos().first().or_else(|| args.keyword("fd"));
    let mask = args.pos().get(1).or_else(|| args.keyword("eventmask"));
    match fd {
        Some(fd) if args.values().len() == 1 + usize::from(mask.is_some()) => Ok((fd, mask)),
        Some(_) => {
            let n = args.values().len();
            Err(cx.type_error(format!("{name}() takes at most 2 arguments ({n} given)")))
        }
        None => Err(cx.type_error(format!("{name}() missing required argument 'fd' (pos 1)"))),
    }
}

/// Modify event mask for a registered file descriptor.
///
///   fd
///     the target file descriptor of the operation
///   eventmask
///     a bit set composed of the various EPOLL constants
#[native("select.epoll.modify($self, /, fd, eventmask)")]
fn epoll_modify(cx: &mut Cx, this: &Obj<Epoll>, fd: &Value, eventmask: &Value) -> R<()> {
    let mask = epoll_mask(cx, Some(eventmask))?;
    control(cx, this, libc::EPOLL_CTL_MOD, fd, mask)
}

/// Remove a registered file descriptor from the epoll object.
///
///   fd
///     the target file descriptor of the operation
#[native("select.epoll.unregister($self, /, fd)")]
fn epoll_unregister(cx: &mut Cx, this: &Obj<Epoll>, fd: &Value) -> R<()> {
    control(cx, this, libc::EPOLL_CTL_DEL, fd, 0)
}

/// Wait for events on the epoll file descriptor.
///
///   timeout
///     the maximum time to wait in seconds (as float);
///     a timeout of None or -1 makes poll wait indefinitely
///   maxevents
///     the maximum number of events returned; -1 means no limit
///
/// Returns a list containing any descriptors that have events to report,
/// as a list of (fd, events) 2-tuples.
#[native("select.epoll.poll($self, /, timeout=None, maxevents=-1)")]
fn epoll_poll(cx: &mut Cx, this: &Obj<Epoll>, timeout: Option<&Value>, maxevents: Option<i32>) -> R {
    let epoll = open_fd(cx, this)?;
    let timeout = match timeout.filter(|t| !t.is_none()) {
        None => None,
        Some(t) if !is_number(cx, t) => return Err(cx.type_error("timeout must be an integer or None")),
        Some(t) => Some(pytime::seconds(cx, t, Round::Up)?).filter(|&t| t >= 0),
    };
    let most = match maxevents.unwrap_or(-1) {
        -1 => SET_SIZE as usize - 1,
        n if n > 0 => n as usize,
        n => return Err(cx.value_error(format!("maxevents must be greater than 0, got {n}"))),
    };
    let events = wait(cx, timeout, |h, left| h.epoll_wait(epoll, most, left))?;
    let mut out = Vec::with_capacity(events.len());
    for event in events {
        let (fd, happened) = (cx.int(event.data as i32 as i64), cx.int(event.events.into()));
        out.push(cx.tuple_value([fd, happened]));
    }
    Ok(new_list(cx, out).into_value())
}

#[native("select.epoll.__enter__($self, /)")]
fn enter(cx: &mut Cx, this: &Obj<Epoll>) -> R {
    open_fd(cx, this)?;
    Ok(this.to_value())
}

#[native("select.epoll.__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)", no_signature)]
fn leave(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    legacy_args(cx, args, "__exit__", 0, 3)?;
    shut(cx, this)
}

fn types(types: &mut Types) {
    types.add([&POLL, &EPOLL]);
}

const NUMBERS: [(&str, i64); 29] = [
    ("PIPE_BUF", 4096),
    ("POLLIN", 1),
    ("POLLPRI", 2),
    ("POLLOUT", 4),
    ("POLLERR", 8),
    ("POLLHUP", 16),
    ("POLLNVAL", 32),
    ("POLLRDNORM", 64),
    ("POLLRDBAND", 128),
    ("POLLWRNORM", 256),
    ("POLLWRBAND", 512),
    ("POLLMSG", 1024),
    ("POLLRDHUP", 8192),
    ("EPOLLIN", 1),
    ("EPOLLOUT", 4),
    ("EPOLLPRI", 2),
    ("EPOLLERR", 8),
    ("EPOLLHUP", 16),
    ("EPOLLRDHUP", 8192),
    ("EPOLLET", 0x8000_0000),
    ("EPOLLONESHOT", 0x4000_0000),
    ("EPOLLEXCLUSIVE", 0x1000_0000),
    ("EPOLLRDNORM", 64),
    ("EPOLLRDBAND", 128),
    ("EPOLLWRNORM", 256),
    ("EPOLLWRBAND", 512),
    ("EPOLLMSG", 1024),
    ("EPOLLWAKEUP", 0x2000_0000),
    ("EPOLL_CLOEXEC", 0x80000),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "error", exc::OS_ERROR.to_value())?;
    set(cx, module, "epoll", EPOLL.to_value())?;
    for (name, n) in NUMBERS {
        let n = cx.int(n);
        set(cx, module, name, n)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "select",
    doc: Some(
        "This module supports asynchronous I/O on multiple file descriptors.\n\n*** IMPORTANT NOTICE ***\nOn Windows, only sockets are supported; on Unix, all file descriptors.",
    ),
    functions: natives![select, poll],
    types: Some(types),
    init: Some(init),
};
