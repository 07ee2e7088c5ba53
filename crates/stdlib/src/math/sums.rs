//! Sums and products of many numbers: fsum, prod, sumprod, hypot, dist.

use dashu_int::IBig;
use taipan_macros::{native, natives};
use taipan_object::{Cx, IntRef, NativeDef, R, Value, float, ops};

/// An exact sum of doubles as non-overlapping parts (Shewchuk 1997).
#[derive(Default)]
struct Exact {
    parts: Vec<f64>,
}

impl Exact {
    /// Adds a finite number; false if the sum overflowed on the way.
    fn add(&mut self, mut x: f64) -> bool {
        let mut kept = 0;
        for i in 0..self.parts.len() {
            let mut y = self.parts[i];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                self.parts[kept] = low;
                kept += 1;
            }
            x = high;
        }
        self.parts.truncate(kept);
        if !x.is_finite() {
            return false;
        }
        self.parts.push(x);
        true
    }

    /// The sum, rounded once (half to even).
    fn round(&self) -> f64 {
        let Some((&last, rest)) = self.parts.split_last() else { return 0.0 };
        let mut high = last;
        let mut low = 0.0;
        let mut n = rest.len();
        while n > 0 {
            let x = high;
            n -= 1;
            let y = rest[n];
            high = x + y;
            low = y - (high - x);
            if low != 0.0 {
                break;
            }
        }
        // Half-way cases are decided by what comes below.
        if n > 0 && (low < 0.0 && rest[n - 1] < 0.0 || low > 0.0 && rest[n - 1] > 0.0) {
            let y = low * 2.0;
            let x = high + y;
            if y == x - high {
                high = x;
            }
        }
        high
    }
}

/// Return an accurate floating-point sum of values in the iterable seq.
///
/// Assumes IEEE-754 floating-point arithmetic.
#[native("math.fsum(seq, /)")]
fn fsum(cx: &mut Cx, seq: &Value) -> R<f64> {
    let mut exact = Exact::default();
    let (mut special, mut infinities) = (0.0, 0.0);
    ops::for_each(cx, seq, |cx, item| {
        let x = float::to_f64(cx, &item)?;
        if !x.is_finite() {
            if x.is_infinite() {
                infinities += x;
            }
            special += x;
            return Ok(true);
        }
        if exact.add(x) { Ok(true) } else { Err(cx.overflow_error("intermediate overflow in fsum")) }
    })?;
    if special != 0.0 {
        if f64::is_nan(infinities) {
            return Err(cx.value_error("-inf + inf in fsum"));
        }
        return Ok(special);
    }
    Ok(exact.round())
}

/// Calculate the product of all the elements in the input iterable.
///
/// The default start value for the product is 1.
///
/// When the iterable is empty, return the start value.  This function is
/// intended specifically for use with numeric values and may reject
/// non-numeric types.
#[native("math.prod(iterable, /, *, start=1)")]
fn prod(cx: &mut Cx, iterable: &Value, start: Option<&Value>) -> R {
    let mut result = start.cloned().unwrap_or_else(|| Value::small_int(1));
    ops::for_each(cx, iterable, |cx, item| {
        result = ops::binary(cx, ops::BinaryOp::Mul, &result, &item)?;
        Ok(true)
    })?;
    Ok(result)
}

