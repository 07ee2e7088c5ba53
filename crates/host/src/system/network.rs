//! The machine's sockets. Looking names up is in `resolver.rs`.

use super::address::RawAddress;
use super::resolver;
use crate::error::{check, check_size, check_unit};
use crate::files::Fd;
use crate::network::{
    Address, AddressInfo, AddressQuery, Control, HostEntry, LookupError, Network, Received,
};
use crate::{HostError, Permission, Result, SystemHost};
use std::mem::MaybeUninit;

/// What a policy is told about an address.
fn subject(address: &Address) -> Vec<u8> {
    match address {
        Address::V4 { address, port } => {
            format!("{}:{port}", std::net::Ipv4Addr::from(*address)).into_bytes()
        }
        Address::V6 { address, port, .. } => {
            format!("[{}]:{port}", std::net::Ipv6Addr::from(*address)).into_bytes()
        }
        Address::Unix(path) => path.clone(),
        _ => Vec::new(),
    }
}

fn message_header(
    parts: &mut [libc::iovec],
    control: &mut [u8],
    address: *mut libc::sockaddr,
    address_length: libc::socklen_t,
) -> libc::msghdr {
    // SAFETY: integers and pointers, valid as zeros.
    let mut header: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    header.msg_iov = parts.as_mut_ptr();
    header.msg_iovlen = parts.len() as _;
    if !control.is_empty() {
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = control.len() as _;
    }
    header.msg_name = address.cast();
    header.msg_namelen = address_length;
    header
}

/// Control data in the kernel's layout.
fn pack_control(control: &[Control]) -> Result<Vec<u8>> {
    let mut size = 0usize;
    for item in control {
        let length = u32::try_from(item.data.len()).map_err(|_| HostError::new(libc::EINVAL))?;
        // SAFETY: arithmetic on a length.
        size += unsafe { libc::CMSG_SPACE(length) } as usize;
    }
    let mut buffer = vec![0u8; size];
    if control.is_empty() {
        return Ok(buffer);
    }
    let header = message_header(&mut [], &mut buffer, std::ptr::null_mut(), 0);
    // SAFETY: the buffer has the room that CMSG_SPACE says for each item, so the macros stay in it and the last NXTHDR is
    // not used. The headers are written unaligned-safe by field because the allocation is at least 8-byte aligned for
    // sizes of this kind; `write_unaligned` makes no assumption.
    unsafe {
        let mut position = libc::CMSG_FIRSTHDR(&header);
        for item in control {
            if position.is_null() {
                return Err(HostError::new(libc::EINVAL));
            }
            let mut head: libc::cmsghdr = std::mem::zeroed();
            head.cmsg_level = item.level;
            head.cmsg_type = item.kind;
            head.cmsg_len = libc::CMSG_LEN(item.data.len() as u32) as _;
            position.write_unaligned(head);
            std::ptr::copy_nonoverlapping(item.data.as_ptr(), libc::CMSG_DATA(position), item.data.len());
            // Not CMSG_NXTHDR: that reads the next header's length, which is not written yet.
            position = position.byte_add(libc::CMSG_SPACE(item.data.len() as u32) as usize);
        }
    }
    Ok(buffer)
}

/// The control data that a call left in its buffer.
fn unpack_control(header: &libc::msghdr) -> Vec<Control> {
    let mut control = Vec::new();
    // SAFETY: the kernel filled the buffer that the header describes; each item's length is bounded by what the buffer has
    // left, also where the kernel cut the last one.
    unsafe {
        let end = header.msg_control as usize + header.msg_controllen;
        let mut position = libc::CMSG_FIRSTHDR(header);
        while !position.is_null() {
            let head = position.read_unaligned();
            let data = libc::CMSG_DATA(position);
            let overhead = libc::CMSG_LEN(0) as usize;
            let length =
                (head.cmsg_len as usize).saturating_sub(overhead).min(end.saturating_sub(data as usize));
            control.push(Control {
                level: head.cmsg_level,
                kind: head.cmsg_type,
                data: std::slice::from_raw_parts(data, length).to_vec(),
            });
            position = libc::CMSG_NXTHDR(header, position);
        }
    }
    control
}

