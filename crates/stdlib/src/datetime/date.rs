//! `date`, and the named tuple that `isocalendar` gives.

use super::calendar::{self, IsoError, MAX_ORDINAL, MAX_YEAR, MIN_YEAR};
use super::delta::{self, Delta, constant, delta as as_delta};
use super::moment::{self, DATETIME, DateTime};
use super::support::{bad_year, bind, check_date, class as as_class, int_or, out_of_range, push_digits};
use super::{format, parse};
use crate::pytime;
use crate::support::sys;
use taipan_macros::{native, natives};
use taipan_object::tuple::TUPLE;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, Frozen, GetSetDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, exc, flags,
    hash, ops,
};

/// The payload: a date of the calendar. It begins a datetime's too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(C)]
pub struct Date {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}
taipan_object::plain_data!(Date);
impl Frozen for Date {}

// SAFETY: instances of the type and its subtypes (`DateTime` is `repr(C)` and begins with one) begin with this payload.
unsafe impl Payload for Date {
    const TYPE: &'static Obj<Type> = &DATE;
}

impl Date {
    /// Of checked parts.
    pub const fn new(year: i32, month: i32, day: i32) -> Date {
        Date { year: year as u16, month: month as u8, day: day as u8 }
    }

    /// `None` outside years 1 to 9999.
    pub fn from_ordinal(ordinal: i64) -> Option<Date> {
        if !(1..=MAX_ORDINAL).contains(&ordinal) {
            return None;
        }
        let (year, month, day) = calendar::from_ordinal(ordinal);
        Some(Date::new(year, month, day))
    }

    pub fn parts(self) -> (i32, i32, i32) {
        (self.year.into(), self.month.into(), self.day.into())
    }

    pub fn ordinal(self) -> i64 {
        let (year, month, day) = self.parts();
        calendar::to_ordinal(year, month, day)
    }

    /// Days since Monday.
    pub fn weekday(self) -> i32 {
        let (year, month, day) = self.parts();
        calendar::weekday(year, month, day)
    }

    /// Appends `YYYY-MM-DD`.
    pub fn push_iso(self, out: &mut String) {
        push_digits(out, self.year.into(), 4);
        out.push('-');
        push_digits(out, self.month.into(), 2);
        out.push('-');
        push_digits(out, self.day.into(), 2);
    }

    /// The pickled form.
    pub fn bytes(self) -> [u8; 4] {
        let [high, low] = self.year.to_be_bytes();
        [high, low, self.month, self.day]
    }
}

/// `datetime.date`.
pub static DATE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Date>("datetime.date")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            str: Some(|cx, v| {
                let name = cx.intern("isoformat");
                ops::call_method(cx, v, &name, &[])
            }),
            hash: Some(|cx, v| get(cx, v).map(|d| hash::hash_bytes(&d.bytes()))),
            compare: Some(compare),
            add: Some(add),
            sub: Some(sub),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                fromtimestamp,
                fromordinal,
                fromisoformat,
                fromisocalendar,
                strptime,
                today,
                ctime,
                strftime,
                format_special,
                timetuple,
                isocalendar,
                isoformat,
                isoweekday,
                toordinal,
                weekday,
                replace,
                replace_special,
                reduce
            ],
            getset: &[
                GetSetDef {
                    name: "year",
                    doc: None,
                    get: Some(|cx, v| get(cx, v).map(|d| cx.int(d.year.into()))),
                    set: None,
                },
                GetSetDef {
                    name: "month",
                    doc: None,
                    get: Some(|cx, v| get(cx, v).map(|d| cx.int(d.month.into()))),
                    set: None,
                },
                GetSetDef {
                    name: "day",
                    doc: None,
                    get: Some(|cx, v| get(cx, v).map(|d| cx.int(d.day.into()))),
                    set: None,
                },
            ],
            extra: Some(|cx, ty| {
                constant(cx, ty, "min", MIN.to_value());
                constant(cx, ty, "max", MAX.to_value());
                constant(cx, ty, "resolution", delta::DAY.to_value());
            }),
            ..TypeDefs::NONE
        })
        .doc("date(year, month, day) --> date object"),
);

