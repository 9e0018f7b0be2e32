//! What can be wrong with a compressed transaction.

use std::io;

use becauselog_model::{BinlogPosition, ErrorClass};
use thiserror::Error;

use crate::event::{EventError, EventKind};

/// A compressed transaction that cannot be unfolded, with its place.
#[derive(Debug, Error)]
#[error("{at}: compressed transaction: {fault}")]
pub struct PayloadError {
    /// Where the TRANSACTION_PAYLOAD event begins.
    pub at: BinlogPosition,
    /// What is wrong with it.
    #[source]
    pub fault: PayloadFault,
}

/// What is wrong with a compressed transaction.
#[derive(Debug, Error)]
pub enum PayloadFault {
    /// The event's own content, or an event's header in it, is malformed.
    #[error(transparent)]
    Malformed(#[from] EventError),
    /// The compressed bytes are damaged, or ask for more memory than allowed.
    #[error("its bytes cannot be decompressed: {0}")]
    Damaged(#[from] io::Error),
    /// It ends inside an event.
    #[error("it ends inside an event: {expected} bytes expected, {found} found, at byte {at} of its content")]
    Torn {
        /// How far it was decompressed.
        at: u64,
        /// The event's length.
        expected: usize,
        /// The bytes that are there.
        found: usize,
    },
    /// An event of a length that none can have.
    #[error("an event of {length} bytes in it; 19 to {limit} are possible")]
    Length {
        /// The length in its header.
        length: u32,
        /// The longest possible.
        limit: u32,
    },
    /// It holds more or less than it says.
    #[error("{expected} bytes promised, {found} found")]
    Size {
        /// What it says.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// Something in it that cannot be inside of a transaction.
    #[error("a {kind} event in it, which cannot be inside of a transaction")]
    NotNested {
        /// The kind.
        kind: EventKind,
    },
}

impl PayloadError {
    /// What is to be done.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Operator
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "E_PAYLOAD"
    }
}
