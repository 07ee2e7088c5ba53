//! `_bz2`: the Burrows-Wheeler compression of bzip2.

use std::ffi::c_int;

use libbz2_rs_sys as bz;
use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value, exc, plain_data};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

use super::{Decode, Feed, Input, NoMemory, Output, Shared, Step, decompress_feed, expect, member};

/// Why the library refused.
pub enum Failure {
    NoMemory,
    /// An earlier call failed.
    Unusable,
    Status(c_int),
}

impl From<NoMemory> for Failure {
    fn from(_: NoMemory) -> Failure {
        Failure::NoMemory
    }
}

#[cold]
fn raise(cx: &mut Cx, failure: Failure) -> Raised {
    let status = match failure {
        Failure::NoMemory | Failure::Status(bz::BZ_MEM_ERROR) => return cx.memory_error(),
        Failure::Unusable => return cx.value_error("Decompressor is unusable after a previous error"),
        Failure::Status(status) => status,
    };
    match status {
        bz::BZ_PARAM_ERROR => cx.value_error("Internal error - invalid parameters passed to libbzip2"),
        bz::BZ_DATA_ERROR | bz::BZ_DATA_ERROR_MAGIC => cx.raise(&exc::OS_ERROR, "Invalid data stream"),
        bz::BZ_IO_ERROR => cx.raise(&exc::OS_ERROR, "Unknown I/O error"),
        bz::BZ_UNEXPECTED_EOF => {
            cx.raise(&exc::EOF_ERROR, "Compressed file ended before the logical end-of-stream was detected")
        }
        bz::BZ_SEQUENCE_ERROR => {
            cx.runtime_error("Internal error - Invalid sequence of commands sent to libbzip2")
        }
        status => cx.raise(&exc::OS_ERROR, format!("Unrecognized error from libbzip2: {status}")),
    }
}

/// The library's stream; its pointers are set during a call only.
struct Stream {
    raw: Box<bz::bz_stream>,
    compresses: bool,
    /// An earlier call failed, so the library must not be called again.
    failed: bool,
}

// SAFETY: a stream owns its memory, and nothing in it belongs to a thread.
unsafe impl Send for Stream {}

impl Stream {
    fn compressor(level: i32) -> Result<Stream, Failure> {
        let mut raw = Stream::zeroed();
        // SAFETY: the stream is zeroed memory of its own.
        match unsafe { bz::BZ2_bzCompressInit(&mut *raw, level, 0, 0) } {
            bz::BZ_OK => Ok(Stream { raw, compresses: true, failed: false }),
            status => Err(Failure::Status(status)),
        }
    }

    fn decompressor() -> Result<Stream, Failure> {
        let mut raw = Stream::zeroed();
        // SAFETY: as above.
        match unsafe { bz::BZ2_bzDecompressInit(&mut *raw, 0, 0) } {
            bz::BZ_OK => Ok(Stream { raw, compresses: false, failed: false }),
            status => Err(Failure::Status(status)),
        }
    }

    fn zeroed() -> Box<bz::bz_stream> {
        // SAFETY: a zeroed stream (null pointers, no functions) is what the library wants to begin with.
        Box::new(unsafe { std::mem::zeroed() })
    }

    /// One call; `action` is for compressors. Status, bytes consumed, bytes produced.
    fn run(&mut self, input: &[u8], output: &mut [u8], action: c_int) -> (c_int, usize, usize) {
        if self.failed {
            return (bz::BZ_SEQUENCE_ERROR, 0, 0);
        }
        let (given, space) = (input.len().min(u32::MAX as usize), output.len().min(u32::MAX as usize));
        self.raw.next_in = input.as_ptr().cast();
        self.raw.avail_in = given as u32;
        self.raw.next_out = output.as_mut_ptr().cast();
        self.raw.avail_out = space as u32;
        // SAFETY: the stream was begun; both ranges are valid during the call.
        let status = unsafe {
            if self.compresses {
                bz::BZ2_bzCompress(&mut *self.raw, action)
            } else {
                bz::BZ2_bzDecompress(&mut *self.raw)
            }
        };
        if status < 0 {
            self.failed = true;
        }
        let consumed = given.saturating_sub(self.raw.avail_in as usize);
        let produced = space.saturating_sub(self.raw.avail_out as usize);
        self.raw.next_in = std::ptr::null();
        self.raw.next_out = std::ptr::null_mut();
        (self.raw.avail_in, self.raw.avail_out) = (0, 0);
        (status, consumed, produced)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the stream was begun and is not used any more.
        unsafe {
            if self.compresses {
                bz::BZ2_bzCompressEnd(&mut *self.raw);
            } else {
                bz::BZ2_bzDecompressEnd(&mut *self.raw);
            }
        }
    }
}

