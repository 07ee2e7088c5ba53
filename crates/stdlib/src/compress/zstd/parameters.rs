//! Parameters of the two contexts: names, bounds, and their setting from a dict of options.

use taipan_macros::native;
use taipan_object::{Cx, R, Raised, Type, Value, dict, int};
use zs::ZSTD_cParameter as C;
use zstd_sys as zs;

use super::context;
use super::raise;

/// A parameter of the compressor.
pub struct Parameter {
    pub id: C,
    pub constant: &'static str,
    name: &'static str,
}

const fn parameter(id: C, constant: &'static str, name: &'static str) -> Parameter {
    Parameter { id, constant, name }
}

pub const COMPRESSION: &[Parameter] = &[
    parameter(C::ZSTD_c_compressionLevel, "ZSTD_c_compressionLevel", "compression_level"),
    parameter(C::ZSTD_c_windowLog, "ZSTD_c_windowLog", "window_log"),
    parameter(C::ZSTD_c_hashLog, "ZSTD_c_hashLog", "hash_log"),
    parameter(C::ZSTD_c_chainLog, "ZSTD_c_chainLog", "chain_log"),
    parameter(C::ZSTD_c_searchLog, "ZSTD_c_searchLog", "search_log"),
    parameter(C::ZSTD_c_minMatch, "ZSTD_c_minMatch", "min_match"),
    parameter(C::ZSTD_c_targetLength, "ZSTD_c_targetLength", "target_length"),
    parameter(C::ZSTD_c_strategy, "ZSTD_c_strategy", "strategy"),
    parameter(
        C::ZSTD_c_enableLongDistanceMatching,
        "ZSTD_c_enableLongDistanceMatching",
        "enable_long_distance_matching",
    ),
    parameter(C::ZSTD_c_ldmHashLog, "ZSTD_c_ldmHashLog", "ldm_hash_log"),
    parameter(C::ZSTD_c_ldmMinMatch, "ZSTD_c_ldmMinMatch", "ldm_min_match"),
    parameter(C::ZSTD_c_ldmBucketSizeLog, "ZSTD_c_ldmBucketSizeLog", "ldm_bucket_size_log"),
    parameter(C::ZSTD_c_ldmHashRateLog, "ZSTD_c_ldmHashRateLog", "ldm_hash_rate_log"),
    parameter(C::ZSTD_c_contentSizeFlag, "ZSTD_c_contentSizeFlag", "content_size_flag"),
    parameter(C::ZSTD_c_checksumFlag, "ZSTD_c_checksumFlag", "checksum_flag"),
    parameter(C::ZSTD_c_dictIDFlag, "ZSTD_c_dictIDFlag", "dict_id_flag"),
    parameter(C::ZSTD_c_nbWorkers, "ZSTD_c_nbWorkers", "nb_workers"),
    parameter(C::ZSTD_c_jobSize, "ZSTD_c_jobSize", "job_size"),
    parameter(C::ZSTD_c_overlapLog, "ZSTD_c_overlapLog", "overlap_log"),
];

/// The decompressor's one parameter.
const WINDOW_LOG_MAX: i32 = 100;

/// The enumerations that `compression.zstd` makes of the parameters, for a check of the options' keys.
#[derive(Default)]
struct ParameterTypes {
    compression: Option<Value>,
    decompression: Option<Value>,
}

fn compression_bounds(id: C) -> (i32, i32) {
    // SAFETY: a question without state, about a parameter the library knows.
    let bounds = unsafe { zs::ZSTD_cParam_getBounds(id) };
    (bounds.lowerBound, bounds.upperBound)
}

fn decompression_bounds() -> (i32, i32) {
    // SAFETY: as above.
    let bounds = unsafe { zs::ZSTD_dParam_getBounds(zs::ZSTD_dParameter::ZSTD_d_windowLogMax) };
    (bounds.lowerBound, bounds.upperBound)
}

/// Get CompressionParameter/DecompressionParameter bounds.
///
///   parameter
///     The parameter to get bounds.
///   is_compress
///     True for CompressionParameter, False for DecompressionParameter.
#[native("_zstd.get_param_bounds(parameter, is_compress)")]
pub fn get_param_bounds(cx: &mut Cx, parameter: i32, is_compress: bool) -> R {
    let bounds = if is_compress {
        COMPRESSION.iter().find(|p| p.id as i32 == parameter).map(|p| compression_bounds(p.id))
    } else {
        (parameter == WINDOW_LOG_MAX).then(decompression_bounds)
    };
    let Some((low, high)) = bounds else {
        let what = if is_compress { "compression" } else { "decompression" };
        let message = format!("Unable to get zstd {what} parameter bounds: Unsupported parameter");
        return Err(cx.raise(&super::ERROR, message));
    };
    Ok(cx.tuple_value([Value::small_int(low), Value::small_int(high)]))
}

