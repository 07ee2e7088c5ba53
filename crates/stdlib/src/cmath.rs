//! `cmath`: functions over complex numbers, by the C library's, with CPython's errors.

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Raised, Value};
use taipan_types::complex::{new_complex, to_complex};
use taipan_types::module::{ModuleDef, set};

/// A complex double: passed and returned as C's `double complex` is (two doubles in registers).
#[derive(Clone, Copy)]
#[repr(C)]
struct Z {
    re: f64,
    im: f64,
}

/// The C library's functions.
mod c {
    use super::Z;
    unsafe extern "C" {
        pub safe fn cacos(z: Z) -> Z;
        pub safe fn cacosh(z: Z) -> Z;
        pub safe fn casin(z: Z) -> Z;
        pub safe fn casinh(z: Z) -> Z;
        pub safe fn catan(z: Z) -> Z;
        pub safe fn catanh(z: Z) -> Z;
        pub safe fn ccos(z: Z) -> Z;
        pub safe fn ccosh(z: Z) -> Z;
        pub safe fn csin(z: Z) -> Z;
        pub safe fn csinh(z: Z) -> Z;
        pub safe fn ctan(z: Z) -> Z;
        pub safe fn ctanh(z: Z) -> Z;
        pub safe fn cexp(z: Z) -> Z;
        pub safe fn clog(z: Z) -> Z;
        pub safe fn csqrt(z: Z) -> Z;
    }
}

impl Z {
    fn is_finite(self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }

    fn is_infinite(self) -> bool {
        self.re.is_infinite() || self.im.is_infinite()
    }
}

fn argument(cx: &mut Cx, value: &Value) -> R<Z> {
    let (re, im) = to_complex(cx, value)?;
    Ok(Z { re, im })
}

#[cold]
fn domain(cx: &mut Cx) -> Raised {
    cx.value_error("math domain error")
}

#[cold]
fn range(cx: &mut Cx) -> Raised {
    cx.overflow_error("math range error")
}

/// A function with the test for arguments outside its domain. An infinite result of a finite number is too large.
macro_rules! functions {
    ($($doc:literal $name:ident $sig:literal $f:expr, outside $outside:expr;)*) => { $(
        #[doc = $doc]
        #[native($sig)]
        fn $name(cx: &mut Cx, z: &Value) -> R {
            let z = argument(cx, z)?;
            let outside: fn(Z) -> bool = $outside;
            if outside(z) {
                return Err(domain(cx));
            }
            let result: Z = $f(z);
            if z.is_finite() && result.is_infinite() {
                return Err(range(cx));
            }
            Ok(new_complex(cx, result.re, result.im))
        }
    )* };
}

functions! {
    " Return the arc cosine of z." acos "cmath.acos(z, /)" c::cacos, outside |_| false;
    " Return the inverse hyperbolic cosine of z." acosh "cmath.acosh(z, /)" c::cacosh, outside |_| false;
    " Return the arc sine of z." asin "cmath.asin(z, /)" c::casin, outside |_| false;
    " Return the inverse hyperbolic sine of z." asinh "cmath.asinh(z, /)" c::casinh, outside |_| false;
    " Return the arc tangent of z." atan "cmath.atan(z, /)" c::catan, outside |z| z.re == 0.0 && z.im.abs() == 1.0;
    " Return the inverse hyperbolic tangent of z." atanh "cmath.atanh(z, /)" c::catanh,
        outside |z| z.im == 0.0 && z.re.abs() == 1.0;
    " Return the cosine of z." cos "cmath.cos(z, /)" c::ccos, outside |z| z.re.is_infinite() && !z.im.is_nan();
    " Return the hyperbolic cosine of z." cosh "cmath.cosh(z, /)" c::ccosh,
        outside |z| z.im.is_infinite() && !z.re.is_nan();
    " Return the exponential value e**z." exp "cmath.exp(z, /)" c::cexp,
        outside |z| z.im.is_infinite() && (z.re.is_finite() || z.re == f64::INFINITY);
    " Return the sine of z." sin "cmath.sin(z, /)" c::csin, outside |z| z.re.is_infinite() && !z.im.is_nan();
    " Return the hyperbolic sine of z." sinh "cmath.sinh(z, /)" c::csinh,
        outside |z| z.im.is_infinite() && !z.re.is_nan();
    " Return the square root of z." sqrt "cmath.sqrt(z, /)" c::csqrt, outside |_| false;
    " Return the tangent of z." tan "cmath.tan(z, /)" c::ctan, outside |z| z.re.is_infinite() && z.im.is_finite();
    " Return the hyperbolic tangent of z." tanh "cmath.tanh(z, /)" c::ctanh,
        outside |z| z.im.is_infinite() && z.re.is_finite();
}

/// The natural logarithm; `None` for zero.
fn natural_log(z: Z) -> Option<Z> {
    if z.re == 0.0 && z.im == 0.0 { None } else { Some(c::clog(z)) }
}

/// log(z[, base]) -> the logarithm of z to the given base.
///
/// If the base is not specified, returns the natural logarithm (base e)
/// of z.
#[native("cmath.log(z, base=<unrepresentable>, /)")]
fn log(cx: &mut Cx, z: &Value, base: Option<&Value>) -> R {
    let z = argument(cx, z)?;
    let base = match base {
        Some(base) => Some(argument(cx, base)?),
        None => None,
    };
    let Some(top) = natural_log(z) else { return Err(domain(cx)) };
    let Some(base) = base else { return Ok(new_complex(cx, top.re, top.im)) };
    let Some(bottom) = natural_log(base) else { return Err(domain(cx)) };
    match taipan_types::complex::divide((top.re, top.im), (bottom.re, bottom.im)) {
        Some((re, im)) => Ok(new_complex(cx, re, im)),
        None => Err(domain(cx)),
    }
}

