//! Dates and times as MySQL keeps them: parts that need not be a day of any calendar.
//!
//! `0000-00-00`, `2024-00-10` and `2024-02-31` are values that a server can hold, so none of these types checks more
//! than what the log's bytes can say. Fractions are in microseconds; how many digits count is the column's `fsp`.

/// From the first of March of year 0 to 1970-01-01.
const SINCE_MARCH_0: i64 = 719_468;
const DAYS_IN_400_YEARS: i64 = 146_097;

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
    #[inline]
    #[must_use]
    pub fn days_since_epoch(self) -> i64 {
        // Howard Hinnant's days_from_civil: years start in March, so that the leap day is a year's last; 400 years more keep
        // everything above zero. No number here comes near 2^31.
        let month = u32::from(self.month);
        let year = u32::from(self.year).wrapping_add(400).wrapping_sub(u32::from(month <= 2));
        let century = year / 100;
        let of_year = (month.wrapping_add(9) % 12).wrapping_mul(153).wrapping_add(2) / 5;
        let of_years = year.wrapping_mul(365).wrapping_add(year / 4).wrapping_sub(century);
        let days = of_years.wrapping_add(century / 4).wrapping_add(of_year).wrapping_add(self.day.into());
        i64::from(days).wrapping_sub(SINCE_MARCH_0.wrapping_add(DAYS_IN_400_YEARS).wrapping_add(1))
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
        // Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms" (2022): quotients and
        // remainders as parts of one product. 400 years more keep everything above zero.
        let since_march = days.checked_add(SINCE_MARCH_0)?.checked_add(DAYS_IN_400_YEARS)?;
        let quarters =
            u32::try_from(since_march).ok().filter(|n| *n < 1 << 24)?.wrapping_mul(4).wrapping_add(3);
        let (century, of_century) = (quarters / 146_097, (quarters % 146_097) | 3);
        let product = u64::from(of_century).wrapping_mul(2_939_745);
        let [a, b, c, d, e, f, g, h] = product.to_le_bytes();
        let year_of_century = u32::from_le_bytes([e, f, g, h]);
        let day_of_year = u32::from_le_bytes([a, b, c, d]) / 2_939_745 / 4;
        let months = day_of_year.wrapping_mul(2_141).wrapping_add(197_913);
        let (month, day) = (months >> 16, (months & 0xffff) / 2_141);
        // January and February end the year that began in March.
        let next = day_of_year >= 306;
        let month = if next { month.wrapping_sub(12) } else { month };
        let year = century.wrapping_mul(100).wrapping_add(year_of_century).wrapping_add(next.into());
        Some(Self {
            year: year.checked_sub(400).and_then(|y| u16::try_from(y).ok()).filter(|y| *y <= 9999)?,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day.wrapping_add(1)).ok()?,
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
        // A year of 16 bits comes to less than 2^61 microseconds.
        let hours = self.date.days_since_epoch().wrapping_mul(24).wrapping_add(self.hour.into());
        let minutes = hours.wrapping_mul(60).wrapping_add(self.minute.into());
        let seconds = minutes.wrapping_mul(60).wrapping_add(self.second.into());
        seconds.wrapping_mul(1_000_000).wrapping_add(self.micros.into())
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
        let (days, of_day) = (self.seconds / 86_400, self.seconds % 86_400);
        let part = |n: u32| u8::try_from(n).unwrap_or(0);
        Datetime {
            date: Date::of_days(days.into()).unwrap_or_default(),
            hour: part(of_day / 3_600),
            minute: part(of_day % 3_600 / 60),
            second: part(of_day % 60),
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
