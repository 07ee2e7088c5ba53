//! `_socket.socket`.

use taipan_host::Host;
use taipan_host::poll::PollFd;
use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, buffer, exc, flags, plain_data,
};

use super::{State, address};
use crate::pytime::{self, Round};
use crate::support::{attempt, descriptor, raise_os, sys};

/// A socket. `fd` is -1 once it is closed or detached.
pub struct Socket {
    fd: i32,
    pub(super) family: i32,
    kind: i32,
    proto: i32,
    /// Nanoseconds; `None` waits for ever, 0 never waits.
    timeout: Option<i64>,
}
plain_data!(Socket);

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for Socket {
    const TYPE: &'static Obj<Type> = &SOCKET;
}

/// `_socket.socket`.
pub static SOCKET: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Socket>("_socket.socket")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(new),
            init: Some(init),
            repr: Some(repr),
            finalize: Some(finalize),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                accept,
                bind,
                close,
                connect,
                connect_ex,
                detach,
                fileno,
                getblocking,
                setblocking,
                settimeout,
                gettimeout,
                getpeername,
                getsockname,
                getsockopt,
                setsockopt,
                listen,
                recv,
                recv_into,
                recvfrom,
                super::messages::recvfrom_into,
                super::messages::recvmsg,
                super::messages::recvmsg_into,
                super::messages::sendmsg,
                send,
                sendall,
                sendto,
                shutdown
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        }),
);

fn number(cx: &mut Cx, this: &Value, pick: fn(&Socket) -> i32) -> R {
    match this.cast::<Socket>() {
        Some(socket) => {
            let number = pick(socket.get(cx));
            Ok(cx.int(number.into()))
        }
        None => Err(cx.type_error("not a socket")),
    }
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "family",
        doc: Some("the socket family"),
        get: Some(|cx, s| number(cx, s, |s| s.family)),
        set: None,
    },
    GetSetDef {
        name: "type",
        doc: Some("the socket type"),
        get: Some(|cx, s| number(cx, s, |s| s.kind)),
        set: None,
    },
    GetSetDef {
        name: "proto",
        doc: Some("the socket protocol"),
        get: Some(|cx, s| number(cx, s, |s| s.proto)),
        set: None,
    },
    GetSetDef {
        name: "timeout",
        doc: Some("the socket timeout"),
        get: Some(|cx, s| match s.cast::<Socket>() {
            Some(socket) => shown_timeout(cx, socket),
            None => Ok(Value::none()),
        }),
        set: None,
    },
];

fn shown_timeout(cx: &mut Cx, this: &Obj<Socket>) -> R {
    match this.get(cx).timeout {
        Some(timeout) => Ok(cx.float(pytime::to_float(timeout.into()))),
        None => Ok(Value::none()),
    }
}

/// A timeout argument: seconds, or None.
pub(super) fn parse_timeout(cx: &mut Cx, value: &Value) -> R<Option<i64>> {
    if value.is_none() {
        return Ok(None);
    }
    match pytime::seconds(cx, value, Round::Up)? {
        t if t < 0 => Err(cx.value_error("Timeout value out of range")),
        t => Ok(Some(t)),
    }
}

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    let empty = Socket { fd: -1, family: -1, kind: -1, proto: -1, timeout: None };
    Ok(cx.new_instance(class, empty).into_value())
}

/// A socket object for a new descriptor.
pub(super) fn make(cx: &mut Cx, fd: i32, family: i32, kind: i32, proto: i32) -> R {
    let made = new(cx, &SOCKET, Args::positional(&[]))?;
    if let Some(socket) = made.cast::<Socket>() {
        adopt(cx, socket, fd, family, kind, proto)?;
    }
    Ok(made)
}

fn adopt(cx: &mut Cx, this: &Obj<Socket>, fd: i32, family: i32, kind: i32, proto: i32) -> R<()> {
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    let timeout = match kind & libc::SOCK_NONBLOCK {
        0 => cx.interp_mut().state::<State>().default_timeout,
        _ => Some(0),
    };
    *this.get_mut(cx) = Socket { fd, family, kind: kind & !flags, proto, timeout };
    if timeout.is_some() {
        sys(cx, |h| h.set_blocking(fd, false))?;
    }
    Ok(())
}

