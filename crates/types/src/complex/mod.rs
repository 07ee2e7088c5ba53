//! `complex`.

mod methods;

use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    CompareOp, Cx, Frozen, IntRef, Obj, Payload, R, Slots, Type, Value, exc, flags, hash, names, ops,
};
use taipan_text::number;

use crate::Types;

/// The payload: real and imaginary part.
pub struct Complex(pub f64, pub f64);
taipan_object::plain_data!(Complex);
impl Frozen for Complex {}

// SAFETY: instances of the type and of its subtypes begin with `Obj<Complex>`.
unsafe impl Payload for Complex {
    const TYPE: &'static Obj<Type> = &COMPLEX;
}

/// `complex`.
pub static COMPLEX: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Complex>("complex")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            repr: Some(repr),
            hash: Some(hash_slot),
            compare: Some(compare),
            new: Some(methods::new),
            add: Some(|cx, a, b| arithmetic(cx, a, b, |a, b| (a.0 + b.0, a.1 + b.1))),
            sub: Some(|cx, a, b| arithmetic(cx, a, b, |a, b| (a.0 - b.0, a.1 - b.1))),
            mul: Some(|cx, a, b| arithmetic(cx, a, b, multiply)),
            truediv: Some(truediv),
            pow: Some(pow),
            neg: Some(|cx, v| get(cx, v).map(|(r, i)| new_complex(cx, -r, -i))),
            pos: Some(|cx, v| get(cx, v).map(|(r, i)| new_complex(cx, r, i))),
            abs: Some(abs),
            bool: Some(|cx, v| get(cx, v).map(|(r, i)| r != 0.0 || i != 0.0)),
            ..Slots::EMPTY
        })
        .defs(&methods::DEFS)
        .doc("complex(real=0, imag=0)\n--\n\nCreate a complex number from a string or numbers.\n\nIf a string is given, parse it as a complex number.\nIf a single number is given, convert it to a complex number.\nIf the 'real' or 'imag' arguments are given, create a complex number\nwith the specified real and imaginary components."),
);

/// A complex number.
pub fn new_complex(cx: &Cx, real: f64, imaginary: f64) -> Value {
    cx.new_object(Complex(real, imaginary)).into_value()
}

/// The parts of a complex value.
pub fn parts(v: &Value) -> Option<(f64, f64)> {
    v.cast::<Complex>().map(|c| (c.0, c.1))
}

fn get(cx: &mut Cx, v: &Value) -> R<(f64, f64)> {
    match parts(v) {
        Some(parts) => Ok(parts),
        None => Err(cx.type_error("a complex number is required")),
    }
}

/// An operand that is complex, float or int.
fn operand(cx: &mut Cx, v: &Value) -> R<Option<(f64, f64)>> {
    if let Some(parts) = parts(v) {
        return Ok(Some(parts));
    }
    if let Some(f) = v.as_float() {
        return Ok(Some((f, 0.0)));
    }
    match v.as_int() {
        Some(_) => taipan_object::float::int_to_f64(cx, v).map(|f| Some((f, 0.0))),
        None => Ok(None),
    }
}

