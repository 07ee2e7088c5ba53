//! Arithmetic of `int`: immediates first, big integers through dashu. Results are sized before the operation where a program can
//! make them huge.

use dashu_int::ops::{Abs, BitTest, DivEuclid, RemEuclid};
use dashu_int::{IBig, UBig};
use taipan_object::{Cx, IntRef, R, Raised, Value, exc};

/// Bits beyond which a result is refused with MemoryError: 16 GiB of digits, more than any machine this runs on gives.
const MOST_BITS: u64 = 1 << 37;

/// Both operands as integers; `None` where one is none (the other side's type may know).
macro_rules! operands {
    ($a:ident, $b:ident) => {
        match ($a.as_int(), $b.as_int()) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(Value::not_implemented()),
        }
    };
}

macro_rules! simple {
    ($name:ident, $checked:ident, $op:tt) => {
        pub fn $name(cx: &mut Cx, a: &Value, b: &Value) -> R {
            let (a, b) = operands!(a, b);
            if let (IntRef::Small(x), IntRef::Small(y)) = (a, b)
                && let Some(z) = x.$checked(y)
            {
                return Ok(cx.int(z));
            }
            let result = &*a.to_big() $op &*b.to_big();
            Ok(cx.int_from_big(result))
        }
    };
}

simple!(add, checked_add, +);
simple!(sub, checked_sub, -);
simple!(mul, checked_mul, *);

macro_rules! bitwise {
    ($name:ident, $op:tt) => {
        pub fn $name(cx: &mut Cx, a: &Value, b: &Value) -> R {
            let (x, y) = operands!(a, b);
            if let (Some(p), Some(q)) = (a.as_bool(), b.as_bool()) {
                return Ok(Value::bool(p $op q));
            }
            if let (IntRef::Small(x), IntRef::Small(y)) = (x, y) {
                return Ok(cx.int(x $op y));
            }
            let result = x.to_big().into_owned() $op y.to_big().into_owned();
            Ok(cx.int_from_big(result))
        }
    };
}

bitwise!(and, &);
bitwise!(or, |);
bitwise!(xor, ^);

#[cold]
fn zero_division(cx: &mut Cx, message: &str) -> Raised {
    cx.raise(&exc::ZERO_DIVISION_ERROR, message)
}

fn is_zero(i: IntRef<'_>) -> bool {
    matches!(i, IntRef::Small(0))
}

/// Quotient rounded down and remainder with the divisor's sign.
fn div_mod_floor(a: &IBig, b: &IBig) -> (IBig, IBig) {
    // The Euclidean remainder is never negative; a negative divisor wants it moved down by one divisor.
    let (q, r) = (a.div_euclid(b), a.rem_euclid(b));
    let r = IBig::from(r);
    if b < &IBig::ZERO && r != IBig::ZERO { (q - IBig::ONE, r + b) } else { (q, r) }
}

fn small_floor(x: i64, y: i64) -> Option<(i64, i64)> {
    let (q, r) = (x.checked_div(y)?, x.checked_rem(y)?);
    Some(if r != 0 && (r < 0) != (y < 0) { (q - 1, r + y) } else { (q, r) })
}

pub fn floordiv(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(a, b);
    if is_zero(b) {
        return Err(zero_division(cx, "division by zero"));
    }
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b)
        && let Some((q, _)) = small_floor(x, y)
    {
        return Ok(cx.int(q));
    }
    let (q, _) = div_mod_floor(&a.to_big(), &b.to_big());
    Ok(cx.int_from_big(q))
}

pub fn rem(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(a, b);
    if is_zero(b) {
        return Err(zero_division(cx, "division by zero"));
    }
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b)
        && let Some((_, r)) = small_floor(x, y)
    {
        return Ok(cx.int(r));
    }
    let (_, r) = div_mod_floor(&a.to_big(), &b.to_big());
    Ok(cx.int_from_big(r))
}

