//! The type `Decimal`: making one of other values, comparing, hashing, and converting back.

use super::context::{self, Context, settle};
use super::number::{Ctx, Dec, Kind, MAX_DIGITS, Round, status, times_power};
use super::{arith, functions, methods, state, text};
use dashu_int::ops::BitTest;
use dashu_int::{IBig, Sign, UBig};
use std::borrow::Cow;
use std::cmp::Ordering;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, Frozen, IntRef, Obj, Payload, R, Slots, Str, Tuple, Type, Value, exc, flags, hash,
    int, ops,
};
use taipan_types::list::List;

/// The payload.
pub struct Number(pub Dec);
taipan_object::plain_data!(Number);
impl Frozen for Number {}

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for Number {
    const TYPE: &'static Obj<Type> = &DECIMAL;
}

/// `decimal.Decimal`.
pub static DECIMAL: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Number>("decimal.Decimal")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(|cx, v| {
                let text = shown(cx, v, false)?;
                Ok(cx.str(&format!("Decimal('{text}')")))
            }),
            str: Some(|cx, v| {
                let text = shown(cx, v, false)?;
                Ok(cx.str(&text))
            }),
            hash: Some(hash_slot),
            compare: Some(compare),
            add: Some(|cx, a, b| binary(cx, a, b, arith::add)),
            sub: Some(|cx, a, b| binary(cx, a, b, arith::sub)),
            mul: Some(|cx, a, b| binary(cx, a, b, arith::mul)),
            truediv: Some(|cx, a, b| binary(cx, a, b, arith::div)),
            floordiv: Some(|cx, a, b| binary(cx, a, b, arith::div_int)),
            rem: Some(|cx, a, b| binary(cx, a, b, arith::rem)),
            divmod: Some(divmod),
            pow: Some(pow),
            neg: Some(|cx, v| unary(cx, v, arith::minus)),
            pos: Some(|cx, v| unary(cx, v, arith::plus)),
            abs: Some(|cx, v| unary(cx, v, arith::abs)),
            bool: Some(|cx, v| get(cx, v).map(|d| !d.is_zero())),
            int: Some(|cx, v| to_int(cx, v, Round::Down)),
            float: Some(to_float),
            ..Slots::EMPTY
        })
        .defs(&methods::DEFS)
        .doc("Decimal(value=\"0\", context=None)\n--\n\nConstruct a new Decimal object. 'value' can be an integer, string, tuple,\nor another Decimal object. If no value is given, return Decimal('0'). The\ncontext does not affect the conversion and is only passed to determine if\nthe InvalidOperation trap is active.\n\n"),
);

/// A number as an exact `Decimal`.
pub fn make(cx: &Cx, dec: Dec) -> Value {
    cx.new_object(Number(dec)).into_value()
}

/// The number that a Decimal is; TypeError else.
pub fn get<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Dec> {
    match value.cast::<Number>() {
        Some(number) => Ok(&number.0),
        None => Err(cx.type_error("argument must be a Decimal")),
    }
}

/// The text of a number, with the current context's capitals.
pub fn shown(cx: &mut Cx, value: &Value, engineering: bool) -> R<String> {
    let capitals = context::current(cx)?.get(cx).capitals;
    let dec = get(cx, value)?;
    Ok(text::to_text(dec, engineering, capitals))
}

/// An int, exactly.
pub fn from_int(int: IntRef<'_>) -> Dec {
    match int.to_i64() {
        Some(n) => Dec::from_int(n),
        None => {
            let (sign, magnitude) = int.to_big().into_owned().into_parts();
            Dec::new(sign == Sign::Negative, magnitude, 0)
        }
    }
}

/// A float, exactly.
pub fn from_float(f: f64) -> Dec {
    if f.is_nan() {
        return Dec { negative: f.is_sign_negative(), ..Dec::nan() };
    }
    if f.is_infinite() {
        return Dec::infinity(f < 0.0);
    }
    let negative = f.is_sign_negative();
    let (n, d) = taipan_text::number::scale::ratio(f.abs());
    let numerator = n.into_parts().1;
    let twos = d.into_parts().1.trailing_zeros().unwrap_or(0);
    // n / 2^k = n * 5^k / 10^k.
    Dec::new(negative, numerator * UBig::from(5u8).pow(twos), -(twos as i64))
}

