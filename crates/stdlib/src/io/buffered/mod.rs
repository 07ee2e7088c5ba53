//! `_io.BufferedReader`, `BufferedWriter`, `BufferedRandom`.
//!
//! Each has a read buffer and a write buffer, of which one at least is empty: reading flushes first, writing gives the raw
//! stream back the bytes that were read ahead. One operation runs at a time: another thread waits, the same thread (a signal
//! handler, a raw stream that calls back) gets RuntimeError.

mod raw;
mod read;
mod write;

pub use read::read1_vec;
pub use write::write_slice;

use taipan_macros::{native, natives};
use taipan_object::exc;
use taipan_object::ty::TYPE;
use taipan_object::{
    Args, Cx, GetSetDef, MemberDef, Obj, Payload, R, Slots, Trace, Type, TypeDefs, Value, descr, flags,
    instance, int, ops,
};

use super::base::{self, BUFFERED_IO_BASE, check_readable, check_seekable, check_writable};
use super::fileio::FileIo;
use super::{DEFAULT_BUFFER_SIZE, attribute, call, is_closed, no_pickle, unsupported};
use raw::{raw_seek, raw_tell};

/// What the three types share.
#[derive(Default)]
pub struct Buffered {
    raw: Option<Value>,
    detached: bool,
    readable: bool,
    writable: bool,
    pub finalizing: bool,
    size: usize,
    /// Bytes read ahead; those before `read_at` are used up.
    read: Vec<u8>,
    read_at: usize,
    write: Vec<u8>,
    /// Closing gave the buffer's memory back.
    freed: bool,
    /// The number of the thread inside an operation, plus one; 0 for none.
    busy: u64,
}

impl Buffered {
    /// Bytes that are read ahead.
    fn ahead(&self) -> usize {
        self.read.len() - self.read_at
    }

    fn take_ahead(&mut self, n: usize) -> &[u8] {
        let start = self.read_at;
        self.read_at = (start + n).min(self.read.len());
        &self.read[start..self.read_at]
    }
}

impl Trace for Buffered {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.raw.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.raw.take());
    }
}

macro_rules! buffered_types {
    ($($payload:ident = $class:ident;)*) => { $(
        /// The payload of one of the types.
        #[derive(Default)]
        pub struct $payload(Buffered);

        impl Trace for $payload {
            fn trace(&self, visit: &mut dyn FnMut(&Value)) {
                self.0.trace(visit);
            }
            fn clear(&mut self, out: &mut Vec<Value>) {
                self.0.clear(out);
            }
        }

        // SAFETY: instances of the type and its subtypes begin with this payload; its values are traced.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$class;
        }
    )*

        /// The data of any of the three.
        pub fn data<'a>(cx: &'a Cx, this: &'a Value) -> Option<&'a Buffered> {
            $(if let Some(stream) = this.cast::<$payload>() {
                return Some(&stream.get(cx).0);
            })*
            None
        }

        fn data_mut<'a>(cx: &'a mut Cx, this: &'a Value) -> Option<&'a mut Buffered> {
            $(if let Some(stream) = this.cast::<$payload>() {
                return Some(&mut stream.get_mut(cx).0);
            })*
            None
        }
    };
}

buffered_types! {
    Reader = BUFFERED_READER;
    Writer = BUFFERED_WRITER;
    Random = BUFFERED_RANDOM;
}

/// A handle on any of the three, for the finaliser's note.
pub struct Stream<'a>(&'a Value);

impl<'a> Stream<'a> {
    pub fn note_finalizing(&self, cx: &mut Cx) {
        if let Some(data) = data_mut(cx, self.0) {
            data.finalizing = true;
        }
    }
}

/// Whether a value is one of the three types.
pub fn stream(value: &Value) -> Option<Stream<'_>> {
    let known = value.cast::<Reader>().is_some()
        || value.cast::<Writer>().is_some()
        || value.cast::<Random>().is_some();
    known.then_some(Stream(value))
}

const SLOTS: Slots = Slots { new: None, repr: Some(repr), finalize: Some(base::finalize), ..Slots::EMPTY };

