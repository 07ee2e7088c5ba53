//! Methods and attributes of `int`.

use dashu_int::{IBig, UBig};
use taipan_macros::{native, natives};
use taipan_object::{Cx, GetSetDef, IntRef, R, TypeDefs, Value, buffer, int, ops};
use taipan_text::format_spec::{Align, Locale, Spec, format_int};

use super::arithmetic;

pub const DOC: &str = "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 if no arguments\nare given.  If x is a number, return x.__int__().  For floating-point\nnumbers, this truncates towards zero.\n\nIf x is not a number or if base is given, then x must be a string,\nbytes, or bytearray instance representing an integer literal in the\ngiven base.  The literal can be preceded by '+' or '-' and be surrounded\nby whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.\nBase 0 means to interpret the base from the string as an integer literal.\n>>> int('0b100', base=0)\n4";
pub const BOOL_DOC: &str = "bool(object=False, /)\n--\n\nReturns True when the argument is true, False otherwise.\n\nThe builtins True and False are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.";

fn big(this: &Value) -> IBig {
    this.as_int().map(|i| i.to_big().into_owned()).unwrap_or(IBig::ZERO)
}

/// Number of bits necessary to represent self in binary.
///
/// >>> bin(37)
/// '0b100101'
/// >>> (37).bit_length()
/// 6
#[native("int.bit_length($self, /)", leaf)]
fn bit_length(cx: &mut Cx, this: &Value) -> R<i64> {
    let _ = cx;
    Ok(this.as_int().map_or(0, |i| arithmetic::bit_length(i) as i64))
}

/// Number of ones in the binary representation of the absolute value of self.
///
/// Also known as the population count.
///
/// >>> bin(13)
/// '0b1101'
/// >>> (13).bit_count()
/// 3
#[native("int.bit_count($self, /)", leaf)]
fn bit_count(cx: &mut Cx, this: &Value) -> R<i64> {
    let _ = cx;
    if let Some(IntRef::Small(i)) = this.as_int() {
        return Ok(i.unsigned_abs().count_ones().into());
    }
    let (_, words) = big(this).into_parts();
    Ok(words.as_words().iter().map(|w| i64::from(w.count_ones())).sum())
}

/// Return an array of bytes representing an integer.
///
///   length
///     Length of bytes object to use.  An OverflowError is raised if the
///     integer is not representable with the given number of bytes.  Default
///     is length 1.
///   byteorder
///     The byte order used to represent the integer.  If byteorder is 'big',
///     the most significant byte is at the beginning of the byte array.  If
///     byteorder is 'little', the most significant byte is at the end of the
///     byte array.  To request the native byte order of the host system, use
///     sys.byteorder as the byte order value.  Default is to use 'big'.
///   signed
///     Determines whether two's complement is used to represent the integer.
///     If signed is False and a negative integer is given, an OverflowError
///     is raised.
#[native("int.to_bytes($self, /, length=1, byteorder='big', *, signed=False)")]
fn to_bytes(cx: &mut Cx, this: &Value, length: i64, byteorder: Option<&Value>, signed: bool) -> R {
    let little = is_little(cx, byteorder)?;
    if length < 0 {
        return Err(cx.value_error("length argument must be non-negative"));
    }
    let value = big(this);
    let negative = value < IBig::ZERO;
    if negative && !signed {
        return Err(cx.overflow_error("can't convert negative int to unsigned"));
    }
    let length = length as usize;
    let mut out = Vec::new();
    if out.try_reserve_exact(length).is_err() {
        return Err(cx.memory_error());
    }
    // Two's complement: the bits of -(v) are those of !(v - 1).
    let magnitude: UBig =
        if negative { (-&value - IBig::ONE).try_into() } else { value.try_into() }.unwrap_or(UBig::ZERO);
    let bytes = magnitude.to_le_bytes();
    let used = bytes.iter().rposition(|&b| b != 0).map_or(0, |i| i + 1);
    let fits = used < length
        || used == length && (!signed || used == 0 || bytes[used - 1] < 0x80)
        || used == 0 && length == 0 && !negative;
    if !fits || (negative && length == 0) {
        return Err(cx.overflow_error("int too big to convert"));
    }
    out.extend_from_slice(&bytes[..used]);
    out.resize(length, 0);
    if negative {
        out.iter_mut().for_each(|b| *b = !*b);
    }
    if !little {
        out.reverse();
    }
    Ok(cx.bytes(&out))
}

