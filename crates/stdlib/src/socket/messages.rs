//! Messages of several buffers with control data, and receiving into memory that the program lends.

use taipan_host::network::{Address, Control, Received};
use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Tuple, Value, buffer, int, ops};
use taipan_types::list::new_list;

use super::address;
use super::object::{Socket, ready, space};

/// Copies received bytes into lent memory.
fn put(cx: &mut Cx, lent: &mut buffer::Buffer, from: &[u8]) {
    if let Some(to) = lent.bytes_mut(cx).get_mut(..from.len()) {
        to.copy_from_slice(from);
    }
}

#[native("socket.recvfrom_into($self, buffer, nbytes=0, flags=0)", no_signature)]
pub(super) fn recvfrom_into(cx: &mut Cx, this: &Obj<Socket>, buffer: &Value, nbytes: i64, flags: i32) -> R {
    let mut lent = buffer::writable_bytes(cx, buffer, "recvfrom_into() argument 1")?;
    let most = lent.len();
    let wanted = match usize::try_from(nbytes) {
        Ok(0) => most,
        Ok(n) if n <= most => n,
        Ok(_) => return Err(cx.value_error("nbytes is greater than the length of the buffer")),
        Err(_) => return Err(cx.value_error("negative buffersize in recvfrom_into")),
    };
    let mut bytes = space(cx, wanted as i64, "recvfrom_into")?;
    let (count, from) = ready(cx, this, libc::POLLIN, |h, fd| h.receive_from(fd, &mut bytes, flags))?;
    put(cx, &mut lent, bytes.get(..count).unwrap_or_default());
    let (count, from) = (cx.int(count as i64), address::to_python(cx, &from));
    Ok(cx.tuple_value([count, from]))
}

fn control_size(cx: &mut Cx, size: i64, name: &str) -> R<usize> {
    match usize::try_from(size) {
        Ok(n) if n <= i32::MAX as usize => Ok(n),
        _ => Err(cx.value_error(format!("invalid ancillary data buffer length in {name}"))),
    }
}

/// Control data, flags and address of a message as Python has them.
fn described(cx: &mut Cx, received: &Received) -> [Value; 3] {
    let mut control = Vec::with_capacity(received.control.len());
    for item in &received.control {
        let (level, kind, data) = (cx.int(item.level.into()), cx.int(item.kind.into()), cx.bytes(&item.data));
        control.push(cx.tuple_value([level, kind, data]));
    }
    let from = match &received.address {
        Address::Unix(path) if path.is_empty() => Value::none(),
        address => address::to_python(cx, address),
    };
    [new_list(cx, control).into_value(), cx.int(received.flags.into()), from]
}

#[native("socket.recvmsg($self, bufsize, ancbufsize=0, flags=0, /)", no_signature)]
pub(super) fn recvmsg(cx: &mut Cx, this: &Obj<Socket>, bufsize: i64, ancbufsize: i64, flags: i32) -> R {
    if bufsize < 0 {
        return Err(cx.value_error("negative buffer size in recvmsg()"));
    }
    let control = control_size(cx, ancbufsize, "recvmsg()")?;
    let mut bytes = space(cx, bufsize, "recvmsg")?;
    let received =
        ready(cx, this, libc::POLLIN, |h, fd| h.receive_message(fd, &mut [&mut bytes], control, flags))?;
    let data = cx.bytes(bytes.get(..received.length).unwrap_or_default());
    let [control, flags, from] = described(cx, &received);
    Ok(cx.tuple_value([data, control, flags, from]))
}

#[native("socket.recvmsg_into($self, buffers, ancbufsize=0, flags=0, /)", no_signature)]
pub(super) fn recvmsg_into(
    cx: &mut Cx,
    this: &Obj<Socket>,
    buffers: &Value,
    ancbufsize: i64,
    flags: i32,
) -> R {
    let items = match ops::collect(cx, buffers) {
        Ok(items) => items,
        Err(raised) => {
            cx.catch(raised, &taipan_object::exc::TYPE_ERROR)?;
            return Err(cx.type_error("recvmsg_into() argument 1 must be an iterable"));
        }
    };
    let mut lent = Vec::with_capacity(items.len());
    for item in &items {
        lent.push(buffer::writable_bytes(
            cx,
            item,
            "recvmsg_into() argument 1 must be an iterable of buffers:",
        )?);
    }
    let control = control_size(cx, ancbufsize, "recvmsg_into()")?;
    let mut pieces: Vec<Vec<u8>> = Vec::with_capacity(lent.len());
    for buffer in &lent {
        pieces.push(space(cx, buffer.len() as i64, "recvmsg_into")?);
    }
    let received = ready(cx, this, libc::POLLIN, |h, fd| {
        let mut slices: Vec<&mut [u8]> = pieces.iter_mut().map(Vec::as_mut_slice).collect();
        h.receive_message(fd, &mut slices, control, flags)
    })?;
    let mut left = received.length;
    for (buffer, piece) in lent.iter_mut().zip(&pieces) {
        let n = left.min(piece.len());
        put(cx, buffer, piece.get(..n).unwrap_or_default());
        left -= n;
    }
    let count = cx.int(received.length as i64);
    let [control, flags, from] = described(cx, &received);
    Ok(cx.tuple_value([count, control, flags, from]))
}