/// An operand of an operator: a Decimal or an int.
pub fn operand(value: &Value) -> Option<Cow<'_, Dec>> {
    if let Some(number) = value.cast::<Number>() {
        return Some(Cow::Borrowed(&number.0));
    }
    value.as_int().map(|int| Cow::Owned(from_int(int)))
}

/// As [`operand`]; TypeError for another value.
pub fn convert<'a>(cx: &mut Cx, value: &'a Value) -> R<Cow<'a, Dec>> {
    match operand(value) {
        Some(dec) => Ok(dec),
        None => {
            let kind = value.type_name(cx);
            Err(cx.type_error(format!("conversion from {kind} to Decimal is not supported")))
        }
    }
}

/// A pure operation under a context, with its signals.
pub fn under(cx: &mut Cx, context: &Obj<Context>, operation: impl FnOnce(&mut Ctx) -> Dec) -> R {
    let mut ctx = context.get(cx).ctx;
    let result = operation(&mut ctx);
    settle(cx, context, ctx.status)?;
    Ok(make(cx, result))
}

fn unary(cx: &mut Cx, value: &Value, operation: fn(&Dec, &mut Ctx) -> Dec) -> R {
    let dec = get(cx, value)?;
    let context = context::current(cx)?;
    under(cx, &context, |ctx| operation(dec, ctx))
}

fn binary(cx: &mut Cx, a: &Value, b: &Value, operation: fn(&Dec, &Dec, &mut Ctx) -> Dec) -> R {
    let (Some(x), Some(y)) = (operand(a), operand(b)) else { return Ok(Value::not_implemented()) };
    let context = context::current(cx)?;
    under(cx, &context, |ctx| operation(&x, &y, ctx))
}

fn divmod(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (Some(x), Some(y)) = (operand(a), operand(b)) else { return Ok(Value::not_implemented()) };
    let context = context::current(cx)?;
    divmod_under(cx, &context, &x, &y)
}

/// Quotient and remainder as a tuple.
pub fn divmod_under(cx: &mut Cx, context: &Obj<Context>, x: &Dec, y: &Dec) -> R {
    let mut ctx = context.get(cx).ctx;
    let (quotient, rest) = arith::divmod(x, y, &mut ctx);
    settle(cx, context, ctx.status)?;
    let pair = [make(cx, quotient), make(cx, rest)];
    Ok(cx.tuple_value(pair))
}

fn pow(cx: &mut Cx, a: &Value, b: &Value, modulus: &Value) -> R {
    let (Some(x), Some(y)) = (operand(a), operand(b)) else { return Ok(Value::not_implemented()) };
    let context = context::current(cx)?;
    if modulus.is_none() {
        return under(cx, &context, |ctx| functions::pow(&x, &y, ctx));
    }
    match operand(modulus) {
        Some(m) => under(cx, &context, |ctx| functions::pow_mod(&x, &y, &m, ctx)),
        None => Ok(Value::not_implemented()),
    }
}

// ---- making

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let [value, context] = crate::support::bind(cx, args, "Decimal", ["value", "context"], 0, 2)?;
    let context = context::argument(cx, context)?;
    match value {
        None => Ok(cx.new_instance(class, Number(Dec::zero())).into_value()),
        Some(value) => from_value(cx, class, value, &context, true),
    }
}

/// A number in a class: built at once for `Decimal`, by calling it for a subclass.
pub fn in_class(cx: &mut Cx, class: &Obj<Type>, dec: Dec) -> R {
    if class.is(&DECIMAL) {
        return Ok(make(cx, dec));
    }
    let exact = make(cx, dec);
    ops::call(cx, &class.to_value(), &[exact])
}