struct Compressing {
    stream: Stream,
    flushed: bool,
}

impl Compressing {
    fn run(&mut self, input: &[u8], action: c_int) -> Result<Vec<u8>, Failure> {
        let mut out = Output::unlimited();
        let mut used = 0;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            if action == bz::BZ_RUN && rest.is_empty() {
                break;
            }
            let ((status, consumed), _) = out.fill(|space| {
                let (status, consumed, produced) = self.stream.run(rest, space, action);
                (produced, (status, consumed))
            })?;
            used += consumed;
            match status {
                bz::BZ_STREAM_END => break,
                status if status < 0 => return Err(Failure::Status(status)),
                _ => {}
            }
        }
        Ok(out.into_bytes())
    }
}

/// `_bz2.BZ2Compressor`.
pub struct Compressor {
    state: Shared<Compressing>,
}
plain_data!(Compressor);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for Compressor {
    const TYPE: &'static Obj<Type> = &COMPRESSOR;
}

/// `_bz2.BZ2Compressor`.
pub static COMPRESSOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Compressor>("_bz2.BZ2Compressor")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(|cx, _, args| (new_compressor__def.call)(cx, args)), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![compress, flush], ..TypeDefs::NONE })
        .doc(
            "BZ2Compressor(compresslevel=9, /)\n--\n\nCreate a compressor object for compressing data incrementally.\n\n  compresslevel\n    Compression level, as a number between 1 and 9.\n\nFor one-shot compression, use the compress() function instead.",
        ),
);

#[native("BZ2Compressor(compresslevel=9, /)")]
fn new_compressor(cx: &mut Cx, compresslevel: i32) -> R {
    if !(1..=9).contains(&compresslevel) {
        return Err(cx.value_error("compresslevel must be between 1 and 9"));
    }
    match Stream::compressor(compresslevel) {
        Ok(stream) => {
            let state = Shared::new(Compressing { stream, flushed: false });
            Ok(cx.new_object(Compressor { state }).into_value())
        }
        Err(failure) => Err(raise(cx, failure)),
    }
}

/// Compresses unless `refusal` holds: the words for a compressor that was flushed.
fn run(cx: &mut Cx, this: &Obj<Compressor>, data: &[u8], action: c_int, size: usize, refusal: &str) -> R {
    let state = this.get(cx).state.clone();
    let result = state.with(cx, size, |state| {
        if state.flushed {
            return None;
        }
        state.flushed = action == bz::BZ_FINISH;
        Some(state.run(data, action))
    });
    match result {
        None => Err(cx.value_error(refusal)),
        Some(Ok(out)) => Ok(cx.bytes(&out)),
        Some(Err(failure)) => Err(raise(cx, failure)),
    }
}

/// Provide data to the compressor object.
///
/// Returns a chunk of compressed data if possible, or b'' otherwise.
///
/// When you have finished providing data to the compressor, call the
/// flush() method to finish the compression process.
#[native("BZ2Compressor.compress($self, data, /)")]
fn compress(cx: &mut Cx, this: &Obj<Compressor>, data: &Value) -> R {
    let data = Input::new(cx, data)?;
    run(cx, this, data.bytes(), bz::BZ_RUN, data.bytes().len(), "Compressor has been flushed")
}

/// Finish the compression process.
///
/// Returns the compressed data left in internal buffers.
///
/// The compressor object may not be used after this method is called.
#[native("BZ2Compressor.flush($self, /)")]
fn flush(cx: &mut Cx, this: &Obj<Compressor>) -> R {
    run(cx, this, &[], bz::BZ_FINISH, usize::MAX, "Repeated call to flush()")
}

