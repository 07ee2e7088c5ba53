//! Functions of one or two doubles.

use taipan_macros::{native, natives};
use taipan_object::{Args, Cx, IntRef, NativeDef, R, Value, float, int, names, ops};
use taipan_text::number::scale;

use super::{domain, range};

/// The C library's functions that Rust's standard library lacks.
mod c {
    unsafe extern "C" {
        pub safe fn erf(x: f64) -> f64;
        pub safe fn erfc(x: f64) -> f64;
        pub safe fn tgamma(x: f64) -> f64;
        pub safe fn lgamma_r(x: f64, sign: &mut i32) -> f64;
        pub safe fn nextafter(x: f64, y: f64) -> f64;
        pub safe fn remainder(x: f64, y: f64) -> f64;
        pub safe fn ldexp(x: f64, exponent: i32) -> f64;
        pub safe fn exp2(x: f64) -> f64;
        pub safe fn log1p(x: f64) -> f64;
        pub safe fn acosh(x: f64) -> f64;
        pub safe fn asinh(x: f64) -> f64;
        pub safe fn atanh(x: f64) -> f64;
    }
}

/// The message of CPython 3.14 for an argument outside the function's domain.
#[cold]
fn expected(cx: &mut Cx, what: &str, x: f64) -> taipan_object::Raised {
    cx.value_error(format!("expected {what}, got {}", taipan_text::number::format::repr(x)))
}

/// A function of one double. A NaN result of a number is outside the domain; an infinite one of a finite number is too large
/// (`overflow true`) or outside the domain.
macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $sig:literal $f:expr, overflow $overflow:literal, domain $wanted:literal;)*) => { $(
        $(#[$doc])*
        #[native($sig, leaf)]
        fn $name(cx: &mut Cx, x: f64) -> R<f64> {
            let f: fn(f64) -> f64 = $f;
            let y = f(x);
            if y.is_nan() && !x.is_nan() {
                return Err(expected(cx, $wanted, x));
            }
            if y.is_infinite() && x.is_finite() {
                return Err(if $overflow { range(cx) } else { expected(cx, $wanted, x) });
            }
            Ok(y)
        }
    )* };
}

unary! {
    /// Return the arc cosine (measured in radians) of x.
    ///
    /// The result is between 0 and pi.
    acos "math.acos(x, /)" f64::acos, overflow false, domain "a number in range from -1 up to 1";
    /// Return the inverse hyperbolic cosine of x.
    acosh "math.acosh(x, /)" |x| c::acosh(x), overflow false, domain "argument value not less than 1";
    /// Return the arc sine (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    asin "math.asin(x, /)" f64::asin, overflow false, domain "a number in range from -1 up to 1";
    /// Return the inverse hyperbolic sine of x.
    asinh "math.asinh(x, /)" |x| c::asinh(x), overflow false, domain "a number";
    /// Return the arc tangent (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    atan "math.atan(x, /)" f64::atan, overflow false, domain "a number";
    /// Return the inverse hyperbolic tangent of x.
    atanh "math.atanh(x, /)" |x| c::atanh(x), overflow false, domain "a number between -1 and 1";
    /// Return the cube root of x.
    cbrt "math.cbrt(x, /)" f64::cbrt, overflow false, domain "a number";
    /// Return the cosine of x (measured in radians).
    cos "math.cos(x, /)" f64::cos, overflow false, domain "a finite input";
    /// Return the hyperbolic cosine of x.
    cosh "math.cosh(x, /)" f64::cosh, overflow true, domain "a number";
    /// Return e raised to the power of x.
    exp "math.exp(x, /)" f64::exp, overflow true, domain "a number";
    /// Return 2 raised to the power of x.
    exp2 "math.exp2(x, /)" |x| c::exp2(x), overflow true, domain "a number";
    /// Return exp(x)-1.
    ///
    /// This function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x.
    expm1 "math.expm1(x, /)" f64::exp_m1, overflow true, domain "a number";
    /// Return the absolute value of the float x.
    fabs "math.fabs(x, /)" f64::abs, overflow false, domain "a number";
    /// Return the natural logarithm of 1+x (base e).
    ///
    /// The result is computed in a way which is accurate for x near zero.
    log1p "math.log1p(x, /)" |x| c::log1p(x), overflow false, domain "argument value > -1";
    /// Return the sine of x (measured in radians).
    sin "math.sin(x, /)" f64::sin, overflow false, domain "a finite input";
    /// Return the hyperbolic sine of x.
    sinh "math.sinh(x, /)" f64::sinh, overflow true, domain "a number";
    /// Return the square root of x.
    sqrt "math.sqrt(x, /)" f64::sqrt, overflow false, domain "a nonnegative input";
    /// Return the tangent of x (measured in radians).
    tan "math.tan(x, /)" f64::tan, overflow false, domain "a finite input";
    /// Return the hyperbolic tangent of x.
    tanh "math.tanh(x, /)" f64::tanh, overflow false, domain "a number";
    /// Error function at x.
    erf "math.erf(x, /)" |x| c::erf(x), overflow false, domain "a number";
    /// Complementary error function at x.
    erfc "math.erfc(x, /)" |x| c::erfc(x), overflow false, domain "a number";
    /// Convert angle x from radians to degrees.
    degrees "math.degrees(x, /)" |x| x * (180.0 / std::f64::consts::PI), overflow true, domain "a number";
    /// Convert angle x from degrees to radians.
    radians "math.radians(x, /)" |x| x * (std::f64::consts::PI / 180.0), overflow false, domain "a number";
}

