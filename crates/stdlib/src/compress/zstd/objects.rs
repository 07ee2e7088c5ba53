//! Dictionaries, compressors and decompressors as objects.

use std::sync::Arc;

use taipan_macros::{native, natives};
use taipan_object::native::GetSetDef;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, Obj, Payload, R, Raised, Slots, Tuple, Type, TypeDefs, Value, buffer, dict, exc, plain_data,
};
use taipan_types::Types;
use zs::ZSTD_EndDirective as Mode;
use zstd_sys as zs;

use super::super::{Feed, FeedError, Input, Shared, expect, member};
use super::context::{self, Failure, Use};
use super::{parameters, raise};

/// `compression.zstd.ZstdDict`.
pub struct ZstdDict {
    content: Arc<[u8]>,
    id: u32,
}
plain_data!(ZstdDict);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for ZstdDict {
    const TYPE: &'static Obj<Type> = &DICT;
}

const fn way(name: &'static str, doc: &'static str, get: fn(&mut Cx, &Value) -> R) -> GetSetDef {
    GetSetDef { name, doc: Some(doc), get: Some(get), set: None }
}

fn used_as(cx: &mut Cx, dict: &Value, how: Use) -> R {
    Ok(cx.tuple_value([dict.clone(), Value::small_int(how as i32)]))
}

/// `compression.zstd.ZstdDict`.
pub static DICT: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ZstdDict>("compression.zstd.ZstdDict")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(|cx, _, args| new_dict(cx, args)),
            repr: Some(|cx, v| {
                let dict = expect::<ZstdDict>(cx, v)?.get(cx);
                let text = format!("<ZstdDict dict_id={} dict_size={}>", dict.id, dict.content.len());
                Ok(cx.str(&text))
            }),
            len: Some(|cx, v| Ok(expect::<ZstdDict>(cx, v)?.get(cx).content.len())),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            members: &[member(
                "dict_id",
                Some(
                    "The Zstandard dictionary, an int between 0 and 2**32.\n\nA non-zero value represents an ordinary Zstandard dictionary,\nconforming to the standardised format.\n\nA value of zero indicates a 'raw content' dictionary,\nwithout any restrictions on format or content.",
                ),
                |cx, v| {
                    let id = expect::<ZstdDict>(cx, v)?.get(cx).id;
                    Ok(cx.int(id.into()))
                },
            )],
            getset: &[
                way("dict_content", "The content of a Zstandard dictionary, as a bytes object.", |cx, v| {
                    let content = Arc::clone(&expect::<ZstdDict>(cx, v)?.get(cx).content);
                    Ok(cx.bytes(&content))
                }),
                way(
                    "as_digested_dict",
                    "Load as a digested dictionary to compressor.\n\nPass this attribute as zstd_dict argument:\ncompress(dat, zstd_dict=zd.as_digested_dict)\n\n1. Some advanced compression parameters of compressor may be\n   overridden by parameters of digested dictionary.\n2. ZstdDict has a digested dictionaries cache for each compression\n   level.  It's faster when loading again a digested dictionary with\n   the same compression level.\n3. No need to use this for decompression.",
                    |cx, v| used_as(cx, v, Use::Digested),
                ),
                way(
                    "as_undigested_dict",
                    "Load as an undigested dictionary to compressor.\n\nPass this attribute as zstd_dict argument:\ncompress(dat, zstd_dict=zd.as_undigested_dict)\n\n1. The advanced compression parameters of compressor will not be\n   overridden.\n2. Loading an undigested dictionary is costly. If load an undigested\n   dictionary multiple times, consider reusing a compressor object.\n3. No need to use this for decompression.",
                    |cx, v| used_as(cx, v, Use::Undigested),
                ),
                way(
                    "as_prefix",
                    "Load as a prefix to compressor/decompressor.\n\nPass this attribute as zstd_dict argument:\ncompress(dat, zstd_dict=zd.as_prefix)\n\n1. Prefix is compatible with long distance matching, while\n   dictionary is not.\n2. It only works for the first frame, then the\n   compressor/decompressor will return to no prefix state.\n3. When decompressing, must use the same prefix as when compressing.",
                    |cx, v| used_as(cx, v, Use::Prefix),
                ),
            ],
            ..TypeDefs::NONE
        })
        .doc(
            "ZstdDict(dict_content, /, *, is_raw=False)\n--\n\nRepresents a Zstandard dictionary.\n\n  dict_content\n    The content of a Zstandard dictionary as a bytes-like object.\n  is_raw\n    If true, perform no checks on *dict_content*, useful for some\n    advanced cases. Otherwise, check that the content represents\n    a Zstandard dictionary created by the zstd library or CLI.\n\nThe dictionary can be used for compression or decompression, and can be\nshared by multiple ZstdCompressor or ZstdDecompressor objects.",
        ),
);