static MIN: Obj<Date> = Obj::new_static(&DATE, Date::new(MIN_YEAR, 1, 1));
static MAX: Obj<Date> = Obj::new_static(&DATE, Date::new(MAX_YEAR, 12, 31));

/// The date that a date or datetime is.
pub fn date(value: &Value) -> Option<Date> {
    value.cast::<Date>().map(|d| **d)
}

fn get(cx: &mut Cx, value: &Value) -> R<Date> {
    match date(value) {
        Some(date) => Ok(date),
        None => Err(cx.type_error("a date is required")),
    }
}

/// A date of class `class`: built at once for `date` and `datetime`, by calling it for a subclass.
pub fn make(cx: &mut Cx, class: &Obj<Type>, date: Date) -> R {
    if class.is(&DATE) {
        return Ok(cx.new_object(date).into_value());
    }
    if class.is(&DATETIME) {
        return Ok(cx.new_object(DateTime::midnight(date)).into_value());
    }
    let (year, month, day) = date.parts();
    let args = [year, month, day].map(|n| cx.int(n.into()));
    ops::call(cx, &class.to_value(), &args)
}

/// A pickled state: the only argument or the first of two, bytes (or what Python 2 made of them) of length `len`, in which
/// `sane` finds a possible date or time.
pub fn pickled(
    cx: &mut Cx,
    args: Args<'_>,
    len: usize,
    what: &str,
    sane: fn(&[u8]) -> bool,
) -> R<Option<Vec<u8>>> {
    if args.has_keywords() || !(1..=2).contains(&args.pos().len()) {
        return Ok(None);
    }
    if let Some(bytes) = args.pos()[0].as_bytes() {
        let bytes = bytes.as_slice();
        return Ok((bytes.len() == len && sane(bytes)).then(|| bytes.to_vec()));
    }
    let Some(text) = args.pos()[0].as_str().filter(|text| text.len() == len) else { return Ok(None) };
    let low: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap_or(0x7F)).collect();
    if !sane(&low) {
        return Ok(None);
    }
    if text.chars().any(|c| c > 0xFF) {
        let message = format!(
            "Failed to encode latin1 string when unpickling a {what} object. pickle.load(data, encoding='latin1') is assumed."
        );
        return Err(cx.value_error(message));
    }
    Ok(Some(low))
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    if args.pos().len() == 1
        && let Some(state) = pickled(cx, args, 4, "date", |b| (1..=12).contains(&b[2]))?
    {
        let date = Date { year: u16::from_be_bytes([state[0], state[1]]), month: state[2], day: state[3] };
        return Ok(cx.new_instance(class, date).into_value());
    }
    let bound = bind(cx, args, "", ["year", "month", "day"], 3, 3)?;
    let mut numbers = [0; 3];
    for (number, value) in numbers.iter_mut().zip(bound) {
        *number = int_or(cx, value, 0)?;
    }
    let [year, month, day] = numbers;
    check_date(cx, year, month, day)?;
    Ok(cx.new_instance(class, Date::new(year, month, day)).into_value())
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let (year, month, day) = get(cx, value)?.parts();
    let name = value.ty(cx).full_name();
    Ok(cx.str(&format!("{name}({year}, {month}, {day})")))
}

/// Dates compare with dates; a datetime is none here, for its time would be left out.
fn compare(_cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let mixed = a.cast::<DateTime>().is_some() != b.cast::<DateTime>().is_some();
    match (date(a), date(b)) {
        (Some(a), Some(b)) if !mixed => Ok(Value::bool(op.holds(a.cmp(&b)))),
        _ => Ok(Value::not_implemented()),
    }
}

fn shift(cx: &mut Cx, value: &Value, date: Date, days: i64) -> R {
    match Date::from_ordinal(date.ordinal() + days) {
        Some(date) => {
            let class = value.type_of();
            make(cx, &class, date)
        }
        None => Err(out_of_range(cx)),
    }
}

