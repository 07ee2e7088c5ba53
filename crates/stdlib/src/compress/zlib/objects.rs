//! The objects that compress and decompress piece by piece.

use libz_rs_sys as z;
use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value, buffer, flags, plain_data,
};
use taipan_types::Types;

use super::super::{Decode, Feed, Input, Output, Shared, Step, decompress_feed, expect, member};
use super::stream::{Stream, ZError};
use super::{Failure, deflate_into, raise};

/// `zlib.Compress`.
pub struct Compress {
    stream: Shared<Stream>,
}
plain_data!(Compress);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for Compress {
    const TYPE: &'static Obj<Type> = &COMPRESS;
}

/// `zlib.Compress`.
pub static COMPRESS: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Compress>("zlib.Compress").base(&OBJECT).flags(flags::DISALLOW_INSTANTIATION).defs(
        &TypeDefs {
            methods: natives![compress, compress_flush, compress_copy, compress_copy_, compress_deepcopy],
            ..TypeDefs::NONE
        },
    ),
);

/// What an inflating object keeps beside the stream.
struct Inflating {
    stream: Stream,
    dictionary: Option<Vec<u8>>,
    unused: Vec<u8>,
    tail: Vec<u8>,
    eof: bool,
}

/// `zlib.Decompress`.
pub struct Decompress {
    state: Shared<Inflating>,
}
plain_data!(Decompress);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for Decompress {
    const TYPE: &'static Obj<Type> = &DECOMPRESS;
}

/// `zlib.Decompress`.
pub static DECOMPRESS: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Decompress>("zlib.Decompress").base(&OBJECT).flags(flags::DISALLOW_INSTANTIATION).defs(
        &TypeDefs {
            methods: natives![
                decompress,
                decompress_flush,
                decompress_copy,
                decompress_copy_,
                decompress_deepcopy
            ],
            members: &[
                member("unused_data", None, |cx, v| inflating(cx, v, |s| s.unused.clone())),
                member("unconsumed_tail", None, |cx, v| inflating(cx, v, |s| s.tail.clone())),
                member("eof", None, |cx, v| {
                    let state = expect::<Decompress>(cx, v)?.get(cx).state.clone();
                    Ok(Value::bool(state.with(cx, 0, |s| s.eof)))
                }),
            ],
            ..TypeDefs::NONE
        },
    ),
);

fn inflating(cx: &mut Cx, value: &Value, get: fn(&Inflating) -> Vec<u8>) -> R {
    let state = expect::<Decompress>(cx, value)?.get(cx).state.clone();
    let bytes = state.with(cx, 0, |s| get(s));
    Ok(cx.bytes(&bytes))
}

fn finish(cx: &mut Cx, result: Result<Vec<u8>, Failure>) -> R {
    match result {
        Ok(bytes) => Ok(cx.bytes(&bytes)),
        Err(failure) => Err(raise(cx, failure)),
    }
}

#[cold]
fn bad_start(cx: &mut Cx, error: ZError, doing: &'static str) -> Raised {
    match error.status {
        z::Z_MEM_ERROR => cx.memory_error(),
        z::Z_STREAM_ERROR => cx.value_error("Invalid initialization option"),
        _ => raise(cx, Failure::Status(error, doing)),
    }
}