pub fn divmod(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(a, b);
    if is_zero(b) {
        return Err(zero_division(cx, "division by zero"));
    }
    let (q, r) = match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => match small_floor(x, y) {
            Some((q, r)) => (cx.int(q), cx.int(r)),
            None => (cx.int_from_big(-IBig::from(x)), cx.int(0)),
        },
        _ => {
            let (q, r) = div_mod_floor(&a.to_big(), &b.to_big());
            (cx.int_from_big(q), cx.int_from_big(r))
        }
    };
    Ok(cx.tuple_value([q, r]))
}

pub fn truediv(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(a, b);
    if is_zero(b) {
        return Err(zero_division(cx, "division by zero"));
    }
    const EXACT: i64 = 1 << 53;
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b)
        && x.abs() <= EXACT
        && y.abs() <= EXACT
    {
        return Ok(cx.float(x as f64 / y as f64));
    }
    match taipan_text::number::scale::divide(&a.to_big(), &b.to_big()) {
        Some(quotient) => Ok(cx.float(quotient)),
        None => Err(cx.overflow_error("integer division result too large for a float")),
    }
}

pub fn lshift(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(a, b);
    if b.is_negative() {
        return Err(cx.value_error("negative shift count"));
    }
    if is_zero(a) {
        return Ok(cx.int(0));
    }
    let Some(by) = b.to_i64() else { return Err(cx.overflow_error("too many digits in integer")) };
    if let IntRef::Small(x) = a
        && by < 63
        && (x << by) >> by == x
    {
        return Ok(cx.int(x << by));
    }
    if by as u64 > MOST_BITS {
        return Err(cx.memory_error());
    }
    let result = a.to_big().into_owned() << by as usize;
    Ok(cx.int_from_big(result))
}

pub fn rshift(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(a, b);
    if b.is_negative() {
        return Err(cx.value_error("negative shift count"));
    }
    match (a, b.to_i64()) {
        (IntRef::Small(x), Some(by)) => Ok(cx.int(if by > 63 { x >> 63 } else { x >> by })),
        (IntRef::Big(x), Some(by)) => {
            let result = x >> by as usize;
            Ok(cx.int_from_big(result))
        }
        (a, None) => Ok(cx.int(if a.is_negative() { -1 } else { 0 })),
    }
}

pub fn neg(cx: &mut Cx, a: &Value) -> R {
    match a.as_int() {
        Some(IntRef::Small(x)) => match x.checked_neg() {
            Some(x) => Ok(cx.int(x)),
            None => Ok(cx.int_from_big(-IBig::from(x))),
        },
        Some(IntRef::Big(x)) => Ok(cx.int_from_big(-x)),
        None => Ok(Value::not_implemented()),
    }
}

/// The exact int of the same value: `+x`, `int(x)`, `x.__index__()`, `x.numerator`.
pub fn exact(cx: &mut Cx, a: &Value) -> R {
    match a.as_int() {
        Some(IntRef::Small(x)) => Ok(cx.int(x)),
        Some(IntRef::Big(_)) if a.is_instance_exact(&taipan_object::int::INT) => Ok(a.clone()),
        Some(IntRef::Big(x)) => Ok(cx.int_from_big(x.clone())),
        None => Ok(Value::not_implemented()),
    }
}

pub fn abs(cx: &mut Cx, a: &Value) -> R {
    match a.as_int() {
        Some(IntRef::Small(x)) if x >= 0 => Ok(cx.int(x)),
        Some(IntRef::Big(x)) => Ok(cx.int_from_big(x.clone().abs())),
        _ => neg(cx, a),
    }
}

pub fn invert(cx: &mut Cx, a: &Value) -> R {
    match a.as_int() {
        Some(IntRef::Small(x)) => Ok(cx.int(!x)),
        Some(IntRef::Big(x)) => Ok(cx.int_from_big(!x)),
        None => Ok(Value::not_implemented()),
    }
}

pub fn truth(_cx: &mut Cx, a: &Value) -> R<bool> {
    Ok(!a.as_int().is_some_and(is_zero))
}

