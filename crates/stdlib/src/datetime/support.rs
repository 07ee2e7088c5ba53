//! What the types of this module share: range checks, and the asking of a `tzinfo`.

use super::calendar::{MAX_YEAR, MIN_YEAR, days_in_month};
use super::delta::{self, Delta};
use super::zone::{self, Zone};
use crate::pytime::c_int;
pub use crate::support::bind;
use taipan_object::{Cx, Obj, R, Raised, Str, Type, Value, ops};

/// An optional int of C.
pub fn int_or(cx: &mut Cx, value: Option<&Value>, default: i32) -> R<i32> {
    match value {
        None => Ok(default),
        Some(value) => match value.word().as_int().map(i32::try_from) {
            Some(Ok(small)) => Ok(small),
            _ => c_int(cx, value),
        },
    }
}

/// A text argument: `"strftime() argument 1 must be str, not int"`.
pub fn text<'a>(cx: &mut Cx, value: &'a Value, function: &str, position: usize) -> R<&'a Obj<Str>> {
    match value.as_str() {
        Some(text) => Ok(text),
        None => {
            let name = value.type_name(cx).into_owned();
            let name = if value.is_none() { "None".to_owned() } else { name };
            Err(cx.type_error(format!("{function}() argument {position} must be str, not {name}")))
        }
    }
}

/// ValueError unless it is a date of the calendar.
pub fn check_date(cx: &mut Cx, year: i32, month: i32, day: i32) -> R<()> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(bad_year(cx, year.into()));
    }
    if !(1..=12).contains(&month) {
        return Err(cx.value_error(format!("month must be in 1..12, not {month}")));
    }
    let days = days_in_month(year, month);
    if !(1..=days).contains(&day) {
        let message = format!("day {day} must be in range 1..{days} for month {month} in year {year}");
        return Err(cx.value_error(message));
    }
    Ok(())
}

#[cold]
pub fn bad_year(cx: &mut Cx, year: i64) -> Raised {
    cx.value_error(format!("year must be in {MIN_YEAR}..{MAX_YEAR}, not {year}"))
}

#[cold]
pub fn out_of_range(cx: &mut Cx) -> Raised {
    cx.overflow_error("date value out of range")
}

/// ValueError unless all parts of a time of day are in their ranges.
pub fn check_time(cx: &mut Cx, hour: i32, minute: i32, second: i32, micro: i32, fold: i32) -> R<()> {
    let ranges =
        [("hour", hour, 23), ("minute", minute, 59), ("second", second, 59), ("microsecond", micro, 999_999)];
    for (name, value, most) in ranges {
        if !(0..=most).contains(&value) {
            return Err(cx.value_error(format!("{name} must be in 0..{most}, not {value}")));
        }
    }
    if fold != 0 && fold != 1 {
        return Err(cx.value_error(format!("fold must be either 0 or 1, not {fold}")));
    }
    Ok(())
}

/// A `tzinfo` argument: None or an instance; absent is None.
pub fn zone_argument(cx: &mut Cx, value: Option<&Value>) -> R<Option<Value>> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) if value.is_instance(&zone::TZINFO) => Ok(Some(value.clone())),
        Some(value) => {
            let name = value.type_name(cx);
            let message = format!("tzinfo argument must be None or of a tzinfo subclass, not type '{name}'");
            Err(cx.type_error(message))
        }
    }
}

/// `tzinfo` as Python sees it.
pub fn zone_value(zone: &Option<Value>) -> Value {
    zone.clone().unwrap_or_else(Value::none)
}

/// The offset that a zone's `utcoffset` or `dst` gives for `of` (a datetime, or None for a time); `None` without a zone.
pub fn ask_offset(cx: &mut Cx, zone: &Option<Value>, method: &'static str, of: &Value) -> R<Option<Delta>> {
    let Some(zone) = zone else { return Ok(None) };
    if let Some(fixed) = zone.cast_exact::<Zone>() {
        return Ok(if method == "utcoffset" { Some(fixed.offset) } else { None });
    }
    let name = cx.intern(method);
    let answer = ops::call_method(cx, zone, &name, std::slice::from_ref(of))?;
    if answer.is_none() {
        return Ok(None);
    }
    let Some(offset) = answer.cast::<Delta>() else {
        let name = answer.type_name(cx);
        let message = format!("tzinfo.{method}() must return None or timedelta, not '{name}'");
        return Err(cx.type_error(message));
    };
    zone::check_offset(cx, &answer)?;
    Ok(Some(**offset))
}

/// What a zone's `tzname` gives: a str or None.
pub fn ask_name(cx: &mut Cx, zone: &Option<Value>, of: &Value) -> R {
    let Some(zone) = zone else { return Ok(Value::none()) };
    let name = cx.intern("tzname");
    let answer = ops::call_method(cx, zone, &name, std::slice::from_ref(of))?;
    if answer.is_none() || answer.as_str().is_some() {
        return Ok(answer);
    }
    let name = answer.type_name(cx);
    Err(cx.type_error(format!("tzinfo.tzname() must return None or a string, not '{name}'")))
}

/// An offset as a value: None where there is none.
pub fn offset_value(cx: &mut Cx, offset: Option<Delta>) -> Value {
    match offset {
        Some(offset) => delta::make(cx, offset),
        None => Value::none(),
    }
}

/// The class that a class method was called on.
pub fn class<'a>(cx: &mut Cx, class: &'a Value) -> R<&'a Obj<Type>> {
    match class.as_type() {
        Some(class) => Ok(class),
        None => Err(cx.type_error("a type is required")),
    }
}

/// Appends a number of `width` digits, zeros in front.
pub fn push_digits(out: &mut String, number: u32, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10u32.pow(place) % 10;
        out.push(char::from(b'0' + digit as u8));
    }
}

/// Appends an offset: `+HH:MM`, with seconds and microseconds where they are not zero, `separator` between.
pub fn push_offset(out: &mut String, offset: Delta, separator: &str) {
    let micros = offset.total_micros() as i64;
    out.push(if micros < 0 { '-' } else { '+' });
    let micros = micros.unsigned_abs();
    let (seconds, micros) = (micros / 1_000_000, (micros % 1_000_000) as u32);
    push_digits(out, (seconds / 3600) as u32, 2);
    out.push_str(separator);
    push_digits(out, (seconds / 60 % 60) as u32, 2);
    if seconds % 60 != 0 || micros != 0 {
        out.push_str(separator);
        push_digits(out, (seconds % 60) as u32, 2);
    }
    if micros != 0 {
        out.push('.');
        push_digits(out, micros, 6);
    }
}
