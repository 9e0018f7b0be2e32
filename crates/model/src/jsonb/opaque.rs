//! Values of SQL types inside a document.
//!
//! Source: the server's `Json_decimal`, `Json_datetime::from_packed` and `TIME_from_longlong_*_packed`.

use super::JsonbError;
use crate::{
    decimal::Decimal,
    temporal::{Date, Datetime, Time},
    type_code as code,
};

/// A value of an SQL type inside a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Opaque<'a> {
    /// `DECIMAL`.
    Decimal(Decimal<'a>),
    /// `DATE`.
    Date(Date),
    /// `TIME`, in microseconds.
    Time(Time),
    /// `DATETIME`, or a `TIMESTAMP` in the time zone of the session that made the document; in microseconds.
    Datetime(Datetime),
    /// Any other type: the server shows such a value as `base64:typeN:…` with the type's code and the bytes in base64.
    Bytes {
        /// The field type code.
        field_type: u8,
        /// The bytes.
        bytes: &'a [u8],
    },
}

impl<'a> Opaque<'a> {
    /// Reads the parts of a [`super::Value::Opaque`].
    ///
    /// # Errors
    /// When a decimal or a time is too short or is none.
    pub fn read(field_type: u8, bytes: &'a [u8]) -> Result<Self, JsonbError> {
        Ok(match field_type {
            code::NEWDECIMAL => Self::Decimal(decimal(bytes)?),
            code::DATE => Self::Date(datetime(packed(bytes)?)?.date),
            code::TIME => Self::Time(time(packed(bytes)?)),
            code::DATETIME | code::TIMESTAMP => Self::Datetime(datetime(packed(bytes)?)?),
            _ => Self::Bytes { field_type, bytes },
        })
    }
}

/// Precision, scale, then the stored digits.
fn decimal(bytes: &[u8]) -> Result<Decimal<'_>, JsonbError> {
    let ([precision, scale], stored) = bytes.split_first_chunk::<2>().ok_or(JsonbError::Truncated)?;
    Decimal::in_json(stored, *precision, *scale).ok_or(JsonbError::Truncated)
}

fn packed(bytes: &[u8]) -> Result<i64, JsonbError> {
    bytes.first_chunk::<8>().map(|bytes| i64::from_le_bytes(*bytes)).ok_or(JsonbError::Truncated)
}

fn bits(value: u64, at: u32, count: u32) -> u64 {
    value.wrapping_shr(at) & 1u64.wrapping_shl(count).wrapping_sub(1)
}

fn small(value: u64) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// The 24 lowest bits are microseconds, above them six bits of seconds, six of minutes, then hours.
fn time(packed: i64) -> Time {
    let span = packed.unsigned_abs();
    Time {
        negative: packed < 0,
        hours: u16::try_from(span >> 36).unwrap_or(u16::MAX),
        minutes: small(bits(span, 30, 6)),
        seconds: small(bits(span, 24, 6)),
        micros: u32::try_from(bits(span, 0, 24)).unwrap_or(u32::MAX),
    }
}

/// As a time of five bits of hours; above it five bits of day, then year * 13 + month.
fn datetime(packed: i64) -> Result<Datetime, JsonbError> {
    let packed = u64::try_from(packed).map_err(|_| JsonbError::BadTime)?;
    let year_month = packed >> 46;
    Ok(Datetime {
        date: Date {
            year: u16::try_from(year_month / 13).map_err(|_| JsonbError::BadTime)?,
            month: small(year_month % 13),
            day: small(bits(packed, 41, 5)),
        },
        hour: small(bits(packed, 36, 5)),
        minute: small(bits(packed, 30, 6)),
        second: small(bits(packed, 24, 6)),
        micros: u32::try_from(bits(packed, 0, 24)).unwrap_or(u32::MAX),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_value_or_an_error(
            field_type in prop::sample::select(&[code::NEWDECIMAL, code::DATE, code::TIME, code::DATETIME][..]),
            bytes in prop::collection::vec(any::<u8>(), 0..50),
        ) {
            if let Ok(Opaque::Decimal(decimal)) = Opaque::read(field_type, &bytes) {
                let mut text = Vec::new();
                decimal.push_text(&mut text);
                prop_assert!(text.len() <= usize::from(Decimal::JSON_DIGITS_MAX) + 3);
            }
        }
    }

    #[test]
    fn a_negative_time_is_the_negative_of_the_whole() {
        let span = (1_i64 << 36 | 2 << 30 | 3 << 24) + 450_000;
        let bytes = (-span).to_le_bytes();
        let wanted = Time { negative: true, hours: 1, minutes: 2, seconds: 3, micros: 450_000 };
        assert_eq!(Opaque::read(code::TIME, &bytes), Ok(Opaque::Time(wanted)));
        assert_eq!(Opaque::read(code::DATE, &bytes), Err(JsonbError::BadTime));
        assert_eq!(Opaque::read(code::DATETIME, &bytes[..7]), Err(JsonbError::Truncated));
    }

    #[test]
    fn a_decimal_has_its_precision_before_it() {
        let Ok(Opaque::Decimal(decimal)) = Opaque::read(code::NEWDECIMAL, &[4, 2, 0x8c, 0x22]) else {
            unreachable!()
        };
        let mut text = Vec::new();
        decimal.push_text(&mut text);
        assert_eq!(text, b"12.34");
        assert!(Opaque::read(code::NEWDECIMAL, &[4]).is_err());
    }

    #[test]
    fn other_types_stay_bytes() {
        let bytes = Opaque::Bytes { field_type: code::BIT, bytes: &[1] };
        assert_eq!(Opaque::read(code::BIT, &[1]), Ok(bytes));
    }
}