/// Return the base-10 logarithm of z.
#[native("cmath.log10(z, /)")]
fn log10(cx: &mut Cx, z: &Value) -> R {
    let z = argument(cx, z)?;
    match natural_log(z) {
        Some(Z { re, im }) => Ok(new_complex(cx, re / std::f64::consts::LN_10, im / std::f64::consts::LN_10)),
        None => Err(domain(cx)),
    }
}

/// Return argument, also known as the phase angle, of a complex.
#[native("cmath.phase(z, /)")]
fn phase(cx: &mut Cx, z: &Value) -> R<f64> {
    let z = argument(cx, z)?;
    Ok(z.im.atan2(z.re))
}

/// Convert a complex from rectangular coordinates to polar coordinates.
///
/// r is the distance from 0 and phi the phase angle.
#[native("cmath.polar(z, /)")]
fn polar(cx: &mut Cx, z: &Value) -> R {
    let z = argument(cx, z)?;
    let r = z.re.hypot(z.im);
    if r.is_infinite() && z.is_finite() {
        return Err(range(cx));
    }
    let (r, phi) = (cx.float(r), cx.float(z.im.atan2(z.re)));
    Ok(cx.tuple_value([r, phi]))
}

/// The coordinates of `r` and `phi` where one of them is not finite.
fn special_rect(r: f64, phi: f64) -> Z {
    if r.is_infinite() && phi.is_finite() {
        if phi == 0.0 {
            let im = if (r > 0.0) == phi.is_sign_positive() { 0.0 } else { -0.0 };
            return Z { re: r, im };
        }
        let far = |x: f64| f64::INFINITY.copysign(x) * r.signum();
        return Z { re: far(phi.cos()), im: far(phi.sin()) };
    }
    match (r, phi) {
        (r, _) if r.is_infinite() => Z { re: f64::INFINITY, im: f64::NAN },
        (0.0, _) => Z { re: 0.0, im: 0.0 },
        (r, phi) if r.is_nan() && phi == 0.0 => Z { re: f64::NAN, im: 0.0 },
        _ => Z { re: f64::NAN, im: f64::NAN },
    }
}

/// Convert from polar coordinates to rectangular coordinates.
#[native("cmath.rect(r, phi, /)")]
fn rect(cx: &mut Cx, r: f64, phi: f64) -> R {
    let z = if !r.is_finite() || !phi.is_finite() {
        if r != 0.0 && !r.is_nan() && phi.is_infinite() {
            return Err(domain(cx));
        }
        special_rect(r, phi)
    } else if phi == 0.0 {
        // Keeps the sign of a zero.
        Z { re: r, im: r * phi }
    } else {
        Z { re: r * phi.cos(), im: r * phi.sin() }
    };
    Ok(new_complex(cx, z.re, z.im))
}

/// Return True if both the real and imaginary parts of z are finite, else False.
#[native("cmath.isfinite(z, /)")]
fn isfinite(cx: &mut Cx, z: &Value) -> R<bool> {
    Ok(argument(cx, z)?.is_finite())
}

/// Checks if the real or imaginary part of z is infinite.
#[native("cmath.isinf(z, /)")]
fn isinf(cx: &mut Cx, z: &Value) -> R<bool> {
    Ok(argument(cx, z)?.is_infinite())
}

/// Checks if the real or imaginary part of z not a number (NaN).
#[native("cmath.isnan(z, /)")]
fn isnan(cx: &mut Cx, z: &Value) -> R<bool> {
    let z = argument(cx, z)?;
    Ok(z.re.is_nan() || z.im.is_nan())
}

/// Determine whether two complex numbers are close in value.
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
/// For the values to be considered close, the difference between them must
/// be smaller than at least one of the tolerances.
///
/// -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That is,
/// NaN is not close to anything, even itself. inf and -inf are only close
/// to themselves.
#[native("cmath.isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
fn isclose(cx: &mut Cx, a: &Value, b: &Value, rel_tol: f64, abs_tol: f64) -> R<bool> {
    let (a, b) = (argument(cx, a)?, argument(cx, b)?);
    if rel_tol < 0.0 || abs_tol < 0.0 {
        return Err(cx.value_error("tolerances must be non-negative"));
    }
    if a.re == b.re && a.im == b.im {
        return Ok(true);
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(false);
    }
    let difference = (a.re - b.re).hypot(a.im - b.im);
    let (x, y) = (a.re.hypot(a.im), b.re.hypot(b.im));
    Ok(difference <= rel_tol * y || difference <= rel_tol * x || difference <= abs_tol)
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let constants = [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ];
    for (name, value) in constants {
        let value = cx.float(value);
        set(cx, module, name, value)?;
    }
    for (name, im) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let value = new_complex(cx, 0.0, im);
        set(cx, module, name, value)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "cmath",
    doc: Some("This module provides access to mathematical functions for complex\nnumbers."),
    functions: natives![
        acos, acosh, asin, asinh, atan, atanh, cos, cosh, exp, isclose, isfinite, isinf, isnan, log, log10,
        phase, polar, rect, sin, sinh, sqrt, tan, tanh
    ],
    init: Some(init),
    ..ModuleDef::EMPTY
};
