//! Time tuples: taking moments apart, putting them together, and text.

use super::moment;
use crate::support::{host, sys};
use taipan_host::clock::{BrokenTime, ZoneInfo};
use taipan_macros::{native, natives};
use taipan_object::{Args, Cx, NativeDef, Obj, R, Str, Tuple, Value, int, ops};
use taipan_types::module::set;
use taipan_types::structseq::{self, Field, StructSeq};

pub static FUNCTIONS: &[&NativeDef] =
    natives![gmtime, localtime, asctime, ctime, mktime, strftime, strptime, tzset];

static STRUCT_TIME: StructSeq = StructSeq {
    name: "time.struct_time",
    doc: "The time value as returned by gmtime(), localtime(), and strptime(), and\n accepted by asctime(), mktime() and strftime().  May be considered as a\n sequence of 9 integers.\n\n Note that several fields' values are not the same as those defined by\n the C language standard for struct tm.  For example, the value of the\n field tm_year is the actual year, not year - 1900.  See individual\n fields' descriptions for details.",
    fields: &[
        Field { name: "tm_year", doc: "year, for example, 1993" },
        Field { name: "tm_mon", doc: "month of year, range [1, 12]" },
        Field { name: "tm_mday", doc: "day of month, range [1, 31]" },
        Field { name: "tm_hour", doc: "hours, range [0, 23]" },
        Field { name: "tm_min", doc: "minutes, range [0, 59]" },
        Field { name: "tm_sec", doc: "seconds, range [0, 61])" },
        Field { name: "tm_wday", doc: "day of week, range [0, 6], Monday is 0" },
        Field { name: "tm_yday", doc: "day of year, range [1, 366]" },
        Field { name: "tm_isdst", doc: "1 if summer time is in effect, 0 if not, and -1 if unknown" },
        Field { name: "tm_zone", doc: "abbreviation of timezone name" },
        Field { name: "tm_gmtoff", doc: "offset from UTC in seconds" },
    ],
    visible: 9,
    instantiable: true,
};

/// This interpreter's `struct_time`, and the module for `tzset` to fill.
#[derive(Default)]
struct State {
    class: Option<Value>,
    module: Option<Value>,
}

/// Enters the class and the zone into the module.
pub fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let class = structseq::new_type(cx, &STRUCT_TIME)?.into_value();
    *cx.interp_mut().state::<State>() = State { class: Some(class.clone()), module: Some(module.clone()) };
    set(cx, module, "struct_time", class)?;
    let zone = host(cx).set_zone();
    set_zone(cx, module, &zone)
}

fn text(cx: &mut Cx, bytes: &[u8]) -> Value {
    crate::support::fs_decode(cx, bytes)
}

fn set_zone(cx: &mut Cx, module: &Value, zone: &ZoneInfo) -> R<()> {
    for (name, number) in
        [("timezone", zone.timezone), ("altzone", zone.altzone), ("daylight", i64::from(zone.daylight))]
    {
        let number = cx.int(number);
        set(cx, module, name, number)?;
    }
    let names = [text(cx, &zone.names[0]), text(cx, &zone.names[1])];
    let names = cx.tuple_value(names);
    set(cx, module, "tzname", names)
}

/// A `struct_time`.
fn struct_time(cx: &mut Cx, time: &BrokenTime) -> R {
    let numbers = [
        time.year,
        i64::from(time.month) + 1,
        time.day.into(),
        time.hour.into(),
        time.minute.into(),
        time.second.into(),
        i64::from((time.weekday + 6) % 7),
        i64::from(time.yearday) + 1,
        time.summer.into(),
    ];
    let mut values: Vec<Value> = numbers.iter().map(|&number| cx.int(number)).collect();
    values.push(text(cx, &time.zone));
    values.push(cx.int(time.offset));
    match cx.interp_mut().state::<State>().class.clone() {
        Some(class) if class.as_type().is_some() => match class.as_type() {
            Some(class) => structseq::new(cx, class, values),
            None => Err(cx.system_error("struct_time is not a type")),
        },
        _ => Err(cx.system_error("the time module is not initialised")),
    }
}

