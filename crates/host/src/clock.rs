//! Clocks, sleep, and the calendar of the local time zone.

use crate::{Result, files::TimeSpec};

/// A clock, by the system's number (`CLOCK_REALTIME`, …).
pub type ClockId = i32;

/// A date and time taken apart (`time.struct_time`), with C's ranges: `month` from 0, `year` the whole year.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct BrokenTime {
    /// The year, all digits.
    pub year: i64,
    /// 0 to 11.
    pub month: i32,
    /// 1 to 31.
    pub day: i32,
    /// 0 to 23.
    pub hour: i32,
    /// 0 to 59.
    pub minute: i32,
    /// 0 to 60.
    pub second: i32,
    /// Days since Sunday.
    pub weekday: i32,
    /// Days since 1 January.
    pub yearday: i32,
    /// 1 in summer time, 0 outside, -1 unknown.
    pub summer: i32,
    /// Seconds east of UTC.
    pub offset: i64,
    /// Abbreviation of the zone.
    pub zone: Vec<u8>,
}

/// What `tzset` found (`time.timezone`, `altzone`, `daylight`, `tzname`).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ZoneInfo {
    /// Seconds west of UTC outside summer time.
    pub timezone: i64,
    /// Seconds west of UTC in summer time.
    pub altzone: i64,
    /// Whether there is summer time.
    pub daylight: bool,
    /// The names outside and in summer time.
    pub names: [Vec<u8>; 2],
}

/// Processor time used by the process and its children (`os.times`), in nanoseconds; `elapsed` since a fixed past moment.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ProcessTimes {
    /// By the process itself.
    pub user: u64,
    /// By the kernel for the process.
    pub system: u64,
    /// By children that were waited for.
    pub children_user: u64,
    /// By the kernel for them.
    pub children_system: u64,
    /// Real time.
    pub elapsed: u64,
}

crate::recorded::subject! {
/// Clocks and calendars.
pub trait Clock {
    /// Reads a clock.
    fn clock(&self, id: ClockId) -> Result<TimeSpec>;
    /// Sets a clock.
    fn set_clock(&self, id: ClockId, to: TimeSpec) -> Result<()>;
    /// A clock's resolution.
    fn clock_resolution(&self, id: ClockId) -> Result<TimeSpec>;
    /// The processor-time clock of another thread (`pthread_getcpuclockid`).
    fn thread_clock(&self, thread: u64) -> Result<ClockId>;
    /// The wall clock, in nanoseconds since 1970.
    fn wall_time(&self) -> i128 {
        self.clock(libc::CLOCK_REALTIME).unwrap_or_default().as_nanoseconds()
    }
    /// A clock that never goes back, in nanoseconds.
    fn monotonic(&self) -> i128 {
        self.clock(libc::CLOCK_MONOTONIC).unwrap_or_default().as_nanoseconds()
    }
    /// The finest monotonic clock, in nanoseconds.
    fn performance_counter(&self) -> i128 {
        self.monotonic()
    }
    /// Processor time of the process, in nanoseconds.
    fn process_time(&self) -> i128 {
        self.clock(libc::CLOCK_PROCESS_CPUTIME_ID).unwrap_or_default().as_nanoseconds()
    }
    /// Processor time of the thread, in nanoseconds.
    fn thread_time(&self) -> i128 {
        self.clock(libc::CLOCK_THREAD_CPUTIME_ID).unwrap_or_default().as_nanoseconds()
    }
    /// Sleeps until the monotonic clock shows `deadline`; `EINTR` if a signal arrives before.
    fn sleep_until(&self, deadline: TimeSpec) -> Result<()>;
    /// `os.times`.
    fn process_times(&self) -> Result<ProcessTimes>;
    /// A moment in the local time zone. `EOVERFLOW` if its year does not fit.
    fn local_time(&self, seconds: i64) -> Result<BrokenTime>;
    /// A moment in UTC.
    fn utc_time(&self, seconds: i64) -> Result<BrokenTime>;
    /// The moment of a local time, normalising it. `EOVERFLOW` if there is none.
    fn make_time(&self, time: &mut BrokenTime) -> Result<i64>;
    /// Reads the environment's time zone anew. Process-wide.
    fn set_zone(&self) -> ZoneInfo;
    /// Formats by the system's `strftime` in the current locale. `format` must not contain NUL.
    fn format_time(&self, format: &[u8], time: &BrokenTime) -> Result<Vec<u8>>;
}
}
