//! Arithmetic on constants at compile time, with Python's semantics and CPython's limits on the size of results.
//!
//! Every function returns `None` where Python would raise, or where the result would be larger than a compiler should
//! make: then the operation is left to run time.

use std::borrow::Cow;
use std::sync::Arc;

use dashu_int::IBig;
use taipan_bytecode::ops_names::binary_op;
use taipan_bytecode::{Constant, Name, Opcode};
use taipan_text::Wtf8Buf;

use super::complex::{self, Complex};

/// Bits of an integer result of multiplication, power or shift.
const MAX_INT_BITS: usize = 128;
/// Items of a repeated tuple.
const MAX_ITEMS: usize = 256;
/// Items of a repeated tuple with those of the tuples in it.
const MAX_TOTAL_ITEMS: usize = 1024;
/// Length of a repeated str or bytes.
const MAX_TEXT: usize = 4096;

/// A number, with bools as integers.
enum Number<'a> {
    Int(Cow<'a, IBig>),
    Float(f64),
    Complex(Complex),
}

impl<'a> Number<'a> {
    fn of(value: &'a Constant) -> Option<Self> {
        Some(match value {
            Constant::Int(i) => Number::Int(Cow::Borrowed(i)),
            Constant::True => Number::Int(Cow::Owned(IBig::ONE)),
            Constant::False => Number::Int(Cow::Owned(IBig::ZERO)),
            Constant::Float(f) => Number::Float(*f),
            Constant::Complex(re, im) => Number::Complex(Complex { re: *re, im: *im }),
            _ => return None,
        })
    }

    fn to_f64(&self) -> Option<f64> {
        match self {
            Number::Int(i) => int_to_f64(i),
            Number::Float(f) => Some(*f),
            Number::Complex(_) => None,
        }
    }
}

/// The nearest double, if it is finite.
fn int_to_f64(i: &IBig) -> Option<f64> {
    Some(i.to_f64().value()).filter(|f| f.is_finite())
}

