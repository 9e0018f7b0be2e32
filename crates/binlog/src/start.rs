//! Where reading starts.

use becauselog_model::{BinlogPosition, Checkpoint, GtidSet};

use crate::point::{Point, PointParseError};

/// Where reading starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At the first transaction that the server (or the list of files) still has.
    Earliest,
    /// After the last transaction that is there now.
    Latest,
    /// At the transactions that are not in this set.
    Gtids(GtidSet),
    /// At this place, which is the begin of a transaction.
    Position(BinlogPosition),
    /// At the first transaction committed at or after this time, in microseconds since 1970 UTC.
    Time(u64),
    /// After all that a checkpoint has seen.
    Checkpoint(Checkpoint),
}

impl Start {
    /// Reads `earliest`, `latest`, `now`, `now-10m`, a GTID set, `file:pos` or an RFC 3339 time. `now_us` is the time
    /// now in microseconds since 1970 UTC.
    ///
    /// # Errors
    /// When the text is none of them.
    pub fn parse(text: &str, now_us: u64) -> Result<Self, PointParseError> {
        if text.trim().eq_ignore_ascii_case("earliest") {
            return Ok(Self::Earliest);
        }
        Ok(match Point::parse(text, now_us)? {
            Point::Latest => Self::Latest,
            Point::Gtids(gtids) => Self::Gtids(gtids),
            Point::Position(position) => Self::Position(position),
            Point::Time(time_us) => Self::Time(time_us),
        })
    }
}
