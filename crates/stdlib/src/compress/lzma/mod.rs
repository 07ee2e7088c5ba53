//! `_lzma`: LZMA streams in the containers xz and lzma, and raw with filter chains.

mod filters;

use liblzma_sys as lz;
use taipan_macros::{native, natives};
use taipan_object::exc::{EXCEPTION, Exception};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value, flags, plain_data};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

use super::{Decode, Feed, Input, NoMemory, Output, Shared, Step, decompress_feed, expect, member};
use filters::{Filter, parse_chain, parse_filter, preset_options, raw_chain, to_u32, to_u64_named};

/// `_lzma.LZMAError`.
pub static ERROR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("_lzma.LZMAError")
        .base(&EXCEPTION)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs()
        .doc("Call to liblzma failed."),
);

const FORMAT_AUTO: i32 = 0;
const FORMAT_XZ: i32 = 1;
const FORMAT_ALONE: i32 = 2;
const FORMAT_RAW: i32 = 3;
/// The check of a stream is not known yet.
const CHECK_UNKNOWN: u32 = 16;

/// Why the library refused.
pub enum Failure {
    NoMemory,
    Status(lz::lzma_ret),
}

impl From<NoMemory> for Failure {
    fn from(_: NoMemory) -> Failure {
        Failure::NoMemory
    }
}

#[cold]
fn raise(cx: &mut Cx, failure: Failure) -> Raised {
    match failure {
        Failure::NoMemory => cx.memory_error(),
        Failure::Status(status) => raise_status(cx, status),
    }
}

#[cold]
fn raise_status(cx: &mut Cx, status: lz::lzma_ret) -> Raised {
    let text = match status {
        lz::LZMA_MEM_ERROR => return cx.memory_error(),
        lz::LZMA_UNSUPPORTED_CHECK => "Unsupported integrity check",
        lz::LZMA_MEMLIMIT_ERROR => "Memory usage limit exceeded",
        lz::LZMA_FORMAT_ERROR => "Input format not supported by decoder",
        lz::LZMA_OPTIONS_ERROR => "Invalid or unsupported options",
        lz::LZMA_DATA_ERROR => "Corrupt input data",
        lz::LZMA_BUF_ERROR => "Insufficient buffer space",
        lz::LZMA_PROG_ERROR => "Internal error",
        status => return cx.raise(&ERROR, format!("Unrecognized error from liblzma: {status}")),
    };
    cx.raise(&ERROR, text)
}

/// The library's stream; its pointers are set during a call only.
struct Stream {
    raw: Box<lz::lzma_stream>,
}

// SAFETY: a stream owns its memory, and nothing in it belongs to a thread.
unsafe impl Send for Stream {}

impl Stream {
    /// A stream begun by `start`.
    fn new(start: impl FnOnce(*mut lz::lzma_stream) -> lz::lzma_ret) -> Result<Stream, lz::lzma_ret> {
        // SAFETY: a zeroed stream is the library's LZMA_STREAM_INIT.
        let mut stream = Stream { raw: Box::new(unsafe { std::mem::zeroed() }) };
        match start(&mut *stream.raw) {
            lz::LZMA_OK => Ok(stream),
            status => Err(status),
        }
    }

    /// One call: status, bytes consumed, bytes produced.
    fn run(
        &mut self,
        input: &[u8],
        output: &mut [u8],
        action: lz::lzma_action,
    ) -> (lz::lzma_ret, usize, usize) {
        self.raw.next_in = input.as_ptr();
        self.raw.avail_in = input.len();
        self.raw.next_out = output.as_mut_ptr();
        self.raw.avail_out = output.len();
        // SAFETY: the stream was begun; both ranges are valid during the call.
        let status = unsafe { lz::lzma_code(&mut *self.raw, action) };
        let consumed = input.len().saturating_sub(self.raw.avail_in);
        let produced = output.len().saturating_sub(self.raw.avail_out);
        self.raw.next_in = std::ptr::null();
        self.raw.next_out = std::ptr::null_mut();
        (self.raw.avail_in, self.raw.avail_out) = (0, 0);
        (status, consumed, produced)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the stream is not used any more; ending one that did not begin is allowed.
        unsafe { lz::lzma_end(&mut *self.raw) };
    }
}

struct Compressing {
    stream: Stream,
    flushed: bool,
}

