//! Opaque values as Debezium's log reader writes them, its slips included.

use super::{DATE, DATETIME, NEW_DECIMAL, TIME, TIMESTAMP, decimal};
use crate::{Losses, text};

/// Appends an opaque value: decimals as numbers, times in quotes, others as base64 in quotes.
///
/// The reader takes a packed time apart with remainders, some of 32 bits, which go below zero: negative times and years after 2520
/// come out garbled (`-12:34:56.789` as `13:0-35:0-57.00000-789`). Such a value is counted.
pub(super) fn opaque(out: &mut Vec<u8>, field_type: u8, bytes: &[u8], losses: &mut Losses) {
    if let (NEW_DECIMAL, Some(value)) = (field_type, decimal(bytes)) {
        return value.push_text(out);
    }
    out.push(b'"');
    let packed = bytes.first_chunk::<8>().map(|raw| i64::from_le_bytes(*raw));
    let garbled = match (field_type, packed) {
        (DATE, Some(packed)) => {
            Parts::of(packed).date(out);
            false
        }
        (DATETIME | TIMESTAMP, Some(packed)) => {
            let parts = Parts::of(packed);
            parts.date(out);
            out.push(b' ');
            parts.time(out, parts.hour);
            parts.has_negative()
        }
        (TIME, Some(packed)) => {
            let parts = Parts::of(packed);
            let hours = narrow(packed >> 36).wrapping_rem(1 << 10);
            parts.time(out, if packed < 0 { hours.wrapping_neg() } else { hours });
            packed < 0
        }
        _ => {
            text::binary::base64(out, bytes);
            false
        }
    };
    out.push(b'"');
    losses.json_garbled = losses.json_garbled.saturating_add(garbled.into());
}

/// A packed value taken apart as the reader does it.
struct Parts {
    year_month: i32,
    day: i32,
    hour: i32,
    minute: i32,
    second: i32,
    micros: i32,
}

/// The lowest 32 bits, as Java's cast takes them.
fn narrow(value: i64) -> i32 {
    let [b0, b1, b2, b3, ..] = value.to_le_bytes();
    i32::from_le_bytes([b0, b1, b2, b3])
}

impl Parts {
    fn of(packed: i64) -> Self {
        Self {
            year_month: narrow(packed >> 46).wrapping_rem(1 << 17),
            day: narrow(packed >> 41).wrapping_rem(1 << 5),
            hour: narrow(packed >> 36).wrapping_rem(1 << 5),
            minute: narrow(packed >> 30).wrapping_rem(1 << 6),
            second: narrow((packed >> 24).wrapping_rem(1 << 6)),
            micros: narrow(packed.wrapping_rem(1 << 24)),
        }
    }

    const fn has_negative(&self) -> bool {
        self.day < 0 || self.hour < 0 || self.minute < 0 || self.second < 0 || self.micros < 0
    }

    fn date(&self, out: &mut Vec<u8>) {
        padded(out, self.year_month / 13, 4);
        out.push(b'-');
        padded(out, self.year_month % 13, 2);
        out.push(b'-');
        padded(out, self.day, 2);
    }

    fn time(&self, out: &mut Vec<u8>, hour: i32) {
        padded(out, hour, 2);
        out.push(b':');
        padded(out, self.minute, 2);
        out.push(b':');
        padded(out, self.second, 2);
        if self.micros == 0 {
            return;
        }
        out.push(b'.');
        zeros(out, self.micros, 6);
        let mut micros = self.micros;
        while micros % 10 == 0 {
            micros /= 10;
        }
        text::int(out, micros.into());
    }
}

/// Appends zeros up to `width` digits, counting a number below zero as one digit.
fn zeros(out: &mut Vec<u8>, value: i32, width: usize) {
    let digits = value.checked_ilog10().unwrap_or(0);
    let digits = usize::try_from(digits).unwrap_or(0).saturating_add(1);
    out.extend(std::iter::repeat_n(b'0', width.saturating_sub(digits)));
}

fn padded(out: &mut Vec<u8>, value: i32, width: usize) {
    zeros(out, value, width);
    text::int(out, value.into());
}
