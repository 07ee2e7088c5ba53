//! `mmap`: files and memory mapped into the process, as objects between `bytearray` and file.
//!
//! The bytes are copied in and out, because another process may change or truncate what is mapped. Lent buffers are counted:
//! while one is out the mapping is neither closed nor resized.

use taipan_host::files::{MapRequest, Mapping, Target};
use taipan_macros::{native, natives};
use taipan_object::buffer::{Buffer, BufferRequest};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value, buffer, exc, flags, int,
    plain_data,
};
use taipan_types::module::{ModuleDef, set};
use taipan_types::slice::{Slice, span};
use taipan_types::{Types, sequence};

use crate::support::{audit, sys};

/// What the program may do with the bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Default,
    Read,
    Write,
    Copy,
}

/// The payload of `mmap`. `mapping` is absent once it is closed.
pub struct Mmap {
    mapping: Option<Box<dyn Mapping>>,
    position: usize,
    offset: i64,
    /// A descriptor of its own for the file, or -1.
    fd: i32,
    /// Whether the file is kept track of, for its size and for resizing.
    tracked: bool,
    access: Access,
    flags: i32,
    exports: usize,
}
plain_data!(Mmap);

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for Mmap {
    const TYPE: &'static Obj<Type> = &MMAP;
}

/// `mmap.mmap`.
pub static MMAP: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Mmap>("mmap.mmap")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            len: Some(|cx, v| {
                let object = this(cx, v)?;
                open(cx, object)
            }),
            getitem: Some(getitem),
            setitem: Some(setitem),
            buffer: Some(lend),
            finalize: Some(|cx, v| {
                let object = this(cx, v)?;
                release(cx, object)
            }),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                close, find, rfind, flush, madvise, move_, read, read_byte, readline, resize, seek, seekable,
                size, tell, write, write_byte, enter, leave
            ],
            getset: &[GetSetDef {
                name: "closed",
                doc: None,
                get: Some(|cx, v| Ok(Value::bool(this(cx, v)?.get(cx).mapping.is_none()))),
                set: None,
            }],
            ..TypeDefs::NONE
        }),
);

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Mmap>> {
    match value.cast::<Mmap>() {
        Some(object) => Ok(object),
        None => Err(cx.type_error("an mmap object is required")),
    }
}

#[cold]
fn closed_error(cx: &mut Cx) -> Raised {
    cx.value_error("mmap closed or invalid")
}

/// The length of an open mapping.
fn open(cx: &mut Cx, object: &Obj<Mmap>) -> R<usize> {
    match &object.get(cx).mapping {
        Some(mapping) => Ok(mapping.len()),
        None => Err(closed_error(cx)),
    }
}

/// A copy of a range that lies in the mapping.
fn copy_out(cx: &mut Cx, object: &Obj<Mmap>, start: usize, count: usize) -> R<Vec<u8>> {
    open(cx, object)?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(count).is_err() {
        return Err(cx.memory_error());
    }
    bytes.resize(count, 0);
    let result = match &object.get(cx).mapping {
        Some(mapping) => mapping.read(start, &mut bytes),
        None => return Err(closed_error(cx)),
    };
    match result {
        Ok(()) => Ok(bytes),
        Err(error) => Err(crate::support::raise_os(cx, error, None, None)),
    }
}

fn copy_in(cx: &mut Cx, object: &Obj<Mmap>, start: usize, bytes: &[u8]) -> R<()> {
    let result = match &object.get(cx).mapping {
        Some(mapping) => mapping.write(start, bytes),
        None => return Err(closed_error(cx)),
    };
    result.map_err(|error| crate::support::raise_os(cx, error, None, None))
}

fn writable(cx: &mut Cx, object: &Obj<Mmap>) -> R<()> {
    if object.get(cx).access == Access::Read {
        return Err(cx.type_error("mmap can't modify a readonly memory map."));
    }
    Ok(())
}

fn resizable(cx: &mut Cx, object: &Obj<Mmap>) -> R<()> {
    if object.get(cx).exports > 0 {
        return Err(cx.raise(&exc::BUFFER_ERROR, "mmap can't resize with extant pointers exported."));
    }
    match object.get(cx).access {
        Access::Default | Access::Write => Ok(()),
        _ => Err(cx.type_error("mmap can't resize a readonly or copy-on-write memory map.")),
    }
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let mut values = vec![class.to_value()];
    values.extend_from_slice(args.values());
    (make__def.call)(cx, Args::new(&values, args.names()))
}

