//! Names: of hosts, services, protocols and interfaces.

use std::net::{Ipv4Addr, Ipv6Addr};

use taipan_host::network::{Address, AddressQuery, HostEntry};
use taipan_macros::native;
use taipan_object::{Cx, R, Tuple, Value, exc, int};
use taipan_types::list::new_list;

use super::address;
use crate::support::{audit, blocking, fs_decode, fs_encode, host, sys};

/// A name given as text, for functions of plain names.
fn plain(cx: &mut Cx, value: &Value, name: &str, place: usize) -> R<Vec<u8>> {
    match value.as_str() {
        Some(text) => fs_encode(cx, text),
        None => {
            let message = format!("{name}() argument {place} must be str, not {}", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

fn entry(cx: &mut Cx, entry: HostEntry) -> R {
    let name = fs_decode(cx, &entry.name);
    let aliases: Vec<Value> = entry.aliases.iter().map(|a| fs_decode(cx, a)).collect();
    let mut addresses = Vec::with_capacity(entry.addresses.len());
    for bytes in &entry.addresses {
        let shown = match (<[u8; 4]>::try_from(bytes.as_slice()), <[u8; 16]>::try_from(bytes.as_slice())) {
            (Ok(four), _) => Ipv4Addr::from(four).to_string(),
            (_, Ok(sixteen)) => Ipv6Addr::from(sixteen).to_string(),
            _ => continue,
        };
        addresses.push(cx.str(&shown));
    }
    let (aliases, addresses) = (new_list(cx, aliases).into_value(), new_list(cx, addresses).into_value());
    Ok(cx.tuple_value([name, aliases, addresses]))
}

/// Return the true host name, a list of aliases, and a list of IP addresses, for a host.
///
/// The host argument is a string giving a host name or IP number.
#[native("_socket.gethostbyname_ex(host, /)", no_signature)]
pub(super) fn gethostbyname_ex(cx: &mut Cx, host: &Value) -> R {
    let name = address::host_name(cx, host)?;
    audit(cx, "socket.gethostbyname", std::slice::from_ref(host))?;
    let machine = crate::support::host(cx);
    match blocking(cx, || machine.host_by_name(&name)) {
        Ok(found) => entry(cx, found),
        Err(error) => Err(address::raise_lookup(cx, error)),
    }
}

/// Return the true host name, a list of aliases, and a list of IP addresses, for a host.
///
/// The host argument is a string giving a host name or IP number.
#[native("_socket.gethostbyaddr(host, /)", no_signature)]
pub(super) fn gethostbyaddr(cx: &mut Cx, host: &Value) -> R {
    let name = address::host_name(cx, host)?;
    audit(cx, "socket.gethostbyaddr", std::slice::from_ref(host))?;
    let place = address::resolve(cx, &name, libc::AF_UNSPEC)?;
    let machine = crate::support::host(cx);
    match blocking(cx, || machine.host_by_address(&place)) {
        Ok(found) => entry(cx, found),
        Err(error) => Err(address::raise_lookup(cx, error)),
    }
}

/// Get host and port for a sockaddr.
#[native("_socket.getnameinfo(sockaddr, flags, /)", no_signature)]
pub(super) fn getnameinfo(cx: &mut Cx, sockaddr: &Value, flags: i32) -> R {
    let Some(items) = sockaddr.cast::<Tuple>().map(|t| t.items().to_vec()) else {
        return Err(cx.type_error("getnameinfo() argument 1 must be a tuple"));
    };
    let (Some(name), Some(port), true) = (items.first(), items.get(1), items.len() <= 4) else {
        return Err(cx.type_error("getnameinfo(): illegal sockaddr argument"));
    };
    let name = plain(cx, name, "getnameinfo", 1)?;
    let port = crate::pytime::c_int(cx, port)?;
    let mut numbers = [0u32; 2];
    for (number, item) in numbers.iter_mut().zip(items.iter().skip(2)) {
        let wide = int::index_i64(cx, item)?;
        *number = u32::try_from(wide).unwrap_or(u32::MAX);
    }
    let [flow, scope] = numbers;
    if flow > 0xF_FFFF {
        return Err(cx.overflow_error("getnameinfo(): flowinfo must be 0-1048575."));
    }
    audit(cx, "socket.getnameinfo", std::slice::from_ref(sockaddr))?;
    let service = port.to_string();
    let query = AddressQuery {
        host: Some(&name),
        service: Some(service.as_bytes()),
        kind: libc::SOCK_DGRAM,
        flags: libc::AI_NUMERICHOST,
        ..AddressQuery::default()
    };
    let mut found = address::lookup(cx, query)?.into_iter().map(|info| info.address);
    let place = match (found.next(), found.next()) {
        (Some(Address::V4 { .. }), None) if items.len() != 2 => {
            return Err(cx.raise(&exc::OS_ERROR, "IPv4 sockaddr must be 2 tuple"));
        }
        (Some(Address::V6 { address, port, .. }), None) => Address::V6 { address, port, flow, scope },
        (Some(place), None) => place,
        _ => return Err(cx.raise(&exc::OS_ERROR, "sockaddr resolved to multiple addresses")),
    };
    let machine = host(cx);
    match blocking(cx, || machine.name_info(&place, flags)) {
        Ok((name, service)) => {
            let (name, service) = (fs_decode(cx, &name), fs_decode(cx, &service));
            Ok(cx.tuple_value([name, service]))
        }
        Err(error) => Err(address::raise_lookup(cx, error)),
    }
}

/// Return a port number from a service name and protocol name.
///
/// The optional protocol name, if given, should be 'tcp' or 'udp',
/// otherwise any protocol will match.
#[native("_socket.getservbyname(servicename, protocolname=None, /)", no_signature)]
pub(super) fn getservbyname(cx: &mut Cx, servicename: &Value, protocolname: Option<&Value>) -> R<i64> {
    let name = plain(cx, servicename, "getservbyname", 1)?;
    let protocol = match protocolname {
        Some(protocol) => Some(plain(cx, protocol, "getservbyname", 2)?),
        None => None,
    };
    let shown = protocolname.cloned().unwrap_or_else(|| cx.str(""));
    audit(cx, "socket.getservbyname", &[servicename.clone(), shown])?;
    let machine = host(cx);
    match blocking(cx, || machine.service_port(&name, protocol.as_deref())) {
        Some(port) => Ok(port.into()),
        None => Err(cx.raise(&exc::OS_ERROR, "service/proto not found")),
    }
}

/// Return the service name from a port number and protocol name.
///
/// The optional protocol name, if given, should be 'tcp' or 'udp',
/// otherwise any protocol will match.
#[native("_socket.getservbyport(port, protocolname=None, /)", no_signature)]
pub(super) fn getservbyport(cx: &mut Cx, port: &Value, protocolname: Option<&Value>) -> R {
    let number = crate::pytime::c_int(cx, port)?;
    let protocol = match protocolname {
        Some(protocol) => Some(plain(cx, protocol, "getservbyport", 2)?),
        None => None,
    };
    let Ok(number) = u16::try_from(number) else {
        return Err(cx.overflow_error("getservbyport: port must be 0-65535."));
    };
    let shown = protocolname.cloned().unwrap_or_else(|| cx.str(""));
    audit(cx, "socket.getservbyport", &[port.clone(), shown])?;
    let machine = host(cx);
    match blocking(cx, || machine.service_name(number, protocol.as_deref())) {
        Some(name) => Ok(fs_decode(cx, &name)),
        None => Err(cx.raise(&exc::OS_ERROR, "port/proto not found")),
    }
}

/// Return the protocol number for the named protocol.  (Rarely used.)
#[native("_socket.getprotobyname(name, /)", no_signature)]
pub(super) fn getprotobyname(cx: &mut Cx, name: &Value) -> R<i64> {
    let name = plain(cx, name, "getprotobyname", 1)?;
    let machine = host(cx);
    match blocking(cx, || machine.protocol_number(&name)) {
        Some(number) => Ok(number.into()),
        None => Err(cx.raise(&exc::OS_ERROR, "protocol not found")),
    }
}

/// Sets the hostname to name.
#[native("_socket.sethostname(name, /)", no_signature)]
pub(super) fn sethostname(cx: &mut Cx, name: &Value) -> R<()> {
    let bytes = match name.as_str() {
        Some(text) => fs_encode(cx, text)?,
        None => taipan_object::buffer::bytes_like(cx, name)?.to_vec(cx),
    };
    audit(cx, "socket.sethostname", std::slice::from_ref(name))?;
    sys(cx, |h| h.set_host_name(&bytes))
}

/// Returns a list of network interface information (index, name) tuples.
#[native("_socket.if_nameindex()", no_signature)]
pub(super) fn if_nameindex(cx: &mut Cx) -> R {
    let found = sys(cx, |h| h.interfaces())?;
    let mut list = Vec::with_capacity(found.len());
    for (number, name) in found {
        let (number, name) = (cx.int(number.into()), fs_decode(cx, &name));
        list.push(cx.tuple_value([number, name]));
    }
    Ok(new_list(cx, list).into_value())
}

/// Returns the interface index corresponding to the interface name if_name.
#[native("_socket.if_nametoindex(oname, /)")]
pub(super) fn if_nametoindex(cx: &mut Cx, oname: &Value) -> R<i64> {
    let wanted = crate::support::path_bytes(cx, oname)?;
    let found = sys(cx, |h| h.interfaces())?;
    match found.into_iter().find(|(_, name)| *name == wanted) {
        Some((number, _)) => Ok(number.into()),
        None => Err(cx.raise(&exc::OS_ERROR, "no interface with this name")),
    }
}

/// Returns the interface name corresponding to the interface index if_index.
#[native("_socket.if_indextoname(if_index, /)")]
pub(super) fn if_indextoname(cx: &mut Cx, if_index: &Value) -> R {
    let exact = int::index(cx, if_index)?;
    let number = match exact.as_int() {
        Some(n) if n.is_negative() => {
            return Err(cx.value_error("Cannot convert negative int"));
        }
        n => n.and_then(|n| n.to_i64()).and_then(|n| u32::try_from(n).ok()),
    };
    let Some(number) = number else {
        return Err(cx.overflow_error("Python int too large to convert to C unsigned int"));
    };
    let found = sys(cx, |h| h.interfaces())?;
    match found.into_iter().find(|(n, _)| *n == number) {
        Some((_, name)) => Ok(fs_decode(cx, &name)),
        None => {
            let error = taipan_host::HostError::new(libc::ENXIO);
            Err(crate::support::raise_os(cx, error, None, None))
        }
    }
}