/// `_io.BufferedReader`.
pub static BUFFERED_READER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Reader>("_io.BufferedReader")
        .base(&BUFFERED_IO_BASE)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots {
            new: Some(|cx, class, _| Ok(cx.new_instance(class, Reader::default()).into_value())),
            init: Some(init_reader),
            next: Some(read::next),
            ..SLOTS
        })
        .defs(&TypeDefs {
            methods: natives![
                detach, simple_flush, close, seekable, fileno, isatty, _dealloc_warn, __getstate__, read::read, read::peek,
                read::read1, read::readinto, read::readinto1, read::readline, seek, tell, truncate, __sizeof__, readable
            ],
            getset: GETSET,
            members: MEMBERS,
            ..TypeDefs::NONE
        })
        .doc("BufferedReader(raw, buffer_size=131072)\n--\n\nCreate a new buffered reader using the given readable raw IO object."),
);

/// `_io.BufferedWriter`.
pub static BUFFERED_WRITER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Writer>("_io.BufferedWriter")
        .base(&BUFFERED_IO_BASE)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots {
            new: Some(|cx, class, _| Ok(cx.new_instance(class, Writer::default()).into_value())),
            init: Some(init_writer),
            ..SLOTS
        })
        .defs(&TypeDefs {
            methods: natives![
                detach, write::flush, close, seekable, fileno, isatty, _dealloc_warn, __getstate__, write::write, seek, tell,
                truncate, __sizeof__, writable
            ],
            getset: GETSET,
            members: MEMBERS,
            ..TypeDefs::NONE
        })
        .doc("BufferedWriter(raw, buffer_size=131072)\n--\n\nA buffer for a writeable sequential RawIO object.\n\nThe constructor creates a BufferedWriter for the given writeable raw\nstream. If the buffer_size is not given, it defaults to\nDEFAULT_BUFFER_SIZE."),
);

/// `_io.BufferedRandom`.
pub static BUFFERED_RANDOM: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Random>("_io.BufferedRandom")
        .base(&BUFFERED_IO_BASE)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots {
            new: Some(|cx, class, _| Ok(cx.new_instance(class, Random::default()).into_value())),
            init: Some(init_random),
            next: Some(read::next),
            ..SLOTS
        })
        .defs(&TypeDefs {
            methods: natives![
                detach, write::flush, close, seekable, fileno, isatty, _dealloc_warn, __getstate__, read::read, read::peek,
                read::read1, read::readinto, read::readinto1, read::readline, write::write, seek, tell, truncate,
                __sizeof__, readable, writable
            ],
            getset: GETSET,
            members: MEMBERS,
            ..TypeDefs::NONE
        })
        .doc("BufferedRandom(raw, buffer_size=131072)\n--\n\nA buffered interface to random access streams.\n\nThe constructor creates a reader and writer for a seekable stream,\nraw, given in the first argument. If the buffer_size is omitted it\ndefaults to DEFAULT_BUFFER_SIZE."),
);

fn init_reader(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (reader_init__def.call)(cx, args)).map(drop)
}

fn init_writer(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (writer_init__def.call)(cx, args)).map(drop)
}

fn init_random(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (random_init__def.call)(cx, args)).map(drop)
}

#[native("BufferedReader($self, /, raw, buffer_size=131072)")]
fn reader_init(cx: &mut Cx, this: &Value, raw: &Value, buffer_size: Option<i64>) -> R<()> {
    unready(cx, this);
    check_readable(cx, raw)?;
    set_up(cx, this, raw, buffer_size, true, false)
}

#[native("BufferedWriter($self, /, raw, buffer_size=131072)")]
fn writer_init(cx: &mut Cx, this: &Value, raw: &Value, buffer_size: Option<i64>) -> R<()> {
    unready(cx, this);
    check_writable(cx, raw)?;
    set_up(cx, this, raw, buffer_size, false, true)
}

#[native("BufferedRandom($self, /, raw, buffer_size=131072)")]
fn random_init(cx: &mut Cx, this: &Value, raw: &Value, buffer_size: Option<i64>) -> R<()> {
    unready(cx, this);
    check_seekable(cx, raw)?;
    check_readable(cx, raw)?;
    check_writable(cx, raw)?;
    set_up(cx, this, raw, buffer_size, true, true)
}

