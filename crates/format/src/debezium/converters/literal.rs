//! Dates and times as they are written in a converter's options, as Java reads them.

use becauselog_model::{Date, Datetime};

use crate::text::time::{self, Fraction};

const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// `2024-02-29`.
pub(super) fn date(text: &str) -> Result<Date, String> {
    let expected = || format!("expected NULL or a day as 1970-01-01, and found {text:?}");
    let [year, month, day] = numbers(text, '-', &[4, 2, 2]).ok_or_else(expected)?;
    let part = |number| u8::try_from(number).unwrap_or(0);
    let day = Date { year, month: part(month), day: part(day) };
    if day.is_calendar_day() { Ok(day) } else { Err(expected()) }
}

/// `2024-02-29 12:30:00`.
pub(super) fn datetime(text: &str) -> Result<Datetime, String> {
    let expected = || format!("expected NULL or a time as 1970-01-01 00:00:00, and found {text:?}");
    let (day, clock) = text.split_once(' ').ok_or_else(expected)?;
    let date = date(day).ok().filter(|day| day.year > 0).ok_or_else(expected)?;
    let clock = self::clock(clock).filter(|_| clock.len() == 8).ok_or_else(expected)?;
    Ok(Datetime { date, ..clock })
}

/// `2024-02-29T12:30:00+02:00`, in UTC as `2024-02-29T10:30:00Z`.
pub(super) fn timestamp(text: &str) -> Result<String, String> {
    utc(text)
        .ok_or_else(|| format!("expected NULL or an instant as 1970-01-01T00:00:00Z, and found {text:?}"))
}

fn utc(text: &str) -> Option<String> {
    let (day, rest) = text.split_once(['T', 't'])?;
    let at = rest.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = rest.split_at_checked(at)?;
    let local = Datetime { date: date(day).ok()?, ..self::clock(clock)? };
    let micros = local.micros_since_epoch().checked_sub(offset(zone)?.checked_mul(MICROS_PER_MINUTE)?)?;
    let date = Date::of_days(micros.div_euclid(MICROS_PER_DAY))?;
    let minutes = micros.rem_euclid(MICROS_PER_DAY).div_euclid(MICROS_PER_MINUTE);
    let part = |number: i64| u8::try_from(number).unwrap_or(0);
    let (hour, minute) = (part(minutes.div_euclid(60)), part(minutes.rem_euclid(60)));
    let mut out = Vec::new();
    time::datetime(&mut out, Datetime { date, hour, minute, ..local }, b'T', Fraction::Trimmed);
    out.push(b'Z');
    String::from_utf8(out).ok()
}

/// `12:30`, `12:30:00`, `12:30:00.5`; the day is none.
fn clock(text: &str) -> Option<Datetime> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, f)| (whole, Some(f)));
    let [hour, minute, second] = match numbers(whole, ':', &[2, 2, 2]) {
        Some(parts) => parts,
        None if fraction.is_none() => {
            let [hour, minute] = numbers(whole, ':', &[2, 2])?;
            [hour, minute, 0]
        }
        None => return None,
    };
    let micros = match fraction {
        None => 0,
        Some(digits)
            if !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|c| c.is_ascii_digit()) =>
        {
            format!("{digits:0<6}").parse().ok()?
        }
        Some(_) => return None,
    };
    let below = |number: u16, end: u8| u8::try_from(number).ok().filter(|number| *number < end);
    let (hour, minute, second) = (below(hour, 24)?, below(minute, 60)?, below(second, 60)?);
    Some(Datetime { date: Date::default(), hour, minute, second, micros })
}

/// Minutes east of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let [hours, minutes] = match numbers(rest, ':', &[2, 2]) {
        Some(parts) => parts,
        None => {
            let [hours] = numbers(rest, ':', &[2])?;
            [hours, 0]
        }
    };
    let total = i64::from(hours).checked_mul(60)?.checked_add(i64::from(minutes))?;
    let fits = minutes < 60 && total <= 18 * 60;
    fits.then_some(if sign == "-" { total.saturating_neg() } else { total })
}

/// Numbers of exactly so many digits.
fn numbers<const N: usize>(text: &str, separator: char, digits: &[usize; N]) -> Option<[u16; N]> {
    let mut found = [0; N];
    let mut parts = text.split(separator);
    for (number, len) in found.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != *len || !part.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn instants_are_told_in_utc() {
        for (given, told) in [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("1900-03-01T01:30+02:00", "1900-02-28T23:30:00Z"),
            ("2024-02-28T23:59:59.120-00:01", "2024-02-29T00:00:59.12Z"),
            ("2024-01-01T00:00:00+14", "2023-12-31T10:00:00Z"),
        ] {
            assert_eq!(timestamp(given).unwrap(), told, "{given}");
        }
        for wrong in
            ["", "1970-01-01", "1970-01-01 00:00:00Z", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z"]
        {
            assert!(timestamp(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_and_times_are_days_of_the_calendar() {
        assert_eq!(date("0000-01-01").unwrap().days_since_epoch(), -719_528);
        assert_eq!(datetime("1900-01-01 00:00:00").unwrap().micros_since_epoch(), -2_208_988_800_000_000);
        for wrong in ["2023-02-29", "1970-1-1", "1970-01-01x", "NULL"] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
        for wrong in ["1970-01-01", "1970-01-01 00:00", "1970-01-01T00:00:00", "0000-01-01 00:00:00"] {
            assert!(datetime(wrong).is_err(), "{wrong}");
        }
    }
}
