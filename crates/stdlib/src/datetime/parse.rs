//! Parsing of ISO 8601 dates and times. Text is bytes here: what is not ASCII cannot be part of a date.

use super::calendar;
use super::delta::Delta;
use super::{date::Date, zone};
use taipan_object::{Args, Cx, R, Raised, Value, ops};

/// The characters of a `fromisoformat` argument; others than ASCII become `?`, which never fits, but where a separator may be
/// anything. TypeError unless it is a str.
pub fn argument(cx: &mut Cx, value: &Value) -> R<Vec<u8>> {
    match value.as_str() {
        Some(text) => {
            Ok(text.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect())
        }
        None => Err(cx.type_error("fromisoformat: argument must be str")),
    }
}

#[cold]
pub fn invalid(cx: &mut Cx, value: &Value) -> Raised {
    match ops::repr(cx, value) {
        Ok(shown) => {
            let shown = shown.to_string_lossy().into_owned();
            cx.value_error(format!("Invalid isoformat string: {shown}"))
        }
        Err(raised) => raised,
    }
}

/// Takes a number of exactly `count` digits off the front.
fn digits(text: &mut &[u8], count: usize) -> Option<i32> {
    let (number, rest) = text.split_at_checked(count)?;
    let mut value = 0;
    for byte in number {
        value = value * 10 + i32::from(byte.is_ascii_digit().then(|| byte - b'0')?);
    }
    *text = rest;
    Some(value)
}

/// Takes one character off the front if it is this one.
fn skip(text: &mut &[u8], character: u8) -> bool {
    match text.split_first() {
        Some((&first, rest)) if first == character => {
            *text = rest;
            true
        }
        _ => false,
    }
}

/// Year, month and day at the beginning of a text, the ranges of month and day unchecked: `YYYY-MM-DD`, `YYYYMMDD`,
/// `YYYY-Www[-D]` or `YYYYWww[D]`. What follows is left alone, as CPython leaves it.
pub fn date(text: &[u8]) -> Option<(i32, i32, i32)> {
    let mut rest = text;
    let year = digits(&mut rest, 4)?;
    let separated = skip(&mut rest, b'-');
    if skip(&mut rest, b'W') {
        let week = digits(&mut rest, 2)?;
        let mut weekday = 1;
        if !rest.is_empty() {
            if separated && !skip(&mut rest, b'-') {
                return None;
            }
            weekday = digits(&mut rest, 1)?;
        }
        let ordinal = calendar::from_iso_calendar(year.into(), week.into(), weekday.into()).ok()?;
        return Some(calendar::from_ordinal(ordinal));
    }
    let month = digits(&mut rest, 2)?;
    if separated && !skip(&mut rest, b'-') {
        return None;
    }
    let day = digits(&mut rest, 2)?;
    Some((year, month, day))
}

/// A parsed time of day, ranges unchecked, and the offset in microseconds where there is one.
#[derive(Clone, Copy, Default, Debug)]
pub struct ParsedTime {
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub micro: i32,
    pub offset: Option<i64>,
}

impl ParsedTime {
    /// The zone of the offset; ValueError for one of a day or more.
    pub fn zone(&self, cx: &mut Cx) -> R<Option<Value>> {
        match self.offset {
            None => Ok(None),
            Some(micros) => {
                let delta = Delta::from_micros(cx, micros.into())?;
                zone::make(cx, delta, None).map(Some)
            }
        }
    }
}

/// `HH[:MM[:SS[.f…]]]`, with all separators or without any. The flag says that one character, or after a fraction more, was
/// left over: an error but in front of an offset, where CPython lets it pass.
fn clock(text: &[u8]) -> Option<(ParsedTime, bool)> {
    let mut rest = text;
    let mut fields = [0; 3];
    let mut separated = true;
    let mut parsed = ParsedTime::default();
    for i in 0..3 {
        fields[i] = digits(&mut rest, 2)?;
        [parsed.hour, parsed.minute, parsed.second] = fields;
        let Some((&next, after)) = rest.split_first() else { return Some((parsed, false)) };
        if i == 0 {
            separated = next == b':';
        }
        match next {
            b'.' | b',' if i < 2 || after.is_empty() => return None,
            _ if after.is_empty() => return Some((parsed, true)),
            b'.' | b',' => rest = after,
            b':' if separated && i < 2 => rest = after,
            _ if separated => return None,
            _ => {}
        }
    }
    let places = rest.len().min(6);
    parsed.micro = digits(&mut rest, places)? * 10i32.pow(6 - places as u32);
    let further = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    Some((parsed, further < rest.len()))
}