/// Number of bits of the magnitude.
pub fn bit_length(i: IntRef<'_>) -> u64 {
    match i {
        IntRef::Small(x) => u64::from(64 - x.unsigned_abs().leading_zeros()),
        IntRef::Big(x) => x.clone().abs().bit_len() as u64,
    }
}

pub fn pow(cx: &mut Cx, a: &Value, b: &Value, modulus: &Value) -> R {
    let (x, y) = operands!(a, b);
    if modulus.is_none() {
        if y.is_negative() {
            // A negative exponent gives a float.
            let x = taipan_object::float::int_to_f64(cx, a)?;
            let y = taipan_object::float::int_to_f64(cx, b)?;
            return crate::float::power(cx, x, y);
        }
        return power(cx, x, y);
    }
    let Some(m) = modulus.as_int() else { return Ok(Value::not_implemented()) };
    power_modulo(cx, x, y, m)
}

fn power(cx: &mut Cx, base: IntRef<'_>, exponent: IntRef<'_>) -> R {
    match base {
        IntRef::Small(0) => return Ok(cx.int(is_zero(exponent).into())),
        IntRef::Small(1) => return Ok(cx.int(1)),
        IntRef::Small(-1) => {
            let odd = match exponent {
                IntRef::Small(e) => e & 1 == 1,
                IntRef::Big(e) => e.bit(0),
            };
            return Ok(cx.int(if odd { -1 } else { 1 }));
        }
        _ => {}
    }
    let IntRef::Small(e) = exponent else { return Err(cx.memory_error()) };
    if let (IntRef::Small(x), Ok(e)) = (base, u32::try_from(e))
        && let Some(z) = x.checked_pow(e)
    {
        return Ok(cx.int(z));
    }
    if (bit_length(base) - 1).saturating_mul(e as u64) > MOST_BITS {
        return Err(cx.memory_error());
    }
    let result = base.to_big().pow(e as usize);
    Ok(cx.int_from_big(result))
}

fn power_modulo(cx: &mut Cx, x: IntRef<'_>, y: IntRef<'_>, m: IntRef<'_>) -> R {
    if is_zero(m) {
        return Err(cx.value_error("pow() 3rd argument cannot be 0"));
    }
    let m = m.to_big().into_owned();
    let magnitude: UBig = m.clone().abs().try_into().unwrap_or(UBig::ONE);
    let modulus = IBig::from(magnitude.clone());
    let mut base = (&*x.to_big()).rem_euclid(&modulus);
    let mut exponent = y.to_big().into_owned();
    if y.is_negative() {
        match inverse(&IBig::from(base.clone()), &modulus) {
            Some(inverse) => base = inverse,
            None => return Err(cx.value_error("base is not invertible for the given modulus")),
        }
        exponent = -exponent;
    }
    let exponent: UBig = exponent.try_into().unwrap_or(UBig::ZERO);
    let result = if magnitude == UBig::ONE {
        UBig::ZERO
    } else {
        let ring = dashu_int::fast_div::ConstDivisor::new(magnitude);
        ring.reduce(base).pow(&exponent).residue()
    };
    let result = IBig::from(result);
    let result = if m < IBig::ZERO && result != IBig::ZERO { result + m } else { result };
    Ok(cx.int_from_big(result))
}

/// The inverse of `a` modulo `m` by the extended Euclidean algorithm; `None` where they share a factor.
fn inverse(a: &IBig, m: &IBig) -> Option<UBig> {
    let (mut r0, mut r1) = (m.clone(), a.rem_euclid(m).into());
    let (mut t0, mut t1) = (IBig::ZERO, IBig::ONE);
    while r1 != IBig::ZERO {
        let q: IBig = (&r0).div_euclid(&r1);
        let r2: IBig = &r0 - &q * &r1;
        let t2 = &t0 - &q * &t1;
        (r0, r1) = (r1, r2);
        (t0, t1) = (t1, t2);
    }
    if r0 == IBig::ONE { Some(t0.rem_euclid(m)) } else { None }
}