/// A Decimal of any value that has an exact one; `exact` keeps all digits, else the context rounds.
pub fn from_value(cx: &mut Cx, class: &Obj<Type>, value: &Value, context: &Obj<Context>, exact: bool) -> R {
    if exact && class.is(&DECIMAL) && value.is_instance_exact(&DECIMAL) {
        return Ok(value.clone());
    }
    let mut ctx = Ctx { status: 0, ..context.get(cx).ctx };
    let dec = if let Some(number) = value.cast::<Number>() {
        number.0.clone()
    } else if let Some(int) = value.as_int() {
        from_int(int)
    } else if let Some(text) = value.as_str() {
        parse_text(text, exact).unwrap_or_else(|| ctx.invalid(status::CONVERSION_SYNTAX))
    } else if value.cast::<Tuple>().is_some() || value.cast::<List>().is_some() {
        from_parts(cx, value)?
    } else if let Some(f) = value.as_float() {
        settle(cx, context, status::FLOAT_OPERATION)?;
        from_float(f)
    } else {
        let kind = value.type_name(cx);
        return Err(cx.type_error(format!("conversion from {kind} to Decimal is not supported")));
    };
    let dec = if exact {
        text::exact(dec, &mut ctx)
    } else if dec.is_nan() && dec.digits > ctx.prec - i64::from(ctx.clamp) && !dec.coef.is_zero() {
        ctx.invalid(status::CONVERSION_SYNTAX)
    } else {
        dec.finish(&mut ctx)
    };
    settle(cx, context, ctx.status)?;
    Ok(cx.new_instance(class, Number(dec)).into_value())
}

/// Parses text: digits of any script; with `lenient` spaces around and underscores anywhere.
fn parse_text(value: &Obj<Str>, lenient: bool) -> Option<Dec> {
    if let Some(ascii) = value.as_ascii() {
        if !lenient {
            return text::parse(ascii);
        }
        let trimmed = ascii
            .trim_matches(|c: char| c.is_ascii_whitespace() || ('\x1c'..='\x1f').contains(&c) || c == '\x0b');
        if !trimmed.contains('_') {
            return text::parse(trimmed);
        }
        return text::parse(&trimmed.replace('_', ""));
    }
    let mut out = String::with_capacity(value.len());
    let points: Vec<u32> = value.chars().collect();
    let space = |c: &u32| lenient && taipan_text::unicode::is_space(*c);
    let start = points.iter().take_while(|c| space(c)).count();
    let end = points.len() - points[start..].iter().rev().take_while(|c| space(c)).count();
    for &c in &points[start..end] {
        match u8::try_from(c) {
            Ok(b'_') if lenient => {}
            Ok(byte) if byte.is_ascii() => out.push(char::from(byte)),
            _ => out.push(char::from(b'0' + taipan_text::unicode::decimal(c)?)),
        }
    }
    text::parse(&out)
}

/// `(sign, digits, exponent)`.
fn from_parts(cx: &mut Cx, value: &Value) -> R<Dec> {
    let items = ops::collect(cx, value)?;
    let [sign, digits, exponent] = items.as_slice() else {
        return Err(cx.value_error("argument must be a sequence of length 3"));
    };
    let negative = match sign.as_int().and_then(|i| i.to_i64()) {
        Some(0) => false,
        Some(1) => true,
        _ => return Err(cx.value_error("sign must be an integer with the value 0 or 1")),
    };
    let special = match exponent.as_str() {
        None => None,
        Some(text) if text.eq_str("F") => Some(Kind::Infinite),
        Some(text) if text.eq_str("n") => Some(Kind::Quiet),
        Some(text) if text.eq_str("N") => Some(Kind::Signaling),
        Some(_) => {
            return Err(cx.value_error("string argument in the third position must be 'F', 'n' or 'N'"));
        }
    };
    let exp = match (special, exponent.as_int()) {
        (Some(_), _) => 0,
        (None, Some(int)) => match int.to_i64() {
            Some(n) => n,
            None => return Err(cx.overflow_error("Python int too large to convert to C ssize_t")),
        },
        _ => return Err(cx.value_error("exponent must be an integer")),
    };
    const BAD: &str = "coefficient must be a tuple of digits";
    if digits.cast::<Tuple>().is_none() && digits.cast::<List>().is_none() {
        return Err(cx.value_error(BAD));
    }
    let digits = ops::collect(cx, digits)?;
    if special == Some(Kind::Infinite) {
        return Ok(Dec::infinity(negative));
    }
    let mut out = String::with_capacity(digits.len());
    for digit in &digits {
        match digit.as_int().and_then(|i| i.to_i64()).filter(|d| (0..=9).contains(d)) {
            Some(d) => out.push(char::from(b'0' + d as u8)),
            None => return Err(cx.value_error(BAD)),
        }
    }
    let coef = text::parse_digits(out.trim_start_matches('0'));
    let limit = 4 * super::number::MAX_EMAX;
    Ok(Dec { kind: special.unwrap_or(Kind::Finite), ..Dec::new(negative, coef, exp.clamp(-limit, limit)) })
}

