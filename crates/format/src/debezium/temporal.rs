//! Dates and times by precision mode.

use becauselog_model::{Date, Datetime, Time, Timestamp};

use super::{DebeziumConfig, Rendering, TimePrecision};
use crate::{
    losses::{Losses, count},
    text::{
        self,
        time::{self, Fraction},
    },
};

const MICROS_PER_DAY: u64 = 86_400_000_000;

/// What a column is, as far as times need it.
#[derive(Clone, Copy)]
pub(super) struct Place<'c> {
    pub nullable: bool,
    pub fsp: u8,
    /// What stands in place of a zero date; 1970 where there is nothing.
    pub zero: Option<&'c [u8]>,
}

impl Place<'_> {
    /// What the peer writes for a zero date.
    fn zero(&self, out: &mut Vec<u8>, epoch: &[u8]) {
        let other = if self.nullable { b"null" } else { epoch };
        out.extend_from_slice(self.zero.unwrap_or(other));
    }
}

/// Appends a `DATE`: days since 1970, or ISO.
pub(super) fn date(
    out: &mut Vec<u8>,
    value: Date,
    place: Place<'_>,
    config: &DebeziumConfig,
    losses: &mut Losses,
) {
    let iso = config.time_precision == TimePrecision::IsoString;
    let Some(value) = calendar(value, config, losses) else {
        return match config.rendering {
            Rendering::Exact => quoted(out, |out| time::date(out, value)),
            Rendering::Peer => place.zero(out, if iso { b"\"1970-01-01Z\"" } else { b"0" }),
        };
    };
    if iso {
        quoted(out, |out| {
            time::date(out, value);
            out.push(b'Z');
        });
    } else {
        text::int(out, value.days_since_epoch());
    }
}

/// Appends a `DATETIME`: so many units since 1970 as if it were UTC, or ISO.
pub(super) fn datetime(
    out: &mut Vec<u8>,
    value: Datetime,
    place: Place<'_>,
    config: &DebeziumConfig,
    losses: &mut Losses,
) {
    let iso = config.time_precision == TimePrecision::IsoString;
    let Some(date) = calendar(value.date, config, losses) else {
        return match config.rendering {
            Rendering::Exact => {
                quoted(out, |out| time::datetime(out, value, b' ', Fraction::Digits(place.fsp)));
            }
            Rendering::Peer => place.zero(out, if iso { b"\"1970-01-01T00:00:00Z\"" } else { b"0" }),
        };
    };
    let value = Datetime { date, ..value };
    if iso {
        return quoted(out, |out| {
            time::datetime(out, value, b'T', Fraction::Trimmed);
            out.push(b'Z');
        });
    }
    let micros = value.micros_since_epoch();
    match config.time_precision {
        TimePrecision::Connect => millis(out, micros, losses),
        TimePrecision::Microseconds => text::int(out, micros),
        TimePrecision::Nanoseconds => nanos(out, micros, config, losses),
        _ if place.fsp <= 3 => millis(out, micros, losses),
        _ => text::int(out, micros),
    }
}

/// Appends a `TIME`: so many units, or ISO.
pub(super) fn time(
    out: &mut Vec<u8>,
    value: Time,
    place: Place<'_>,
    config: &DebeziumConfig,
    losses: &mut Losses,
) {
    let micros = value.total_micros();
    match config.time_precision {
        TimePrecision::IsoString => quoted(out, |out| {
            let in_a_day = !value.negative && micros.unsigned_abs() < MICROS_PER_DAY;
            time::time(out, value, if in_a_day { Fraction::Trimmed } else { Fraction::Digits(place.fsp) });
            if in_a_day {
                out.push(b'Z');
            }
        }),
        TimePrecision::Connect => millis(out, micros, losses),
        TimePrecision::Adaptive if place.fsp <= 3 => millis(out, micros, losses),
        TimePrecision::Nanoseconds => nanos(out, micros, config, losses),
        _ => text::int(out, micros),
    }
}

/// Appends a `TIMESTAMP`: ISO in UTC with the column's digits, in every mode.
pub(super) fn timestamp(
    out: &mut Vec<u8>,
    value: Timestamp,
    place: Place<'_>,
    config: &DebeziumConfig,
    losses: &mut Losses,
) {
    if value == Timestamp::default() {
        return zero_timestamp(out, place, config, losses);
    }
    quoted(out, |out| {
        time::datetime(out, value.to_utc(), b'T', Fraction::Digits(place.fsp));
        out.push(b'Z');
    });
}

fn zero_timestamp(out: &mut Vec<u8>, place: Place<'_>, config: &DebeziumConfig, losses: &mut Losses) {
    if config.rendering == Rendering::Exact {
        return quoted(out, |out| {
            time::datetime(out, Datetime::default(), b' ', Fraction::Digits(place.fsp));
        });
    }
    count(&mut losses.dates_replaced);
    place.zero(out, b"\"1970-01-01T00:00:00Z\"");
}

/// The day, if it is one to this rendering: the peer knows no year 0, and moves years of two digits.
fn calendar(value: Date, config: &DebeziumConfig, losses: &mut Losses) -> Option<Date> {
    if config.rendering == Rendering::Exact {
        return value.is_calendar_day().then_some(value);
    }
    if value.year == 0 || !value.is_calendar_day() {
        count(&mut losses.dates_replaced);
        return None;
    }
    let century = match value.year {
        1..70 => 2000,
        70..100 => 1900,
        _ => 0,
    };
    if century == 0 || !config.time_adjuster {
        return Some(value);
    }
    count(&mut losses.years_adjusted);
    Some(Date { year: value.year.saturating_add(century), ..value })
}

fn millis(out: &mut Vec<u8>, micros: i64, losses: &mut Losses) {
    if micros % 1000 != 0 {
        count(&mut losses.fractions_cut);
    }
    text::int(out, micros.div_euclid(1000));
}

/// Nanoseconds need more than 64 bits outside the years 1677 to 2262: there the peer has null.
fn nanos(out: &mut Vec<u8>, micros: i64, config: &DebeziumConfig, losses: &mut Losses) {
    match (micros.checked_mul(1000), config.rendering) {
        (Some(nanos), _) => text::int(out, nanos),
        (None, Rendering::Exact) => {
            text::int(out, micros);
            out.extend_from_slice(b"000");
        }
        (None, Rendering::Peer) => {
            count(&mut losses.times_out_of_range);
            null(out);
        }
    }
}

fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}
