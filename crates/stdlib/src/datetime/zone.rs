//! `tzinfo`, the base of all time zones, and `timezone`, the fixed offsets.

use super::delta::{self, Delta, constant};
use super::moment::{self, DateTime};
use super::support::{ask_offset, bind, push_offset};
use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, Frozen, Obj, Payload, R, Slots, Str, Type, TypeDefs, Value, exc, flags, ops,
};

/// The payload of a bare `tzinfo`: nothing.
pub struct TzInfo;
taipan_object::plain_data!(TzInfo);

// SAFETY: no payload at all.
unsafe impl Payload for TzInfo {
    const TYPE: &'static Obj<Type> = &TZINFO;
}

/// `datetime.tzinfo`.
pub static TZINFO: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<TzInfo>("datetime.tzinfo")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(|cx, class, _| Ok(cx.new_instance(class, TzInfo).into_value())),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![info_tzname, info_utcoffset, info_dst, info_fromutc, info_reduce],
            ..TypeDefs::NONE
        })
        .doc("Abstract base class for time zone info objects."),
);

fn must_implement(cx: &mut Cx, method: &str) -> R {
    let message = format!("a tzinfo subclass must implement {method}()");
    Err(cx.raise(&exc::NOT_IMPLEMENTED_ERROR, message))
}

/// datetime -> string name of time zone.
#[native("tzinfo.tzname($self, object, /)")]
fn info_tzname(cx: &mut Cx, _this: &Value, _object: &Value) -> R {
    must_implement(cx, "tzname")
}

/// datetime -> timedelta showing offset from UTC, negative values indicating West of UTC
#[native("tzinfo.utcoffset($self, object, /)")]
fn info_utcoffset(cx: &mut Cx, _this: &Value, _object: &Value) -> R {
    must_implement(cx, "utcoffset")
}

/// datetime -> DST offset as timedelta positive east of UTC.
#[native("tzinfo.dst($self, object, /)")]
fn info_dst(cx: &mut Cx, _this: &Value, _object: &Value) -> R {
    must_implement(cx, "dst")
}

/// The datetime argument of `fromutc`, whose zone must be `this`.
fn own_datetime<'a>(cx: &mut Cx, this: &Value, value: &'a Value) -> R<&'a Obj<DateTime>> {
    let Some(moment) = value.cast::<DateTime>() else {
        return Err(cx.type_error("fromutc: argument must be a datetime"));
    };
    match &moment.zone {
        Some(zone) if zone.is(this) => Ok(moment),
        _ => Err(cx.value_error("fromutc: dt.tzinfo is not self")),
    }
}

/// datetime in UTC -> datetime in local time.
#[native("tzinfo.fromutc($self, object, /)")]
fn info_fromutc(cx: &mut Cx, this: &Value, object: &Value) -> R {
    let moment = own_datetime(cx, this, object)?;
    let Some(offset) = ask_offset(cx, &moment.zone, "utcoffset", object)? else {
        return Err(cx.value_error("fromutc: non-None utcoffset() result required"));
    };
    let Some(summer) = ask_offset(cx, &moment.zone, "dst", object)? else {
        return Err(cx.value_error("fromutc: non-None dst() result required"));
    };
    // What the zone is off by outside summer time leads to a local time whose own summer time is right.
    let standard = offset.minus(cx, summer)?;
    let shifted = moment::shift(cx, object, standard)?;
    let Some(moment) = shifted.cast::<DateTime>() else { return Ok(shifted) };
    let Some(summer) = ask_offset(cx, &moment.zone, "dst", &shifted)? else {
        return Err(cx.value_error("fromutc: tz.dst() gave inconsistent results; cannot convert"));
    };
    if summer == Delta::ZERO {
        return Ok(shifted);
    }
    moment::shift(cx, &shifted, summer)
}

