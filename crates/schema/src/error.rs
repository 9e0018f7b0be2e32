//! Why there is no shape for a table map.

use std::sync::Arc;

use becauselog_model::{ErrorClass, TableName};
use thiserror::Error;

use crate::{check::Mismatch, dictionary::Doubt};

/// Why there is no shape for a table map.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum ShapeError {
    /// Not a failure yet: call [`crate::Tracker::reload`] with this table and ask again.
    #[error("table {0}: its shape has to be read from information_schema")]
    NeedsReload(TableName),
    /// Not a failure yet: ask the server for its tables, and ask again.
    #[error("table {0}: how it is has to be asked of the server")]
    NeedsTables(TableName),
    /// How the table was at the position cannot be told.
    #[error(
        "table {table}: the log does not name its columns, and how it was here cannot be told: {doubt}. Set \
         binlog_row_metadata=FULL on the server and start after that, take ordinal names for it (tables.ordinal_names), or exclude \
         the table"
    )]
    Doubtful {
        /// The table.
        table: TableName,
        /// Why not.
        doubt: Doubt,
    },
    /// The server does not have the table any more, and the log does not describe it.
    #[error(
        "table {table}: the log does not name or describe all its columns, and the server does not have the table \
         any more (or hides it from this account). Set binlog_row_metadata=FULL on the server and start after that, \
         grant SELECT on the table, or exclude it"
    )]
    Missing {
        /// The table.
        table: TableName,
    },
    /// The log does not describe the table, and there is no server to ask.
    #[error(
        "table {table}: the log does not name or describe all its columns, and there is no server to ask. \
         Set binlog_row_metadata=FULL on the server for logs that are read as files"
    )]
    Offline {
        /// The table.
        table: TableName,
    },
    /// What the server says of the table is not what the log says.
    #[error(
        "table {table}: {mismatch}. The table was changed after these rows were logged: set binlog_row_metadata=FULL \
         on the server and start after that, start after the change, or exclude the table"
    )]
    Mismatch {
        /// The table.
        table: TableName,
        /// What differs.
        mismatch: Mismatch,
    },
    /// A column that this version cannot read.
    #[error("table {table}, column {column}: {what}. Exclude the table, or convert the column")]
    Unreadable {
        /// The table.
        table: TableName,
        /// The column's name.
        column: Arc<str>,
        /// What is not known, for example a collation's number.
        what: String,
    },
}

impl ShapeError {
    /// The class that decides what is done. [`ShapeError::NeedsReload`] is no failure; as one it is transient.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::NeedsReload(_) | Self::NeedsTables(_) => ErrorClass::Transient,
            Self::Doubtful { .. }
            | Self::Missing { .. }
            | Self::Offline { .. }
            | Self::Mismatch { .. }
            | Self::Unreadable { .. } => ErrorClass::Data,
        }
    }

    /// The stable code under which the error is documented.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NeedsReload(_) | Self::NeedsTables(_) => "E_SHAPE_STALE",
            Self::Doubtful { .. } => "E_SHAPE_DOUBTFUL",
            Self::Missing { .. } => "E_SHAPE_MISSING",
            Self::Offline { .. } => "E_SHAPE_OFFLINE",
            Self::Mismatch { .. } => "E_SHAPE_MISMATCH",
            Self::Unreadable { .. } => "E_SHAPE_UNREADABLE",
        }
    }

    /// The table.
    #[must_use]
    pub const fn table(&self) -> &TableName {
        match self {
            Self::NeedsReload(table)
            | Self::NeedsTables(table)
            | Self::Doubtful { table, .. }
            | Self::Missing { table }
            | Self::Offline { table }
            | Self::Mismatch { table, .. }
            | Self::Unreadable { table, .. } => table,
        }
    }
}
