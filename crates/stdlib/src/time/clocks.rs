//! Clocks and sleep.

use super::moment::{self, Rounding, SECOND};
use crate::support::{audit, host, sys};
use taipan_host::Host;
use taipan_host::files::TimeSpec;
use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, Obj, R, Str, Value, int};
use taipan_types::namespace;

pub static FUNCTIONS: &[&NativeDef] = natives![
    time,
    time_ns,
    monotonic,
    monotonic_ns,
    perf_counter,
    perf_counter_ns,
    process_time,
    process_time_ns,
    thread_time,
    thread_time_ns,
    clock_gettime,
    clock_gettime_ns,
    clock_settime,
    clock_settime_ns,
    clock_getres,
    pthread_getcpuclockid,
    get_clock_info,
    sleep,
];

/// A clock's functions: seconds as a float, and nanoseconds.
macro_rules! clock {
    ($name:ident, $name_ns:ident, $text:literal, $text_ns:literal, $method:ident, $doc:literal, $doc_ns:literal) => {
        #[doc = $doc]
        #[native($text, no_signature)]
        fn $name(cx: &mut Cx) -> R<f64> {
            Ok(moment::to_seconds(host(cx).$method()))
        }

        #[doc = $doc_ns]
        #[native($text_ns, no_signature)]
        fn $name_ns(cx: &mut Cx) -> R {
            let now = host(cx).$method();
            moment::to_int(cx, now)
        }
    };
}

clock!(
    time,
    time_ns,
    "time.time()",
    "time.time_ns()",
    wall_time,
    "time() -> floating-point number\n\nReturn the current time in seconds since the Epoch.\nFractions of a second may be present if the system clock provides them.",
    "time_ns() -> int\n\nReturn the current time in nanoseconds since the Epoch."
);
clock!(
    monotonic,
    monotonic_ns,
    "time.monotonic()",
    "time.monotonic_ns()",
    monotonic,
    "monotonic() -> float\n\nMonotonic clock, cannot go backward.",
    "monotonic_ns() -> int\n\nMonotonic clock, cannot go backward, as nanoseconds."
);
clock!(
    perf_counter,
    perf_counter_ns,
    "time.perf_counter()",
    "time.perf_counter_ns()",
    performance_counter,
    "perf_counter() -> float\n\nPerformance counter for benchmarking.",
    "perf_counter_ns() -> int\n\nPerformance counter for benchmarking as nanoseconds."
);
clock!(
    process_time,
    process_time_ns,
    "time.process_time()",
    "time.process_time_ns()",
    process_time,
    "process_time() -> float\n\nProcess time for profiling: sum of the kernel and user-space CPU time.",
    "process_time() -> int\n\nProcess time for profiling as nanoseconds:\nsum of the kernel and user-space CPU time."
);
clock!(
    thread_time,
    thread_time_ns,
    "time.thread_time()",
    "time.thread_time_ns()",
    thread_time,
    "thread_time() -> float\n\nThread time for profiling: sum of the kernel and user-space CPU time.",
    "thread_time() -> int\n\nThread time for profiling as nanoseconds:\nsum of the kernel and user-space CPU time."
);

/// A clock's number.
fn clock_id(cx: &mut Cx, value: &Value) -> R<i32> {
    let number = value.as_int().and_then(|i| i.to_i64()).and_then(|i| i32::try_from(i).ok());
    match number {
        Some(number) => Ok(number),
        None => {
            let name = value.type_name(cx);
            Err(cx.type_error(format!("clk_id should be integer, not {name}")))
        }
    }
}

/// Return the time of the specified clock clk_id as a float.
#[native("time.clock_gettime(clk_id, /)")]
fn clock_gettime(cx: &mut Cx, clk_id: &Value) -> R<f64> {
    let id = clock_id(cx, clk_id)?;
    let now = sys(cx, |host| host.clock(id))?;
    Ok(moment::to_seconds(now.as_nanoseconds()))
}

/// Return the time of the specified clock clk_id as nanoseconds (int).
#[native("time.clock_gettime_ns(clk_id, /)")]
fn clock_gettime_ns(cx: &mut Cx, clk_id: &Value) -> R {
    let id = clock_id(cx, clk_id)?;
    let now = sys(cx, |host| host.clock(id))?;
    moment::to_int(cx, now.as_nanoseconds())
}

