//! The abstract classes of `_io`: `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`.
//!
//! Their payload is empty, so the payload of every stream type begins with it. Each stream type states `with_attrs` anew,
//! because the attribute block lies behind its own payload.

use taipan_macros::{native, natives};
use taipan_object::exc;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Slots, Trace, Type, TypeDefs, Value, buffer, flags, instance, int,
    ops,
};
use taipan_types::Types;
use taipan_types::list::new_list;
use taipan_types::support::builtin;

use super::{DEFAULT_BUFFER_SIZE, call, closed_error, is_closed, optional_size, unsupported};

/// The empty payload of the abstract classes.
pub struct IoBase;

impl Trace for IoBase {
    fn trace(&self, _visit: &mut dyn FnMut(&Value)) {}
    fn clear(&mut self, _out: &mut Vec<Value>) {}
}

// SAFETY: an empty payload begins every other.
unsafe impl Payload for IoBase {
    const TYPE: &'static Obj<Type> = &IO_BASE;
}

const FLAGS: u64 = flags::BASE | flags::WEAKREFABLE;

/// `_io._IOBase`.
pub static IO_BASE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<IoBase>("_io._IOBase")
        .base(&OBJECT)
        .flags(FLAGS)
        .with_attrs()
        .with_slots(Slots {
            new: Some(new),
            iter: Some(iter),
            next: Some(next),
            finalize: Some(finalize),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                seek, tell, truncate, flush, close, seekable, readable, writable, method_check_closed, method_check_seekable,
                method_check_readable, method_check_writable, fileno, isatty, __enter__, __exit__, readline, readlines, writelines
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("The abstract base class for all I/O classes.\n\nThis class provides dummy implementations for many methods that\nderived classes can override selectively; the default implementations\nrepresent a file that cannot be read, written or seeked.\n\nEven though IOBase does not declare read, readinto, or write because\ntheir signatures will vary, implementations and clients should\nconsider those methods part of the interface. Also, implementations\nmay raise UnsupportedOperation when operations they do not support are\ncalled.\n\nThe basic type used for binary data read from or written to a file is\nbytes. Other bytes-like objects are accepted as method arguments too.\nIn some cases (such as readinto), a writable object is required. Text\nI/O classes work with str data.\n\nNote that calling any method (except additional calls to close(),\nwhich are ignored) on a closed stream should raise a ValueError.\n\nIOBase (and its subclasses) support the iterator protocol, meaning\nthat an IOBase object can be iterated over yielding the lines in a\nstream.\n\nIOBase also supports the :keyword:`with` statement. In this example,\nfp is closed after the suite of the with statement is complete:\n\nwith open('spam.txt', 'r') as fp:\n    fp.write('Spam and eggs!')\n"),
);

/// `_io._RawIOBase`.
pub static RAW_IO_BASE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<IoBase>("_io._RawIOBase")
        .base(&IO_BASE)
        .flags(FLAGS)
        .with_attrs()
        .defs(&TypeDefs {
            methods: natives![raw_read, raw_readall, raw_readinto, raw_write],
            ..TypeDefs::NONE
        })
        .doc("Base class for raw binary I/O."),
);

/// `_io._BufferedIOBase`.
pub static BUFFERED_IO_BASE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<IoBase>("_io._BufferedIOBase")
        .base(&IO_BASE)
        .flags(FLAGS)
        .with_attrs()
        .defs(&TypeDefs {
            methods: natives![
                buffered_detach, buffered_read, buffered_read1, buffered_readinto, buffered_readinto1, buffered_write
            ],
            ..TypeDefs::NONE
        })
        .doc("Base class for buffered IO objects.\n\nThe main difference with RawIOBase is that the read() method\nsupports omitting the size argument, and does not have a default\nimplementation that defers to readinto().\n\nIn addition, read(), readinto() and write() may raise\nBlockingIOError if the underlying raw stream is in non-blocking\nmode and not ready; unlike their raw counterparts, they will never\nreturn None.\n\nA typical implementation should not inherit from a RawIOBase\nimplementation, but wrap one."),
);

/// `_io._TextIOBase`.
pub static TEXT_IO_BASE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<IoBase>("_io._TextIOBase")
        .base(&IO_BASE)
        .flags(FLAGS)
        .with_attrs()
        .defs(&TypeDefs {
            methods: natives![text_detach, text_read, text_readline, text_write],
            getset: TEXT_GETSET,
            ..TypeDefs::NONE
        })
        .doc("Base class for text I/O.\n\nThis class provides a character and line based interface to stream\nI/O. There is no readinto method because Python's character strings\nare immutable."),
);