fn new_dict(cx: &mut Cx, args: Args<'_>) -> R {
    if args.pos().is_empty() {
        return Err(cx.type_error("ZstdDict() takes exactly 1 positional argument (0 given)"));
    }
    (make_dict__def.call)(cx, args)
}

#[native("ZstdDict(dict_content, /, *, is_raw=False)")]
fn make_dict(cx: &mut Cx, dict_content: &Value, is_raw: bool) -> R {
    let content: Arc<[u8]> = buffer::bytes_like(cx, dict_content)?.bytes(cx).into();
    if content.len() < 8 {
        return Err(cx.value_error("Zstandard dictionary content too short (must have at least eight bytes)"));
    }
    let id = parameters::dictionary_id(&content);
    if !is_raw && id == 0 {
        return Err(cx.value_error("invalid Zstandard dictionary"));
    }
    Ok(cx.new_object(ZstdDict { content, id }).into_value())
}

/// The dictionary of an argument, and how to use it.
fn dictionary(cx: &mut Cx, value: &Value, default: Use) -> R<(Arc<[u8]>, Use)> {
    let found = match value.cast::<Tuple>().map(|t| t.items()) {
        Some([dict, how]) => {
            let how = match how.as_int() {
                Some(number) => match number.to_i64() {
                    Some(0) => Some(Use::Digested),
                    Some(1) => Some(Use::Undigested),
                    Some(2) => Some(Use::Prefix),
                    Some(_) => None,
                    None => return Err(cx.overflow_error("Python int too large to convert to C int")),
                },
                None => None,
            };
            dict.cast::<ZstdDict>().zip(how)
        }
        _ => value.cast::<ZstdDict>().map(|dict| (dict, default)),
    };
    match found {
        Some((dict, how)) => Ok((Arc::clone(&dict.get(cx).content), how)),
        None => Err(cx.type_error("zstd_dict argument should be a ZstdDict object.")),
    }
}

#[cold]
fn bad_dictionary(cx: &mut Cx, failure: Failure, how: Use, what: &str, object: &str) -> Raised {
    if matches!(failure, Failure::NoMemory) && how == Use::Digested {
        let text = format!("Failed to create a {object} instance from Zstandard dictionary content.");
        return cx.raise(&super::ERROR, text);
    }
    raise(cx, failure, &format!("Unable to load dictionary or prefix for {what}"))
}

/// `compression.zstd.ZstdCompressor`.
pub struct ZstdCompressor {
    state: Shared<context::Compressor>,
}
plain_data!(ZstdCompressor);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for ZstdCompressor {
    const TYPE: &'static Obj<Type> = &COMPRESSOR;
}

