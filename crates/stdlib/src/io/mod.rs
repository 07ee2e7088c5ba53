//! `_io`: streams. [`base`] holds the abstract classes, each other module one concrete kind.
//!
//! A stream over an exact `FileIO`, `BufferedReader` or `BufferedWriter` is served without looking methods up; anything else is
//! asked through its methods, as documented.

mod base;
mod buffered;
mod bytesio;
mod fileio;
mod newline;
mod open;
mod rwpair;
mod stringio;
mod textio;

pub use base::{BUFFERED_IO_BASE, IO_BASE, RAW_IO_BASE, TEXT_IO_BASE};
pub use buffered::{BUFFERED_RANDOM, BUFFERED_READER, BUFFERED_WRITER};
pub use bytesio::BYTES_IO;
pub use fileio::FILE_IO;
pub use stringio::STRING_IO;
pub use textio::TEXT_IO_WRAPPER;

use taipan_macros::natives;
use taipan_object::buffer::{self, Buffer};
use taipan_object::exc::{self, BLOCKING_IO_ERROR, OS_ERROR, VALUE_ERROR};
use taipan_object::ty::TYPE;
use taipan_object::{Cx, R, Raised, Value, int, ops};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, add_type, set};

/// `io.DEFAULT_BUFFER_SIZE`, in bytes.
pub const DEFAULT_BUFFER_SIZE: usize = 128 << 10;

/// The module's exception class, one an interpreter.
#[derive(Default)]
struct State {
    unsupported: Option<Value>,
}

fn unsupported_class(cx: &mut Cx) -> R {
    if let Some(class) = &cx.interp_mut().state::<State>().unsupported {
        return Ok(class.clone());
    }
    let name = cx.intern("UnsupportedOperation").into_value();
    let bases = cx.tuple_value([OS_ERROR.to_value(), VALUE_ERROR.to_value()]);
    let namespace = cx.new_dict();
    let module = cx.intern("io").into_value();
    taipan_object::dict::set_str(cx, &namespace, &taipan_object::names::__module__, module)?;
    let class = ops::call(cx, &TYPE.to_value(), &[name, bases, namespace.into_value()])?;
    cx.interp_mut().state::<State>().unsupported = Some(class.clone());
    Ok(class)
}

/// Raises `io.UnsupportedOperation`.
#[cold]
pub fn unsupported(cx: &mut Cx, message: &str) -> Raised {
    let made = unsupported_class(cx).and_then(|class| {
        let message = cx.str(message);
        ops::call(cx, &class, &[message])
    });
    match made {
        Ok(exception) => exc::raise(cx, exception),
        Err(raised) => raised,
    }
}

/// Whether the exception in flight is `io.UnsupportedOperation`.
pub fn is_unsupported(cx: &mut Cx, raised: &Raised) -> bool {
    let Some(class) = cx.interp_mut().state::<State>().unsupported.clone() else { return false };
    class.as_type().is_some_and(|class| cx.raised_is(raised, class))
}

#[cold]
pub fn closed_error(cx: &mut Cx) -> Raised {
    cx.value_error("I/O operation on closed file.")
}

/// `object.name(*args)`.
pub fn call(cx: &mut Cx, object: &Value, name: &str, args: &[Value]) -> R {
    let name = cx.intern(name);
    ops::call_method(cx, object, &name, args)
}

/// `object.name`.
pub fn attribute(cx: &mut Cx, object: &Value, name: &str) -> R {
    ops::getattr_str(cx, object, name)
}

/// What a stream says about being closed.
pub fn is_closed(cx: &mut Cx, stream: &Value) -> R<bool> {
    let closed = attribute(cx, stream, "closed")?;
    ops::truth(cx, &closed)
}

/// A size argument: None or nothing is -1.
pub fn optional_size(cx: &mut Cx, size: Option<&Value>) -> R<i64> {
    match size {
        None => Ok(-1),
        Some(size) if size.is_none() => Ok(-1),
        Some(size) => {
            if size.as_int().is_none() && size.ty(cx).slots().index.is_none() {
                let message = format!("argument should be integer or None, not '{}'", size.type_name(cx));
                return Err(cx.type_error(message));
            }
            int::index_i64(cx, size)
        }
    }
}

/// The memory of an argument that is written to.
pub fn writable(cx: &mut Cx, target: &Value, function: &str) -> R<Buffer> {
    buffer::writable_bytes(cx, target, &format!("{function}() argument"))
}

/// The bytes of an argument that is read from.
pub fn readable(cx: &mut Cx, source: &Value) -> R<Buffer> {
    buffer::bytes_like(cx, source)
}

/// Room for `more` items, or MemoryError.
pub fn reserve<T>(cx: &mut Cx, vector: &mut Vec<T>, more: usize) -> R<()> {
    vector.try_reserve(more).map_err(|_| cx.memory_error())
}