/// Return a compressor object.
///
///   level
///     The compression level (an integer in the range 0-9 or -1; default is
///     currently equivalent to 6).  Higher compression levels are slower,
///     but produce smaller results.
///   method
///     The compression algorithm.  If given, this must be DEFLATED.
///   wbits
///     +9 to +15: The base-two logarithm of the window size.  Include a zlib
///         container.
///     -9 to -15: Generate a raw stream.
///     +25 to +31: Include a gzip container.
///   memLevel
///     Controls the amount of memory used for internal compression state.
///     Valid values range from 1 to 9.  Higher values result in higher memory
///     usage, faster compression, and smaller output.
///   strategy
///     Used to tune the compression algorithm.  Possible values are
///     Z_DEFAULT_STRATEGY, Z_FILTERED, and Z_HUFFMAN_ONLY.
///   zdict
///     The predefined compression dictionary - a sequence of bytes
///     containing subsequences that are likely to occur in the input data.
#[native(
    "zlib.compressobj(level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY, zdict=<unrepresentable>)"
)]
pub fn compressobj(
    cx: &mut Cx,
    level: Option<i32>,
    method: Option<i32>,
    wbits: Option<i32>,
    mem_level: Option<i32>,
    strategy: Option<i32>,
    zdict: Option<&Value>,
) -> R {
    let zdict = match zdict {
        Some(zdict) => Some(Input::new(cx, zdict)?),
        None => None,
    };
    let made = Stream::deflate(
        level.unwrap_or(z::Z_DEFAULT_COMPRESSION),
        method.unwrap_or(z::Z_DEFLATED),
        wbits.unwrap_or(15),
        mem_level.unwrap_or(8),
        strategy.unwrap_or(z::Z_DEFAULT_STRATEGY),
    );
    let mut stream = match made {
        Ok(stream) => stream,
        Err(error) => return Err(bad_start(cx, error, "while creating compression object")),
    };
    if let Some(zdict) = zdict {
        match stream.set_dictionary(zdict.bytes()) {
            z::Z_OK => {}
            z::Z_STREAM_ERROR => return Err(cx.value_error("Invalid dictionary")),
            _ => return Err(cx.value_error("deflateSetDictionary()")),
        }
    }
    Ok(cx.new_object(Compress { stream: Shared::new(stream) }).into_value())
}

/// Returns a bytes object containing compressed data.
///
///   data
///     Binary data to be compressed.
///
/// After calling this function, some of the input data may still
/// be stored in internal buffers for later processing.
/// Call the flush() method to clear these buffers.
#[native("Compress.compress($self, data, /)")]
fn compress(cx: &mut Cx, this: &Obj<Compress>, data: &Value) -> R {
    let data = Input::new(cx, data)?;
    let stream = this.get(cx).stream.clone();
    let result = stream.with(cx, data.bytes().len(), |stream| {
        let mut out = Output::unlimited();
        deflate_into(stream, data.bytes(), z::Z_NO_FLUSH, &mut out, "while compressing data")?;
        Ok(out.into_bytes())
    });
    finish(cx, result)
}

/// Return a bytes object containing any remaining compressed data.
///
///   mode
///     One of the constants Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH.
///     If mode == Z_FINISH, the compressor object can no longer be
///     used after calling the flush() method.  Otherwise, more data
///     can still be compressed.
#[native("Compress.flush($self, mode=zlib.Z_FINISH, /)")]
fn compress_flush(cx: &mut Cx, this: &Obj<Compress>, mode: Option<i32>) -> R {
    let mode = mode.unwrap_or(z::Z_FINISH);
    if mode == z::Z_NO_FLUSH {
        return Ok(cx.bytes(b""));
    }
    let stream = this.get(cx).stream.clone();
    // What is flushed may be large, so the GIL is given up as for large input.
    let result = stream.with(cx, usize::MAX, |stream| {
        let mut out = Output::unlimited();
        match deflate_into(stream, &[], mode, &mut out, "while flushing")? {
            z::Z_STREAM_END if mode == z::Z_FINISH => stream.end(),
            z::Z_OK | z::Z_BUF_ERROR => {}
            status => return Err(Failure::Status(stream.error(status), "while flushing")),
        }
        Ok(out.into_bytes())
    });
    finish(cx, result)
}

fn duplicate_compress(cx: &mut Cx, this: &Obj<Compress>) -> R {
    let stream = this.get(cx).stream.clone();
    match stream.with(cx, 0, Stream::duplicate) {
        Ok(stream) => Ok(cx.new_object(Compress { stream: Shared::new(stream) }).into_value()),
        Err(error) => Err(bad_copy(cx, error, "while copying compression object")),
    }
}

#[cold]
fn bad_copy(cx: &mut Cx, error: ZError, doing: &'static str) -> Raised {
    match error.status {
        z::Z_STREAM_ERROR => cx.value_error("Inconsistent stream state"),
        z::Z_MEM_ERROR => cx.memory_error(),
        _ => raise(cx, Failure::Status(error, doing)),
    }
}