pub fn types(types: &mut Types) {
    types.add([&IO_BASE, &RAW_IO_BASE, &BUFFERED_IO_BASE, &TEXT_IO_BASE]);
}

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, IoBase).into_value())
}

const CLOSED_KEY: &str = "__IOBase_closed";

static GETSET: &[GetSetDef] = &[
    GetSetDef { name: "__dict__", doc: None, get: Some(instance::dict_of), set: None },
    GetSetDef {
        name: "closed",
        doc: None,
        get: Some(|cx, this| base_closed(cx, this).map(Value::bool)),
        set: None,
    },
];

fn base_closed(cx: &mut Cx, this: &Value) -> R<bool> {
    let key = cx.intern(CLOSED_KEY);
    Ok(ops::getattr_opt(cx, this, &key)?.is_some())
}

static TEXT_GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "encoding",
        doc: Some("Encoding of the text stream.\n\nSubclasses should override.\n"),
        get: Some(|_, _| Ok(Value::none())),
        set: None,
    },
    GetSetDef {
        name: "newlines",
        doc: Some(
            "Line endings translated so far.\n\nOnly line endings translated during reading are considered.\n\nSubclasses should override.\n",
        ),
        get: Some(|_, _| Ok(Value::none())),
        set: None,
    },
    GetSetDef {
        name: "errors",
        doc: Some("The error setting of the decoder or encoder.\n\nSubclasses should override.\n"),
        get: Some(|_, _| Ok(Value::none())),
        set: None,
    },
];

/// What the end of a stream object does: closes it, as `__del__` does.
pub fn finalize(cx: &mut Cx, this: &Value) -> R<()> {
    let closed = cx.intern("closed");
    // A stream that cannot tell is left alone.
    let answer = ops::getattr_opt(cx, this, &closed).and_then(|found| match found {
        Some(value) => ops::truth(cx, &value).map(|closed| !closed),
        None => Ok(false),
    });
    let open = match answer {
        Ok(open) => open,
        Err(raised) => {
            drop(cx.take_raised(raised));
            false
        }
    };
    if !open {
        return Ok(());
    }
    super::set_finalizing(cx, this);
    if let Err(raised) = call(cx, this, "close", &[]) {
        let exception = cx.take_raised(raised);
        exc::report_ignored(cx, exception, "while finalizing file", this);
    }
    Ok(())
}

/// Change the stream position to the given byte offset.
///
///   offset
///     The stream position, relative to 'whence'.
///   whence
///     The relative position to seek from.
///
/// The offset is interpreted relative to the position indicated by whence.
/// Values for whence are:
///
/// * os.SEEK_SET or 0 -- start of stream (the default); offset should be zero or positive
/// * os.SEEK_CUR or 1 -- current stream position; offset may be negative
/// * os.SEEK_END or 2 -- end of stream; offset is usually negative
///
/// Return the new absolute position.
#[native("_IOBase.seek($self, offset, whence=0, /)", no_signature)]
fn seek(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "seek"))
}

/// Return current stream position.
#[native("_IOBase.tell($self, /)")]
fn tell(cx: &mut Cx, this: &Value) -> R {
    call(cx, this, "seek", &[Value::small_int(0), Value::small_int(1)])
}

/// Truncate file to size bytes.
///
/// File pointer is left unchanged. Size defaults to the current IO position
/// as reported by tell(). Return the new size.
#[native("_IOBase.truncate($self, size=None, /)", no_signature)]
fn truncate(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "truncate"))
}

/// Flush write buffers, if applicable.
///
/// This is not implemented for read-only and non-blocking streams.
#[native("_IOBase.flush($self, /)")]
fn flush(cx: &mut Cx, this: &Value) -> R<()> {
    if base_closed(cx, this)? { Err(closed_error(cx)) } else { Ok(()) }
}

/// Flush and close the IO object.
///
/// This method has no effect if the file is already closed.
#[native("_IOBase.close($self, /)")]
pub fn close(cx: &mut Cx, this: &Value) -> R<()> {
    if base_closed(cx, this)? {
        return Ok(());
    }
    let flushed = call(cx, this, "flush", &[]);
    let key = cx.intern(CLOSED_KEY);
    match flushed {
        Ok(_) => ops::setattr(cx, this, &key, &Value::bool(true)),
        Err(raised) => {
            let exception = cx.take_raised(raised);
            ops::setattr(cx, this, &key, &Value::bool(true))?;
            Err(cx.raise_value(exception))
        }
    }
}

