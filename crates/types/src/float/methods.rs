//! Methods and attributes of `float`.

use taipan_macros::{native, natives};
use taipan_object::float::FLOAT;
use taipan_object::{Cx, GetSetDef, R, TypeDefs, Value, int, ops};
use taipan_text::format_spec::{Align, Locale, Spec, format_float};
use taipan_text::number;

use super::{exact, get};

/// Return a pair of integers, whose ratio is exactly equal to the original float.
///
/// The ratio is in lowest terms and has a positive denominator.  Raise
/// OverflowError on infinities and a ValueError on NaNs.
///
/// >>> (10.0).as_integer_ratio()
/// (10, 1)
/// >>> (0.0).as_integer_ratio()
/// (0, 1)
/// >>> (-.25).as_integer_ratio()
/// (-1, 4)
#[native("float.as_integer_ratio($self, /)")]
fn as_integer_ratio(cx: &mut Cx, this: &Value) -> R {
    let f = get(cx, this)?;
    if f.is_infinite() {
        return Err(cx.overflow_error("cannot convert Infinity to integer ratio"));
    }
    if f.is_nan() {
        return Err(cx.value_error("cannot convert NaN to integer ratio"));
    }
    let (n, d) = number::scale::ratio(f);
    let (n, d) = (cx.int_from_big(n), cx.int_from_big(d));
    Ok(cx.tuple_value([n, d]))
}

/// Return True if the float is an integer.
#[native("float.is_integer($self, /)")]
fn is_integer(cx: &mut Cx, this: &Value) -> R<bool> {
    let f = get(cx, this)?;
    Ok(f.is_finite() && f.floor() == f)
}

/// Return self, the complex conjugate of any float.
#[native("float.conjugate($self, /)")]
fn conjugate(cx: &mut Cx, this: &Value) -> R {
    exact(cx, this)
}

/// Return the Integral closest to x between 0 and x.
#[native("float.__trunc__($self, /)")]
fn trunc(cx: &mut Cx, this: &Value) -> R {
    let f = get(cx, this)?;
    crate::int::from_f64(cx, f)
}

/// Return the floor as an Integral.
#[native("float.__floor__($self, /)")]
fn floor(cx: &mut Cx, this: &Value) -> R {
    let f = get(cx, this)?;
    crate::int::from_f64(cx, f.floor())
}

/// Return the ceiling as an Integral.
#[native("float.__ceil__($self, /)")]
fn ceil(cx: &mut Cx, this: &Value) -> R {
    let f = get(cx, this)?;
    crate::int::from_f64(cx, f.ceil())
}

/// Return the Integral closest to x, rounding half toward even.
///
/// When an argument is passed, work like built-in round(x, ndigits).
#[native("float.__round__($self, ndigits=None, /)")]
fn round(cx: &mut Cx, this: &Value, ndigits: Option<&Value>) -> R {
    let f = get(cx, this)?;
    let Some(ndigits) = ndigits.filter(|n| !n.is_none()) else {
        if !f.is_finite() {
            return crate::int::from_f64(cx, f);
        }
        let whole = number::float::round_to_int(f);
        return Ok(cx.int_from_big(whole));
    };
    let n = int::index_clamped(cx, ndigits)?;
    match number::float::round(f, n) {
        Some(rounded) => Ok(cx.float(rounded)),
        None => Err(cx.overflow_error("rounded value too large to represent")),
    }
}

/// Return a hexadecimal representation of a floating-point number.
///
/// >>> (-0.1).hex()
/// '-0x1.999999999999ap-4'
/// >>> 3.14159.hex()
/// '0x1.921f9f01b866ep+1'
#[native("float.hex($self, /)")]
fn hex(cx: &mut Cx, this: &Value) -> R<String> {
    get(cx, this).map(number::float::to_hex)
}

