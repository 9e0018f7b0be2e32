//! Why a table cannot be read.

use becauselog_model::TableName;
use becauselog_schema::{CatalogError, ShapeError};
use mysql_async::Error;
use thiserror::Error;

/// Why a table cannot be read. A server's own words quote statements, so of its errors only the numbers are told.
#[derive(Debug, Error)]
pub enum ReadError {
    /// No server can be reached.
    #[error("connecting: {}", said(.0))]
    Connect(Error),
    /// The server does not show yet what its log has told of.
    #[error("the server does not show a transaction of its log yet")]
    Behind,
    /// A statement failed, or the connection while its rows came.
    #[error("{what}: {}", said(.source))]
    Statement {
        /// What it was for.
        what: &'static str,
        /// Why it failed.
        source: Error,
    },
    /// `information_schema` cannot be read.
    #[error("reading the table's shape: {0}")]
    Catalog(#[from] CatalogError),
    /// A column that this version cannot read.
    #[error(transparent)]
    Shape(Box<ShapeError>),
    /// The server gave a value of another type than the column's.
    #[error("table {table}, column {column}: the server gave no value of the column's type")]
    Value {
        /// The table.
        table: TableName,
        /// The column's index from 0.
        column: usize,
    },
}

impl ReadError {
    /// What the SQL client says, where it is that.
    #[must_use]
    pub const fn sql(&self) -> Option<&Error> {
        match self {
            Self::Connect(source)
            | Self::Statement { source, .. }
            | Self::Catalog(CatalogError::Query { source, .. }) => Some(source),
            Self::Behind
            | Self::Catalog(CatalogError::Answer { .. })
            | Self::Shape(_)
            | Self::Value { .. } => None,
        }
    }
}

/// An error without the words of the server.
fn said(error: &Error) -> String {
    match error {
        Error::Server(server) => format!("the server says error {} ({})", server.code, server.state),
        other => other.to_string(),
    }
}

/// Says what a statement was for.
pub(crate) fn failed(what: &'static str) -> impl Fn(Error) -> ReadError {
    move |source| ReadError::Statement { what, source }
}
