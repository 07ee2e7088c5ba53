//! `_io.BytesIO`: a byte stream in memory, and the buffer that `getbuffer` exports.
//!
//! While exports are out the data keeps its place: whatever would move it raises BufferError.

use taipan_macros::{Trace, native, natives};
use taipan_object::buffer::{Buffer, BufferRequest};
use taipan_object::exc::BUFFER_ERROR;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, Dict, GetSetDef, Handle, Obj, Payload, R, Slots, Trace, Tuple, Type, TypeDefs, Value, descr,
    dict, flags, instance, int, ops,
};
use taipan_types::list::new_list;

use super::base::{self, BUFFERED_IO_BASE};
use super::{closed_error, optional_size, readable};

/// The payload of a `BytesIO`.
#[derive(Default)]
pub struct BytesIo {
    pub data: Vec<u8>,
    pub pos: usize,
    closed: bool,
    exports: usize,
}

impl Trace for BytesIo {
    fn trace(&self, _visit: &mut dyn FnMut(&Value)) {}
    fn clear(&mut self, _out: &mut Vec<Value>) {}
}

// SAFETY: instances of the type and its subtypes begin with `Obj<BytesIo>`.
unsafe impl Payload for BytesIo {
    const TYPE: &'static Obj<Type> = &BYTES_IO;
}

/// `_io.BytesIO`.
pub static BYTES_IO: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<BytesIo>("_io.BytesIO")
        .base(&BUFFERED_IO_BASE)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots {
            new: Some(new),
            init: Some(init),
            iter: Some(iter),
            next: Some(next),
            finalize: Some(base::finalize),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                read,
                read1,
                readline,
                readlines,
                readinto,
                write,
                writelines,
                getvalue,
                getbuffer,
                seek,
                tell,
                truncate,
                close,
                flush,
                isatty,
                able_readable,
                able_writable,
                able_seekable,
                __getstate__,
                __setstate__,
                __sizeof__
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc(
            "BytesIO(initial_bytes=b'')\n--\n\nBuffered I/O implementation using an in-memory bytes buffer.",
        ),
);

/// What `getbuffer` exports: keeps the stream alive.
#[derive(Trace)]
pub struct BytesIoBuffer {
    source: Value,
}

// SAFETY: the type cannot be subclassed; the value is traced.
unsafe impl Payload for BytesIoBuffer {
    const TYPE: &'static Obj<Type> = &BYTES_IO_BUFFER;
}

/// `_io._BytesIOBuffer`.
pub static BYTES_IO_BUFFER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<BytesIoBuffer>("_io._BytesIOBuffer")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { buffer: Some(export), ..Slots::EMPTY }),
);

fn export(cx: &mut Cx, this: &Value, _request: BufferRequest) -> R<Buffer> {
    let source = this.cast::<BytesIoBuffer>().map(|b| b.get(cx).source.clone());
    let Some(stream) = source.as_ref().and_then(Value::cast::<BytesIo>) else {
        return Err(cx.raise(&BUFFER_ERROR, "no stream behind the buffer"));
    };
    let data = stream.get_mut(cx);
    data.exports += 1;
    let (pointer, len) = (data.data.as_mut_ptr(), data.data.len());
    // SAFETY: while `exports` is not zero the vector neither moves nor shrinks; the buffer object keeps the stream alive.
    Ok(unsafe { Buffer::simple(this, pointer, len, false, Some(release)) })
}

fn release(owner: &Value) {
    let Some(buffer) = owner.cast::<BytesIoBuffer>() else { return };
    // SAFETY: the buffer's one field never changes after it was made; the running thread holds the GIL when a lent buffer
    // is dropped, and no reference into the stream's payload is held across that.
    unsafe {
        if let Some(stream) = (*buffer.payload_ptr()).source.cast::<BytesIo>() {
            let data = stream.payload_ptr();
            (*data).exports = (*data).exports.saturating_sub(1);
        }
    }
}

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, BytesIo::default()).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (init_native__def.call)(cx, args)).map(drop)
}