fn unready(cx: &mut Cx, this: &Value) {
    let old = data_mut(cx, this).map(std::mem::take);
    drop(old);
}

fn set_up(
    cx: &mut Cx,
    this: &Value,
    raw: &Value,
    size: Option<i64>,
    readable: bool,
    writable: bool,
) -> R<()> {
    let size = size.unwrap_or(DEFAULT_BUFFER_SIZE as i64);
    if size <= 0 {
        return Err(cx.value_error("buffer size must be strictly positive"));
    }
    let size = size as usize;
    if size > isize::MAX as usize / 4 {
        return Err(cx.memory_error());
    }
    if let Some(data) = data_mut(cx, this) {
        data.raw = Some(raw.clone());
        data.detached = false;
        data.readable = readable;
        data.writable = writable;
        data.size = size;
    }
    Ok(())
}

/// The raw stream; ValueError where there is none.
fn raw_of(cx: &mut Cx, this: &Value) -> R {
    let found = data(cx, this).map(|d| (d.raw.clone(), d.detached));
    match found {
        Some((Some(raw), _)) => Ok(raw),
        Some((None, true)) => Err(cx.value_error("raw stream has been detached")),
        _ => Err(cx.value_error("I/O operation on uninitialized object")),
    }
}

/// Whether the raw stream is closed.
fn raw_closed(cx: &mut Cx, raw: &Value) -> R<bool> {
    match raw.cast_exact::<FileIo>() {
        Some(file) => Ok(file.get(cx).fd < 0),
        None => is_closed(cx, raw),
    }
}

/// The raw stream of an open stream; ValueError (`"read of closed file"`) for a closed one.
fn open_raw(cx: &mut Cx, this: &Value, action: &str) -> R {
    let raw = raw_of(cx, this)?;
    if raw_closed(cx, &raw)? {
        return Err(cx.value_error(format!("{action} closed file")));
    }
    Ok(raw)
}

/// Runs one operation with the stream for itself.
fn locked<T>(cx: &mut Cx, this: &Value, operation: impl FnOnce(&mut Cx) -> R<T>) -> R<T> {
    let me = cx.thread_id.wrapping_add(1);
    while let Some(data) = data_mut(cx, this) {
        if data.busy == 0 {
            data.busy = me;
            break;
        }
        if data.busy == me {
            let shown = ops::repr(cx, this)?.to_string_lossy().into_owned();
            return Err(cx.runtime_error(format!("reentrant call inside {shown}")));
        }
        crate::support::blocking(cx, || std::thread::sleep(std::time::Duration::from_micros(50)));
    }
    let result = operation(cx);
    if let Some(data) = data_mut(cx, this) {
        data.busy = 0;
    }
    result
}

/// Disconnect this buffer from its underlying raw stream and return it.
///
/// After the raw stream has been detached, the buffer is in an unusable
/// state.
#[native("_Buffered.detach($self, /)")]
fn detach(cx: &mut Cx, this: &Value) -> R {
    raw_of(cx, this)?;
    call(cx, this, "flush", &[])?;
    let raw = raw_of(cx, this)?;
    if let Some(data) = data_mut(cx, this) {
        let old = data.raw.take();
        data.detached = true;
        drop(old);
    }
    Ok(raw)
}

#[native("_Buffered.flush($self, /)")]
fn simple_flush(cx: &mut Cx, this: &Value) -> R {
    let raw = raw_of(cx, this)?;
    call(cx, &raw, "flush", &[])
}

#[native("_Buffered.close($self, /)")]
fn close(cx: &mut Cx, this: &Value) -> R {
    let raw = raw_of(cx, this)?;
    if is_closed(cx, this)? {
        return Ok(Value::none());
    }
    if data(cx, this).is_some_and(|d| d.finalizing) {
        dealloc_warn(cx, &raw, this);
    }
    let first = call(cx, this, "flush", &[]).map(drop);
    // Others wait meanwhile, and then find the stream closed.
    let result = super::both(cx, first, |cx| locked(cx, this, |cx| call(cx, &raw, "close", &[]).map(drop)));
    if let Some(data) = data_mut(cx, this) {
        data.freed = true;
        data.read = Vec::new();
        data.read_at = 0;
        data.write = Vec::new();
    }
    result.map(|()| Value::none())
}

