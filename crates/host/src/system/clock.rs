//! The machine's clocks and its local time zone.

use crate::clock::{BrokenTime, ClockId, ProcessTimes, ZoneInfo};
use crate::error::{check, check_number, check_unit};
use crate::files::TimeSpec;
use crate::system::{c_string, copy_c_string};
use crate::{Clock, HostError, Permission, Result, SystemHost};

unsafe extern "C" {
    // The C library's variables that `tzset` fills.
    static timezone: libc::c_long;
    static daylight: libc::c_int;
    static tzname: [*const libc::c_char; 2];
    fn tzset();
}

impl Clock for SystemHost {
    fn clock(&self, id: ClockId) -> Result<TimeSpec> {
        let mut time = empty();
        // SAFETY: the structure is ours.
        check_unit(unsafe { libc::clock_gettime(id, &mut time) })?;
        Ok(from_c(time))
    }

    fn set_clock(&self, id: ClockId, to: TimeSpec) -> Result<()> {
        self.need(Permission::System, b"clock")?;
        let time = to_c(to);
        // SAFETY: the structure is ours.
        check_unit(unsafe { libc::clock_settime(id, &time) })
    }

    fn clock_resolution(&self, id: ClockId) -> Result<TimeSpec> {
        let mut time = empty();
        // SAFETY: the structure is ours.
        check_unit(unsafe { libc::clock_getres(id, &mut time) })?;
        Ok(from_c(time))
    }

    fn thread_clock(&self, thread: u64) -> Result<ClockId> {
        let mut id = 0;
        // SAFETY: the result is ours; the caller passes the handle of a living thread, as Python's documentation asks.
        check_number(unsafe { libc::pthread_getcpuclockid(thread as libc::pthread_t, &mut id) })?;
        Ok(id)
    }

    fn sleep_until(&self, deadline: TimeSpec) -> Result<()> {
        let time = to_c(deadline);
        // SAFETY: the structure is ours; with an absolute time nothing is written back.
        check_number(unsafe {
            libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &time, std::ptr::null_mut())
        })
    }

    fn process_times(&self) -> Result<ProcessTimes> {
        // SAFETY: an integer structure, valid as zeros.
        let mut times: libc::tms = unsafe { std::mem::zeroed() };
        // SAFETY: the structure is ours.
        let elapsed = check(unsafe { libc::times(&mut times) })?;
        // SAFETY: a plain number.
        let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1) as u64;
        let nanoseconds = |count: libc::clock_t| (count.max(0) as u64) * (1_000_000_000 / ticks);
        Ok(ProcessTimes {
            user: nanoseconds(times.tms_utime),
            system: nanoseconds(times.tms_stime),
            children_user: nanoseconds(times.tms_cutime),
            children_system: nanoseconds(times.tms_cstime),
            elapsed: nanoseconds(elapsed),
        })
    }

    fn local_time(&self, seconds: i64) -> Result<BrokenTime> {
        let mut broken = empty_tm();
        // SAFETY: both structures are ours.
        let result = unsafe { libc::localtime_r(&seconds, &mut broken) };
        if result.is_null() { Err(HostError::last()) } else { Ok(from_tm(&broken)) }
    }

    fn utc_time(&self, seconds: i64) -> Result<BrokenTime> {
        let mut broken = empty_tm();
        // SAFETY: both structures are ours.
        let result = unsafe { libc::gmtime_r(&seconds, &mut broken) };
        if result.is_null() { Err(HostError::last()) } else { Ok(from_tm(&broken)) }
    }

    fn make_time(&self, time: &mut BrokenTime) -> Result<i64> {
        let mut broken = to_tm(time)?;
        // -1 is a valid moment too: the call sets the weekday only when it succeeds.
        broken.tm_wday = -1;
        // SAFETY: the structure is ours.
        let seconds = unsafe { libc::mktime(&mut broken) };
        if seconds == -1 && broken.tm_wday == -1 {
            return Err(HostError::new(libc::EOVERFLOW));
        }
        *time = from_tm(&broken);
        Ok(seconds)
    }

    fn set_zone(&self) -> ZoneInfo {
        // SAFETY: tzset reads the environment and writes the C library's variables; Python's documentation gives the
        // program the duty not to call it from two threads at once. The names point to strings of the C library.
        let mut zone = unsafe {
            tzset();
            ZoneInfo {
                timezone,
                altzone: timezone - 3600,
                daylight: daylight != 0,
                names: [copy_c_string(tzname[0]), copy_c_string(tzname[1])],
            }
        };
        self.refine_zone(&mut zone);
        zone
    }

    fn format_time(&self, format: &[u8], time: &BrokenTime) -> Result<Vec<u8>> {
        if format.is_empty() {
            return Ok(Vec::new());
        }
        let broken_zone = c_string(&time.zone)?;
        let mut broken = to_tm(time)?;
        broken.tm_zone = broken_zone.as_ptr().cast_mut();
        let format = c_string(format)?;
        let mut size = 1024usize;
        loop {
            let mut buffer = Vec::new();
            buffer.try_reserve_exact(size).map_err(|_| HostError::new(libc::ENOMEM))?;
            buffer.resize(size, 0u8);
            // SAFETY: the buffer is writable for its length; format and zone are NUL-terminated and outlive the call.
            let written =
                unsafe { libc::strftime(buffer.as_mut_ptr().cast(), size, format.as_ptr(), &broken) };
            // 0 is also the length of an empty result (%p in some locales), so growing ends somewhere.
            if written > 0 || size > 256 * format.as_bytes().len().max(4) {
                buffer.truncate(written);
                return Ok(buffer);
            }
            size *= 2;
        }
    }
}