fn set_clock(cx: &mut Cx, id: i32, nanoseconds: i64) -> R<()> {
    let to = TimeSpec::from_nanoseconds(nanoseconds.into());
    sys(cx, |host| host.set_clock(id, to))
}

/// clock_settime(clk_id, time)
///
/// Set the time of the specified clock clk_id.
#[native("time.clock_settime(clk_id, time, /)", no_signature)]
fn clock_settime(cx: &mut Cx, clk_id: i32, time: &Value) -> R<()> {
    let nanoseconds = moment::nanoseconds(cx, time, Rounding::Floor)?;
    set_clock(cx, clk_id, nanoseconds)
}

/// clock_settime_ns(clk_id, time)
///
/// Set the time of the specified clock clk_id with nanoseconds.
#[native("time.clock_settime_ns(clk_id, time, /)", no_signature)]
fn clock_settime_ns(cx: &mut Cx, clk_id: i32, time: &Value) -> R<()> {
    let nanoseconds = int::index_i64(cx, time)?;
    set_clock(cx, clk_id, nanoseconds)
}

/// clock_getres(clk_id) -> floating-point number
///
/// Return the resolution (precision) of the specified clock clk_id.
#[native("time.clock_getres(clk_id, /)", no_signature)]
fn clock_getres(cx: &mut Cx, clk_id: i32) -> R<f64> {
    let resolution = sys(cx, |host| host.clock_resolution(clk_id))?;
    Ok(moment::to_seconds(resolution.as_nanoseconds()))
}

/// pthread_getcpuclockid(thread_id) -> int
///
/// Return the clk_id of a thread's CPU time clock.
#[native("time.pthread_getcpuclockid(thread_id, /)", no_signature)]
fn pthread_getcpuclockid(cx: &mut Cx, thread_id: i64) -> R<i64> {
    if thread_id as u64 != cx.thread_id {
        // Only a living thread has a clock, and the identifiers are ours, not the system's.
        let error = taipan_host::HostError::new(libc::ESRCH);
        return Err(crate::support::raise_os(cx, error, None, None));
    }
    // SAFETY: a function without arguments that cannot fail.
    let own = unsafe { libc::pthread_self() };
    Ok(sys(cx, |host| host.thread_clock(own))?.into())
}

/// get_clock_info(name: str) -> dict
///
/// Get information of the specified clock.
#[native("time.get_clock_info(name, /)", no_signature)]
fn get_clock_info(cx: &mut Cx, name: &Obj<Str>) -> R {
    let (constant, id, monotonic) = match &*name.to_string_lossy() {
        "time" => ("CLOCK_REALTIME", libc::CLOCK_REALTIME, false),
        "monotonic" | "perf_counter" => ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC, true),
        "process_time" => ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID, true),
        "thread_time" => ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID, true),
        _ => return Err(cx.value_error("unknown clock")),
    };
    let resolution = sys(cx, |host| host.clock_resolution(id))?;
    let implementation = cx.str(&format!("clock_gettime({constant})"));
    let resolution = cx.float(moment::to_seconds(resolution.as_nanoseconds()));
    let (monotonic, adjustable) = (Value::bool(monotonic), Value::bool(!monotonic));
    namespace::new(
        cx,
        &[
            ("implementation", implementation),
            ("monotonic", monotonic),
            ("adjustable", adjustable),
            ("resolution", resolution),
        ],
    )
}

/// sleep(seconds)
///
/// Delay execution for a given number of seconds.  The argument may be
/// a floating-point number for subsecond precision.
#[native("time.sleep(object, /)")]
fn sleep(cx: &mut Cx, object: &Value) -> R<()> {
    audit(cx, "time.sleep", std::slice::from_ref(object))?;
    let duration = moment::nanoseconds(cx, object, Rounding::Up)?;
    if duration < 0 {
        return Err(cx.value_error("sleep length must be non-negative"));
    }
    // A moment, not a duration: an interruption does not begin the wait anew.
    let deadline = host(cx).monotonic() + i128::from(duration);
    let most = i128::from(i64::MAX / SECOND) * i128::from(SECOND);
    let deadline = TimeSpec::from_nanoseconds(deadline.min(most));
    sys(cx, |host: &dyn Host| host.sleep_until(deadline))
}