impl Network for SystemHost {
    fn socket(&self, family: i32, kind: i32, protocol: i32) -> Result<Fd> {
        self.need(Permission::Net, b"")?;
        // SAFETY: plain numbers.
        check(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
    }

    fn socketpair(&self, family: i32, kind: i32, protocol: i32) -> Result<(Fd, Fd)> {
        let mut fds = [0; 2];
        // SAFETY: the array has room for two.
        check(unsafe { libc::socketpair(family, kind | libc::SOCK_CLOEXEC, protocol, fds.as_mut_ptr()) })?;
        Ok((fds[0], fds[1]))
    }

    fn bind(&self, fd: Fd, address: &Address) -> Result<()> {
        self.need(Permission::Net, &subject(address))?;
        let raw = RawAddress::from_address(address)?;
        // SAFETY: the address is readable for its length.
        check_unit(unsafe { libc::bind(fd, raw.as_ptr(), raw.length()) })
    }

    fn connect(&self, fd: Fd, address: &Address) -> Result<()> {
        self.need(Permission::Net, &subject(address))?;
        let raw = RawAddress::from_address(address)?;
        // SAFETY: the address is readable for its length.
        check_unit(unsafe { libc::connect(fd, raw.as_ptr(), raw.length()) })
    }

    fn listen(&self, fd: Fd, backlog: i32) -> Result<()> {
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::listen(fd, backlog) })
    }

    fn accept(&self, fd: Fd) -> Result<(Fd, Address)> {
        let mut raw = RawAddress::empty();
        // SAFETY: the address has room for the length that it says.
        let fd =
            check(unsafe { libc::accept4(fd, raw.as_mut_ptr(), raw.length_pointer(), libc::SOCK_CLOEXEC) })?;
        Ok((fd, raw.to_address()))
    }

    fn local_address(&self, fd: Fd) -> Result<Address> {
        let mut raw = RawAddress::empty();
        // SAFETY: the address has room for the length that it says.
        check(unsafe { libc::getsockname(fd, raw.as_mut_ptr(), raw.length_pointer()) })?;
        Ok(raw.to_address())
    }

    fn peer_address(&self, fd: Fd) -> Result<Address> {
        let mut raw = RawAddress::empty();
        // SAFETY: the address has room for the length that it says.
        check(unsafe { libc::getpeername(fd, raw.as_mut_ptr(), raw.length_pointer()) })?;
        Ok(raw.to_address())
    }

    fn receive(&self, fd: Fd, buffer: &mut [u8], flags: i32) -> Result<usize> {
        // SAFETY: the buffer is writable for its length.
        check_size(unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags) })
    }

    fn receive_from(&self, fd: Fd, buffer: &mut [u8], flags: i32) -> Result<(usize, Address)> {
        let mut raw = RawAddress::empty();
        // SAFETY: the buffer is writable for its length, the address for the length that it says.
        let length = check_size(unsafe {
            libc::recvfrom(
                fd,
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                flags,
                raw.as_mut_ptr(),
                raw.length_pointer(),
            )
        })?;
        Ok((length, raw.to_address()))
    }

    fn receive_message(
        &self,
        fd: Fd,
        buffers: &mut [&mut [u8]],
        control: usize,
        flags: i32,
    ) -> Result<Received> {
        let mut parts: Vec<libc::iovec> = buffers
            .iter_mut()
            .map(|part| libc::iovec { iov_base: part.as_mut_ptr().cast(), iov_len: part.len() })
            .collect();
        let mut room = Vec::new();
        room.try_reserve_exact(control).map_err(|_| HostError::new(libc::ENOMEM))?;
        room.resize(control, 0u8);
        let mut raw = RawAddress::empty();
        let mut header = message_header(&mut parts, &mut room, raw.as_mut_ptr(), raw.length());
        // SAFETY: the header describes memory of ours that outlives the call.
        let length = check_size(unsafe { libc::recvmsg(fd, &mut header, flags | libc::MSG_CMSG_CLOEXEC) })?;
        raw.set_length(header.msg_namelen);
        Ok(Received {
            length,
            control: unpack_control(&header),
            flags: header.msg_flags,
            address: raw.to_address(),
        })
    }

    fn send(&self, fd: Fd, bytes: &[u8], flags: i32) -> Result<usize> {
        // SAFETY: the bytes are readable for their length.
        check_size(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags) })
    }

    fn send_to(&self, fd: Fd, bytes: &[u8], flags: i32, address: &Address) -> Result<usize> {
        self.need(Permission::Net, &subject(address))?;
        let raw = RawAddress::from_address(address)?;
        // SAFETY: the bytes and the address are readable for their lengths.
        check_size(unsafe {
            libc::sendto(fd, bytes.as_ptr().cast(), bytes.len(), flags, raw.as_ptr(), raw.length())
        })
    }

    fn send_message(
        &self,
        fd: Fd,
        buffers: &[&[u8]],
        control: &[Control],
        flags: i32,
        address: &Address,
    ) -> Result<usize> {
        let mut parts: Vec<libc::iovec> = buffers
            .iter()
            .map(|part| libc::iovec { iov_base: part.as_ptr().cast_mut().cast(), iov_len: part.len() })
            .collect();
        let mut packed = pack_control(control)?;
        let mut raw = RawAddress::from_address(address)?;
        let (pointer, length) = match address {
            Address::None => (std::ptr::null_mut(), 0),
            _ => {
                self.need(Permission::Net, &subject(address))?;
                (raw.as_mut_ptr(), raw.length())
            }
        };
        let header = message_header(&mut parts, &mut packed, pointer, length);
        // SAFETY: the header describes memory that outlives the call, which only reads it.
        check_size(unsafe { libc::sendmsg(fd, &header, flags) })
    }

    fn shutdown(&self, fd: Fd, how: i32) -> Result<()> {
        // SAFETY: plain numbers.
        check_unit(unsafe { libc::shutdown(fd, how) })
    }

    fn option(&self, fd: Fd, level: i32, name: i32, size: usize) -> Result<Vec<u8>> {
        let mut value = vec![0u8; size.min(1 << 16)];
        let mut length = value.len() as libc::socklen_t;
        // SAFETY: the buffer is writable for the length passed.
        check(unsafe { libc::getsockopt(fd, level, name, value.as_mut_ptr().cast(), &mut length) })?;
        value.truncate(length as usize);
        Ok(value)
    }

    fn set_option(&self, fd: Fd, level: i32, name: i32, value: &[u8]) -> Result<()> {
        let length = value.len() as libc::socklen_t;
        // SAFETY: the value is readable for its length.
        check_unit(unsafe { libc::setsockopt(fd, level, name, value.as_ptr().cast(), length) })
    }

    fn set_option_empty(&self, fd: Fd, level: i32, name: i32, length: u32) -> Result<()> {
        // SAFETY: the kernel checks the pointer.
        check_unit(unsafe { libc::setsockopt(fd, level, name, std::ptr::null(), length) })
    }

    fn address_info(&self, query: AddressQuery<'_>) -> std::result::Result<Vec<AddressInfo>, LookupError> {
        self.need(Permission::Net, query.host.unwrap_or(b""))?;
        resolver::address_info(query)
    }

    fn name_info(
        &self,
        address: &Address,
        flags: i32,
    ) -> std::result::Result<(Vec<u8>, Vec<u8>), LookupError> {
        self.need(Permission::Net, &subject(address))?;
        resolver::name_info(address, flags)
    }

    fn host_by_name(&self, name: &[u8]) -> std::result::Result<HostEntry, LookupError> {
        self.need(Permission::Net, name)?;
        resolver::host_by_name(name)
    }

    fn host_by_address(&self, address: &Address) -> std::result::Result<HostEntry, LookupError> {
        self.need(Permission::Net, &subject(address))?;
        resolver::host_by_address(address)
    }

    fn service_port(&self, name: &[u8], protocol: Option<&[u8]>) -> Option<u16> {
        resolver::service_port(name, protocol)
    }

    fn service_name(&self, port: u16, protocol: Option<&[u8]>) -> Option<Vec<u8>> {
        resolver::service_name(port, protocol)
    }

    fn protocol_number(&self, name: &[u8]) -> Option<i32> {
        resolver::protocol_number(name)
    }

    fn host_name(&self) -> Result<Vec<u8>> {
        let mut name = [0u8; 1024];
        // SAFETY: the buffer is writable for one less than its length, so it stays NUL-terminated.
        unsafe {
            check(libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1))?;
            Ok(super::copy_c_string(name.as_ptr().cast()))
        }
    }

    fn set_host_name(&self, name: &[u8]) -> Result<()> {
        self.need(Permission::System, b"hostname")?;
        // SAFETY: the name is readable for its length.
        check_unit(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) })
    }

    fn interfaces(&self) -> Result<Vec<(u32, Vec<u8>)>> {
        // SAFETY: the list ends with a zero number, is copied, and freed once.
        unsafe {
            let list = libc::if_nameindex();
            if list.is_null() {
                return Err(HostError::last());
            }
            let mut interfaces = Vec::new();
            let mut entry = list;
            while (*entry).if_index != 0 {
                interfaces.push(((*entry).if_index, super::copy_c_string((*entry).if_name)));
                entry = entry.add(1);
            }
            libc::if_freenameindex(list);
            Ok(interfaces)
        }
    }
}