impl Compressing {
    fn run(&mut self, input: &[u8], action: lz::lzma_action) -> Result<Vec<u8>, Failure> {
        let mut out = Output::unlimited();
        let mut used = 0;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            let ((status, consumed), space) = out.fill(|space| {
                let (status, consumed, produced) = self.stream.run(rest, space, action);
                (produced, (status, consumed))
            })?;
            used += consumed;
            match status {
                lz::LZMA_STREAM_END => break,
                lz::LZMA_OK | lz::LZMA_GET_CHECK | lz::LZMA_NO_CHECK => {}
                // No input is no error.
                lz::LZMA_BUF_ERROR if action == lz::LZMA_RUN && rest.is_empty() => break,
                status => return Err(Failure::Status(status)),
            }
            if action == lz::LZMA_RUN && used >= input.len() && space {
                break;
            }
        }
        Ok(out.into_bytes())
    }
}

/// `_lzma.LZMACompressor`.
pub struct Compressor {
    state: Shared<Compressing>,
}
plain_data!(Compressor);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for Compressor {
    const TYPE: &'static Obj<Type> = &COMPRESSOR;
}

/// `_lzma.LZMACompressor`.
pub static COMPRESSOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Compressor>("_lzma.LZMACompressor")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(|cx, _, args| (new_compressor__def.call)(cx, args)), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![compress, flush], ..TypeDefs::NONE })
        .doc(
            "LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)\n\nCreate a compressor object for compressing data incrementally.\n\nformat specifies the container format to use for the output. This can\nbe FORMAT_XZ (default), FORMAT_ALONE, or FORMAT_RAW.\n\ncheck specifies the integrity check to use. For FORMAT_XZ, the default\nis CHECK_CRC64. FORMAT_ALONE and FORMAT_RAW do not support integrity\nchecks; for these formats, check must be omitted, or be CHECK_NONE.\n\nThe settings used by the compressor can be specified either as a\npreset compression level (with the 'preset' argument), or in detail\nas a custom filter chain (with the 'filters' argument). For FORMAT_XZ\nand FORMAT_ALONE, the default is to use the PRESET_DEFAULT preset\nlevel. For FORMAT_RAW, the caller must always specify a filter chain;\nthe raw compressor does not support preset compression levels.\n\npreset (if provided) should be an integer in the range 0-9, optionally\nOR-ed with the constant PRESET_EXTREME.\n\nfilters (if provided) should be a sequence of dicts. Each dict should\nhave an entry for \"id\" indicating the ID of the filter, plus\nadditional entries for options to the filter.\n\nFor one-shot compression, use the compress() function instead.\n",
        ),
);

#[native("LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)")]
fn new_compressor(
    cx: &mut Cx,
    format: Option<i32>,
    check: i32,
    preset: Option<&Value>,
    filters: Option<&Value>,
) -> R {
    let format = format.unwrap_or(FORMAT_XZ);
    let preset = preset.filter(|v| !v.is_none());
    let filters = filters.filter(|v| !v.is_none());
    if preset.is_some() && filters.is_some() {
        return Err(cx.value_error("Cannot specify both preset and filter chain"));
    }
    let level = preset.map_or(Ok(lz::LZMA_PRESET_DEFAULT), |p| to_u32(cx, p))?;
    if format != FORMAT_XZ && check != -1 && check != lz::LZMA_CHECK_NONE as i32 {
        return Err(cx.value_error("Integrity checks are only supported by FORMAT_XZ"));
    }
    let started = match format {
        FORMAT_XZ => {
            let check = if check == -1 { lz::LZMA_CHECK_CRC64 } else { check as u32 };
            match filters {
                None => {
                    // SAFETY: the stream is fresh.
                    Stream::new(|raw| unsafe { lz::lzma_easy_encoder(raw, level, check) })
                }
                Some(specs) => {
                    let chain = parse_chain(cx, specs)?;
                    let raw_filters = raw_chain(&chain);
                    // SAFETY: the stream is fresh; the library copies the filters.
                    Stream::new(|raw| unsafe { lz::lzma_stream_encoder(raw, raw_filters.as_ptr(), check) })
                }
            }
        }
        FORMAT_ALONE => alone_encoder(cx, level, filters)?,
        FORMAT_RAW => {
            let Some(specs) = filters else {
                return Err(cx.value_error("Must specify filters for FORMAT_RAW"));
            };
            let chain = parse_chain(cx, specs)?;
            let raw_filters = raw_chain(&chain);
            // SAFETY: the stream is fresh; the library copies the filters.
            Stream::new(|raw| unsafe { lz::lzma_raw_encoder(raw, raw_filters.as_ptr()) })
        }
        format => return Err(cx.value_error(format!("Invalid container format: {format}"))),
    };
    match started {
        Ok(stream) => {
            let state = Shared::new(Compressing { stream, flushed: false });
            Ok(cx.new_object(Compressor { state }).into_value())
        }
        Err(status) => Err(raise_status(cx, status)),
    }
}