/// The moment that an optional argument names: the present without one, and for None.
fn moment_argument(cx: &mut Cx, seconds: Option<&Value>) -> R<i64> {
    match seconds.filter(|value| !value.is_none()) {
        Some(seconds) => moment::whole_seconds(cx, seconds),
        None => Ok(host(cx).wall_time().div_euclid(moment::SECOND.into()) as i64),
    }
}

/// At most one positional argument, and no keywords.
fn at_most_one<'a>(cx: &mut Cx, args: Args<'a>, name: &str) -> R<Option<&'a Value>> {
    if args.has_keywords() {
        return Err(cx.type_error(format!("time.{name}() takes no keyword arguments")));
    }
    match args.pos() {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        many => Err(cx.type_error(format!("{name}() takes at most 1 argument ({} given)", many.len()))),
    }
}

/// gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,
///                        tm_sec, tm_wday, tm_yday, tm_isdst)
///
/// Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a.
/// GMT).  When 'seconds' is not passed in, convert the current time instead.
///
/// If the platform supports the tm_gmtoff and tm_zone, they are available as
/// attributes only.
#[native("time.gmtime(*args)", no_signature)]
fn gmtime(cx: &mut Cx, args: Args<'_>) -> R {
    let seconds = at_most_one(cx, args, "gmtime")?;
    let seconds = moment_argument(cx, seconds)?;
    let time = sys(cx, |host| host.utc_time(seconds))?;
    struct_time(cx, &time)
}

/// localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,
///                           tm_sec,tm_wday,tm_yday,tm_isdst)
///
/// Convert seconds since the Epoch to a time tuple expressing local time.
/// When 'seconds' is not passed in, convert the current time instead.
#[native("time.localtime(*args)", no_signature)]
fn localtime(cx: &mut Cx, args: Args<'_>) -> R {
    let seconds = at_most_one(cx, args, "localtime")?;
    let seconds = moment_argument(cx, seconds)?;
    let time = sys(cx, |host| host.local_time(seconds))?;
    struct_time(cx, &time)
}

/// An item that C holds in an int.
fn small(cx: &mut Cx, value: &Value) -> R<i32> {
    if value.as_int().is_none() && value.ty(cx).slots().index.is_none() {
        let name = value.type_name(cx);
        return Err(cx.type_error(format!("'{name}' object cannot be interpreted as an integer")));
    }
    let number = int::index(cx, value)?;
    match number.as_int().and_then(|i| i.to_i64()) {
        Some(number) => match i32::try_from(number) {
            Ok(number) => Ok(number),
            Err(_) if number < 0 => Err(cx.overflow_error("signed integer is less than minimum")),
            Err(_) => Err(cx.overflow_error("signed integer is greater than maximum")),
        },
        None => Err(cx.overflow_error("Python int too large to convert to C long")),
    }
}

/// A time tuple, in C's ranges.
fn broken_time(cx: &mut Cx, value: &Value, function: &str) -> R<BrokenTime> {
    let Some(tuple) = value.cast::<Tuple>() else {
        return Err(cx.type_error("Tuple or struct_time argument required"));
    };
    if tuple.items().len() != 9 {
        return Err(cx.type_error(format!("{function}(): illegal time tuple argument")));
    }
    let items: Vec<Value> = tuple.items().to_vec();
    let mut n = [0i32; 9];
    for (number, item) in n.iter_mut().zip(&items) {
        *number = small(cx, item)?;
    }
    // C counts the years from 1900.
    if n[0] < i32::MIN + 1900 {
        return Err(cx.overflow_error("year out of range"));
    }
    let mut time = BrokenTime {
        year: n[0].into(),
        month: n[1].wrapping_sub(1),
        day: n[2],
        hour: n[3],
        minute: n[4],
        second: n[5],
        weekday: n[6].wrapping_add(1) % 7,
        yearday: n[7].wrapping_sub(1),
        summer: n[8],
        ..BrokenTime::default()
    };
    let class = cx.interp_mut().state::<State>().class.clone();
    let is_struct_time =
        class.is_some_and(|class| class.as_type().is_some_and(|class| value.ty(cx).is(class)));
    if is_struct_time {
        let offset = ops::getattr_str(cx, value, "tm_gmtoff")?;
        if let Some(offset) = offset.as_int().and_then(|i| i.to_i64()) {
            time.offset = offset;
        }
        let zone = ops::getattr_str(cx, value, "tm_zone")?;
        if let Some(zone) = zone.as_str() {
            time.zone = crate::support::fs_encode(cx, zone)?;
        }
    }
    Ok(time)
}