#[native("socket.__init__($self, family=-1, type=-1, proto=-1, fileno=None)")]
fn socket_init(
    cx: &mut Cx,
    this: &Obj<Socket>,
    family: i32,
    r#type: i32,
    proto: i32,
    fileno: Option<&Value>,
) -> R<()> {
    let (mut family, mut kind, mut proto) = (family, r#type, proto);
    let fd = match fileno.filter(|f| !f.is_none()) {
        Some(fileno) => {
            let fd = descriptor(cx, fileno)?;
            for (value, name) in
                [(&mut family, libc::SO_DOMAIN), (&mut kind, libc::SO_TYPE), (&mut proto, libc::SO_PROTOCOL)]
            {
                if *value == -1 {
                    let bytes = sys(cx, |h| h.option(fd, libc::SOL_SOCKET, name, 4))?;
                    *value = <[u8; 4]>::try_from(bytes).map_or(0, i32::from_ne_bytes);
                }
            }
            fd
        }
        None => {
            family = if family == -1 { libc::AF_INET } else { family };
            kind = if kind == -1 { libc::SOCK_STREAM } else { kind };
            proto = if proto == -1 { 0 } else { proto };
            sys(cx, |h| h.socket(family, kind, proto))?
        }
    };
    adopt(cx, this, fd, family, kind, proto)
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    taipan_object::descr::call_with_receiver(this, args, |args| (socket_init__def.call)(cx, args)).map(drop)
}

/// Closes a socket that the program forgot, with a warning.
fn finalize(cx: &mut Cx, this: &Value) -> R<()> {
    let Some(socket) = this.cast::<Socket>() else { return Ok(()) };
    let fd = socket.get(cx).fd;
    if fd < 0 {
        return Ok(());
    }
    let shown = taipan_object::ops::repr(cx, this)?.to_string_lossy().into_owned();
    let warn = cx.interp().runtime.warn;
    let warned = warn(cx, &exc::RESOURCE_WARNING, &format!("unclosed {shown}"), 1);
    socket.get_mut(cx).fd = -1;
    let _ = attempt(cx, |h| h.close(fd))?;
    warned
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let Some(socket) = this.cast::<Socket>() else { return Ok(cx.str("<socket object>")) };
    let s = socket.get(cx);
    let text =
        format!("<socket object, fd={}, family={}, type={}, proto={}>", s.fd, s.family, s.kind, s.proto);
    Ok(cx.str(&text))
}

/// A call that waits up to the timeout for the socket to become ready (`events`).
pub(super) fn ready<T>(
    cx: &mut Cx,
    this: &Obj<Socket>,
    events: i16,
    mut call: impl FnMut(&dyn Host, i32) -> taipan_host::Result<T>,
) -> R<T> {
    let (fd, timeout) = (this.get(cx).fd, this.get(cx).timeout);
    let limit = timeout.filter(|t| *t > 0);
    let started = std::time::Instant::now();
    loop {
        if let Some(limit) = limit {
            let spent = i64::try_from(started.elapsed().as_nanos()).unwrap_or(i64::MAX);
            let left = u64::try_from(limit.saturating_sub(spent)).unwrap_or(0);
            let count = sys(cx, |h| h.poll(&mut [PollFd { fd, events, happened: 0 }], Some(left)))?;
            if count == 0 {
                return Err(cx.raise(&exc::TIMEOUT_ERROR, "timed out"));
            }
        }
        match attempt(cx, |h| call(h, fd))? {
            Ok(value) => return Ok(value),
            Err(error) if limit.is_some() && error.errno == libc::EAGAIN => {}
            Err(error) => return Err(raise_os(cx, error, None, None)),
        }
    }
}

#[native("socket._accept($self, /)", no_signature)]
fn accept(cx: &mut Cx, this: &Obj<Socket>) -> R {
    let (fd, from) = ready(cx, this, libc::POLLIN, |h, fd| h.accept(fd))?;
    let from = address::to_python(cx, &from);
    let fd = cx.int(fd.into());
    Ok(cx.tuple_value([fd, from]))
}

#[native("socket.bind($self, address, /)", no_signature)]
fn bind(cx: &mut Cx, this: &Obj<Socket>, address: &Value) -> R<()> {
    let (fd, family) = (this.get(cx).fd, this.get(cx).family);
    let place = address::from_python(cx, family, address, "bind")?;
    crate::support::audit(cx, "socket.bind", &[this.to_value(), address.clone()])?;
    sys(cx, |h| h.bind(fd, &place))
}

#[native("socket.close($self, /)", no_signature)]
fn close(cx: &mut Cx, this: &Obj<Socket>) -> R<()> {
    let fd = std::mem::replace(&mut this.get_mut(cx).fd, -1);
    if fd < 0 {
        return Ok(());
    }
    match attempt(cx, |h| h.close(fd))? {
        Err(error) if error.errno != libc::ECONNRESET => Err(raise_os(cx, error, None, None)),
        _ => Ok(()),
    }
}

/// Connects; the inner error is the number of the failure.
fn try_connect(cx: &mut Cx, this: &Obj<Socket>, address: &Value, name: &str) -> R<Result<(), i32>> {
    let (fd, family, timeout) = (this.get(cx).fd, this.get(cx).family, this.get(cx).timeout);
    let place = address::from_python(cx, family, address, name)?;
    crate::support::audit(cx, "socket.connect", &[this.to_value(), address.clone()])?;
    match attempt(cx, |h| h.connect(fd, &place))? {
        Ok(()) => return Ok(Ok(())),
        Err(error) if error.errno == libc::EINPROGRESS && timeout.is_some_and(|t| t > 0) => {}
        Err(error) => return Ok(Err(error.errno)),
    }
    let left = timeout.and_then(|t| u64::try_from(t).ok());
    let count = sys(cx, |h| h.poll(&mut [PollFd { fd, events: libc::POLLOUT, happened: 0 }], left))?;
    if count == 0 {
        return Ok(Err(libc::EWOULDBLOCK));
    }
    let bytes = sys(cx, |h| h.option(fd, libc::SOL_SOCKET, libc::SO_ERROR, 4))?;
    match <[u8; 4]>::try_from(bytes).map_or(0, i32::from_ne_bytes) {
        0 => Ok(Ok(())),
        errno => Ok(Err(errno)),
    }
}

#[native("socket.connect($self, address, /)", no_signature)]
fn connect(cx: &mut Cx, this: &Obj<Socket>, address: &Value) -> R<()> {
    match try_connect(cx, this, address, "connect")? {
        Ok(()) => Ok(()),
        Err(libc::EWOULDBLOCK) if this.get(cx).timeout.is_some_and(|t| t > 0) => {
            Err(cx.raise(&exc::TIMEOUT_ERROR, "timed out"))
        }
        Err(errno) => Err(raise_os(cx, taipan_host::HostError::new(errno), None, None)),
    }
}

#[native("socket.connect_ex($self, address, /)", no_signature)]
fn connect_ex(cx: &mut Cx, this: &Obj<Socket>, address: &Value) -> R<i64> {
    Ok(try_connect(cx, this, address, "connect_ex")?.err().unwrap_or(0).into())
}

#[native("socket.detach($self, /)", no_signature)]
fn detach(cx: &mut Cx, this: &Obj<Socket>) -> R<i64> {
    Ok(std::mem::replace(&mut this.get_mut(cx).fd, -1).into())
}

#[native("socket.fileno($self, /)", no_signature)]
fn fileno(cx: &mut Cx, this: &Obj<Socket>) -> R<i64> {
    Ok(this.get(cx).fd.into())
}

#[native("socket.getblocking($self, /)", no_signature)]
fn getblocking(cx: &mut Cx, this: &Obj<Socket>) -> R<bool> {
    Ok(this.get(cx).timeout != Some(0))
}

fn change_timeout(cx: &mut Cx, this: &Obj<Socket>, timeout: Option<i64>) -> R<()> {
    let fd = this.get(cx).fd;
    this.get_mut(cx).timeout = timeout;
    sys(cx, |h| h.set_blocking(fd, timeout.is_none()))
}

#[native("socket.setblocking($self, flag, /)", no_signature)]
fn setblocking(cx: &mut Cx, this: &Obj<Socket>, flag: bool) -> R<()> {
    change_timeout(cx, this, if flag { None } else { Some(0) })
}

#[native("socket.settimeout($self, timeout, /)", no_signature)]
fn settimeout(cx: &mut Cx, this: &Obj<Socket>, timeout: &Value) -> R<()> {
    let timeout = parse_timeout(cx, timeout)?;
    change_timeout(cx, this, timeout)
}

#[native("socket.gettimeout($self, /)", no_signature)]
fn gettimeout(cx: &mut Cx, this: &Obj<Socket>) -> R {
    shown_timeout(cx, this)
}

#[native("socket.getpeername($self, /)", no_signature)]
fn getpeername(cx: &mut Cx, this: &Obj<Socket>) -> R {
    let fd = this.get(cx).fd;
    let place = sys(cx, |h| h.peer_address(fd))?;
    Ok(address::to_python(cx, &place))
}

#[native("socket.getsockname($self, /)", no_signature)]
fn getsockname(cx: &mut Cx, this: &Obj<Socket>) -> R {
    let fd = this.get(cx).fd;
    let place = sys(cx, |h| h.local_address(fd))?;
    Ok(address::to_python(cx, &place))
}

#[native("socket.getsockopt($self, level, option, buflen=0, /)", no_signature)]
fn getsockopt(cx: &mut Cx, this: &Obj<Socket>, level: i32, option: i32, buflen: i64) -> R {
    let fd = this.get(cx).fd;
    if buflen == 0 {
        let bytes = sys(cx, |h| h.option(fd, level, option, 4))?;
        return Ok(cx.int(<[u8; 4]>::try_from(bytes).map_or(0, i32::from_ne_bytes).into()));
    }
    match usize::try_from(buflen) {
        Ok(size) if size <= 1024 => {
            let bytes = sys(cx, |h| h.option(fd, level, option, size))?;
            Ok(cx.bytes(&bytes))
        }
        _ => Err(cx.raise(&exc::OS_ERROR, "getsockopt buflen out of range")),
    }
}

#[native("socket.setsockopt($self, level, option, value, optlen=None, /)", no_signature)]
fn setsockopt(
    cx: &mut Cx,
    this: &Obj<Socket>,
    level: i32,
    option: i32,
    value: &Value,
    optlen: Option<i64>,
) -> R<()> {
    let fd = this.get(cx).fd;
    if value.is_none() {
        let length = optlen.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        return sys(cx, |h| h.set_option_empty(fd, level, option, length));
    }
    let bytes = if value.as_int().is_some() {
        pytime::c_int(cx, value)?.to_ne_bytes().to_vec()
    } else {
        buffer::bytes_like(cx, value)?.to_vec(cx)
    };
    sys(cx, |h| h.set_option(fd, level, option, &bytes))
}

#[native("socket.listen($self, backlog=128, /)", no_signature)]
fn listen(cx: &mut Cx, this: &Obj<Socket>, backlog: i32) -> R<()> {
    let fd = this.get(cx).fd;
    sys(cx, |h| h.listen(fd, backlog.max(0)))
}

pub(super) fn space(cx: &mut Cx, size: i64, name: &str) -> R<Vec<u8>> {
    let Ok(size) = usize::try_from(size) else {
        return Err(cx.value_error(format!("negative buffersize in {name}")));
    };
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        return Err(cx.memory_error());
    }
    bytes.resize(size, 0);
    Ok(bytes)
}

