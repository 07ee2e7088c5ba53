//! `datetime`: a date and a time of day, with or without a zone. What asks the system's clock and zone is in `system`.

use super::calendar::{MAX_ORDINAL, MAX_YEAR, MICROS_PER_DAY, MIN_YEAR, SECONDS_PER_DAY, days_in_month};
use super::date::{self, DATE, Date, pickled};
use super::delta::{self, Delta, constant, delta as as_delta};
use super::support::{
    ask_name, ask_offset, bind, check_date, check_time, class as as_class, int_or, offset_value,
    out_of_range, push_offset, zone_argument, zone_value,
};
use super::time::{self, DayTime, Time, TimeSpec, pickled_zone, same_zone};
use super::{format, parse, system};
use std::cmp::Ordering;
use taipan_macros::{native, natives};
use taipan_object::ty::TYPE;
use taipan_object::{
    Args, CompareOp, Cx, Frozen, GetSetDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, hash, int,
    ops,
};

pub use super::system::now_local;

/// The payload; it begins with a date's. The zone is not traced, as CPython's is not: a cycle through one is not collected.
#[repr(C)]
pub struct DateTime {
    pub date: Date,
    pub at: DayTime,
    pub zone: Option<Value>,
}
taipan_object::plain_data!(DateTime);
impl Frozen for DateTime {}

// SAFETY: instances of the type and its subtypes begin with this payload; a value that is not traced counts as referred to
// from outside, which keeps it alive.
unsafe impl Payload for DateTime {
    const TYPE: &'static Obj<Type> = &DATETIME;
}

impl DateTime {
    /// Midnight of a date, without a zone.
    pub const fn midnight(date: Date) -> DateTime {
        DateTime { date, at: DayTime::MIDNIGHT, zone: None }
    }

    /// Microseconds since the midnight before day 1.
    pub fn micros(&self) -> i64 {
        self.date.ordinal() * MICROS_PER_DAY + self.at.micros()
    }

    /// Seconds since the midnight before day 1.
    pub fn seconds(&self) -> i64 {
        self.date.ordinal() * SECONDS_PER_DAY + self.at.seconds()
    }

    fn key(&self) -> (Date, u8, u8, u8, u32) {
        (self.date, self.at.hour, self.at.minute, self.at.second, self.at.micro)
    }

    /// The pickled form, without the fold.
    fn bytes(&self) -> [u8; 10] {
        let mut out = [0; 10];
        out[..4].copy_from_slice(&self.date.bytes());
        out[4..].copy_from_slice(&self.at.bytes());
        out
    }
}

macro_rules! number {
    ($name:literal, $field:ident) => {
        GetSetDef {
            name: $name,
            doc: None,
            get: Some(|cx, v| get(cx, v).map(|t| cx.int(t.at.$field.into()))),
            set: None,
        }
    };
}

/// `datetime.datetime`.
pub static DATETIME: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<DateTime>("datetime.datetime")
        .base(&DATE)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            str: Some(|cx, v| {
                let (name, space) = (cx.intern("isoformat"), cx.str(" "));
                ops::call_method(cx, v, &name, &[space])
            }),
            hash: Some(hash_slot),
            compare: Some(compare),
            add: Some(add),
            sub: Some(sub),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                system::now,
                system::utcnow,
                system::fromtimestamp,
                system::utcfromtimestamp,
                strptime,
                combine,
                fromisoformat,
                date_of,
                time_of,
                timetz,
                ctime,
                timetuple,
                system::timestamp,
                utctimetuple,
                isoformat,
                utcoffset,
                tzname,
                dst,
                replace,
                replace_special,
                system::astimezone,
                reduce_ex,
                reduce
            ],
            getset: &[
                number!("hour", hour),
                number!("minute", minute),
                number!("second", second),
                number!("microsecond", micro),
                GetSetDef { name: "tzinfo", doc: None, get: Some(|cx, v| get(cx, v).map(|t| zone_value(&t.zone))), set: None },
                number!("fold", fold),
            ],
            extra: Some(|cx, ty| {
                constant(cx, ty, "min", MIN.to_value());
                constant(cx, ty, "max", MAX.to_value());
                constant(cx, ty, "resolution", delta::RESOLUTION.to_value());
            }),
            ..TypeDefs::NONE
        })
        .doc("datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nThe year, month and day arguments are required. tzinfo may be None, or an\ninstance of a tzinfo subclass. The remaining arguments may be ints.\n"),
);

