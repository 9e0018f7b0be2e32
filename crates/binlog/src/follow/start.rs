//! From what the user says to where on this server reading starts and stops.

use becauselog_model::{BinlogPosition, GtidSet};
use tracing::info;

use super::{
    admission::{check_gtids, check_place, check_position, place_of},
    error::FollowError,
    facts::{LogFile, ServerFacts},
    place::Place,
    scan::{Found, Scanner, Wanted},
};
use crate::{Start, Stop, connection::Connection, source::SourceError};

/// A server on which a start or stop is looked up.
pub(crate) struct Lookup<'a> {
    pub(crate) facts: &'a ServerFacts,
    pub(crate) files: &'a [LogFile],
    pub(crate) scanner: Scanner<'a>,
}

impl Lookup<'_> {
    /// Where a start is on this server.
    pub(crate) async fn start(
        &self,
        connection: &mut Connection,
        start: &Start,
    ) -> Result<Place, SourceError> {
        match start {
            Start::Earliest => self.earliest().await,
            Start::Latest => Ok(self.here(self.facts.executed.clone(), self.end()?)),
            Start::Gtids(gtids) => self.gtids(gtids),
            Start::Position(position) => self.position(connection, position).await,
            Start::Time(time_us) => self.time(*time_us).await,
            Start::Checkpoint(checkpoint) => self.checkpoint(&place_of(checkpoint)).await,
        }
    }

    /// What a stop means on this server; positions become GTIDs, which hold on other servers too.
    pub(crate) async fn stop(&self, stop: &Stop) -> Result<Stop, SourceError> {
        match stop {
            Stop::Now if self.facts.has_gtids() => Ok(Stop::Gtids(self.facts.executed.clone())),
            Stop::Now => Ok(Stop::Position(self.end()?)),
            Stop::Position(position) if self.facts.has_gtids() => self.stop_position(position).await,
            other => Ok(other.clone()),
        }
    }

    /// A position in the log as it is becomes the GTIDs before it; one that is still to come stays.
    async fn stop_position(&self, position: &BinlogPosition) -> Result<Stop, SourceError> {
        let file = self.files.iter().find(|file| file.name == position.file && position.pos <= file.size);
        let Some(file) = file else { return Ok(Stop::Position(position.clone())) };
        let found = self.scanner.find(file, Wanted::GroupFrom(position)).await?;
        Ok(Stop::Gtids(found.gtids))
    }

    async fn earliest(&self) -> Result<Place, SourceError> {
        let first = self.first()?;
        let position = BinlogPosition { file: first.name.clone(), pos: 4 };
        Ok(self.here(self.facts.purged.clone(), position))
    }

    fn gtids(&self, gtids: &GtidSet) -> Result<Place, SourceError> {
        if !self.facts.has_gtids() {
            let mode = self.facts.gtid_mode.clone().unwrap_or_else(|| "none".to_owned());
            return Err(FollowError::GtidModeOff { server: self.facts.address.clone(), mode }.into());
        }
        match check_gtids(self.facts, gtids, None) {
            // Not a matter of waiting: nobody has read them from here.
            Err(FollowError::Behind { server, missing }) => {
                return Err(FollowError::GtidsUnknown { server, missing }.into());
            }
            checked => checked?,
        }
        Ok(Place::by_gtids(gtids.clone()))
    }

    /// A position that the user gives is checked to be between two groups: half a transaction is never read.
    async fn position(
        &self,
        connection: &mut Connection,
        position: &BinlogPosition,
    ) -> Result<Place, SourceError> {
        let place = self.here(GtidSet::new(), position.clone());
        check_position(self.facts, self.files, &place)?;
        if !self.facts.has_gtids() {
            self.check_boundary(connection, position).await?;
            return Ok(place);
        }
        let found = self.find(&position.file, Wanted::Boundary(position)).await?;
        Ok(self.here(self.with_purged(&found), position.clone()))
    }

    async fn time(&self, time_us: u64) -> Result<Place, SourceError> {
        let Some(file) = self.scanner.file_of(self.files, time_us).await? else {
            return Ok(self.here(self.facts.executed.clone(), self.end()?));
        };
        let found = self.scanner.find(&file, Wanted::CommittedFrom(time_us)).await?;
        if found.at_end {
            info!(position = %found.position, "no transaction in the log is as young as the start: starting at its end");
        }
        // A time before the log's own begin is its begin: nothing earlier is known to have been there.
        Ok(self.here(self.with_purged(&found), found.position))
    }

    async fn checkpoint(&self, place: &Place) -> Result<Place, SourceError> {
        let checked = check_place(self.facts, self.files, place)?;
        if checked.gtids.is_some() || !self.facts.has_gtids() {
            return Ok(checked);
        }
        // Made without GTIDs, which this server has now: from here on they count.
        let position = &checked.position;
        let found = self.find(&position.file, Wanted::Boundary(position)).await?;
        Ok(self.here(self.with_purged(&found), position.clone()))
    }

    /// What is purged cannot be read, wherever in the log that was said.
    fn with_purged(&self, found: &Found) -> GtidSet {
        found.gtids.union(&self.facts.purged)
    }

    async fn find(&self, file: &str, wanted: Wanted<'_>) -> Result<Found, SourceError> {
        let file = self.files.iter().find(|candidate| *candidate.name == *file);
        let file = file.map_or_else(|| self.first(), Ok)?;
        self.scanner.find(file, wanted).await
    }

    /// Without GTIDs a position is looked at through SQL: what stands there must be what can stand between groups.
    async fn check_boundary(
        &self,
        connection: &mut Connection,
        position: &BinlogPosition,
    ) -> Result<(), SourceError> {
        let not_a_boundary =
            || FollowError::NotABoundary { server: self.facts.address.clone(), position: position.clone() };
        let is_end = self.files.iter().any(|file| file.name == position.file && file.size == position.pos);
        if is_end {
            return Ok(());
        }
        if position.file.contains(['\'', '\\']) {
            return Err(not_a_boundary().into());
        }
        let sql = format!("SHOW BINLOG EVENTS IN '{}' FROM {} LIMIT 1", position.file, position.pos);
        let rows = connection.query(&sql, "looking at the start position").await.map_err(|error| {
            // "Wrong offset": there is no event.
            if error.reply().is_some_and(|reply| reply.number == 1220) {
                not_a_boundary()
            } else {
                FollowError::from(error).at(&self.facts.address)
            }
        })?;
        let kind = rows.get(0, "Event_type").unwrap_or_default();
        let begins =
            ["Gtid", "Anonymous_Gtid", "Gtid_tagged", "Rotate", "Stop", "Format_desc", "Previous_gtids"];
        if begins.contains(&kind) { Ok(()) } else { Err(not_a_boundary().into()) }
    }

    fn first(&self) -> Result<&LogFile, SourceError> {
        let none = || FollowError::BinlogOff { server: self.facts.address.clone() };
        Ok(self.files.first().ok_or_else(none)?)
    }

    fn end(&self) -> Result<BinlogPosition, SourceError> {
        let none = || FollowError::BinlogOff { server: self.facts.address.clone() };
        Ok(self.facts.end.clone().ok_or_else(none)?)
    }

    /// A place on this server; GTIDs count only where it has them.
    fn here(&self, gtids: GtidSet, position: BinlogPosition) -> Place {
        Place { server_uuid: self.facts.uuid, gtids: self.facts.has_gtids().then_some(gtids), position }
    }
}
