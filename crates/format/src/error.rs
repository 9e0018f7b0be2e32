//! What can go wrong while encoding.

use becauselog_model::{CellError, TableName, jsonb::JsonbError};
use thiserror::Error;

/// A change that cannot be encoded. The batch is as it was before it.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum FormatError {
    /// A cell cannot be read.
    #[error("{table}: {source}")]
    Cell {
        /// The table.
        table: TableName,
        /// What is wrong, with the column's index.
        source: CellError,
    },
    /// A JSON document cannot be read.
    #[error("{table}: column {column}: {source}")]
    Json {
        /// The table.
        table: TableName,
        /// The column's index from 0.
        column: usize,
        /// What is wrong.
        source: JsonbError,
    },
    /// A cell's type is not what its column's kind says.
    #[error("{table}: column {column}: the cell is no value of the column's type")]
    Mismatch {
        /// The table.
        table: TableName,
        /// The column's index from 0.
        column: usize,
    },
    /// The row has not as many cells as the table has columns.
    #[error("{table}: a row of {found} cells in a table of {expected} columns")]
    CellCount {
        /// The table.
        table: TableName,
        /// The columns of the shape.
        expected: usize,
        /// The cells that came.
        found: usize,
    },
    /// A truncated table's shape is not known, and the record of it needs a schema.
    #[error(
        "{table}: it is truncated before any row of it was seen, and its columns are not known, so its schema cannot be told"
    )]
    NoShape {
        /// The table.
        table: TableName,
    },
    /// The change lacks the image that its operation needs.
    #[error("{table}: a change without the row image that its operation needs")]
    NoImage {
        /// The table.
        table: TableName,
    },
    /// A key column is absent from the row image (`binlog_row_image`).
    #[error("{table}: key column {column} is absent from the row image")]
    KeyAbsent {
        /// The table.
        table: TableName,
        /// The column's index from 0.
        column: usize,
    },
    /// A record cannot be transformed or converted. The text names transform and field, no value.
    #[error("{table}: {source}")]
    Connect {
        /// The table.
        table: TableName,
        /// What is wrong.
        source: becauselog_connect::DataError,
    },
    /// A column cannot be converted as its converter is to.
    #[error("{table}.{column}: {what}")]
    Converter {
        /// The table.
        table: TableName,
        /// The column.
        column: std::sync::Arc<str>,
        /// What is wrong, and what to do.
        what: String,
    },
    /// A record of a topic beside the tables' own cannot be transformed or converted.
    #[error("topic {topic}: {source}")]
    Beside {
        /// The topic.
        topic: std::sync::Arc<str>,
        /// What is wrong.
        source: becauselog_connect::DataError,
    },
    /// What a DDL statement did to shapes cannot be told.
    #[error(transparent)]
    Ddl(#[from] crate::DdlError),
    /// The batch would grow beyond 4 GiB.
    #[error("{table}: the batch would grow beyond 4 GiB: encode into a new one")]
    BatchFull {
        /// The table.
        table: TableName,
    },
}

/// What is wrong with a cell, before it is known which.
#[derive(Debug)]
pub(crate) enum Fault {
    Mismatch,
    Json(JsonbError),
}

impl From<JsonbError> for Fault {
    fn from(error: JsonbError) -> Self {
        Self::Json(error)
    }
}

impl Fault {
    pub(crate) fn at(self, table: &TableName, column: usize) -> FormatError {
        let table = table.clone();
        match self {
            Self::Mismatch => FormatError::Mismatch { table, column },
            Self::Json(source) => FormatError::Json { table, column, source },
        }
    }
}