/// Gamma function at x.
#[native("math.gamma(x, /)", leaf)]
fn gamma(cx: &mut Cx, x: f64) -> R<f64> {
    if x.is_nan() || x == f64::INFINITY {
        return Ok(x);
    }
    if x == 0.0 || x == f64::NEG_INFINITY || x < 0.0 && x == x.floor() {
        return Err(expected(cx, "a noninteger or positive integer", x));
    }
    // Factorials of small integers exactly.
    if x == x.floor() && x <= 23.0 {
        return Ok((1..x as u64).map(|i| i as f64).product());
    }
    let y = c::tgamma(x);
    if y.is_infinite() { Err(range(cx)) } else { Ok(y) }
}

/// Natural logarithm of absolute value of Gamma function at x.
#[native("math.lgamma(x, /)", leaf)]
fn lgamma(cx: &mut Cx, x: f64) -> R<f64> {
    if x.is_nan() {
        return Ok(x);
    }
    if x.is_infinite() {
        return Ok(f64::INFINITY);
    }
    if x <= 0.0 && x == x.floor() {
        return Err(expected(cx, "a noninteger or positive integer", x));
    }
    if x == 1.0 || x == 2.0 {
        return Ok(0.0);
    }
    let mut sign = 0;
    let y = c::lgamma_r(x, &mut sign);
    if y.is_infinite() { Err(range(cx)) } else { Ok(y) }
}

/// Return the arc tangent (measured in radians) of y/x.
///
/// Unlike atan(y/x), the signs of both x and y are considered.
#[native("math.atan2(y, x, /)", leaf)]
fn atan2(cx: &mut Cx, y: f64, x: f64) -> R<f64> {
    let _ = cx;
    Ok(y.atan2(x))
}

/// Return a float with the magnitude (absolute value) of x but the sign of y.
///
/// On platforms that support signed zeros, copysign(1.0, -0.0)
/// returns -1.0.
#[native("math.copysign(x, y, /)", leaf)]
fn copysign(cx: &mut Cx, x: f64, y: f64) -> R<f64> {
    let _ = cx;
    Ok(x.copysign(y))
}

/// Return fmod(x, y), according to platform C.
///
/// x % y may differ.
#[native("math.fmod(x, y, /)", leaf)]
fn fmod(cx: &mut Cx, x: f64, y: f64) -> R<f64> {
    if y.is_infinite() && x.is_finite() {
        return Ok(x);
    }
    let r = x % y;
    if r.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain(cx)) } else { Ok(r) }
}