#[native("BytesIO.__init__($self, /, initial_bytes=b'')", no_signature)]
fn init_native(cx: &mut Cx, this: &Obj<BytesIo>, initial_bytes: Option<&Value>) -> R<()> {
    let data = match initial_bytes.filter(|v| !v.is_none()) {
        Some(value) => readable(cx, value)?.to_vec(cx),
        None => Vec::new(),
    };
    unshared(cx, this)?;
    let stream = this.get_mut(cx);
    stream.data = data;
    stream.pos = 0;
    stream.closed = false;
    Ok(())
}

fn open(cx: &mut Cx, this: &Obj<BytesIo>) -> R<()> {
    if this.get(cx).closed { Err(closed_error(cx)) } else { Ok(()) }
}

fn unshared(cx: &mut Cx, this: &Obj<BytesIo>) -> R<()> {
    if this.get(cx).exports > 0 {
        return Err(cx.raise(&BUFFER_ERROR, "Existing exports of data: object cannot be re-sized"));
    }
    Ok(())
}

/// The next `size` bytes (all where negative), as a range of the data; moves the position.
fn take(cx: &mut Cx, this: &Obj<BytesIo>, size: i64) -> std::ops::Range<usize> {
    let stream = this.get_mut(cx);
    let left = stream.data.len().saturating_sub(stream.pos);
    let n = if size < 0 { left } else { left.min(size as usize) };
    let start = stream.pos.min(stream.data.len());
    stream.pos += n;
    start..start + n
}

fn slice(cx: &Cx, this: &Obj<BytesIo>, range: std::ops::Range<usize>) -> Value {
    cx.bytes(this.get(cx).data.get(range).unwrap_or_default())
}

/// Read at most size bytes, returned as a bytes object.
///
/// If the size argument is negative, read until EOF is reached.
/// Return an empty bytes object at EOF.
#[native("BytesIO.read($self, size=-1, /)")]
fn read(cx: &mut Cx, this: &Obj<BytesIo>, size: Option<&Value>) -> R {
    let size = optional_size(cx, size)?;
    open(cx, this)?;
    let range = take(cx, this, size);
    Ok(slice(cx, this, range))
}

/// Read at most size bytes, returned as a bytes object.
///
/// If the size argument is negative or omitted, read until EOF is reached.
/// Return an empty bytes object at EOF.
#[native("BytesIO.read1($self, size=-1, /)")]
fn read1(cx: &mut Cx, this: &Obj<BytesIo>, size: Option<&Value>) -> R {
    read(cx, this, size)
}

fn line_range(cx: &mut Cx, this: &Obj<BytesIo>, limit: i64) -> std::ops::Range<usize> {
    let stream = this.get(cx);
    let rest = stream.data.get(stream.pos..).unwrap_or_default();
    let n = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1);
    let n = if limit >= 0 { n.min(limit as usize) } else { n };
    take(cx, this, n as i64)
}

/// Next line from the file, as a bytes object.
///
/// Retain newline.  A non-negative size argument limits the maximum
/// number of bytes to return (an incomplete line may be returned then).
/// Return an empty bytes object at EOF.
#[native("BytesIO.readline($self, size=-1, /)")]
fn readline(cx: &mut Cx, this: &Obj<BytesIo>, size: Option<&Value>) -> R {
    let size = optional_size(cx, size)?;
    open(cx, this)?;
    let range = line_range(cx, this, size);
    Ok(slice(cx, this, range))
}

