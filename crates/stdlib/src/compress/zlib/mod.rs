//! `zlib`: deflate streams raw, with zlib's or with gzip's container, and the checksums.

mod objects;
mod stream;

use libz_rs_sys as z;
use taipan_macros::{native, natives};
use taipan_object::exc::{EXCEPTION, Exception};
use taipan_object::ty::TYPE;
use taipan_object::{Cx, Obj, R, Raised, Type, Value, flags};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

use super::{Input, NoMemory, Output};
use crate::binascii::low_word;
use stream::{Stream, ZError};

/// `zlib.error`.
pub static ERROR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("zlib.error")
        .base(&EXCEPTION)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs(),
);

/// What stops work on a stream.
enum Failure {
    NoMemory,
    /// Words of our own.
    Plain(&'static str),
    /// The library's status, and what was being done.
    Status(ZError, &'static str),
}

impl From<NoMemory> for Failure {
    fn from(_: NoMemory) -> Failure {
        Failure::NoMemory
    }
}

#[cold]
fn raise(cx: &mut Cx, failure: Failure) -> Raised {
    let (error, doing) = match failure {
        Failure::NoMemory => return cx.memory_error(),
        Failure::Plain(text) => return cx.raise(&ERROR, text),
        Failure::Status(error, doing) => (error, doing),
    };
    let words = error.message.as_deref().or(match error.status {
        z::Z_VERSION_ERROR => Some("library version mismatch"),
        z::Z_BUF_ERROR => Some("incomplete or truncated stream"),
        z::Z_STREAM_ERROR => Some("inconsistent stream state"),
        z::Z_DATA_ERROR => Some("invalid input data"),
        _ => None,
    });
    let text = match words {
        Some(words) => format!("Error {} {doing}: {words}", error.status),
        None => format!("Error {} {doing}", error.status),
    };
    cx.raise(&ERROR, text)
}

/// Deflates all of `input` and flushes so.
fn deflate_into(
    stream: &mut Stream,
    input: &[u8],
    flush: i32,
    out: &mut Output,
    doing: &'static str,
) -> Result<i32, Failure> {
    let mut used = 0;
    loop {
        let rest = input.get(used..).unwrap_or_default();
        let last = rest.len() <= u32::MAX as usize;
        let (ran, space) = out.fill(|space| {
            let ran = stream.run(rest, space, if last { flush } else { z::Z_NO_FLUSH });
            (ran.produced, ran)
        })?;
        if ran.status == z::Z_STREAM_ERROR {
            return Err(Failure::Status(stream.error(ran.status), doing));
        }
        used += ran.consumed;
        if ran.status == z::Z_STREAM_END || space && (used >= input.len() || ran.consumed == 0) {
            return Ok(ran.status);
        }
    }
}

fn compress_all(data: &[u8], level: i32, wbits: i32) -> Result<Vec<u8>, Failure> {
    let mut stream = match Stream::deflate(level, z::Z_DEFLATED, wbits, 8, z::Z_DEFAULT_STRATEGY) {
        Ok(stream) => stream,
        Err(error) => {
            return Err(match error.status {
                z::Z_MEM_ERROR => Failure::NoMemory,
                z::Z_STREAM_ERROR => Failure::Plain("Bad compression level"),
                _ => Failure::Status(error, "while compressing data"),
            });
        }
    };
    let mut out = Output::unlimited();
    deflate_into(&mut stream, data, z::Z_FINISH, &mut out, "while compressing data")?;
    Ok(out.into_bytes())
}

fn decompress_all(data: &[u8], wbits: i32) -> Result<Vec<u8>, Failure> {
    let mut stream = Stream::inflate(wbits).map_err(|error| match error.status {
        z::Z_MEM_ERROR => Failure::NoMemory,
        _ => Failure::Status(error, "while preparing to decompress data"),
    })?;
    let mut out = Output::unlimited();
    let mut used = 0;
    loop {
        let rest = data.get(used..).unwrap_or_default();
        let (ran, space) = out.fill(|space| {
            let ran = stream.run(rest, space, z::Z_SYNC_FLUSH);
            (ran.produced, ran)
        })?;
        used += ran.consumed;
        match ran.status {
            z::Z_STREAM_END => return Ok(out.into_bytes()),
            z::Z_OK | z::Z_BUF_ERROR if space && used >= data.len() => {
                let error = ZError { status: z::Z_BUF_ERROR, message: None };
                return Err(Failure::Status(error, "while decompressing data"));
            }
            z::Z_OK | z::Z_BUF_ERROR => {}
            z::Z_MEM_ERROR => return Err(Failure::NoMemory),
            status => return Err(Failure::Status(stream.error(status), "while decompressing data")),
        }
    }
}

/// Compute an Adler-32 checksum of data.
///
///   value
///     Starting value of the checksum.
///
/// The returned checksum is an integer.
#[native("zlib.adler32(data, value=1, /)")]
fn adler32(cx: &mut Cx, data: &Value, value: Option<&Value>) -> R<i64> {
    let start = start_value(cx, value, 1)?;
    let data = Input::new(cx, data)?;
    Ok(super::detached(cx, data.bytes().len(), || stream::adler32(start, data.bytes())).into())
}

/// Compute a CRC-32 checksum of data.
///
///   value
///     Starting value of the checksum.
///
/// The returned checksum is an integer.
#[native("zlib.crc32(data, value=0, /)")]
fn crc32(cx: &mut Cx, data: &Value, value: Option<&Value>) -> R<i64> {
    let start = start_value(cx, value, 0)?;
    let data = Input::new(cx, data)?;
    Ok(super::detached(cx, data.bytes().len(), || stream::crc32(start, data.bytes())).into())
}

fn start_value(cx: &mut Cx, value: Option<&Value>, default: u32) -> R<u32> {
    value.map_or(Ok(default), |value| low_word(cx, value))
}

/// Returns a bytes object containing compressed data.
///
///   data
///     Binary data to be compressed.
///   level
///     Compression level, in 0-9 or -1.
///   wbits
///     The window buffer size and container format.
#[native("zlib.compress(data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)")]
fn compress(cx: &mut Cx, data: &Value, level: Option<i32>, wbits: Option<i32>) -> R {
    let data = Input::new(cx, data)?;
    let (level, wbits) = (level.unwrap_or(-1), wbits.unwrap_or(15));
    match super::detached(cx, data.bytes().len(), || compress_all(data.bytes(), level, wbits)) {
        Ok(out) => Ok(cx.bytes(&out)),
        Err(failure) => Err(raise(cx, failure)),
    }
}

/// Returns a bytes object containing the uncompressed data.
///
///   data
///     Compressed data.
///   wbits
///     The window buffer size and container format.
///   bufsize
///     The initial output buffer size.
#[native("zlib.decompress(data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)")]
fn decompress(cx: &mut Cx, data: &Value, wbits: Option<i32>, bufsize: Option<i64>) -> R {
    let data = Input::new(cx, data)?;
    if bufsize.is_some_and(|n| n < 0) {
        return Err(cx.value_error("bufsize must be non-negative"));
    }
    let wbits = wbits.unwrap_or(15);
    match super::detached(cx, data.bytes().len(), || decompress_all(data.bytes(), wbits)) {
        Ok(out) => Ok(cx.bytes(&out)),
        Err(failure) => Err(raise(cx, failure)),
    }
}

fn types(types: &mut Types) {
    types.add([&ERROR]);
    objects::types(types);
}

/// The names of numbers.
const NUMBERS: &[(&str, i32)] = &[
    ("MAX_WBITS", 15),
    ("DEFLATED", 8),
    ("DEF_MEM_LEVEL", 8),
    ("DEF_BUF_SIZE", 16 * 1024),
    ("Z_NO_COMPRESSION", z::Z_NO_COMPRESSION),
    ("Z_BEST_SPEED", z::Z_BEST_SPEED),
    ("Z_BEST_COMPRESSION", z::Z_BEST_COMPRESSION),
    ("Z_DEFAULT_COMPRESSION", z::Z_DEFAULT_COMPRESSION),
    ("Z_FILTERED", z::Z_FILTERED),
    ("Z_HUFFMAN_ONLY", z::Z_HUFFMAN_ONLY),
    ("Z_RLE", z::Z_RLE),
    ("Z_FIXED", z::Z_FIXED),
    ("Z_DEFAULT_STRATEGY", z::Z_DEFAULT_STRATEGY),
    ("Z_FINISH", z::Z_FINISH),
    ("Z_NO_FLUSH", z::Z_NO_FLUSH),
    ("Z_PARTIAL_FLUSH", z::Z_PARTIAL_FLUSH),
    ("Z_SYNC_FLUSH", z::Z_SYNC_FLUSH),
    ("Z_FULL_FLUSH", z::Z_FULL_FLUSH),
    ("Z_BLOCK", z::Z_BLOCK),
    ("Z_TREES", z::Z_TREES),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "error", ERROR.to_value())?;
    set(cx, module, "_ZlibDecompressor", objects::ZLIB_DECOMPRESSOR.to_value())?;
    for &(name, number) in NUMBERS {
        set(cx, module, name, Value::small_int(number))?;
    }
    let version = stream::version();
    let version = version.split('-').next().unwrap_or_default();
    for name in ["ZLIB_VERSION", "ZLIB_RUNTIME_VERSION"] {
        let text = cx.str(version);
        set(cx, module, name, text)?;
    }
    let own = cx.str("1.0");
    set(cx, module, "__version__", own)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "zlib",
    doc: Some(
        "The functions in this module allow compression and decompression using the\nzlib library, which is based on GNU zip.\n\nadler32(string[, start]) -- Compute an Adler-32 checksum.\ncompress(data[, level]) -- Compress data, with compression level 0-9 or -1.\ncompressobj([level[, ...]]) -- Return a compressor object.\ncrc32(string[, start]) -- Compute a CRC-32 checksum.\ndecompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.\ndecompressobj([wbits[, zdict]]) -- Return a decompressor object.\n\n'wbits' is window buffer size and container format.\nCompressor objects support compress() and flush() methods; decompressor\nobjects support decompress() and flush().",
    ),
    functions: natives![adler32, compress, objects::compressobj, crc32, decompress, objects::decompressobj],
    types: Some(types),
    init: Some(init),
};