/// Return a copy of the compression object.
#[native("Compress.copy($self, /)")]
fn compress_copy(cx: &mut Cx, this: &Obj<Compress>) -> R {
    duplicate_compress(cx, this)
}

#[native("Compress.__copy__($self, /)")]
fn compress_copy_(cx: &mut Cx, this: &Obj<Compress>) -> R {
    duplicate_compress(cx, this)
}

#[native("Compress.__deepcopy__($self, memo, /)")]
fn compress_deepcopy(cx: &mut Cx, this: &Obj<Compress>, _memo: &Value) -> R {
    duplicate_compress(cx, this)
}

/// The bytes of a dictionary argument: any object with a buffer.
fn dictionary(cx: &mut Cx, zdict: Option<&Value>) -> R<Option<Vec<u8>>> {
    let Some(zdict) = zdict else { return Ok(None) };
    if !buffer::supports(cx, zdict) {
        return Err(cx.type_error("zdict argument must support the buffer protocol"));
    }
    Ok(Some(buffer::bytes_like(cx, zdict)?.to_vec(cx)))
}

/// An inflating stream; a raw one gets its dictionary at once.
fn inflater(cx: &mut Cx, wbits: i32, zdict: Option<&[u8]>) -> R<Stream> {
    let mut stream = match Stream::inflate(wbits) {
        Ok(stream) => stream,
        Err(error) => return Err(bad_start(cx, error, "while creating decompression object")),
    };
    if let Some(zdict) = zdict.filter(|_| wbits < 0) {
        let status = stream.set_dictionary(zdict);
        if status != z::Z_OK {
            return Err(raise(cx, Failure::Status(stream.error(status), "while setting zdict")));
        }
    }
    Ok(stream)
}

/// Return a decompressor object.
///
///   wbits
///     The window buffer size and container format.
///   zdict
///     The predefined compression dictionary.  This must be the same
///     dictionary as used by the compressor that produced the input data.
#[native("zlib.decompressobj(wbits=MAX_WBITS, zdict=b'')")]
pub fn decompressobj(cx: &mut Cx, wbits: Option<i32>, zdict: Option<&Value>) -> R {
    let dictionary = dictionary(cx, zdict)?;
    let stream = inflater(cx, wbits.unwrap_or(15), dictionary.as_deref())?;
    let state = Inflating { stream, dictionary, unused: Vec::new(), tail: Vec::new(), eof: false };
    Ok(cx.new_object(Decompress { state: Shared::new(state) }).into_value())
}

/// One call of inflate that answers the wish for a dictionary.
fn inflate_step(
    stream: &mut Stream,
    dictionary: Option<&[u8]>,
    input: &[u8],
    space: &mut [u8],
    flush: i32,
) -> Result<(usize, usize, i32), Failure> {
    let mut ran = stream.run(input, space, flush);
    let (mut consumed, mut produced) = (ran.consumed, ran.produced);
    if ran.status == z::Z_NEED_DICT
        && let Some(dictionary) = dictionary
    {
        let status = stream.set_dictionary(dictionary);
        if status != z::Z_OK {
            return Err(Failure::Status(stream.error(status), "while setting zdict"));
        }
        let (rest, free) =
            (input.get(consumed..).unwrap_or_default(), space.get_mut(produced..).unwrap_or_default());
        ran = stream.run(rest, free, flush);
        consumed += ran.consumed;
        produced += ran.produced;
    }
    Ok((consumed, produced, ran.status))
}

