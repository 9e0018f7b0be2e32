//! Binlog events: the header that all have, and one file for each kind's content.
//!
//! Layouts follow the server's `libs/mysql/binlog/event` (its `.h` files document every field). A parser takes the event's
//! body, that is the bytes after the 19-byte header with the checksum removed, and never panics, whatever the bytes are.

mod fields;
mod format_description;
mod gtid;
mod header;
mod heartbeat;
mod incident;
mod kind;
mod mariadb;
mod previous_gtids;
mod query;
mod rotate;
mod rows;
mod rows_query;
mod serialized;
pub mod table_map;
mod transaction_payload;
mod xa_prepare;
mod xid;

use std::sync::Arc;

use becauselog_model::BinlogPosition;
use bytes::Bytes;
use thiserror::Error;

pub use format_description::{ChecksumAlgorithm, FormatDescription};
pub use gtid::{GtidEvent, LogicalClock};
pub use header::{EventFlags, EventHeader};
pub use heartbeat::Heartbeat;
pub use incident::Incident;
pub use kind::EventKind;
pub use mariadb::{AlterPart, GtidList, MariaDbGtidEvent};
pub use previous_gtids::PreviousGtids;
pub use query::{Query, StatusVariables};
pub use rotate::Rotate;
pub use rows::{RowsHeader, RowsKind};
pub use rows_query::RowsQuery;
pub use transaction_payload::{PayloadCompression, TransactionPayload};
pub use xa_prepare::{XaPrepare, Xid};
pub use xid::XidEvent;

pub(crate) use fields::Fields;
pub(crate) use mariadb::uncompressed;

/// One event of the log, framed and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What every event begins with.
    pub header: EventHeader,
    /// The file it is in, without a folder.
    pub file: Arc<str>,
    /// Where it begins in that file. For an event inside a compressed transaction: where the payload event begins.
    pub start: u64,
    /// Where the next one begins. For an event inside a compressed transaction: where the payload event ends.
    pub end: u64,
    /// Whether it was inside a compressed transaction.
    pub nested: bool,
    /// Its content: after the header, without the checksum.
    pub body: Bytes,
}

/// An event whose bytes are not what its kind says.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("{kind} event: {what} (byte {at} of its content)")]
pub struct EventError {
    /// The kind of the event.
    pub kind: EventKind,
    /// The offset in the event's body.
    pub at: usize,
    /// What is wrong.
    pub what: &'static str,
}

impl Event {
    /// The position after it: where reading would go on.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Its place.
    #[must_use]
    pub fn position(&self) -> BinlogPosition {
        BinlogPosition { file: Arc::clone(&self.file), pos: self.start }
    }

    /// The place after it.
    #[must_use]
    pub fn end_position(&self) -> BinlogPosition {
        BinlogPosition { file: Arc::clone(&self.file), pos: self.end }
    }

    /// The kind of event.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        self.header.kind
    }

    /// The bytes it takes in memory: header and body.
    #[must_use]
    pub fn len(&self) -> usize {
        self.body.len().saturating_add(EventHeader::LEN)
    }

    /// Whether it has no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }
}

#[cfg(test)]
#[path = "event/any_bytes_tests.rs"]
mod any_bytes_tests;