fn has_time(value: &Value) -> bool {
    value.cast::<DateTime>().is_some()
}

fn add(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if has_time(a) || has_time(b) {
        return Ok(Value::not_implemented());
    }
    match (date(a), as_delta(b), as_delta(a), date(b)) {
        (Some(date), Some(delta), ..) => shift(cx, a, date, delta.days.into()),
        (.., Some(delta), Some(date)) => shift(cx, b, date, delta.days.into()),
        _ => Ok(Value::not_implemented()),
    }
}

fn sub(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if has_time(a) || has_time(b) {
        return Ok(Value::not_implemented());
    }
    let Some(left) = date(a) else { return Ok(Value::not_implemented()) };
    if let Some(right) = date(b) {
        let delta = Delta::normal(cx, left.ordinal() - right.ordinal(), 0, 0)?;
        return Ok(delta::make(cx, delta));
    }
    match as_delta(b) {
        Some(delta) => shift(cx, a, left, -i64::from(delta.days)),
        None => Ok(Value::not_implemented()),
    }
}

/// Create a date from a POSIX timestamp.
///
/// The timestamp is a number, e.g. created via time.time(), that is
/// interpreted as local time.
#[native("date.fromtimestamp($type, timestamp, /)")]
fn fromtimestamp(cx: &mut Cx, class: &Value, timestamp: &Value) -> R {
    let seconds = pytime::time_t(cx, timestamp)?;
    let local = sys(cx, |host| host.local_time(seconds))?;
    let class = as_class(cx, class)?;
    if !(i64::from(MIN_YEAR)..=i64::from(MAX_YEAR)).contains(&local.year) {
        return Err(bad_year(cx, local.year));
    }
    make(cx, class, Date::new(local.year as i32, local.month + 1, local.day))
}

/// int -> date corresponding to a proleptic Gregorian ordinal.
#[native("date.fromordinal($type, ordinal, /)", no_signature)]
fn fromordinal(cx: &mut Cx, class: &Value, ordinal: &Value) -> R {
    let ordinal = pytime::c_int(cx, ordinal)?;
    let class = as_class(cx, class)?;
    if ordinal < 1 {
        return Err(cx.value_error("ordinal must be >= 1"));
    }
    match Date::from_ordinal(ordinal.into()) {
        Some(date) => make(cx, class, date),
        None => Err(bad_year(cx, calendar::from_ordinal(ordinal.into()).0.into())),
    }
}

/// str -> Construct a date from a string in ISO 8601 format.
#[native("date.fromisoformat($type, object, /)")]
fn fromisoformat(cx: &mut Cx, class: &Value, object: &Value) -> R {
    let text = parse::argument(cx, object)?;
    let class = as_class(cx, class)?;
    let Some((year, month, day)) = parse::date(&text).filter(|_| matches!(text.len(), 7 | 8 | 10)) else {
        return Err(parse::invalid(cx, object));
    };
    check_date(cx, year, month, day)?;
    make(cx, class, Date::new(year, month, day))
}

/// int, int, int -> Construct a date from the ISO year, week number and weekday.
///
/// This is the inverse of the date.isocalendar() function
#[native("date.fromisocalendar($type, year, week, day)", no_signature)]
fn fromisocalendar(cx: &mut Cx, class: &Value, year: &Value, week: &Value, day: &Value) -> R {
    let mut numbers = [0; 3];
    for (number, value) in numbers.iter_mut().zip([year, week, day]) {
        match pytime::c_int(cx, value) {
            Ok(n) => *number = n.into(),
            Err(raised) => {
                cx.catch(raised, &exc::OVERFLOW_ERROR)?;
                return Err(cx.value_error("ISO calendar component out of range"));
            }
        }
    }
    let [year, week, day] = numbers;
    let class = as_class(cx, class)?;
    match calendar::from_iso_calendar(year, week, day) {
        Ok(ordinal) => match Date::from_ordinal(ordinal) {
            Some(date) => make(cx, class, date),
            None => Err(bad_year(cx, calendar::from_ordinal(ordinal).0.into())),
        },
        Err(IsoError::Year) => Err(bad_year(cx, year)),
        Err(IsoError::Week) => Err(cx.value_error(format!("Invalid week: {week}"))),
        Err(IsoError::Weekday) => Err(cx.value_error(format!("Invalid weekday: {day} (range is [1, 7])"))),
    }
}

