//! Opaque values as the server writes them.

use becauselog_model::{Date, Datetime, Time};

use super::{DATE, DATETIME, NEW_DECIMAL, TIME, TIMESTAMP, decimal};
use crate::text::{self, time::Fraction::Digits};

const MICROS_BITS: u32 = 24;

/// Appends an opaque value: decimals as numbers, times in quotes with six digits of fraction, others as
/// `"base64:type15:…"`.
pub(super) fn opaque(out: &mut Vec<u8>, field_type: u8, bytes: &[u8]) {
    let packed = bytes.first_chunk::<8>().map(|raw| i64::from_le_bytes(*raw));
    match (field_type, packed) {
        (NEW_DECIMAL, _) if decimal(bytes).is_some() => {
            if let Some(value) = decimal(bytes) {
                value.push_text(out);
            }
        }
        (DATE, Some(packed)) => quoted(out, |out| text::time::date(out, datetime(packed).date)),
        (TIME, Some(packed)) => quoted(out, |out| text::time::time(out, time(packed), Digits(6))),
        (DATETIME | TIMESTAMP, Some(packed)) => {
            quoted(out, |out| text::time::datetime(out, datetime(packed), b' ', Digits(6)));
        }
        _ => quoted(out, |out| {
            out.extend_from_slice(b"base64:type");
            text::uint(out, field_type.into());
            out.push(b':');
            text::binary::base64(out, bytes);
        }),
    }
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// The bits of `value` from `shift` on, `width` of them.
fn bits(value: u64, shift: u32, width: u32) -> u64 {
    (value >> shift) & 1u64.checked_shl(width).unwrap_or(0).wrapping_sub(1)
}

fn byte(value: u64) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// A packed DATETIME: 17 bits of year × 13 + month, 5 day, 5 hour, 6 minute, 6 second, 24 microseconds.
fn datetime(packed: i64) -> Datetime {
    let raw = packed.unsigned_abs();
    let whole = raw >> MICROS_BITS;
    let year_month = bits(whole, 22, 17);
    Datetime {
        date: Date {
            year: u16::try_from(year_month / 13).unwrap_or(u16::MAX),
            month: byte(year_month % 13),
            day: byte(bits(whole, 17, 5)),
        },
        hour: byte(bits(whole, 12, 5)),
        minute: byte(bits(whole, 6, 6)),
        second: byte(bits(whole, 0, 6)),
        micros: u32::try_from(bits(raw, 0, MICROS_BITS)).unwrap_or(0),
    }
}

/// A packed TIME: 10 bits of hours, 6 minutes, 6 seconds, 24 microseconds, all negated below zero.
fn time(packed: i64) -> Time {
    let raw = packed.unsigned_abs();
    let whole = raw >> MICROS_BITS;
    Time {
        negative: packed < 0,
        hours: u16::try_from(bits(whole, 12, 10)).unwrap_or(0),
        minutes: byte(bits(whole, 6, 6)),
        seconds: byte(bits(whole, 0, 6)),
        micros: u32::try_from(bits(raw, 0, MICROS_BITS)).unwrap_or(0),
    }
}
