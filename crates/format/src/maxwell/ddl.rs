//! What DDL statements do to the shapes of tables, as Maxwell tells it.
//!
//! [`Definitions`] holds all databases and tables as they are at a position of the log, and each statement is applied to
//! them in order. The reader knows what changes columns, keys and charsets, and steps over everything else.

mod alter;
mod column_type;
mod cursor;
mod definition;
mod lexer;
mod message;
mod statement;

use std::sync::Arc;

use thiserror::Error;

pub use self::definition::{Column, Definitions, Detail, Table};
pub(super) use self::message::push;
use super::filter::Filter;

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A database came.
    DatabaseCreate {
        /// Its name.
        database: String,
        /// Its default charset.
        charset: String,
    },
    /// A database changed.
    DatabaseAlter {
        /// Its name.
        database: String,
        /// Its new default charset, where the statement names one.
        charset: Option<String>,
    },
    /// A database went.
    DatabaseDrop {
        /// Its name.
        database: String,
    },
    /// A table came.
    TableCreate {
        /// As it is now.
        table: Arc<Table>,
    },
    /// A table changed; its name may be another now.
    TableAlter {
        /// As it was.
        old: Arc<Table>,
        /// As it is now.
        new: Arc<Table>,
    },
    /// A table went.
    TableDrop {
        /// Its database.
        database: String,
        /// Its name.
        table: String,
    },
}

/// A statement that cannot be followed.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum DdlError {
    /// Its text cannot be read.
    #[error("word {word} of the statement is not understood: {what} is missing")]
    Syntax {
        /// The word, from 1.
        word: usize,
        /// What should stand there.
        what: &'static str,
    },
    /// It changes a table that is not known.
    #[error("the table {database}.{table} is not known, so what it was before the statement cannot be told")]
    UnknownTable {
        /// Its database.
        database: String,
        /// Its name.
        table: String,
    },
    /// It names a column that the table does not have.
    #[error("the table {database}.{table} has no column {column} that the statement names")]
    UnknownColumn {
        /// Its database.
        database: String,
        /// Its name.
        table: String,
        /// The column's name.
        column: String,
    },
}

impl Effect {
    /// Whether a filter lets the message of it through.
    #[must_use]
    pub fn passes(&self, filter: &Filter) -> bool {
        match self {
            Self::DatabaseCreate { database, .. }
            | Self::DatabaseAlter { database, .. }
            | Self::DatabaseDrop { database } => filter.passes(database, None),
            Self::TableCreate { table } => filter.passes(&table.database, Some(&table.name)),
            Self::TableAlter { old, new } => {
                filter.passes(&old.database, Some(&old.name)) && filter.passes(&new.database, Some(&new.name))
            }
            Self::TableDrop { database, table } => filter.passes(database, Some(table)),
        }
    }

    /// The database that it is about.
    #[must_use]
    pub fn database(&self) -> &str {
        match self {
            Self::DatabaseCreate { database, .. }
            | Self::DatabaseAlter { database, .. }
            | Self::DatabaseDrop { database }
            | Self::TableDrop { database, .. } => database,
            Self::TableCreate { table } | Self::TableAlter { old: table, .. } => &table.database,
        }
    }

    /// The table that it is about.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::TableDrop { table, .. } => Some(table),
            Self::TableCreate { table } | Self::TableAlter { old: table, .. } => Some(&table.name),
            _ => None,
        }
    }
}