/// string, format -> new date parsed from a string (like time.strptime()).
#[native("date.strptime($type, *args)", no_signature)]
fn strptime(cx: &mut Cx, class: &Value, args: Args<'_>) -> R {
    parse::strptime(cx, class, args, "_strptime_datetime_date")
}

/// Current date or datetime:  same as self.__class__.fromtimestamp(time.time()).
#[native("date.today($type, /)")]
fn today(cx: &mut Cx, class: &Value) -> R {
    if class.is_obj(&DATETIME) {
        return moment::now_local(cx, &DATETIME);
    }
    let now = crate::support::host(cx).wall_time();
    if class.is_obj(&DATE) {
        let seconds = now.div_euclid(1_000_000_000) as i64;
        let seconds = cx.int(seconds);
        return fromtimestamp(cx, class, &seconds);
    }
    let now = cx.float(pytime::to_float(now));
    let name = cx.intern("fromtimestamp");
    ops::call_method(cx, class, &name, &[now])
}

/// Return ctime() style string.
#[native("date.ctime($self, /)")]
fn ctime(cx: &mut Cx, this: &Obj<Date>) -> R {
    Ok(format::ctime(cx, **this, 0, 0, 0))
}

/// format -> strftime() style string.
#[native("date.strftime($self, /, format)", no_signature)]
fn strftime(cx: &mut Cx, this: &Value, format: &Value) -> R {
    let name = cx.intern("timetuple");
    let tuple = ops::call_method(cx, this, &name, &[])?;
    let format = super::support::text(cx, format, "strftime", 1)?;
    format::strftime(cx, this, format, &tuple)
}

/// Formats self with strftime.
#[native("date.__format__($self, format, /)", no_signature)]
fn format_special(cx: &mut Cx, this: &Value, format: &Value) -> R {
    format::format_special(cx, this, format)
}

/// Return time tuple, compatible with time.localtime().
#[native("date.timetuple($self, /)")]
fn timetuple(cx: &mut Cx, this: &Obj<Date>) -> R {
    format::time_tuple(cx, **this, (0, 0, 0), -1)
}

/// Return a named tuple containing ISO year, week number, and weekday.
#[native("date.isocalendar($self, /)")]
fn isocalendar(cx: &mut Cx, this: &Obj<Date>) -> R {
    let (year, month, day) = this.parts();
    let (year, week, weekday) = calendar::iso_calendar(year, month, day);
    let items = [year, week, weekday].map(|n| cx.int(n.into()));
    Ok(cx.tuple_of(&ISO_CALENDAR_DATE, items.into_iter()).into_value())
}

/// Return string in ISO 8601 format, YYYY-MM-DD.
#[native("date.isoformat($self, /)")]
fn isoformat(cx: &mut Cx, this: &Obj<Date>) -> R {
    let mut out = String::with_capacity(10);
    this.push_iso(&mut out);
    Ok(cx.str(&out))
}

/// Return the day of the week represented by the date.
/// Monday == 1 ... Sunday == 7
#[native("date.isoweekday($self, /)")]
fn isoweekday(_cx: &mut Cx, this: &Obj<Date>) -> R<i64> {
    Ok(i64::from(this.weekday()) + 1)
}

/// Return proleptic Gregorian ordinal.  January 1 of year 1 is day 1.
#[native("date.toordinal($self, /)")]
fn toordinal(_cx: &mut Cx, this: &Obj<Date>) -> R<i64> {
    Ok(this.ordinal())
}

