//! Formatting by `strftime`, and time tuples.

use super::calendar;
use super::date::Date;
use super::moment::DateTime;
use super::support::{ask_name, ask_offset, push_offset};
use super::time::Time;
use taipan_object::{Cx, Obj, R, Str, Value, ops};
use taipan_types::support::TextBuilder;

/// A function of the `time` module.
fn time_function(cx: &mut Cx, name: &str) -> R {
    let import = cx.interp().runtime.import;
    let module = import(cx, "time")?;
    ops::getattr_str(cx, &module, name)
}

/// A `time.struct_time`.
pub fn time_tuple(cx: &mut Cx, date: Date, (hour, minute, second): (i32, i32, i32), summer: i32) -> R {
    let (year, month, day) = date.parts();
    let yearday = calendar::days_before_month(year, month) + day;
    let numbers = [year, month, day, hour, minute, second, date.weekday(), yearday, summer];
    let items = numbers.map(|n| cx.int(n.into()));
    let tuple = cx.tuple_value(items);
    let class = time_function(cx, "struct_time")?;
    ops::call(cx, &class, &[tuple])
}

/// `Mon Jan  1 00:00:00 2001`.
pub fn ctime(cx: &Cx, date: Date, hour: i32, minute: i32, second: i32) -> Value {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = date.parts();
    let weekday = DAYS[date.weekday().clamp(0, 6) as usize];
    let month = MONTHS[(month - 1).clamp(0, 11) as usize];
    cx.str(&format!("{weekday} {month} {day:2} {hour:02}:{minute:02}:{second:02} {year:04}"))
}

/// The zone of a time or datetime, what it is to be asked about, and the microseconds; a date has none of them.
struct Parts {
    zone: Option<Value>,
    of: Value,
    micro: u32,
    year: Option<i32>,
}

impl Parts {
    fn of(value: &Value) -> Parts {
        if let Some(moment) = value.cast::<DateTime>() {
            let (zone, micro) = (moment.zone.clone(), moment.at.micro);
            return Parts { zone, of: value.clone(), micro, year: Some(moment.date.year.into()) };
        }
        if let Some(time) = value.cast::<Time>() {
            return Parts {
                zone: time.zone.clone(),
                of: Value::none(),
                micro: time.at.micro,
                year: Some(1900),
            };
        }
        let year = value.cast::<Date>().map(|date| date.year.into());
        Parts { zone: None, of: value.clone(), micro: 0, year }
    }

    /// What `%z` and `%:z` become.
    fn offset(&self, cx: &mut Cx, separator: &str) -> R<String> {
        let mut out = String::new();
        if let Some(offset) = ask_offset(cx, &self.zone, "utcoffset", &self.of)? {
            push_offset(&mut out, offset, separator);
        }
        Ok(out)
    }
}

/// Formats a date, time or datetime: what C's function does not know is put into the format, the rest goes to
/// `time.strftime` with the time tuple.
pub fn strftime(cx: &mut Cx, value: &Value, format: &Obj<Str>, tuple: &Value) -> R {
    let parts = Parts::of(value);
    let mut out = TextBuilder::default();
    let points: Vec<u32> = format.chars().collect();
    let mut at = 0;
    let ascii = |i: usize| points.get(i).and_then(|&c| u8::try_from(c).ok());
    let mut plain = 0;
    while at < points.len() {
        if points[at] != u32::from(b'%') {
            at += 1;
            continue;
        }
        let (replacement, length) = match ascii(at + 1) {
            Some(b'z') => (Some(parts.offset(cx, "")?), 2),
            Some(b':') if ascii(at + 2) == Some(b'z') => (Some(parts.offset(cx, ":")?), 3),
            Some(b'Z') => (Some(String::new()), 2),
            Some(b'f') => (Some(format!("{:06}", parts.micro)), 2),
            // The C library does not pad years below 1000.
            Some(kind @ (b'Y' | b'G' | b'C' | b'F')) => (padded_year(cx, &parts, kind, tuple)?, 2),
            _ => (None, 2),
        };
        if let Some(replacement) = replacement {
            push_points(cx, &mut out, &points[plain..at]);
            out.push(&replacement);
            if ascii(at + 1) == Some(b'Z') {
                push_zone_name(cx, &mut out, &parts)?;
            }
            plain = at + length;
        }
        at += length;
    }
    let format = if plain == 0 {
        format.to_value()
    } else {
        push_points(cx, &mut out, &points[plain.min(points.len())..]);
        out.finish(cx).into_value()
    };
    let function = time_function(cx, "strftime")?;
    ops::call(cx, &function, &[format, tuple.clone()])
}

fn push_points(cx: &Cx, out: &mut TextBuilder, points: &[u32]) {
    if !points.is_empty() {
        out.push_str(&cx.str_from_code_points(points));
    }
}

/// Appends the zone's name, with its percent signs doubled, for the C function sees it.
fn push_zone_name(cx: &mut Cx, out: &mut TextBuilder, parts: &Parts) -> R<()> {
    let name = ask_name(cx, &parts.zone, &parts.of)?;
    if name.is_none() {
        return Ok(());
    }
    let (method, percent, doubled) = (cx.intern("replace"), cx.str("%"), cx.str("%%"));
    let name = ops::call_method(cx, &name, &method, &[percent, doubled])?;
    match name.as_str() {
        Some(name) => out.push_str(name),
        None => return Err(cx.type_error("tzname.replace() did not return a string")),
    }
    Ok(())
}

/// The year with four digits (the century with two), where the C library would leave zeros out.
fn padded_year(cx: &mut Cx, parts: &Parts, kind: u8, tuple: &Value) -> R<Option<String>> {
    let Some(year) = parts.year.filter(|&year| year < 1000) else { return Ok(None) };
    let year = if kind == b'G' {
        // The ISO year follows from the time tuple, as the C function would find it.
        let function = time_function(cx, "strftime")?;
        let format = cx.str("%G");
        let text = ops::call(cx, &function, &[format, tuple.clone()])?;
        text.as_str().and_then(|t| t.to_string_lossy().trim().parse().ok()).unwrap_or(year)
    } else {
        year
    };
    Ok(Some(match kind {
        b'C' => format!("{:02}", year / 100),
        b'F' => format!("{year:04}-%m-%d"),
        _ => format!("{year:04}"),
    }))
}

/// `__format__`: str for an empty format, else `strftime`.
pub fn format_special(cx: &mut Cx, this: &Value, format: &Value) -> R {
    let text = super::support::text(cx, format, "__format__", 1)?;
    if text.is_empty() {
        return ops::str_of(cx, this).map(|s| s.into_value());
    }
    let name = cx.intern("strftime");
    ops::call_method(cx, this, &name, std::slice::from_ref(format))
}