fn dealloc_warn(cx: &mut Cx, raw: &Value, source: &Value) {
    let key = cx.intern("_dealloc_warn");
    if let Err(raised) = ops::call_method(cx, raw, &key, std::slice::from_ref(source)) {
        drop(cx.take_raised(raised));
    }
}

#[native("_Buffered._dealloc_warn($self, source, /)", no_signature)]
fn _dealloc_warn(cx: &mut Cx, this: &Value, source: &Value) -> R<()> {
    match raw_of(cx, this) {
        Ok(raw) => dealloc_warn(cx, &raw, source),
        Err(raised) => drop(cx.take_raised(raised)),
    }
    Ok(())
}

#[native("_Buffered.seekable($self, /)")]
fn seekable(cx: &mut Cx, this: &Value) -> R {
    let raw = raw_of(cx, this)?;
    call(cx, &raw, "seekable", &[])
}

#[native("_Buffered.readable($self, /)")]
fn readable(cx: &mut Cx, this: &Value) -> R {
    let raw = raw_of(cx, this)?;
    call(cx, &raw, "readable", &[])
}

#[native("_Buffered.writable($self, /)")]
fn writable(cx: &mut Cx, this: &Value) -> R {
    let raw = raw_of(cx, this)?;
    call(cx, &raw, "writable", &[])
}

#[native("_Buffered.fileno($self, /)")]
fn fileno(cx: &mut Cx, this: &Value) -> R {
    let raw = raw_of(cx, this)?;
    call(cx, &raw, "fileno", &[])
}

#[native("_Buffered.isatty($self, /)")]
fn isatty(cx: &mut Cx, this: &Value) -> R {
    let raw = raw_of(cx, this)?;
    call(cx, &raw, "isatty", &[])
}

#[native("_Buffered.__getstate__($self, /)", no_signature)]
fn __getstate__(cx: &mut Cx, this: &Value) -> R {
    no_pickle(cx, this)
}

#[native("_Buffered.__sizeof__($self, /)", no_signature)]
fn __sizeof__(cx: &mut Cx, this: &Value) -> R<usize> {
    let size = data(cx, this).map_or(0, |d| if d.freed { 0 } else { d.size });
    Ok(instance::size_of_value(cx, this) + size)
}

#[native("_Buffered.tell($self, /)")]
fn tell(cx: &mut Cx, this: &Value) -> R<i64> {
    let raw = raw_of(cx, this)?;
    let at = raw_tell(cx, &raw)?;
    let (ahead, behind) = data(cx, this).map_or((0, 0), |d| (d.ahead(), d.write.len()));
    Ok((at - ahead as i64).max(0) + behind as i64)
}

#[native("_Buffered.seek($self, target, whence=0, /)")]
fn seek(cx: &mut Cx, this: &Value, target: &Value, whence: Option<i32>) -> R<i64> {
    raw_of(cx, this)?;
    let whence = whence.unwrap_or(0);
    if !(0..=4).contains(&whence) {
        return Err(cx.value_error(format!("whence value {whence} unsupported")));
    }
    let raw = open_raw(cx, this, "seek of")?;
    check_seekable(cx, &raw)?;
    let target = int::index_i64(cx, target)?;
    locked(cx, this, |cx| seek_locked(cx, this, &raw, target, whence))
}

fn seek_locked(cx: &mut Cx, this: &Value, raw: &Value, target: i64, whence: i32) -> R<i64> {
    let (ahead, read_at, readable) =
        data(cx, this).map_or((0, 0, false), |d| (d.ahead() as i64, d.read_at as i64, d.readable));
    // Within what was read ahead no call is needed but for the position.
    if whence <= 1 && readable && ahead > 0 {
        let current = raw_tell(cx, raw)?;
        let offset = if whence == 0 { target - (current - ahead) } else { target };
        if offset >= -read_at && offset <= ahead {
            if let Some(data) = data_mut(cx, this) {
                data.read_at = (read_at + offset) as usize;
            }
            // A device that takes no position says 0 whatever was read.
            return Ok((current - ahead + offset).max(0));
        }
    }
    write::flush_buffer(cx, this, raw)?;
    let target = if whence == 1 { target - ahead } else { target };
    let at = raw_seek(cx, raw, target, whence)?;
    if let Some(data) = data_mut(cx, this) {
        data.read.clear();
        data.read_at = 0;
    }
    Ok(at)
}

