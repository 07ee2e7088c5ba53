//! `_testcapi` and `_testlimitedcapi`: what CPython's own tests ask of these two modules that has a meaning here: the
//! limits of C's types, and operations that Python code reaches only around the index and look-up rules.

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value, ops};
use taipan_types::module::{ModuleDef, set};

/// Get the item at a position; a negative one is used as it is after the length was added once.
#[native("_testlimitedcapi.sequence_getitem(sequence, index, /)")]
fn sequence_getitem(cx: &mut Cx, sequence: &Value, index: i64) -> R {
    let index = cx.int(index);
    ops::getitem(cx, sequence, &index)
}

/// Set the item at a position.
#[native("_testlimitedcapi.sequence_setitem(sequence, index, value, /)")]
fn sequence_setitem(cx: &mut Cx, sequence: &Value, index: i64, value: &Value) -> R<i64> {
    let index = cx.int(index);
    ops::setitem(cx, sequence, &index, value)?;
    Ok(0)
}

/// Delete the item at a position.
#[native("_testlimitedcapi.sequence_delitem(sequence, index, /)")]
fn sequence_delitem(cx: &mut Cx, sequence: &Value, index: i64) -> R<i64> {
    let index = cx.int(index);
    ops::delitem(cx, sequence, &index)?;
    Ok(0)
}

/// Tell whether an object has an attribute, 1 or 0. No error is raised.
#[native("_testlimitedcapi.object_hasattrstring(object, name, /)")]
fn object_hasattrstring(cx: &mut Cx, object: &Value, name: &Value) -> R<i64> {
    let bytes = taipan_object::buffer::bytes_like(cx, name)?.to_vec(cx);
    let name = cx.str(&String::from_utf8_lossy(&bytes));
    let Some(name) = name.as_str() else { return Ok(0) };
    match ops::getattr_opt(cx, object, name) {
        Ok(found) => Ok(found.is_some().into()),
        Err(raised) => {
            drop(cx.take_raised(raised));
            Ok(0)
        }
    }
}

fn incremental(cx: &mut Cx, encoding: &Value, errors: Option<&Value>, maker: &str) -> R {
    let name = encoding.as_str().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    let codec = taipan_vm::runtime::codecs::lookup(cx, &name)?;
    let make = ops::getattr_str(cx, &codec, maker)?;
    let args: Vec<Value> = errors.cloned().into_iter().collect();
    ops::call(cx, &make, &args)
}

/// Make an incremental encoder.
#[native("_testlimitedcapi.codec_incrementalencoder(encoding, errors=None, /)")]
fn codec_incrementalencoder(cx: &mut Cx, encoding: &Value, errors: Option<&Value>) -> R {
    incremental(cx, encoding, errors, "incrementalencoder")
}

/// Make an incremental decoder.
#[native("_testlimitedcapi.codec_incrementaldecoder(encoding, errors=None, /)")]
fn codec_incrementaldecoder(cx: &mut Cx, encoding: &Value, errors: Option<&Value>) -> R {
    incremental(cx, encoding, errors, "incrementaldecoder")
}

/// The limits of C's integer types on this platform (LP64).
const LIMITS: &[(&str, i64)] = &[
    ("CHAR_MAX", i8::MAX as i64),
    ("CHAR_MIN", i8::MIN as i64),
    ("UCHAR_MAX", u8::MAX as i64),
    ("SHRT_MAX", i16::MAX as i64),
    ("SHRT_MIN", i16::MIN as i64),
    ("USHRT_MAX", u16::MAX as i64),
    ("INT_MAX", i32::MAX as i64),
    ("INT_MIN", i32::MIN as i64),
    ("UINT_MAX", u32::MAX as i64),
    ("LONG_MAX", i64::MAX),
    ("LONG_MIN", i64::MIN),
    ("LLONG_MAX", i64::MAX),
    ("LLONG_MIN", i64::MIN),
    ("PY_SSIZE_T_MAX", i64::MAX),
    ("PY_SSIZE_T_MIN", i64::MIN),
    ("SIZEOF_WCHAR_T", 4),
    ("SIZEOF_VOID_P", 8),
    ("SIZEOF_TIME_T", 8),
    ("SIZEOF_PID_T", 4),
    ("nan_msb_is_signaling", 0),
];

fn init_testcapi(cx: &mut Cx, module: &Value) -> R<()> {
    for (name, number) in LIMITS {
        let number = cx.int(*number);
        set(cx, module, name, number)?;
    }
    for name in ["ULONG_MAX", "ULLONG_MAX", "SIZE_MAX"] {
        let number = cx.int_from_u64(u64::MAX);
        set(cx, module, name, number)?;
    }
    let floats = [
        ("FLT_MAX", f64::from(f32::MAX)),
        ("FLT_MIN", f64::from(f32::MIN_POSITIVE)),
        ("DBL_MAX", f64::MAX),
        ("DBL_MIN", f64::MIN_POSITIVE),
    ];
    for (name, number) in floats {
        let number = cx.float(number);
        set(cx, module, name, number)?;
    }
    Ok(())
}

/// `_testcapi`.
pub static TESTCAPI: ModuleDef =
    ModuleDef { name: "_testcapi", init: Some(init_testcapi), ..ModuleDef::EMPTY };

/// `_testlimitedcapi`.
pub static TESTLIMITEDCAPI: ModuleDef = ModuleDef {
    name: "_testlimitedcapi",
    functions: natives![
        sequence_getitem,
        sequence_setitem,
        sequence_delitem,
        object_hasattrstring,
        codec_incrementalencoder,
        codec_incrementaldecoder
    ],
    ..ModuleDef::EMPTY
};
