//! Reads binlog files, a list of them or a pipe: the same events, groups and errors as over a connection.

mod events;
mod input;
mod selection;

use std::path::PathBuf;

use becauselog_model::{GtidSet, ServerUuid};
use tokio::io::AsyncRead;

use crate::{
    Start, Stop, StopWatch,
    event::{Event, EventKind},
    frame::previous_gtids,
    group::{Grouper, Mark},
    payload::Unfold,
    source::{SourceBatch, SourceError},
};

pub use events::FileEvents;
use selection::Selection;

/// A reader of binlog files: batches of events with what each means for its group, from a start to a stop.
#[derive(Debug)]
pub struct FileSource {
    events: FileEvents,
    grouper: Grouper,
    unfold: Option<Unfold>,
    selection: Selection,
    stop: StopWatch,
    is_done: bool,
    /// Found after events that are still to be handed out.
    error: Option<SourceError>,
}

impl FileSource {
    /// A reader of files in this order. Their names without folder are the names in positions.
    ///
    /// `server_uuid` is the server that the files are from, if the caller knows it.
    ///
    /// # Errors
    /// When the start is a position in a file that is not among them.
    pub fn files(
        paths: Vec<PathBuf>,
        start: Start,
        stop: Stop,
        server_uuid: Option<ServerUuid>,
    ) -> Result<Self, SourceError> {
        let selection = Selection::new(start);
        let mut events = FileEvents::files(paths);
        if let Some(position) = selection.position() {
            events.skip_to_file(position)?;
        }
        Ok(Self::new(events, selection, stop, server_uuid))
    }

    /// A reader of a pipe: one binlog file after the other. `name` is the name of the first one, if the caller knows it;
    /// the others' names are what ROTATE events say.
    #[must_use]
    pub fn pipe(
        reader: impl AsyncRead + Send + Unpin + 'static,
        name: &str,
        start: Start,
        stop: Stop,
        server_uuid: Option<ServerUuid>,
    ) -> Self {
        Self::new(FileEvents::pipe(reader, name), Selection::new(start), stop, server_uuid)
    }

    fn new(events: FileEvents, selection: Selection, stop: Stop, server_uuid: Option<ServerUuid>) -> Self {
        let stop = StopWatch::new(stop, selection.seen().unwrap_or(&GtidSet::new()));
        let is_done = stop.is_reached() || selection.is_nothing();
        let grouper = Grouper::new(server_uuid);
        Self { events, grouper, unfold: None, selection, stop, is_done, error: None }
    }

    /// What the next bytes give; nothing at the stop or the end of the last file.
    ///
    /// Waits for bytes only while it has no event to hand out; may be dropped while it waits, nothing is lost.
    ///
    /// # Errors
    /// When the bytes are no sound log; what was sound before them has been handed out. Nothing comes after an error.
    pub async fn next(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        let mut batch = SourceBatch::default();
        while !self.is_done && !batch.is_full() {
            match self.step(&mut batch) {
                Ok(true) => {}
                Ok(false) if !batch.is_empty() => break,
                Ok(false) => match self.events.fill().await {
                    Ok(more) => self.is_done = !more,
                    Err(error) => self.fail(error),
                },
                Err(error) => self.fail(error),
            }
        }
        if !batch.is_empty() {
            return Ok(Some(batch));
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(None),
        }
    }

    /// How the groups stand: the open one, the last end.
    #[must_use]
    pub fn grouper(&self) -> &Grouper {
        &self.grouper
    }

    fn fail(&mut self, error: SourceError) {
        self.is_done = true;
        self.error = Some(error);
    }

    /// Handles one event, if one is there.
    fn step(&mut self, batch: &mut SourceBatch) -> Result<bool, SourceError> {
        if let Some(unfold) = &mut self.unfold {
            match unfold.next_event()? {
                Some(event) => self.take(event, batch)?,
                None => self.unfold = None,
            }
            return Ok(true);
        }
        let Some(event) = self.events.try_next()? else { return Ok(false) };
        self.take(event, batch)?;
        Ok(true)
    }

    /// Groups an event and hands it out if it is wanted.
    fn take(&mut self, event: Event, batch: &mut SourceBatch) -> Result<(), SourceError> {
        if let Some(previous) = previous_gtids(&event)? {
            self.check_gap(&event, previous)?;
        }
        let mark = self.grouper.push(&event)?;
        if self.grouper.began() {
            if self.stop.stops_before(&event, &self.grouper) {
                self.is_done = true;
                return Ok(());
            }
            self.selection.decide(&event, self.grouper.transaction());
        }
        self.selection.check_start(&event, &mark, &self.grouper)?;
        if event.kind() == EventKind::TRANSACTION_PAYLOAD {
            return self.begin_payload(&event, mark, batch);
        }
        let ends_group = mark.ends_group();
        if ends_group {
            self.selection.note(&self.grouper);
        }
        self.is_done = self.stop.stops_after(ends_group, &self.grouper);
        if self.selection.is_wanted(&mark) {
            batch.push(event, mark, &self.grouper);
        }
        Ok(())
    }

    /// The payload event itself is not handed out, but for one that opens a group: the group's begin must be seen.
    fn begin_payload(
        &mut self,
        event: &Event,
        mark: Mark,
        batch: &mut SourceBatch,
    ) -> Result<(), SourceError> {
        self.unfold = Some(Unfold::new(event)?);
        if mark == Mark::Begin && self.selection.is_wanted(&mark) {
            batch.push(Event { body: bytes::Bytes::new(), ..event.clone() }, mark, &self.grouper);
        }
        Ok(())
    }

    /// Whether all GTIDs before this file were seen, or need not be.
    fn check_gap(&mut self, event: &Event, previous: GtidSet) -> Result<(), SourceError> {
        match self.selection.gap_before(previous, self.events.follows_by_number()) {
            Some(missing) => Err(SourceError::GapInFiles { file: event.file.clone(), missing }),
            None => Ok(()),
        }
    }
}