// ---- comparison and hash

/// The other side of a comparison, and what it is multiplied with first (the denominator of a Rational).
enum Other {
    Number(Dec),
    Ratio(Dec, Dec),
    Unknown,
}

fn other_side(cx: &mut Cx, value: &Value, op: CompareOp, context: &Obj<Context>) -> R<Other> {
    if let Some(dec) = operand(value) {
        return Ok(Other::Number(dec.into_owned()));
    }
    let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    let float = match (value.as_float(), taipan_types::complex::parts(value)) {
        (Some(f), _) => Some(f),
        (None, Some((real, 0.0))) if equality => Some(real),
        _ => None,
    };
    if let Some(f) = float {
        if equality {
            let flags = &context.get(cx).flags;
            flags.set(flags.get() | status::FLOAT_OPERATION);
        } else {
            settle(cx, context, status::FLOAT_OPERATION)?;
        }
        return Ok(Other::Number(from_float(f)));
    }
    let rational = state(cx, |s| s.rational.clone())?;
    if !ops::is_instance(cx, value, &rational)? {
        return Ok(Other::Unknown);
    }
    let numerator = ops::getattr_str(cx, value, "numerator")?;
    let denominator = ops::getattr_str(cx, value, "denominator")?;
    match (numerator.as_int(), denominator.as_int()) {
        (Some(n), Some(d)) => Ok(Other::Ratio(from_int(n), from_int(d))),
        _ => Err(cx.type_error("numerator and denominator must be integers")),
    }
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let Some(number) = a.cast::<Number>() else { return Ok(Value::not_implemented()) };
    let x = &number.0;
    if let Some(other) = b.cast::<Number>()
        && !x.is_nan()
        && !other.0.is_nan()
    {
        return Ok(Value::bool(op.holds(x.compare(&other.0))));
    }
    let context = context::current(cx)?;
    let (x, y) = match other_side(cx, b, op, &context)? {
        Other::Number(y) => (Cow::Borrowed(x), y),
        Other::Ratio(n, d) if x.is_finite() => {
            let mut wide = Ctx::MAX;
            (Cow::Owned(arith::mul(x, &d, &mut wide)), n)
        }
        Other::Ratio(n, _) => (Cow::Borrowed(x), n),
        Other::Unknown => return Ok(Value::not_implemented()),
    };
    if x.is_nan() || y.is_nan() {
        let signaling = x.kind == Kind::Signaling || y.kind == Kind::Signaling;
        if signaling || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            settle(cx, &context, status::INVALID_OPERATION)?;
        }
        return Ok(Value::bool(op == CompareOp::Ne));
    }
    Ok(Value::bool(op.holds(x.compare(&y))))
}

/// The modulus of numeric hashes, 2^61 - 1.
const MODULUS: u64 = (1 << 61) - 1;

fn multiply_mod(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(MODULUS)) as u64
}

fn power_mod(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply_mod(result, base);
        }
        base = multiply_mod(base, base);
        exponent >>= 1;
    }
    result
}

fn hash_slot(cx: &mut Cx, value: &Value) -> R<i64> {
    let dec = get(cx, value)?;
    match dec.kind {
        Kind::Signaling => return Err(cx.type_error("Cannot hash a signaling NaN value")),
        Kind::Quiet => return Ok(hash::hash_pointer(value.id())),
        Kind::Infinite => return Ok(if dec.negative { -314_159 } else { 314_159 }),
        Kind::Finite => {}
    }
    // The inverse of ten, for negative exponents.
    let base = if dec.exp < 0 { power_mod(10, MODULUS - 2) } else { 10 };
    let coef = &dec.coef % MODULUS;
    let magnitude = multiply_mod(coef, power_mod(base, dec.exp.unsigned_abs())) as i64;
    let hash = if dec.negative { -magnitude } else { magnitude };
    Ok(if hash == -1 { -2 } else { hash })
}