impl Inflating {
    /// Inflates; keeps what was not used. The status is the library's last.
    fn inflate(&mut self, input: &[u8], limit: usize, flush: i32) -> Result<(Vec<u8>, i32), Failure> {
        let mut out = Output::limited(limit);
        let mut used = 0;
        let status = loop {
            let rest = input.get(used..).unwrap_or_default();
            let (step, space) = out.fill(|space| {
                let step = inflate_step(&mut self.stream, self.dictionary.as_deref(), rest, space, flush);
                (step.as_ref().map_or(0, |s| s.1), step)
            })?;
            let (consumed, produced, status) = step?;
            used += consumed;
            match status {
                z::Z_OK | z::Z_BUF_ERROR => {}
                other => break other,
            }
            if out.is_full() || space && (used >= input.len() || consumed == 0 && produced == 0) {
                break status;
            }
        };
        let rest = input.get(used..).unwrap_or_default();
        if status == z::Z_STREAM_END {
            self.unused.extend_from_slice(rest);
            self.tail = Vec::new();
        } else {
            self.tail = rest.to_vec();
        }
        Ok((out.into_bytes(), status))
    }
}

/// Return a bytes object containing the decompressed version of the data.
///
///   data
///     The binary data to decompress.
///   max_length
///     The maximum allowable length of the decompressed data.
///     Unconsumed input data will be stored in
///     the unconsumed_tail attribute.
///
/// After calling this function, some of the input data may still be
/// stored in internal buffers for later processing.
/// Call the flush() method to clear these buffers.
#[native("Decompress.decompress($self, data, /, max_length=0)")]
fn decompress(cx: &mut Cx, this: &Obj<Decompress>, data: &Value, max_length: i64) -> R {
    let data = Input::new(cx, data)?;
    let limit = match max_length {
        0 => usize::MAX,
        n => match usize::try_from(n) {
            Ok(n) => n,
            Err(_) => return Err(cx.value_error("max_length must be non-negative")),
        },
    };
    let state = this.get(cx).state.clone();
    let result = state.with(cx, data.bytes().len(), |state| {
        let (out, status) = state.inflate(data.bytes(), limit, z::Z_SYNC_FLUSH)?;
        match status {
            z::Z_STREAM_END => state.eof = true,
            z::Z_OK | z::Z_BUF_ERROR => {}
            status => return Err(Failure::Status(state.stream.error(status), "while decompressing data")),
        }
        Ok(out)
    });
    finish(cx, result)
}

/// Return a bytes object containing any remaining decompressed data.
///
///   length
///     the initial size of the output buffer.
#[native("Decompress.flush($self, length=zlib.DEF_BUF_SIZE, /)")]
fn decompress_flush(cx: &mut Cx, this: &Obj<Decompress>, length: Option<i64>) -> R {
    if length.is_some_and(|n| n <= 0) {
        return Err(cx.value_error("length must be greater than zero"));
    }
    let state = this.get(cx).state.clone();
    let result = state.with(cx, usize::MAX, |state| {
        let tail = std::mem::take(&mut state.tail);
        let (out, status) = state.inflate(&tail, usize::MAX, z::Z_FINISH)?;
        match status {
            z::Z_STREAM_END => {
                state.eof = true;
                state.stream.end();
            }
            // A stream that was flushed before has nothing more.
            z::Z_OK | z::Z_BUF_ERROR | z::Z_STREAM_ERROR => {}
            status => return Err(Failure::Status(state.stream.error(status), "while decompressing data")),
        }
        Ok(out)
    });
    finish(cx, result)
}

fn duplicate_decompress(cx: &mut Cx, this: &Obj<Decompress>) -> R {
    let state = this.get(cx).state.clone();
    let copied = state.with(cx, 0, |state| {
        Ok(Inflating {
            stream: state.stream.duplicate()?,
            dictionary: state.dictionary.clone(),
            unused: state.unused.clone(),
            tail: state.tail.clone(),
            eof: state.eof,
        })
    });
    match copied {
        Ok(state) => Ok(cx.new_object(Decompress { state: Shared::new(state) }).into_value()),
        Err(error) => Err(bad_copy(cx, error, "while copying decompression object")),
    }
}

/// Return a copy of the decompression object.
#[native("Decompress.copy($self, /)")]
fn decompress_copy(cx: &mut Cx, this: &Obj<Decompress>) -> R {
    duplicate_decompress(cx, this)
}

#[native("Decompress.__copy__($self, /)")]
fn decompress_copy_(cx: &mut Cx, this: &Obj<Decompress>) -> R {
    duplicate_decompress(cx, this)
}