/// Return whether object supports random access.
///
/// If False, seek(), tell() and truncate() will raise OSError.
/// This method may need to do a test seek().
#[native("_IOBase.seekable($self, /)")]
fn seekable(cx: &mut Cx, this: &Value) -> R<bool> {
    let _ = (cx, this);
    Ok(false)
}

/// Return whether object was opened for reading.
///
/// If False, read() will raise OSError.
#[native("_IOBase.readable($self, /)")]
fn readable(cx: &mut Cx, this: &Value) -> R<bool> {
    let _ = (cx, this);
    Ok(false)
}

/// Return whether object was opened for writing.
///
/// If False, write() will raise OSError.
#[native("_IOBase.writable($self, /)")]
fn writable(cx: &mut Cx, this: &Value) -> R<bool> {
    let _ = (cx, this);
    Ok(false)
}

/// ValueError where the stream says that it is closed.
pub fn check_closed(cx: &mut Cx, this: &Value) -> R<()> {
    if is_closed(cx, this)? { Err(closed_error(cx)) } else { Ok(()) }
}

fn check_able(cx: &mut Cx, this: &Value, method: &str, message: &str) -> R<()> {
    let answer = call(cx, this, method, &[])?;
    if answer.as_bool() == Some(true) { Ok(()) } else { Err(unsupported(cx, message)) }
}

/// UnsupportedOperation where the stream says that it cannot be read.
pub fn check_readable(cx: &mut Cx, this: &Value) -> R<()> {
    check_able(cx, this, "readable", "File or stream is not readable.")
}

/// UnsupportedOperation where the stream says that it cannot be written.
pub fn check_writable(cx: &mut Cx, this: &Value) -> R<()> {
    check_able(cx, this, "writable", "File or stream is not writable.")
}

/// UnsupportedOperation where the stream says that it cannot be positioned.
pub fn check_seekable(cx: &mut Cx, this: &Value) -> R<()> {
    check_able(cx, this, "seekable", "File or stream is not seekable.")
}