/// Return the day of the week represented by the date.
/// Monday == 0 ... Sunday == 6
#[native("date.weekday($self, /)")]
fn weekday(_cx: &mut Cx, this: &Obj<Date>) -> R<i64> {
    Ok(this.weekday().into())
}

/// Return date with new specified fields.
#[native("date.replace($self, /, year=unchanged, month=unchanged, day=unchanged)")]
fn replace(cx: &mut Cx, this: &Value, year: Option<&Value>, month: Option<&Value>, day: Option<&Value>) -> R {
    let date = get(cx, this)?;
    let (y, m, d) = date.parts();
    let (year, month, day) = (int_or(cx, year, y)?, int_or(cx, month, m)?, int_or(cx, day, d)?);
    let class = this.type_of();
    // A subclass checks for itself.
    if class.is(&DATE) {
        check_date(cx, year, month, day)?;
        return Ok(cx.new_object(Date::new(year, month, day)).into_value());
    }
    let args = [year, month, day].map(|n| cx.int(n.into()));
    ops::call(cx, class.as_value(), &args)
}

/// The same as replace().
#[native("date.__replace__($self, /, **changes)")]
fn replace_special(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    taipan_object::descr::call_with_receiver(this, args, |args| (replace__def.call)(cx, args))
}

/// __reduce__() -> (cls, state)
#[native("date.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Obj<Date>) -> R {
    let state = cx.bytes(&this.bytes());
    let state = cx.tuple_value([state]);
    let class = this.to_value().type_of().into_value();
    Ok(cx.tuple_value([class, state]))
}

// ---- IsoCalendarDate

/// `datetime.IsoCalendarDate`.
pub static ISO_CALENDAR_DATE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Tuple>("datetime.IsoCalendarDate")
        .base(&TUPLE)
        .flags(flags::TUPLE)
        .inline_size(taipan_object::tuple::inline_size)
        .with_slots(Slots { new: Some(iso_new), repr: Some(iso_repr), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![iso_reduce],
            getset: &[
                GetSetDef { name: "year", doc: None, get: Some(|_, v| Ok(iso_item(v, 0))), set: None },
                GetSetDef { name: "week", doc: None, get: Some(|_, v| Ok(iso_item(v, 1))), set: None },
                GetSetDef { name: "weekday", doc: None, get: Some(|_, v| Ok(iso_item(v, 2))), set: None },
            ],
            ..TypeDefs::NONE
        })
        .doc("The result of date.isocalendar() or datetime.isocalendar()\n\nThis object may be accessed either as a tuple of\n  ((year, week, weekday))\nor via the object attributes as named in the above tuple."),
);

fn iso_item(value: &Value, i: usize) -> Value {
    value.cast::<Tuple>().and_then(|t| t.items().get(i).cloned()).unwrap_or_else(Value::none)
}

fn iso_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let bound = bind(cx, args, "IsoCalendarDate", ["year", "week", "weekday"], 3, 3)?;
    let mut items = Vec::new();
    for value in bound.into_iter().flatten() {
        let number = pytime::c_int(cx, value)?;
        items.push(cx.int(number.into()));
    }
    Ok(cx.tuple_of(class, items.into_iter()).into_value())
}

fn iso_repr(cx: &mut Cx, value: &Value) -> R {
    let mut text = taipan_types::support::TextBuilder::default();
    text.push(&value.ty(cx).full_name());
    for (i, name) in ["(year=", ", week=", ", weekday="].into_iter().enumerate() {
        text.push(name);
        text.push_repr(cx, &iso_item(value, i))?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

#[native("IsoCalendarDate.__reduce__($self, /)", no_signature)]
fn iso_reduce(cx: &mut Cx, this: &Value) -> R {
    let items = [0, 1, 2].map(|i| iso_item(this, i));
    let tuple = cx.tuple_value(items);
    let args = cx.tuple_value([tuple]);
    Ok(cx.tuple_value([TUPLE.to_value(), args]))
}
