//! Complex arithmetic as Python does it: Smith's division, infinities recovered as C's Annex G has it, powers in polar form.

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    pub re: f64,
    pub im: f64,
}

const ONE: Complex = Complex { re: 1.0, im: 0.0 };

/// An infinite part becomes 1, a finite one 0, with the sign kept.
fn unit(x: f64) -> f64 {
    (if x.is_infinite() { 1.0f64 } else { 0.0 }).copysign(x)
}

fn denan(x: f64) -> f64 {
    if x.is_nan() { 0f64.copysign(x) } else { x }
}

pub fn product(a: Complex, b: Complex) -> Complex {
    let (ac, bd, ad, bc) = (a.re * b.re, a.im * b.im, a.re * b.im, a.im * b.re);
    let result = Complex { re: ac - bd, im: ad + bc };
    if !result.re.is_nan() || !result.im.is_nan() {
        return result;
    }
    let (mut a, mut b) = (a, b);
    let mut recalculate = false;
    if a.re.is_infinite() || a.im.is_infinite() {
        a = Complex { re: unit(a.re), im: unit(a.im) };
        b = Complex { re: denan(b.re), im: denan(b.im) };
        recalculate = true;
    }
    if b.re.is_infinite() || b.im.is_infinite() {
        b = Complex { re: unit(b.re), im: unit(b.im) };
        a = Complex { re: denan(a.re), im: denan(a.im) };
        recalculate = true;
    }
    if !recalculate && [ac, bd, ad, bc].iter().any(|x| x.is_infinite()) {
        a = Complex { re: denan(a.re), im: denan(a.im) };
        b = Complex { re: denan(b.re), im: denan(b.im) };
        recalculate = true;
    }
    if !recalculate {
        return result;
    }
    Complex {
        re: f64::INFINITY * (a.re * b.re - a.im * b.im),
        im: f64::INFINITY * (a.re * b.im + a.im * b.re),
    }
}

/// `a / b`; `None` for division by zero.
pub fn quotient(a: Complex, b: Complex) -> Option<Complex> {
    let mut result = if b.re.abs() >= b.im.abs() {
        if b.re == 0.0 {
            return None;
        }
        let ratio = b.im / b.re;
        let denominator = b.re + b.im * ratio;
        Complex { re: (a.re + a.im * ratio) / denominator, im: (a.im - a.re * ratio) / denominator }
    } else if b.im.abs() >= b.re.abs() {
        let ratio = b.re / b.im;
        let denominator = b.re * ratio + b.im;
        Complex { re: (a.re * ratio + a.im) / denominator, im: (a.im * ratio - a.re) / denominator }
    } else {
        Complex { re: f64::NAN, im: f64::NAN }
    };
    if result.re.is_nan() && result.im.is_nan() {
        let infinite = |z: Complex| z.re.is_infinite() || z.im.is_infinite();
        let finite = |z: Complex| z.re.is_finite() && z.im.is_finite();
        if infinite(a) && finite(b) {
            let (x, y) = (unit(a.re), unit(a.im));
            result.re = f64::INFINITY * (x * b.re + y * b.im);
            result.im = f64::INFINITY * (y * b.re - x * b.im);
        } else if infinite(b) && finite(a) {
            let (x, y) = (unit(b.re), unit(b.im));
            result.re = 0.0 * (a.re * x + a.im * y);
            result.im = 0.0 * (a.im * x - a.re * y);
        }
    }
    Some(result)
}

/// A real number divided by a complex one.
pub fn real_quotient(a: f64, b: Complex) -> Option<Complex> {
    let mut result = if b.re.abs() >= b.im.abs() {
        if b.re == 0.0 {
            return None;
        }
        let ratio = b.im / b.re;
        let denominator = b.re + b.im * ratio;
        Complex { re: a / denominator, im: (-a * ratio) / denominator }
    } else if b.im.abs() >= b.re.abs() {
        let ratio = b.re / b.im;
        let denominator = b.re * ratio + b.im;
        Complex { re: (a * ratio) / denominator, im: -a / denominator }
    } else {
        Complex { re: f64::NAN, im: f64::NAN }
    };
    if result.re.is_nan() && result.im.is_nan() && a.is_finite() && (b.re.is_infinite() || b.im.is_infinite())
    {
        result.re = 0.0 * (a * unit(b.re));
        result.im = 0.0 * (-a * unit(b.im));
    }
    Some(result)
}

/// `base ** exponent`; `None` for a negative power of zero and on overflow.
pub fn power(base: Complex, exponent: Complex) -> Option<Complex> {
    let whole = exponent.im == 0.0 && exponent.re == exponent.re.floor() && exponent.re.abs() <= 100.0;
    let result = if whole {
        let count = exponent.re.abs() as u32;
        let raised = integer_power(base, count);
        if exponent.re > 0.0 { raised } else { quotient(ONE, raised)? }
    } else {
        polar_power(base, exponent)?
    };
    (!result.re.is_infinite() && !result.im.is_infinite()).then_some(result)
}

fn integer_power(base: Complex, count: u32) -> Complex {
    let (mut result, mut square, mut bit) = (ONE, base, 1);
    while bit <= count {
        if count & bit != 0 {
            result = product(result, square);
        }
        bit <<= 1;
        square = product(square, square);
    }
    result
}

fn polar_power(base: Complex, exponent: Complex) -> Option<Complex> {
    if exponent.re == 0.0 && exponent.im == 0.0 {
        return Some(ONE);
    }
    if base.re == 0.0 && base.im == 0.0 {
        return (exponent.im == 0.0 && exponent.re >= 0.0).then_some(Complex { re: 0.0, im: 0.0 });
    }
    let size = base.re.hypot(base.im);
    let angle = base.im.atan2(base.re);
    let mut length = size.powf(exponent.re);
    let mut phase = angle * exponent.re;
    if exponent.im != 0.0 {
        length *= (-angle * exponent.im).exp();
        phase += exponent.im * size.ln();
    }
    // Sine and cosine of an infinite angle are domain errors.
    (!phase.is_infinite()).then(|| Complex { re: length * phase.cos(), im: length * phase.sin() })
}
