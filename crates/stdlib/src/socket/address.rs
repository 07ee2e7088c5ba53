//! Addresses as Python objects.

use std::net::{Ipv4Addr, Ipv6Addr};

use taipan_host::network::{Address, AddressInfo, AddressQuery, LookupError};
use taipan_object::{Cx, R, Raised, Tuple, Value, exc, ops};

use crate::support::{blocking, fs_decode, fs_encode, host, raise_os};

/// The object of an address.
pub(super) fn to_python(cx: &mut Cx, address: &Address) -> Value {
    match address {
        Address::V4 { address, port } => {
            let name = cx.str(&Ipv4Addr::from(*address).to_string());
            let port = cx.int((*port).into());
            cx.tuple_value([name, port])
        }
        Address::V6 { address, port, flow, scope } => {
            let name = cx.str(&Ipv6Addr::from(*address).to_string());
            let (port, flow, scope) =
                (cx.int((*port).into()), cx.int((*flow).into()), cx.int((*scope).into()));
            cx.tuple_value([name, port, flow, scope])
        }
        // Abstract names of Linux begin with a null byte.
        Address::Unix(path) if path.first() == Some(&0) => cx.bytes(path),
        Address::Unix(path) => fs_decode(cx, path),
        _ => Value::none(),
    }
}

/// Raises what the resolver failed with.
#[cold]
pub(super) fn raise_lookup(cx: &mut Cx, error: LookupError) -> Raised {
    let (code, message, resolver) = match error {
        LookupError::System(error) => return raise_os(cx, error, None, None),
        LookupError::Resolver(code, message) => (code, message, true),
        LookupError::Host(code, message) => (code, message, false),
    };
    let state = cx.interp_mut().state::<super::State>();
    let class = if resolver { state.gaierror.clone() } else { state.herror.clone() };
    let Some(class) = class else { return cx.raise(&exc::OS_ERROR, message) };
    let args = [cx.int(code.into()), cx.str(&message)];
    match ops::call(cx, &class, &args) {
        Ok(exception) => exc::raise(cx, exception),
        Err(raised) => raised,
    }
}

/// Asks the resolver.
pub(super) fn lookup(cx: &mut Cx, query: AddressQuery<'_>) -> R<Vec<AddressInfo>> {
    let host = host(cx);
    match blocking(cx, || host.address_info(query)) {
        Ok(found) => Ok(found),
        Err(error) => Err(raise_lookup(cx, error)),
    }
}

/// The first address of a host name in a family; the empty name is any address.
pub(super) fn resolve(cx: &mut Cx, name: &[u8], family: i32) -> R<Address> {
    if name.is_empty() {
        return Ok(match family {
            libc::AF_INET6 => Address::V6 { address: [0; 16], port: 0, flow: 0, scope: 0 },
            _ => Address::V4 { address: [0; 4], port: 0 },
        });
    }
    if family == libc::AF_INET && name == b"<broadcast>" {
        return Ok(Address::V4 { address: [255; 4], port: 0 });
    }
    if family == libc::AF_INET
        && let Some(address) = std::str::from_utf8(name).ok().and_then(|n| n.parse::<Ipv4Addr>().ok())
    {
        return Ok(Address::V4 { address: address.octets(), port: 0 });
    }
    let found = lookup(cx, AddressQuery { host: Some(name), family, ..AddressQuery::default() })?;
    match found.into_iter().next() {
        Some(info) => Ok(info.address),
        None => Err(cx.raise(&exc::OS_ERROR, "host not found")),
    }
}

/// A host name given as text or bytes.
pub(super) fn host_name(cx: &mut Cx, value: &Value) -> R<Vec<u8>> {
    if let Some(text) = value.as_str() {
        if let Some(ascii) = text.as_ascii() {
            return Ok(ascii.as_bytes().to_vec());
        }
        let encode = cx.interp().runtime.encode;
        let text = text.to_handle();
        let bytes = encode(cx, &text, "idna", "strict")?;
        return Ok(bytes.as_bytes().map(|b| b.as_slice().to_vec()).unwrap_or_default());
    }
    match value.as_bytes() {
        Some(bytes) => Ok(bytes.as_slice().to_vec()),
        None => {
            let message = format!("str, bytes or bytearray expected, not {}", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// The address that an object is in a family. `function` words the messages.
pub(super) fn from_python(cx: &mut Cx, family: i32, value: &Value, function: &str) -> R<Address> {
    match family {
        libc::AF_UNIX => {
            let path = match (value.as_str(), value.as_bytes()) {
                (Some(text), _) => fs_encode(cx, text)?,
                (_, Some(bytes)) => bytes.as_slice().to_vec(),
                _ => taipan_object::buffer::bytes_like(cx, value)?.to_vec(cx),
            };
            if path.len() > 108 {
                return Err(cx.raise(&exc::OS_ERROR, "AF_UNIX path too long"));
            }
            Ok(Address::Unix(path))
        }
        libc::AF_INET | libc::AF_INET6 => {
            let label = if family == libc::AF_INET { "AF_INET" } else { "AF_INET6" };
            let Some(items) = value.cast::<Tuple>().map(|t| t.items().to_vec()) else {
                let kind = value.type_name(cx).into_owned();
                return Err(cx.type_error(format!("{function}(): {label} address must be tuple, not {kind}")));
            };
            let most = if family == libc::AF_INET { 2 } else { 4 };
            let (Some(name), Some(port), true) = (items.first(), items.get(1), items.len() <= most) else {
                return Err(cx.type_error(format!("{label} address must be a pair (host, port)")));
            };
            let name = host_name(cx, name)?;
            let port = taipan_object::int::index_i64(cx, port)?;
            let Ok(port) = u16::try_from(port) else {
                return Err(cx.overflow_error(format!("{function}(): port must be 0-65535.")));
            };
            let mut numbers = [0u32; 2];
            for (number, item) in numbers.iter_mut().zip(items.iter().skip(2)) {
                let wide = taipan_object::int::index_i64(cx, item)?;
                *number = u32::try_from(wide).unwrap_or(0);
            }
            Ok(match resolve(cx, &name, family)? {
                Address::V4 { address, .. } => Address::V4 { address, port },
                Address::V6 { address, scope, .. } => Address::V6 {
                    address,
                    port,
                    flow: numbers[0],
                    scope: if items.len() > 3 { numbers[1] } else { scope },
                },
                other => other,
            })
        }
        _ => Err(cx.raise(&exc::OS_ERROR, format!("{function}(): bad family"))),
    }
}
