//! `_zstd`: Zstandard (RFC 8878), what `compression.zstd` stands on.

mod context;
mod objects;
mod parameters;

use std::ffi::CStr;

use taipan_macros::{native, natives};
use taipan_object::exc::{EXCEPTION, Exception};
use taipan_object::ty::TYPE;
use taipan_object::{Cx, Obj, R, Raised, Tuple, Type, Value, flags};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};
use zstd_sys as zs;

use super::Input;
use context::{Failure, check};

/// `compression.zstd.ZstdError`.
pub static ERROR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("compression.zstd.ZstdError")
        .base(&EXCEPTION)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs()
        .doc("An error occurred in the zstd library."),
);

/// Raises a failure; `doing` begins the message.
#[cold]
fn raise(cx: &mut Cx, failure: Failure, doing: &str) -> Raised {
    match failure {
        Failure::NoMemory => cx.memory_error(),
        Failure::Library(name) => cx.raise(&ERROR, format!("{doing}: {name}")),
    }
}

fn tuple_of_sizes(cx: &mut Cx, sizes: &Value, name: &str, place: usize) -> R<()> {
    if sizes.cast::<Tuple>().is_none() {
        let message = format!("{name}() argument {place} must be tuple, not {}", sizes.type_name(cx));
        return Err(cx.type_error(message));
    }
    Ok(())
}

/// The samples' sizes, which must add up to the length of `samples`.
fn sample_sizes(cx: &mut Cx, sizes: &Value, samples: &[u8]) -> R<Vec<usize>> {
    let Some(tuple) = sizes.cast::<Tuple>() else { return Ok(Vec::new()) };
    let mut out = Vec::with_capacity(tuple.len());
    let mut total = Some(0usize);
    for item in tuple.items() {
        let Some(n) = item.as_int() else { return Err(cx.type_error("an integer is required")) };
        let n = n.to_i64().and_then(|n| usize::try_from(n).ok());
        total = total.zip(n).and_then(|(total, n)| total.checked_add(n));
        out.push(n.unwrap_or(0));
    }
    if total != Some(samples.len()) {
        return Err(cx.value_error("The samples size tuple doesn't match the concatenation's size."));
    }
    Ok(out)
}

/// An argument that must be a `bytes`.
fn exact_bytes(cx: &mut Cx, value: &Value, name: &str, place: usize) -> R<Input> {
    if value.as_bytes().is_none() {
        let message = format!("{name}() argument {place} must be bytes, not {}", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    Input::new(cx, value)
}

fn positive(cx: &mut Cx, size: i64) -> R<usize> {
    match usize::try_from(size) {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(cx.value_error("dict_size argument should be positive number.")),
    }
}

/// Train a Zstandard dictionary on sample data.
///
///   samples_bytes
///     Concatenation of samples.
///   samples_sizes
///     Tuple of samples' sizes.
///   dict_size
///     The size of the dictionary.
#[native("_zstd.train_dict(samples_bytes, samples_sizes, dict_size, /)")]
fn train_dict(cx: &mut Cx, samples_bytes: &Value, samples_sizes: &Value, dict_size: i64) -> R {
    let samples = exact_bytes(cx, samples_bytes, "train_dict", 1)?;
    tuple_of_sizes(cx, samples_sizes, "train_dict", 2)?;
    let size = positive(cx, dict_size)?;
    let sizes = sample_sizes(cx, samples_sizes, samples.bytes())?;
    match super::detached(cx, usize::MAX, || context::train(samples.bytes(), &sizes, size)) {
        Ok(out) => Ok(cx.bytes(&out)),
        Err(failure) => Err(raise(cx, failure, "Unable to train the Zstandard dictionary")),
    }
}

/// Finalize a Zstandard dictionary.
///
///   custom_dict_bytes
///     Custom dictionary content.
///   samples_bytes
///     Concatenation of samples.
///   samples_sizes
///     Tuple of samples' sizes.
///   dict_size
///     The size of the dictionary.
///   compression_level
///     Optimize for a specific Zstandard compression level, 0 means default.
#[native(
    "_zstd.finalize_dict(custom_dict_bytes, samples_bytes, samples_sizes, dict_size, compression_level, /)"
)]
fn finalize_dict(
    cx: &mut Cx,
    custom_dict_bytes: &Value,
    samples_bytes: &Value,
    samples_sizes: &Value,
    dict_size: i64,
    compression_level: i32,
) -> R {
    let content = exact_bytes(cx, custom_dict_bytes, "finalize_dict", 1)?;
    let samples = exact_bytes(cx, samples_bytes, "finalize_dict", 2)?;
    tuple_of_sizes(cx, samples_sizes, "finalize_dict", 3)?;
    let size = positive(cx, dict_size)?;
    let sizes = sample_sizes(cx, samples_sizes, samples.bytes())?;
    let result = super::detached(cx, usize::MAX, || {
        context::finalize(content.bytes(), samples.bytes(), &sizes, size, compression_level)
    });
    match result {
        Ok(out) => Ok(cx.bytes(&out)),
        Err(failure) => Err(raise(cx, failure, "Unable to finalize the Zstandard dictionary")),
    }
}