/// Python's `bool(value)`.
pub fn truth(value: &Constant) -> bool {
    match value {
        Constant::None | Constant::False => false,
        Constant::True | Constant::Ellipsis | Constant::Slice(_) | Constant::Code(_) => true,
        Constant::Int(i) => *i != IBig::ZERO,
        Constant::Float(f) => *f != 0.0,
        Constant::Complex(re, im) => *re != 0.0 || *im != 0.0,
        Constant::Str(s) => !s.is_empty(),
        Constant::Bytes(b) => !b.is_empty(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}

/// The result of a unary operation; `CALL_INTRINSIC_1` stands for unary plus.
pub fn unary(opcode: Opcode, value: &Constant) -> Option<Constant> {
    match opcode {
        Opcode::UNARY_NOT => Some(Constant::bool(!truth(value))),
        // `~True` warns at run time, so bools are left alone.
        Opcode::UNARY_INVERT => match value {
            Constant::Int(i) => Some(Constant::Int(!i)),
            _ => None,
        },
        Opcode::UNARY_NEGATIVE => Some(match Number::of(value)? {
            Number::Int(i) => Constant::Int(-i.into_owned()),
            Number::Float(f) => Constant::Float(-f),
            Number::Complex(z) => Constant::Complex(-z.re, -z.im),
        }),
        Opcode::CALL_INTRINSIC_1 => Some(match Number::of(value)? {
            Number::Int(i) => Constant::Int(i.into_owned()),
            Number::Float(f) => Constant::Float(f),
            Number::Complex(z) => Constant::Complex(z.re, z.im),
        }),
        _ => None,
    }
}

/// The result of `BINARY_OP operation`.
pub fn binary(operation: u32, left: &Constant, right: &Constant) -> Option<Constant> {
    match operation {
        binary_op::SUBSCR => return super::subscript::subscript(left, right),
        binary_op::ADD => {
            if let Some(joined) = concatenate(left, right) {
                return Some(joined);
            }
        }
        binary_op::MULTIPLY => {
            if let Some(length) = sequence_length(left) {
                return repeat(left, length, right);
            }
            if let Some(length) = sequence_length(right) {
                return repeat(right, length, left);
            }
        }
        binary_op::AND | binary_op::OR | binary_op::XOR => {
            if let (Some(a), Some(b)) = (as_bool(left), as_bool(right)) {
                return Some(Constant::bool(match operation {
                    binary_op::AND => a & b,
                    binary_op::OR => a | b,
                    _ => a ^ b,
                }));
            }
        }
        _ => {}
    }
    match (Number::of(left)?, Number::of(right)?) {
        (Number::Int(a), Number::Int(b)) => int_binary(operation, &a, &b),
        (a @ Number::Complex(_), b) | (a, b @ Number::Complex(_)) => complex_binary(operation, a, b),
        (a, b) => float_binary(operation, a.to_f64()?, b.to_f64()?),
    }
}

fn as_bool(value: &Constant) -> Option<bool> {
    match value {
        Constant::True => Some(true),
        Constant::False => Some(false),
        _ => None,
    }
}

fn concatenate(left: &Constant, right: &Constant) -> Option<Constant> {
    match (left, right) {
        (Constant::Str(a), Constant::Str(b)) => {
            let mut text = a.as_wtf8().clone();
            text.push_wtf8(b);
            Some(Constant::Str(Name::new(text)))
        }
        (Constant::Bytes(a), Constant::Bytes(b)) => Some(Constant::Bytes([&a[..], &b[..]].concat().into())),
        (Constant::Tuple(a), Constant::Tuple(b)) => Some(Constant::Tuple([&a[..], &b[..]].concat().into())),
        _ => None,
    }
}

/// The length of what can be repeated.
fn sequence_length(value: &Constant) -> Option<usize> {
    match value {
        Constant::Str(s) => Some(s.code_points().count()),
        Constant::Bytes(b) => Some(b.len()),
        Constant::Tuple(items) => Some(items.len()),
        _ => None,
    }
}

/// `sequence * count`, `count` being an integer.
fn repeat(sequence: &Constant, length: usize, times: &Constant) -> Option<Constant> {
    let count = match times {
        Constant::True => 1,
        Constant::False => 0,
        Constant::Int(i) if length == 0 => i64::try_from(i).map(|_| 0).ok()?,
        Constant::Int(i) => usize::try_from(i).ok()?,
        _ => return None,
    };
    let limit = if matches!(sequence, Constant::Tuple(_)) { MAX_ITEMS } else { MAX_TEXT };
    if length > 0 && count > limit / length {
        return None;
    }
    match sequence {
        Constant::Str(s) => {
            let bytes = s.as_bytes().repeat(count);
            Some(Constant::Str(Name::new(Wtf8Buf::from_bytes(bytes)?)))
        }
        Constant::Bytes(b) => Some(Constant::Bytes(b.repeat(count).into())),
        Constant::Tuple(items) => {
            if let Some(limit) = MAX_TOTAL_ITEMS.checked_div(count) {
                total_items(items, limit)?;
            }
            let repeated = std::iter::repeat_n(&items[..], count).flatten().cloned();
            Some(Constant::Tuple(repeated.collect()))
        }
        _ => None,
    }
}

/// What is left of `limit` after the items, and the items of the tuples in them, are taken off; `None` below zero.
fn total_items(items: &[Constant], limit: usize) -> Option<usize> {
    let mut left = limit.checked_sub(items.len())?;
    let mut work: Vec<&[Constant]> = vec![items];
    while let Some(items) = work.pop() {
        for item in items {
            if let Constant::Tuple(inner) | Constant::FrozenSet(inner) = item {
                left = left.checked_sub(inner.len())?;
                work.push(inner);
            }
        }
    }
    Some(left)
}

fn int_binary(operation: u32, a: &IBig, b: &IBig) -> Option<Constant> {
    let zero = IBig::ZERO;
    let result = match operation {
        binary_op::ADD => a + b,
        binary_op::SUBTRACT => a - b,
        binary_op::AND => a & b,
        binary_op::OR => a | b,
        binary_op::XOR => a ^ b,
        binary_op::MULTIPLY => {
            if *a != zero && *b != zero && bits(a) + bits(b) > MAX_INT_BITS {
                return None;
            }
            a * b
        }
        binary_op::FLOOR_DIVIDE => floor_div_rem(a, b)?.0,
        binary_op::REMAINDER => floor_div_rem(a, b)?.1,
        binary_op::TRUE_DIVIDE => return true_divide(a, b).map(Constant::Float),
        binary_op::POWER => return int_power(a, b),
        binary_op::LSHIFT => {
            if *b < zero {
                return None;
            }
            if *a == zero {
                return Some(Constant::Int(IBig::ZERO));
            }
            let shift = usize::try_from(b).ok()?;
            if shift > 0 && (shift > MAX_INT_BITS || bits(a) > MAX_INT_BITS - shift) {
                return None;
            }
            a << shift
        }
        binary_op::RSHIFT => {
            if *b < zero {
                return None;
            }
            match usize::try_from(b) {
                Ok(shift) if shift <= bits(a) => a >> shift,
                _ if *a < zero => -IBig::ONE,
                _ => IBig::ZERO,
            }
        }
        _ => return None,
    };
    Some(Constant::Int(result))
}

/// Bits of the magnitude.
fn bits(i: &IBig) -> usize {
    let words = i.as_sign_words().1;
    let used = |last: &dashu_int::Word| dashu_int::Word::BITS - last.leading_zeros();
    words.last().map_or(0, |last| (words.len() - 1) * dashu_int::Word::BITS as usize + used(last) as usize)
}

/// Quotient rounded down, remainder of the divisor's sign.
fn floor_div_rem(a: &IBig, b: &IBig) -> Option<(IBig, IBig)> {
    if *b == IBig::ZERO {
        return None;
    }
    let quotient = a / b;
    let remainder = a - &quotient * b;
    if remainder != IBig::ZERO && (remainder < IBig::ZERO) != (*b < IBig::ZERO) {
        return Some((quotient - IBig::ONE, remainder + b));
    }
    Some((quotient, remainder))
}

fn int_power(a: &IBig, b: &IBig) -> Option<Constant> {
    if *b < IBig::ZERO {
        return float_power(int_to_f64(a)?, int_to_f64(b)?);
    }
    if *b == IBig::ZERO {
        return Some(Constant::Int(IBig::ONE));
    }
    if *a == IBig::ZERO {
        return Some(Constant::Int(IBig::ZERO));
    }
    let exponent = usize::try_from(b).ok().filter(|&exponent| bits(a) <= MAX_INT_BITS / exponent)?;
    Some(Constant::Int(a.pow(exponent)))
}

/// `a / b`, correctly rounded (half to even).
fn true_divide(a: &IBig, b: &IBig) -> Option<f64> {
    if *b == IBig::ZERO {
        return None;
    }
    let negative = (*a < IBig::ZERO) != (*b < IBig::ZERO);
    let sign = if negative { -1.0 } else { 1.0 };
    if *a == IBig::ZERO {
        return Some(sign * 0.0);
    }
    let magnitude = |i: &IBig| if *i < IBig::ZERO { -i } else { i.clone() };
    let (a, b) = (magnitude(a), magnitude(b));
    if bits(&a) <= 53 && bits(&b) <= 53 {
        return Some(sign * int_to_f64(&a)? / int_to_f64(&b)?);
    }
    // A quotient of 66 or 67 bits, its lowest bit set if anything is left over, rounds as the exact one does.
    let shift = 66 + bits(&b) as i64 - bits(&a) as i64;
    let (numerator, denominator) =
        if shift >= 0 { (&a << shift as usize, b) } else { (a, &b << shift.unsigned_abs() as usize) };
    let quotient = &numerator / &denominator;
    let inexact = &quotient * &denominator != numerator;
    let quotient = u128::try_from(&quotient).ok()? | u128::from(inexact);
    scale(quotient, -shift).map(|value| sign * value)
}

/// `mantissa * 2**exponent` rounded once to a double, for a mantissa of 65 bits and more; `None` on overflow.
fn scale(mantissa: u128, exponent: i64) -> Option<f64> {
    let length = 128 - i64::from(mantissa.leading_zeros());
    // The exponent of the lowest bit of the result; subnormal results have fewer bits.
    let lowest = (length - 53 + exponent).max(-1074);
    let drop = lowest - exponent;
    if drop > 127 {
        return Some(0.0);
    }
    let kept = mantissa >> drop;
    let rest = mantissa & ((1 << drop) - 1);
    let half = 1u128 << (drop - 1);
    let rounded = kept + u128::from(rest > half || rest == half && kept & 1 == 1);
    if lowest + (128 - i64::from(rounded.leading_zeros())) > 1024 {
        return None;
    }
    // Exact in two steps: the first factor keeps the value normal.
    let (first, second) = (lowest / 2, lowest - lowest / 2);
    Some(rounded as f64 * 2f64.powi(first as i32) * 2f64.powi(second as i32))
}

fn float_binary(operation: u32, a: f64, b: f64) -> Option<Constant> {
    let result = match operation {
        binary_op::ADD => a + b,
        binary_op::SUBTRACT => a - b,
        binary_op::MULTIPLY => a * b,
        binary_op::POWER => return float_power(a, b),
        binary_op::TRUE_DIVIDE if b != 0.0 => a / b,
        binary_op::FLOOR_DIVIDE if b != 0.0 => float_floor_div(a, b),
        binary_op::REMAINDER if b != 0.0 => float_remainder(a, b),
        _ => return None,
    };
    Some(Constant::Float(result))
}

fn float_remainder(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest == 0.0 {
        return 0f64.copysign(b);
    }
    if (b < 0.0) != (rest < 0.0) { rest + b } else { rest }
}

fn float_floor_div(a: f64, b: f64) -> f64 {
    let rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (b < 0.0) != (rest < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

fn float_power(base: f64, exponent: f64) -> Option<Constant> {
    let odd = (exponent.abs() % 2.0) == 1.0;
    let result = if exponent == 0.0 || base == 1.0 {
        1.0
    } else if base.is_nan() || exponent.is_nan() {
        if base.is_nan() { base } else { exponent }
    } else if exponent.is_infinite() {
        match base.abs() {
            1.0 => 1.0,
            size if (exponent > 0.0) == (size > 1.0) => f64::INFINITY,
            _ => 0.0,
        }
    } else if base.is_infinite() {
        match (exponent > 0.0, odd) {
            (true, true) => base,
            (true, false) => f64::INFINITY,
            (false, true) => 0f64.copysign(base),
            (false, false) => 0.0,
        }
    } else if base == 0.0 {
        if exponent < 0.0 {
            return None;
        }
        if odd { base } else { 0.0 }
    } else if base < 0.0 && exponent != exponent.floor() {
        let (base, exponent) = (Complex { re: base, im: 0.0 }, Complex { re: exponent, im: 0.0 });
        return complex::power(base, exponent).map(|z| Constant::Complex(z.re, z.im));
    } else {
        let size = base.abs().powf(exponent);
        if size.is_infinite() {
            return None;
        }
        if base < 0.0 && odd { -size } else { size }
    };
    Some(Constant::Float(result))
}

fn complex_binary(operation: u32, a: Number<'_>, b: Number<'_>) -> Option<Constant> {
    let result = match (&a, &b) {
        (Number::Complex(a), Number::Complex(b)) => match operation {
            binary_op::ADD => Complex { re: a.re + b.re, im: a.im + b.im },
            binary_op::SUBTRACT => Complex { re: a.re - b.re, im: a.im - b.im },
            binary_op::MULTIPLY => complex::product(*a, *b),
            binary_op::TRUE_DIVIDE => complex::quotient(*a, *b)?,
            binary_op::POWER => complex::power(*a, *b)?,
            _ => return None,
        },
        (Number::Complex(a), b) => {
            let b = b.to_f64()?;
            match operation {
                binary_op::ADD => Complex { re: a.re + b, im: a.im },
                binary_op::SUBTRACT => Complex { re: a.re - b, im: a.im },
                binary_op::MULTIPLY => Complex { re: a.re * b, im: a.im * b },
                binary_op::TRUE_DIVIDE if b != 0.0 => Complex { re: a.re / b, im: a.im / b },
                binary_op::POWER => complex::power(*a, Complex { re: b, im: 0.0 })?,
                _ => return None,
            }
        }
        (a, Number::Complex(b)) => {
            let a = a.to_f64()?;
            match operation {
                binary_op::ADD => Complex { re: a + b.re, im: b.im },
                binary_op::SUBTRACT => Complex { re: a - b.re, im: -b.im },
                binary_op::MULTIPLY => Complex { re: a * b.re, im: a * b.im },
                binary_op::TRUE_DIVIDE => complex::real_quotient(a, *b)?,
                binary_op::POWER => complex::power(Complex { re: a, im: 0.0 }, *b)?,
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Constant::Complex(result.re, result.im))
}

/// A tuple constant.
pub fn tuple(items: Vec<Constant>) -> Constant {
    Constant::Tuple(Arc::from(items))
}

/// A frozenset constant: of items equal in Python's sense the first stays.
pub fn frozenset(items: Vec<Constant>) -> Constant {
    let mut distinct: Vec<Constant> = Vec::with_capacity(items.len());
    for item in items {
        if !distinct.iter().any(|other| python_equal(other, &item)) {
            distinct.push(item);
        }
    }
    Constant::FrozenSet(Arc::from(distinct))
}

/// Python's `==` between hashable constants (identity, for a NaN).
fn python_equal(a: &Constant, b: &Constant) -> bool {
    let all = |a: &[Constant], b: &[Constant]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| python_equal(a, b))
    };
    match (a, b) {
        (Constant::Tuple(a), Constant::Tuple(b)) => return all(a, b),
        (Constant::Slice(a), Constant::Slice(b)) => return all(&a[..], &b[..]),
        (Constant::FrozenSet(a), Constant::FrozenSet(b)) => {
            return a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| python_equal(x, y)));
        }
        _ => {}
    }
    match (Number::of(a), Number::of(b)) {
        (Some(a), Some(b)) => number_equal(&a, &b),
        _ => crate::instr::same_constant(a, b),
    }
}

fn number_equal(a: &Number<'_>, b: &Number<'_>) -> bool {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a == b,
        (Number::Float(a), Number::Float(b)) => a == b,
        (Number::Complex(a), Number::Complex(b)) => a.re == b.re && a.im == b.im,
        (Number::Complex(z), other) | (other, Number::Complex(z)) => {
            z.im == 0.0 && number_equal(&Number::Float(z.re), other)
        }
        (Number::Int(i), Number::Float(f)) | (Number::Float(f), Number::Int(i)) => {
            f.is_finite() && f.fract() == 0.0 && int_to_f64(i) == Some(*f) && exact_in_f64(i)
        }
    }
}

/// Whether the integer is a double.
fn exact_in_f64(i: &IBig) -> bool {
    let zeros = i.trailing_zeros().unwrap_or(0);
    bits(i).saturating_sub(zeros) <= 53
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divide(a: i128, b: i128) -> f64 {
        true_divide(&IBig::from(a), &IBig::from(b)).unwrap()
    }

    #[test]
    fn division_is_correctly_rounded() {
        assert_eq!(divide((1 << 54) + 1, 3), 6004799503160662.0);
        assert_eq!(divide(10i128.pow(30) + 1, 10i128.pow(29)), 10.0);
        assert_eq!(divide(-(1 << 100), 1 << 40), -(2f64.powi(60)));
        let tiny = true_divide(&IBig::from(3), &(IBig::ONE << 1075)).unwrap();
        assert_eq!(tiny, f64::from_bits(2));
        assert!(true_divide(&(IBig::ONE << 2000), &IBig::from(3)).is_none());
        assert!(divide(0, -5).is_sign_negative());
    }

    #[test]
    fn remainders_have_the_divisors_sign() {
        let rem = |a: i64, b: i64| {
            let (q, r) = floor_div_rem(&IBig::from(a), &IBig::from(b)).unwrap();
            (i64::try_from(q).unwrap(), i64::try_from(r).unwrap())
        };
        assert_eq!([rem(7, -2), rem(-7, 2), rem(-6, 3), rem(-1, 5)], [(-4, -1), (-4, 1), (-2, 0), (-1, 4)]);
        assert_eq!(float_remainder(-1.0, 3.0), 2.0);
        assert_eq!(float_floor_div(-1.0, 3.0), -1.0);
    }
}
