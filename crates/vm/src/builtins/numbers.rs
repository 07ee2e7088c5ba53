//! Functions of numbers and characters.

use dashu_int::IBig;
use taipan_macros::native;
use taipan_object::{Cx, IntRef, R, Value, exc, int, names, ops};
use taipan_types::complex::{self, COMPLEX};

/// Return the absolute value of the argument.
#[native("abs(x, /)")]
pub fn abs(cx: &mut Cx, x: &Value) -> R {
    ops::abs(cx, x)
}

/// Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.
#[native("divmod(x, y, /)")]
pub fn divmod(cx: &mut Cx, x: &Value, y: &Value) -> R {
    ops::divmod(cx, x, y)
}

/// Digits in a base that is a power of two, with its prefix.
fn in_base(cx: &mut Cx, number: &Value, base: u8, prefix: &str) -> R {
    let number = int::index(cx, number)?;
    let (negative, digits) = match number.as_int() {
        Some(IntRef::Small(i)) => {
            let size = i.unsigned_abs();
            let digits = match base {
                2 => format!("{size:b}"),
                8 => format!("{size:o}"),
                _ => format!("{size:x}"),
            };
            (i < 0, digits)
        }
        Some(IntRef::Big(big)) => {
            let text = big.in_radix(base).to_string();
            match text.strip_prefix('-') {
                Some(digits) => (true, digits.to_owned()),
                None => (false, text),
            }
        }
        None => return Err(cx.system_error("index is not an int")),
    };
    let sign = if negative { "-" } else { "" };
    Ok(cx.str(&format!("{sign}{prefix}{digits}")))
}

/// Return the binary representation of an integer.
///
///   >>> bin(2796202)
///   '0b1010101010101010101010'
#[native("bin(number, /)")]
pub fn bin(cx: &mut Cx, number: &Value) -> R {
    in_base(cx, number, 2, "0b")
}

/// Return the octal representation of an integer.
///
///   >>> oct(342391)
///   '0o1234567'
#[native("oct(number, /)")]
pub fn oct(cx: &mut Cx, number: &Value) -> R {
    in_base(cx, number, 8, "0o")
}

/// Return the hexadecimal representation of an integer.
///
///   >>> hex(12648430)
///   '0xc0ffee'
#[native("hex(number, /)")]
pub fn hex(cx: &mut Cx, number: &Value) -> R {
    in_base(cx, number, 16, "0x")
}

/// Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.
#[native("chr(i, /)")]
pub fn chr(cx: &mut Cx, i: &Value) -> R {
    let number = int::index(cx, i)?;
    match number.as_int().and_then(IntRef::to_i64) {
        Some(c @ 0..=0x10ffff) => Ok(cx.str_from_char(c as u32)),
        _ => Err(cx.value_error("chr() arg not in range(0x110000)")),
    }
}

/// Return the ordinal value of a character.
///
/// If the argument is a one-character string, return the Unicode code
/// point of that character.
///
/// If the argument is a bytes or bytearray object of length 1, return its
/// single byte value.
#[native("ord(character, /)")]
pub fn ord(cx: &mut Cx, character: &Value) -> R {
    let length = if let Some(text) = character.as_str() {
        if let (1, Some(c)) = (text.len(), text.char_at(0)) {
            return Ok(cx.int(i64::from(c)));
        }
        text.len()
    } else if let Some(bytes) = character.as_bytes() {
        if let [b] = bytes.as_slice() {
            return Ok(cx.int(i64::from(*b)));
        }
        bytes.len()
    } else if character.type_name(cx) == "bytearray"
        || character.ty(cx).slots().buffer.is_some() && is_bytearray(cx, character)
    {
        let view = taipan_object::buffer::bytes_like(cx, character)?;
        if let [b] = *view.bytes(cx) {
            return Ok(cx.int(i64::from(b)));
        }
        view.len()
    } else {
        let message = format!("ord() expected string of length 1, but {} found", character.type_name(cx));
        return Err(cx.type_error(message));
    };
    Err(cx.type_error(format!("ord() expected a character, but string of length {length} found")))
}

/// A bytearray or an instance of a subclass.
fn is_bytearray(cx: &Cx, value: &Value) -> bool {
    value.ty(cx).mro(cx).iter().any(|t| t.as_type().is_some_and(|t| t.name() == "bytearray"))
}

/// Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.
///
/// Some types, such as ints, are able to use a more efficient algorithm when
/// invoked using the three argument form.
#[native("pow(base, exp, mod=None)")]
pub fn pow(cx: &mut Cx, base: &Value, exponent: &Value, modulus: Option<&Value>) -> R {
    let none = Value::none();
    ops::power(cx, base, exponent, modulus.unwrap_or(&none))
}