#[native("_IOBase._checkClosed($self, msg=None, /)", no_signature)]
fn method_check_closed(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R<bool> {
    check_closed(cx, this).map(|()| true)
}

#[native("_IOBase._checkSeekable($self, msg=None, /)", no_signature)]
fn method_check_seekable(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R<bool> {
    check_seekable(cx, this).map(|()| true)
}

#[native("_IOBase._checkReadable($self, msg=None, /)", no_signature)]
fn method_check_readable(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R<bool> {
    check_readable(cx, this).map(|()| true)
}

#[native("_IOBase._checkWritable($self, msg=None, /)", no_signature)]
fn method_check_writable(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R<bool> {
    check_writable(cx, this).map(|()| true)
}

/// Return underlying file descriptor if one exists.
///
/// Raise OSError if the IO object does not use a file descriptor.
#[native("_IOBase.fileno($self, /)")]
fn fileno(cx: &mut Cx, this: &Value) -> R {
    let _ = this;
    Err(unsupported(cx, "fileno"))
}

/// Return whether this is an 'interactive' stream.
///
/// Return False if it can't be determined.
#[native("_IOBase.isatty($self, /)")]
fn isatty(cx: &mut Cx, this: &Value) -> R<bool> {
    check_closed(cx, this).map(|()| false)
}

#[native("_IOBase.__enter__($self, /)", no_signature)]
fn __enter__(cx: &mut Cx, this: &Value) -> R {
    check_closed(cx, this)?;
    Ok(this.clone())
}

#[native("_IOBase.__exit__($self, *args)", no_signature)]
fn __exit__(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    call(cx, this, "close", &[])
}

fn iter(cx: &mut Cx, this: &Value) -> R {
    check_closed(cx, this)?;
    Ok(this.clone())
}

/// The next line by `readline()`; the end where it is empty.
pub fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let line = call(cx, this, "readline", &[])?;
    Ok(if ops::len(cx, &line)? == 0 { None } else { Some(line) })
}

/// The bytes that a method of a stream gave; OSError for another type.
fn expect_bytes(cx: &mut Cx, value: &Value, method: &str) -> R<Vec<u8>> {
    match value.as_bytes() {
        Some(bytes) => Ok(bytes.as_slice().to_vec()),
        None => {
            let kind = value.type_name(cx).into_owned();
            Err(cx.raise(
                &exc::OS_ERROR,
                format!("{method}() should have returned a bytes object, not '{kind}'"),
            ))
        }
    }
}

/// Read and return a line from the stream.
///
/// If size is specified, at most size bytes will be read.
///
/// The line terminator is always b'\n' for binary files; for text
/// files, the newlines argument to open can be used to select the line
/// terminator(s) recognized.
#[native("_IOBase.readline($self, size=-1, /)")]
fn readline(cx: &mut Cx, this: &Value, size: Option<&Value>) -> R {
    let limit = optional_size(cx, size)?;
    let peek_name = cx.intern("peek");
    let peek = ops::getattr_opt(cx, this, &peek_name)?;
    let mut line: Vec<u8> = Vec::new();
    while limit < 0 || (line.len() as i64) < limit {
        let mut ahead = 1;
        if let Some(peek) = &peek {
            let seen = ops::call(cx, peek, &[Value::small_int(1)])?;
            let seen = expect_bytes(cx, &seen, "peek")?;
            if !seen.is_empty() {
                let most = if limit < 0 { seen.len() } else { seen.len().min(limit as usize - line.len()) };
                let end = seen[..most].iter().position(|b| *b == b'\n');
                ahead = end.map_or(most, |i| i + 1);
            }
        }
        let ahead = cx.int(ahead as i64);
        let part = call(cx, this, "read", &[ahead])?;
        let part = expect_bytes(cx, &part, "read")?;
        if part.is_empty() {
            break;
        }
        line.extend_from_slice(&part);
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    Ok(cx.bytes(&line))
}

/// Return a list of lines from the stream.
///
/// hint can be specified to control the number of lines read: no more
/// lines will be read if the total size (in bytes/characters) of all
/// lines so far exceeds hint.
#[native("_IOBase.readlines($self, hint=-1, /)")]
fn readlines(cx: &mut Cx, this: &Value, hint: Option<&Value>) -> R {
    let hint = optional_size(cx, hint)?;
    let mut lines = Vec::new();
    let mut total = 0;
    let iterator = ops::iter(cx, this)?;
    while let Some(line) = ops::next(cx, &iterator)? {
        if hint > 0 {
            total += ops::len(cx, &line)? as i64;
        }
        lines.push(line);
        if hint > 0 && total > hint {
            break;
        }
    }
    Ok(new_list(cx, lines).into_value())
}

/// Write a list of lines to stream.
///
/// Line separators are not added, so it is usual for each of the
/// lines provided to have a line separator at the end.
#[native("_IOBase.writelines($self, lines, /)")]
fn writelines(cx: &mut Cx, this: &Value, lines: &Value) -> R<()> {
    check_closed(cx, this)?;
    let iterator = ops::iter(cx, lines)?;
    while let Some(line) = ops::next(cx, &iterator)? {
        call(cx, this, "write", &[line])?;
    }
    Ok(())
}

#[native("_RawIOBase.read($self, size=-1, /)")]
fn raw_read(cx: &mut Cx, this: &Value, size: Option<&Value>) -> R {
    let size = match size {
        Some(size) => int::index_i64(cx, size)?,
        None => -1,
    };
    if size < 0 {
        return call(cx, this, "readall", &[]);
    }
    let bytearray = builtin(cx, "bytearray")?;
    let n = cx.int(size);
    let target = ops::call(cx, &bytearray, &[n])?;
    let count = call(cx, this, "readinto", std::slice::from_ref(&target))?;
    if count.is_none() {
        return Ok(count);
    }
    let count = int::index_i64(cx, &count)?;
    let bytes = buffer::bytes_like(cx, &target)?.to_vec(cx);
    match usize::try_from(count).ok().filter(|n| *n <= size as usize).and_then(|n| bytes.get(..n)) {
        Some(read) => Ok(cx.bytes(read)),
        None => {
            let message = format!("readinto returned {count} outside buffer size {size}");
            Err(cx.value_error(message))
        }
    }
}

/// Read until EOF, using multiple read() call.
#[native("_RawIOBase.readall($self, /)")]
fn raw_readall(cx: &mut Cx, this: &Value) -> R {
    let mut all: Vec<u8> = Vec::new();
    let mut any = false;
    loop {
        let size = cx.int(DEFAULT_BUFFER_SIZE as i64);
        let part = call(cx, this, "read", &[size])?;
        if part.is_none() {
            return if any { Ok(cx.bytes(&all)) } else { Ok(part) };
        }
        let Some(bytes) = part.as_bytes() else { return Err(cx.type_error("read() should return bytes")) };
        if bytes.is_empty() {
            return Ok(cx.bytes(&all));
        }
        any = true;
        super::reserve(cx, &mut all, bytes.len())?;
        all.extend_from_slice(bytes.as_slice());
    }
}

fn not_implemented(cx: &mut Cx) -> R {
    Err(taipan_object::exc::raise_no_args(cx, &exc::NOT_IMPLEMENTED_ERROR))
}

#[native("_RawIOBase.readinto($self, buffer, /)", no_signature)]
fn raw_readinto(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    not_implemented(cx)
}

#[native("_RawIOBase.write($self, b, /)", no_signature)]
fn raw_write(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    not_implemented(cx)
}

/// Disconnect this buffer from its underlying raw stream and return it.
///
/// After the raw stream has been detached, the buffer is in an unusable
/// state.
#[native("_BufferedIOBase.detach($self, /)", no_signature)]
fn buffered_detach(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "detach"))
}

/// Read and return up to n bytes.
///
/// If the size argument is omitted, None, or negative, read and
/// return all data until EOF.
///
/// If the size argument is positive, and the underlying raw stream is
/// not 'interactive', multiple raw reads may be issued to satisfy
/// the byte count (unless EOF is reached first).
/// However, for interactive raw streams (as well as sockets and pipes),
/// at most one raw read will be issued, and a short result does not
/// imply that EOF is imminent.
///
/// Return an empty bytes object on EOF.
///
/// Return None if the underlying raw stream was open in non-blocking
/// mode and no data is available at the moment.
#[native("_BufferedIOBase.read($self, size=-1, /)", no_signature)]
fn buffered_read(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "read"))
}