/// Fused multiply-add operation.
///
/// Compute (x * y) + z with a single round.
#[native("math.fma(x, y, z, /)", leaf)]
fn fma(cx: &mut Cx, x: f64, y: f64, z: f64) -> R<f64> {
    let r = x.mul_add(y, z);
    if r.is_finite() {
        return Ok(r);
    }
    if r.is_nan() {
        if x.is_nan() || y.is_nan() || z.is_nan() {
            Ok(r)
        } else {
            Err(cx.value_error("invalid operation in fma"))
        }
    } else if x.is_finite() && y.is_finite() && z.is_finite() {
        Err(cx.overflow_error("overflow in fma"))
    } else {
        Ok(r)
    }
}

/// Difference between x and the closest integer multiple of y.
///
/// Return x - n*y where n*y is the closest integer multiple of y.
/// In the case where x is exactly halfway between two multiples of
/// y, the nearest even value of n is used. The result is always exact.
#[native("math.remainder(x, y, /)", leaf)]
fn remainder(cx: &mut Cx, x: f64, y: f64) -> R<f64> {
    let r = c::remainder(x, y);
    if r.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain(cx)) } else { Ok(r) }
}

/// Return x**y (x to the power of y).
#[native("math.pow(x, y, /)", leaf)]
fn pow(cx: &mut Cx, x: f64, y: f64) -> R<f64> {
    let r = x.powf(y);
    if r.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain(cx));
    }
    if r.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(if x == 0.0 { domain(cx) } else { range(cx) });
    }
    Ok(r)
}

/// Return x * (2**i).
///
/// This is essentially the inverse of frexp().
#[native("math.ldexp(x, i, /)")]
fn ldexp(cx: &mut Cx, x: f64, i: &Value) -> R<f64> {
    if i.as_int().is_none() {
        return Err(cx.type_error("Expected an int as second argument to ldexp."));
    }
    let exponent = int::index_clamped(cx, i)?.clamp(-100_000, 100_000) as i32;
    let r = c::ldexp(x, exponent);
    if r.is_infinite() && x.is_finite() { Err(range(cx)) } else { Ok(r) }
}

/// Return the mantissa and exponent of x, as pair (m, e).
///
/// m is a float and e is an int, such that x = m * 2.**e.
/// If x is 0, m and e are both 0.  Else 0.5 <= abs(m) < 1.0.
#[native("math.frexp(x, /)", leaf)]
fn frexp(cx: &mut Cx, x: f64) -> R {
    let (mantissa, exponent) = split(x);
    let (m, e) = (cx.float(mantissa), cx.int(exponent));
    Ok(cx.tuple_value([m, e]))
}

/// Mantissa from 0.5 to 1 and exponent.
pub fn split(x: f64) -> (f64, i64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let bits = x.to_bits();
    let raw = (bits >> 52 & 0x7ff) as i64;
    if raw == 0 {
        let (m, e) = split(x * 2f64.powi(64));
        return (m, e - 64);
    }
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), raw - 1022)
}

/// Return the fractional and integer parts of x.
///
/// Both results carry the sign of x and are floats.
#[native("math.modf(x, /)", leaf)]
fn modf(cx: &mut Cx, x: f64) -> R {
    let (fraction, whole) =
        if x.is_infinite() { (0f64.copysign(x), x) } else { ((x - x.trunc()).copysign(x), x.trunc()) };
    let (f, w) = (cx.float(fraction), cx.float(whole));
    Ok(cx.tuple_value([f, w]))
}