/// Round a number to a given precision in decimal digits.
///
/// The return value is an integer if ndigits is omitted or None.  Otherwise
/// the return value has the same type as the number.  ndigits may be negative.
#[native("round(number, ndigits=None)")]
pub fn round(cx: &mut Cx, number: &Value, ndigits: Option<&Value>) -> R {
    let args: &[Value] = match ndigits {
        Some(n) if !n.is_none() => std::slice::from_ref(n),
        _ => &[],
    };
    match ops::call_special(cx, number, &names::__round__, args)? {
        Some(rounded) => Ok(rounded),
        None => {
            let message = format!("type {} doesn't define __round__ method", number.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// A sum of floats with the lost low parts beside it (Neumaier).
#[derive(Clone, Copy)]
struct Compensated {
    high: f64,
    low: f64,
}

impl Compensated {
    fn add(&mut self, x: f64) {
        let total = self.high + x;
        if self.high.abs() >= x.abs() {
            self.low += (self.high - total) + x;
        } else {
            self.low += (x - total) + self.high;
        }
        self.high = total;
    }

    fn total(self) -> f64 {
        // An infinite or undefined low part says nothing.
        if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
    }
}

/// An exact float or int as the double that is added.
fn real_addend(cx: &mut Cx, item: &Value) -> R<Option<f64>> {
    if item.is_instance_exact(&taipan_object::float::FLOAT) {
        return Ok(item.as_float());
    }
    if !item.is_instance_exact(&int::INT) {
        return Ok(None);
    }
    taipan_object::float::int_to_f64(cx, item).map(Some)
}

/// Return the sum of a 'start' value (default: 0) plus an iterable of numbers
///
/// When the iterable is empty, return the start value.
/// This function is intended specifically for use with numeric values and may
/// reject non-numeric types.
#[native("sum(iterable, /, start=0)")]
pub fn sum(cx: &mut Cx, iterable: &Value, start: Option<&Value>) -> R {
    let iterator = ops::iter(cx, iterable)?;
    if let Some(start) = start {
        let refused = if start.as_str().is_some() {
            Some("sum() can't sum strings [use ''.join(seq) instead]")
        } else if start.as_bytes().is_some() {
            Some("sum() can't sum bytes [use b''.join(seq) instead]")
        } else if is_bytearray(cx, start) {
            Some("sum() can't sum bytearray [use b''.join(seq) instead]")
        } else {
            None
        };
        if let Some(message) = refused {
            return Err(cx.raise(&exc::TYPE_ERROR, message));
        }
    }
    let mut total = start.cloned().unwrap_or_else(|| Value::small_int(0));
    if total.is_instance_exact(&int::INT)
        && let Some(i) = total.as_int()
    {
        let mut small = 0i64;
        let mut big = i.to_big().into_owned();
        loop {
            let Some(item) = ops::next(cx, &iterator)? else {
                return Ok(cx.int_from_big(big + IBig::from(small)));
            };
            let exact = item.is_instance_exact(&int::INT) || item.as_bool().is_some();
            match item.as_int().filter(|_| exact) {
                Some(IntRef::Small(i)) => match small.checked_add(i) {
                    Some(sum) => small = sum,
                    None => {
                        big += IBig::from(small);
                        small = i;
                    }
                },
                Some(IntRef::Big(i)) => big += i,
                None => {
                    total = cx.int_from_big(big + IBig::from(small));
                    total = ops::binary(cx, ops::BinaryOp::Add, &total, &item)?;
                    break;
                }
            }
        }
    }
    if total.is_instance_exact(&taipan_object::float::FLOAT)
        && let Some(start) = total.as_float()
    {
        let mut sum = Compensated { high: start, low: 0.0 };
        loop {
            let Some(item) = ops::next(cx, &iterator)? else { return Ok(cx.float(sum.total())) };
            match real_addend(cx, &item)? {
                Some(x) => sum.add(x),
                None => {
                    total = cx.float(sum.total());
                    total = ops::binary(cx, ops::BinaryOp::Add, &total, &item)?;
                    break;
                }
            }
        }
    }
    if total.is_instance_exact(&COMPLEX)
        && let Some((real, imaginary)) = complex::parts(&total)
    {
        let mut real = Compensated { high: real, low: 0.0 };
        let mut imaginary = Compensated { high: imaginary, low: 0.0 };
        loop {
            let item = ops::next(cx, &iterator)?;
            let so_far = || (real.total(), imaginary.total());
            let Some(item) = item else { return Ok(complex::new_complex(cx, so_far().0, so_far().1)) };
            if item.is_instance_exact(&COMPLEX)
                && let Some((x, y)) = complex::parts(&item)
            {
                real.add(x);
                imaginary.add(y);
            } else if let Some(x) = real_addend(cx, &item)? {
                real.add(x);
            } else {
                total = complex::new_complex(cx, so_far().0, so_far().1);
                total = ops::binary(cx, ops::BinaryOp::Add, &total, &item)?;
                break;
            }
        }
    }
    while let Some(item) = ops::next(cx, &iterator)? {
        total = ops::binary(cx, ops::BinaryOp::Add, &total, &item)?;
    }
    Ok(total)
}