impl SystemHost {
    /// The C library's variables describe the zone's last rule; what counts in Python is January and July of this year.
    fn refine_zone(&self, zone: &mut ZoneInfo) {
        const YEAR: i64 = 365 * 24 * 3600 + 6 * 3600;
        let start = self.wall_time().div_euclid(1_000_000_000) as i64 / YEAR * YEAR;
        let (Ok(january), Ok(july)) = (self.local_time(start), self.local_time(start + YEAR / 2)) else {
            return;
        };
        // South of the equator summer time is in January.
        let (standard, summer) =
            if january.offset <= july.offset { (january, july) } else { (july, january) };
        zone.daylight = standard.offset != summer.offset;
        zone.timezone = -standard.offset;
        zone.altzone = -summer.offset;
        zone.names = [standard.zone, summer.zone];
    }
}

fn empty() -> libc::timespec {
    libc::timespec { tv_sec: 0, tv_nsec: 0 }
}

fn from_c(time: libc::timespec) -> TimeSpec {
    TimeSpec { seconds: time.tv_sec, nanoseconds: time.tv_nsec }
}

fn to_c(time: TimeSpec) -> libc::timespec {
    libc::timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds }
}

fn empty_tm() -> libc::tm {
    // SAFETY: integers and a pointer, valid as zeros.
    unsafe { std::mem::zeroed() }
}

fn from_tm(broken: &libc::tm) -> BrokenTime {
    BrokenTime {
        year: i64::from(broken.tm_year) + 1900,
        month: broken.tm_mon,
        day: broken.tm_mday,
        hour: broken.tm_hour,
        minute: broken.tm_min,
        second: broken.tm_sec,
        weekday: broken.tm_wday,
        yearday: broken.tm_yday,
        summer: broken.tm_isdst,
        offset: broken.tm_gmtoff,
        // SAFETY: the C library sets it to NULL or to a string of its own that stays.
        zone: unsafe { copy_c_string(broken.tm_zone) },
    }
}

/// The zone's name is left out: it is the caller's to keep alive.
fn to_tm(time: &BrokenTime) -> Result<libc::tm> {
    let mut broken = empty_tm();
    let year = time.year.checked_sub(1900).and_then(|year| i32::try_from(year).ok());
    broken.tm_year = year.ok_or(HostError::new(libc::EOVERFLOW))?;
    broken.tm_mon = time.month;
    broken.tm_mday = time.day;
    broken.tm_hour = time.hour;
    broken.tm_min = time.minute;
    broken.tm_sec = time.second;
    broken.tm_wday = time.weekday;
    broken.tm_yday = time.yearday;
    broken.tm_isdst = time.summer;
    broken.tm_gmtoff = time.offset;
    Ok(broken)
}
