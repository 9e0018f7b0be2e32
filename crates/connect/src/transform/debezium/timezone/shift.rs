//! A time zone, and times shifted into it.

use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use crate::{DataError, Value, logical};

/// A zone of the database, or an offset.
pub(super) struct Zone {
    zone: TimeZone,
}

impl Zone {
    /// By name, or as `+08:00`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let zone = match offset(name) {
            Some(offset) => offset.to_time_zone(),
            None => {
                TimeZoneDatabase::bundled().get(name).ok().filter(|zone| zone.iana_name() == Some(name))?
            }
        };
        Some(Self { zone })
    }

    /// A value of a logical type in this zone; nothing where it is none that is converted.
    pub(super) fn convert(&self, logical_name: &str, value: &Value) -> Result<Option<Value>, DataError> {
        Ok(Some(match (logical_name, value) {
            ("io.debezium.time.Timestamp", Value::Int64(ms)) => Value::Int64(self.back(*ms, 1000)?),
            ("io.debezium.time.MicroTimestamp", Value::Int64(us)) => Value::Int64(self.back(*us, 1_000_000)?),
            ("io.debezium.time.NanoTimestamp", Value::Int64(ns)) => {
                Value::Int64(self.back(*ns, 1_000_000_000)?)
            }
            (logical::TIMESTAMP, Value::Date(ms)) => Value::Date(self.back(*ms, 1000)?),
            ("io.debezium.time.ZonedTimestamp", Value::String(text)) => Value::text(self.zoned(text)?),
            ("io.debezium.time.ZonedTime", _) => {
                return Err(DataError::new("a time of day with a zone, which depends on today's date"));
            }
            _ => return Ok(None),
        }))
    }

    /// An instant of the source in this zone's clock.
    pub(super) fn convert_epoch(&self, field: &str, value: &Value) -> Result<Option<Value>, DataError> {
        let units = match field {
            "ts_ms" => 1000,
            "ts_us" => 1_000_000,
            _ => 1_000_000_000,
        };
        let Value::Int64(since) = value else { return Err(DataError::new("it must be an int64")) };
        let instant = Timestamp::from_second(since.div_euclid(units)).map_err(|_| beyond())?;
        let seconds = i64::from(self.zone.to_offset(instant).seconds());
        let shifted = seconds.checked_mul(units).and_then(|shift| since.checked_add(shift));
        shifted.map(|shifted| Some(Value::Int64(shifted))).ok_or_else(beyond)
    }

    /// A time that is taken for this zone's clock, as an instant.
    fn back(&self, since: i64, units: i64) -> Result<i64, DataError> {
        let instant = Timestamp::from_second(since.div_euclid(units)).map_err(|_| beyond())?;
        let seconds = i64::from(self.offset_of(TimeZone::UTC.to_datetime(instant)).seconds());
        seconds.checked_mul(units).and_then(|shift| since.checked_sub(shift)).ok_or_else(beyond)
    }

    /// The same instant as a text of this zone. The offset is the one that the text's clock would have here.
    fn zoned(&self, text: &str) -> Result<String, DataError> {
        static PARSER: DateTimeParser = DateTimeParser::new();
        let pieces =
            PARSER.parse_pieces(text).map_err(|_| DataError::new("a text that is no time with an offset"))?;
        let (Some(time), Some(own)) = (pieces.time(), pieces.to_numeric_offset()) else {
            return Err(DataError::new("a text that is no time with an offset"));
        };
        let clock = pieces.date().to_datetime(time);
        let offset = self.offset_of(clock);
        let shift =
            SignedDuration::from_secs(i64::from(offset.seconds()).saturating_sub(own.seconds().into()));
        let shifted = clock.checked_add(shift).map_err(|_| beyond())?;
        Ok(iso(shifted, offset))
    }

    /// In a gap and in a fold Java takes the offset before.
    fn offset_of(&self, clock: DateTime) -> Offset {
        match self.zone.to_ambiguous_timestamp(clock).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
        }
    }
}

fn beyond() -> DataError {
    DataError::new("a time beyond the calendar")
}

/// `+hh:mm` or `+hh:mm:ss`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+')?),
    };
    let parts: Vec<i32> = digits
        .split(':')
        .map(|part| {
            if part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
        })
        .collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, 0),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let total = hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds);
    let fits = minutes < 60 && seconds < 60 && total <= 18 * 3600;
    if fits { Offset::from_seconds(total.saturating_mul(sign)).ok() } else { None }
}

/// `2024-01-31T10:20:30.5+01:00`: no zeros at the end of the fraction, `Z` for no offset.
fn iso(time: DateTime, offset: Offset) -> String {
    let (date, clock) = (time.date(), time.time());
    let mut out = format!("{date}T{:02}:{:02}:{:02}", clock.hour(), clock.minute(), clock.second());
    if clock.subsec_nanosecond() != 0 {
        let fraction = format!("{:09}", clock.subsec_nanosecond());
        out.push('.');
        out.push_str(fraction.trim_end_matches('0'));
    }
    let seconds = offset.seconds();
    if seconds == 0 {
        out.push('Z');
        return out;
    }
    let (sign, size) = if seconds < 0 { ('-', seconds.saturating_neg()) } else { ('+', seconds) };
    out.push_str(&format!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60));
    if size % 60 != 0 {
        out.push_str(&format!(":{:02}", size % 60));
    }
    out
}