/// -> (cls, state)
#[native("tzinfo.__reduce__($self, /)")]
fn info_reduce(cx: &mut Cx, this: &Value) -> R {
    let name = cx.intern("__getinitargs__");
    let args = match ops::getattr_opt(cx, this, &name)? {
        Some(method) => ops::call(cx, &method, &[])?,
        None => cx.tuple([]).into_value(),
    };
    let state = ops::call_method(cx, this, &taipan_object::names::__getstate__, &[])?;
    let class = this.type_of().into_value();
    Ok(cx.tuple_value([class, args, state]))
}

// ---- timezone

/// The payload of a fixed offset, strictly between minus and plus one day.
pub struct Zone {
    pub offset: Delta,
    /// A str, where one was given.
    pub name: Option<Value>,
}
// A str refers to nothing, so there is nothing for the collector.
taipan_object::plain_data!(Zone);
impl Frozen for Zone {}

// SAFETY: the type cannot be subclassed; the name is a str, which no cycle passes.
unsafe impl Payload for Zone {
    const TYPE: &'static Obj<Type> = &TIMEZONE;
}

/// `datetime.timezone`.
pub static TIMEZONE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Zone>("datetime.timezone")
        .base(&TZINFO)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            str: Some(|cx, v| {
                let zone = get(cx, v)?;
                Ok(name_of(cx, zone))
            }),
            hash: Some(|cx, v| {
                let zone = get(cx, v)?;
                zone.offset.hash(cx)
            }),
            compare: Some(compare),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![tzname, utcoffset, dst, fromutc, getinitargs],
            extra: Some(|cx, ty| {
                constant(cx, ty, "utc", UTC.to_value());
                constant(cx, ty, "min", MIN.to_value());
                constant(cx, ty, "max", MAX.to_value());
            }),
            ..TypeDefs::NONE
        })
        .doc("Fixed offset from UTC implementation of tzinfo."),
);

/// `timezone.utc`.
pub static UTC: Obj<Zone> = Obj::new_static(&TIMEZONE, Zone { offset: Delta::ZERO, name: None });
static MIN: Obj<Zone> =
    Obj::new_static(&TIMEZONE, Zone { offset: Delta { days: -1, seconds: 60, micros: 0 }, name: None });
static MAX: Obj<Zone> =
    Obj::new_static(&TIMEZONE, Zone { offset: Delta { days: 0, seconds: 86_340, micros: 0 }, name: None });

fn get<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Zone>> {
    match value.cast::<Zone>() {
        Some(zone) => Ok(zone),
        None => Err(cx.type_error("a timezone is required")),
    }
}

/// ValueError unless an offset (a `timedelta`) is less than a day either way.
pub fn check_offset(cx: &mut Cx, offset: &Value) -> R<()> {
    let Some(delta) = delta::delta(offset) else { return Ok(()) };
    let day_west = Delta { days: -1, seconds: 0, micros: 0 };
    if delta > day_west && delta.days < 1 {
        return Ok(());
    }
    let shown = ops::repr(cx, offset)?.to_string_lossy().into_owned();
    Err(cx.value_error(format!(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {shown}"
    )))
}

/// A fixed offset; `timezone.utc` itself for zero without a name.
pub fn make(cx: &mut Cx, offset: Delta, name: Option<Value>) -> R {
    if name.is_none() && offset == Delta::ZERO {
        return Ok(UTC.to_value());
    }
    let shown = delta::make(cx, offset);
    check_offset(cx, &shown)?;
    Ok(cx.new_object(Zone { offset, name }).into_value())
}