#[native(
    "mmap.__new__($type, fileno, length, flags=MAP_SHARED, prot=PROT_WRITE|PROT_READ, access=ACCESS_DEFAULT, offset=0, *, trackfd=True)"
)]
fn make(
    cx: &mut Cx,
    class: &Obj<Type>,
    fileno: i32,
    length: i64,
    flags: Option<i32>,
    prot: Option<i32>,
    access: Option<i32>,
    offset: i64,
    trackfd: bool,
) -> R {
    let Ok(mut length) = usize::try_from(length) else {
        return Err(cx.overflow_error("memory mapped length must be positive"));
    };
    if offset < 0 {
        return Err(cx.overflow_error("memory mapped offset must be positive"));
    }
    if access.unwrap_or(0) != 0 && (flags.is_some() || prot.is_some()) && !defaults(flags, prot) {
        return Err(cx.value_error("mmap can't specify both access and flags, prot."));
    }
    let both = libc::PROT_READ | libc::PROT_WRITE;
    let (access, mut flags, protection) = match access.unwrap_or(0) {
        0 => {
            let (flags, protection) = (flags.unwrap_or(libc::MAP_SHARED), prot.unwrap_or(both));
            let access = match (protection & libc::PROT_READ != 0, protection & libc::PROT_WRITE != 0) {
                (true, true) => Access::Default,
                (_, true) => Access::Write,
                _ => Access::Read,
            };
            (access, flags, protection)
        }
        1 => (Access::Read, libc::MAP_SHARED, libc::PROT_READ),
        2 => (Access::Write, libc::MAP_SHARED, both),
        3 => (Access::Copy, libc::MAP_PRIVATE, both),
        _ => return Err(cx.value_error("mmap invalid access parameter.")),
    };
    let numbers = [cx.int(fileno.into()), cx.int(length as i64), cx.int(0), cx.int(offset)];
    audit(cx, "mmap.__new__", &numbers)?;
    if fileno == -1 {
        flags |= libc::MAP_ANONYMOUS;
    } else {
        length = length_in_file(cx, fileno, length, offset)?;
    }
    let fd = match fileno {
        -1 => -1,
        _ if !trackfd => -1,
        fileno => sys(cx, |h| h.dup(fileno))?,
    };
    let request = MapRequest { fd: fileno, length, protection, flags, offset };
    let mapping = match sys(cx, |h| h.map(request)) {
        Ok(mapping) => mapping,
        Err(raised) => {
            if fd >= 0 {
                let _ = crate::support::attempt(cx, |h| h.close(fd))?;
            }
            return Err(raised);
        }
    };
    let payload =
        Mmap { mapping: Some(mapping), position: 0, offset, fd, tracked: trackfd, access, flags, exports: 0 };
    Ok(cx.new_instance(class, payload).into_value())
}

/// Whether flags and protection were given with their defaults' values, which say nothing.
fn defaults(flags: Option<i32>, prot: Option<i32>) -> bool {
    flags.is_none_or(|f| f == libc::MAP_SHARED)
        && prot.is_none_or(|p| p == libc::PROT_READ | libc::PROT_WRITE)
}

/// The length to map of a file: all behind `offset` for zero. ValueError beyond its end.
fn length_in_file(cx: &mut Cx, fileno: i32, length: usize, offset: i64) -> R<usize> {
    let Ok(stat) = crate::support::attempt(cx, |h| h.stat(Target::Descriptor(fileno)))? else {
        return Ok(length);
    };
    if stat.mode & libc::S_IFMT != libc::S_IFREG {
        return Ok(length);
    }
    if length == 0 {
        if stat.size == 0 {
            return Err(cx.value_error("cannot mmap an empty file"));
        }
        if offset >= stat.size {
            return Err(cx.value_error("mmap offset is greater than file size"));
        }
        return Ok((stat.size - offset) as usize);
    }
    if offset > stat.size || (stat.size - offset) < length as i64 {
        return Err(cx.value_error("mmap length is greater than file size"));
    }
    Ok(length)
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let name = value.ty(cx).full_name().into_owned();
    let state = this(cx, value)?.get(cx);
    let text = match &state.mapping {
        None => format!("<{name} closed=True>"),
        Some(mapping) => {
            let access = match state.access {
                Access::Default => "ACCESS_DEFAULT",
                Access::Read => "ACCESS_READ",
                Access::Write => "ACCESS_WRITE",
                Access::Copy => "ACCESS_COPY",
            };
            format!(
                "<{name} closed=False, access={access}, length={}, pos={}, offset={}>",
                mapping.len(),
                state.position,
                state.offset
            )
        }
    };
    Ok(cx.str(&text))
}