fn alone_encoder(cx: &mut Cx, level: u32, filters: Option<&Value>) -> R<Result<Stream, lz::lzma_ret>> {
    let options = match filters {
        None => *preset_options(cx, level)?,
        Some(specs) => {
            let chain = parse_chain(cx, specs)?;
            match chain.as_slice() {
                [filter] if filter.id == lz::LZMA_FILTER_LZMA1 => match filter.lzma_options() {
                    Some(options) => *options,
                    None => return Err(cx.system_error("an LZMA filter has LZMA options")),
                },
                _ => {
                    return Err(cx.value_error(
                        "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter",
                    ));
                }
            }
        }
    };
    // SAFETY: the stream is fresh; the library copies the options.
    Ok(Stream::new(|raw| unsafe { lz::lzma_alone_encoder(raw, &options) }))
}

fn run(
    cx: &mut Cx,
    this: &Obj<Compressor>,
    data: &[u8],
    action: lz::lzma_action,
    size: usize,
    refusal: &str,
) -> R {
    let state = this.get(cx).state.clone();
    let result = state.with(cx, size, |state| {
        if state.flushed {
            return None;
        }
        state.flushed = action == lz::LZMA_FINISH;
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
#[native("LZMACompressor.compress($self, data, /)")]
fn compress(cx: &mut Cx, this: &Obj<Compressor>, data: &Value) -> R {
    let data = Input::new(cx, data)?;
    run(cx, this, data.bytes(), lz::LZMA_RUN, data.bytes().len(), "Compressor has been flushed")
}

/// Finish the compression process.
///
/// Returns the compressed data left in internal buffers.
///
/// The compressor object may not be used after this method is called.
#[native("LZMACompressor.flush($self, /)")]
fn flush(cx: &mut Cx, this: &Obj<Compressor>) -> R {
    run(cx, this, &[], lz::LZMA_FINISH, usize::MAX, "Repeated call to flush()")
}

/// The decoder of `LZMADecompressor`.
struct Decoder {
    stream: Stream,
    check: u32,
}

impl Decode for Decoder {
    type Error = Failure;
    const FULL_MEANS_MORE: bool = true;

    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Failure> {
        let (mut consumed, mut produced) = (0, 0);
        loop {
            let rest = input.get(consumed..).unwrap_or_default();
            let space = output.get_mut(produced..).unwrap_or_default();
            let full = space.is_empty();
            let (status, used, made) = self.stream.run(rest, space, lz::LZMA_RUN);
            consumed += used;
            produced += made;
            match status {
                // News about the stream, in the middle of the work.
                lz::LZMA_GET_CHECK | lz::LZMA_NO_CHECK => {
                    // SAFETY: the stream was begun.
                    self.check = unsafe { lz::lzma_get_check(&*self.stream.raw) };
                }
                lz::LZMA_OK | lz::LZMA_STREAM_END => {
                    return Ok(Step { consumed, produced, end: status == lz::LZMA_STREAM_END });
                }
                // No progress without input or space is no error.
                lz::LZMA_BUF_ERROR if rest.is_empty() || full => {
                    return Ok(Step { consumed, produced, end: false });
                }
                status => return Err(Failure::Status(status)),
            }
        }
    }
}

/// `_lzma.LZMADecompressor`.
pub struct Decompressor {
    feed: Shared<Feed<Decoder>>,
}
plain_data!(Decompressor);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for Decompressor {
    const TYPE: &'static Obj<Type> = &DECOMPRESSOR;
}

fn with_feed<O>(cx: &mut Cx, value: &Value, get: fn(&Feed<Decoder>) -> O) -> R<O> {
    let feed = expect::<Decompressor>(cx, value)?.get(cx).feed.clone();
    Ok(feed.with(cx, 0, |f| get(f)))
}

/// `_lzma.LZMADecompressor`.
pub static DECOMPRESSOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Decompressor>("_lzma.LZMADecompressor")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(|cx, _, args| (new_decompressor__def.call)(cx, args)), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![decompress],
            members: &[
                member("check", Some("ID of the integrity check used by the input stream."), |cx, v| {
                    Ok(Value::small_int(with_feed(cx, v, |f| f.decoder.check)? as i32))
                }),
                member("eof", Some("True if the end-of-stream marker has been reached."), |cx, v| {
                    Ok(Value::bool(with_feed(cx, v, |f| f.eof)?))
                }),
                member(
                    "needs_input",
                    Some("True if more input is needed before more decompressed data can be produced."),
                    |cx, v| Ok(Value::bool(with_feed(cx, v, |f| f.needs_input)?)),
                ),
                member("unused_data", Some("Data found after the end of the compressed stream."), |cx, v| {
                    let bytes = with_feed(cx, v, |f| f.unused.clone())?;
                    Ok(cx.bytes(&bytes))
                }),
            ],
            ..TypeDefs::NONE
        })
        .doc(
            "LZMADecompressor(format=FORMAT_AUTO, memlimit=None, filters=None)\n--\n\nCreate a decompressor object for decompressing data incrementally.\n\n  format\n    Specifies the container format of the input stream.  If this is\n    FORMAT_AUTO (the default), the decompressor will automatically detect\n    whether the input is FORMAT_XZ or FORMAT_ALONE.  Streams created with\n    FORMAT_RAW cannot be autodetected.\n  memlimit\n    Limit the amount of memory used by the decompressor.  This will cause\n    decompression to fail if the input cannot be decompressed within the\n    given limit.\n  filters\n    A custom filter chain.  This argument is required for FORMAT_RAW, and\n    not accepted with any other format.  When provided, this should be a\n    sequence of dicts, each indicating the ID and options for a single\n    filter.\n\nFor one-shot decompression, use the decompress() function instead.",
        ),
);