/// Read and return up to size bytes, with at most one read() call to the underlying raw stream.
///
/// Return an empty bytes object on EOF.
/// A short result does not imply that EOF is imminent.
#[native("_BufferedIOBase.read1($self, size=-1, /)", no_signature)]
fn buffered_read1(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "read1"))
}

/// Write buffer b to the IO stream.
///
/// Return the number of bytes written, which is always
/// the length of b in bytes.
///
/// Raise BlockingIOError if the buffer is full and the
/// underlying raw stream cannot accept more data at the moment.
#[native("_BufferedIOBase.write($self, b, /)", no_signature)]
fn buffered_write(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "write"))
}

fn readinto_by(cx: &mut Cx, this: &Value, target: &Value, method: &str) -> R<usize> {
    let mut lent = super::writable(cx, target, &format!("{method}into"))?;
    let size = cx.int(lent.len() as i64);
    let data = call(cx, this, method, &[size])?;
    let Some(bytes) = data.as_bytes() else { return Err(cx.type_error("read() should return bytes")) };
    let n = bytes.len();
    if n > lent.len() {
        let message = format!("read() returned too much data: {} bytes requested, {n} returned", lent.len());
        return Err(cx.value_error(message));
    }
    if let Some(place) = lent.bytes_mut(cx).get_mut(..n) {
        place.copy_from_slice(bytes.as_slice());
    }
    Ok(n)
}

#[native("_BufferedIOBase.readinto($self, buffer, /)")]
fn buffered_readinto(cx: &mut Cx, this: &Value, target: &Value) -> R<usize> {
    readinto_by(cx, this, target, "read")
}

#[native("_BufferedIOBase.readinto1($self, buffer, /)")]
fn buffered_readinto1(cx: &mut Cx, this: &Value, target: &Value) -> R<usize> {
    readinto_by(cx, this, target, "read1")
}

/// Separate the underlying buffer from the TextIOBase and return it.
///
/// After the underlying buffer has been detached, the TextIO is in an unusable state.
#[native("_TextIOBase.detach($self, /)", no_signature)]
fn text_detach(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "detach"))
}

/// Read at most size characters from stream.
///
/// Read from underlying buffer until we have size characters or we hit EOF.
/// If size is negative or omitted, read until EOF.
#[native("_TextIOBase.read($self, size=-1, /)", no_signature)]
fn text_read(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "read"))
}

/// Read until newline or EOF.
///
/// Return an empty string if EOF is hit immediately.
/// If size is specified, at most size characters will be read.
#[native("_TextIOBase.readline($self, size=-1, /)", no_signature)]
fn text_readline(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "readline"))
}

/// Write string s to stream.
///
/// Return the number of characters written
/// (which is always equal to the length of the string).
#[native("_TextIOBase.write($self, s, /)", no_signature)]
fn text_write(cx: &mut Cx, this: &Value, _args: Args<'_>) -> R {
    let _ = this;
    Err(unsupported(cx, "write"))
}
