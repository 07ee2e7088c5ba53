//! Conversion of Python's numbers to times, with the rounding and the messages of CPython's clocks.

use taipan_object::{Cx, R, Raised, Value, exc, int};

/// How a float's fraction of a unit is rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Round {
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceiling,
    /// To the nearest, ties to even.
    HalfEven,
    /// Away from zero: time-outs, which must not end early.
    Up,
}

impl Round {
    fn apply(self, f: f64) -> f64 {
        match self {
            Round::Floor => f.floor(),
            Round::Ceiling => f.ceil(),
            Round::HalfEven => f.round_ties_even(),
            Round::Up if f >= 0.0 => f.ceil(),
            Round::Up => f.floor(),
        }
    }
}

#[cold]
fn too_large(cx: &mut Cx) -> Raised {
    cx.overflow_error("timestamp out of range for C PyTime_t")
}

#[cold]
fn not_a_number(cx: &mut Cx) -> Raised {
    cx.value_error("Invalid value NaN (not a number)")
}

/// A number of units (`per_second` of them in a second) as nanoseconds.
fn scaled(cx: &mut Cx, value: &Value, round: Round, unit: i64) -> R<i64> {
    if let Some(f) = value.as_float() {
        if f.is_nan() {
            return Err(not_a_number(cx));
        }
        let f = round.apply(f * unit as f64);
        // 2^63 itself is out of range.
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&f) {
            return Err(too_large(cx));
        }
        return Ok(f as i64);
    }
    if value.as_int().is_none() && value.ty(cx).slots().index.is_none() {
        let message =
            format!("'{}' object cannot be interpreted as an integer or float", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    let exact = int::index(cx, value)?;
    match exact.as_int().and_then(|i| i.to_i64()).and_then(|i| i.checked_mul(unit)) {
        Some(ns) => Ok(ns),
        None => Err(too_large(cx)),
    }
}

/// Seconds (int or float) as nanoseconds. TypeError, ValueError for NaN, OverflowError.
pub fn seconds(cx: &mut Cx, value: &Value, round: Round) -> R<i64> {
    scaled(cx, value, round, 1_000_000_000)
}

/// Milliseconds (int or float) as nanoseconds.
pub fn milliseconds(cx: &mut Cx, value: &Value, round: Round) -> R<i64> {
    scaled(cx, value, round, 1_000_000)
}

/// Whole seconds for the calendar functions (`time_t`), rounded down.
pub fn time_t(cx: &mut Cx, value: &Value) -> R<i64> {
    const MESSAGE: &str = "timestamp out of range for platform time_t";
    if let Some(f) = value.as_float() {
        if f.is_nan() {
            return Err(not_a_number(cx));
        }
        let f = f.floor();
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&f) {
            return Err(cx.overflow_error(MESSAGE));
        }
        return Ok(f as i64);
    }
    let exact = int::index(cx, value)?;
    match exact.as_int().and_then(|i| i.to_i64()) {
        Some(seconds) => Ok(seconds),
        None => Err(cx.overflow_error(MESSAGE)),
    }
}

/// Nanoseconds as a float of seconds, exact where they are whole.
pub fn to_float(nanoseconds: i128) -> f64 {
    const SECOND: i128 = 1_000_000_000;
    if nanoseconds % SECOND == 0 { (nanoseconds / SECOND) as f64 } else { nanoseconds as f64 / 1e9 }
}

/// An OverflowError where an int does not fit `i32`, as C's `int` arguments have it.
pub fn c_int(cx: &mut Cx, value: &Value) -> R<i32> {
    let exact = int::index(cx, value)?;
    match exact.as_int().and_then(|i| i.to_i64()) {
        Some(wide) => match i32::try_from(wide) {
            Ok(i) => Ok(i),
            Err(_) if wide > 0 => Err(cx.overflow_error("signed integer is greater than maximum")),
            Err(_) => Err(cx.overflow_error("signed integer is less than minimum")),
        },
        None => Err(cx.raise(&exc::OVERFLOW_ERROR, "Python int too large to convert to C long")),
    }
}