// ---- converting back

/// As an int, rounded.
pub fn to_int(cx: &mut Cx, value: &Value, round: Round) -> R {
    let dec = get(cx, value)?;
    if dec.is_nan() {
        return Err(cx.value_error("cannot convert NaN to integer"));
    }
    if dec.is_infinite() {
        return Err(cx.overflow_error("cannot convert Infinity to integer"));
    }
    if dec.exp > MAX_DIGITS {
        return Err(cx.memory_error());
    }
    let coef = if dec.exp >= 0 { times_power(&dec.coef, dec.exp) } else { dec.rescaled(0, round).0.coef };
    let sign = if dec.negative { Sign::Negative } else { Sign::Positive };
    Ok(cx.int_from_big(IBig::from_parts(sign, coef)))
}

/// As a float; ValueError for a signaling NaN.
pub fn to_float(cx: &mut Cx, value: &Value) -> R {
    let dec = get(cx, value)?;
    let sign = if dec.negative { -1.0 } else { 1.0 };
    let f = match dec.kind {
        Kind::Signaling => return Err(cx.value_error("cannot convert signaling NaN to float")),
        Kind::Quiet => f64::NAN.copysign(sign),
        Kind::Infinite => f64::INFINITY * sign,
        // The standard library reads the nearest double.
        Kind::Finite => text::to_text(dec, false, true).parse().unwrap_or(0.0),
    };
    Ok(cx.float(f))
}

/// Numerator and denominator in lowest terms.
pub fn to_ratio(cx: &mut Cx, value: &Value) -> R {
    use dashu_int::ops::Gcd;
    let dec = get(cx, value)?;
    if dec.is_nan() {
        return Err(cx.value_error("cannot convert NaN to integer ratio"));
    }
    if dec.is_infinite() {
        return Err(cx.overflow_error("cannot convert Infinity to integer ratio"));
    }
    if dec.exp.abs() > MAX_DIGITS && !dec.coef.is_zero() {
        return Err(cx.memory_error());
    }
    let (numerator, denominator) = if dec.coef.is_zero() {
        (UBig::ZERO, UBig::ONE)
    } else if dec.exp >= 0 {
        (times_power(&dec.coef, dec.exp), UBig::ONE)
    } else {
        let power = super::number::power_of_ten(-dec.exp);
        let common = (&dec.coef).gcd(&*power);
        (&dec.coef / &common, &*power / common)
    };
    let sign = if dec.negative { Sign::Negative } else { Sign::Positive };
    let pair = [cx.int_from_big(IBig::from_parts(sign, numerator)), cx.int_from_big(IBig::from(denominator))];
    Ok(cx.tuple_value(pair))
}

/// Bytes that the coefficient takes beside the object.
pub fn extra_size(dec: &Dec) -> usize {
    if dec.coef.bit_len() > 128 { dec.coef.bit_len().div_ceil(64) * 8 } else { 0 }
}

/// An ordering as -1, 0 or 1.
pub fn ordering(order: Ordering) -> Dec {
    Dec::from_int(order as i64)
}

/// A float argument of `from_float`: int or float.
pub fn float_or_int(cx: &mut Cx, value: &Value) -> R<Dec> {
    if let Some(int) = value.as_int() {
        return Ok(from_int(int));
    }
    match value.as_float() {
        Some(f) => Ok(from_float(f)),
        None => Err(cx.type_error("argument must be int or float")),
    }
}

/// An int argument, of 64 bits; OverflowError past them.
pub fn small(cx: &mut Cx, value: &Value) -> R<i64> {
    if value.as_int().is_none() {
        return Err(cx.type_error("optional arg must be an integer"));
    }
    let exact = int::index(cx, value)?;
    match exact.as_int().and_then(|i| i.to_i64()) {
        Some(n) => Ok(n),
        None => Err(cx.raise(&exc::OVERFLOW_ERROR, "Python int too large to convert to C ssize_t")),
    }
}
