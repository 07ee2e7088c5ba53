//! The proleptic Gregorian calendar: pure arithmetic on years, months, days and ordinals (1 January of year 1 is day 1).

/// The least and the greatest year of a date.
pub const MIN_YEAR: i32 = 1;
pub const MAX_YEAR: i32 = 9999;
/// The ordinal of 31 December 9999.
pub const MAX_ORDINAL: i64 = 3_652_059;
/// The ordinal of 1 January 1970.
pub const EPOCH_ORDINAL: i64 = 719_163;
pub const SECONDS_PER_DAY: i64 = 86_400;
pub const MICROS_PER_SECOND: i64 = 1_000_000;
pub const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month; `month` in 1..=12.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the year before the first of a month.
pub fn days_before_month(year: i32, month: i32) -> i32 {
    const BEFORE: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let index = (month - 1).clamp(0, 11) as usize;
    BEFORE[index] + i32::from(month > 2 && is_leap(year))
}

/// The ordinal of a date.
pub fn to_ordinal(year: i32, month: i32, day: i32) -> i64 {
    let before = i64::from(year) - 1;
    let days = before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    days + i64::from(days_before_month(year, month)) + i64::from(day)
}

/// The year, month and day of an ordinal; any ordinal whose year fits `i32`.
pub fn from_ordinal(ordinal: i64) -> (i32, i32, i32) {
    // Years are counted from March here, so that the leap day is a year's last.
    let shifted = ordinal + 305;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as i32, day as i32)
}

/// Days since Monday.
pub fn weekday(year: i32, month: i32, day: i32) -> i32 {
    ((to_ordinal(year, month, day) + 6) % 7) as i32
}

/// The ordinal of the Monday that begins ISO year `year`.
fn iso_first_monday(year: i32) -> i64 {
    let first = to_ordinal(year, 1, 1);
    let weekday = (first + 6).rem_euclid(7);
    let monday = first - weekday;
    // The first week is the one with a Thursday in it.
    if weekday > 3 { monday + 7 } else { monday }
}

/// ISO year, week and weekday (1 is Monday).
pub fn iso_calendar(year: i32, month: i32, day: i32) -> (i32, i32, i32) {
    let today = to_ordinal(year, month, day);
    let mut iso_year = year;
    let mut first = iso_first_monday(iso_year);
    if today < first {
        iso_year -= 1;
        first = iso_first_monday(iso_year);
    } else if today >= iso_first_monday(iso_year + 1) {
        iso_year += 1;
        first = iso_first_monday(iso_year);
    }
    let days = today - first;
    (iso_year, (days / 7 + 1) as i32, (days % 7 + 1) as i32)
}

/// What is wrong with an ISO date.
pub enum IsoError {
    Year,
    Week,
    Weekday,
}

/// The ordinal of an ISO year, week and weekday.
pub fn from_iso_calendar(year: i64, week: i64, weekday: i64) -> Result<i64, IsoError> {
    if !(i64::from(MIN_YEAR)..=i64::from(MAX_YEAR)).contains(&year) {
        return Err(IsoError::Year);
    }
    let year = year as i32;
    let first = iso_first_monday(year);
    let weeks = (iso_first_monday(year + 1) - first) / 7;
    if !(1..=weeks).contains(&week) {
        return Err(IsoError::Week);
    }
    if !(1..=7).contains(&weekday) {
        return Err(IsoError::Weekday);
    }
    Ok(first + (week - 1) * 7 + weekday - 1)
}

/// Seconds since midnight before day 1 of a date and time.
pub fn to_seconds(year: i32, month: i32, day: i32, hour: i32, minute: i32, second: i32) -> i64 {
    let days = to_ordinal(year, month, day);
    days * SECONDS_PER_DAY + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_go_round() {
        for ordinal in (1..=MAX_ORDINAL).step_by(97).chain([1, 59, 60, 365, 366, MAX_ORDINAL]) {
            let (year, month, day) = from_ordinal(ordinal);
            assert_eq!(to_ordinal(year, month, day), ordinal);
            assert!((1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day));
        }
    }
}
