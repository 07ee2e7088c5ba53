//! Looking up names of hosts, services and protocols, by the C library.

use super::address::RawAddress;
use super::{c_string, copy_c_string};
use crate::network::{Address, AddressInfo, AddressQuery, HostEntry, LookupError};
use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

type Lookup<T> = Result<T, LookupError>;

/// Services and protocols are answered in memory that the next call overwrites.
static ANSWERS: Mutex<()> = Mutex::new(());

fn optional(text: Option<&[u8]>) -> Lookup<Option<CString>> {
    Ok(text.map(c_string).transpose()?)
}

fn pointer(text: Option<&CString>) -> *const libc::c_char {
    text.map_or(std::ptr::null(), |text| text.as_ptr())
}

fn resolver_error(code: i32) -> LookupError {
    if code == libc::EAI_SYSTEM {
        return LookupError::System(crate::HostError::last());
    }
    // SAFETY: the C library returns a string of its own.
    let message = unsafe { copy_c_string(libc::gai_strerror(code)) };
    LookupError::Resolver(code, String::from_utf8_lossy(&message).into_owned())
}

pub(super) fn address_info(query: AddressQuery<'_>) -> Lookup<Vec<AddressInfo>> {
    let (host, service) = (optional(query.host)?, optional(query.service)?);
    // SAFETY: integers and pointers, valid as zeros.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_family = query.family;
    hints.ai_socktype = query.kind;
    hints.ai_protocol = query.protocol;
    hints.ai_flags = query.flags;
    let mut list = std::ptr::null_mut();
    // SAFETY: NULL or NUL-terminated strings, a structure and a result of ours.
    let code =
        unsafe { libc::getaddrinfo(pointer(host.as_ref()), pointer(service.as_ref()), &hints, &mut list) };
    if code != 0 {
        return Err(resolver_error(code));
    }
    let mut answers = Vec::new();
    // SAFETY: the C library's list ends with NULL; it is copied, and freed once.
    unsafe {
        let mut entry = list;
        while let Some(info) = entry.as_ref() {
            answers.push(AddressInfo {
                family: info.ai_family,
                kind: info.ai_socktype,
                protocol: info.ai_protocol,
                name: copy_c_string(info.ai_canonname),
                address: RawAddress::copy(info.ai_addr, info.ai_addrlen).to_address(),
            });
            entry = info.ai_next;
        }
        libc::freeaddrinfo(list);
    }
    Ok(answers)
}

pub(super) fn name_info(address: &Address, flags: i32) -> Lookup<(Vec<u8>, Vec<u8>)> {
    let raw = RawAddress::from_address(address)?;
    let mut host = [0u8; 1025];
    let mut service = [0u8; 32];
    // SAFETY: the address is readable and the buffers writable for their lengths.
    let code = unsafe {
        libc::getnameinfo(
            raw.as_ptr(),
            raw.length(),
            host.as_mut_ptr().cast(),
            host.len() as libc::socklen_t,
            service.as_mut_ptr().cast(),
            service.len() as libc::socklen_t,
            flags,
        )
    };
    if code != 0 {
        return Err(resolver_error(code));
    }
    // SAFETY: both were filled with NUL-terminated strings.
    unsafe { Ok((copy_c_string(host.as_ptr().cast()), copy_c_string(service.as_ptr().cast()))) }
}

fn octets(address: &Address) -> Vec<u8> {
    match address {
        Address::V4 { address, .. } => address.to_vec(),
        Address::V6 { address, .. } => address.to_vec(),
        _ => Vec::new(),
    }
}

pub(super) fn host_by_name(name: &[u8]) -> Lookup<HostEntry> {
    let query = AddressQuery {
        host: Some(name),
        family: libc::AF_INET,
        kind: libc::SOCK_STREAM,
        flags: libc::AI_CANONNAME,
        ..AddressQuery::default()
    };
    let answers = address_info(query)?;
    let canonical = answers.first().map(|answer| answer.name.clone()).unwrap_or_default();
    let aliases = if canonical == name { Vec::new() } else { vec![name.to_vec()] };
    let mut addresses: Vec<Vec<u8>> = Vec::new();
    for answer in &answers {
        let address = octets(&answer.address);
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(HostEntry { name: canonical, aliases, addresses })
}

pub(super) fn host_by_address(address: &Address) -> Lookup<HostEntry> {
    match name_info(address, libc::NI_NAMEREQD) {
        Ok((name, _)) => Ok(HostEntry { name, aliases: Vec::new(), addresses: vec![octets(address)] }),
        // HOST_NOT_FOUND of the older interface, which Python raises as `herror`.
        Err(LookupError::Resolver(libc::EAI_NONAME, _)) => {
            Err(LookupError::Host(1, "Unknown host".to_owned()))
        }
        Err(error) => Err(error),
    }
}

pub(super) fn service_port(name: &[u8], protocol: Option<&[u8]>) -> Option<u16> {
    let (name, protocol) = (c_string(name).ok()?, optional(protocol).ok()?);
    let _answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: NUL-terminated or NULL; the answer is read before another call.
    unsafe {
        let entry = libc::getservbyname(name.as_ptr(), pointer(protocol.as_ref())).as_ref()?;
        Some(u16::from_be(entry.s_port as u16))
    }
}

pub(super) fn service_name(port: u16, protocol: Option<&[u8]>) -> Option<Vec<u8>> {
    let protocol = optional(protocol).ok()?;
    let _answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: NUL-terminated or NULL; the answer is copied before another call.
    unsafe {
        let entry = libc::getservbyport(i32::from(port.to_be()), pointer(protocol.as_ref())).as_ref()?;
        Some(copy_c_string(entry.s_name))
    }
}

pub(super) fn protocol_number(name: &[u8]) -> Option<i32> {
    let name = c_string(name).ok()?;
    let _answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: NUL-terminated; the answer is read before another call.
    unsafe { libc::getprotobyname(name.as_ptr()).as_ref().map(|entry| entry.p_proto) }
}
