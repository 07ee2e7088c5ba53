//! `float`.

mod methods;

use taipan_object::float::{FLOAT, to_f64};
use taipan_object::{
    Args, CompareOp, Cx, IntRef, Obj, R, Raised, Slots, Type, Value, buffer, exc, hash, instance, ops,
};
use taipan_text::number;

use crate::Types;
use crate::support::{at_most_one, no_keywords_in_new};

/// The operand as a double, where it is a float or an int.
fn operand(cx: &mut Cx, v: &Value) -> R<Option<f64>> {
    if let Some(f) = v.as_float() {
        return Ok(Some(f));
    }
    match v.as_int() {
        Some(_) => taipan_object::float::int_to_f64(cx, v).map(Some),
        None => Ok(None),
    }
}

macro_rules! operands {
    ($cx:ident, $a:ident, $b:ident) => {
        match (operand($cx, $a)?, operand($cx, $b)?) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(Value::not_implemented()),
        }
    };
}

fn add(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(cx, a, b);
    Ok(cx.float(a + b))
}

fn sub(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(cx, a, b);
    Ok(cx.float(a - b))
}

fn mul(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(cx, a, b);
    Ok(cx.float(a * b))
}

#[cold]
fn zero(cx: &mut Cx, message: &str) -> Raised {
    cx.raise(&exc::ZERO_DIVISION_ERROR, message)
}

fn truediv(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(cx, a, b);
    if b == 0.0 {
        return Err(zero(cx, "division by zero"));
    }
    Ok(cx.float(a / b))
}

/// Floor quotient and remainder with the divisor's sign, as the language reference defines them for doubles.
pub fn floor_div_mod(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder != 0.0 {
        if (b < 0.0) != (remainder < 0.0) {
            remainder += b;
            quotient -= 1.0;
        }
    } else {
        remainder = 0.0f64.copysign(b);
    }
    let floor = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0.0f64.copysign(a / b)
    };
    (floor, remainder)
}

fn rem(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(cx, a, b);
    if b == 0.0 {
        return Err(zero(cx, "division by zero"));
    }
    Ok(cx.float(floor_div_mod(a, b).1))
}

fn floordiv(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(cx, a, b);
    if b == 0.0 {
        return Err(zero(cx, "division by zero"));
    }
    Ok(cx.float(floor_div_mod(a, b).0))
}

fn divmod(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (a, b) = operands!(cx, a, b);
    if b == 0.0 {
        return Err(zero(cx, "division by zero"));
    }
    let (q, r) = floor_div_mod(a, b);
    let (q, r) = (cx.float(q), cx.float(r));
    Ok(cx.tuple_value([q, r]))
}

