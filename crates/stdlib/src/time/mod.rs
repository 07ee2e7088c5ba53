//! `time`: clocks, sleep, and the calendar of the local zone.
//!
//! Moments are nanoseconds in an `i64` inside, as CPython's are; what does not fit raises OverflowError.

mod calendar;
mod clocks;
mod moment;

use taipan_object::{Cx, R, Value};
use taipan_types::module::{ModuleDef, add_functions, set};

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for (name, number) in [
        ("CLOCK_REALTIME", libc::CLOCK_REALTIME),
        ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC),
        ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID),
        ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID),
        ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW),
        ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME),
        ("CLOCK_TAI", libc::CLOCK_TAI),
        ("_STRUCT_TM_ITEMS", 11),
    ] {
        let number = cx.int(number.into());
        set(cx, module, name, number)?;
    }
    add_functions(cx, module, clocks::FUNCTIONS)?;
    add_functions(cx, module, calendar::FUNCTIONS)?;
    calendar::init(cx, module)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "time",
    doc: Some(
        "This module provides various functions to manipulate time values.\n\nThere are two standard representations of time.  One is the number\nof seconds since the Epoch, in UTC (a.k.a. GMT).  It may be an integer\nor a floating-point number (to represent fractions of seconds).\nThe epoch is the point where the time starts, the return value of time.gmtime(0).\nIt is January 1, 1970, 00:00:00 (UTC) on all platforms.\n\nThe other representation is a tuple of 9 integers giving local time.\nThe tuple items are:\n  year (including century, e.g. 1998)\n  month (1-12)\n  day (1-31)\n  hours (0-23)\n  minutes (0-59)\n  seconds (0-59)\n  weekday (0-6, Monday is 0)\n  Julian day (day in the year, 1-366)\n  DST (Daylight Savings Time) flag (-1, 0 or 1)\nIf the DST flag is 0, the time is given in the regular time zone;\nif it is 1, the time is given in the DST time zone;\nif it is -1, mktime() should guess based on the date and time.\n",
    ),
    init: Some(init),
    ..ModuleDef::EMPTY
};