/// List of bytes objects, each a line from the file.
///
/// Call readline() repeatedly and return a list of the lines so read.
/// The optional size argument, if given, is an approximate bound on the
/// total number of bytes in the lines returned.
#[native("BytesIO.readlines($self, size=None, /)")]
fn readlines(cx: &mut Cx, this: &Obj<BytesIo>, size: Option<&Value>) -> R {
    open(cx, this)?;
    if let Some(given) = size.filter(|s| !s.is_none())
        && given.as_int().is_none()
    {
        let message = format!("integer argument expected, got '{}'", given.type_name(cx));
        return Err(cx.type_error(message));
    }
    let most = optional_size(cx, size)?;
    let mut lines = Vec::new();
    let mut total = 0;
    loop {
        let range = line_range(cx, this, -1);
        if range.is_empty() {
            break;
        }
        total += range.len() as i64;
        lines.push(slice(cx, this, range));
        if most > 0 && total >= most {
            break;
        }
    }
    Ok(new_list(cx, lines).into_value())
}

/// Read bytes into buffer.
///
/// Returns number of bytes read (0 for EOF), or None if the object
/// is set not to block and has no data to read.
#[native("BytesIO.readinto($self, buffer, /)")]
fn readinto(cx: &mut Cx, this: &Obj<BytesIo>, target: &Value) -> R<usize> {
    let mut lent = super::writable(cx, target, "readinto")?;
    open(cx, this)?;
    let range = take(cx, this, lent.len() as i64);
    let bytes = this.get(cx).data.get(range).unwrap_or_default().to_vec();
    if let Some(place) = lent.bytes_mut(cx).get_mut(..bytes.len()) {
        place.copy_from_slice(&bytes);
    }
    Ok(bytes.len())
}

fn write_bytes(cx: &mut Cx, this: &Obj<BytesIo>, b: &Value) -> R<usize> {
    open(cx, this)?;
    unshared(cx, this)?;
    let lent = readable(cx, b)?;
    let owned;
    let bytes: &[u8] = match b.as_bytes() {
        Some(bytes) => bytes.as_slice(),
        None => {
            owned = lent.to_vec(cx);
            &owned
        }
    };
    // Asking for the bytes may have run Python code.
    open(cx, this)?;
    unshared(cx, this)?;
    if bytes.is_empty() {
        return Ok(0);
    }
    let pos = this.get(cx).pos;
    let Some(end) = pos.checked_add(bytes.len()).filter(|e| *e <= isize::MAX as usize) else {
        return Err(cx.overflow_error("new buffer size too large"));
    };
    let more = end.saturating_sub(this.get(cx).data.len());
    if this.get_mut(cx).data.try_reserve(more).is_err() {
        return Err(cx.memory_error());
    }
    let stream = this.get_mut(cx);
    if pos == stream.data.len() {
        stream.data.extend_from_slice(bytes);
    } else {
        if end > stream.data.len() {
            stream.data.resize(end, 0);
        }
        stream.data[pos..end].copy_from_slice(bytes);
    }
    stream.pos = end;
    Ok(bytes.len())
}

/// Write bytes to file.
///
/// Return the number of bytes written.
#[native("BytesIO.write($self, b, /)")]
fn write(cx: &mut Cx, this: &Obj<BytesIo>, b: &Value) -> R<usize> {
    write_bytes(cx, this, b)
}

/// Write lines to the file.
///
/// Note that newlines are not added.  lines can be any iterable object
/// producing bytes-like objects. This is equivalent to calling write() for
/// each element.
#[native("BytesIO.writelines($self, lines, /)")]
fn writelines(cx: &mut Cx, this: &Obj<BytesIo>, lines: &Value) -> R<()> {
    open(cx, this)?;
    let iterator = ops::iter(cx, lines)?;
    while let Some(line) = ops::next(cx, &iterator)? {
        write_bytes(cx, this, &line)?;
    }
    Ok(())
}

/// Retrieve the entire contents of the BytesIO object.
#[native("BytesIO.getvalue($self, /)")]
fn getvalue(cx: &mut Cx, this: &Obj<BytesIo>) -> R {
    open(cx, this)?;
    Ok(cx.bytes(&this.get(cx).data))
}

