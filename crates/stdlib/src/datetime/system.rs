//! What of `datetime` asks the system: the clock, and the local zone.

use super::calendar::{self, EPOCH_ORDINAL, MAX_YEAR, MICROS_PER_DAY, MIN_YEAR, SECONDS_PER_DAY};
use super::date::Date;
use super::delta::{Delta, delta as as_delta};
use super::moment::{self, DateTime, get, offset_of};
use super::support::{bad_year, class as as_class, zone_argument};
use super::time::DayTime;
use super::zone::{self, UTC};
use crate::support::{host, raise_os};
use taipan_host::clock::BrokenTime;
use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Type, Value, exc, int, ops};

/// The moment of 1 January 1970 in seconds since the midnight before day 1.
const EPOCH: i64 = EPOCH_ORDINAL * SECONDS_PER_DAY;
/// No zone has moved its clocks by more than this.
const MAX_FOLD: i64 = 24 * 3600;

fn system_time(cx: &mut Cx, seconds: i64, utc: bool) -> R<BrokenTime> {
    // Neither call waits for anything, so other threads need not be let in.
    let host = host(cx);
    match if utc { host.utc_time(seconds) } else { host.local_time(seconds) } {
        Ok(time) => Ok(time),
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

/// The local time at a moment of UTC, both in seconds since the midnight before day 1.
fn local(cx: &mut Cx, moment: i64) -> R<i64> {
    let t = system_time(cx, moment - EPOCH, false)?;
    if !(i64::from(MIN_YEAR)..=i64::from(MAX_YEAR)).contains(&t.year) {
        return Err(bad_year(cx, t.year));
    }
    Ok(calendar::to_seconds(t.year as i32, t.month + 1, t.day, t.hour, t.minute, t.second))
}

/// The moment of UTC at which the local clock shows `t` (PEP 495): the first such moment, with `fold` the second one; in
/// a gap what the offset before (with `fold` after) makes of it.
fn from_local(cx: &mut Cx, t: i64, fold: bool) -> R<i64> {
    let offset = local(cx, t)? - t;
    let first = t - offset;
    let shown = local(cx, first)?;
    let other_offset = if shown == t {
        let neighbour = if fold { first + MAX_FOLD } else { first - MAX_FOLD };
        let other = local(cx, neighbour)? - neighbour;
        if other == offset {
            return Ok(first);
        }
        other
    } else {
        shown - first
    };
    let second = t - other_offset;
    if local(cx, second)? == t {
        return Ok(second);
    }
    if shown == t {
        return Ok(first);
    }
    Ok(if fold { first.min(second) } else { first.max(second) })
}

/// A datetime of the system's UTC or local time, in `class`, with `zone` attached as it is.
fn at(cx: &mut Cx, class: &Obj<Type>, seconds: i64, micro: i32, utc: bool, zone: Option<Value>) -> R {
    let t = system_time(cx, seconds, utc)?;
    if !(i64::from(MIN_YEAR)..=i64::from(MAX_YEAR)).contains(&t.year) {
        return Err(bad_year(cx, t.year));
    }
    let (year, month, second) = (t.year as i32, t.month + 1, t.second.min(59));
    let mut fold = 0;
    if zone.is_none() && !utc {
        let shown = calendar::to_seconds(year, month, t.day, t.hour, t.minute, second);
        let moment = seconds + EPOCH;
        // Where the clock was set back within a day before, the same time may have been shown already.
        let transition = shown - local(cx, moment - MAX_FOLD)? - MAX_FOLD;
        if transition < 0 && local(cx, moment + transition)? == shown {
            fold = 1;
        }
    }
    let at = DayTime::new(t.hour, t.minute, second, micro, fold);
    moment::make(cx, class, Date::new(year, month, t.day), at, zone)
}

/// The present as seconds since 1970 and microseconds.
fn present(cx: &mut Cx) -> (i64, i32) {
    let micros = host(cx).wall_time().div_euclid(1000);
    (micros.div_euclid(1_000_000) as i64, micros.rem_euclid(1_000_000) as i32)
}

/// The present local time, without a zone.
pub fn now_local(cx: &mut Cx, class: &Obj<Type>) -> R {
    let (seconds, micro) = present(cx);
    at(cx, class, seconds, micro, false, None)
}

/// What `zone.fromutc` makes of a datetime.
fn from_utc(cx: &mut Cx, zone: &Value, moment: &Value) -> R {
    let name = cx.intern("fromutc");
    ops::call_method(cx, zone, &name, std::slice::from_ref(moment))
}

/// A datetime of a moment: local without a zone, else in it.
fn in_zone(cx: &mut Cx, class: &Obj<Type>, seconds: i64, micro: i32, zone: Option<Value>) -> R {
    let made = at(cx, class, seconds, micro, zone.is_some(), zone.clone())?;
    match zone {
        None => Ok(made),
        Some(zone) => from_utc(cx, &zone, &made),
    }
}

/// Seconds and microseconds of a timestamp, rounded to the nearest, ties to even.
fn split_timestamp(cx: &mut Cx, timestamp: &Value) -> R<(i64, i32)> {
    const MESSAGE: &str = "timestamp out of range for platform time_t";
    if let Some(f) = timestamp.as_float() {
        if f.is_nan() {
            return Err(cx.value_error("Invalid value NaN (not a number)"));
        }
        let mut whole = f.trunc();
        let mut micros = ((f - whole) * 1e6).round_ties_even();
        if micros >= 1e6 {
            micros -= 1e6;
            whole += 1.0;
        } else if micros < 0.0 {
            micros += 1e6;
            whole -= 1.0;
        }
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
            return Err(cx.overflow_error(MESSAGE));
        }
        return Ok((whole as i64, micros as i32));
    }
    if timestamp.as_int().is_none() && timestamp.ty(cx).slots().index.is_none() {
        let kind = timestamp.type_name(cx);
        return Err(cx.type_error(format!("argument must be int or float, not {kind}")));
    }
    let whole = int::index(cx, timestamp)?;
    match whole.as_int().and_then(|i| i.to_i64()) {
        Some(seconds) => Ok((seconds, 0)),
        None => Err(cx.overflow_error(MESSAGE)),
    }
}

/// Returns new datetime object representing current time local to tz.
///
///   tz
///     Timezone object.
///
/// If no tz is specified, uses local timezone.
#[native("datetime.now($type, /, tz=None)")]
pub fn now(cx: &mut Cx, class: &Value, tz: Option<&Value>) -> R {
    let zone = zone_argument(cx, tz)?;
    let class = as_class(cx, class)?;
    let (seconds, micro) = present(cx);
    in_zone(cx, class, seconds, micro, zone)
}

fn deprecated(cx: &mut Cx, function: &str, instead: &str) -> R<()> {
    let message = format!(
        "datetime.datetime.{function}() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.{instead}."
    );
    let warn = cx.interp().runtime.warn;
    warn(cx, &exc::DEPRECATION_WARNING, &message, 1)
}

/// Return a new datetime representing UTC day and time.
#[native("datetime.utcnow($type, /)")]
pub fn utcnow(cx: &mut Cx, class: &Value) -> R {
    deprecated(cx, "utcnow", "now(datetime.UTC)")?;
    let class = as_class(cx, class)?;
    let (seconds, micro) = present(cx);
    at(cx, class, seconds, micro, true, None)
}

/// timestamp[, tz] -> tz's local time from POSIX timestamp.
#[native("datetime.fromtimestamp($type, timestamp, tz=None)", no_signature)]
pub fn fromtimestamp(cx: &mut Cx, class: &Value, timestamp: &Value, tz: Option<&Value>) -> R {
    let zone = zone_argument(cx, tz)?;
    let (seconds, micro) = split_timestamp(cx, timestamp)?;
    let class = as_class(cx, class)?;
    in_zone(cx, class, seconds, micro, zone)
}

/// Construct a naive UTC datetime from a POSIX timestamp.
#[native("datetime.utcfromtimestamp($type, timestamp, /)", no_signature)]
pub fn utcfromtimestamp(cx: &mut Cx, class: &Value, timestamp: &Value) -> R {
    deprecated(cx, "utcfromtimestamp", "fromtimestamp(timestamp, datetime.UTC)")?;
    let (seconds, micro) = split_timestamp(cx, timestamp)?;
    let class = as_class(cx, class)?;
    at(cx, class, seconds, micro, true, None)
}

/// Return POSIX timestamp as float.
#[native("datetime.timestamp($self, /)")]
pub fn timestamp(cx: &mut Cx, this: &Value) -> R {
    let moment = get(cx, this)?;
    if moment.zone.is_none() {
        let seconds = from_local(cx, moment.seconds(), moment.at.fold != 0)?;
        return Ok(cx.float((seconds - EPOCH) as f64 + f64::from(moment.at.micro) / 1e6));
    }
    match offset_of(cx, this, "utcoffset")? {
        Some(offset) => {
            let micros = moment.micros() - EPOCH_ORDINAL * MICROS_PER_DAY - offset.total_micros() as i64;
            let (a, b) = (cx.int(micros), cx.int(1_000_000));
            ops::binary(cx, ops::BinaryOp::TrueDiv, &a, &b)
        }
        None => Err(cx.type_error("can't subtract offset-naive and offset-aware datetimes")),
    }
}

/// The system's zone at the local time that a datetime shows.
fn zone_of_local(cx: &mut Cx, moment: &Obj<DateTime>) -> R {
    let seconds = from_local(cx, moment.seconds(), moment.at.fold != 0)?;
    zone::of_system(cx, seconds - EPOCH)
}

/// tz -> convert to local time in new timezone tz
#[native("datetime.astimezone($self, /, tz=None)", no_signature)]
pub fn astimezone(cx: &mut Cx, this: &Value, tz: Option<&Value>) -> R {
    let target = zone_argument(cx, tz)?;
    let moment = get(cx, this)?;
    let own = match &moment.zone {
        Some(zone) => zone.clone(),
        None => zone_of_local(cx, moment)?,
    };
    if target.as_ref().is_some_and(|target| target.is(&own)) {
        return Ok(this.clone());
    }
    let offset = match own_offset(cx, &own, this)? {
        Some(offset) => offset,
        None => {
            let zone = zone_of_local(cx, moment)?;
            if target.as_ref().is_some_and(|target| target.is(&zone)) {
                return Ok(this.clone());
            }
            own_offset(cx, &zone, this)?.unwrap_or(Delta::ZERO)
        }
    };
    let utc = i128::from(moment.micros()) - offset.total_micros();
    let (date, at) = moment::at_micros(cx, utc)?;
    let target = match target {
        Some(target) => target,
        None => {
            let seconds = date.ordinal() * SECONDS_PER_DAY + at.seconds() - EPOCH;
            zone::of_system(cx, seconds)?
        }
    };
    let class = this.type_of();
    let in_utc = moment::make(cx, &class, date, at, Some(target.clone()))?;
    from_utc(cx, &target, &in_utc)
}

/// `zone.utcoffset(moment)`, whatever zone the datetime has.
fn own_offset(cx: &mut Cx, zone: &Value, moment: &Value) -> R<Option<Delta>> {
    if zone.is_obj(&UTC) {
        return Ok(Some(Delta::ZERO));
    }
    let name = cx.intern("utcoffset");
    let answer = ops::call_method(cx, zone, &name, std::slice::from_ref(moment))?;
    if answer.is_none() {
        return Ok(None);
    }
    match as_delta(&answer) {
        Some(offset) => Ok(Some(offset)),
        None => {
            let kind = answer.type_name(cx);
            Err(cx.type_error(format!("utcoffset() returned {kind}, expected timedelta or None")))
        }
    }
}