/// Length of a vector, scaled so that neither overflow nor underflow spoils it.
fn length(values: &[f64]) -> f64 {
    if values.iter().any(|v| v.is_infinite()) {
        return f64::INFINITY;
    }
    if values.iter().any(|v| v.is_nan()) {
        return f64::NAN;
    }
    let largest = values.iter().fold(0f64, |m, v| m.max(v.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let (_, exponent) = super::float::split(largest);
    // Powers of two scale exactly; two steps keep the factor itself in range.
    let down = |x: f64| x * 2f64.powi((-exponent / 2) as i32) * 2f64.powi((-exponent - -exponent / 2) as i32);
    let mut exact = Exact::default();
    for &v in values {
        let x = down(v);
        let square = x * x;
        let error = x.mul_add(x, -square);
        exact.add(square);
        exact.add(error);
    }
    let sum = exact.round();
    let mut root = sum.sqrt();
    // One correction step: the residue of the square, exactly.
    let square = root * root;
    let error = root.mul_add(root, -square);
    exact.add(-square);
    exact.add(-error);
    root += exact.round() / (2.0 * root);
    root * 2f64.powi((exponent / 2) as i32) * 2f64.powi((exponent - exponent / 2) as i32)
}

/// Multidimensional Euclidean distance from the origin to a point.
///
/// Roughly equivalent to:
///     sqrt(sum(x**2 for x in coordinates))
///
/// For a two dimensional point (x, y), gives the hypotenuse
/// using the Pythagorean theorem:  sqrt(x*x + y*y).
///
/// For example, the hypotenuse of a 3/4/5 right triangle is:
///
///     >>> hypot(3.0, 4.0)
///     5.0
#[native("math.hypot(*coordinates)")]
fn hypot(cx: &mut Cx, coordinates: &[Value]) -> R<f64> {
    let mut values = Vec::with_capacity(coordinates.len());
    for value in coordinates {
        values.push(float::to_f64(cx, value)?);
    }
    Ok(length(&values))
}

/// Return the Euclidean distance between two points p and q.
///
/// The points should be specified as sequences (or iterables) of
/// coordinates.  Both inputs must have the same dimension.
///
/// Roughly equivalent to:
///     sqrt(sum((px - qx) ** 2.0 for px, qx in zip(p, q)))
#[native("math.dist(p, q, /)")]
fn dist(cx: &mut Cx, p: &Value, q: &Value) -> R<f64> {
    let (p, q) = (ops::collect(cx, p)?, ops::collect(cx, q)?);
    if p.len() != q.len() {
        return Err(cx.value_error("both points must have the same number of dimensions"));
    }
    let mut values = Vec::with_capacity(p.len());
    for (a, b) in p.iter().zip(&q) {
        values.push(float::to_f64(cx, a)? - float::to_f64(cx, b)?);
    }
    Ok(length(&values))
}

/// Return the sum of products of values from two iterables p and q.
///
/// Roughly equivalent to:
///
///     sum(map(operator.mul, p, q, strict=True))
///
/// For float and mixed int/float inputs, the intermediate products
/// and sums are computed with extended precision.
#[native("math.sumprod(p, q, /)")]
fn sumprod(cx: &mut Cx, p: &Value, q: &Value) -> R {
    let (p, q) = (ops::collect(cx, p)?, ops::collect(cx, q)?);
    if p.len() != q.len() {
        return Err(cx.value_error("Inputs are not the same length"));
    }
    let plain_int = |v: &Value| v.word().is_int();
    if p.iter().chain(&q).all(plain_int) {
        let mut total = IBig::ZERO;
        for (a, b) in p.iter().zip(&q) {
            if let (Some(IntRef::Small(a)), Some(IntRef::Small(b))) = (a.as_int(), b.as_int()) {
                total += IBig::from(i128::from(a) * i128::from(b));
            }
        }
        return Ok(cx.int_from_big(total));
    }
    let number = |v: &Value| {
        v.is_instance_exact(&taipan_object::float::FLOAT) || plain_int(v) || v.as_bool().is_some()
    };
    if p.iter().chain(&q).all(number) {
        let mut exact = Exact::default();
        let mut plain = true;
        for (a, b) in p.iter().zip(&q) {
            let (x, y) = (float::to_f64(cx, a)?, float::to_f64(cx, b)?);
            let product = x * y;
            let error = x.mul_add(y, -product);
            plain &= product.is_finite() && error.is_finite() && exact.add(product) && exact.add(error);
        }
        if plain {
            return Ok(cx.float(exact.round()));
        }
    }
    let mut total = Value::small_int(0);
    for (a, b) in p.iter().zip(&q) {
        let product = ops::binary(cx, ops::BinaryOp::Mul, a, b)?;
        total = ops::binary(cx, ops::BinaryOp::Add, &total, &product)?;
    }
    Ok(total)
}

pub static FUNCTIONS: &[&NativeDef] = natives![fsum, prod, hypot, dist, sumprod];