#[native("LZMADecompressor(format=FORMAT_AUTO, memlimit=None, filters=None)")]
fn new_decompressor(
    cx: &mut Cx,
    format: Option<i32>,
    memlimit: Option<&Value>,
    filters: Option<&Value>,
) -> R {
    let format = format.unwrap_or(FORMAT_AUTO);
    let filters = filters.filter(|v| !v.is_none());
    let limit = match memlimit.filter(|v| !v.is_none()) {
        None => u64::MAX,
        Some(_) if format == FORMAT_RAW => {
            return Err(cx.value_error("Cannot specify memory limit with FORMAT_RAW"));
        }
        Some(limit) => to_u64_named(cx, limit, "unsigned long long")?,
    };
    if format == FORMAT_RAW && filters.is_none() {
        return Err(cx.value_error("Must specify filters for FORMAT_RAW"));
    }
    if format != FORMAT_RAW && filters.is_some() {
        return Err(cx.value_error("Cannot specify filters except with FORMAT_RAW"));
    }
    let tell = lz::LZMA_TELL_ANY_CHECK | lz::LZMA_TELL_NO_CHECK;
    let mut check = CHECK_UNKNOWN;
    let started = match (format, filters) {
        // SAFETY (all four): the stream is fresh; the library copies the filters.
        (FORMAT_AUTO, _) => Stream::new(|raw| {
            // SAFETY: the stream is fresh.
            unsafe { lz::lzma_auto_decoder(raw, limit, tell) }
        }),
        (FORMAT_XZ, _) => Stream::new(|raw| {
            // SAFETY: the stream is fresh.
            unsafe { lz::lzma_stream_decoder(raw, limit, tell) }
        }),
        (FORMAT_ALONE, _) => {
            check = lz::LZMA_CHECK_NONE;
            Stream::new(|raw| {
                // SAFETY: the stream is fresh.
                unsafe { lz::lzma_alone_decoder(raw, limit) }
            })
        }
        (FORMAT_RAW, Some(specs)) => {
            check = lz::LZMA_CHECK_NONE;
            let chain: Vec<Filter> = parse_chain(cx, specs)?;
            let raw_filters = raw_chain(&chain);
            Stream::new(|raw| {
                // SAFETY: the stream is fresh; the library copies the filters.
                unsafe { lz::lzma_raw_decoder(raw, raw_filters.as_ptr()) }
            })
        }
        (format, _) => return Err(cx.value_error(format!("Invalid container format: {format}"))),
    };
    match started {
        Ok(stream) => {
            let feed = Shared::new(Feed::new(Decoder { stream, check }));
            Ok(cx.new_object(Decompressor { feed }).into_value())
        }
        Err(status) => Err(raise_status(cx, status)),
    }
}

