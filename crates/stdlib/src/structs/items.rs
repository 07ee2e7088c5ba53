//! Single values to bytes and back.

use dashu_int::{IBig, UBig};
use taipan_object::{Cx, IntRef, R, Raised, Value, buffer, int, ops};

use super::format::Code;

/// What is wrong with a value, for callers with messages of their own (`array`, `memoryview`).
pub enum Problem {
    NotAnInteger,
    OutOfRange,
}

#[cold]
fn error(cx: &mut Cx, message: impl Into<String>) -> Raised {
    cx.raise(&super::ERROR, message)
}

fn store(out: &mut [u8], little: &[u8], big_endian: bool) {
    out.copy_from_slice(&little[..out.len()]);
    if big_endian {
        out.reverse();
    }
}

/// Packs one value into its bytes.
pub fn pack_item(cx: &mut Cx, code: Code, units: usize, value: &Value, out: &mut [u8]) -> R<()> {
    match code.letter {
        b'c' => match value.as_bytes().map(|b| b.as_slice()) {
            Some([one]) => out[0] = *one,
            _ => return Err(error(cx, "char format requires a bytes object of length 1")),
        },
        b'?' => out[0] = ops::truth(cx, value)?.into(),
        b's' | b'p' => return pack_string(cx, code, units, value, out),
        b'e' | b'f' | b'd' => {
            let f = number(cx, value)?;
            return pack_float(cx, code, f, out);
        }
        b'F' | b'D' => {
            let (re, im) = match taipan_types::complex::from_number(cx, value) {
                Ok(Some(parts)) => parts,
                Ok(None) => return Err(error(cx, "required argument is not a complex")),
                Err(raised) => {
                    drop(cx.take_raised(raised));
                    return Err(error(cx, "required argument is not a complex"));
                }
            };
            let half =
                Code { letter: if code.letter == b'F' { b'f' } else { b'd' }, size: code.size / 2, ..code };
            let (a, b) = out.split_at_mut(usize::from(half.size));
            pack_float(cx, half, re, a)?;
            return pack_float(cx, half, im, b);
        }
        _ => return pack_integer(cx, code, value, out),
    }
    Ok(())
}

fn number(cx: &mut Cx, value: &Value) -> R<f64> {
    match taipan_object::float::to_f64(cx, value) {
        Ok(f) => Ok(f),
        Err(raised) if cx.raised_is(&raised, &taipan_object::exc::TYPE_ERROR) => {
            drop(cx.take_raised(raised));
            Err(error(cx, "required argument is not a float"))
        }
        Err(raised) => Err(raised),
    }
}

fn pack_string(cx: &mut Cx, code: Code, units: usize, value: &Value, out: &mut [u8]) -> R<()> {
    let letter = code.letter as char;
    let copied;
    let bytes = match value.as_bytes() {
        Some(bytes) => bytes.as_slice(),
        None if &*value.ty(cx).name() == "bytearray" => {
            copied = buffer::bytes_like(cx, value)?.to_vec(cx);
            &copied
        }
        None => return Err(error(cx, format!("argument for '{letter}' must be a bytes object"))),
    };
    if code.letter == b's' {
        let n = bytes.len().min(units);
        out[..n].copy_from_slice(&bytes[..n]);
    } else if units > 0 {
        let n = bytes.len().min(units - 1);
        out[0] = n.min(255) as u8;
        out[1..=n].copy_from_slice(&bytes[..n]);
    }
    Ok(())
}

fn pack_float(cx: &mut Cx, code: Code, f: f64, out: &mut [u8]) -> R<()> {
    match code.letter {
        b'd' => store(out, &f.to_le_bytes(), code.big_endian),
        b'f' => {
            let single = f as f32;
            if single.is_infinite() && f.is_finite() {
                return Err(cx.overflow_error("float too large to pack with f format"));
            }
            store(out, &single.to_le_bytes(), code.big_endian);
        }
        _ => match half_bits(f) {
            Some(bits) => store(out, &bits.to_le_bytes(), code.big_endian),
            None => return Err(cx.overflow_error("float too large to pack with e format")),
        },
    }
    Ok(())
}

