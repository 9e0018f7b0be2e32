//! Dates and times: the packed forms since 5.6.4 (big-endian, sorting as bytes) and those before.
//!
//! Source: the server's `my_time_packed_from_binary` and its siblings in `mysys/my_time.cc`, and `Field_timestamp`,
//! `Field_time`, `Field_datetime`, `Field_newdate` for the old ones.

use becauselog_model::{Date, Datetime, Time, Timestamp};

/// Reads a big-endian number of at most eight bytes.
#[inline]
pub fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[inline]
fn low_bits(value: u64, at: u32, bits: u32) -> u16 {
    let mask = (1u64 << bits).wrapping_sub(1);
    u16::try_from(value.wrapping_shr(at) & mask).unwrap_or(u16::MAX)
}

#[inline]
fn small(value: u64, at: u32, bits: u32) -> u8 {
    u8::try_from(low_bits(value, at, bits)).unwrap_or(u8::MAX)
}

/// A fraction as stored, in microseconds: one byte counts 1/100, two 1/10,000, three 1/1,000,000 seconds.
#[inline]
fn micros(stored: u64, bytes: u8) -> u32 {
    let unit = match bytes {
        0 => 0,
        1 => 10_000,
        2 => 100,
        _ => 1,
    };
    u32::try_from(stored).unwrap_or(u32::MAX).saturating_mul(unit)
}

/// `DATE`: three bytes, little-endian: day 5 bits, month 4, year 15.
#[inline]
pub fn date(bytes: [u8; 3]) -> Date {
    let [a, b, c] = bytes;
    let packed = u64::from(u32::from_le_bytes([a, b, c, 0]));
    Date { year: low_bits(packed, 9, 15), month: small(packed, 5, 4), day: small(packed, 0, 5) }
}

/// `TIMESTAMP(fsp)`: seconds in four bytes, then the fraction.
#[inline]
pub fn timestamp2(seconds: [u8; 4], fraction: &[u8], fraction_bytes: u8) -> Timestamp {
    Timestamp { seconds: u32::from_be_bytes(seconds), micros: micros(big_endian(fraction), fraction_bytes) }
}

/// `DATETIME(fsp)`: five bytes with the sign in the first bit (always set), 17 bits of year * 13 + month, 5 of day,
/// 5 of hour, 6 of minute, 6 of second; then the fraction. Nothing for a value below zero, which no server stores.
#[inline]
pub fn datetime2(whole: [u8; 5], fraction: &[u8], fraction_bytes: u8) -> Option<Datetime> {
    let [a, b, c, d, e] = whole;
    let packed = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]).checked_sub(1 << 39)?;
    let year_month = packed >> 22;
    Some(Datetime {
        date: Date {
            year: u16::try_from(year_month / 13).ok()?,
            month: u8::try_from(year_month % 13).ok()?,
            day: small(packed, 17, 5),
        },
        hour: small(packed, 12, 5),
        minute: small(packed, 6, 6),
        second: small(packed, 0, 6),
        micros: micros(big_endian(fraction), fraction_bytes),
    })
}

/// `TIME(fsp)`: three bytes and the fraction make one number with an offset of half its range; a value below zero is
/// that number's negative as a whole, fraction included. Hours in the bits
/// above twelve, six bits of minutes, six of seconds.
#[inline]
pub fn time2(bytes: &[u8], fraction_bytes: u8) -> Time {
    let fraction_bits = u32::from(fraction_bytes).wrapping_mul(8);
    let zero = 0x80_0000_u64.wrapping_shl(fraction_bits);
    let stored = big_endian(bytes);
    let span = stored.abs_diff(zero);
    let fraction = span & 1u64.wrapping_shl(fraction_bits).wrapping_sub(1);
    let whole = span.wrapping_shr(fraction_bits);
    Time {
        negative: stored < zero,
        hours: low_bits(whole, 12, 12),
        minutes: small(whole, 6, 6),
        seconds: small(whole, 0, 6),
        micros: micros(fraction, fraction_bytes),
    }
}

/// `TIMESTAMP` before 5.6.4: seconds, little-endian.
#[inline]
pub const fn old_timestamp(seconds: [u8; 4]) -> Timestamp {
    Timestamp { seconds: u32::from_le_bytes(seconds), micros: 0 }
}

/// `TIME` before 5.6.4: a signed three-byte number of the digits hhmmss.
#[inline]
pub fn old_time(bytes: [u8; 3]) -> Time {
    let [a, b, c] = bytes;
    let digits = i32::from_le_bytes([0, a, b, c]) >> 8;
    let span = digits.unsigned_abs();
    let part = |n: u32| u8::try_from(n % 100).unwrap_or(0);
    Time {
        negative: digits < 0,
        hours: u16::try_from(span / 10_000).unwrap_or(u16::MAX),
        minutes: part(span / 100),
        seconds: part(span),
        micros: 0,
    }
}

/// `DATETIME` before 5.6.4: an eight-byte number of the digits YYYYMMDDhhmmss; nothing when the year has five digits.
#[inline]
pub fn old_datetime(bytes: [u8; 8]) -> Option<Datetime> {
    let digits = u64::from_le_bytes(bytes);
    let part = |divisor: u64| u8::try_from(digits.checked_div(divisor).unwrap_or(0) % 100).unwrap_or(0);
    let year = digits / 10_000_000_000;
    if year > 9999 {
        return None;
    }
    Some(Datetime {
        date: Date { year: u16::try_from(year).ok()?, month: part(100_000_000), day: part(1_000_000) },
        hour: part(10_000),
        minute: part(100),
        second: part(1),
        micros: 0,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_negative_time_with_a_fraction_keeps_both() {
        // -01:02:03.45 as TIME(2): hours 1, minutes 2, seconds 3 = 0x1083, fraction 45.
        let stored = ((0x80_0000_u32 << 8) - (0x1083 << 8 | 45)).to_be_bytes();
        let time = time2(&stored, 1);
        let wanted = Time { negative: true, hours: 1, minutes: 2, seconds: 3, micros: 450_000 };
        assert_eq!(time, wanted);
        assert_eq!(time2(&[0x80, 0, 0], 0), Time::default());
    }

    #[test]
    fn a_zero_datetime_is_all_zero_parts() {
        assert_eq!(datetime2([0x80, 0, 0, 0, 0], &[], 0), Some(Datetime::default()));
        assert_eq!(datetime2([0x7f, 0, 0, 0, 0], &[], 0), None);
    }

    #[test]
    fn old_times_are_digits() {
        let time = old_time((-8_385_959_i32).to_le_bytes()[..3].try_into().unwrap());
        assert_eq!(time, Time { negative: true, hours: 838, minutes: 59, seconds: 59, micros: 0 });
        let datetime = old_datetime(19_991_231_235_958_u64.to_le_bytes()).unwrap();
        assert_eq!(datetime.date, Date { year: 1999, month: 12, day: 31 });
        assert_eq!((datetime.hour, datetime.minute, datetime.second), (23, 59, 58));
    }
}
