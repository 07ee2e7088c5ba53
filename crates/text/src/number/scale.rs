//! Exact integers to the nearest double, and exact ratios.

use dashu_int::ops::{BitTest, DivRem};
use dashu_int::{IBig, Sign, UBig};

/// `mantissa × 2^exponent`, where `sticky` says that something below the mantissa was cut off, rounded half to
/// even; `None` on overflow.
pub fn scale(mantissa: u64, sticky: bool, exponent: i64) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    // Normalised: the value lies in [2^top, 2^(top+1)).
    let shift = mantissa.leading_zeros();
    let top = exponent.checked_add(63 - i64::from(shift))?;
    if top > 1023 {
        return None;
    }
    if top < -1075 {
        return Some(0.0);
    }
    let mantissa = mantissa << shift;
    // 53 bits, fewer below the normal range.
    let keep = if top >= -1022 { 53 } else { (53 - (-1022 - top)) as u32 };
    let drop = 64 - keep;
    let (kept, rest, half) = if drop == 64 {
        (0, mantissa, 1u64 << 63)
    } else {
        (mantissa >> drop, mantissa & ((1u64 << drop) - 1), 1u64 << (drop - 1))
    };
    let up = rest > half || (rest == half && (sticky || kept & 1 == 1));
    let kept = kept + u64::from(up);
    // Adding into the exponent field carries a mantissa that rounded up to the next power of two.
    let bits = if top >= -1022 { (((top + 1022) as u64) << 52).wrapping_add(kept) } else { kept };
    let value = f64::from_bits(bits);
    value.is_finite().then_some(value)
}

/// The 64 leading bits, whether anything is below them, and their exponent.
fn leading(value: &UBig) -> (u64, bool, i64) {
    let bits = value.bit_len();
    if bits <= 64 {
        return (u64::try_from(value).unwrap_or(0), false, 0);
    }
    let drop = bits - 64;
    let sticky = value.trailing_zeros().is_some_and(|z| z < drop);
    (u64::try_from(value >> drop).unwrap_or(u64::MAX), sticky, drop as i64)
}

fn signed(sign: Sign, value: f64) -> f64 {
    if sign == Sign::Negative { -value } else { value }
}

/// The double nearest to an integer; `None` where `float(n)` raises OverflowError.
pub fn int_to_f64(value: &IBig) -> Option<f64> {
    let (sign, magnitude) = value.as_sign_words();
    let magnitude = UBig::from_words(magnitude);
    let (mantissa, sticky, exponent) = leading(&magnitude);
    scale(mantissa, sticky, exponent).map(|v| signed(sign, v))
}

/// `numerator / denominator` as `int.__truediv__` gives it, for a denominator other than 0; `None`: "integer
/// division result too large for a float".
pub fn divide(numerator: &IBig, denominator: &IBig) -> Option<f64> {
    let (n_sign, n) = numerator.clone().into_parts();
    let (d_sign, d) = denominator.clone().into_parts();
    if d.is_zero() {
        return None;
    }
    if n.is_zero() {
        return Some(signed(d_sign, 0.0));
    }
    // A quotient of 64 to 66 bits carries all that rounding needs, with the remainder as sticky bit.
    let shift = 66 - (n.bit_len() as i64 - d.bit_len() as i64);
    if shift > 66 + 1100 {
        return Some(signed(n_sign * d_sign, 0.0));
    }
    if shift < -1100 {
        return None;
    }
    let (n, d) = if shift >= 0 { (n << shift as usize, d) } else { (n, d << (-shift) as usize) };
    let (q, r) = n.div_rem(&d);
    let (mantissa, sticky, exponent) = leading(&q);
    scale(mantissa, sticky || !r.is_zero(), exponent - shift).map(|v| signed(n_sign * d_sign, v))
}

/// A finite double as mantissa (53 bits at most) and exponent: `|v| = mantissa × 2^exponent`.
pub fn parts(v: f64) -> (u64, i32) {
    let bits = v.to_bits();
    let field = (bits >> 52 & 0x7FF) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) }
}

/// `float.as_integer_ratio` of a finite double, in lowest terms.
pub fn ratio(v: f64) -> (IBig, IBig) {
    let (mantissa, exponent) = parts(v);
    if mantissa == 0 {
        return (IBig::ZERO, IBig::ONE);
    }
    let zeros = mantissa.trailing_zeros();
    let (mantissa, exponent) = (mantissa >> zeros, exponent + zeros as i32);
    let n = UBig::from(mantissa);
    let (n, d) = if exponent >= 0 {
        (n << exponent as usize, UBig::ONE)
    } else {
        (n, UBig::ONE << (-exponent) as usize)
    };
    let sign = if v.is_sign_negative() { Sign::Negative } else { Sign::Positive };
    (IBig::from_parts(sign, n), IBig::from(d))
}

/// The integer part of a finite double: `int(v)`.
pub fn truncate(v: f64) -> IBig {
    let (mantissa, exponent) = parts(v);
    let n = UBig::from(mantissa);
    let n = match exponent {
        0.. => n << exponent as usize,
        -63..0 => n >> (-exponent) as usize,
        _ => UBig::ZERO,
    };
    let sign = if v.is_sign_negative() { Sign::Negative } else { Sign::Positive };
    IBig::from_parts(sign, n)
}