fn lend(cx: &mut Cx, value: &Value, request: BufferRequest) -> R<Buffer> {
    let object = this(cx, value)?;
    let length = open(cx, object)?;
    let readonly = object.get(cx).access == Access::Read;
    if readonly && request.wants(BufferRequest::WRITABLE) {
        return Err(cx.raise(&exc::BUFFER_ERROR, "Object is not writable."));
    }
    let state = object.get_mut(cx);
    let Some(address) = state.mapping.as_ref().map(|m| m.address()) else { return Err(closed_error(cx)) };
    state.exports += 1;
    // SAFETY: while an export is out the mapping is neither closed nor resized, and `owner` keeps it alive.
    Ok(unsafe { Buffer::simple(value, address, length, readonly, Some(give_back)) })
}

fn give_back(owner: &Value) {
    if let Some(object) = owner.cast::<Mmap>() {
        // SAFETY: the interpreter's thread holds the token; only the counter is touched.
        unsafe { (*object.payload_ptr()).exports -= 1 };
    }
}

fn index_of(cx: &mut Cx, key: &Value, length: usize) -> R<usize> {
    let index = int::index_i64(cx, key)?;
    match sequence::position(index, length) {
        Some(i) => Ok(i),
        None => Err(cx.index_error("mmap index out of range")),
    }
}

fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let object = this(cx, value)?;
    let length = open(cx, object)?;
    if let Some(slice) = key.cast::<Slice>() {
        let places: Vec<usize> = span(cx, slice, |_| length)?.positions().collect();
        open(cx, object)?;
        let all = copy_out(cx, object, 0, length)?;
        let picked: Vec<u8> = places.iter().filter_map(|&i| all.get(i).copied()).collect();
        return Ok(cx.bytes(&picked));
    }
    if key.as_int().is_none() && key.ty(cx).slots().index.is_none() {
        return Err(cx.type_error("mmap indices must be integers"));
    }
    let at = index_of(cx, key, length)?;
    let byte = copy_out(cx, object, at, 1)?;
    Ok(Value::small_int(byte.first().copied().unwrap_or(0).into()))
}

fn setitem(cx: &mut Cx, value: &Value, key: &Value, new: Option<&Value>) -> R<()> {
    let object = this(cx, value)?;
    let length = open(cx, object)?;
    writable(cx, object)?;
    if let Some(slice) = key.cast::<Slice>() {
        let places: Vec<usize> = span(cx, slice, |_| length)?.positions().collect();
        let Some(new) = new else {
            return Err(cx.type_error("mmap object doesn't support slice deletion"));
        };
        let bytes = buffer::bytes_like(cx, new)?.to_vec(cx);
        // The value's own code may have resized the mapping.
        if bytes.len() != places.len() || open(cx, object)? != length {
            return Err(cx.index_error("mmap slice assignment is wrong size"));
        }
        for (&at, byte) in places.iter().zip(&bytes) {
            copy_in(cx, object, at, std::slice::from_ref(byte))?;
        }
        return Ok(());
    }
    if key.as_int().is_none() && key.ty(cx).slots().index.is_none() {
        return Err(cx.type_error("mmap indices must be integers"));
    }
    let at = index_of(cx, key, length)?;
    let Some(new) = new else { return Err(cx.type_error("mmap doesn't support item deletion")) };
    if new.as_int().is_none() && new.ty(cx).slots().index.is_none() {
        return Err(cx.type_error("mmap item value must be an int"));
    }
    let number = int::index(cx, new)?.as_int().and_then(|n| n.to_i64()).and_then(|n| u8::try_from(n).ok());
    if at >= open(cx, object)? {
        return Err(cx.index_error("mmap index out of range"));
    }
    match number {
        Some(byte) => copy_in(cx, object, at, &[byte]),
        None => Err(cx.value_error("mmap item value must be in range(0, 256)")),
    }
}

fn release(cx: &mut Cx, object: &Obj<Mmap>) -> R<()> {
    let state = object.get_mut(cx);
    let (mapping, fd) = (state.mapping.take(), std::mem::replace(&mut state.fd, -1));
    drop(mapping);
    if fd >= 0 {
        let _ = crate::support::attempt(cx, |h| h.close(fd))?;
    }
    Ok(())
}

