//! Where reading stops.

mod watch;

use becauselog_model::{BinlogPosition, GtidSet};

use crate::point::{Point, PointParseError};

pub use watch::{StopWatch, commit_time_us};

/// Where reading stops.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stop {
    /// Never; files: at the end of the last one.
    #[default]
    Never,
    /// At the last transaction that is there when reading starts.
    Now,
    /// As soon as all of these have been seen.
    Gtids(GtidSet),
    /// Before the first transaction that begins at this place or after it.
    Position(BinlogPosition),
    /// Before the first transaction committed at or after this time, in microseconds since 1970 UTC.
    Time(u64),
}

impl Stop {
    /// Reads `never`, `now`, `latest` (the same), `now-10m`, a GTID set, `file:pos` or an RFC 3339 time. `now_us` is the
    /// time now in microseconds since 1970 UTC.
    ///
    /// # Errors
    /// When the text is none of them.
    pub fn parse(text: &str, now_us: u64) -> Result<Self, PointParseError> {
        if text.trim().eq_ignore_ascii_case("never") {
            return Ok(Self::Never);
        }
        Ok(match Point::parse(text, now_us)? {
            Point::Latest => Self::Now,
            Point::Gtids(gtids) => Self::Gtids(gtids),
            Point::Position(position) => Self::Position(position),
            Point::Time(time_us) => Self::Time(time_us),
        })
    }
}