/// Set CompressionParameter and DecompressionParameter types for validity check.
///
///   c_parameter_type
///     CompressionParameter IntEnum type object
///   d_parameter_type
///     DecompressionParameter IntEnum type object
#[native("_zstd.set_parameter_types(c_parameter_type, d_parameter_type)")]
pub fn set_parameter_types(cx: &mut Cx, c_parameter_type: &Value, d_parameter_type: &Value) -> R<()> {
    for (value, name) in [(c_parameter_type, "c_parameter_type"), (d_parameter_type, "d_parameter_type")] {
        if value.cast::<Type>().is_none() {
            let message =
                format!("set_parameter_types() argument '{name}' must be type, not {}", value.type_name(cx));
            return Err(cx.type_error(message));
        }
    }
    let types = ParameterTypes {
        compression: Some(c_parameter_type.clone()),
        decompression: Some(d_parameter_type.clone()),
    };
    let old = std::mem::replace(cx.interp_mut().state::<ParameterTypes>(), types);
    drop(old);
    Ok(())
}

fn is_of(value: &Value, class: Option<&Value>) -> bool {
    class.is_some_and(|class| value.type_of().into_value().is(class))
}

fn c_int(cx: &mut Cx, value: &Value) -> R<i32> {
    let exact = int::index(cx, value)?;
    match exact.as_int().and_then(|i| i.to_i64()).and_then(|i| i32::try_from(i).ok()) {
        Some(i) => Ok(i),
        None => Err(cx.overflow_error("Python int too large to convert to C int")),
    }
}

/// Checks and sets the compression level.
pub fn set_level(cx: &mut Cx, compressor: &mut context::Compressor, level: &Value) -> R<()> {
    let (low, high) = compression_bounds(C::ZSTD_c_compressionLevel);
    let Some(exact) = level.as_int() else {
        return Err(cx.type_error("invalid type for level, expected int"));
    };
    let number = exact.to_i64().and_then(|n| i32::try_from(n).ok());
    let message = match number {
        Some(n) if (low..=high).contains(&n) => {
            compressor.level = n;
            return compressor
                .set(C::ZSTD_c_compressionLevel, n)
                .map_err(|f| raise(cx, f, "Unable to set zstd compression level"));
        }
        Some(n) => format!("illegal compression level {n}; the valid range is [{low}, {high}]"),
        None => format!("illegal compression level; the valid range is [{low}, {high}]"),
    };
    Err(cx.value_error(message))
}

#[cold]
fn illegal(cx: &mut Cx, what: &str, name: &str, value: i32, bounds: (i32, i32)) -> Raised {
    let (low, high) = bounds;
    cx.value_error(format!(
        "{what} parameter '{name}' received an illegal value {value}; the valid range is [{low}, {high}]"
    ))
}

#[cold]
fn unknown(cx: &mut Cx, what: &str, key: i32) -> Raised {
    cx.value_error(format!("invalid {what} parameter 'unknown parameter (key {key})'"))
}

fn option_items(cx: &mut Cx, options: &Value, owner: &str) -> R<Vec<(Value, Value)>> {
    match options.as_dict() {
        Some(dict) => Ok(dict::items(cx, dict)),
        None => {
            let message = format!("{owner}() argument 'options' must be dict, not {}", options.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Sets the options of a compressor.
pub fn set_compression(cx: &mut Cx, compressor: &mut context::Compressor, options: &Value) -> R<()> {
    for (key, value) in option_items(cx, options, "ZstdCompressor")? {
        let wrong = cx.interp_mut().state::<ParameterTypes>().decompression.clone();
        if is_of(&key, wrong.as_ref()) {
            return Err(cx.type_error(
                "compression options dictionary key must not be a DecompressionParameter attribute",
            ));
        }
        let key = c_int(cx, &key)?;
        if key == C::ZSTD_c_compressionLevel as i32 {
            set_level(cx, compressor, &value)?;
            continue;
        }
        let value = c_int(cx, &value)?;
        let Some(parameter) = COMPRESSION.iter().find(|p| p.id as i32 == key) else {
            return Err(unknown(cx, "compression", key));
        };
        let bounds = compression_bounds(parameter.id);
        // Zero stands for the default, inside of the bounds or not.
        if compressor.set(parameter.id, value).is_err() {
            return Err(illegal(cx, "compression", parameter.name, value, bounds));
        }
    }
    Ok(())
}

/// Sets the options of a decompressor.
pub fn set_decompression(cx: &mut Cx, decompressor: &mut context::Decompressor, options: &Value) -> R<()> {
    for (key, value) in option_items(cx, options, "ZstdDecompressor")? {
        let wrong = cx.interp_mut().state::<ParameterTypes>().compression.clone();
        if is_of(&key, wrong.as_ref()) {
            return Err(cx.type_error(
                "decompression options dictionary key must not be a CompressionParameter attribute",
            ));
        }
        let key = c_int(cx, &key)?;
        let value = c_int(cx, &value)?;
        if key != WINDOW_LOG_MAX {
            return Err(unknown(cx, "decompression", key));
        }
        if decompressor.set(zs::ZSTD_dParameter::ZSTD_d_windowLogMax, value).is_err() {
            return Err(illegal(cx, "decompression", "window_log_max", value, decompression_bounds()));
        }
    }
    Ok(())
}

/// The dictionary's number in its header; 0 for raw content.
pub fn dictionary_id(content: &[u8]) -> u32 {
    // SAFETY: the range is readable.
    unsafe { zs::ZSTD_getDictID_fromDict(content.as_ptr().cast(), content.len()) }
}