/// `compression.zstd.ZstdCompressor`.
pub static COMPRESSOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ZstdCompressor>("compression.zstd.ZstdCompressor")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(|cx, _, args| (new_compressor__def.call)(cx, args)), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![compress, flush, set_pledged_input_size],
            members: &[member(
                "last_mode",
                Some(
                    "The last mode used to this compressor object, its value can be .CONTINUE,\n.FLUSH_BLOCK, .FLUSH_FRAME. Initialized to .FLUSH_FRAME.\n\nIt can be used to get the current state of a compressor, such as, data\nflushed, or a frame ended.",
                ),
                |cx, v| {
                    let state = expect::<ZstdCompressor>(cx, v)?.get(cx).state.clone();
                    Ok(Value::small_int(state.with(cx, 0, |s| s.last_mode as i32)))
                },
            )],
            extra: Some(|cx, class| {
                let Some(dict) = class.rest(cx).dict.clone() else { return };
                let Some(dict) = dict.as_dict() else { return };
                for (name, mode) in [("CONTINUE", 0), ("FLUSH_BLOCK", 1), ("FLUSH_FRAME", 2)] {
                    let name = cx.intern(name);
                    // A string key cannot fail.
                    let _ = dict::set_str(cx, dict, &name, Value::small_int(mode));
                }
            }),
            ..TypeDefs::NONE
        })
        .doc(
            "ZstdCompressor(level=None, options=None, zstd_dict=None)\n--\n\nCreate a compressor object for compressing data incrementally.\n\n  level\n    The compression level to use. Defaults to COMPRESSION_LEVEL_DEFAULT.\n  options\n    A dict object that contains advanced compression parameters.\n  zstd_dict\n    A ZstdDict object, a pre-trained Zstandard dictionary.\n\nThread-safe at method level.  For one-shot compression, use the\ncompress() function instead.",
        ),
);

#[native("ZstdCompressor(level=None, options=None, zstd_dict=None)")]
fn new_compressor(
    cx: &mut Cx,
    level: Option<&Value>,
    options: Option<&Value>,
    zstd_dict: Option<&Value>,
) -> R {
    let given = |v: Option<&Value>| v.is_some_and(|v| !v.is_none());
    let mut compressor = match context::Compressor::new() {
        Ok(compressor) => compressor,
        Err(failure) => return Err(raise(cx, failure, "Unable to create ZSTD_CCtx instance")),
    };
    if given(level) && given(options) {
        return Err(cx.type_error("Only one of level or options should be used."));
    }
    if let Some(level) = level.filter(|v| !v.is_none()) {
        parameters::set_level(cx, &mut compressor, level)?;
    }
    if let Some(options) = options.filter(|v| !v.is_none()) {
        parameters::set_compression(cx, &mut compressor, options)?;
    }
    if let Some(dict) = zstd_dict.filter(|v| !v.is_none()) {
        let (content, how) = dictionary(cx, dict, Use::Undigested)?;
        if let Err(failure) = compressor.load(&content, how) {
            return Err(bad_dictionary(cx, failure, how, "compression", "ZSTD_CDict"));
        }
    }
    Ok(cx.new_object(ZstdCompressor { state: Shared::new(compressor) }).into_value())
}

fn run(cx: &mut Cx, this: &Obj<ZstdCompressor>, data: &[u8], mode: Mode, size: usize) -> R {
    let state = this.get(cx).state.clone();
    match state.with(cx, size, |state| state.run(data, mode)) {
        Ok(out) => Ok(cx.bytes(&out)),
        Err(failure) => Err(raise(cx, failure, "Unable to compress Zstandard data")),
    }
}

/// Provide data to the compressor object.
///
///   mode
///     Can be these 3 values ZstdCompressor.CONTINUE,
///     ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME
///
/// Return a chunk of compressed data if possible, or b'' otherwise.
/// When you have finished providing data to the compressor, call the
/// flush() method to finish the compression process.
#[native("ZstdCompressor.compress($self, /, data, mode=ZstdCompressor.CONTINUE)")]
fn compress(cx: &mut Cx, this: &Obj<ZstdCompressor>, data: &Value, mode: Option<i32>) -> R {
    let data = Input::new(cx, data)?;
    let mode = match mode {
        None | Some(0) => Mode::ZSTD_e_continue,
        Some(1) => Mode::ZSTD_e_flush,
        Some(2) => Mode::ZSTD_e_end,
        Some(_) => {
            return Err(cx.value_error(
                "mode argument wrong value, it should be one of ZstdCompressor.CONTINUE, ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME.",
            ));
        }
    };
    run(cx, this, data.bytes(), mode, data.bytes().len())
}