static MIN: Obj<DateTime> = Obj::new_static(&DATETIME, DateTime::midnight(Date::new(MIN_YEAR, 1, 1)));
static MAX: Obj<DateTime> = Obj::new_static(
    &DATETIME,
    DateTime {
        date: Date::new(MAX_YEAR, 12, 31),
        at: DayTime { hour: 23, minute: 59, second: 59, fold: 0, micro: 999_999 },
        zone: None,
    },
);

/// The datetime that a value is; TypeError else.
pub fn get<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<DateTime>> {
    match value.cast::<DateTime>() {
        Some(moment) => Ok(moment),
        None => Err(cx.type_error("a datetime is required")),
    }
}

/// A datetime of class `class`; a subclass is called.
pub fn make(cx: &mut Cx, class: &Obj<Type>, date: Date, at: DayTime, zone: Option<Value>) -> R {
    if class.is(&DATETIME) {
        return Ok(cx.new_object(DateTime { date, at, zone }).into_value());
    }
    let ((year, month, day), (hour, minute, second, micro)) = (date.parts(), at.parts());
    let mut args: Vec<Value> =
        [year, month, day, hour, minute, second, micro].map(|n| cx.int(n.into())).into_iter().collect();
    args.push(zone_value(&zone));
    let fold = cx.intern("fold");
    let keywords = [(&*fold, cx.int(at.fold.into()))];
    let keywords: &[_] = if at.fold == 0 { &[] } else { &keywords };
    ops::call_keywords(cx, &class.to_value(), &args, keywords)
}

/// A date and time at microseconds since the midnight before day 1; OverflowError outside the calendar.
pub fn at_micros(cx: &mut Cx, micros: i128) -> R<(Date, DayTime)> {
    let day = i128::from(MICROS_PER_DAY);
    let ordinal = micros.div_euclid(day);
    if !(1..=i128::from(MAX_ORDINAL)).contains(&ordinal) {
        return Err(out_of_range(cx));
    }
    match Date::from_ordinal(ordinal as i64) {
        Some(date) => Ok((date, DayTime::from_micros(micros.rem_euclid(day) as i64))),
        None => Err(out_of_range(cx)),
    }
}

/// `value + delta` for a datetime: same class, same zone.
pub fn shift(cx: &mut Cx, value: &Value, delta: Delta) -> R {
    shift_with_fold(cx, value, delta, false)
}

