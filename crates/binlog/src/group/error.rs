//! What can be wrong with the order or kind of events.

use becauselog_model::{BinlogPosition, ErrorClass};
use thiserror::Error;

use crate::event::{EventError, EventKind};

/// An event that cannot stand where it stands, with its place.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("{at}: {fault}")]
pub struct GroupError {
    /// Where the event begins.
    pub at: BinlogPosition,
    /// What is wrong with it.
    pub fault: GroupFault,
}

/// What is wrong with an event.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum GroupFault {
    /// Its content is malformed.
    #[error(transparent)]
    Malformed(#[from] EventError),
    /// A change was logged as a statement, not as rows.
    #[error(
        "a change was logged in statement format ({what}), so its rows are unknown; set binlog_format=ROW on the server (in every session, and in replicas' appliers) and start after this transaction"
    )]
    StatementFormat {
        /// The statement's first word, or the kind of event.
        what: String,
    },
    /// The file is of a server that could log nothing but statements.
    #[error(
        "a file of server {server_version} (binlog version {binlog_version}): before 5.0 a log holds statements only, so its rows are unknown; `becauselog inspect` counts what is in it"
    )]
    BeforeRows {
        /// The server's version.
        server_version: String,
        /// 1 to 3.
        binlog_version: u16,
    },
    /// Rows that only the table's definition of that time could tell.
    #[error(
        "a {kind} event: pre-releases of 5.1 wrote rows in a form that cannot be read without the table's definition; play the file back into a server of that time and follow one that applies it"
    )]
    PreGaRows {
        /// The kind.
        kind: EventKind,
    },
    /// The server says that its log may lack changes.
    #[error(
        "the server wrote an incident ({message}): changes may be missing from its log; compare the data, then start after this place"
    )]
    Incident {
        /// The server's words.
        message: String,
    },
    /// A kind of event that we do not know and must not skip.
    #[error("an event of an unknown kind ({kind}) that must not be skipped; a newer version may know it")]
    UnknownEvent {
        /// The kind.
        kind: EventKind,
    },
    /// An event that needs an open transaction and there is none.
    #[error("a {what} outside of any transaction; a start position has to be the begin of a transaction")]
    Outside {
        /// What stands there.
        what: &'static str,
    },
    /// A transaction begins inside of one.
    #[error("a {what} inside the transaction that begins at {begin}: its end is missing")]
    Inside {
        /// What stands there.
        what: &'static str,
        /// Where the open transaction begins.
        begin: BinlogPosition,
    },
    /// A rollback to a savepoint that the transaction does not have.
    #[error("a ROLLBACK TO a savepoint that the transaction does not have")]
    Savepoint,
    /// An XA statement whose id cannot be read.
    #[error("an XA statement whose id cannot be read")]
    XaId,
}

impl GroupError {
    /// What is to be done.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Operator
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.fault {
            GroupFault::Malformed(_) => "E_DAMAGED",
            GroupFault::StatementFormat { .. } | GroupFault::BeforeRows { .. } => "E_STATEMENT_FORMAT",
            GroupFault::Incident { .. } => "E_INCIDENT",
            GroupFault::UnknownEvent { .. } | GroupFault::PreGaRows { .. } => "E_UNKNOWN_EVENT",
            GroupFault::Outside { .. }
            | GroupFault::Inside { .. }
            | GroupFault::XaId
            | GroupFault::Savepoint => "E_GROUP",
        }
    }
}
