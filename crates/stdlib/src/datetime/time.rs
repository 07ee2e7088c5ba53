//! `time`: a time of day, with or without a zone.

use super::date::pickled;
use super::delta::{self, Delta, constant};
use super::support::{
    ask_name, ask_offset, bind, check_time, class as as_class, int_or, offset_value, push_digits,
    push_offset, zone_argument, zone_value,
};
use super::{format, parse};
use crate::datetime::calendar::MICROS_PER_SECOND;
use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, Frozen, GetSetDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, hash, int,
    ops,
};

/// A time of day, in its ranges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayTime {
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub fold: u8,
    pub micro: u32,
}

impl DayTime {
    pub const MIDNIGHT: DayTime = DayTime { hour: 0, minute: 0, second: 0, fold: 0, micro: 0 };

    /// Of checked parts.
    pub fn new(hour: i32, minute: i32, second: i32, micro: i32, fold: i32) -> DayTime {
        DayTime {
            hour: hour as u8,
            minute: minute as u8,
            second: second as u8,
            fold: fold as u8,
            micro: micro as u32,
        }
    }

    /// Hour, minute, second and microsecond.
    pub fn parts(self) -> (i32, i32, i32, i32) {
        (self.hour.into(), self.minute.into(), self.second.into(), self.micro as i32)
    }

    /// Seconds since midnight.
    pub fn seconds(self) -> i64 {
        i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }

    /// Microseconds since midnight.
    pub fn micros(self) -> i64 {
        self.seconds() * MICROS_PER_SECOND + i64::from(self.micro)
    }

    /// Microseconds since midnight, less than a day, taken apart.
    pub fn from_micros(micros: i64) -> DayTime {
        let seconds = micros / MICROS_PER_SECOND;
        DayTime {
            hour: (seconds / 3600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            fold: 0,
            micro: (micros % MICROS_PER_SECOND) as u32,
        }
    }

    /// The pickled form, without the fold.
    pub fn bytes(self) -> [u8; 6] {
        let [_, high, middle, low] = self.micro.to_be_bytes();
        [self.hour, self.minute, self.second, high, middle, low]
    }

    /// Reads [`DayTime::bytes`]; shorter input gives midnight.
    pub fn from_bytes(bytes: &[u8], fold: u8) -> DayTime {
        match *bytes {
            [hour, minute, second, high, middle, low] => {
                DayTime { hour, minute, second, fold, micro: u32::from_be_bytes([0, high, middle, low]) }
            }
            _ => DayTime::MIDNIGHT,
        }
    }

    /// Appends the ISO form with as much as `timespec` says.
    pub fn push_iso(self, out: &mut String, timespec: TimeSpec) {
        let spec = match timespec {
            TimeSpec::Auto if self.micro == 0 => TimeSpec::Seconds,
            TimeSpec::Auto => TimeSpec::Microseconds,
            other => other,
        };
        push_digits(out, self.hour.into(), 2);
        if spec >= TimeSpec::Minutes {
            out.push(':');
            push_digits(out, self.minute.into(), 2);
        }
        if spec >= TimeSpec::Seconds {
            out.push(':');
            push_digits(out, self.second.into(), 2);
        }
        if spec == TimeSpec::Milliseconds {
            out.push('.');
            push_digits(out, self.micro / 1000, 3);
        } else if spec == TimeSpec::Microseconds {
            out.push('.');
            push_digits(out, self.micro, 6);
        }
    }

    /// The parts that a repr shows: seconds and microseconds only where needed.
    pub fn repr_parts(self) -> String {
        let (hour, minute, second, micro) = self.parts();
        match (second, micro) {
            (0, 0) => format!("{hour}, {minute}"),
            (_, 0) => format!("{hour}, {minute}, {second}"),
            _ => format!("{hour}, {minute}, {second}, {micro}"),
        }
    }
}

/// `timespec` of `isoformat`, in rising detail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeSpec {
    Auto,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
    Microseconds,
}

