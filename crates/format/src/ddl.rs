//! A DDL statement as encoders see it.

use std::sync::Arc;

use becauselog_model::{TableShape, Transaction};

use crate::{Effect, SchemaChange, committed_ns};

/// A DDL statement of the log, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct DdlChange<'a> {
    /// The transaction it is.
    pub transaction: &'a Transaction,
    /// The file its event is in.
    pub file: &'a Arc<str>,
    /// Where its event begins.
    pub pos: u64,
    /// The header's time in seconds since 1970 UTC.
    pub timestamp_s: u32,
    /// The id of the server that made it first.
    pub server_id: u32,
    /// The default database of the session; empty where there was none.
    pub database: &'a str,
    /// The statement as the server logged it.
    pub statement: &'a [u8],
    /// It creates, alters, drops, renames or truncates tables, databases or indexes; other statements only Debezium tells of.
    pub is_ddl: bool,
    /// What it did, where shapes are followed statement by statement.
    pub effects: &'a [Effect],
    /// How many statements changed shapes up to and with it; 0 where they are not followed.
    pub schema_id: u64,
    /// What it did to the tables that are followed by statements, as Debezium does it.
    pub changes: &'a [SchemaChange],
    /// The shape of the table that it truncates, where it is known.
    pub shape: Option<&'a Arc<TableShape>>,
    /// It stands in a transaction that a BEGIN opened.
    pub within: bool,
}

impl DdlChange<'_> {
    /// When it was committed on the server read from, in nanoseconds since 1970 UTC.
    pub(crate) fn committed_ns(&self) -> u64 {
        committed_ns(self.transaction, self.timestamp_s)
    }
}