fn is_little(cx: &mut Cx, byteorder: Option<&Value>) -> R<bool> {
    let Some(order) = byteorder else { return Ok(false) };
    match order.as_str() {
        Some(s) if s.eq_str("little") => Ok(true),
        Some(s) if s.eq_str("big") => Ok(false),
        Some(_) => Err(cx.value_error("byteorder must be either 'little' or 'big'")),
        None => {
            let message = format!("argument 'byteorder' must be str, not {}", order.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Return the integer represented by the given array of bytes.
///
///   bytes
///     Holds the array of bytes to convert.  The argument must either
///     support the buffer protocol or be an iterable object producing bytes.
///     Bytes and bytearray are examples of built-in objects that support the
///     buffer protocol.
///   byteorder
///     The byte order used to represent the integer.  If byteorder is 'big',
///     the most significant byte is at the beginning of the byte array.  If
///     byteorder is 'little', the most significant byte is at the end of the
///     byte array.  To request the native byte order of the host system, use
///     sys.byteorder as the byte order value.  Default is to use 'big'.
///   signed
///     Indicates whether two's complement is used to represent the integer.
#[native("int.from_bytes($type, /, bytes, byteorder='big', *, signed=False)")]
fn from_bytes(cx: &mut Cx, class: &Value, bytes: &Value, byteorder: Option<&Value>, signed: bool) -> R {
    let little = is_little(cx, byteorder)?;
    let mut data = if let Some(method) = ops::call_special(cx, bytes, &taipan_object::names::__bytes__, &[])?
    {
        buffer::bytes_like(cx, &method)?.to_vec(cx)
    } else if buffer::supports(cx, bytes) {
        buffer::bytes_like(cx, bytes)?.to_vec(cx)
    } else if bytes.as_str().is_some() {
        let message = format!("cannot convert '{}' object to bytes", bytes.type_name(cx));
        return Err(cx.type_error(message));
    } else {
        let mut data = Vec::new();
        for item in ops::collect(cx, bytes)? {
            match int::index_clamped(cx, &item)? {
                b @ 0..=255 => data.push(b as u8),
                _ => return Err(cx.value_error("bytes must be in range(0, 256)")),
            }
        }
        data
    };
    if !little {
        data.reverse();
    }
    let negative = signed && data.last().is_some_and(|&b| b >= 0x80);
    if negative {
        data.iter_mut().for_each(|b| *b = !*b);
    }
    let magnitude = IBig::from(UBig::from_le_bytes(&data));
    let value = if negative { -magnitude - IBig::ONE } else { magnitude };
    let made = cx.int_from_big(value);
    if class.is_obj(&int::INT) { Ok(made) } else { ops::call(cx, class, &[made]) }
}

/// Return a pair of integers, whose ratio is equal to the original int.
///
/// The ratio is in lowest terms and has a positive denominator.
///
/// >>> (10).as_integer_ratio()
/// (10, 1)
/// >>> (-10).as_integer_ratio()
/// (-10, 1)
/// >>> (0).as_integer_ratio()
/// (0, 1)
#[native("int.as_integer_ratio($self, /)")]
fn as_integer_ratio(cx: &mut Cx, this: &Value) -> R {
    let numerator = arithmetic::exact(cx, this)?;
    Ok(cx.tuple_value([numerator, Value::small_int(1)]))
}

/// Returns True. Exists for duck type compatibility with float.is_integer.
#[native("int.is_integer($self, /)")]
fn is_integer(cx: &mut Cx, this: &Value) -> R<bool> {
    let _ = (cx, this);
    Ok(true)
}

/// Returns self, the complex conjugate of any int.
#[native("int.conjugate($self, /)")]
fn conjugate(cx: &mut Cx, this: &Value) -> R {
    arithmetic::exact(cx, this)
}

/// Truncating an Integral returns itself.
#[native("int.__trunc__($self, /)")]
fn trunc(cx: &mut Cx, this: &Value) -> R {
    arithmetic::exact(cx, this)
}

/// Flooring an Integral returns itself.
#[native("int.__floor__($self, /)")]
fn floor(cx: &mut Cx, this: &Value) -> R {
    arithmetic::exact(cx, this)
}

/// Ceiling of an Integral returns itself.
#[native("int.__ceil__($self, /)")]
fn ceil(cx: &mut Cx, this: &Value) -> R {
    arithmetic::exact(cx, this)
}

/// Rounding an Integral returns itself.
///
/// Rounding with an ndigits argument also returns an integer.
#[native("int.__round__($self, ndigits=None, /)")]
fn round(cx: &mut Cx, this: &Value, ndigits: Option<&Value>) -> R {
    let Some(ndigits) = ndigits.filter(|n| !n.is_none()) else { return arithmetic::exact(cx, this) };
    let n = int::index(cx, ndigits)?;
    if !n.as_int().is_some_and(|n| n.is_negative()) {
        return arithmetic::exact(cx, this);
    }
    let value = big(this);
    let digits = n.as_int().and_then(|n| n.to_i64()).map_or(i64::MAX, |n| n.saturating_neg());
    // Past the number's own digits the result is zero.
    if digits as u64 > arithmetic::bit_length(IntRef::Big(&value)) {
        return Ok(cx.int(0));
    }
    let step = IBig::from(10).pow(digits as usize);
    let (mut q, r) = {
        use dashu_int::ops::{DivEuclid, RemEuclid};
        ((&value).div_euclid(&step), IBig::from((&value).rem_euclid(&step)))
    };
    let twice = r * 2;
    if twice > step || twice == step && (&q % IBig::from(2)) != IBig::ZERO {
        q += 1;
    }
    Ok(cx.int_from_big(q * step))
}

/// Convert to a string according to format_spec.
#[native("int.__format__($self, format_spec, /)")]
fn format(cx: &mut Cx, this: &Value, format_spec: &Value) -> R {
    let text = crate::format::spec_text(cx, format_spec)?;
    if text.is_empty() {
        return ops::str_of(cx, this).map(|s| s.into_value());
    }
    let points: Vec<u32> = text.chars().collect();
    let name = this.type_name(cx).into_owned();
    let spec = match Spec::parse(&points, 'd', Align::Right, &name) {
        Ok(spec) => spec,
        Err(error) => return Err(crate::format::raise(cx, error)),
    };
    let locale = if spec.kind == u32::from('n') { crate::format::locale(cx) } else { Locale::default() };
    if matches!(char::from_u32(spec.kind), Some('d' | 'n'))
        && let Some(i @ IntRef::Big(_)) = this.as_int()
    {
        // The digit limit holds here too.
        super::to_decimal(cx, i)?;
    }
    let result = format_int(&big(this), &spec, &name, &locale);
    crate::format::finish(cx, result)
}

#[native("int.__getnewargs__($self, /)")]
fn getnewargs(cx: &mut Cx, this: &Value) -> R {
    let exact = arithmetic::exact(cx, this)?;
    Ok(cx.tuple_value([exact]))
}

/// Returns size in memory, in bytes.
#[native("int.__sizeof__($self, /)")]
fn sizeof(cx: &mut Cx, this: &Value) -> R<usize> {
    let bits = this.as_int().map_or(0, arithmetic::bit_length) as usize;
    // As CPython counts: 4 bytes for each digit of 30 bits.
    Ok(this.ty(cx).basic_size() + 4 * bits.div_ceil(30).max(1))
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "real",
        doc: Some("the real part of a complex number"),
        get: Some(arithmetic::exact),
        set: None,
    },
    GetSetDef {
        name: "imag",
        doc: Some("the imaginary part of a complex number"),
        get: Some(|_, _| Ok(Value::small_int(0))),
        set: None,
    },
    GetSetDef {
        name: "numerator",
        doc: Some("the numerator of a rational number in lowest terms"),
        get: Some(arithmetic::exact),
        set: None,
    },
    GetSetDef {
        name: "denominator",
        doc: Some("the denominator of a rational number in lowest terms"),
        get: Some(|_, _| Ok(Value::small_int(1))),
        set: None,
    },
];

pub static DEFS: TypeDefs = TypeDefs {
    methods: natives![
        conjugate,
        bit_length,
        bit_count,
        to_bytes,
        from_bytes,
        as_integer_ratio,
        trunc,
        floor,
        ceil,
        round,
        getnewargs,
        format,
        sizeof,
        is_integer
    ],
    getset: GETSET,
    ..TypeDefs::NONE
};
