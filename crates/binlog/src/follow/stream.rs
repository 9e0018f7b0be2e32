//! One running dump: from packets to events with what they mean.

use std::time::Duration;

use bytes::Bytes;

use super::{error::FollowError, refusal::explain};
use crate::{
    connection::{ConnectionError, Dump, DumpPacket},
    event::{Event, EventKind},
    frame::Framer,
    group::{Grouper, Mark},
    payload::Unfold,
    source::SourceError,
};

/// A dump from one server.
pub(crate) struct Stream {
    dump: Dump,
    address: String,
    server_id: u32,
    framer: Framer,
    grouper: Grouper,
    unfold: Option<Unfold>,
    /// Whether compressed transactions are unfolded, or stand for themselves.
    unfolds: bool,
}

/// How long a server with many files may look for the one to begin with; it sends no heartbeat meanwhile.
const FIRST_EVENT_PATIENCE: Duration = Duration::from_secs(60);

/// What a stream had.
#[derive(Debug)]
pub(crate) enum Step {
    /// An event with its meaning.
    Event(Event, Mark),
    /// All that is here was taken.
    Nothing,
    /// The end of the log, where the dump ends there.
    End,
}

impl Stream {
    /// A stream of a dump that was just started.
    pub(crate) fn new(dump: Dump, address: String, server_id: u32, grouper: Grouper) -> Self {
        let framer = Framer::new("".into(), 0);
        Self { dump, address, server_id, framer, grouper, unfold: None, unfolds: true }
    }

    /// Hands compressed transactions out as they are: one event that is a whole group.
    pub(crate) fn folded(self) -> Self {
        Self { unfolds: false, ..self }
    }

    /// How the groups stand.
    pub(crate) const fn grouper(&self) -> &Grouper {
        &self.grouper
    }

    /// All bytes that came.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.dump.bytes_read()
    }

    /// A server that shuts down ends a dump as if its log were at an end.
    pub(crate) fn ended(&self) -> FollowError {
        let source = ConnectionError::Closed { doing: "reading the binlog (the server ended the dump)" };
        FollowError::Connection { server: self.address.clone(), source }
    }

    /// The next event if it is here.
    pub(crate) fn step(&mut self) -> Result<Step, SourceError> {
        loop {
            if let Some(unfold) = &mut self.unfold {
                if let Some(event) = unfold.next_event()? {
                    let mark = self.grouper.push(&event)?;
                    return Ok(Step::Event(event, mark));
                }
                self.unfold = None;
            }
            let packet = self.dump.take().map_err(|error| explain(error, &self.address, self.server_id))?;
            let event = match packet {
                None => return Ok(Step::Nothing),
                Some(DumpPacket::End) => return Ok(Step::End),
                Some(DumpPacket::Event(bytes)) => self.framer.accept_from_wire(bytes)?,
            };
            let mark = self.grouper.push(&event)?;
            if event.kind() != EventKind::TRANSACTION_PAYLOAD {
                return Ok(Step::Event(event, mark));
            }
            if !self.unfolds {
                self.grouper.reset();
                return Ok(Step::Event(event, Mark::Commit));
            }
            self.unfold = Some(Unfold::new(&event)?);
            // It stands for itself only where it opens a group without a GTID event, so that the begin is seen.
            if mark == Mark::Begin {
                return Ok(Step::Event(Event { body: Bytes::new(), ..event }, mark));
            }
        }
    }

    /// Takes the bytes that are here without waiting; whether there were any.
    pub(crate) async fn more(&mut self) -> Result<bool, SourceError> {
        let more = self.dump.more().await;
        more.map_err(|error| explain(error, &self.address, self.server_id).into())
    }

    /// Waits for bytes. The connection counts as dead after `silence` without one; only waiting counts, over all calls.
    /// Before the first event the server may need longer: it looks for the file to begin with. Cancel-safe.
    pub(crate) async fn wait(&mut self, silence: Duration) -> Result<(), SourceError> {
        let is_first = self.framer.position().file.is_empty();
        let silence = if is_first { silence.max(FIRST_EVENT_PATIENCE) } else { silence };
        let left = silence.saturating_sub(self.dump.quiet());
        match tokio::time::timeout(left, self.dump.wait()).await {
            Ok(waited) => waited.map_err(|error| explain(error, &self.address, self.server_id).into()),
            Err(_) => Err(FollowError::Silent { server: self.address.clone(), waited: silence }.into()),
        }
    }
}