/// As [`shift`], and the result's fold is set as said.
pub fn shift_with_fold(cx: &mut Cx, value: &Value, delta: Delta, fold: bool) -> R {
    let moment = get(cx, value)?;
    let (date, at) = at_micros(cx, i128::from(moment.micros()) + delta.total_micros())?;
    let at = DayTime { fold: fold.into(), ..at };
    let class = value.type_of();
    make(cx, &class, date, at, moment.zone.clone())
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    if let Some(mut state) = pickled(cx, args, 10, "datetime", |b| (1..=12).contains(&(b[2] & 0x7F)))? {
        let zone = pickled_zone(cx, args)?;
        let fold = state[2] >> 7;
        state[2] &= 0x7F;
        let date = Date { year: u16::from_be_bytes([state[0], state[1]]), month: state[2], day: state[3] };
        let at = DayTime::from_bytes(&state[4..], fold);
        return Ok(cx.new_instance(class, DateTime { date, at, zone }).into_value());
    }
    let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"];
    let bound = bind(cx, args, "", names, 3, 8)?;
    let mut n = [0; 7];
    for (number, value) in n.iter_mut().zip(bound) {
        *number = int_or(cx, value, 0)?;
    }
    let fold = int_or(cx, bound[8], 0)?;
    check_date(cx, n[0], n[1], n[2])?;
    check_time(cx, n[3], n[4], n[5], n[6], fold)?;
    let zone = zone_argument(cx, bound[7])?;
    let (date, at) = (Date::new(n[0], n[1], n[2]), DayTime::new(n[3], n[4], n[5], n[6], fold));
    Ok(cx.new_instance(class, DateTime { date, at, zone }).into_value())
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let moment = get(cx, value)?;
    let (year, month, day) = moment.date.parts();
    let mut text = taipan_types::support::TextBuilder::default();
    text.push(&value.ty(cx).full_name());
    text.push(&format!("({year}, {month}, {day}, {}", moment.at.repr_parts()));
    if moment.at.fold != 0 {
        text.push(", fold=1");
    }
    if let Some(zone) = &moment.zone {
        text.push(", tzinfo=");
        text.push_repr(cx, zone)?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

/// The zone's offset at a datetime.
pub fn offset_of(cx: &mut Cx, value: &Value, method: &'static str) -> R<Option<Delta>> {
    let moment = get(cx, value)?;
    ask_offset(cx, &moment.zone, method, value)
}

/// The offset that the datetime would have with the other fold.
fn offset_of_other_fold(cx: &mut Cx, moment: &Obj<DateTime>, fold: u8) -> R<Option<Delta>> {
    let at = DayTime { fold, ..moment.at };
    let other = cx.new_object(DateTime { date: moment.date, at, zone: moment.zone.clone() }).into_value();
    offset_of(cx, &other, "utcoffset")
}

/// Whether the fold says which of two moments it is (PEP 495): such times equal none of another zone.
fn is_problematic(cx: &mut Cx, moment: &Obj<DateTime>, offset: Option<Delta>) -> R<bool> {
    Ok(offset_of_other_fold(cx, moment, 1 - moment.at.fold)? != offset)
}

fn hash_slot(cx: &mut Cx, value: &Value) -> R<i64> {
    let moment = get(cx, value)?;
    let offset = match (&moment.zone, moment.at.fold) {
        (None, _) => None,
        (Some(_), 0) => offset_of(cx, value, "utcoffset")?,
        // Both folds of a time must hash alike, for they are equal.
        _ => offset_of_other_fold(cx, moment, 0)?,
    };
    match offset {
        None => Ok(hash::hash_bytes(&moment.bytes())),
        Some(offset) => {
            let days = moment.date.ordinal();
            let delta = Delta::normal(cx, days, moment.at.seconds(), moment.at.micro.into())?;
            delta.minus(cx, offset)?.hash(cx)
        }
    }
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<DateTime>(), b.cast::<DateTime>()) else {
        return Ok(Value::not_implemented());
    };
    let plain = x.key().cmp(&y.key());
    if same_zone(&x.zone, &y.zone) {
        return Ok(Value::bool(op.holds(plain)));
    }
    let (p, q) = (offset_of(cx, a, "utcoffset")?, offset_of(cx, b, "utcoffset")?);
    let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    let mut ordering = match (p, q) {
        (p, q) if p == q => plain,
        (Some(p), Some(q)) => {
            let p = i128::from(x.micros()) - p.total_micros();
            let q = i128::from(y.micros()) - q.total_micros();
            p.cmp(&q)
        }
        _ if equality => return Ok(Value::bool(op == CompareOp::Ne)),
        _ => return Err(cx.type_error("can't compare offset-naive and offset-aware datetimes")),
    };
    if equality && ordering == Ordering::Equal && (is_problematic(cx, x, p)? || is_problematic(cx, y, q)?) {
        ordering = Ordering::Less;
    }
    Ok(Value::bool(op.holds(ordering)))
}

fn add(cx: &mut Cx, a: &Value, b: &Value) -> R {
    match (a.cast::<DateTime>(), as_delta(b), as_delta(a), b.cast::<DateTime>()) {
        (Some(_), Some(delta), ..) => shift(cx, a, delta),
        (.., Some(delta), Some(_)) => shift(cx, b, delta),
        _ => Ok(Value::not_implemented()),
    }
}

/// The time between two datetimes; zones count unless both have the same.
pub fn difference(cx: &mut Cx, a: &Value, b: &Value) -> R<Delta> {
    let (x, y) = (get(cx, a)?, get(cx, b)?);
    let mut micros = i128::from(x.micros() - y.micros());
    if !same_zone(&x.zone, &y.zone) {
        match (offset_of(cx, a, "utcoffset")?, offset_of(cx, b, "utcoffset")?) {
            (Some(p), Some(q)) => micros -= p.total_micros() - q.total_micros(),
            (None, None) => {}
            _ => return Err(cx.type_error("can't subtract offset-naive and offset-aware datetimes")),
        }
    }
    Delta::from_micros(cx, micros)
}

fn sub(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if a.cast::<DateTime>().is_none() {
        return Ok(Value::not_implemented());
    }
    if b.cast::<DateTime>().is_some() {
        let delta = difference(cx, a, b)?;
        return Ok(delta::make(cx, delta));
    }
    match as_delta(b) {
        Some(delta) => back(cx, a, delta),
        None => Ok(Value::not_implemented()),
    }
}

/// `value - delta` for a datetime.
pub fn back(cx: &mut Cx, value: &Value, delta: Delta) -> R {
    let moment = get(cx, value)?;
    let (date, at) = at_micros(cx, i128::from(moment.micros()) - delta.total_micros())?;
    let class = value.type_of();
    make(cx, &class, date, at, moment.zone.clone())
}

/// string, format -> new datetime parsed from a string (like time.strptime()).
#[native("datetime.strptime($type, *args)", no_signature)]
fn strptime(cx: &mut Cx, class: &Value, args: Args<'_>) -> R {
    parse::strptime(cx, class, args, "_strptime_datetime_datetime")
}

/// date, time -> datetime with same date and time fields
#[native("datetime.combine($type, date, time, tzinfo=unchanged)", no_signature)]
fn combine(cx: &mut Cx, class: &Value, date: &Value, time: &Value, tzinfo: Option<&Value>) -> R {
    let Some(day) = date::date(date) else {
        let kind = if date.is_none() { "None".into() } else { date.type_name(cx) };
        return Err(cx.type_error(format!("combine() argument 1 must be datetime.date, not {kind}")));
    };
    let Some(clock) = time.cast::<Time>() else {
        let kind = if time.is_none() { "None".into() } else { time.type_name(cx) };
        return Err(cx.type_error(format!("combine() argument 2 must be datetime.time, not {kind}")));
    };
    let zone = match tzinfo {
        None => clock.zone.clone(),
        Some(_) => zone_argument(cx, tzinfo)?,
    };
    let class = as_class(cx, class)?;
    make(cx, class, day, clock.at, zone)
}

/// string -> datetime from a string in most ISO 8601 formats
#[native("datetime.fromisoformat($type, object, /)")]
fn fromisoformat(cx: &mut Cx, class: &Value, object: &Value) -> R {
    let text = parse::argument(cx, object)?;
    let class = as_class(cx, class)?;
    let Some((mut date, clock)) = parse::date_and_time(&text) else { return Err(parse::invalid(cx, object)) };
    let mut clock = clock.unwrap_or_default();
    let zone = clock.zone(cx)?;
    let (year, month, day) = date;
    if clock.hour == 24 && (1..=12).contains(&month) {
        parse::check_end_of_day(cx, &clock)?;
        clock.hour = 0;
        if (MIN_YEAR..=MAX_YEAR).contains(&year) && (1..=days_in_month(year, month)).contains(&day) {
            date = parse::next_day(date);
        }
    }
    check_date(cx, date.0, date.1, date.2)?;
    check_time(cx, clock.hour, clock.minute, clock.second, clock.micro, 0)?;
    let at = DayTime::new(clock.hour, clock.minute, clock.second, clock.micro, 0);
    make(cx, class, Date::new(date.0, date.1, date.2), at, zone)
}

/// Return date object with same year, month and day.
#[native("datetime.date($self, /)")]
fn date_of(cx: &mut Cx, this: &Obj<DateTime>) -> R {
    Ok(cx.new_object(this.date).into_value())
}

/// Return time object with same time but with tzinfo=None.
#[native("datetime.time($self, /)")]
fn time_of(cx: &mut Cx, this: &Obj<DateTime>) -> R {
    Ok(time::make(cx, this.at, None))
}

/// Return time object with same time and tzinfo.
#[native("datetime.timetz($self, /)")]
fn timetz(cx: &mut Cx, this: &Obj<DateTime>) -> R {
    Ok(time::make(cx, this.at, this.zone.clone()))
}

/// Return ctime() style string.
#[native("datetime.ctime($self, /)")]
fn ctime(cx: &mut Cx, this: &Obj<DateTime>) -> R {
    let (hour, minute, second, _) = this.at.parts();
    Ok(format::ctime(cx, this.date, hour, minute, second))
}

/// Return time tuple, compatible with time.localtime().
#[native("datetime.timetuple($self, /)")]
fn timetuple(cx: &mut Cx, this: &Value) -> R {
    let summer = match offset_of(cx, this, "dst")? {
        None => -1,
        Some(delta) => i32::from(delta != Delta::ZERO),
    };
    let moment = get(cx, this)?;
    let (hour, minute, second, _) = moment.at.parts();
    format::time_tuple(cx, moment.date, (hour, minute, second), summer)
}

/// Return UTC time tuple, compatible with time.localtime().
#[native("datetime.utctimetuple($self, /)")]
fn utctimetuple(cx: &mut Cx, this: &Value) -> R {
    let offset = offset_of(cx, this, "utcoffset")?.unwrap_or(Delta::ZERO);
    let moment = get(cx, this)?;
    let (date, at) = at_micros(cx, i128::from(moment.micros()) - offset.total_micros())?;
    let (hour, minute, second, _) = at.parts();
    format::time_tuple(cx, date, (hour, minute, second), 0)
}

/// The `sep` of `isoformat`.
fn separator(cx: &mut Cx, value: Option<&Value>) -> R<u32> {
    let Some(value) = value else { return Ok(u32::from(b'T')) };
    let message = match value.as_str() {
        Some(text) if text.len() == 1 => return Ok(text.char_at(0).unwrap_or(0)),
        Some(text) => format!(
            "isoformat() argument 1 must be a unicode character, not a string of length {}",
            text.len()
        ),
        None => format!("isoformat() argument 1 must be a unicode character, not {}", value.type_name(cx)),
    };
    Err(cx.type_error(message))
}

/// [sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
/// sep is used to separate the year from the time, and defaults to 'T'.
/// The optional argument timespec specifies the number of additional terms
/// of the time to include. Valid options are 'auto', 'hours', 'minutes',
/// 'seconds', 'milliseconds' and 'microseconds'.
#[native("datetime.isoformat($self, /, sep=unchanged, timespec=unchanged)", no_signature)]
fn isoformat(cx: &mut Cx, this: &Value, sep: Option<&Value>, timespec: Option<&Value>) -> R {
    let moment = get(cx, this)?;
    let separator = separator(cx, sep)?;
    let spec = TimeSpec::argument(cx, timespec, 2)?;
    let mut out = String::with_capacity(40);
    moment.date.push_iso(&mut out);
    let character = char::from_u32(separator);
    out.push(character.unwrap_or('?'));
    moment.at.push_iso(&mut out, spec);
    if let Some(offset) = offset_of(cx, this, "utcoffset")? {
        push_offset(&mut out, offset, ":");
    }
    if character.is_some() {
        return Ok(cx.str(&out));
    }
    // A lone surrogate, which no Rust string holds.
    let mut points: Vec<u32> = out.chars().map(u32::from).collect();
    points[10] = separator;
    Ok(cx.str_from_code_points(&points).into_value())
}

/// Return self.tzinfo.utcoffset(self).
#[native("datetime.utcoffset($self, /)")]
fn utcoffset(cx: &mut Cx, this: &Value) -> R {
    let offset = offset_of(cx, this, "utcoffset")?;
    Ok(offset_value(cx, offset))
}

/// Return self.tzinfo.tzname(self).
#[native("datetime.tzname($self, /)")]
fn tzname(cx: &mut Cx, this: &Value) -> R {
    let moment = get(cx, this)?;
    ask_name(cx, &moment.zone, this)
}

/// Return self.tzinfo.dst(self).
#[native("datetime.dst($self, /)")]
fn dst(cx: &mut Cx, this: &Value) -> R {
    let offset = offset_of(cx, this, "dst")?;
    Ok(offset_value(cx, offset))
}

/// Return datetime with new specified fields.
#[native(
    "datetime.replace($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)"
)]
#[allow(clippy::too_many_arguments)]
fn replace(
    cx: &mut Cx,
    this: &Value,
    year: Option<&Value>,
    month: Option<&Value>,
    day: Option<&Value>,
    hour: Option<&Value>,
    minute: Option<&Value>,
    second: Option<&Value>,
    microsecond: Option<&Value>,
    tzinfo: Option<&Value>,
    fold: Option<&Value>,
) -> R {
    let moment = get(cx, this)?;
    let ((y, mo, d), (h, mi, s, us)) = (moment.date.parts(), moment.at.parts());
    let (year, month, day) = (int_or(cx, year, y)?, int_or(cx, month, mo)?, int_or(cx, day, d)?);
    let (hour, minute) = (int_or(cx, hour, h)?, int_or(cx, minute, mi)?);
    let (second, micro) = (int_or(cx, second, s)?, int_or(cx, microsecond, us)?);
    let fold = int_or(cx, fold, moment.at.fold.into())?;
    let zone = match tzinfo {
        None => moment.zone.clone(),
        Some(_) => zone_argument(cx, tzinfo)?,
    };
    check_date(cx, year, month, day)?;
    check_time(cx, hour, minute, second, micro, fold)?;
    let class = this.type_of();
    let at = DayTime::new(hour, minute, second, micro, fold);
    make(cx, &class, Date::new(year, month, day), at, zone)
}

/// The same as replace().
#[native("datetime.__replace__($self, /, **changes)")]
fn replace_special(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    taipan_object::descr::call_with_receiver(this, args, |args| (replace__def.call)(cx, args))
}

fn reduce_state(cx: &mut Cx, this: &Value, protocol: i64) -> R {
    let moment = get(cx, this)?;
    let mut bytes = moment.bytes();
    if protocol > 3 && moment.at.fold != 0 {
        bytes[2] |= 0x80;
    }
    let bytes = cx.bytes(&bytes);
    let state = match &moment.zone {
        Some(zone) => cx.tuple_value([bytes, zone.clone()]),
        None => cx.tuple_value([bytes]),
    };
    let class = this.type_of().into_value();
    Ok(cx.tuple_value([class, state]))
}

/// __reduce_ex__(proto) -> (cls, state)
#[native("datetime.__reduce_ex__($self, proto, /)", no_signature)]
fn reduce_ex(cx: &mut Cx, this: &Value, proto: &Value) -> R {
    let protocol = int::index_i64(cx, proto)?;
    reduce_state(cx, this, protocol)
}

/// __reduce__() -> (cls, state)
#[native("datetime.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    reduce_state(cx, this, 2)
}