/// Get a read-write view over the contents of the BytesIO object.
#[native("BytesIO.getbuffer($self, /)")]
fn getbuffer(cx: &mut Cx, this: &Obj<BytesIo>) -> R {
    open(cx, this)?;
    let exporter = cx.new_object(BytesIoBuffer { source: this.to_value() }).into_value();
    let view = cx.interp().runtime.memoryview;
    view(cx, &exporter, BufferRequest::FULL_RO.0.into())
}

/// Change stream position.
///
/// Seek to byte offset pos relative to position indicated by whence:
///      0  Start of stream (the default).  pos should be >= 0;
///      1  Current position - pos may be negative;
///      2  End of stream - pos usually negative.
/// Returns the new absolute position.
#[native("BytesIO.seek($self, pos, whence=0, /)")]
fn seek(cx: &mut Cx, this: &Obj<BytesIo>, pos: &Value, whence: Option<i32>) -> R<i64> {
    if pos.as_float().is_some() && pos.as_int().is_none() {
        let message = format!("'{}' object cannot be interpreted as an integer", pos.type_name(cx));
        return Err(cx.type_error(message));
    }
    let pos = int::index_i64(cx, pos)?;
    open(cx, this)?;
    let from = match whence.unwrap_or(0) {
        0 if pos < 0 => return Err(cx.value_error(format!("negative seek value {pos}"))),
        0 => 0,
        1 => this.get(cx).pos as i64,
        2 => this.get(cx).data.len() as i64,
        other => return Err(cx.value_error(format!("invalid whence ({other}, should be 0, 1 or 2)"))),
    };
    let Some(at) = from.checked_add(pos) else {
        return Err(cx.overflow_error("new position too large"));
    };
    let at = at.max(0);
    this.get_mut(cx).pos = at as usize;
    Ok(at)
}

/// Current file position, an integer.
#[native("BytesIO.tell($self, /)")]
fn tell(cx: &mut Cx, this: &Obj<BytesIo>) -> R<usize> {
    open(cx, this)?;
    Ok(this.get(cx).pos)
}

/// Truncate the file to at most size bytes.
///
/// Size defaults to the current file position, as returned by tell().
/// The current file position is unchanged.  Returns the new size.
#[native("BytesIO.truncate($self, size=None, /)")]
fn truncate(cx: &mut Cx, this: &Obj<BytesIo>, size: Option<&Value>) -> R<usize> {
    open(cx, this)?;
    unshared(cx, this)?;
    let size = match size.filter(|s| !s.is_none()) {
        None => this.get(cx).pos,
        Some(size) => {
            let n = int::index_i64(cx, size)?;
            match usize::try_from(n) {
                Ok(n) => n,
                Err(_) => return Err(cx.value_error(format!("negative size value {n}"))),
            }
        }
    };
    this.get_mut(cx).data.truncate(size);
    Ok(size)
}

/// Disable all I/O operations.
#[native("BytesIO.close($self, /)")]
fn close(cx: &mut Cx, this: &Obj<BytesIo>) -> R<()> {
    unshared(cx, this)?;
    let stream = this.get_mut(cx);
    stream.closed = true;
    stream.data = Vec::new();
    Ok(())
}

/// Does nothing.
#[native("BytesIO.flush($self, /)")]
fn flush(cx: &mut Cx, this: &Obj<BytesIo>) -> R<()> {
    open(cx, this)
}

/// Always returns False.
///
/// BytesIO objects are not connected to a TTY-like device.
#[native("BytesIO.isatty($self, /)")]
fn isatty(cx: &mut Cx, this: &Obj<BytesIo>) -> R<bool> {
    open(cx, this).map(|()| false)
}

/// Returns True if the IO object can be read.
#[native("BytesIO.readable($self, /)")]
fn able_readable(cx: &mut Cx, this: &Obj<BytesIo>) -> R<bool> {
    open(cx, this).map(|()| true)
}

/// Returns True if the IO object can be written.
#[native("BytesIO.writable($self, /)")]
fn able_writable(cx: &mut Cx, this: &Obj<BytesIo>) -> R<bool> {
    open(cx, this).map(|()| true)
}