/// Decompress *data*, returning uncompressed data as bytes.
///
/// If *max_length* is nonnegative, returns at most *max_length* bytes
/// of decompressed data. If this limit is reached and further output
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
#[native("LZMADecompressor.decompress($self, /, data, max_length=-1)")]
fn decompress(cx: &mut Cx, this: &Obj<Decompressor>, data: &Value, max_length: i64) -> R {
    let feed = this.get(cx).feed.clone();
    decompress_feed(cx, &feed, data, max_length, raise)
}

/// Test whether the given integrity check is supported.
///
/// Always returns True for CHECK_NONE and CHECK_CRC32.
#[native("_lzma.is_check_supported(check_id, /)")]
fn is_check_supported(_cx: &mut Cx, check_id: i32) -> R<bool> {
    // SAFETY: a question without state.
    Ok(unsafe { lz::lzma_check_is_supported(check_id as u32) } != 0)
}

/// Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).
///
/// The result does not include the filter ID itself, only the options.
#[native("_lzma._encode_filter_properties(filter, /)")]
fn encode_filter_properties(cx: &mut Cx, filter: &Value) -> R {
    let filter = parse_filter(cx, filter)?;
    let out = filters::encode_properties(cx, &filter)?;
    Ok(cx.bytes(&out))
}

/// Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).
///
/// The result does not include the filter ID itself, only the options.
#[native("_lzma._decode_filter_properties(filter_id, encoded_props, /)")]
fn decode_filter_properties(cx: &mut Cx, filter_id: &Value, encoded_props: &Value) -> R {
    let id = to_u64_named(cx, filter_id, "lzma_vli")?;
    let properties = Input::new(cx, encoded_props)?;
    filters::decode_properties(cx, id, properties.bytes())
}

fn types(types: &mut Types) {
    types.add([&ERROR, &COMPRESSOR, &DECOMPRESSOR]);
}

/// The names of numbers.
const NUMBERS: &[(&str, u64)] = &[
    ("FORMAT_AUTO", 0),
    ("FORMAT_XZ", 1),
    ("FORMAT_ALONE", 2),
    ("FORMAT_RAW", 3),
    ("CHECK_NONE", 0),
    ("CHECK_CRC32", 1),
    ("CHECK_CRC64", 4),
    ("CHECK_SHA256", 10),
    ("CHECK_ID_MAX", 15),
    ("CHECK_UNKNOWN", 16),
    ("FILTER_LZMA1", lz::LZMA_FILTER_LZMA1),
    ("FILTER_LZMA2", lz::LZMA_FILTER_LZMA2),
    ("FILTER_DELTA", lz::LZMA_FILTER_DELTA),
    ("FILTER_X86", lz::LZMA_FILTER_X86),
    ("FILTER_POWERPC", lz::LZMA_FILTER_POWERPC),
    ("FILTER_IA64", lz::LZMA_FILTER_IA64),
    ("FILTER_ARM", lz::LZMA_FILTER_ARM),
    ("FILTER_ARMTHUMB", lz::LZMA_FILTER_ARMTHUMB),
    ("FILTER_SPARC", lz::LZMA_FILTER_SPARC),
    ("MF_HC3", 3),
    ("MF_HC4", 4),
    ("MF_BT2", 18),
    ("MF_BT3", 19),
    ("MF_BT4", 20),
    ("MODE_FAST", 1),
    ("MODE_NORMAL", 2),
    ("PRESET_DEFAULT", 6),
    ("PRESET_EXTREME", 1 << 31),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "LZMAError", ERROR.to_value())?;
    set(cx, module, "LZMACompressor", COMPRESSOR.to_value())?;
    set(cx, module, "LZMADecompressor", DECOMPRESSOR.to_value())?;
    for &(name, number) in NUMBERS {
        let number = cx.int_from_u64(number);
        set(cx, module, name, number)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_lzma",
    functions: natives![is_check_supported, encode_filter_properties, decode_filter_properties],
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};
