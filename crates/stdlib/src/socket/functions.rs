//! The module's functions: pairs, names, byte order, addresses as text.

use std::net::{Ipv4Addr, Ipv6Addr};

use taipan_host::network::{Address, AddressQuery};
use taipan_macros::native;
use taipan_object::{Cx, R, Value, exc};
use taipan_types::list::new_list;

use super::{State, address, object};
use crate::pytime;
use crate::support::{audit, descriptor, fs_decode, sys};

#[native("_socket.socketpair(family=-1, type=1, proto=0, /)", no_signature)]
pub(super) fn socketpair(cx: &mut Cx, family: i32, r#type: i32, proto: i32) -> R {
    let family = if family < 0 { libc::AF_UNIX } else { family };
    let (a, b) = sys(cx, |h| h.socketpair(family, r#type, proto))?;
    let a = object::make(cx, a, family, r#type, proto)?;
    let b = object::make(cx, b, family, r#type, proto)?;
    Ok(cx.tuple_value([a, b]))
}

#[native("_socket.close(fd, /)", no_signature)]
pub(super) fn close(cx: &mut Cx, fd: &Value) -> R<()> {
    let fd = descriptor(cx, fd)?;
    sys(cx, |h| h.close(fd))
}

#[native("_socket.dup(fd, /)", no_signature)]
pub(super) fn dup(cx: &mut Cx, fd: &Value) -> R {
    let fd = descriptor(cx, fd)?;
    let new = sys(cx, |h| h.dup(fd))?;
    Ok(cx.int(new.into()))
}

#[native("_socket.getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)", no_signature)]
pub(super) fn getaddrinfo(
    cx: &mut Cx,
    host: &Value,
    port: &Value,
    family: i32,
    r#type: i32,
    proto: i32,
    flags: i32,
) -> R {
    let name = if host.is_none() { None } else { Some(address::host_name(cx, host)?) };
    let service = if port.is_none() {
        None
    } else if let Some(number) = port.as_int() {
        number.to_i64().map(|n| n.to_string().into_bytes())
    } else if port.as_str().is_some() || port.as_bytes().is_some() {
        Some(address::host_name(cx, port)?)
    } else {
        return Err(cx.raise(&exc::OS_ERROR, "Int or String expected"));
    };
    let numbers = [family, r#type, proto, flags].map(|n| cx.int(n.into()));
    let [f, t, p, _] = numbers;
    audit(cx, "socket.getaddrinfo", &[host.clone(), port.clone(), f, t, p])?;
    let query = AddressQuery {
        host: name.as_deref(),
        service: service.as_deref(),
        family,
        kind: r#type,
        protocol: proto,
        flags,
    };
    let found = address::lookup(cx, query)?;
    let mut out = Vec::with_capacity(found.len());
    for info in found {
        let place = address::to_python(cx, &info.address);
        let (f, k, p) = (cx.int(info.family.into()), cx.int(info.kind.into()), cx.int(info.protocol.into()));
        let name = fs_decode(cx, &info.name);
        out.push(cx.tuple_value([f, k, p, name, place]));
    }
    Ok(new_list(cx, out).into_value())
}

#[native("_socket.gethostbyname(host, /)", no_signature)]
pub(super) fn gethostbyname(cx: &mut Cx, host: &Value) -> R {
    let name = address::host_name(cx, host)?;
    audit(cx, "socket.gethostbyname", std::slice::from_ref(host))?;
    match address::resolve(cx, &name, libc::AF_INET)? {
        Address::V4 { address, .. } => Ok(cx.str(&Ipv4Addr::from(address).to_string())),
        _ => Err(cx.raise(&exc::OS_ERROR, "unsupported address family")),
    }
}

#[native("_socket.gethostname()", no_signature)]
pub(super) fn gethostname(cx: &mut Cx) -> R {
    audit(cx, "socket.gethostname", &[])?;
    let name = sys(cx, |h| h.host_name())?;
    Ok(fs_decode(cx, &name))
}

#[native("_socket.getdefaulttimeout()", no_signature)]
pub(super) fn getdefaulttimeout(cx: &mut Cx) -> R {
    match cx.interp_mut().state::<State>().default_timeout {
        Some(timeout) => Ok(cx.float(pytime::to_float(timeout.into()))),
        None => Ok(Value::none()),
    }
}

#[native("_socket.setdefaulttimeout(timeout, /)", no_signature)]
pub(super) fn setdefaulttimeout(cx: &mut Cx, timeout: &Value) -> R<()> {
    let timeout = object::parse_timeout(cx, timeout)?;
    cx.interp_mut().state::<State>().default_timeout = timeout;
    Ok(())
}

fn short(cx: &mut Cx, x: i64, name: &str) -> R<u16> {
    match u16::try_from(x) {
        Ok(x) => Ok(x),
        Err(_) if x < 0 => Err(cx.overflow_error(format!(
            "{name}: can't convert negative Python int to C 16-bit unsigned integer"
        ))),
        Err(_) => Err(cx
            .overflow_error(format!("{name}: Python int too large to convert to C 16-bit unsigned integer"))),
    }
}

fn long(cx: &mut Cx, x: i64) -> R<u32> {
    match u32::try_from(x) {
        Ok(x) => Ok(x),
        Err(_) if x < 0 => Err(cx.overflow_error("can't convert negative value to unsigned int")),
        Err(_) => Err(cx.overflow_error("int larger than 32 bits")),
    }
}

/// Convert a 16-bit unsigned integer from host to network byte order.
#[native("_socket.htons(x, /)")]
pub(super) fn htons(cx: &mut Cx, x: i64) -> R<i64> {
    Ok(short(cx, x, "htons")?.to_be().into())
}

/// Convert a 16-bit unsigned integer from network to host byte order.
#[native("_socket.ntohs(x, /)")]
pub(super) fn ntohs(cx: &mut Cx, x: i64) -> R<i64> {
    Ok(u16::from_be(short(cx, x, "ntohs")?).into())
}

/// Convert a 32-bit unsigned integer from host to network byte order.
#[native("_socket.htonl(x, /)")]
pub(super) fn htonl(cx: &mut Cx, x: i64) -> R<i64> {
    Ok(long(cx, x)?.to_be().into())
}

/// Convert a 32-bit unsigned integer from network to host byte order.
#[native("_socket.ntohl(x, /)")]
pub(super) fn ntohl(cx: &mut Cx, x: i64) -> R<i64> {
    Ok(u32::from_be(long(cx, x)?).into())
}

fn text(cx: &mut Cx, value: &Value) -> R<String> {
    match value.as_str() {
        Some(text) => Ok(text.to_string_lossy().into_owned()),
        None => {
            let message = format!("argument must be str, not {}", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions.
#[native("_socket.inet_aton(ip_addr, /)")]
pub(super) fn inet_aton(cx: &mut Cx, ip_addr: &Value) -> R {
    match text(cx, ip_addr)?.parse::<Ipv4Addr>() {
        Ok(address) => Ok(cx.bytes(&address.octets())),
        Err(_) => Err(cx.raise(&exc::OS_ERROR, "illegal IP address string passed to inet_aton")),
    }
}

/// Convert an IP address from 32-bit packed binary format to string format.
#[native("_socket.inet_ntoa(packed_ip, /)")]
pub(super) fn inet_ntoa(cx: &mut Cx, packed_ip: &Value) -> R {
    let bytes = taipan_object::buffer::bytes_like(cx, packed_ip)?.to_vec(cx);
    match <[u8; 4]>::try_from(bytes) {
        Ok(bytes) => Ok(cx.str(&Ipv4Addr::from(bytes).to_string())),
        Err(_) => Err(cx.raise(&exc::OS_ERROR, "packed IP wrong length")),
    }
}

#[native("_socket.inet_pton(af, ip, /)", no_signature)]
pub(super) fn inet_pton(cx: &mut Cx, af: i32, ip: &Value) -> R {
    let ip = text(cx, ip)?;
    let packed = match af {
        libc::AF_INET => ip.parse::<Ipv4Addr>().ok().map(|a| a.octets().to_vec()),
        libc::AF_INET6 => ip.parse::<Ipv6Addr>().ok().map(|a| a.octets().to_vec()),
        _ => {
            let error = taipan_host::HostError::new(libc::EAFNOSUPPORT);
            return Err(crate::support::raise_os(cx, error, None, None));
        }
    };
    match packed {
        Some(bytes) => Ok(cx.bytes(&bytes)),
        None => Err(cx.raise(&exc::OS_ERROR, "illegal IP address string passed to inet_pton")),
    }
}

#[native("_socket.inet_ntop(af, packed_ip, /)", no_signature)]
pub(super) fn inet_ntop(cx: &mut Cx, af: i32, packed_ip: &Value) -> R {
    let bytes = taipan_object::buffer::bytes_like(cx, packed_ip)?.to_vec(cx);
    let shown = match af {
        libc::AF_INET => <[u8; 4]>::try_from(bytes).ok().map(|b| Ipv4Addr::from(b).to_string()),
        libc::AF_INET6 => <[u8; 16]>::try_from(bytes).ok().map(|b| Ipv6Addr::from(b).to_string()),
        _ => return Err(cx.value_error(format!("unknown address family {af}"))),
    };
    match shown {
        Some(shown) => Ok(cx.str(&shown)),
        None => Err(cx.value_error("invalid length of packed IP address string")),
    }
}
