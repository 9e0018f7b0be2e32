//! Where to start and where to stop, as text.

use becauselog_model::{BinlogPosition, GtidSet, ServerUuid};
use jiff::{SignedDuration, Span, Timestamp, civil::DateTime, tz::TimeZone};

/// Where a run starts when it has no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartAt {
    /// The oldest event that the server still has.
    Earliest,
    /// What is committed from now on.
    Latest,
    /// What is not in this set.
    Gtids(GtidSet),
    /// A place in a file.
    Position(BinlogPosition),
    /// The first transaction committed at or after this time, in microseconds since 1970 UTC.
    Time(u64),
}

/// Where a run ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopAt {
    /// It does not.
    Never,
    /// What was committed when it started.
    Now,
    /// When all of this set is covered.
    Gtids(GtidSet),
    /// A place in a file.
    Position(BinlogPosition),
    /// Before the first transaction committed after this time, in microseconds since 1970 UTC.
    Time(u64),
}

/// What a point can be written as.
const FORMS: &str = "earliest, latest, a GTID set (3e11fa47-71ca-11e1-9e33-c80aa9429562:1-20), file:pos \
    (mysql-bin.000003:4), or a time (2026-05-01T12:00:00Z, now-10m)";

impl StartAt {
    /// Reads a start. Times without a zone are UTC; `now-…` counts from `now`.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        match text.trim() {
            "earliest" => Ok(Self::Earliest),
            "latest" | "now" => Ok(Self::Latest),
            other => Ok(match Point::parse(other, now)? {
                Point::Gtids(set) => Self::Gtids(set),
                Point::Position(position) => Self::Position(position),
                Point::Time(us) => Self::Time(us),
            }),
        }
    }
}

impl StopAt {
    /// Reads a stop; `never` is the default.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        match text.trim() {
            "never" => Ok(Self::Never),
            "now" | "latest" => Ok(Self::Now),
            other => Ok(match Point::parse(other, now)? {
                Point::Gtids(set) => Self::Gtids(set),
                Point::Position(position) => Self::Position(position),
                Point::Time(us) => Self::Time(us),
            }),
        }
    }
}

/// The kinds that starts and stops share.
enum Point {
    Gtids(GtidSet),
    Position(BinlogPosition),
    Time(u64),
}

impl Point {
    fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        let first = text.split(':').next().unwrap_or_default();
        if first.parse::<ServerUuid>().is_ok() {
            return text.parse().map(Self::Gtids).map_err(|error| error.to_string());
        }
        if let Some(time) = parse_time(text, now) {
            return time.map(Self::Time);
        }
        text.parse().map(Self::Position).map_err(|_| format!("{text:?} is none of {FORMS}"))
    }
}

/// Reads a time; nothing when the text does not look like one.
fn parse_time(text: &str, now: Timestamp) -> Option<Result<u64, String>> {
    if let Some(ago) = text.strip_prefix("now-") {
        return Some(back_from(now, ago));
    }
    let looks_like_a_date = text.len() >= 10 && text.as_bytes().iter().take(4).all(u8::is_ascii_digit);
    if !looks_like_a_date {
        return None;
    }
    let with_zone = text.parse::<Timestamp>();
    let time = with_zone.or_else(|_| TimeZone::UTC.to_timestamp(text.parse::<DateTime>()?));
    Some(time.map_err(|error| format!("{text:?} is no time: {error}")).and_then(micros))
}

/// `now` less a span such as `10m`, `2h`, `1d`.
fn back_from(now: Timestamp, ago: &str) -> Result<u64, String> {
    let bad = |error: jiff::Error| format!("{ago:?} is no span of time such as 10m, 2h or 1d: {error}");
    let span: Span = ago.parse().map_err(bad)?;
    let day = jiff::SpanRelativeTo::days_are_24_hours();
    let length: SignedDuration = span.to_duration(day).map_err(bad)?;
    now.checked_sub(length).map_err(bad).and_then(micros)
}

fn micros(time: Timestamp) -> Result<u64, String> {
    u64::try_from(time.as_microsecond()).map_err(|_| format!("{time} is before 1970"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const UUID: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    fn start(text: &str) -> Result<StartAt, String> {
        StartAt::parse(text, "2026-05-01T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_start_is_told_apart_by_its_form() {
        assert_eq!(start("earliest"), Ok(StartAt::Earliest));
        assert_eq!(start("now"), Ok(StartAt::Latest));
        let set = format!("{UUID}:1-20:tag:1-5");
        assert_eq!(start(&set), Ok(StartAt::Gtids(set.parse().unwrap())));
        assert_eq!(start("mysql-bin.000003:4"), Ok(StartAt::Position("mysql-bin.000003:4".parse().unwrap())));
        assert_eq!(start("2026-05-01T11:50:00Z"), start("now-10m"));
        assert_eq!(start("2026-05-01 11:50:00"), start("now-10m"));
        assert_eq!(start("2026-04-30T12:00:00"), start("now-1d"));
        assert_eq!(start("2026-05-01T13:50:00+02:00"), start("now-10m"));
    }

    #[test]
    fn what_is_no_point_is_told_with_the_forms() {
        for text in ["yesterday", "now-soon", "2026-13-01T00:00:00Z", &format!("{UUID}:0-x")] {
            assert!(start(text).is_err(), "{text}");
        }
        assert!(start("yesterday").unwrap_err().contains("now-10m"));
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(StopAt::parse("now", now), Ok(StopAt::Now));
        assert_eq!(StopAt::parse("never", now), Ok(StopAt::Never));
        assert!(StopAt::parse("earliest", now).is_err());
    }
}
