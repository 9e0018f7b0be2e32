//! Reads the log from a file's begin on to find a place in it and the GTIDs before that place.

use std::time::Duration;

use becauselog_model::{BinlogPosition, GtidSet};
use tracing::info;

use super::{
    error::FollowError,
    facts::LogFile,
    identity::Identity,
    stream::{Step, Stream},
};
use crate::{
    connection::{ConnectOptions, Connection, DumpFrom, Endpoint, Registration},
    event::{Event, EventKind},
    frame::previous_gtids,
    group::{Grouper, Mark},
    source::SourceError,
    stop::commit_time_us,
};

/// How long a server may take between two reads of a scan.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A place between two groups, with all GTIDs before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) position: BinlogPosition,
    pub(crate) gtids: GtidSet,
    /// Whether the log ended before what was looked for.
    pub(crate) at_end: bool,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// This place, which must be between two groups.
    Boundary(&'a BinlogPosition),
    /// The first group that begins there or after it.
    GroupFrom(&'a BinlogPosition),
    /// The first group that was committed then or after it, in microseconds since 1970 UTC.
    CommittedFrom(u64),
}

/// Where to scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanner<'a> {
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) connect: &'a ConnectOptions,
}

impl Scanner<'_> {
    /// Reads from the begin of a file until what is wanted, or the end of the log.
    pub(crate) async fn find(&self, file: &LogFile, wanted: Wanted<'_>) -> Result<Found, SourceError> {
        info!(server = %self.endpoint, file = %file.name, bytes = file.size, "reading the log to find the place");
        let address = self.endpoint.to_string();
        let mut stream = self.open(file).await?;
        let mut found = Found {
            position: BinlogPosition { file: file.name.clone(), pos: 4 },
            gtids: GtidSet::new(),
            at_end: false,
        };
        let mut is_first_set = true;
        loop {
            match stream.step()? {
                Step::Nothing => stream.wait(PATIENCE).await?,
                Step::End => {
                    found.at_end = true;
                    return Ok(found);
                }
                Step::Event(event, mark) => {
                    if let Some(gtids) = previous_gtids(&event)?.filter(|_| is_first_set) {
                        found.gtids = gtids;
                        is_first_set = false;
                    }
                    if stream.grouper().began() && wanted.is_before(&event, stream.grouper()) {
                        return Ok(found);
                    }
                    found.take_note(&event, &mark, stream.grouper());
                    if !is_first_set
                        && wanted.is_reached(&event, &mark, &found, stream.grouper(), &address)?
                    {
                        return Ok(found);
                    }
                }
            }
        }
    }

    /// When a file was begun, in seconds since 1970 UTC, by its format description.
    pub(crate) async fn begun_s(&self, file: &LogFile) -> Result<u32, SourceError> {
        let mut stream = self.open(file).await?;
        loop {
            match stream.step()? {
                Step::Nothing => stream.wait(PATIENCE).await?,
                Step::End => return Ok(0),
                Step::Event(event, _) if event.kind() == EventKind::FORMAT_DESCRIPTION => {
                    return Ok(event.header.timestamp_s);
                }
                Step::Event(..) => {}
            }
        }
    }

    /// The last file that was begun in a second before a time's: the first group of that time or later is in it or behind
    /// it.
    pub(crate) async fn file_of(
        &self,
        files: &[LogFile],
        time_us: u64,
    ) -> Result<Option<LogFile>, SourceError> {
        let time_s = time_us / 1_000_000;
        let (mut low, mut high) = (0usize, files.len());
        // The begins rise, so the wanted file is found by halving; the first file serves where all are later.
        while high.saturating_sub(low) > 1 {
            let middle = low.midpoint(high);
            let Some(file) = files.get(middle) else { break };
            if u64::from(self.begun_s(file).await?) < time_s {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(files.get(low).cloned())
    }

    /// A dump from a file's begin to the end of the log, under an identity of its own: ours may be at work.
    async fn open(&self, file: &LogFile) -> Result<Stream, SourceError> {
        let begin = BinlogPosition { file: file.name.clone(), pos: 4 };
        Ok(self.open_at(&begin).await?.folded())
    }

    /// The same from a place between two groups, with compressed transactions unfolded.
    pub(crate) async fn open_at(&self, from: &BinlogPosition) -> Result<Stream, SourceError> {
        let address = self.endpoint.to_string();
        let named = |error: FollowError| error.at(&address);
        let identity = Identity::random();
        let mut connection =
            Connection::connect(self.endpoint, self.connect).await.map_err(|error| named(error.into()))?;
        let registration = Registration {
            server_id: identity.server_id,
            uuid: identity.uuid.to_string(),
            host: String::new(),
            port: 0,
            heartbeat: PATIENCE,
            write_timeout: PATIENCE,
        };
        connection.prepare(&registration).await.map_err(|error| named(error.into()))?;
        let from = DumpFrom::Position(from.clone());
        let dump =
            connection.dump(identity.server_id, &from, false).await.map_err(|error| named(error.into()))?;
        Ok(Stream::new(dump, address, identity.server_id, Grouper::new(None)))
    }
}

impl Found {
    fn take_note(&mut self, event: &Event, mark: &Mark, grouper: &Grouper) {
        if mark.ends_group() {
            if let Some(gtid) = &grouper.transaction().gtid {
                self.gtids.insert(gtid);
            }
            self.position = event.end_position();
            return;
        }
        let end = grouper.end_position().filter(|_| !grouper.is_open());
        if let Some(end) = end.filter(|end| **end > self.position) {
            self.position = end.clone();
        }
    }
}

impl Wanted<'_> {
    /// Whether this event, which has begun a group, is the first that is not before what is wanted.
    fn is_before(&self, event: &Event, grouper: &Grouper) -> bool {
        match self {
            Self::Boundary(_) => false,
            Self::GroupFrom(place) => event.position() >= **place,
            Self::CommittedFrom(time_us) => commit_time_us(event, grouper.transaction()) >= *time_us,
        }
    }

    /// Whether the place was reached between two groups. A boundary inside of an event or a group is an error.
    fn is_reached(
        &self,
        event: &Event,
        mark: &Mark,
        found: &Found,
        grouper: &Grouper,
        server: &str,
    ) -> Result<bool, SourceError> {
        let Self::Boundary(place) = self else { return Ok(false) };
        let is_inside = |begin: &BinlogPosition| begin < *place && **place < event.end_position();
        let in_event = event.start < event.end && is_inside(&event.position());
        // Every event of a group was looked at by itself; what is left is a boundary between two of them.
        let in_group = mark.ends_group();
        if in_event || (in_group && is_inside(&grouper.transaction().begin)) {
            let position = BinlogPosition::clone(place);
            return Err(FollowError::NotABoundary { server: server.to_owned(), position }.into());
        }
        Ok(!grouper.is_open() && found.position >= **place)
    }
}