#[native("mmap.close($self, /)")]
fn close(cx: &mut Cx, object: &Obj<Mmap>) -> R<()> {
    if object.get(cx).exports > 0 {
        return Err(cx.raise(&exc::BUFFER_ERROR, "cannot close exported pointers exist"));
    }
    release(cx, object)
}

/// Where `needle` is between the bounds, from the one end or the other.
fn search(
    cx: &mut Cx,
    object: &Obj<Mmap>,
    view: &Value,
    start: Option<i64>,
    end: Option<i64>,
    last: bool,
) -> R<i64> {
    open(cx, object)?;
    let needle = buffer::bytes_like(cx, view)?.to_vec(cx);
    let length = open(cx, object)? as i64;
    let position = object.get(cx).position as i64;
    let clamp = |i: i64| if i < 0 { (i + length).max(0) } else { i.min(length) };
    let (start, end) = (clamp(start.unwrap_or(position)), clamp(end.unwrap_or(length)));
    if end < start {
        return Ok(-1);
    }
    let hay = copy_out(cx, object, start as usize, (end - start) as usize)?;
    if needle.is_empty() {
        return Ok(if last { end } else { start });
    }
    let mut places = hay.windows(needle.len());
    let found = if last { places.rposition(|w| w == needle) } else { places.position(|w| w == needle) };
    Ok(found.map_or(-1, |i| start + i as i64))
}

#[native("mmap.find($self, view, start=None, end=None, /)")]
fn find(cx: &mut Cx, object: &Obj<Mmap>, view: &Value, start: Option<i64>, end: Option<i64>) -> R<i64> {
    search(cx, object, view, start, end, false)
}

#[native("mmap.rfind($self, view, start=None, end=None, /)")]
fn rfind(cx: &mut Cx, object: &Obj<Mmap>, view: &Value, start: Option<i64>, end: Option<i64>) -> R<i64> {
    search(cx, object, view, start, end, true)
}

#[native("mmap.flush($self, offset=0, size=None, /)")]
fn flush(cx: &mut Cx, object: &Obj<Mmap>, offset: i64, size: Option<i64>) -> R<()> {
    let length = open(cx, object)? as i64;
    let size = size.unwrap_or(length.saturating_sub(offset));
    if size < 0 || offset < 0 || length.saturating_sub(offset) < size {
        return Err(cx.value_error("flush values out of range"));
    }
    if matches!(object.get(cx).access, Access::Read | Access::Copy) {
        return Ok(());
    }
    let result = match &object.get(cx).mapping {
        Some(mapping) => mapping.flush(offset as usize, size as usize),
        None => return Err(closed_error(cx)),
    };
    result.map_err(|error| crate::support::raise_os(cx, error, None, None))
}

#[native("mmap.madvise($self, option, start=0, length=None, /)")]
fn madvise(cx: &mut Cx, object: &Obj<Mmap>, option: i32, start: i64, length: Option<i64>) -> R<()> {
    let size = open(cx, object)? as i64;
    if start < 0 || start >= size {
        return Err(cx.value_error("madvise start out of bounds"));
    }
    let length = length.unwrap_or(size);
    if length < 0 {
        return Err(cx.value_error("madvise length invalid"));
    }
    if i64::MAX - start < length {
        return Err(cx.overflow_error("madvise length too large"));
    }
    let length = length.min(size - start);
    let result = match &object.get(cx).mapping {
        Some(mapping) => mapping.advise(option, start as usize, length as usize),
        None => return Err(closed_error(cx)),
    };
    result.map_err(|error| crate::support::raise_os(cx, error, None, None))
}

#[native("mmap.move($self, dest, src, count, /)")]
fn move_(cx: &mut Cx, object: &Obj<Mmap>, dest: i64, src: i64, count: i64) -> R<()> {
    let length = open(cx, object)? as i64;
    writable(cx, object)?;
    let outside = |from: i64| from < 0 || length.saturating_sub(from) < count;
    if count < 0 || outside(dest) || outside(src) {
        return Err(cx.value_error("source, destination, or count out of range"));
    }
    let bytes = copy_out(cx, object, src as usize, count as usize)?;
    copy_in(cx, object, dest as usize, &bytes)
}

/// The next `count` bytes, which the position passes.
fn take(cx: &mut Cx, object: &Obj<Mmap>, count: usize) -> R<Vec<u8>> {
    let start = object.get(cx).position;
    let bytes = copy_out(cx, object, start, count)?;
    object.get_mut(cx).position = start + bytes.len();
    Ok(bytes)
}

fn left(cx: &mut Cx, object: &Obj<Mmap>) -> R<usize> {
    let length = open(cx, object)?;
    Ok(length.saturating_sub(object.get(cx).position))
}