#[native("Decompress.__deepcopy__($self, memo, /)")]
fn decompress_deepcopy(cx: &mut Cx, this: &Obj<Decompress>, _memo: &Value) -> R {
    duplicate_decompress(cx, this)
}

/// The decoder of `_ZlibDecompressor`.
struct Inflater {
    stream: Stream,
    dictionary: Option<Vec<u8>>,
}

impl Decode for Inflater {
    type Error = Failure;
    const FULL_MEANS_MORE: bool = false;

    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Failure> {
        let (consumed, produced, status) =
            inflate_step(&mut self.stream, self.dictionary.as_deref(), input, output, z::Z_SYNC_FLUSH)?;
        match status {
            z::Z_OK | z::Z_BUF_ERROR | z::Z_STREAM_END => {
                Ok(Step { consumed, produced, end: status == z::Z_STREAM_END })
            }
            status => Err(Failure::Status(self.stream.error(status), "while decompressing data")),
        }
    }
}

/// `zlib._ZlibDecompressor`.
pub struct ZlibDecompressor {
    feed: Shared<Feed<Inflater>>,
}
plain_data!(ZlibDecompressor);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for ZlibDecompressor {
    const TYPE: &'static Obj<Type> = &ZLIB_DECOMPRESSOR;
}

/// `zlib._ZlibDecompressor`.
pub static ZLIB_DECOMPRESSOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ZlibDecompressor>("zlib._ZlibDecompressor")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(new_decompressor), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![feed_decompress],
            members: &[
                member("eof", Some("True if the end-of-stream marker has been reached."), |cx, v| {
                    feed_flag(cx, v, |f| f.eof)
                }),
                member("unused_data", Some("Data found after the end of the compressed stream."), |cx, v| {
                    let feed = expect::<ZlibDecompressor>(cx, v)?.get(cx).feed.clone();
                    let bytes = feed.with(cx, 0, |f| f.unused.clone());
                    Ok(cx.bytes(&bytes))
                }),
                member(
                    "needs_input",
                    Some("True if more input is needed before more decompressed data can be produced."),
                    |cx, v| feed_flag(cx, v, |f| f.needs_input),
                ),
            ],
            ..TypeDefs::NONE
        })
        .doc(
            "_ZlibDecompressor(wbits=15, zdict=b'')\n--\n\nCreate a decompressor object for decompressing data incrementally.\n\n  wbits = 15\n  zdict\n     The predefined compression dictionary. This is a sequence of bytes\n     (such as a bytes object) containing subsequences that are expected\n     to occur frequently in the data that is to be compressed. Those\n     subsequences that are expected to be most common should come at the\n     end of the dictionary. This must be the same dictionary as used by the\n     compressor that produced the input data.\n\n",
        ),
);

fn feed_flag(cx: &mut Cx, value: &Value, get: fn(&Feed<Inflater>) -> bool) -> R {
    let feed = expect::<ZlibDecompressor>(cx, value)?.get(cx).feed.clone();
    Ok(Value::bool(feed.with(cx, 0, |f| get(f))))
}

fn new_decompressor(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    (make_decompressor__def.call)(cx, args)
}

#[native("_ZlibDecompressor(wbits=15, zdict=b'')")]
fn make_decompressor(cx: &mut Cx, wbits: Option<i32>, zdict: Option<&Value>) -> R {
    let dictionary = dictionary(cx, zdict)?;
    let stream = inflater(cx, wbits.unwrap_or(15), dictionary.as_deref())?;
    let feed = Shared::new(Feed::new(Inflater { stream, dictionary }));
    Ok(cx.new_object(ZlibDecompressor { feed }).into_value())
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
#[native("_ZlibDecompressor.decompress($self, /, data, max_length=-1)")]
fn feed_decompress(cx: &mut Cx, this: &Obj<ZlibDecompressor>, data: &Value, max_length: i64) -> R {
    let feed = this.get(cx).feed.clone();
    decompress_feed(cx, &feed, data, max_length, raise)
}

pub fn types(types: &mut Types) {
    types.add([&COMPRESS, &DECOMPRESS, &ZLIB_DECOMPRESSOR]);
}
