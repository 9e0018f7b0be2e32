//! Tells when a stop is reached.

use becauselog_model::{BinlogPosition, Gtid, GtidSet, Transaction};

use super::Stop;
use crate::{event::Event, group::Grouper};

/// Watches a stream for its stop: asked before and after each event.
///
/// [`Stop::Now`] has to be resolved to GTIDs or a position by whoever can ask the server; here it is never reached.
#[derive(Debug, Clone)]
pub struct StopWatch {
    stop: Stop,
    /// Of the GTIDs that have to be seen, those that have not.
    missing: Option<GtidSet>,
}

impl StopWatch {
    /// A watch for a stop. `seen` is what was seen before.
    #[must_use]
    pub fn new(stop: Stop, seen: &GtidSet) -> Self {
        let missing = match &stop {
            Stop::Gtids(wanted) => Some(wanted.unreached(seen)),
            _ => None,
        };
        Self { stop, missing }
    }

    /// Whether nothing at all is to be read any more.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.missing.as_ref().is_some_and(GtidSet::is_empty)
    }

    /// Whether reading stops before this event, which the grouper has just taken: it opened a group that is not wanted.
    #[must_use]
    pub fn stops_before(&self, event: &Event, grouper: &Grouper) -> bool {
        if !grouper.began() {
            return false;
        }
        match &self.stop {
            Stop::Position(position) => event.position() >= *position,
            Stop::Time(time_us) => commit_time_us(event, grouper.transaction()) >= *time_us,
            Stop::Never | Stop::Now | Stop::Gtids(_) => false,
        }
    }

    /// Whether reading stops after this event, which the grouper has just taken and which ended its group (`ends_group`)
    /// or stands between groups.
    #[must_use]
    pub fn stops_after(&mut self, ends_group: bool, grouper: &Grouper) -> bool {
        if grouper.is_open() {
            return false;
        }
        if let Stop::Position(position) = &self.stop {
            return grouper.end_position().is_some_and(|end: &BinlogPosition| end >= position);
        }
        let Some(missing) = &mut self.missing else { return false };
        let counts =
            |gtid: &&Gtid| ends_group && (missing.contains(gtid) || matches!(gtid, Gtid::MariaDb(_)));
        if let Some(gtid) = grouper.transaction().gtid.as_ref().filter(counts) {
            let mut one = GtidSet::new();
            one.insert(gtid);
            *missing = missing.unreached(&one);
        }
        missing.is_empty()
    }
}

/// When the group that an event opens was committed, in microseconds since 1970 UTC: as its GTID event says (8.0 and
/// later), else the header's time.
#[must_use]
pub fn commit_time_us(event: &Event, transaction: &Transaction) -> u64 {
    let header_us = u64::from(event.header.timestamp_s).saturating_mul(1_000_000);
    transaction.immediate_commit_us.unwrap_or(header_us)
}