#[native("mmap.read($self, n=None, /)")]
fn read(cx: &mut Cx, object: &Obj<Mmap>, n: Option<&Value>) -> R {
    let mut count = left(cx, object)?;
    if let Some(n) = n.filter(|n| !n.is_none()) {
        if n.as_int().is_none() && n.ty(cx).slots().index.is_none() {
            let message = format!("argument should be integer or None, not '{}'", n.type_name(cx));
            return Err(cx.type_error(message));
        }
        let n = int::index_clamped(cx, n)?;
        count = left(cx, object)?;
        if let Ok(n) = usize::try_from(n) {
            count = count.min(n);
        }
    }
    let bytes = take(cx, object, count)?;
    Ok(cx.bytes(&bytes))
}

#[native("mmap.read_byte($self, /)")]
fn read_byte(cx: &mut Cx, object: &Obj<Mmap>) -> R<i64> {
    if left(cx, object)? == 0 {
        return Err(cx.value_error("read byte out of range"));
    }
    Ok(take(cx, object, 1)?.first().copied().unwrap_or(0).into())
}

#[native("mmap.readline($self, /)")]
fn readline(cx: &mut Cx, object: &Obj<Mmap>) -> R {
    let count = left(cx, object)?;
    let start = object.get(cx).position;
    let rest = copy_out(cx, object, start, count)?;
    let end = rest.iter().position(|&b| b == b'\n').map_or(rest.len(), |i| i + 1);
    object.get_mut(cx).position = start + end;
    Ok(cx.bytes(rest.get(..end).unwrap_or_default()))
}

#[native("mmap.resize($self, newsize, /)")]
fn resize(cx: &mut Cx, object: &Obj<Mmap>, newsize: i64) -> R<()> {
    open(cx, object)?;
    resizable(cx, object)?;
    let (fd, offset, flags) = (object.get(cx).fd, object.get(cx).offset, object.get(cx).flags);
    let end = newsize.checked_add(offset);
    let (Ok(size), Some(end)) = (usize::try_from(newsize), end) else {
        return Err(cx.value_error("new size out of range"));
    };
    if !object.get(cx).tracked {
        return Err(cx.value_error("mmap: can't resize with trackfd=False."));
    }
    if fd == -1 && flags & libc::MAP_PRIVATE == 0 && size > open(cx, object)? {
        return Err(cx.value_error("mmap: can't expand a shared anonymous mapping on Linux"));
    }
    if fd >= 0 {
        sys(cx, |h| h.truncate(Target::Descriptor(fd), end))?;
    }
    let result = match &mut object.get_mut(cx).mapping {
        Some(mapping) => mapping.resize(size),
        None => return Err(closed_error(cx)),
    };
    result.map_err(|error| crate::support::raise_os(cx, error, None, None))
}

#[native("mmap.seek($self, pos, whence=0, /)")]
fn seek(cx: &mut Cx, object: &Obj<Mmap>, pos: i64, whence: i32) -> R<i64> {
    let length = open(cx, object)? as i64;
    let base = match whence {
        0 => 0,
        1 => object.get(cx).position as i64,
        2 => length,
        _ => return Err(cx.value_error("unknown seek type")),
    };
    match base.checked_add(pos).filter(|at| (0..=length).contains(at)) {
        Some(at) => {
            object.get_mut(cx).position = at as usize;
            Ok(at)
        }
        None => Err(cx.value_error("seek out of range")),
    }
}

#[native("mmap.seekable($self, /)")]
fn seekable(_cx: &mut Cx, _object: &Obj<Mmap>) -> R<bool> {
    Ok(true)
}

#[native("mmap.size($self, /)")]
fn size(cx: &mut Cx, object: &Obj<Mmap>) -> R<i64> {
    open(cx, object)?;
    let fd = object.get(cx).fd;
    Ok(sys(cx, |h| h.stat(Target::Descriptor(fd)))?.size)
}

#[native("mmap.tell($self, /)")]
fn tell(cx: &mut Cx, object: &Obj<Mmap>) -> R<usize> {
    open(cx, object)?;
    Ok(object.get(cx).position)
}

#[native("mmap.write($self, bytes, /)")]
fn write(cx: &mut Cx, object: &Obj<Mmap>, bytes: &Value) -> R<usize> {
    open(cx, object)?;
    let bytes = buffer::bytes_like(cx, bytes)?.to_vec(cx);
    writable(cx, object)?;
    if left(cx, object)? < bytes.len() {
        return Err(cx.value_error("data out of range"));
    }
    let at = object.get(cx).position;
    copy_in(cx, object, at, &bytes)?;
    object.get_mut(cx).position = at + bytes.len();
    Ok(bytes.len())
}