fn pow(cx: &mut Cx, a: &Value, b: &Value, modulus: &Value) -> R {
    if !modulus.is_none() {
        return Err(cx.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    }
    let (a, b) = operands!(cx, a, b);
    power(cx, a, b)
}

/// `a ** b` of doubles: complex for a negative base with a fractional exponent.
pub fn power(cx: &mut Cx, a: f64, b: f64) -> R {
    if b == 0.0 || a == 1.0 {
        return Ok(cx.float(1.0));
    }
    if a == 0.0 && b < 0.0 && b.is_finite() {
        return Err(zero(cx, "zero to a negative power"));
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b != b.floor() {
        return crate::complex::power(cx, (a, 0.0), (b, 0.0));
    }
    let result = a.powf(b);
    if result.is_infinite() && a.is_finite() && b.is_finite() {
        let number = cx.int(34);
        let text = cx.str("Numerical result out of range");
        let e = exc::new_exception(cx, &exc::OVERFLOW_ERROR, vec![number, text]);
        return Err(exc::raise(cx, e));
    }
    Ok(cx.float(result))
}

fn compare(_cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let Some(x) = a.as_float() else { return Ok(Value::not_implemented()) };
    let ordering = if let Some(y) = b.as_float() {
        x.partial_cmp(&y)
    } else {
        match b.as_int() {
            None => return Ok(Value::not_implemented()),
            Some(i) => compare_with_int(x, i),
        }
    };
    Ok(Value::bool(match ordering {
        Some(ordering) => op.holds(ordering),
        None => op == CompareOp::Ne,
    }))
}

/// Exact comparison of a double and an integer of any size; `None` for NaN.
pub fn compare_with_int(x: f64, i: IntRef<'_>) -> Option<std::cmp::Ordering> {
    use std::cmp::Ordering;
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    if let IntRef::Small(i) = i
        && i.unsigned_abs() <= 1 << 53
    {
        return x.partial_cmp(&(i as f64));
    }
    let whole = x.trunc();
    let ordering = number::scale::truncate(x).cmp(&i.to_big());
    if ordering == Ordering::Equal { x.partial_cmp(&whole) } else { Some(ordering) }
}

fn hash_slot(_cx: &mut Cx, this: &Value) -> R<i64> {
    let f = this.as_float().unwrap_or(0.0);
    Ok(hash::hash_f64(f).unwrap_or_else(|| hash::hash_pointer(this.id())))
}

fn get(cx: &mut Cx, this: &Value) -> R<f64> {
    match this.as_float() {
        Some(f) => Ok(f),
        None => Err(cx.type_error("a float is required")),
    }
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let f = get(cx, this)?;
    Ok(cx.str(&number::format::repr(f)))
}

/// The exact float of the same value.
fn exact(cx: &mut Cx, this: &Value) -> R {
    if this.is_instance_exact(&FLOAT) {
        return Ok(this.clone());
    }
    let f = get(cx, this)?;
    Ok(cx.float(f))
}

/// `float(x)`.
pub fn construct(cx: &mut Cx, x: Option<&Value>) -> R {
    let Some(x) = x else { return Ok(cx.float(0.0)) };
    if x.is_instance_exact(&FLOAT) {
        return Ok(x.clone());
    }
    // A subclass's `__float__` goes before what the value is, also for text and floats.
    if let Some(f) = taipan_object::float::by_slot(cx, x)? {
        return Ok(cx.float(f));
    }
    if x.ty(cx).slots().index.is_some() {
        let f = to_f64(cx, x)?;
        return Ok(cx.float(f));
    }
    if let Some(s) = x.as_str() {
        let text = number::to_ascii(s.chars());
        return parse(cx, &text, x);
    }
    if buffer::supports(cx, x) {
        let text = buffer::bytes_like(cx, x)?.to_vec(cx);
        return parse(cx, &text, x);
    }
    let message = format!("float() argument must be a string or a real number, not '{}'", x.type_name(cx));
    Err(cx.type_error(message))
}

fn parse(cx: &mut Cx, text: &[u8], source: &Value) -> R {
    match number::float::parse(number::trim(text)) {
        Some(f) => Ok(cx.float(f)),
        None => {
            let shown = ops::repr(cx, source)?.to_string_lossy().into_owned();
            Err(cx.value_error(format!("could not convert string to float: {shown}")))
        }
    }
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords_in_new(cx, class, &FLOAT, args)?;
    let x = at_most_one(cx, args, "float")?;
    let made = construct(cx, x)?;
    if class.is(&FLOAT) { Ok(made) } else { Ok(instance::new_wrapped(cx, class, made)) }
}

pub fn install(types: &mut Types) {
    let slots = Slots {
        repr: Some(repr),
        hash: Some(hash_slot),
        compare: Some(compare),
        new: Some(new),
        add: Some(add),
        sub: Some(sub),
        mul: Some(mul),
        rem: Some(rem),
        divmod: Some(divmod),
        pow: Some(pow),
        neg: Some(|cx, v| get(cx, v).map(|f| cx.float(-f))),
        pos: Some(exact),
        abs: Some(|cx, v| get(cx, v).map(|f| cx.float(f.abs()))),
        bool: Some(|cx, v| get(cx, v).map(|f| f != 0.0)),
        int: Some(|cx, v| {
            let f = get(cx, v)?;
            crate::int::from_f64(cx, f)
        }),
        float: Some(exact),
        floordiv: Some(floordiv),
        truediv: Some(truediv),
        ..Slots::EMPTY
    };
    let doc = "float(x=0, /)\n--\n\nConvert a string or number to a floating-point number, if possible.";
    types.core(&FLOAT, slots, &methods::DEFS, doc);
}