#[native("socket.recv($self, buffersize, flags=0, /)", no_signature)]
fn recv(cx: &mut Cx, this: &Obj<Socket>, buffersize: i64, flags: i32) -> R {
    let mut bytes = space(cx, buffersize, "recv")?;
    let count = ready(cx, this, libc::POLLIN, |h, fd| h.receive(fd, &mut bytes, flags))?;
    bytes.truncate(count);
    Ok(cx.bytes(&bytes))
}

#[native("socket.recv_into($self, buffer, nbytes=0, flags=0)", no_signature)]
fn recv_into(cx: &mut Cx, this: &Obj<Socket>, buffer: &Value, nbytes: i64, flags: i32) -> R<usize> {
    let mut lent = buffer::writable_bytes(cx, buffer, "recv_into() argument 1")?;
    let most = lent.len();
    let wanted = match usize::try_from(nbytes) {
        Ok(0) => most,
        Ok(n) if n <= most => n,
        Ok(_) => return Err(cx.value_error("buffer too small for requested bytes")),
        Err(_) => return Err(cx.value_error("negative buffersize in recv_into")),
    };
    let mut bytes = space(cx, wanted as i64, "recv_into")?;
    let count = ready(cx, this, libc::POLLIN, |h, fd| h.receive(fd, &mut bytes, flags))?;
    if let (Some(to), Some(from)) = (lent.bytes_mut(cx).get_mut(..count), bytes.get(..count)) {
        to.copy_from_slice(from);
    }
    Ok(count)
}