#[native("mmap.write_byte($self, byte, /)")]
fn write_byte(cx: &mut Cx, object: &Obj<Mmap>, byte: i64) -> R<()> {
    let Ok(byte) = u8::try_from(byte) else {
        let side = if byte < 0 { "less than minimum" } else { "greater than maximum" };
        return Err(cx.overflow_error(format!("unsigned byte integer is {side}")));
    };
    open(cx, object)?;
    writable(cx, object)?;
    if left(cx, object)? == 0 {
        return Err(cx.value_error("write byte out of range"));
    }
    let at = object.get(cx).position;
    copy_in(cx, object, at, &[byte])?;
    object.get_mut(cx).position = at + 1;
    Ok(())
}

#[native("mmap.__enter__($self, /)")]
fn enter(cx: &mut Cx, object: &Value) -> R {
    let opened = this(cx, object)?;
    open(cx, opened)?;
    Ok(object.clone())
}

#[native("mmap.__exit__($self, exc_type, exc_value, traceback, /)")]
fn leave(
    cx: &mut Cx,
    object: &Obj<Mmap>,
    _exc_type: &Value,
    _exc_value: &Value,
    _traceback: &Value,
) -> R<()> {
    close(cx, object)
}

fn types(types: &mut Types) {
    types.add([&MMAP]);
}

/// The names of numbers.
const NUMBERS: &[(&str, i32)] = &[
    ("ACCESS_DEFAULT", 0),
    ("ACCESS_READ", 1),
    ("ACCESS_WRITE", 2),
    ("ACCESS_COPY", 3),
    ("MADV_NORMAL", libc::MADV_NORMAL),
    ("MADV_RANDOM", libc::MADV_RANDOM),
    ("MADV_SEQUENTIAL", libc::MADV_SEQUENTIAL),
    ("MADV_WILLNEED", libc::MADV_WILLNEED),
    ("MADV_DONTNEED", libc::MADV_DONTNEED),
    ("MADV_REMOVE", libc::MADV_REMOVE),
    ("MADV_DONTFORK", libc::MADV_DONTFORK),
    ("MADV_DOFORK", libc::MADV_DOFORK),
    ("MADV_HWPOISON", libc::MADV_HWPOISON),
    ("MADV_MERGEABLE", libc::MADV_MERGEABLE),
    ("MADV_UNMERGEABLE", libc::MADV_UNMERGEABLE),
    ("MADV_HUGEPAGE", libc::MADV_HUGEPAGE),
    ("MADV_NOHUGEPAGE", libc::MADV_NOHUGEPAGE),
    ("MADV_DONTDUMP", libc::MADV_DONTDUMP),
    ("MADV_DODUMP", libc::MADV_DODUMP),
    ("MADV_FREE", libc::MADV_FREE),
    ("MAP_SHARED", libc::MAP_SHARED),
    ("MAP_PRIVATE", libc::MAP_PRIVATE),
    ("MAP_ANON", libc::MAP_ANON),
    ("MAP_ANONYMOUS", libc::MAP_ANONYMOUS),
    ("MAP_DENYWRITE", libc::MAP_DENYWRITE),
    ("MAP_EXECUTABLE", libc::MAP_EXECUTABLE),
    ("MAP_NORESERVE", libc::MAP_NORESERVE),
    ("MAP_POPULATE", libc::MAP_POPULATE),
    ("MAP_STACK", libc::MAP_STACK),
    #[cfg(target_arch = "x86_64")]
    ("MAP_32BIT", libc::MAP_32BIT),
    ("PROT_EXEC", libc::PROT_EXEC),
    ("PROT_READ", libc::PROT_READ),
    ("PROT_WRITE", libc::PROT_WRITE),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "mmap", MMAP.to_value())?;
    set(cx, module, "error", exc::OS_ERROR.to_value())?;
    for &(name, number) in NUMBERS {
        set(cx, module, name, Value::small_int(number))?;
    }
    // SAFETY: a question without state.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    for name in ["PAGESIZE", "ALLOCATIONGRANULARITY"] {
        let number = cx.int(page);
        set(cx, module, name, number)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef =
    ModuleDef { name: "mmap", types: Some(types), init: Some(init), ..ModuleDef::EMPTY };
