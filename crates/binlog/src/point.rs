//! The text forms that starts and stops have in common.

use becauselog_model::{BinlogPosition, GtidParseError, GtidSet, MariaDbGtid, ServerUuid};
use thiserror::Error;

/// A place in the log, said in one of several ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Point {
    Latest,
    Gtids(GtidSet),
    Position(BinlogPosition),
    Time(u64),
}

/// A text that names no place in the log.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum PointParseError {
    /// It begins like a GTID set and is none.
    #[error(transparent)]
    Gtids(#[from] GtidParseError),
    /// It begins like `now-…` and is no span of time.
    #[error("{text:?}: after now- comes a number with s, m, h or d, for example now-10m")]
    Span {
        /// The text.
        text: String,
    },
    /// It begins like a time and is none.
    #[error("{text:?} is not a time: {reason}; expected RFC 3339, for example 2026-01-31T08:00:00Z")]
    Time {
        /// The text.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// It is nothing that we know.
    #[error(
        "{text:?} is no place in the log; expected earliest, latest, now, now-10m, a GTID set, file:pos or an RFC 3339 time"
    )]
    Unknown {
        /// The text.
        text: String,
    },
}

impl Point {
    pub(crate) fn parse(text: &str, now_us: u64) -> Result<Self, PointParseError> {
        let trimmed = text.trim();
        let word = trimmed.to_ascii_lowercase();
        if word == "now" || word == "latest" {
            return Ok(Self::Latest);
        }
        if let Some(span) = word.strip_prefix("now-") {
            let span = span_us(span).ok_or_else(|| PointParseError::Span { text: shown(trimmed) })?;
            return Ok(Self::Time(now_us.saturating_sub(span)));
        }
        if begins_with_uuid(trimmed) || begins_with_mariadb_gtid(trimmed) {
            return Ok(Self::Gtids(trimmed.parse()?));
        }
        if begins_with_date(trimmed) && !trimmed.rsplit_once(':').is_some_and(|(file, _)| file.contains('.'))
        {
            return parse_time(trimmed);
        }
        match trimmed.parse() {
            Ok(position) => Ok(Self::Position(position)),
            Err(_) => Err(PointParseError::Unknown { text: shown(trimmed) }),
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(120).collect()
}

fn begins_with_uuid(text: &str) -> bool {
    text.split_once(':').is_some_and(|(uuid, _)| uuid.trim().parse::<ServerUuid>().is_ok())
}

fn begins_with_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes
            .iter()
            .take(10)
            .enumerate()
            .all(|(i, c)| if matches!(i, 4 | 7) { *c == b'-' } else { c.is_ascii_digit() })
}

/// `domain-server-number`, the first of a list.
fn begins_with_mariadb_gtid(text: &str) -> bool {
    text.split(',').next().is_some_and(MariaDbGtid::is_text)
}

/// A span such as `90s`, `10m`, `2h`, `1d`, in microseconds.
fn span_us(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let number = text.strip_suffix(unit)?;
    if number.is_empty() || !number.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(seconds)?.checked_mul(1_000_000)
}

fn parse_time(text: &str) -> Result<Point, PointParseError> {
    let bad = |reason: String| PointParseError::Time { text: shown(text), reason };
    let time: jiff::Timestamp = text.parse().map_err(|error: jiff::Error| bad(error.to_string()))?;
    match u64::try_from(time.as_microsecond()) {
        Ok(us) => Ok(Point::Time(us)),
        Err(_) => Err(bad("it is before 1970".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Start, Stop};

    const NOW_US: u64 = 1_700_000_000_000_000;

    #[test]
    fn keywords_and_spans() {
        assert_eq!(Start::parse(" Earliest ", NOW_US), Ok(Start::Earliest));
        assert_eq!(Start::parse("now", NOW_US), Ok(Start::Latest));
        assert_eq!(Start::parse("now-10m", NOW_US), Ok(Start::Time(NOW_US - 600_000_000)));
        assert_eq!(Stop::parse("latest", NOW_US), Ok(Stop::Now));
        assert_eq!(Stop::parse("never", NOW_US), Ok(Stop::Never));
        assert!(matches!(Start::parse("now-10", NOW_US), Err(PointParseError::Span { .. })));
        assert!(Stop::parse("earliest", NOW_US).is_err());
    }

    #[test]
    fn a_gtid_set_with_tags_is_told_from_a_position() {
        let text = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-20:tag:1-5";
        assert!(matches!(Start::parse(text, NOW_US), Ok(Start::Gtids(set)) if set.to_string() == text));
        let position = Start::parse("mysql-bin.000003:194", NOW_US).unwrap();
        assert!(matches!(position, Start::Position(at) if at.to_string() == "mysql-bin.000003:194"));
        assert!(matches!(
            Start::parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:x-", NOW_US),
            Err(PointParseError::Gtids(_))
        ));
    }

    #[test]
    fn gtids_of_mariadb_are_positions_per_domain() {
        let parsed = Start::parse("0-1-42, 1-2-7", NOW_US);
        assert!(matches!(parsed, Ok(Start::Gtids(set)) if set.to_string() == "0-1-42,1-2-7"));
        assert!(matches!(Start::parse("0-1-42,x", NOW_US), Err(PointParseError::Gtids(_))));
        assert!(matches!(Start::parse("2026-01-31", NOW_US), Err(PointParseError::Time { .. })));
        assert!(matches!(Start::parse("2026-01-31T08:00:00Z", NOW_US), Ok(Start::Time(_))));
    }

    #[test]
    fn times_need_their_zone() {
        assert_eq!(Start::parse("1970-01-01T00:00:01.5Z", NOW_US), Ok(Start::Time(1_500_000)));
        assert_eq!(Stop::parse("1970-01-01T01:00:00+01:00", NOW_US), Ok(Stop::Time(0)));
        assert!(matches!(Start::parse("2026-01-31T08:00:00", NOW_US), Err(PointParseError::Time { .. })));
        let dated = Start::parse("2026-01-31-bin.000004:4", NOW_US).unwrap();
        assert!(matches!(dated, Start::Position(_)));
    }

    #[test]
    fn what_is_no_place_is_said() {
        for text in ["", "yesterday", "mysql-bin.000003", "mysql-bin.000003:x"] {
            assert!(matches!(Start::parse(text, NOW_US), Err(PointParseError::Unknown { .. })), "{text}");
        }
    }
}