/// Finish the compression process.
///
///   mode
///     Can be these 2 values ZstdCompressor.FLUSH_FRAME,
///     ZstdCompressor.FLUSH_BLOCK
///
/// Flush any remaining data left in internal buffers.  Since Zstandard
/// data consists of one or more independent frames, the compressor
/// object can still be used after this method is called.
#[native("ZstdCompressor.flush($self, /, mode=ZstdCompressor.FLUSH_FRAME)")]
fn flush(cx: &mut Cx, this: &Obj<ZstdCompressor>, mode: Option<i32>) -> R {
    let mode = match mode {
        None | Some(2) => Mode::ZSTD_e_end,
        Some(1) => Mode::ZSTD_e_flush,
        Some(_) => {
            return Err(cx.value_error(
                "mode argument wrong value, it should be ZstdCompressor.FLUSH_FRAME or ZstdCompressor.FLUSH_BLOCK.",
            ));
        }
    };
    run(cx, this, &[], mode, usize::MAX)
}

/// Set the uncompressed content size to be written into the frame header.
///
///   size
///     The size of the uncompressed data to be provided to the compressor.
///
/// This method can be used to ensure the header of the frame about to
/// be written includes the size of the data, unless the
/// CompressionParameter.content_size_flag is set to False.
/// If last_mode != FLUSH_FRAME, then a RuntimeError is raised.
///
/// It is important to ensure that the pledged data size matches the
/// actual data size.  If they do not match the compressed output data
/// may be corrupted and the final chunk written may be lost.
#[native("ZstdCompressor.set_pledged_input_size($self, size, /)")]
fn set_pledged_input_size(cx: &mut Cx, this: &Obj<ZstdCompressor>, size: &Value) -> R<()> {
    /// The library's numbers from here on have meanings of their own.
    const LIMIT: u64 = u64::MAX - 1;
    let size = if size.is_none() {
        u64::MAX
    } else {
        let Some(n) = size.as_int() else { return Err(cx.type_error("an integer is required")) };
        match u64::try_from(n.to_big().as_ref()) {
            Ok(n) if n < LIMIT => n,
            _ => {
                return Err(
                    cx.value_error(format!("size argument should be a positive int less than {LIMIT}"))
                );
            }
        }
    };
    let state = this.get(cx).state.clone();
    let result = state.with(cx, 0, |state| {
        if state.last_mode != Mode::ZSTD_e_end {
            return None;
        }
        Some(state.pledge(size))
    });
    match result {
        Some(Ok(())) => Ok(()),
        Some(Err(failure)) => Err(raise(cx, failure, "Unable to set pledged uncompressed content size")),
        None => {
            Err(cx
                .value_error("set_pledged_input_size() method must be called when last_mode == FLUSH_FRAME"))
        }
    }
}

/// `compression.zstd.ZstdDecompressor`.
pub struct ZstdDecompressor {
    feed: Shared<Feed<context::Decompressor>>,
}
plain_data!(ZstdDecompressor);
// SAFETY: instances of the type begin with this payload, which holds no values.
unsafe impl Payload for ZstdDecompressor {
    const TYPE: &'static Obj<Type> = &DECOMPRESSOR;
}

fn with_feed<O>(cx: &mut Cx, value: &Value, get: fn(&Feed<context::Decompressor>) -> O) -> R<O> {
    let feed = expect::<ZstdDecompressor>(cx, value)?.get(cx).feed.clone();
    Ok(feed.with(cx, 0, |f| get(f)))
}

