//! Moments and durations between Python's numbers and nanoseconds.

use taipan_object::{Cx, R, Raised, Value, int};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// How what lies between two units is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Down.
    Floor,
    /// Away from zero: a wait is never shorter than asked for.
    Up,
}

#[cold]
fn too_large(cx: &mut Cx) -> Raised {
    cx.overflow_error("timestamp out of range for C PyTime_t")
}

#[cold]
fn not_a_number(cx: &mut Cx) -> Raised {
    cx.value_error("Invalid value NaN (not a number)")
}

fn round(value: f64, rounding: Rounding) -> f64 {
    match rounding {
        Rounding::Floor => value.floor(),
        Rounding::Up if value >= 0.0 => value.ceil(),
        Rounding::Up => value.floor(),
    }
}

/// Seconds, an int or a float, as nanoseconds.
pub fn nanoseconds(cx: &mut Cx, seconds: &Value, rounding: Rounding) -> R<i64> {
    if let Some(seconds) = seconds.as_float() {
        if seconds.is_nan() {
            return Err(not_a_number(cx));
        }
        let whole = round(seconds * SECOND as f64, rounding);
        // 2**63 is a double, and the first one that does not fit.
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
            return Err(too_large(cx));
        }
        return Ok(whole as i64);
    }
    if seconds.as_int().is_none() && seconds.ty(cx).slots().index.is_none() {
        let name = seconds.type_name(cx);
        return Err(cx.type_error(format!("'{name}' object cannot be interpreted as an integer or float")));
    }
    let whole = int::index(cx, seconds)?;
    let whole = whole.as_int().and_then(|i| i.to_i64()).and_then(|i| i.checked_mul(SECOND));
    whole.ok_or_else(|| too_large(cx))
}

/// Seconds, an int or a float, as whole seconds, rounded down.
pub fn whole_seconds(cx: &mut Cx, seconds: &Value) -> R<i64> {
    let out_of_range = "timestamp out of range for platform time_t";
    if let Some(seconds) = seconds.as_float() {
        if seconds.is_nan() {
            return Err(not_a_number(cx));
        }
        let whole = seconds.floor();
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
            return Err(cx.overflow_error(out_of_range));
        }
        return Ok(whole as i64);
    }
    let whole = int::index(cx, seconds)?;
    match whole.as_int().and_then(|i| i.to_i64()) {
        Some(whole) => Ok(whole),
        None => Err(cx.overflow_error(out_of_range)),
    }
}

/// Nanoseconds as seconds. Whole seconds stay exact.
pub fn to_seconds(nanoseconds: i128) -> f64 {
    let unit = i128::from(SECOND);
    if nanoseconds % unit == 0 { (nanoseconds / unit) as f64 } else { nanoseconds as f64 / SECOND as f64 }
}

/// Nanoseconds as an int.
pub fn to_int(cx: &mut Cx, nanoseconds: i128) -> R {
    match i64::try_from(nanoseconds) {
        Ok(nanoseconds) => Ok(cx.int(nanoseconds)),
        Err(_) => Err(too_large(cx)),
    }
}

#[cfg(test)]
mod tests {
    use super::to_seconds;

    #[test]
    fn whole_seconds_are_exact() {
        assert_eq!(to_seconds(3_000_000_000), 3.0);
        assert_eq!(to_seconds(-1), -1e-9);
        assert_eq!(to_seconds(1_500_000_000), 1.5);
    }
}