impl TimeSpec {
    /// ValueError for an unknown name; `position` is the argument's for the TypeError.
    pub fn argument(cx: &mut Cx, value: Option<&Value>, position: usize) -> R<TimeSpec> {
        let Some(value) = value else { return Ok(TimeSpec::Auto) };
        let text = super::support::text(cx, value, "isoformat", position)?;
        let known = [
            ("auto", TimeSpec::Auto),
            ("hours", TimeSpec::Hours),
            ("minutes", TimeSpec::Minutes),
            ("seconds", TimeSpec::Seconds),
            ("milliseconds", TimeSpec::Milliseconds),
            ("microseconds", TimeSpec::Microseconds),
        ];
        match known.iter().find(|(name, _)| text.eq_str(name)) {
            Some(&(_, spec)) => Ok(spec),
            None => Err(cx.value_error("Unknown timespec value")),
        }
    }
}

/// The payload. The zone is not traced, as CPython's is not: a cycle through one is not collected.
pub struct Time {
    pub at: DayTime,
    pub zone: Option<Value>,
}
taipan_object::plain_data!(Time);
impl Frozen for Time {}

// SAFETY: instances of the type and its subtypes begin with this payload; a value that is not traced counts as referred to
// from outside, which keeps it alive.
unsafe impl Payload for Time {
    const TYPE: &'static Obj<Type> = &TIME;
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

/// `datetime.time`.
pub static TIME: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Time>("datetime.time")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            str: Some(|cx, v| {
                let name = cx.intern("isoformat");
                ops::call_method(cx, v, &name, &[])
            }),
            hash: Some(hash_slot),
            compare: Some(compare),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                strptime,
                isoformat,
                strftime,
                format_special,
                utcoffset,
                tzname,
                dst,
                replace,
                replace_special,
                fromisoformat,
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
        .doc("time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nAll arguments are optional. tzinfo may be None, or an instance of\na tzinfo subclass. The remaining arguments may be ints.\n"),
);

static MIN: Obj<Time> = Obj::new_static(&TIME, Time { at: DayTime::MIDNIGHT, zone: None });
static MAX: Obj<Time> = Obj::new_static(
    &TIME,
    Time { at: DayTime { hour: 23, minute: 59, second: 59, fold: 0, micro: 999_999 }, zone: None },
);

fn get<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Time>> {
    match value.cast::<Time>() {
        Some(time) => Ok(time),
        None => Err(cx.type_error("a time is required")),
    }
}

/// An exact `time`.
pub fn make(cx: &Cx, at: DayTime, zone: Option<Value>) -> Value {
    cx.new_object(Time { at, zone }).into_value()
}

/// A time of class `class`; a subclass is called.
fn make_class(cx: &mut Cx, class: &Obj<Type>, at: DayTime, zone: Option<Value>) -> R {
    if class.is(&TIME) {
        return Ok(make(cx, at, zone));
    }
    let (hour, minute, second, micro) = at.parts();
    let [hour, minute, second, micro] = [hour, minute, second, micro].map(|n| cx.int(n.into()));
    let args = [hour, minute, second, micro, zone_value(&zone)];
    let fold = cx.intern("fold");
    let keywords = [(&*fold, cx.int(at.fold.into()))];
    let keywords: &[_] = if at.fold == 0 { &[] } else { &keywords };
    ops::call_keywords(cx, &class.to_value(), &args, keywords)
}

/// The zone of a pickled state.
pub fn pickled_zone(cx: &mut Cx, args: Args<'_>) -> R<Option<Value>> {
    match args.pos().get(1) {
        None => Ok(None),
        Some(zone) if zone.is_none() => Ok(None),
        Some(zone) if zone.is_instance(&super::zone::TZINFO) => Ok(Some(zone.clone())),
        Some(_) => Err(cx.type_error("bad tzinfo state arg")),
    }
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    if let Some(state) = pickled(cx, args, 6, "time", |b| b[0] & 0x7F < 24)? {
        let zone = pickled_zone(cx, args)?;
        let (mut state, fold) = (state.clone(), state[0] >> 7);
        state[0] &= 0x7F;
        let at = DayTime::from_bytes(&state, fold);
        return Ok(cx.new_instance(class, Time { at, zone }).into_value());
    }
    let names = ["hour", "minute", "second", "microsecond", "tzinfo", "fold"];
    let [hour, minute, second, micro, zone, fold] = bind(cx, args, "", names, 0, 5)?;
    let (hour, minute) = (int_or(cx, hour, 0)?, int_or(cx, minute, 0)?);
    let (second, micro) = (int_or(cx, second, 0)?, int_or(cx, micro, 0)?);
    let fold = int_or(cx, fold, 0)?;
    // The ranges are looked at before the zone.
    check_time(cx, hour, minute, second, micro, fold)?;
    let zone = zone_argument(cx, zone)?;
    let at = DayTime::new(hour, minute, second, micro, fold);
    Ok(cx.new_instance(class, Time { at, zone }).into_value())
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let time = get(cx, value)?;
    let mut text = taipan_types::support::TextBuilder::default();
    text.push(&value.ty(cx).full_name());
    text.push("(");
    text.push(&time.at.repr_parts());
    if let Some(zone) = &time.zone {
        text.push(", tzinfo=");
        text.push_repr(cx, zone)?;
    }
    text.push(if time.at.fold == 0 { ")" } else { ", fold=1)" });
    Ok(text.finish(cx).into_value())
}

