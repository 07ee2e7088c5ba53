//! `_datetime`: dates, times, durations and zones.
//!
//! Values are immutable. [`calendar`] is pure arithmetic; [`parse`] and [`format`] turn text into parts and parts into text;
//! each type has its file, and [`system`] what asks the clock and the system's zone.

pub(crate) mod calendar;
mod date;
mod delta;
mod format;
mod moment;
mod parse;
mod support;
mod system;
mod time;
mod zone;

use taipan_object::{Cx, R, Value};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

pub use delta::{Delta, make as make_delta};
pub use moment::{DateTime, shift_with_fold};
pub use zone::TZINFO;

fn types(types: &mut Types) {
    types.add([
        &delta::TIMEDELTA,
        &date::DATE,
        &date::ISO_CALENDAR_DATE,
        &time::TIME,
        &moment::DATETIME,
        &zone::TZINFO,
        &zone::TIMEZONE,
    ]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "date", date::DATE.to_value())?;
    set(cx, module, "datetime", moment::DATETIME.to_value())?;
    set(cx, module, "time", time::TIME.to_value())?;
    set(cx, module, "timedelta", delta::TIMEDELTA.to_value())?;
    set(cx, module, "tzinfo", zone::TZINFO.to_value())?;
    set(cx, module, "timezone", zone::TIMEZONE.to_value())?;
    set(cx, module, "MINYEAR", cx.int(calendar::MIN_YEAR.into()))?;
    set(cx, module, "MAXYEAR", cx.int(calendar::MAX_YEAR.into()))?;
    set(cx, module, "UTC", zone::UTC.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_datetime",
    doc: Some("Fast implementation of the datetime module."),
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};