/// Checks the ranges, and makes of the zeros that `strptime`'s older relatives leave the least value.
fn check(cx: &mut Cx, time: &mut BrokenTime) -> R<()> {
    if time.month == -1 {
        time.month = 0;
    }
    if time.day == 0 {
        time.day = 1;
    }
    if time.yearday == -1 {
        time.yearday = 0;
    }
    let ranges = [
        (time.month, 0..=11, "month"),
        (time.day, 1..=31, "day of month"),
        (time.hour, 0..=23, "hour"),
        (time.minute, 0..=59, "minute"),
        (time.second, 0..=61, "seconds"),
        (time.weekday, 0..=6, "day of week"),
        (time.yearday, 0..=365, "day of year"),
    ];
    for (value, range, name) in ranges {
        if !range.contains(&value) {
            return Err(cx.value_error(format!("{name} out of range")));
        }
    }
    Ok(())
}

/// The time tuple that an optional argument gives: the present local time without one.
fn tuple_argument(cx: &mut Cx, tuple: Option<&Value>, function: &str) -> R<BrokenTime> {
    match tuple {
        Some(tuple) => {
            let mut time = broken_time(cx, tuple, function)?;
            check(cx, &mut time)?;
            Ok(time)
        }
        None => {
            let now = moment_argument(cx, None)?;
            sys(cx, |host| host.local_time(now))
        }
    }
}

/// `Sat Jun 06 16:26:11 1998`.
fn ascii_time(time: &BrokenTime) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = |names: &[&'static str], index: i32| {
        usize::try_from(index).ok().and_then(|index| names.get(index).copied()).unwrap_or("???")
    };
    format!(
        "{} {}{:3} {:02}:{:02}:{:02} {}",
        name(&DAYS, time.weekday),
        name(&MONTHS, time.month),
        time.day,
        time.hour,
        time.minute,
        time.second,
        time.year
    )
}

/// asctime([time_tuple]) -> string
///
/// Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.
/// When the time tuple is not present, current time as returned by localtime()
/// is used.
#[native("time.asctime(*args)", no_signature)]
fn asctime(cx: &mut Cx, args: Args<'_>) -> R {
    let tuple = at_most_one(cx, args, "asctime")?;
    let time = tuple_argument(cx, tuple, "asctime")?;
    Ok(cx.str(&ascii_time(&time)))
}

/// ctime([seconds]) -> string
///
/// Convert a time in seconds since the Epoch to a string in local time.
/// This is equivalent to asctime(localtime(seconds)). When 'seconds' is not
/// passed in, convert the current time instead.
#[native("time.ctime(*args)", no_signature)]
fn ctime(cx: &mut Cx, args: Args<'_>) -> R {
    let seconds = at_most_one(cx, args, "ctime")?;
    let seconds = moment_argument(cx, seconds)?;
    let time = sys(cx, |host| host.local_time(seconds))?;
    Ok(cx.str(&ascii_time(&time)))
}

/// mktime(time_tuple) -> floating-point number
///
/// Convert a time tuple in local time to seconds since the Epoch.
/// Note that mktime(gmtime(0)) will not generally return zero for most
/// time zones; instead the returned value will either be equal to that
/// of the timezone or altzone attributes on the time module.
#[native("time.mktime(object, /)", no_signature)]
fn mktime(cx: &mut Cx, object: &Value) -> R<f64> {
    let mut time = broken_time(cx, object, "mktime")?;
    match host(cx).make_time(&mut time) {
        Ok(seconds) => Ok(seconds as f64),
        Err(_) => Err(cx.overflow_error("mktime argument out of range")),
    }
}

