//! Sockets and names.

use crate::files::Fd;
use crate::{HostError, Result};

/// A socket's address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// IPv4.
    V4 {
        /// The address in network order.
        address: [u8; 4],
        /// The port.
        port: u16,
    },
    /// IPv6.
    V6 {
        /// The address in network order.
        address: [u8; 16],
        /// The port.
        port: u16,
        /// Flow information.
        flow: u32,
        /// Scope.
        scope: u32,
    },
    /// A path (empty for an unnamed socket, beginning with NUL in the abstract name space).
    Unix(Vec<u8>),
    /// Netlink: process and groups.
    Netlink(u32, u32),
    /// A link layer address.
    Packet {
        /// The interface's number.
        interface: i32,
        /// The protocol, in host order.
        protocol: u16,
        /// Packet type.
        kind: u8,
        /// Hardware type.
        hardware: u16,
        /// Hardware address.
        address: Vec<u8>,
    },
    /// A virtual machine socket: context and port.
    Vsock(u32, u32),
    /// Another family: the bytes after it.
    Other(u16, Vec<u8>),
    /// None at all.
    None,
}

/// One answer of `getaddrinfo`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddressInfo {
    /// `AF_…`
    pub family: i32,
    /// `SOCK_…`
    pub kind: i32,
    /// `IPPROTO_…`
    pub protocol: i32,
    /// The canonical name, if asked for.
    pub name: Vec<u8>,
    /// The address.
    pub address: Address,
}

/// What to look up.
#[derive(Clone, Copy, Default, Debug)]
pub struct AddressQuery<'a> {
    /// A name or a number.
    pub host: Option<&'a [u8]>,
    /// A service's name or number.
    pub service: Option<&'a [u8]>,
    /// `AF_…`
    pub family: i32,
    /// `SOCK_…`
    pub kind: i32,
    /// `IPPROTO_…`
    pub protocol: i32,
    /// `AI_…`
    pub flags: i32,
}

/// Why a name could not be looked up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LookupError {
    /// `EAI_…` (Python's `gaierror`) and its message.
    Resolver(i32, String),
    /// `h_errno` (Python's `herror`) and its message.
    Host(i32, String),
    /// Any other failure.
    System(HostError),
}

impl From<HostError> for LookupError {
    fn from(error: HostError) -> LookupError {
        LookupError::System(error)
    }
}

/// A host's names and addresses (`gethostbyname_ex`).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HostEntry {
    /// The canonical name.
    pub name: Vec<u8>,
    /// Other names.
    pub aliases: Vec<Vec<u8>>,
    /// Addresses, in network order.
    pub addresses: Vec<Vec<u8>>,
}

/// Control data beside a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Control {
    /// `SOL_SOCKET`, …
    pub level: i32,
    /// `SCM_RIGHTS`, …
    pub kind: i32,
    /// The data.
    pub data: Vec<u8>,
}

/// What `recvmsg` got.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// Bytes put into the buffers.
    pub length: usize,
    /// Control data.
    pub control: Vec<Control>,
    /// `MSG_TRUNC`, …
    pub flags: i32,
    /// From whom.
    pub address: Address,
}

crate::recorded::subject! {
/// Sockets. Numbers are the system's, as in Python's `socket`. Sockets made here are not inheritable.
pub trait Network {
    /// Makes a socket.
    fn socket(&self, family: i32, kind: i32, protocol: i32) -> Result<Fd>;
    /// Makes two connected ones.
    fn socketpair(&self, family: i32, kind: i32, protocol: i32) -> Result<(Fd, Fd)>;
    /// Gives a socket its own address.
    fn bind(&self, fd: Fd, address: &Address) -> Result<()>;
    /// Connects.
    fn connect(&self, fd: Fd, address: &Address) -> Result<()>;
    /// Begins to accept connections.
    fn listen(&self, fd: Fd, backlog: i32) -> Result<()>;
    /// Takes a connection.
    fn accept(&self, fd: Fd) -> Result<(Fd, Address)>;
    /// Its own address.
    fn local_address(&self, fd: Fd) -> Result<Address>;
    /// The other end's.
    fn peer_address(&self, fd: Fd) -> Result<Address>;
    /// Receives.
    fn receive(&self, fd: Fd, buffer: &mut [u8], flags: i32) -> Result<usize>;
    /// Receives and says from whom.
    fn receive_from(&self, fd: Fd, buffer: &mut [u8], flags: i32) -> Result<(usize, Address)>;
    /// Receives into several buffers, with up to `control` bytes of control data.
    fn receive_message(
        &self,
        fd: Fd,
        buffers: &mut [&mut [u8]],
        control: usize,
        flags: i32,
    ) -> Result<Received>;
    /// Sends.
    fn send(&self, fd: Fd, bytes: &[u8], flags: i32) -> Result<usize>;
    /// Sends to an address.
    fn send_to(&self, fd: Fd, bytes: &[u8], flags: i32, address: &Address) -> Result<usize>;
    /// Sends several buffers and control data.
    fn send_message(
        &self,
        fd: Fd,
        buffers: &[&[u8]],
        control: &[Control],
        flags: i32,
        address: &Address,
    ) -> Result<usize>;
    /// Ends one or both directions.
    fn shutdown(&self, fd: Fd, how: i32) -> Result<()>;
    /// Reads an option of at most `size` bytes.
    fn option(&self, fd: Fd, level: i32, name: i32, size: usize) -> Result<Vec<u8>>;
    /// Sets an option.
    fn set_option(&self, fd: Fd, level: i32, name: i32, value: &[u8]) -> Result<()>;
    /// Sets an option to NULL with a length.
    fn set_option_empty(&self, fd: Fd, level: i32, name: i32, length: u32) -> Result<()>;
    /// Looks a name up.
    fn address_info(&self, query: AddressQuery<'_>) -> std::result::Result<Vec<AddressInfo>, LookupError>;
    /// The name and the service of an address.
    fn name_info(
        &self,
        address: &Address,
        flags: i32,
    ) -> std::result::Result<(Vec<u8>, Vec<u8>), LookupError>;
    /// The names and IPv4 addresses of a host.
    fn host_by_name(&self, name: &[u8]) -> std::result::Result<HostEntry, LookupError>;
    /// The names of an address.
    fn host_by_address(&self, address: &Address) -> std::result::Result<HostEntry, LookupError>;
    /// A service's port.
    fn service_port(&self, name: &[u8], protocol: Option<&[u8]>) -> Option<u16>;
    /// A port's service.
    fn service_name(&self, port: u16, protocol: Option<&[u8]>) -> Option<Vec<u8>>;
    /// A protocol's number.
    fn protocol_number(&self, name: &[u8]) -> Option<i32>;
    /// The machine's name.
    fn host_name(&self) -> Result<Vec<u8>>;
    /// Sets the machine's name.
    fn set_host_name(&self, name: &[u8]) -> Result<()>;
    /// The interfaces: number and name.
    fn interfaces(&self) -> Result<Vec<(u32, Vec<u8>)>>;
}
}