/// Return the floating-point value the given number of steps after x towards y.
///
/// If steps is not specified or is None, it defaults to 1.
///
/// Raises a TypeError, if x or y is not a double, or if steps is not an integer.
/// Raises ValueError if steps is negative.
#[native("math.nextafter(x, y, /, *, steps=None)")]
fn nextafter(cx: &mut Cx, x: f64, y: f64, steps: Option<&Value>) -> R<f64> {
    let Some(steps) = steps.filter(|s| !s.is_none()) else { return Ok(c::nextafter(x, y)) };
    let steps = int::index(cx, steps)?;
    if steps.as_int().is_some_and(IntRef::is_negative) {
        return Err(cx.value_error("steps must be a non-negative integer"));
    }
    let steps = steps.as_int().and_then(|s| s.to_i64()).map_or(u64::MAX, |s| s as u64);
    if steps == 0 || x.is_nan() {
        return Ok(x);
    }
    if y.is_nan() {
        return Ok(y);
    }
    // Doubles in order as integers: the magnitude bits, negative below zero.
    let order = |f: f64| {
        let magnitude = (f.to_bits() & !(1 << 63)) as i128;
        if f.is_sign_negative() { -magnitude } else { magnitude }
    };
    let (from, to) = (order(x), order(y));
    let moved =
        if to >= from { (from + i128::from(steps)).min(to) } else { (from - i128::from(steps)).max(to) };
    if moved == to {
        return Ok(y);
    }
    let negative = moved < 0 || moved == 0 && x.is_sign_negative();
    let bits = moved.unsigned_abs() as u64 | if negative { 1 << 63 } else { 0 };
    Ok(f64::from_bits(bits))
}

/// Return the value of the least significant bit of the float x.
#[native("math.ulp(x, /)", leaf)]
fn ulp(cx: &mut Cx, x: f64) -> R<f64> {
    let _ = cx;
    if x.is_nan() {
        return Ok(x);
    }
    let x = x.abs();
    if x.is_infinite() {
        return Ok(x);
    }
    let above = c::nextafter(x, f64::INFINITY);
    Ok(if above.is_infinite() { x - c::nextafter(x, f64::NEG_INFINITY) } else { above - x })
}

/// Return True if x is a NaN (not a number), and False otherwise.
#[native("math.isnan(x, /)", leaf)]
fn isnan(cx: &mut Cx, x: f64) -> R<bool> {
    let _ = cx;
    Ok(x.is_nan())
}

/// Return True if x is a positive or negative infinity, and False otherwise.
#[native("math.isinf(x, /)", leaf)]
fn isinf(cx: &mut Cx, x: f64) -> R<bool> {
    let _ = cx;
    Ok(x.is_infinite())
}

/// Return True if x is neither an infinity nor a NaN, and False otherwise.
#[native("math.isfinite(x, /)", leaf)]
fn isfinite(cx: &mut Cx, x: f64) -> R<bool> {
    let _ = cx;
    Ok(x.is_finite())
}

/// Determine whether two floating-point numbers are close in value.
///
///   rel_tol
///     maximum difference for being considered "close", relative to the
///     magnitude of the input values
///   abs_tol
///     maximum difference for being considered "close", regardless of the
///     magnitude of the input values
///
/// Return True if a is close in value to b, and False otherwise.
///
/// For the values to be considered close, the difference between them
/// must be smaller than at least one of the tolerances.
///
/// -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That
/// is, NaN is not close to anything, even itself.  inf and -inf are
/// only close to themselves.
#[native("math.isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
fn isclose(cx: &mut Cx, a: f64, b: f64, rel_tol: f64, abs_tol: f64) -> R<bool> {
    if rel_tol < 0.0 || abs_tol < 0.0 {
        return Err(cx.value_error("tolerances must be non-negative"));
    }
    if a == b {
        return Ok(true);
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(false);
    }
    let difference = (b - a).abs();
    Ok(difference <= (rel_tol * b).abs() || difference <= (rel_tol * a).abs() || difference <= abs_tol)
}

/// The logarithm of a number of any size, by a function over doubles.
fn logarithm(cx: &mut Cx, x: &Value, f: fn(f64) -> f64, of_two: f64) -> R<f64> {
    if let Some(i) = x.as_int() {
        if i.is_negative() || matches!(i, IntRef::Small(0)) {
            return Err(cx.value_error("expected a positive input"));
        }
        if let Some(small) = i.to_i64() {
            return Ok(f(small as f64));
        }
        if let Some(d) = scale::int_to_f64(&i.to_big()) {
            return Ok(f(d));
        }
        // Too large for a double: mantissa and exponent apart.
        let big = i.to_big();
        let bits = dashu_int::ops::BitTest::bit_len(&*big) as i64;
        let top = (&*big) >> (bits - 64) as usize;
        let mantissa = scale::int_to_f64(&top).unwrap_or(1.0);
        return Ok(f(mantissa) + (bits - 64) as f64 * of_two);
    }
    let d = float::to_f64(cx, x)?;
    if d > 0.0 || d.is_nan() {
        return Ok(f(d));
    }
    Err(expected(cx, "a positive input", d))
}