/// The zone's offset; a zone sees None for a time, which has no date.
fn offset_of(cx: &mut Cx, time: &Obj<Time>, method: &'static str) -> R<Option<Delta>> {
    ask_offset(cx, &time.zone, method, &Value::none())
}

fn hash_slot(cx: &mut Cx, value: &Value) -> R<i64> {
    let time = get(cx, value)?;
    match offset_of(cx, time, "utcoffset")? {
        None => Ok(hash::hash_bytes(&time.at.bytes())),
        Some(offset) => {
            let delta = Delta::normal(cx, 0, time.at.seconds(), time.at.micro.into())?;
            delta.minus(cx, offset)?.hash(cx)
        }
    }
}

/// Whether two zones are one and the same, or both missing.
pub fn same_zone(a: &Option<Value>, b: &Option<Value>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.is(b),
        _ => false,
    }
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Time>(), b.cast::<Time>()) else {
        return Ok(Value::not_implemented());
    };
    let plain = x.at.micros().cmp(&y.at.micros());
    if same_zone(&x.zone, &y.zone) {
        return Ok(Value::bool(op.holds(plain)));
    }
    match (offset_of(cx, x, "utcoffset")?, offset_of(cx, y, "utcoffset")?) {
        (p, q) if p == q => Ok(Value::bool(op.holds(plain))),
        (Some(p), Some(q)) => {
            let p = i128::from(x.at.micros()) - p.total_micros();
            let q = i128::from(y.at.micros()) - q.total_micros();
            Ok(Value::bool(op.holds(p.cmp(&q))))
        }
        _ if op == CompareOp::Eq => Ok(Value::bool(false)),
        _ if op == CompareOp::Ne => Ok(Value::bool(true)),
        _ => Err(cx.type_error("can't compare offset-naive and offset-aware times")),
    }
}

/// string, format -> new time parsed from a string (like time.strptime()).
#[native("time.strptime($type, *args)", no_signature)]
fn strptime(cx: &mut Cx, class: &Value, args: Args<'_>) -> R {
    parse::strptime(cx, class, args, "_strptime_datetime_time")
}

/// Return string in ISO 8601 format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
///
/// The optional argument timespec specifies the number of additional terms
/// of the time to include. Valid options are 'auto', 'hours', 'minutes',
/// 'seconds', 'milliseconds' and 'microseconds'.
#[native("time.isoformat($self, /, timespec=unchanged)", no_signature)]
fn isoformat(cx: &mut Cx, this: &Obj<Time>, timespec: Option<&Value>) -> R {
    let spec = TimeSpec::argument(cx, timespec, 1)?;
    let mut out = String::with_capacity(32);
    this.at.push_iso(&mut out, spec);
    if let Some(offset) = offset_of(cx, this, "utcoffset")? {
        push_offset(&mut out, offset, ":");
    }
    Ok(cx.str(&out))
}

/// format -> strftime() style string.
#[native("time.strftime($self, /, format)", no_signature)]
fn strftime(cx: &mut Cx, this: &Value, format: &Value) -> R {
    let format = super::support::text(cx, format, "strftime", 1)?;
    let (hour, minute, second, _) = get(cx, this)?.at.parts();
    // The date of a time is 1 January 1900.
    let items = [1900, 1, 1, hour, minute, second, 0, 1, -1].map(|n| cx.int(n.into()));
    let tuple = cx.tuple_value(items);
    format::strftime(cx, this, format, &tuple)
}

