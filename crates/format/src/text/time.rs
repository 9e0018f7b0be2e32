//! Dates and times as text.

use becauselog_model::{Date, Datetime, Time, digits::push_padded};

/// How many digits of a fraction are written.
#[derive(Clone, Copy)]
pub(crate) enum Fraction {
    /// Exactly so many, none for 0.
    Digits(u8),
    /// As many as it has without zeros at its end, as Java's ISO formatters do.
    Trimmed,
}

/// Appends two digits.
fn two(out: &mut Vec<u8>, value: u8) {
    out.extend_from_slice(&digits(value));
}

#[inline]
const fn digits(value: u8) -> [u8; 2] {
    [b'0'.wrapping_add(value / 10 % 10), b'0'.wrapping_add(value % 10)]
}

/// Appends `2026-11-22`; any part may be zero.
pub(crate) fn date(out: &mut Vec<u8>, date: Date) {
    let part = |number: u16| digits(u8::try_from(number).unwrap_or(99));
    let ([a, b], [c, d]) = (part(date.year / 100), part(date.year % 100));
    let ([e, f], [g, h]) = (digits(date.month), digits(date.day));
    out.extend_from_slice(&[a, b, c, d, b'-', e, f, b'-', g, h]);
}

/// Appends a date, `separator`, and a time of day.
pub(crate) fn datetime(out: &mut Vec<u8>, value: Datetime, separator: u8, fraction_digits: Fraction) {
    date(out, value.date);
    let ([a, b], [c, d], [e, f]) = (digits(value.hour), digits(value.minute), digits(value.second));
    out.extend_from_slice(&[separator, a, b, b':', c, d, b':', e, f]);
    fraction(out, value.micros, fraction_digits);
}

/// Appends `-838:59:59.000001`: hours have two digits or three.
pub(crate) fn time(out: &mut Vec<u8>, value: Time, fraction_digits: Fraction) {
    if value.negative {
        out.push(b'-');
    }
    let (hundreds, hours) = (value.hours / 100, value.hours % 100);
    if hundreds > 0 {
        out.push(b'0'.wrapping_add(u8::try_from(hundreds % 10).unwrap_or(0)));
    }
    two(out, u8::try_from(hours).unwrap_or(99));
    out.push(b':');
    two(out, value.minutes);
    out.push(b':');
    two(out, value.seconds);
    fraction(out, value.micros, fraction_digits);
}

/// Appends a point and the fraction of a second, or nothing.
pub(crate) fn fraction(out: &mut Vec<u8>, micros: u32, digits: Fraction) {
    let surplus = match digits {
        Fraction::Digits(digits) => 6_usize.saturating_sub(digits.into()),
        Fraction::Trimmed => zeros_at_end(micros),
    };
    if surplus >= 6 {
        return;
    }
    out.push(b'.');
    push_padded(out, micros % 1_000_000, 6);
    out.truncate(out.len().saturating_sub(surplus));
}

/// How many of the six digits are zeros at the end.
fn zeros_at_end(micros: u32) -> usize {
    [10, 100, 1_000, 10_000, 100_000, 1_000_000]
        .iter()
        .take_while(|power| micros.is_multiple_of(**power))
        .count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_written_with_their_fractions() {
        let text = |value, digits| {
            let mut out = Vec::new();
            time(&mut out, value, digits);
            String::from_utf8(out).unwrap()
        };
        let long = Time { negative: true, hours: 838, minutes: 59, seconds: 58, micros: 999_000 };
        assert_eq!(text(long, Fraction::Digits(6)), "-838:59:58.999000");
        assert_eq!(text(long, Fraction::Trimmed), "-838:59:58.999");
        assert_eq!(text(Time { hours: 1, ..Time::default() }, Fraction::Trimmed), "01:00:00");
        assert_eq!(text(Time { hours: 1, ..Time::default() }, Fraction::Digits(1)), "01:00:00.0");
    }
}