impl Decode for Stream {
    type Error = Failure;
    const FULL_MEANS_MORE: bool = false;
    const UNUSABLE_AFTER_ERROR: bool = true;

    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Failure> {
        if self.failed {
            return Err(Failure::Unusable);
        }
        let (status, consumed, produced) = self.run(input, output, bz::BZ_RUN);
        if status < 0 {
            return Err(Failure::Status(status));
        }
        Ok(Step { consumed, produced, end: status == bz::BZ_STREAM_END })
    }
}

/// `_bz2.BZ2Decompressor`.
pub struct Decompressor {
    feed: Shared<Feed<Stream>>,
}
plain_data!(Decompressor);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for Decompressor {
    const TYPE: &'static Obj<Type> = &DECOMPRESSOR;
}

fn flag(cx: &mut Cx, value: &Value, get: fn(&Feed<Stream>) -> bool) -> R {
    let feed = expect::<Decompressor>(cx, value)?.get(cx).feed.clone();
    Ok(Value::bool(feed.with(cx, 0, |f| get(f))))
}

/// `_bz2.BZ2Decompressor`.
pub static DECOMPRESSOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Decompressor>("_bz2.BZ2Decompressor")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(new_decompressor), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![decompress],
            members: &[
                member("eof", Some("True if the end-of-stream marker has been reached."), |cx, v| {
                    flag(cx, v, |f| f.eof)
                }),
                member("unused_data", Some("Data found after the end of the compressed stream."), |cx, v| {
                    let feed = expect::<Decompressor>(cx, v)?.get(cx).feed.clone();
                    let bytes = feed.with(cx, 0, |f| f.unused.clone());
                    Ok(cx.bytes(&bytes))
                }),
                member(
                    "needs_input",
                    Some("True if more input is needed before more decompressed data can be produced."),
                    |cx, v| flag(cx, v, |f| f.needs_input),
                ),
            ],
            ..TypeDefs::NONE
        })
        .doc(
            "BZ2Decompressor()\n--\n\nCreate a decompressor object for decompressing data incrementally.\n\nFor one-shot decompression, use the decompress() function instead.",
        ),
);

fn new_decompressor(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    if args.has_keywords() {
        return Err(cx.type_error("BZ2Decompressor() takes no keyword arguments"));
    }
    if !args.pos().is_empty() {
        return Err(cx.type_error("BZ2Decompressor() takes no positional arguments"));
    }
    match Stream::decompressor() {
        Ok(stream) => Ok(cx.new_object(Decompressor { feed: Shared::new(Feed::new(stream)) }).into_value()),
        Err(failure) => Err(raise(cx, failure)),
    }
}

/// Decompress *data*, returning uncompressed data as bytes.
///
/// If *max_length* is nonnegative, returns at most *max_length* bytes
/// of decompressed data.  If this limit is reached and further output
/// can be produced, *self.needs_input* will be set to ``False``.  In
/// this case, the next call to *decompress()* may provide *data* as b''
/// to obtain more of the output.
///
/// If all of the input data was decompressed and returned (either
/// because this was less than *max_length* bytes, or because
/// *max_length* was negative), *self.needs_input* will be set to True.
///
/// Attempting to decompress data after the end of stream is reached
/// raises an EOFError.  Any data found after the end of the stream is
/// ignored and saved in the unused_data attribute.
#[native("BZ2Decompressor.decompress($self, /, data, max_length=-1)")]
fn decompress(cx: &mut Cx, this: &Obj<Decompressor>, data: &Value, max_length: i64) -> R {
    let feed = this.get(cx).feed.clone();
    decompress_feed(cx, &feed, data, max_length, raise)
}

fn types(types: &mut Types) {
    types.add([&COMPRESSOR, &DECOMPRESSOR]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "BZ2Compressor", COMPRESSOR.to_value())?;
    set(cx, module, "BZ2Decompressor", DECOMPRESSOR.to_value())
}

pub static MODULE: ModuleDef =
    ModuleDef { name: "_bz2", types: Some(types), init: Some(init), ..ModuleDef::EMPTY };