#[native("_Buffered.truncate($self, pos=None, /)")]
fn truncate(cx: &mut Cx, this: &Value, pos: Option<&Value>) -> R {
    let raw = open_raw(cx, this, "truncate of")?;
    if !data(cx, this).is_some_and(|d| d.writable) {
        return Err(unsupported(cx, "truncate"));
    }
    let pos = pos.cloned().unwrap_or_else(Value::none);
    locked(cx, this, |cx| {
        write::flush_and_rewind(cx, this, &raw)?;
        call(cx, &raw, "truncate", &[pos])
    })
}

static MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "raw",
        doc: None,
        get: |cx, this| Ok(data(cx, this).and_then(|d| d.raw.clone()).unwrap_or_else(Value::none)),
        set: None,
    },
    MemberDef {
        name: "_finalizing",
        doc: None,
        get: |cx, this| Ok(Value::bool(data(cx, this).is_some_and(|d| d.finalizing))),
        set: None,
    },
];

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "closed",
        doc: None,
        get: Some(|cx, this| {
            let raw = raw_of(cx, this)?;
            attribute(cx, &raw, "closed")
        }),
        set: None,
    },
    GetSetDef {
        name: "name",
        doc: None,
        get: Some(|cx, this| {
            let raw = raw_of(cx, this)?;
            attribute(cx, &raw, "name")
        }),
        set: None,
    },
    GetSetDef {
        name: "mode",
        doc: None,
        get: Some(|cx, this| {
            let raw = raw_of(cx, this)?;
            attribute(cx, &raw, "mode")
        }),
        set: None,
    },
];

fn repr(cx: &mut Cx, this: &Value) -> R {
    let class = this.ty(cx).full_name().into_owned();
    let name = match attribute(cx, this, "name") {
        Ok(name) => Some(name),
        Err(raised)
            if cx.raised_is(&raised, &exc::VALUE_ERROR) || cx.raised_is(&raised, &exc::ATTRIBUTE_ERROR) =>
        {
            drop(cx.take_raised(raised));
            None
        }
        Err(raised) => return Err(raised),
    };
    let Some(name) = name else { return Ok(cx.str(&format!("<{class}>"))) };
    if !cx.repr_enter(this) {
        return Err(cx.runtime_error(format!("reentrant call inside {class}.__repr__")));
    }
    let shown = ops::repr(cx, &name);
    cx.repr_leave(this);
    let mut text = taipan_types::support::TextBuilder::default();
    text.push(&format!("<{class} name="));
    let shown = shown?;
    text.push_str(&shown);
    text.push(">");
    Ok(text.finish(cx).into_value())
}

/// Whether a buffer under a text stream is closed.
pub fn is_buffer_closed(cx: &mut Cx, buffer: &Value) -> R<bool> {
    if is_exact(buffer) {
        let raw = raw_of(cx, buffer)?;
        return raw_closed(cx, &raw);
    }
    is_closed(cx, buffer)
}

/// Whether a value is of one of the three types, and not of a subclass.
pub fn is_exact(value: &Value) -> bool {
    value.is_instance_exact(&BUFFERED_WRITER)
        || value.is_instance_exact(&BUFFERED_READER)
        || value.is_instance_exact(&BUFFERED_RANDOM)
}

/// Whether a value is an exact stream of these types that can be written.
pub fn is_exact_writer(value: &Value) -> bool {
    value.is_instance_exact(&BUFFERED_WRITER) || value.is_instance_exact(&BUFFERED_RANDOM)
}

/// Whether a value is an exact stream of these types that can be read.
pub fn is_exact_reader(value: &Value) -> bool {
    value.is_instance_exact(&BUFFERED_READER) || value.is_instance_exact(&BUFFERED_RANDOM)
}
