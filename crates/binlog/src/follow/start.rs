//! From what the user says to where on this server reading starts and stops.

use becauselog_model::{BinlogPosition, GtidSet};
use tracing::info;

use super::{
    admission::{check_flavor, check_gtids, check_place, check_position, place_of},
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
            Start::Checkpoint(checkpoint) => self.checkpoint(connection, &place_of(checkpoint)).await,
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
        check_flavor(self.facts, gtids.flavor(), "the start by GTIDs")?;
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
        Ok(Place::by_gtids(self.facts.version.flavor, gtids.clone()))
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

    async fn checkpoint(&self, connection: &mut Connection, place: &Place) -> Result<Place, SourceError> {
        let checked = check_place(self.facts, self.files, place)?;
        if checked.gtids.is_some() || !self.facts.has_gtids() {
            return Ok(checked);
        }
        // Made without GTIDs, which this server has now: from here on they count. It does not send the transactions
        // without GTID any more, so the files that end with them are left out.
        let position = self.after_ended_files(connection, checked.position).await?;
        let found = self.find(&position.file, Wanted::Boundary(&position)).await?;
        Ok(self.here(self.with_purged(&found), position))
    }

    /// The begin of the first file that has something behind this position.
    async fn after_ended_files(
        &self,
        connection: &mut Connection,
        mut position: BinlogPosition,
    ) -> Result<BinlogPosition, SourceError> {
        let began = position.file.clone();
        let behind = self.files.iter().skip_while(|file| file.name != began);
        for (file, next) in behind.clone().zip(behind.skip(1)) {
            if file.name != position.file || !self.has_ended(connection, &position).await? {
                break;
            }
            position = BinlogPosition { file: next.name.clone(), pos: 4 };
        }
        Ok(position)
    }

    /// Whether there is no transaction behind a position in its file.
    async fn has_ended(
        &self,
        connection: &mut Connection,
        position: &BinlogPosition,
    ) -> Result<bool, SourceError> {
        let mut kinds = self.kinds_from(connection, position, 4).await?;
        // At a file's begin.
        kinds.retain(|kind| !matches!(kind.as_str(), "Format_desc" | "Previous_gtids"));
        Ok(kinds.iter().all(|kind| matches!(kind.as_str(), "Rotate" | "Stop")))
    }

    /// What is purged cannot be read, wherever in the log that was said.
    fn with_purged(&self, found: &Found) -> GtidSet {
        // In this order: what was found comes after what was purged.
        self.facts.purged.union(&found.gtids)
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
        let begins =
            ["Gtid", "Anonymous_Gtid", "Gtid_tagged", "Rotate", "Stop", "Format_desc", "Previous_gtids"];
        let kinds = self.kinds_from(connection, position, 1).await?;
        // No event at all: the end of the log.
        match kinds.first() {
            Some(kind) if !begins.contains(&kind.as_str()) => Err(self.not_a_boundary(position).into()),
            _ => Ok(()),
        }
    }

    /// The kinds of the first events from a position on, as the server names them; none at a file's end.
    async fn kinds_from(
        &self,
        connection: &mut Connection,
        position: &BinlogPosition,
        count: u32,
    ) -> Result<Vec<String>, SourceError> {
        let file = self.files.iter().find(|file| file.name == position.file);
        // The statement takes no parameter; a name with a quote is none of the server's.
        let Some(file) = file.filter(|_| !position.file.contains(['\'', '\\'])) else {
            return Err(self.not_a_boundary(position).into());
        };
        if file.size == position.pos {
            return Ok(Vec::new());
        }
        let sql = format!("SHOW BINLOG EVENTS IN '{}' FROM {} LIMIT {count}", position.file, position.pos);
        match connection.query(&sql, "looking at the start position").await {
            Ok(rows) => Ok(rows.column("Event_type").map(str::to_owned).collect()),
            // "Wrong offset": there is no event.
            Err(error) if error.reply().is_some_and(|reply| reply.number == 1220) => {
                Err(self.not_a_boundary(position).into())
            }
            Err(error) => Err(FollowError::from(error).at(&self.facts.address).into()),
        }
    }

    fn not_a_boundary(&self, position: &BinlogPosition) -> FollowError {
        FollowError::NotABoundary { server: self.facts.address.clone(), position: position.clone() }
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
        let gtids = self.facts.has_gtids().then_some(gtids);
        Place { flavor: self.facts.version.flavor, server_uuid: self.facts.uuid, gtids, position }
    }
}