#[native("socket.recvfrom($self, buffersize, flags=0, /)", no_signature)]
fn recvfrom(cx: &mut Cx, this: &Obj<Socket>, buffersize: i64, flags: i32) -> R {
    let mut bytes = space(cx, buffersize, "recvfrom")?;
    let (count, from) = ready(cx, this, libc::POLLIN, |h, fd| h.receive_from(fd, &mut bytes, flags))?;
    bytes.truncate(count);
    let bytes = cx.bytes(&bytes);
    let from = address::to_python(cx, &from);
    Ok(cx.tuple_value([bytes, from]))
}

#[native("socket.send($self, data, flags=0, /)", no_signature)]
fn send(cx: &mut Cx, this: &Obj<Socket>, data: &Value, flags: i32) -> R<usize> {
    let bytes = buffer::bytes_like(cx, data)?.to_vec(cx);
    ready(cx, this, libc::POLLOUT, |h, fd| h.send(fd, &bytes, flags))
}

#[native("socket.sendall($self, data, flags=0, /)", no_signature)]
fn sendall(cx: &mut Cx, this: &Obj<Socket>, data: &Value, flags: i32) -> R<()> {
    let bytes = buffer::bytes_like(cx, data)?.to_vec(cx);
    let mut left = bytes.as_slice();
    while !left.is_empty() {
        let count = ready(cx, this, libc::POLLOUT, |h, fd| h.send(fd, left, flags))?;
        left = left.get(count..).unwrap_or_default();
    }
    Ok(())
}