/// A double as IEEE 754 half precision, rounded half to even; `None` where it is too large.
fn half_bits(f: f64) -> Option<u16> {
    let sign = ((f.to_bits() >> 48) & 0x8000) as u16;
    if f.is_nan() {
        let payload = (f.to_bits() >> 42 & 0x1ff) as u16;
        let quiet = f.to_bits() >> 51 & 1 != 0;
        return Some(sign | 0x7c00 | payload | if quiet || payload == 0 { 0x200 } else { 0 });
    }
    if f.is_infinite() {
        return Some(sign | 0x7c00);
    }
    let a = f.abs();
    // Exact scaling by powers of two; `round_ties_even` then rounds once.
    if a < 2f64.powi(-14) {
        let m = (a * 2f64.powi(24)).round_ties_even() as u16;
        return Some(sign | m);
    }
    let exponent = ((a.to_bits() >> 52) as i32) - 1023;
    let m = (a * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let bits = ((exponent + 15) as u32) * 1024 + m - 1024;
    if exponent > 15 || bits >= 0x7c00 { None } else { Some(sign | bits as u16) }
}

fn half_value(bits: u16) -> f64 {
    let sign = if bits & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), u64::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction as f64 * 2f64.powi(-24),
        31 if fraction == 0 => sign * f64::INFINITY,
        31 => f64::from_bits((u64::from(bits & 0x8000)) << 48 | 0x7ff << 52 | fraction << 42),
        e => sign * (1024 + fraction) as f64 * 2f64.powi(e - 25),
    }
}

/// An integer of `size` bytes, little-endian; signed or not.
pub fn integer_bytes(value: IntRef<'_>, size: usize, signed: bool) -> Result<[u8; 8], Problem> {
    match value {
        IntRef::Small(i) => {
            let bits = size as u32 * 8;
            let fits = if signed {
                bits == 64 || (-(1i64 << (bits - 1))..1i64 << (bits - 1)).contains(&i)
            } else {
                i >= 0 && (bits == 64 || i < 1i64 << bits)
            };
            if fits { Ok(i.to_le_bytes()) } else { Err(Problem::OutOfRange) }
        }
        IntRef::Big(b) if size == 8 && signed => {
            i64::try_from(b).map(i64::to_le_bytes).map_err(|_| Problem::OutOfRange)
        }
        IntRef::Big(b) if size == 8 => {
            u64::try_from(b).map(u64::to_le_bytes).map_err(|_| Problem::OutOfRange)
        }
        IntRef::Big(_) => Err(Problem::OutOfRange),
    }
}

fn pack_integer(cx: &mut Cx, code: Code, value: &Value, out: &mut [u8]) -> R<()> {
    let exact = if value.as_int().is_some() {
        value.clone()
    } else if value.ty(cx).slots().index.is_some() {
        int::index(cx, value)?
    } else {
        return Err(error(cx, "required argument is not an integer"));
    };
    let Some(number) = exact.as_int() else { return Err(error(cx, "required argument is not an integer")) };
    let signed = code.is_signed() && code.letter != b'P';
    // A pointer may be given as a negative number.
    let signed = signed || code.letter == b'P' && number.is_negative();
    match integer_bytes(number, out.len(), signed) {
        Ok(bytes) => {
            store(out, &bytes, code.big_endian);
            Ok(())
        }
        Err(_) => {
            let bits = out.len() as u32 * 8;
            let (low, high) = if signed {
                (-(IBig::ONE << (bits - 1) as usize), (IBig::ONE << (bits - 1) as usize) - IBig::ONE)
            } else {
                (IBig::ZERO, IBig::from((UBig::ONE << bits as usize) - UBig::ONE))
            };
            if code.letter == b'P' {
                return Err(error(cx, "int too large to convert"));
            }
            Err(error(cx, format!("'{}' format requires {low} <= number <= {high}", code.letter as char)))
        }
    }
}

/// Unpacks one value from its bytes.
pub fn unpack_item(cx: &mut Cx, code: Code, units: usize, bytes: &[u8]) -> Value {
    let mut raw = [0u8; 8];
    let n = bytes.len().min(8);
    raw[..n].copy_from_slice(&bytes[..n]);
    if code.big_endian {
        raw[..n].reverse();
    }
    match code.letter {
        b'c' => cx.bytes(&bytes[..1]),
        b'?' => Value::bool(bytes[0] != 0),
        b's' => cx.bytes(bytes),
        b'p' => {
            let len = bytes.first().map_or(0, |&n| usize::from(n)).min(units.saturating_sub(1));
            let text = if bytes.is_empty() { bytes } else { &bytes[1..=len] };
            cx.bytes(text)
        }
        b'd' => cx.float(f64::from_le_bytes(raw)),
        b'f' => cx.float(f32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]).into()),
        b'e' => cx.float(half_value(u16::from_le_bytes([raw[0], raw[1]]))),
        b'F' | b'D' => {
            let half =
                Code { letter: if code.letter == b'F' { b'f' } else { b'd' }, size: code.size / 2, ..code };
            let (a, b) = bytes.split_at(usize::from(half.size));
            let (re, im) = (unpack_item(cx, half, 1, a), unpack_item(cx, half, 1, b));
            taipan_types::complex::new_complex(cx, re.as_float().unwrap_or(0.0), im.as_float().unwrap_or(0.0))
        }
        _ => {
            let unsigned = u64::from_le_bytes(raw);
            if code.is_signed() {
                let shift = 64 - n as u32 * 8;
                cx.int((unsigned << shift) as i64 >> shift)
            } else {
                cx.int_from_u64(unsigned)
            }
        }
    }
}