/// strftime(format[, time_tuple]) -> string
///
/// Convert a time tuple to a string according to a format specification.
/// See the library reference manual for formatting codes. When the time tuple
/// is not present, current time as returned by localtime() is used.
#[native("time.strftime(*args)", no_signature)]
fn strftime(cx: &mut Cx, args: Args<'_>) -> R {
    if args.has_keywords() {
        return Err(cx.type_error("time.strftime() takes no keyword arguments"));
    }
    let (format, tuple) = match args.pos() {
        [format] => (format, None),
        [format, tuple] => (format, Some(tuple)),
        [] => return Err(cx.type_error("strftime() takes at least 1 argument (0 given)")),
        many => {
            let message = format!("strftime() takes at most 2 arguments ({} given)", many.len());
            return Err(cx.type_error(message));
        }
    };
    let Some(format) = format.as_str() else {
        let name = format.type_name(cx);
        return Err(cx.type_error(format!("strftime() argument 1 must be str, not {name}")));
    };
    let mut time = tuple_argument(cx, tuple, "strftime")?;
    time.summer = time.summer.clamp(-1, 1);
    format_pieces(cx, format, &time)
}

/// Formats what the system's function can take, between what it cannot: NUL, and characters that are not ASCII.
fn format_pieces(cx: &mut Cx, format: &Obj<Str>, time: &BrokenTime) -> R {
    let mut points: Vec<u32> = Vec::new();
    let mut piece: Vec<u8> = Vec::new();
    let flush = |cx: &mut Cx, piece: &mut Vec<u8>, points: &mut Vec<u32>| -> R<()> {
        if !piece.is_empty() {
            let bytes = sys(cx, |host| host.format_time(piece, time))?;
            if let Some(text) = text(cx, &bytes).as_str() {
                points.extend(text.chars());
            }
            piece.clear();
        }
        Ok(())
    };
    let characters: Vec<u32> = format.chars().collect();
    for character in characters {
        match u8::try_from(character) {
            Ok(byte) if byte != 0 && byte.is_ascii() => piece.push(byte),
            _ => {
                flush(cx, &mut piece, &mut points)?;
                points.push(character);
            }
        }
    }
    flush(cx, &mut piece, &mut points)?;
    Ok(cx.str_from_code_points(&points).into_value())
}

/// strptime(string[, format]) -> struct_time
///
/// Parse a string to a time tuple according to a format specification.
/// See the library reference manual for formatting codes (same as
/// strftime()).
#[native("time.strptime(*args)", no_signature)]
fn strptime(cx: &mut Cx, args: Args<'_>) -> R {
    let import = cx.interp().runtime.import;
    let module = import(cx, "_strptime")?;
    let function = ops::getattr_str(cx, &module, "_strptime_time")?;
    ops::call(cx, &function, args.pos())
}

/// tzset()
///
/// Initialize, or reinitialize, the local timezone to the value stored in
/// os.environ['TZ']. The TZ environment variable should be specified in
/// standard Unix timezone format as documented in the tzset man page
/// (eg. 'US/Eastern', 'Europe/Amsterdam'). Unknown timezones will silently
/// fall back to UTC. If the TZ environment variable is not set, the local
/// timezone is set to the systems best guess of wallclock time.
/// Changing the TZ environment variable without calling tzset *may* change
/// the local timezone used by methods such as localtime, but this behaviour
/// should not be relied on.
#[native("time.tzset()", no_signature)]
fn tzset(cx: &mut Cx) -> R<()> {
    let zone = host(cx).set_zone();
    match cx.interp_mut().state::<State>().module.clone() {
        Some(module) => set_zone(cx, &module, &zone),
        None => Ok(()),
    }
}