/// Formats self with strftime.
#[native("time.__format__($self, format, /)", no_signature)]
fn format_special(cx: &mut Cx, this: &Value, format: &Value) -> R {
    format::format_special(cx, this, format)
}

/// Return self.tzinfo.utcoffset(self).
#[native("time.utcoffset($self, /)")]
fn utcoffset(cx: &mut Cx, this: &Obj<Time>) -> R {
    let offset = offset_of(cx, this, "utcoffset")?;
    Ok(offset_value(cx, offset))
}

/// Return self.tzinfo.tzname(self).
#[native("time.tzname($self, /)")]
fn tzname(cx: &mut Cx, this: &Obj<Time>) -> R {
    ask_name(cx, &this.zone, &Value::none())
}

/// Return self.tzinfo.dst(self).
#[native("time.dst($self, /)")]
fn dst(cx: &mut Cx, this: &Obj<Time>) -> R {
    let offset = offset_of(cx, this, "dst")?;
    Ok(offset_value(cx, offset))
}

/// Return time with new specified fields.
#[native(
    "time.replace($self, /, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)"
)]
#[allow(clippy::too_many_arguments)]
fn replace(
    cx: &mut Cx,
    this: &Value,
    hour: Option<&Value>,
    minute: Option<&Value>,
    second: Option<&Value>,
    microsecond: Option<&Value>,
    tzinfo: Option<&Value>,
    fold: Option<&Value>,
) -> R {
    let time = get(cx, this)?;
    let (h, m, s, us) = time.at.parts();
    let (hour, minute) = (int_or(cx, hour, h)?, int_or(cx, minute, m)?);
    let (second, micro) = (int_or(cx, second, s)?, int_or(cx, microsecond, us)?);
    let fold = int_or(cx, fold, time.at.fold.into())?;
    let zone = match tzinfo {
        None => time.zone.clone(),
        Some(_) => zone_argument(cx, tzinfo)?,
    };
    check_time(cx, hour, minute, second, micro, fold)?;
    let class = this.type_of();
    make_class(cx, &class, DayTime::new(hour, minute, second, micro, fold), zone)
}

/// The same as replace().
#[native("time.__replace__($self, /, **changes)")]
fn replace_special(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    taipan_object::descr::call_with_receiver(this, args, |args| (replace__def.call)(cx, args))
}

/// string -> time from a string in ISO 8601 format
#[native("time.fromisoformat($type, object, /)")]
fn fromisoformat(cx: &mut Cx, class: &Value, object: &Value) -> R {
    let text = parse::argument(cx, object)?;
    let class = as_class(cx, class)?;
    let digits = text.strip_prefix(b"T").unwrap_or(&text);
    let Some(mut parsed) = parse::time(digits) else { return Err(parse::invalid(cx, object)) };
    if parsed.hour == 24 {
        parse::check_end_of_day(cx, &parsed)?;
        parsed.hour = 0;
    }
    let zone = parsed.zone(cx)?;
    check_time(cx, parsed.hour, parsed.minute, parsed.second, parsed.micro, 0)?;
    let at = DayTime::new(parsed.hour, parsed.minute, parsed.second, parsed.micro, 0);
    make_class(cx, class, at, zone)
}

fn reduce_state(cx: &mut Cx, this: &Value, protocol: i64) -> R {
    let time = get(cx, this)?;
    let mut bytes = time.at.bytes();
    if protocol > 3 && time.at.fold != 0 {
        bytes[0] |= 0x80;
    }
    let bytes = cx.bytes(&bytes);
    let state = match &time.zone {
        Some(zone) => cx.tuple_value([bytes, zone.clone()]),
        None => cx.tuple_value([bytes]),
    };
    let class = this.type_of().into_value();
    Ok(cx.tuple_value([class, state]))
}

/// __reduce_ex__(proto) -> (cls, state)
#[native("time.__reduce_ex__($self, proto, /)", no_signature)]
fn reduce_ex(cx: &mut Cx, this: &Value, proto: &Value) -> R {
    let protocol = int::index_i64(cx, proto)?;
    reduce_state(cx, this, protocol)
}

/// __reduce__() -> (cls, state)
#[native("time.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    reduce_state(cx, this, 2)
}