/// `BlockingIOError(errno, message, written)`.
pub fn blocking_error(cx: &mut Cx, errno: i32, message: &str, written: usize) -> Raised {
    let args = [cx.int(errno.into()), cx.str(message), cx.int(written as i64)];
    match ops::call(cx, &BLOCKING_IO_ERROR.to_value(), &args) {
        Ok(error) => exc::raise(cx, error),
        Err(raised) => raised,
    }
}

/// Tells a stream that its finaliser closes it: it warns about that.
fn set_finalizing(cx: &mut Cx, this: &Value) {
    if let Some(file) = this.cast::<fileio::FileIo>() {
        file.get_mut(cx).finalizing = true;
    } else if let Some(stream) = this.cast::<textio::TextIo>() {
        stream.get_mut(cx).finalizing = true;
    } else if let Some(stream) = buffered::stream(this) {
        stream.note_finalizing(cx);
    } else if this.cast::<bytesio::BytesIo>().is_none() && this.cast::<stringio::StringIo>().is_none() {
        let key = cx.intern("_finalizing");
        if let Err(raised) = ops::setattr(cx, this, &key, &Value::bool(true)) {
            drop(cx.take_raised(raised));
        }
    }
}

/// `TypeError: cannot pickle 'X' instances`.
pub fn no_pickle(cx: &mut Cx, this: &Value) -> R {
    let message = format!("cannot pickle {} instances", this.ty(cx).full_name());
    Err(cx.type_error(message))
}

/// Runs the second step whatever the first gave: the first one's exception becomes the context of the second's.
pub fn both(cx: &mut Cx, first: R<()>, second: impl FnOnce(&mut Cx) -> R<()>) -> R<()> {
    let Err(raised) = first else { return second(cx) };
    let earlier = cx.take_raised(raised);
    match second(cx) {
        Ok(()) => Err(cx.raise_value(earlier)),
        Err(raised) => {
            let later = cx.take_raised(raised);
            exc::set_context(cx, &later, Some(earlier));
            Err(cx.raise_value(later))
        }
    }
}

fn types(types: &mut Types) {
    base::types(types);
    types.add([
        &fileio::FILE_IO,
        &bytesio::BYTES_IO_BUFFER,
        &bytesio::BYTES_IO,
        &buffered::BUFFERED_READER,
        &buffered::BUFFERED_WRITER,
        &buffered::BUFFERED_RANDOM,
        &rwpair::BUFFERED_RW_PAIR,
        &newline::INCREMENTAL_NEWLINE_DECODER,
        &stringio::STRING_IO,
        &textio::TEXT_IO_WRAPPER,
    ]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let class = unsupported_class(cx)?;
    set(cx, module, "UnsupportedOperation", class)?;
    set(cx, module, "BlockingIOError", BLOCKING_IO_ERROR.to_value())?;
    let size = cx.int(DEFAULT_BUFFER_SIZE as i64);
    set(cx, module, "DEFAULT_BUFFER_SIZE", size)?;
    for class in [
        &IO_BASE,
        &RAW_IO_BASE,
        &BUFFERED_IO_BASE,
        &TEXT_IO_BASE,
        &FILE_IO,
        &bytesio::BYTES_IO_BUFFER,
        &BYTES_IO,
        &BUFFERED_READER,
        &BUFFERED_WRITER,
        &BUFFERED_RANDOM,
        &rwpair::BUFFERED_RW_PAIR,
        &newline::INCREMENTAL_NEWLINE_DECODER,
        &STRING_IO,
        &TEXT_IO_WRAPPER,
    ] {
        add_type(cx, module, class)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_io",
    doc: Some(
        "The io module provides the Python interfaces to stream handling. The\nbuiltin open function is defined in this module.\n\nAt the top of the I/O hierarchy is the abstract base class IOBase. It\ndefines the basic interface to a stream. Note, however, that there is no\nseparation between reading and writing to streams; implementations are\nallowed to raise an OSError if they do not support a given operation.\n\nExtending IOBase is RawIOBase which deals simply with the reading and\nwriting of raw bytes to a stream. FileIO subclasses RawIOBase to provide\nan interface to OS files.\n\nBufferedIOBase deals with buffering on a raw byte stream (RawIOBase). Its\nsubclasses, BufferedWriter, BufferedReader, and BufferedRWPair buffer\nstreams that are readable, writable, and both respectively.\nBufferedRandom provides a buffered interface to random access\nstreams. BytesIO is a simple stream of in-memory bytes.\n\nAnother IOBase subclass, TextIOBase, deals with the encoding and decoding\nof streams into text. TextIOWrapper, which extends it, is a buffered text\ninterface to a buffered raw stream (`BufferedIOBase`). Finally, StringIO\nis an in-memory stream for text.\n\nArgument names are not part of the specification, and only the arguments\nof open() are intended to be used as keyword arguments.\n\ndata:\n\nDEFAULT_BUFFER_SIZE\n   An int containing the default buffer size used by the module's buffered\n   I/O classes.\n",
    ),
    functions: natives![open::open, open::open_code, open::text_encoding],
    types: Some(types),
    init: Some(init),
};