/// Returns True if the IO object can be seeked.
#[native("BytesIO.seekable($self, /)")]
fn able_seekable(cx: &mut Cx, this: &Obj<BytesIo>) -> R<bool> {
    open(cx, this).map(|()| true)
}

#[native("BytesIO.__getstate__($self, /)", no_signature)]
fn __getstate__(cx: &mut Cx, this: &Obj<BytesIo>) -> R {
    let data = getvalue(cx, this)?;
    let attributes = copied_attributes(cx, &this.to_value())?;
    let pos = cx.int(this.get(cx).pos as i64);
    Ok(cx.tuple_value([data, pos, attributes]))
}

/// A copy of the instance's `__dict__`, or None where it is empty.
pub fn copied_attributes(cx: &mut Cx, this: &Value) -> R {
    let attributes = instance::dict_of(cx, this)?;
    match attributes.cast::<Dict>() {
        Some(d) if dict::len(cx, d) > 0 => dict::copy(cx, d).map(Handle::into_value),
        _ => Ok(Value::none()),
    }
}

/// Enters a pickled `__dict__`.
pub fn restore_attributes(cx: &mut Cx, this: &Value, state: &Value, position: &str) -> R<()> {
    if state.is_none() {
        return Ok(());
    }
    let Some(from) = state.cast::<Dict>() else {
        let message = format!("{position} item of state should be a dict, got a {}", state.type_name(cx));
        return Err(cx.type_error(message));
    };
    for (key, value) in dict::items(cx, from) {
        if let Some(name) = key.as_str() {
            instance::set_attr(cx, this, name, value)?;
        }
    }
    Ok(())
}

#[native("BytesIO.__setstate__($self, state, /)", no_signature)]
fn __setstate__(cx: &mut Cx, this: &Obj<BytesIo>, state: &Value) -> R<()> {
    let items = match state.cast::<Tuple>().map(|t| t.items().to_vec()) {
        Some(items) if items.len() >= 3 => items,
        _ => {
            let kind = state.type_name(cx).into_owned();
            let class = this.to_value().type_name(cx).into_owned();
            return Err(cx.type_error(format!("{class}.__setstate__ argument should be 3-tuple, got {kind}")));
        }
    };
    open(cx, this)?;
    unshared(cx, this)?;
    let data = readable(cx, &items[0])?.to_vec(cx);
    if items[1].as_int().is_none() {
        let message = format!("second item of state must be an integer, got {}", items[1].type_name(cx));
        return Err(cx.type_error(message));
    }
    let pos = int::index_i64(cx, &items[1])?;
    let Ok(pos) = usize::try_from(pos) else {
        return Err(cx.value_error("position value cannot be negative"));
    };
    let stream = this.get_mut(cx);
    stream.data = data;
    stream.pos = pos;
    restore_attributes(cx, &this.to_value(), &items[2], "third")
}

#[native("BytesIO.__sizeof__($self, /)", no_signature)]
fn __sizeof__(cx: &mut Cx, this: &Obj<BytesIo>) -> R<usize> {
    Ok(instance::size_of_value(cx, &this.to_value()) + this.get(cx).data.capacity())
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "closed",
    doc: Some("True if the file is closed."),
    get: Some(|cx, this| match this.cast::<BytesIo>() {
        Some(stream) => Ok(Value::bool(stream.get(cx).closed)),
        None => Err(cx.type_error("descriptor 'closed' requires a '_io.BytesIO' object")),
    }),
    set: None,
}];

fn iter(cx: &mut Cx, this: &Value) -> R {
    if let Some(stream) = this.cast::<BytesIo>() {
        open(cx, stream)?;
    }
    Ok(this.clone())
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(stream) = this.cast::<BytesIo>() else { return Ok(None) };
    open(cx, stream)?;
    let range = line_range(cx, stream, -1);
    if range.is_empty() {
        return Ok(None);
    }
    Ok(Some(slice(cx, stream, range)))
}