fn multiply(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn arithmetic(cx: &mut Cx, a: &Value, b: &Value, f: fn((f64, f64), (f64, f64)) -> (f64, f64)) -> R {
    // Mixed real and complex arithmetic keeps the signs of zero parts (3.14): a real operand has no imaginary part.
    match (operand(cx, a)?, operand(cx, b)?) {
        (Some(x), Some(y)) => {
            let (r, i) = mixed(parts(a).is_none(), parts(b).is_none(), x, y, f);
            Ok(new_complex(cx, r, i))
        }
        _ => Ok(Value::not_implemented()),
    }
}

fn mixed(
    a_real: bool,
    b_real: bool,
    a: (f64, f64),
    b: (f64, f64),
    f: fn((f64, f64), (f64, f64)) -> (f64, f64),
) -> (f64, f64) {
    let product = std::ptr::fn_addr_eq(f, multiply as fn((f64, f64), (f64, f64)) -> (f64, f64));
    match (a_real, b_real) {
        (true, false) if product => (a.0 * b.0, a.0 * b.1),
        (false, true) if product => (a.0 * b.0, a.1 * b.0),
        (false, true) => (f(a, b).0, a.1),
        (true, false) => {
            let (r, i) = f(a, b);
            // Adding keeps the other imaginary part, subtracting negates it.
            if i == 0.0 { (r, if f((0.0, 0.0), (0.0, 1.0)).1 > 0.0 { b.1 } else { -b.1 }) } else { (r, i) }
        }
        _ => f(a, b),
    }
}

fn zero(cx: &mut Cx, message: &str) -> taipan_object::Raised {
    cx.raise(&exc::ZERO_DIVISION_ERROR, message)
}

/// Division by Smith's method; `None` for a zero divisor.
pub fn divide(a: (f64, f64), b: (f64, f64)) -> Option<(f64, f64)> {
    let (abs_r, abs_i) = (b.0.abs(), b.1.abs());
    if abs_r >= abs_i {
        if abs_r == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        Some(((a.0 + a.1 * ratio) / denominator, (a.1 - a.0 * ratio) / denominator))
    } else if abs_i >= abs_r {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        Some(((a.0 * ratio + a.1) / denominator, (a.1 * ratio - a.0) / denominator))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

fn truediv(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (Some(x), Some(y)) = (operand(cx, a)?, operand(cx, b)?) else { return Ok(Value::not_implemented()) };
    let result = if parts(b).is_none() {
        if y.0 == 0.0 { None } else { Some((x.0 / y.0, x.1 / y.0)) }
    } else {
        divide(x, y)
    };
    match result {
        Some((r, i)) => Ok(new_complex(cx, r, i)),
        None => Err(zero(cx, "division by zero")),
    }
}

fn pow(cx: &mut Cx, a: &Value, b: &Value, modulus: &Value) -> R {
    let (Some(x), Some(y)) = (operand(cx, a)?, operand(cx, b)?) else { return Ok(Value::not_implemented()) };
    if !modulus.is_none() {
        return Err(cx.value_error("complex modulo"));
    }
    power(cx, x, y)
}

/// `a ** b` of complex numbers. Small integer exponents by repeated multiplication.
pub fn power(cx: &mut Cx, a: (f64, f64), b: (f64, f64)) -> R {
    let (r, i) = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0 {
        match integer_power(a, b.0 as i32) {
            Some(result) => result,
            None => return Err(zero(cx, "zero to a negative or complex power")),
        }
    } else if b == (0.0, 0.0) {
        (1.0, 0.0)
    } else if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return Err(zero(cx, "zero to a negative or complex power"));
        }
        (0.0, 0.0)
    } else {
        let magnitude = a.0.hypot(a.1);
        let mut length = magnitude.powf(b.0);
        let at = a.1.atan2(a.0);
        let mut phase = at * b.0;
        if b.1 != 0.0 {
            length *= (-at * b.1).exp();
            phase += b.1 * magnitude.ln();
        }
        (length * phase.cos(), length * phase.sin())
    };
    if (r.is_infinite() || i.is_infinite()) && [a.0, a.1, b.0, b.1].iter().all(|f| f.is_finite()) {
        return Err(cx.overflow_error("complex exponentiation"));
    }
    Ok(new_complex(cx, r, i))
}

fn integer_power(a: (f64, f64), n: i32) -> Option<(f64, f64)> {
    let mut result = (1.0, 0.0);
    let mut base = a;
    let mut rest = n.unsigned_abs();
    while rest > 0 {
        if rest & 1 != 0 {
            result = multiply(result, base);
        }
        rest >>= 1;
        if rest > 0 {
            base = multiply(base, base);
        }
    }
    if n < 0 { divide((1.0, 0.0), result) } else { Some(result) }
}

fn abs(cx: &mut Cx, v: &Value) -> R {
    let (r, i) = get(cx, v)?;
    let length = r.hypot(i);
    if length.is_infinite() && r.is_finite() && i.is_finite() {
        return Err(cx.overflow_error("absolute value too large"));
    }
    Ok(cx.float(length))
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let Some((r, i)) = parts(a) else { return Ok(Value::not_implemented()) };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let equal = if let Some((x, y)) = parts(b) {
        r == x && i == y
    } else if let Some(f) = b.as_float() {
        r == f && i == 0.0
    } else {
        match b.as_int() {
            Some(int) => {
                i == 0.0 && crate::float::compare_with_int(r, int) == Some(std::cmp::Ordering::Equal)
            }
            None => return Ok(Value::not_implemented()),
        }
    };
    let _ = cx;
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn hash_slot(cx: &mut Cx, v: &Value) -> R<i64> {
    let (r, i) = get(cx, v)?;
    let identity = hash::hash_pointer(v.id());
    let real = hash::hash_f64(r).unwrap_or(identity);
    let imaginary = hash::hash_f64(i).unwrap_or(identity);
    Ok(taipan_text::hash::complex(real, imaginary))
}

fn repr(cx: &mut Cx, v: &Value) -> R {
    let (r, i) = get(cx, v)?;
    Ok(cx.str(&number::complex::repr(r, i)))
}

/// A number as complex through `__complex__`, `__float__` or `__index__`; `None` where it has none of them.
pub fn from_number(cx: &mut Cx, v: &Value) -> R<Option<(f64, f64)>> {
    if let Some(found) = parts(v) {
        return Ok(Some(found));
    }
    if let Some(result) = ops::call_special(cx, v, &names::__complex__, &[])? {
        let Some(found) = parts(&result) else {
            let message = format!(
                "{}.__complex__() must return a complex, not {}",
                v.type_name(cx),
                result.type_name(cx)
            );
            return Err(cx.type_error(message));
        };
        if !result.is_instance_exact(&COMPLEX) {
            let message = format!(
                "{}.__complex__() must return a complex, not {}.  The ability to return an instance of a strict subclass of complex is deprecated, and may not be supported in a future version of Python.",
                v.type_name(cx),
                result.type_name(cx)
            );
            let warn = cx.interp().runtime.warn;
            warn(cx, &exc::DEPRECATION_WARNING, &message, 1)?;
        }
        return Ok(Some(found));
    }
    let slots = v.ty(cx).slots();
    if v.as_float().is_some()
        || matches!(v.as_int(), Some(IntRef::Small(_) | IntRef::Big(_)))
        || slots.float.is_some()
        || slots.index.is_some()
    {
        return taipan_object::float::to_f64(cx, v).map(|f| Some((f, 0.0)));
    }
    Ok(None)
}

/// Converts for `cmath`: TypeError where the value is no number.
pub fn to_complex(cx: &mut Cx, v: &Value) -> R<(f64, f64)> {
    match from_number(cx, v)? {
        Some(parts) => Ok(parts),
        None => {
            let message = format!("must be real number, not {}", v.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

pub fn install(types: &mut Types) {
    types.add([&COMPLEX]);
}