/// The control data of `sendmsg`: an iterable of (level, type, data).
fn control_items(cx: &mut Cx, ancdata: &Value) -> R<Vec<Control>> {
    let items = match ops::collect(cx, ancdata) {
        Ok(items) => items,
        Err(raised) => {
            cx.catch(raised, &taipan_object::exc::TYPE_ERROR)?;
            return Err(cx.type_error("sendmsg() argument 2 must be an iterable"));
        }
    };
    let mut control = Vec::with_capacity(items.len());
    for item in &items {
        let parts = item.cast::<Tuple>().map(|t| t.items().to_vec());
        let parts = match parts {
            Some(parts) => parts,
            None if item.as_str().is_none() && ops::is_sequence(cx, item) => ops::collect(cx, item)?,
            None => return Err(cx.type_error("[sendmsg() argument 2] must be a 3-item sequence")),
        };
        let [level, kind, data] = parts.as_slice() else {
            return Err(cx.type_error(format!(
                "sendmsg() argument 2 item must be sequence of length 3, not {}",
                parts.len()
            )));
        };
        let level = crate::pytime::c_int(cx, level)?;
        let kind = crate::pytime::c_int(cx, kind)?;
        let data = buffer::bytes_like(cx, data)?.to_vec(cx);
        control.push(Control { level, kind, data });
    }
    Ok(control)
}

#[native("socket.sendmsg($self, buffers, ancdata=None, flags=0, address=None, /)", no_signature)]
pub(super) fn sendmsg(
    cx: &mut Cx,
    this: &Obj<Socket>,
    buffers: &Value,
    ancdata: Option<&Value>,
    flags: i32,
    address: Option<&Value>,
) -> R<usize> {
    let items = match ops::collect(cx, buffers) {
        Ok(items) => items,
        Err(raised) => {
            cx.catch(raised, &taipan_object::exc::TYPE_ERROR)?;
            return Err(cx.type_error("sendmsg() argument 1 must be an iterable"));
        }
    };
    let mut pieces = Vec::with_capacity(items.len());
    for item in &items {
        pieces.push(buffer::bytes_like(cx, item)?.to_vec(cx));
    }
    let control = match ancdata {
        Some(ancdata) => control_items(cx, ancdata)?,
        None => Vec::new(),
    };
    let family = this.get(cx).family;
    let to = match address.filter(|a| !a.is_none()) {
        Some(address) => address::from_python(cx, family, address, "sendmsg")?,
        None => Address::None,
    };
    let shown = address.cloned().unwrap_or_else(Value::none);
    crate::support::audit(cx, "socket.sendmsg", &[this.to_value(), shown])?;
    let slices: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
    ready(cx, this, libc::POLLOUT, |h, fd| h.send_message(fd, &slices, &control, flags, &to))
}

const HEADER: usize = size_of::<libc::cmsghdr>();
const WORD: usize = size_of::<usize>();

/// A length that leaves room for the header.
fn data_length(cx: &mut Cx, length: &Value, name: &str, extra: usize) -> R<usize> {
    let exact = int::index(cx, length)?;
    let n = exact.as_int().and_then(|i| i.to_i64()).and_then(|n| usize::try_from(n).ok());
    match n.filter(|&n| n <= i32::MAX as usize - extra) {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error(format!("{name}() argument out of range"))),
    }
}

/// Return the total length, without trailing padding, of an ancillary data item with associated data of the given length.
#[native("_socket.CMSG_LEN(length, /)", no_signature)]
pub(super) fn cmsg_len(cx: &mut Cx, length: &Value) -> R<usize> {
    Ok(HEADER.next_multiple_of(WORD) + data_length(cx, length, "CMSG_LEN", HEADER)?)
}

/// Return the buffer size needed for recvmsg() to receive an ancillary data item with associated data of the given length, along with any trailing padding.
#[native("_socket.CMSG_SPACE(length, /)", no_signature)]
pub(super) fn cmsg_space(cx: &mut Cx, length: &Value) -> R<usize> {
    let n = data_length(cx, length, "CMSG_SPACE", HEADER + WORD)?;
    Ok(HEADER.next_multiple_of(WORD) + n.next_multiple_of(WORD))
}