/// log(x, [base=math.e])
/// Return the logarithm of x to the given base.
///
/// If the base is not specified, returns the natural logarithm (base e) of x.
#[native("math.log(x, base=None)", no_signature)]
fn log(cx: &mut Cx, args: Args<'_>) -> R<f64> {
    taipan_types::support::no_keywords(cx, args, "math.log")?;
    let ln_2 = std::f64::consts::LN_2;
    match args.pos() {
        [x] => logarithm(cx, x, f64::ln, ln_2),
        [x, base] => {
            let numerator = logarithm(cx, x, f64::ln, ln_2)?;
            let denominator = logarithm(cx, base, f64::ln, ln_2)?;
            if denominator == 0.0 {
                return Err(cx.raise(&taipan_object::exc::ZERO_DIVISION_ERROR, "division by zero"));
            }
            Ok(numerator / denominator)
        }
        [] => Err(cx.type_error("log expected at least 1 argument, got 0")),
        more => Err(cx.type_error(format!("log expected at most 2 arguments, got {}", more.len()))),
    }
}

/// Return the base 2 logarithm of x.
#[native("math.log2(x, /)")]
fn log2(cx: &mut Cx, x: &Value) -> R<f64> {
    logarithm(cx, x, f64::log2, 1.0)
}

/// Return the base 10 logarithm of x.
#[native("math.log10(x, /)")]
fn log10(cx: &mut Cx, x: &Value) -> R<f64> {
    logarithm(cx, x, f64::log10, std::f64::consts::LOG10_2)
}

/// An integer made of a double, or what the special method gives.
fn to_integer(
    cx: &mut Cx,
    x: &Value,
    special: &taipan_object::Obj<taipan_object::Str>,
    f: fn(f64) -> f64,
) -> R {
    if let Some(d) = x.word().as_float() {
        return taipan_types::int::from_f64(cx, f(d));
    }
    if let Some(result) = ops::call_special(cx, x, special, &[])? {
        return Ok(result);
    }
    let d = float::to_f64(cx, x)?;
    taipan_types::int::from_f64(cx, f(d))
}

/// Return the floor of x as an Integral.
///
/// This is the largest integer <= x.
#[native("math.floor(x, /)")]
fn floor(cx: &mut Cx, x: &Value) -> R {
    to_integer(cx, x, &names::__floor__, f64::floor)
}

/// Return the ceiling of x as an Integral.
///
/// This is the smallest integer >= x.
#[native("math.ceil(x, /)")]
fn ceil(cx: &mut Cx, x: &Value) -> R {
    to_integer(cx, x, &names::__ceil__, f64::ceil)
}

/// Truncates the Real x to the nearest Integral toward 0.
///
/// Uses the __trunc__ magic method.
#[native("math.trunc(x, /)")]
fn trunc(cx: &mut Cx, x: &Value) -> R {
    if let Some(d) = x.word().as_float() {
        return taipan_types::int::from_f64(cx, d);
    }
    match ops::call_special(cx, x, &names::__trunc__, &[])? {
        Some(result) => Ok(result),
        None => {
            let message = format!("type {} doesn't define __trunc__ method", x.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

pub static FUNCTIONS: &[&NativeDef] = natives![
    acos, acosh, asin, asinh, atan, atanh, cbrt, cos, cosh, exp, exp2, expm1, fabs, log1p, sin, sinh, sqrt,
    tan, tanh, erf, erfc, degrees, radians, gamma, lgamma, atan2, copysign, fmod, fma, remainder, pow, ldexp,
    frexp, modf, nextafter, ulp, isnan, isinf, isfinite, isclose, log, log2, log10, floor, ceil, trunc
];