fn new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    let [offset, name] = bind(cx, args, "timezone", ["offset", "name"], 1, 2)?;
    let Some(offset) = offset else { return Ok(Value::none()) };
    let Some(delta) = delta::delta(offset) else {
        let kind = if offset.is_none() { "None".into() } else { offset.type_name(cx) };
        let message = format!("timezone() argument 1 must be datetime.timedelta, not {kind}");
        return Err(cx.type_error(message));
    };
    if let Some(name) = name {
        super::support::text(cx, name, "timezone", 2)?;
    }
    check_offset(cx, offset)?;
    make(cx, delta, name.cloned())
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    if value.is_obj(&UTC) {
        return Ok(cx.str("datetime.timezone.utc"));
    }
    let zone = get(cx, value)?;
    let mut text = taipan_types::support::TextBuilder::default();
    text.push(&value.ty(cx).full_name());
    text.push("(");
    let offset = delta::make(cx, zone.offset);
    text.push_repr(cx, &offset)?;
    if let Some(name) = &zone.name {
        text.push(", ");
        text.push_repr(cx, name)?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

fn compare(_cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    match (a.cast::<Zone>(), b.cast::<Zone>(), op) {
        (Some(a), Some(b), CompareOp::Eq) => Ok(Value::bool(a.offset == b.offset)),
        (Some(a), Some(b), CompareOp::Ne) => Ok(Value::bool(a.offset != b.offset)),
        _ => Ok(Value::not_implemented()),
    }
}

/// The name given, or `UTC+HH:MM`.
fn name_of(cx: &Cx, zone: &Obj<Zone>) -> Value {
    if let Some(name) = &zone.name {
        return name.clone();
    }
    let mut out = "UTC".to_owned();
    if zone.offset != Delta::ZERO {
        push_offset(&mut out, zone.offset, ":");
    }
    cx.str(&out)
}

/// TypeError unless the argument of `method` is a datetime or None.
fn datetime_or_none(cx: &mut Cx, value: &Value, method: &str) -> R<()> {
    if value.is_none() || value.cast::<DateTime>().is_some() {
        return Ok(());
    }
    let name = value.type_name(cx);
    Err(cx.type_error(format!("{method}(dt) argument must be a datetime instance or None, not {name}")))
}

/// If name is specified when timezone is created, returns the name.  Otherwise returns offset as 'UTC(+|-)HH:MM'.
#[native("timezone.tzname($self, object, /)")]
fn tzname(cx: &mut Cx, this: &Obj<Zone>, object: &Value) -> R {
    datetime_or_none(cx, object, "tzname")?;
    Ok(name_of(cx, this))
}

/// Return fixed offset.
#[native("timezone.utcoffset($self, object, /)")]
fn utcoffset(cx: &mut Cx, this: &Obj<Zone>, object: &Value) -> R {
    datetime_or_none(cx, object, "utcoffset")?;
    Ok(delta::make(cx, this.offset))
}

/// Return None.
#[native("timezone.dst($self, object, /)")]
fn dst(cx: &mut Cx, _this: &Obj<Zone>, object: &Value) -> R<()> {
    datetime_or_none(cx, object, "dst")
}

/// datetime in UTC -> datetime in local time.
#[native("timezone.fromutc($self, object, /)")]
fn fromutc(cx: &mut Cx, this: &Obj<Zone>, object: &Value) -> R {
    let zone = this.to_value();
    own_datetime(cx, &zone, object)?;
    moment::shift(cx, object, this.offset)
}

/// pickle support
#[native("timezone.__getinitargs__($self, /)")]
fn getinitargs(cx: &mut Cx, this: &Obj<Zone>) -> R {
    let offset = delta::make(cx, this.offset);
    Ok(match &this.name {
        Some(name) => cx.tuple_value([offset, name.clone()]),
        None => cx.tuple_value([offset]),
    })
}

/// The zone of the system at a moment: offset and abbreviation.
pub fn of_system(cx: &mut Cx, seconds: i64) -> R {
    let local = crate::support::sys(cx, |host| host.local_time(seconds))?;
    let offset = Delta::normal(cx, 0, local.offset, 0)?;
    let name = crate::support::fs_decode(cx, &local.zone);
    let name = name.as_str().map(Obj::<Str>::to_value);
    make(cx, offset, name)
}
