//! Items by their native single-character formats.

use taipan_object::{Cx, IntRef, R, Value, exc, int, ops};

/// The character of a native format (an `@` in front is allowed) and the item's size.
pub fn native(format: &str) -> Option<(u8, usize)> {
    let plain = format.strip_prefix('@').unwrap_or(format).as_bytes();
    let [c] = plain else { return None };
    Some((*c, size(*c)?))
}

fn size(c: u8) -> Option<usize> {
    Some(match c {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'P' | b'd' => 8,
        _ => return None,
    })
}

/// Whether the format is one of single bytes.
pub fn is_byte(c: u8) -> bool {
    matches!(c, b'B' | b'b' | b'c')
}

/// The value of an item of a native format. `item` has the format's size.
pub fn unpack(cx: &mut Cx, c: u8, item: &[u8]) -> Value {
    let mut wide = [0u8; 8];
    let n = item.len().min(8);
    wide[..n].copy_from_slice(&item[..n]);
    let unsigned = u64::from_le_bytes(wide);
    let shift = 64 - 8 * n as u32;
    let signed = if n == 0 { 0 } else { (unsigned << shift) as i64 >> shift };
    match c {
        b'c' => cx.bytes(item),
        b'?' => Value::bool(unsigned != 0),
        b'b' | b'h' | b'i' | b'l' | b'q' | b'n' => cx.int(signed),
        b'e' => cx.float(half_to_f64(unsigned as u16)),
        b'f' => cx.float(f64::from(f32::from_bits(unsigned as u32))),
        b'd' => cx.float(f64::from_bits(unsigned)),
        _ => cx.int_from_u64(unsigned),
    }
}

/// The bytes of a value in a native format.
pub fn pack(cx: &mut Cx, c: u8, size: usize, value: &Value) -> R<Vec<u8>> {
    let shown = c as char;
    let bad_type = format!("memoryview: invalid type for format '{shown}'");
    let bad_value = format!("memoryview: invalid value for format '{shown}'");
    let bits: u64 = match c {
        b'c' => {
            let Some(bytes) = value.as_bytes() else { return Err(cx.type_error(bad_type)) };
            let [b] = bytes.as_slice() else { return Err(cx.value_error(bad_value)) };
            (*b).into()
        }
        b'?' => ops::truth(cx, value)?.into(),
        b'e' | b'f' | b'd' => {
            let f = match taipan_object::float::to_f64(cx, value) {
                Ok(f) => f,
                Err(raised) => {
                    cx.catch(raised, &exc::TYPE_ERROR)?;
                    return Err(cx.type_error(bad_type));
                }
            };
            match c {
                b'd' => f.to_bits(),
                b'f' => (f as f32).to_bits().into(),
                _ => match f64_to_half(f) {
                    Some(half) => half.into(),
                    None => return Err(cx.value_error(bad_value)),
                },
            }
        }
        _ => integer_bits(cx, c, size, value, &bad_type, &bad_value)?,
    };
    Ok(bits.to_le_bytes()[..size].to_vec())
}

fn integer_bits(cx: &mut Cx, c: u8, size: usize, value: &Value, bad_type: &str, bad_value: &str) -> R<u64> {
    let i = match int::index(cx, value) {
        Ok(i) => i,
        Err(raised) => {
            cx.catch(raised, &exc::TYPE_ERROR)?;
            return Err(cx.type_error(bad_type));
        }
    };
    let wide: Option<i128> = i.as_int().and_then(|i| match i {
        IntRef::Small(i) => Some(i.into()),
        IntRef::Big(b) => i128::try_from(b).ok(),
    });
    let bits = 8 * size as u32;
    let range =
        if c.is_ascii_lowercase() { -(1i128 << (bits - 1))..1i128 << (bits - 1) } else { 0..1i128 << bits };
    match wide.filter(|w| range.contains(w)) {
        Some(w) => Ok(w as u64),
        None => Err(cx.value_error(bad_value)),
    }
}

/// IEEE 754 binary16 as a double.
pub fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits & 0x8000 != 0 { -1.0 } else { 1.0 };
    let fraction = f64::from(bits & 0x3FF);
    match bits >> 10 & 0x1F {
        0 => sign * fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN.copysign(sign),
        exponent => sign * (1.0 + fraction / 1024.0) * 2f64.powi(i32::from(exponent) - 15),
    }
}

/// A double as binary16, rounded to even; `None` where it is too large.
pub fn f64_to_half(f: f64) -> Option<u16> {
    let sign = if f.is_sign_negative() { 0x8000u16 } else { 0 };
    let f = f.abs();
    if f.is_nan() {
        return Some(sign | 0x7E00);
    }
    if f.is_infinite() {
        return Some(sign | 0x7C00);
    }
    if f < 2f64.powi(-14) {
        // Multiples of 2^-24; rounding up to 1024 gives the smallest normal number, as it should.
        return Some(sign | (f * 2f64.powi(24)).round_ties_even() as u16);
    }
    let exponent = ((f.to_bits() >> 52) as i32 & 0x7FF) - 1023;
    if exponent > 15 {
        return None;
    }
    let scaled = (f * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let bits = ((exponent + 15) as u32) * 1024 + (scaled - 1024);
    if bits >= 0x7C00 { None } else { Some(sign | bits as u16) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_trip() {
        for bits in (0..0x7C00u16).chain(0x8000..0xFC00) {
            assert_eq!(f64_to_half(half_to_f64(bits)), Some(bits));
        }
        assert_eq!(f64_to_half(65520.0), None);
        assert_eq!(f64_to_half(65519.9), Some(0x7BFF));
        assert_eq!(f64_to_half(f64::INFINITY), Some(0x7C00));
    }
}
