//! Why a sink cannot go on.

use std::{io, path::PathBuf};

use becauselog_model::ErrorClass;
use thiserror::Error;

/// What stops a sink. A target that is only full or away stalls the sink and is no error.
#[derive(Debug, Error)]
pub enum SinkError {
    /// A file or folder cannot be opened or made.
    #[error("cannot open {path}: {source}; check that the folder exists and that this user may write there")]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process writes this file.
    #[error("{path} is being written by another process (pid {pid}); stop it, or give this one another path")]
    Locked {
        /// The data file.
        path: PathBuf,
        /// The other process, as far as it is known.
        pid: String,
    },
    /// The data file holds something, and there is no position that belongs to it.
    #[error(
        "{path} already holds {bytes} bytes that no position belongs to; move it away to begin a new file, or set \
         `on_foreign = \"append\"` to write after what is there"
    )]
    Unclaimed {
        /// The data file.
        path: PathBuf,
        /// How long it is.
        bytes: u64,
    },
    /// The data file is gone, its position is there.
    #[error(
        "{path} is gone, but its position in {sidecar} says that it holds {bytes} bytes; put the file back, or, if it \
         was moved away on purpose, set `on_missing = \"start-new\"` to go on in a new file from that position, or \
         remove {sidecar} and set the position back with `becauselog position set` to write the changes again"
    )]
    Missing {
        /// The data file.
        path: PathBuf,
        /// The folder that its position is in.
        sidecar: PathBuf,
        /// How long it has to be.
        bytes: u64,
    },
    /// The data file is shorter than what is known to be durable, or another file.
    #[error(
        "{path} is not the file that its position in {sidecar} belongs to: {what}; put the right file back, or move \
         both away to begin a new file, and set the position back with `becauselog position set` to write the changes \
         again"
    )]
    Foreign {
        /// The data file.
        path: PathBuf,
        /// The folder that its position is in.
        sidecar: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// The position beside the data file cannot be read.
    #[error(
        "the position in {path} cannot be used: {what}; put a good copy back, or move it and the data file away and \
         set the position back with `becauselog position set`"
    )]
    Position {
        /// The position's file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Someone else changed the data file while it was written.
    #[error(
        "{path} was changed by someone else while it was written: it is {found} bytes long and has to be {expected}; \
         rotate it by moving it away and sending SIGHUP, never by cutting it (`copytruncate`)"
    )]
    Altered {
        /// The data file.
        path: PathBuf,
        /// How long it has to be.
        expected: u64,
        /// How long it is.
        found: u64,
    },
    /// No room where the position is kept; what was asked can be asked again.
    #[error("no room for {path}: {source}; make room")]
    Full {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A write or a rename failed for another reason than want of room.
    #[error("cannot {what} {path}: {source}; check the disk and its file system, then start again")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The system could not make the data durable: what it holds since the last sync is not to be trusted.
    #[error(
        "cannot sync {path}: {source}; it was cut back to what is known to be durable. Check the disk, then start \
         again: what is missing is read again"
    )]
    Sync {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Whoever read our output has closed it.
    #[error("{name}: the reader of the output has gone")]
    ReaderGone {
        /// The sink.
        name: String,
    },
    /// The sink failed before and takes nothing any more.
    #[error("sink {name} is closed after a failure")]
    Closed {
        /// The sink.
        name: String,
    },
    /// A batch came before the sink was told where it begins, or out of its order.
    #[error("sink {name}: {what}")]
    OutOfOrder {
        /// The sink.
        name: String,
        /// What is not in order.
        what: String,
    },
    /// A thread of the sink ended by a panic.
    #[error("sink {name}: its writer ended unexpectedly")]
    Panicked {
        /// The sink.
        name: String,
    },
}

impl SinkError {
    /// What is to be done about it.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Full { .. } => ErrorClass::Transient,
            Self::Open { .. }
            | Self::Locked { .. }
            | Self::Unclaimed { .. }
            | Self::Missing { .. }
            | Self::Foreign { .. }
            | Self::Position { .. }
            | Self::Altered { .. }
            | Self::Io { .. }
            | Self::Sync { .. }
            | Self::ReaderGone { .. } => ErrorClass::Operator,
            Self::Closed { .. } | Self::OutOfOrder { .. } | Self::Panicked { .. } => ErrorClass::Bug,
        }
    }

    /// A stable name for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "E_SINK_OPEN",
            Self::Locked { .. } => "E_SINK_LOCKED",
            Self::Unclaimed { .. } => "E_SINK_UNCLAIMED",
            Self::Missing { .. } => "E_SINK_MISSING",
            Self::Foreign { .. } => "E_SINK_FOREIGN",
            Self::Position { .. } => "E_SINK_POSITION",
            Self::Altered { .. } => "E_SINK_ALTERED",
            Self::Full { .. } => "E_SINK_FULL",
            Self::Io { .. } => "E_SINK_IO",
            Self::Sync { .. } => "E_SINK_SYNC",
            Self::ReaderGone { .. } => "E_READER_GONE",
            Self::Closed { .. } => "E_SINK_CLOSED",
            Self::OutOfOrder { .. } => "E_SINK_ORDER",
            Self::Panicked { .. } => "E_SINK_PANICKED",
        }
    }
}