/// Create a floating-point number from a hexadecimal string.
///
/// >>> float.fromhex('0x1.ffffp10')
/// 2047.984375
/// >>> float.fromhex('-0x1p-1074')
/// -5e-324
#[native("float.fromhex($type, string, /)")]
fn fromhex(cx: &mut Cx, class: &Value, string: &Value) -> R {
    let Some(text) = string.as_str() else {
        let message = format!("argument must be str, not {}", string.type_name(cx));
        return Err(cx.type_error(message));
    };
    let Some(ascii) = text.as_ascii() else {
        return Err(cx.value_error("invalid hexadecimal floating-point string"));
    };
    let value = match number::float::from_hex(number::trim(ascii.as_bytes())) {
        Ok(value) => value,
        Err(number::float::HexError::Invalid) => {
            return Err(cx.value_error("invalid hexadecimal floating-point string"));
        }
        Err(_) => return Err(cx.overflow_error("hexadecimal value too large to represent as a float")),
    };
    let made = cx.float(value);
    if class.is_obj(&FLOAT) { Ok(made) } else { ops::call(cx, class, &[made]) }
}

/// Convert real number to a floating-point number.
#[native("float.from_number($type, number, /)")]
fn from_number(cx: &mut Cx, class: &Value, number: &Value) -> R {
    let exact = class.is_obj(&FLOAT);
    if exact && number.is_instance_exact(&FLOAT) {
        return Ok(number.clone());
    }
    let value = taipan_object::float::to_f64(cx, number)?;
    let made = cx.float(value);
    if exact { Ok(made) } else { ops::call(cx, class, &[made]) }
}

/// You probably don't want to use this function.
///
///   typestr
///     Must be 'double' or 'float'.
///
/// It exists mainly to be used in Python's test suite.
///
/// This function returns whichever of 'unknown', 'IEEE, big-endian' or 'IEEE,
/// little-endian' best describes the format of floating-point numbers used by the
/// C type named by typestr.
#[native("float.__getformat__($type, typestr, /)")]
fn getformat(cx: &mut Cx, class: &Value, typestr: &Value) -> R {
    let _ = class;
    match typestr.as_str() {
        Some(s) if s.eq_str("double") || s.eq_str("float") => Ok(cx.str(if cfg!(target_endian = "little") {
            "IEEE, little-endian"
        } else {
            "IEEE, big-endian"
        })),
        Some(_) => Err(cx.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
        None => {
            let message = format!("__getformat__() argument must be str, not {}", typestr.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Formats the float according to format_spec.
#[native("float.__format__($self, format_spec, /)")]
fn format(cx: &mut Cx, this: &Value, format_spec: &Value) -> R {
    let text = crate::format::spec_text(cx, format_spec)?;
    if text.is_empty() {
        return ops::str_of(cx, this).map(|s| s.into_value());
    }
    let points: Vec<u32> = text.chars().collect();
    let name = this.type_name(cx).into_owned();
    let spec = match Spec::parse(&points, '\0', Align::Right, &name) {
        Ok(spec) => spec,
        Err(error) => return Err(crate::format::raise(cx, error)),
    };
    let locale = if spec.kind == u32::from('n') { crate::format::locale(cx) } else { Locale::default() };
    let f = get(cx, this)?;
    let result = format_float(f, &spec, &name, &locale);
    crate::format::finish(cx, result)
}

#[native("float.__getnewargs__($self, /)")]
fn getnewargs(cx: &mut Cx, this: &Value) -> R {
    let exact = exact(cx, this)?;
    Ok(cx.tuple_value([exact]))
}

static GETSET: &[GetSetDef] = &[
    GetSetDef { name: "real", doc: Some("the real part of a complex number"), get: Some(exact), set: None },
    GetSetDef {
        name: "imag",
        doc: Some("the imaginary part of a complex number"),
        get: Some(|cx, _| Ok(cx.float(0.0))),
        set: None,
    },
];

pub static DEFS: TypeDefs = TypeDefs {
    methods: natives![
        from_number,
        conjugate,
        trunc,
        floor,
        ceil,
        round,
        as_integer_ratio,
        fromhex,
        hex,
        is_integer,
        getnewargs,
        getformat,
        format
    ],
    getset: GETSET,
    ..TypeDefs::NONE
};
