//! What both readers hand out: batches of events with what each means for its group.

use std::{io, path::PathBuf, sync::Arc};

use becauselog_model::{BinlogPosition, ErrorClass, GtidSet};
use thiserror::Error;

use crate::{
    event::Event,
    follow::FollowError,
    frame::FrameError,
    group::{Group, GroupError, Grouper, Mark},
    payload::PayloadError,
};

/// How many bytes of events a batch aims at: more only where one event is bigger.
pub const BATCH_BYTES: usize = 256 * 1024;

/// What was there to be read: never waited for, about [`BATCH_BYTES`] at most or one event.
///
/// Events inside a compressed transaction are unfolded; the TRANSACTION_PAYLOAD event itself is not among them. A batch
/// may end anywhere, inside a payload too.
#[derive(Debug, Clone, Default)]
pub struct SourceBatch {
    /// The events in order, each with its meaning.
    pub events: Vec<(Event, Mark)>,
    /// The groups that end in this batch: one for each mark that [`Mark::ends_group`], in order.
    pub groups: Vec<Group>,
    /// The bytes of the events.
    pub bytes: usize,
    /// The connection was renewed: an open group of the batches before is to be forgotten, it comes again from its start.
    pub restarted: bool,
    /// There was nothing more to read at the moment.
    pub caught_up: bool,
}

impl SourceBatch {
    /// Adds an event with the mark that `grouper` has just given it; if it ends a group, the group's description too.
    pub fn push(&mut self, event: Event, mark: Mark, grouper: &Grouper) {
        if mark.ends_group() {
            self.groups.push(grouper.group(&event));
        }
        self.bytes = self.bytes.saturating_add(event.len());
        self.events.push((event, mark));
    }

    /// Whether it has as many bytes as a batch should have.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES
    }

    /// Whether it has no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// Why a reader cannot go on.
#[derive(Debug, Error)]
pub enum SourceError {
    /// The bytes are no sound event.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// An event cannot stand where it stands, or says that changes are missing.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// A compressed transaction cannot be unfolded.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// A server cannot be followed.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The start is in none of the files.
    #[error(
        "{start} is not in the files that were given ({files}); give the file that holds it, or start earliest"
    )]
    StartNotInFiles {
        /// The start.
        start: String,
        /// The names of the files.
        files: String,
    },
    /// The start is a place inside a transaction.
    #[error("the start {start} is inside the transaction or event that begins at {begin}; start there")]
    StartInsideTransaction {
        /// The start.
        start: BinlogPosition,
        /// Where the transaction begins.
        begin: BinlogPosition,
    },
    /// Transactions that were to be read are in none of the files.
    #[error(
        "transactions {missing} are missing before {file}: give the files that hold them, or start after them"
    )]
    GapInFiles {
        /// The file before which they should be.
        file: Arc<str>,
        /// Their GTIDs.
        missing: GtidSet,
    },
}

impl SourceError {
    /// What is to be done.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Frame(error) => error.class(),
            Self::Group(error) => error.class(),
            Self::Payload(error) => error.class(),
            Self::Follow(error) => error.class(),
            Self::File { .. }
            | Self::StartNotInFiles { .. }
            | Self::StartInsideTransaction { .. }
            | Self::GapInFiles { .. } => ErrorClass::Operator,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Frame(error) => error.code(),
            Self::Group(error) => error.code(),
            Self::Payload(error) => error.code(),
            Self::Follow(error) => error.code(),
            Self::File { .. } => "E_FILE",
            Self::StartNotInFiles { .. } => "E_START_NOT_IN_FILES",
            Self::StartInsideTransaction { .. } => "E_START_INSIDE_TRANSACTION",
            Self::GapInFiles { .. } => "E_GAP_IN_FILES",
        }
    }
}