/// Get the size of a Zstandard frame, including the header and optional checksum.
///
///   frame_buffer
///     A bytes-like object, it should start from the beginning of a frame,
///     and contains at least one complete frame.
#[native("_zstd.get_frame_size(frame_buffer)")]
fn get_frame_size(cx: &mut Cx, frame_buffer: &Value) -> R<usize> {
    let frame = Input::new(cx, frame_buffer)?;
    // SAFETY: the range is readable.
    let code =
        unsafe { zs::ZSTD_findFrameCompressedSize(frame.bytes().as_ptr().cast(), frame.bytes().len()) };
    match check(code) {
        Ok(n) => Ok(n),
        Err(Failure::Library(name)) => Err(cx.raise(
            &ERROR,
            format!(
                "Error when finding the compressed size of a Zstandard frame. Ensure the frame_buffer argument starts from the beginning of a frame, and its length is not less than this complete frame. Zstd error message: {name}."
            ),
        )),
        Err(Failure::NoMemory) => Err(cx.memory_error()),
    }
}

/// Get Zstandard frame infomation from a frame header.
///
///   frame_buffer
///     A bytes-like object, containing the header of a Zstandard frame.
#[native("_zstd.get_frame_info(frame_buffer)")]
fn get_frame_info(cx: &mut Cx, frame_buffer: &Value) -> R {
    const UNKNOWN: u64 = u64::MAX;
    const ERRONEOUS: u64 = u64::MAX - 1;
    let frame = Input::new(cx, frame_buffer)?;
    let (start, n) = (frame.bytes().as_ptr().cast(), frame.bytes().len());
    // SAFETY: the range is readable.
    let (size, id) =
        unsafe { (zs::ZSTD_getFrameContentSize(start, n), zs::ZSTD_getDictID_fromFrame(start, n)) };
    let size = match size {
        ERRONEOUS => {
            return Err(cx.raise(
                &ERROR,
                "Error when getting information from the header of a Zstandard frame. Ensure the frame_buffer argument starts from the beginning of a frame, and its length is not less than the frame header (6~18 bytes).",
            ));
        }
        UNKNOWN => Value::none(),
        size => cx.int_from_u64(size),
    };
    let id = cx.int(id.into());
    Ok(cx.tuple_value([size, id]))
}

fn types(types: &mut Types) {
    types.add([&ERROR]);
    objects::types(types);
}

/// The names of numbers that are no parameters.
const NUMBERS: &[(&str, i32)] = &[
    ("ZSTD_CLEVEL_DEFAULT", 3),
    ("ZSTD_DStreamOutSize", 131_072),
    ("ZSTD_fast", 1),
    ("ZSTD_dfast", 2),
    ("ZSTD_greedy", 3),
    ("ZSTD_lazy", 4),
    ("ZSTD_lazy2", 5),
    ("ZSTD_btlazy2", 6),
    ("ZSTD_btopt", 7),
    ("ZSTD_btultra", 8),
    ("ZSTD_btultra2", 9),
    ("ZSTD_d_windowLogMax", 100),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "ZstdError", ERROR.to_value())?;
    set(cx, module, "ZstdDict", objects::DICT.to_value())?;
    set(cx, module, "ZstdCompressor", objects::COMPRESSOR.to_value())?;
    set(cx, module, "ZstdDecompressor", objects::DECOMPRESSOR.to_value())?;
    for &(name, number) in NUMBERS {
        set(cx, module, name, Value::small_int(number))?;
    }
    for parameter in parameters::COMPRESSION {
        set(cx, module, parameter.constant, Value::small_int(parameter.id as i32))?;
    }
    // SAFETY: questions without state; the version is a static C string.
    let (text, number) = unsafe { (CStr::from_ptr(zs::ZSTD_versionString()), zs::ZSTD_versionNumber()) };
    let text = cx.str(&text.to_string_lossy());
    set(cx, module, "zstd_version", text)?;
    set(cx, module, "zstd_version_number", Value::small_int(number as i32))
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_zstd",
    doc: Some("Implementation module for Zstandard compression."),
    functions: natives![
        train_dict,
        finalize_dict,
        parameters::get_param_bounds,
        get_frame_size,
        get_frame_info,
        parameters::set_parameter_types
    ],
    types: Some(types),
    init: Some(init),
};
