//! Dates and times as MySQL keeps them: parts that need not be a day of any calendar.
//!
//! `0000-00-00`, `2024-00-10` and `2024-02-31` are values that a server can hold, so none of these types checks more
//! than what the log's bytes can say. Fractions are in microseconds; how many digits count is the column's `fsp`.

/// A `DATE`: any part may be zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Date {
    /// 0 to 9999.
    pub year: u16,
    /// 0 to 12 (the log has room for 15).
    pub month: u8,
    /// 0 to 31.
    pub day: u8,
}

/// A `TIME`: a signed span of up to 838:59:59.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Time {
    /// Whether it is below zero.
    pub negative: bool,
    /// 0 to 838.
    pub hours: u16,
    /// 0 to 59.
    pub minutes: u8,
    /// 0 to 59.
    pub seconds: u8,
    /// 0 to 999,999.
    pub micros: u32,
}

/// A `DATETIME`: a date and a time of day without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Datetime {
    /// The day; any part may be zero.
    pub date: Date,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999.
    pub micros: u32,
}

/// A `TIMESTAMP`: an instant. Zero seconds and zero microseconds is `0000-00-00 00:00:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp {
    /// Seconds since 1970-01-01 UTC.
    pub seconds: u32,
    /// 0 to 999,999.
    pub micros: u32,
}

impl Date {
    /// Whether a part is zero, so that it is no day of the calendar.
    #[must_use]
    pub const fn has_zero_part(self) -> bool {
        self.month == 0 || self.day == 0
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    ///
    /// For a day beyond its month's end (`2024-02-31`) the count goes on into the next month; month and day of zero
    /// count as the month or day before the first. Callers that must not do so ask [`Date::is_calendar_day`].
    #[must_use]
    pub fn days_since_epoch(self) -> i64 {
        // Howard Hinnant's days_from_civil: years start in March, so that the leap day is a year's last.
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let shifted = if month <= 2 { year.saturating_sub(1) } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let month_from_march = month.saturating_add(9).rem_euclid(12);
        let day_of_year = month_from_march
            .saturating_mul(153)
            .saturating_add(2)
            .div_euclid(5)
            .saturating_add(day)
            .saturating_sub(1);
        let day_of_era = year_of_era
            .saturating_mul(365)
            .saturating_add(year_of_era.div_euclid(4))
            .saturating_sub(year_of_era.div_euclid(100))
            .saturating_add(day_of_year);
        era.saturating_mul(146_097).saturating_add(day_of_era).saturating_sub(719_468)
    }

    /// Whether it is a day of the proleptic Gregorian calendar (year 0 included).
    #[must_use]
    pub const fn is_calendar_day(self) -> bool {
        let leap =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let last = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return false,
        };
        self.day >= 1 && self.day <= last
    }

    /// The day so many days after 1970-01-01; nothing outside years 0 to 9999.
    #[must_use]
    pub fn of_days(days: i64) -> Option<Self> {
        let shifted = days.checked_add(719_468)?;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let leap_days = |d: i64| {
            d.div_euclid(1_460).saturating_sub(d.div_euclid(36_524)).saturating_add(d.div_euclid(146_096))
        };
        let year_of_era = day_of_era.saturating_sub(leap_days(day_of_era)).div_euclid(365);
        let before = year_of_era
            .saturating_mul(365)
            .saturating_add(year_of_era.div_euclid(4))
            .saturating_sub(year_of_era.div_euclid(100));
        let day_of_year = day_of_era.saturating_sub(before);
        let month_from_march = day_of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
        let first_of_month = month_from_march.saturating_mul(153).saturating_add(2).div_euclid(5);
        let month = month_from_march.saturating_add(2).rem_euclid(12).saturating_add(1);
        let year = era.checked_mul(400)?.checked_add(year_of_era)?.checked_add(i64::from(month <= 2))?;
        Some(Self {
            year: u16::try_from(year).ok().filter(|y| *y <= 9999)?,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day_of_year.saturating_sub(first_of_month).saturating_add(1)).ok()?,
        })
    }
}

impl Time {
    /// The whole span in microseconds, signed.
    #[must_use]
    pub fn total_micros(self) -> i64 {
        let minutes = i64::from(self.hours).saturating_mul(60).saturating_add(i64::from(self.minutes));
        let seconds = minutes.saturating_mul(60).saturating_add(i64::from(self.seconds));
        let micros = seconds.saturating_mul(1_000_000).saturating_add(i64::from(self.micros));
        if self.negative { micros.saturating_neg() } else { micros }
    }
}

impl Datetime {
    /// Microseconds since 1970-01-01 00:00:00, read as if it were UTC; see [`Date::days_since_epoch`] for odd days.
    #[must_use]
    pub fn micros_since_epoch(self) -> i64 {
        let hours = self.date.days_since_epoch().saturating_mul(24).saturating_add(i64::from(self.hour));
        let minutes = hours.saturating_mul(60).saturating_add(i64::from(self.minute));
        let seconds = minutes.saturating_mul(60).saturating_add(i64::from(self.second));
        seconds.saturating_mul(1_000_000).saturating_add(i64::from(self.micros))
    }
}

impl Timestamp {
    /// Whether it is the zero value `0000-00-00 00:00:00`.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.seconds == 0 && self.micros == 0
    }

    /// The instant as parts in UTC.
    #[must_use]
    pub fn to_utc(self) -> Datetime {
        let seconds = i64::from(self.seconds);
        let date = Date::of_days(seconds.div_euclid(86_400)).unwrap_or_default();
        let of_day = seconds.rem_euclid(86_400);
        let part = |n: i64| u8::try_from(n).unwrap_or(0);
        Datetime {
            date,
            hour: part(of_day.div_euclid(3_600)),
            minute: part(of_day.rem_euclid(3_600).div_euclid(60)),
            second: part(of_day.rem_euclid(60)),
            micros: self.micros,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
    use super::*;

    #[test]
    fn counts_days_there_and_back() {
        for days in -719_528..2_932_897 {
            let date = Date::of_days(days).unwrap();
            assert!(date.is_calendar_day(), "{date:?}");
            assert_eq!(date.days_since_epoch(), days);
        }
        assert_eq!(Date { year: 1970, month: 1, day: 1 }.days_since_epoch(), 0);
        assert_eq!(Date::of_days(2_932_896).unwrap(), Date { year: 9999, month: 12, day: 31 });
        assert_eq!(Date::of_days(2_932_897), None);
    }

    #[test]
    fn a_timestamp_is_split_in_utc() {
        let made = Timestamp { seconds: 1_529_501_823, micros: 5 }.to_utc();
        assert_eq!(made.date, Date { year: 2018, month: 6, day: 20 });
        assert_eq!((made.hour, made.minute, made.second, made.micros), (13, 37, 3, 5));
        assert_eq!(made.micros_since_epoch(), 1_529_501_823_000_005);
    }
}
