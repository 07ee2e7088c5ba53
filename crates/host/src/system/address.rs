//! Socket addresses between [`Address`] and the C library's structures.

use crate::network::Address;
use crate::{HostError, Result};
use std::mem::{MaybeUninit, offset_of, size_of};

/// An address in the C library's form, with its length.
pub(super) struct RawAddress {
    storage: libc::sockaddr_storage,
    length: libc::socklen_t,
}

impl RawAddress {
    /// Room for any address, for a call to fill.
    pub(super) fn empty() -> RawAddress {
        RawAddress {
            // SAFETY: an integer structure, valid as zeros.
            storage: unsafe { MaybeUninit::zeroed().assume_init() },
            length: size_of::<libc::sockaddr_storage>() as libc::socklen_t,
        }
    }

    pub(super) fn as_ptr(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    pub(super) fn length(&self) -> libc::socklen_t {
        self.length
    }

    pub(super) fn length_pointer(&mut self) -> *mut libc::socklen_t {
        &raw mut self.length
    }

    pub(super) fn set_length(&mut self, length: libc::socklen_t) {
        self.length = length;
    }

    /// Copies an address that the C library made.
    ///
    /// # Safety
    /// `length` bytes are readable at `pointer`.
    pub(super) unsafe fn copy(pointer: *const libc::sockaddr, length: libc::socklen_t) -> RawAddress {
        let mut raw = RawAddress::empty();
        let length = (length as usize).min(size_of::<libc::sockaddr_storage>());
        if pointer.is_null() {
            raw.length = 0;
            return raw;
        }
        // SAFETY: readable by the caller's promise, and no longer than the storage.
        unsafe {
            std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), raw.as_mut_ptr().cast::<u8>(), length);
        }
        raw.length = length as libc::socklen_t;
        raw
    }

    fn put<T>(&mut self, value: T, length: usize) {
        const { assert!(size_of::<libc::sockaddr_storage>() >= 128) };
        assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>());
        // SAFETY: the storage is large enough, and aligned for every address.
        unsafe { (&raw mut self.storage).cast::<T>().write(value) };
        self.length = length as libc::socklen_t;
    }

    /// Reads the storage as another structure.
    ///
    /// # Safety
    /// `T` is one of the C library's address structures: integers only, no larger than the storage.
    unsafe fn get<T: Copy>(&self) -> T {
        // SAFETY: as promised, and the storage is initialised.
        unsafe { (&raw const self.storage).cast::<T>().read() }
    }

    fn bytes(&self) -> &[u8] {
        let length = (self.length as usize).min(size_of::<libc::sockaddr_storage>());
        // SAFETY: the storage is initialised and at least that long.
        unsafe { std::slice::from_raw_parts((&raw const self.storage).cast::<u8>(), length) }
    }

    pub(super) fn from_address(address: &Address) -> Result<RawAddress> {
        let mut raw = RawAddress::empty();
        match address {
            Address::V4 { address, port } => {
                // SAFETY: an integer structure, valid as zeros.
                let mut out: libc::sockaddr_in = unsafe { std::mem::zeroed() };
                out.sin_family = libc::AF_INET as libc::sa_family_t;
                out.sin_port = port.to_be();
                out.sin_addr.s_addr = u32::from_ne_bytes(*address);
                raw.put(out, size_of::<libc::sockaddr_in>());
            }
            Address::V6 { address, port, flow, scope } => {
                // SAFETY: an integer structure, valid as zeros.
                let mut out: libc::sockaddr_in6 = unsafe { std::mem::zeroed() };
                out.sin6_family = libc::AF_INET6 as libc::sa_family_t;
                out.sin6_port = port.to_be();
                out.sin6_flowinfo = flow.to_be();
                out.sin6_scope_id = *scope;
                out.sin6_addr.s6_addr = *address;
                raw.put(out, size_of::<libc::sockaddr_in6>());
            }
            Address::Unix(path) => raw.put_unix(path)?,
            Address::Netlink(pid, groups) => {
                // SAFETY: an integer structure, valid as zeros.
                let mut out: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
                out.nl_family = libc::AF_NETLINK as libc::sa_family_t;
                out.nl_pid = *pid;
                out.nl_groups = *groups;
                raw.put(out, size_of::<libc::sockaddr_nl>());
            }
            Address::Packet { interface, protocol, kind, hardware, address } => {
                // SAFETY: an integer structure, valid as zeros.
                let mut out: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
                out.sll_family = libc::AF_PACKET as libc::sa_family_t;
                out.sll_protocol = protocol.to_be();
                out.sll_ifindex = *interface;
                out.sll_hatype = *hardware;
                out.sll_pkttype = *kind;
                let room = out.sll_addr.get_mut(..address.len()).ok_or(HostError::new(libc::EINVAL))?;
                room.copy_from_slice(address);
                out.sll_halen = address.len() as u8;
                raw.put(out, size_of::<libc::sockaddr_ll>());
            }
            Address::Vsock(context, port) => {
                // SAFETY: an integer structure, valid as zeros.
                let mut out: libc::sockaddr_vm = unsafe { std::mem::zeroed() };
                out.svm_family = libc::AF_VSOCK as libc::sa_family_t;
                out.svm_cid = *context;
                out.svm_port = *port;
                raw.put(out, size_of::<libc::sockaddr_vm>());
            }
            Address::Other(family, rest) => {
                if rest.len() + 2 > size_of::<libc::sockaddr_storage>() {
                    return Err(HostError::new(libc::EINVAL));
                }
                raw.storage.ss_family = *family as libc::sa_family_t;
                // SAFETY: checked to fit after the family's two bytes.
                unsafe {
                    let to = raw.as_mut_ptr().cast::<u8>().add(2);
                    std::ptr::copy_nonoverlapping(rest.as_ptr(), to, rest.len());
                }
                raw.length = (rest.len() + 2) as libc::socklen_t;
            }
            Address::None => raw.length = 0,
        }
        Ok(raw)
    }

    fn put_unix(&mut self, path: &[u8]) -> Result<()> {
        // SAFETY: an integer structure, valid as zeros.
        let mut out: libc::sockaddr_un = unsafe { std::mem::zeroed() };
        out.sun_family = libc::AF_UNIX as libc::sa_family_t;
        let abstract_name = path.first() == Some(&0);
        // A path needs its NUL, an abstract name does not.
        let needed = if abstract_name || path.is_empty() { path.len() } else { path.len() + 1 };
        if needed > out.sun_path.len() {
            return Err(HostError::new(libc::ENAMETOOLONG));
        }
        for (to, byte) in out.sun_path.iter_mut().zip(path) {
            *to = *byte as libc::c_char;
        }
        self.put(out, offset_of!(libc::sockaddr_un, sun_path) + needed);
        Ok(())
    }

    pub(super) fn to_address(&self) -> Address {
        if (self.length as usize) < size_of::<libc::sa_family_t>() {
            return Address::None;
        }
        // SAFETY (all reads below): the C library's own structures, integers only, within the storage.
        match i32::from(self.storage.ss_family) {
            libc::AF_INET => {
                // SAFETY: see above.
                let address: libc::sockaddr_in = unsafe { self.get() };
                Address::V4 {
                    address: address.sin_addr.s_addr.to_ne_bytes(),
                    port: u16::from_be(address.sin_port),
                }
            }
            libc::AF_INET6 => {
                // SAFETY: see above.
                let address: libc::sockaddr_in6 = unsafe { self.get() };
                Address::V6 {
                    address: address.sin6_addr.s6_addr,
                    port: u16::from_be(address.sin6_port),
                    flow: u32::from_be(address.sin6_flowinfo),
                    scope: address.sin6_scope_id,
                }
            }
            libc::AF_UNIX => {
                let path = self.bytes().get(offset_of!(libc::sockaddr_un, sun_path)..).unwrap_or(&[]);
                if path.first() == Some(&0) {
                    return Address::Unix(path.to_vec());
                }
                Address::Unix(path.split(|&byte| byte == 0).next().unwrap_or(&[]).to_vec())
            }
            libc::AF_NETLINK => {
                // SAFETY: see above.
                let address: libc::sockaddr_nl = unsafe { self.get() };
                Address::Netlink(address.nl_pid, address.nl_groups)
            }
            libc::AF_PACKET => {
                // SAFETY: see above.
                let address: libc::sockaddr_ll = unsafe { self.get() };
                let length = usize::from(address.sll_halen).min(address.sll_addr.len());
                Address::Packet {
                    interface: address.sll_ifindex,
                    protocol: u16::from_be(address.sll_protocol),
                    kind: address.sll_pkttype,
                    hardware: address.sll_hatype,
                    address: address.sll_addr[..length].to_vec(),
                }
            }
            libc::AF_VSOCK => {
                // SAFETY: see above.
                let address: libc::sockaddr_vm = unsafe { self.get() };
                Address::Vsock(address.svm_cid, address.svm_port)
            }
            family => Address::Other(family as u16, self.bytes().get(2..).unwrap_or(&[]).to_vec()),
        }
    }
}