#[native("socket.sendto($self, *args)", no_signature)]
fn sendto(cx: &mut Cx, this: &Obj<Socket>, args: &[Value]) -> R<usize> {
    let (data, flags_or_address, address) = match args {
        [data, address] => (data, address, None),
        [data, flags, address] => (data, flags, Some(address)),
        _ => {
            let given = args.len();
            return Err(cx.type_error(format!("sendto() takes 2 or 3 arguments ({given} given)")));
        }
    };
    let (flags, place) = match address {
        Some(address) => (pytime::c_int(cx, flags_or_address)?, address),
        None => (0, flags_or_address),
    };
    let bytes = buffer::bytes_like(cx, data)?.to_vec(cx);
    let family = this.get(cx).family;
    let to = address::from_python(cx, family, place, "sendto")?;
    crate::support::audit(cx, "socket.sendto", &[this.to_value(), place.clone()])?;
    ready(cx, this, libc::POLLOUT, |h, fd| h.send_to(fd, &bytes, flags, &to))
}

#[native("socket.shutdown($self, how, /)", no_signature)]
fn shutdown(cx: &mut Cx, this: &Obj<Socket>, how: i32) -> R<()> {
    let fd = this.get(cx).fd;
    sys(cx, |h| h.shutdown(fd, how))
}
