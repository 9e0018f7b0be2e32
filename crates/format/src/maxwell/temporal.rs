//! Dates and times: as the table holds them, or as Maxwell 1.45 reads them.

use becauselog_model::{Date, Datetime, Time};

const DAY_MICROS: i64 = 86_400_000_000;
const SECOND_MICROS: i64 = 1_000_000;

/// A date as Maxwell reads it; nothing for one with a zero part, which it takes for the zero date.
///
/// Its calendar is Java's: Julian up to 1582-10-04, Gregorian from 1582-10-15, and lenient: days between the two and days
/// beyond their month's end fall onto later ones.
pub(super) fn java_date(date: Date) -> Option<Date> {
    if date.year == 0 || date.month == 0 || date.day == 0 {
        return None;
    }
    if (date.year, date.month) == (1582, 10) && (5..=14).contains(&date.day) {
        return Some(Date { day: date.day.saturating_add(10), ..date });
    }
    let last = last_day(date.year, date.month);
    if date.day <= last {
        return Some(date);
    }
    let day = date.day.saturating_sub(last);
    let month = date.month.saturating_add(1);
    Some(Date { year: date.year, month, day })
}

fn last_day(year: u16, month: u8) -> u8 {
    let centuries = year <= 1582 || !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && centuries => 29,
        2 => 28,
        _ => 31,
    }
}

/// A datetime as Maxwell reads it; nothing where it takes it for the zero date.
pub(super) fn java_datetime(value: Datetime) -> Option<Datetime> {
    java_date(value.date).map(|date| Datetime { date, ..value })
}

/// A time as Maxwell reads it: the stored parts of a negative value are taken for those of a positive one, and the whole
/// is taken for a time of day, so many seconds east of Greenwich.
pub(super) fn java_time(value: Time, fsp: u8, jvm_offset_s: i32) -> Time {
    let (whole, fraction) = stored(value, fsp);
    let bits = |at: u32, mask: i64| (whole >> at) & mask;
    let seconds = bits(12, 0x3ff)
        .saturating_mul(3_600)
        .saturating_add(bits(6, 0x3f).saturating_mul(60))
        .saturating_add(bits(0, 0x3f));
    let micros = seconds
        .saturating_add(jvm_offset_s.into())
        .saturating_mul(SECOND_MICROS)
        .saturating_add(fraction)
        .rem_euclid(DAY_MICROS);
    let of = |unit: i64, of: i64| micros.div_euclid(unit).rem_euclid(of);
    let small = |part: i64| u8::try_from(part).unwrap_or(0);
    Time {
        negative: false,
        hours: u16::from(small(of(3_600 * SECOND_MICROS, 24))),
        minutes: small(of(60 * SECOND_MICROS, 60)),
        seconds: small(of(SECOND_MICROS, 60)),
        micros: u32::try_from(micros.rem_euclid(SECOND_MICROS)).unwrap_or(0),
    }
}

/// The stored whole part, and the stored fraction read as microseconds of a positive number.
fn stored(value: Time, fsp: u8) -> (i64, i64) {
    let whole = i64::from(value.hours) << 12 | i64::from(value.minutes) << 6 | i64::from(value.seconds);
    let packed = whole << 24 | i64::from(value.micros);
    if !value.negative {
        return (whole, value.micros.into());
    }
    let packed = packed.wrapping_neg();
    let micros = i64::from(value.micros);
    let fraction = match fsp {
        0 => 0,
        // One byte of hundredths, two of ten-thousandths: below zero they are complements.
        1 | 2 => (micros / 10_000).wrapping_neg().rem_euclid(1 << 8).saturating_mul(10_000),
        3 | 4 => (micros / 100).wrapping_neg().rem_euclid(1 << 16).saturating_mul(100),
        _ => packed & 0xff_ffff,
    };
    (packed >> 24, fraction)
}
