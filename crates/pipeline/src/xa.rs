//! Prepared XA transactions: their rows are logged at PREPARE and wait here, durably, until they are settled.
//!
//! One file a prepared transaction in the state folder: a line of JSON (what the log says of the transaction), then the
//! events as in a spool, then a CRC32 of it all. A PREPARE is synced before the checkpoint passes it; a settled one is
//! marked before its COMMIT's rows go to a sink, and its file goes when the checkpoint has passed the COMMIT. So a crash
//! at any instant finds exactly the rows that the log from the checkpoint on will ask for.

mod file;
mod store;

use std::{io, path::PathBuf};

use becauselog_model::{BinlogPosition, ErrorClass, Transaction};
use thiserror::Error;

use crate::group::GroupEvents;

pub use store::XaStore;

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XaLimits {
    /// The most prepared transactions at once.
    pub transactions_max: usize,
    /// The most bytes on disk, all together.
    pub bytes_max: u64,
}

impl Default for XaLimits {
    fn default() -> Self {
        Self { transactions_max: 10_000, bytes_max: 16 << 30 }
    }
}

/// Why a prepared transaction cannot be kept or found.
#[derive(Debug, Error)]
pub enum XaError {
    /// The store's file cannot be written or read.
    #[error("prepared XA transactions are kept in {path}, and that failed: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Too many, or too much, is prepared.
    #[error(
        "prepared XA transactions exceed the limit ({what}); commit or roll back what `XA RECOVER` lists on the server, \
         or raise limits.xa_transactions / limits.xa_bytes"
    )]
    Full {
        /// Which limit.
        what: String,
    },
    /// A COMMIT whose PREPARE was never seen.
    #[error(
        "at {position}: XA COMMIT of {xid}, whose PREPARE is not held; it was logged before the start of this stream. \
         Start from a position before that PREPARE, or accept the gap by moving on with `becauselog position set`"
    )]
    Unknown {
        /// The transaction.
        xid: String,
        /// Where the COMMIT stands.
        position: BinlogPosition,
    },
    /// A file that is not what was written.
    #[error(
        "{path} is damaged ({what}); its rows cannot be delivered. Start again from a position before its PREPARE"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
}

/// What was prepared: the transaction and its events.
#[derive(Debug)]
pub struct Prepared {
    /// As the PREPARE's group described it.
    pub transaction: Transaction,
    /// Its events in order.
    pub events: GroupEvents,
}

impl XaError {
    /// The stable code under which the error is documented.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "E_XA_IO",
            Self::Full { .. } => "E_XA_FULL",
            Self::Unknown { .. } => "E_XA_UNKNOWN",
            Self::Damaged { .. } => "E_XA_DAMAGED",
        }
    }

    /// What is to be done about it.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Io { .. } | Self::Full { .. } | Self::Unknown { .. } | Self::Damaged { .. } => {
                ErrorClass::Operator
            }
        }
    }
}

#[cfg(test)]
mod tests;