/// A whole text as a time of day with an optional offset.
pub fn time(text: &[u8]) -> Option<ParsedTime> {
    let Some(at) = text.iter().position(|c| matches!(c, b'Z' | b'+' | b'-')) else {
        return clock(text).filter(|(_, more)| !more).map(|(parsed, _)| parsed);
    };
    let (front, back) = text.split_at(at);
    let (mut parsed, _) = clock(front)?;
    let (&sign, back) = back.split_first()?;
    if sign == b'Z' {
        parsed.offset = Some(0);
        return back.is_empty().then_some(parsed);
    }
    let (offset, _) = clock(back).filter(|(_, more)| !more)?;
    let seconds = i64::from(offset.hour) * 3600 + i64::from(offset.minute) * 60 + i64::from(offset.second);
    let micros = seconds * 1_000_000 + i64::from(offset.micro);
    parsed.offset = Some(if sign == b'-' { -micros } else { micros });
    Some(parsed)
}

/// ValueError unless a time of hour 24 is just midnight.
pub fn check_end_of_day(cx: &mut Cx, time: &ParsedTime) -> R<()> {
    if time.minute == 0 && time.second == 0 && time.micro == 0 {
        return Ok(());
    }
    Err(cx.value_error("minute, second, and microsecond must be 0 when hour is 24"))
}

/// Where the date of a date and time ends: the character there is the separator.
fn date_length(text: &[u8]) -> Option<usize> {
    let len = text.len();
    let digit = |i: usize| text.get(i).is_some_and(u8::is_ascii_digit);
    if len < 7 {
        return None;
    }
    if len == 7 {
        return Some(7);
    }
    match (text[4], text[5]) {
        (b'-', b'W') if text.get(8) == Some(&b'-') => match len {
            9 => None,
            // A hyphen may separate the time from a date without a weekday.
            _ if len > 10 && digit(10) => Some(8),
            _ => Some(10),
        },
        (b'-', b'W') => Some(8),
        (b'-', _) => Some(10),
        (b'W', _) => {
            let end = (7..len).find(|&i| !digit(i)).unwrap_or(len);
            Some(match end {
                0..9 => end,
                _ if end % 2 == 0 => 7,
                _ => 8,
            })
        }
        _ => Some(8),
    }
}

/// The date of a date and time, its parts unchecked, and the time if there is one.
pub fn date_and_time(text: &[u8]) -> Option<((i32, i32, i32), Option<ParsedTime>)> {
    let length = date_length(text)?;
    let (front, back) = text.split_at_checked(length)?;
    let date = date(front)?;
    match back.split_first() {
        None => Some((date, None)),
        Some((_, clock)) => Some((date, Some(time(clock)?))),
    }
}

/// The day after; the parts are a date of the calendar.
pub fn next_day((year, month, day): (i32, i32, i32)) -> (i32, i32, i32) {
    calendar::from_ordinal(Date::new(year, month, day).ordinal() + 1)
}

/// Calls the library's `_strptime` for a class.
pub fn strptime(cx: &mut Cx, class: &Value, args: Args<'_>, function: &str) -> R {
    if args.has_keywords() {
        return Err(cx.type_error("strptime() takes no keyword arguments"));
    }
    let [text, format] = args.pos() else {
        let given = args.pos().len();
        return Err(cx.type_error(format!("strptime() takes exactly 2 arguments ({given} given)")));
    };
    super::support::text(cx, text, "strptime", 1)?;
    super::support::text(cx, format, "strptime", 2)?;
    let import = cx.interp().runtime.import;
    let module = import(cx, "_strptime")?;
    let function = ops::getattr_str(cx, &module, function)?;
    ops::call(cx, &function, &[class.clone(), text.clone(), format.clone()])
}