/// `compression.zstd.ZstdDecompressor`.
pub static DECOMPRESSOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ZstdDecompressor>("compression.zstd.ZstdDecompressor")
        .base(&OBJECT)
        .with_slots(Slots { new: Some(|cx, _, args| (new_decompressor__def.call)(cx, args)), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![decompress],
            members: &[
                member(
                    "eof",
                    Some(
                        "True means the end of the first frame has been reached. If decompress data\nafter that, an EOFError exception will be raised.",
                    ),
                    |cx, v| Ok(Value::bool(with_feed(cx, v, |f| f.eof)?)),
                ),
                member(
                    "needs_input",
                    Some(
                        "If the max_length output limit in .decompress() method has been reached,\nand the decompressor has (or may has) unconsumed input data, it will be set\nto False. In this case, passing b'' to the .decompress() method may output\nfurther data.",
                    ),
                    |cx, v| Ok(Value::bool(with_feed(cx, v, |f| f.needs_input)?)),
                ),
            ],
            getset: &[way(
                "unused_data",
                "A bytes object of un-consumed input data.\n\nWhen ZstdDecompressor object stops after a frame is\ndecompressed, unused input data after the frame.  Otherwise this\nwill be b''.",
                |cx, v| {
                    let bytes = with_feed(cx, v, |f| f.unused.clone())?;
                    Ok(cx.bytes(&bytes))
                },
            )],
            ..TypeDefs::NONE
        })
        .doc(
            "ZstdDecompressor(zstd_dict=None, options=None)\n--\n\nCreate a decompressor object for decompressing data incrementally.\n\n  zstd_dict\n    A ZstdDict object, a pre-trained Zstandard dictionary.\n  options\n    A dict object that contains advanced decompression parameters.\n\nThread-safe at method level.  For one-shot decompression, use the\ndecompress() function instead.",
        ),
);

#[native("ZstdDecompressor(zstd_dict=None, options=None)")]
fn new_decompressor(cx: &mut Cx, zstd_dict: Option<&Value>, options: Option<&Value>) -> R {
    let mut decompressor = match context::Decompressor::new() {
        Ok(decompressor) => decompressor,
        Err(failure) => return Err(raise(cx, failure, "Unable to create ZSTD_DCtx instance")),
    };
    if let Some(dict) = zstd_dict.filter(|v| !v.is_none()) {
        let (content, how) = dictionary(cx, dict, Use::Digested)?;
        if let Err(failure) = decompressor.load(&content, how) {
            return Err(bad_dictionary(cx, failure, how, "decompression", "ZSTD_DDict"));
        }
    }
    if let Some(options) = options.filter(|v| !v.is_none()) {
        parameters::set_decompression(cx, &mut decompressor, options)?;
    }
    Ok(cx.new_object(ZstdDecompressor { feed: Shared::new(Feed::new(decompressor)) }).into_value())
}

#[cold]
fn refuse(cx: &mut Cx, error: FeedError<Failure>) -> Raised {
    match error {
        FeedError::AtEnd => cx.raise(&exc::EOF_ERROR, "Already at the end of a Zstandard frame."),
        FeedError::Codec(failure) => raise(cx, failure, "Unable to decompress Zstandard data"),
    }
}

/// Decompress *data*, returning uncompressed bytes if possible, or b'' otherwise.
///
///   data
///     A bytes-like object, Zstandard data to be decompressed.
///   max_length
///     Maximum size of returned data. When it is negative, the size of
///     output buffer is unlimited. When it is nonnegative, returns at
///     most max_length bytes of decompressed data.
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
/// Attempting to decompress data after the end of a frame is reached
/// raises an EOFError.  Any data found after the end of the frame is
/// ignored and saved in the self.unused_data attribute.
#[native("ZstdDecompressor.decompress($self, /, data, max_length=-1)")]
fn decompress(cx: &mut Cx, this: &Obj<ZstdDecompressor>, data: &Value, max_length: i64) -> R {
    let data = Input::new(cx, data)?;
    let feed = this.get(cx).feed.clone();
    match feed.with(cx, data.bytes().len(), |feed| feed.decompress(data.bytes(), max_length)) {
        Ok(out) => Ok(cx.bytes(&out)),
        Err(error) => Err(refuse(cx, error)),
    }
}

pub fn types(types: &mut Types) {
    types.add([&DICT, &COMPRESSOR, &DECOMPRESSOR]);
}
