//! A DDL statement, for encoders that tell it.

use std::sync::Arc;

use becauselog_binlog::event::Event;
use becauselog_format::{DdlChange, Effect, SchemaChange};
use becauselog_model::{EncodedBatch, TableShape};

use super::{Owner, now_ns};
use crate::{encode::Encode, error::PipelineError};

/// A DDL statement.
#[derive(Debug)]
pub struct DdlPart {
    /// Whose it is.
    pub owner: Arc<Owner>,
    /// Where it is.
    pub event: Event,
    /// The default database of the session.
    pub database: String,
    /// The statement.
    pub statement: bytes::Bytes,
    /// It creates, alters, drops, renames or truncates tables, databases or indexes.
    pub is_ddl: bool,
    /// What it did, where shapes are followed.
    pub effects: Vec<Effect>,
    /// How many statements changed shapes up to and with it.
    pub schema_id: u64,
    /// What it did to the tables that are followed by statements.
    pub changes: Vec<SchemaChange>,
    /// The shape of the table that it truncates, where it is known.
    pub shape: Option<Arc<TableShape>>,
    /// It stands in a transaction that a BEGIN opened.
    pub within: bool,
}

impl DdlPart {
    pub(super) fn encode(
        &self,
        lane: usize,
        encoder: &mut dyn Encode,
        out: &mut EncodedBatch,
    ) -> Result<(), PipelineError> {
        // It stands before all rows of its transaction, so a target with some of those has it.
        if !self.owner.wanted(lane).has(0) {
            return Ok(());
        }
        let ddl = DdlChange {
            transaction: &self.owner.transaction,
            file: &self.event.file,
            pos: self.event.start,
            timestamp_s: self.event.header.timestamp_s,
            server_id: self.event.header.server_id,
            database: &self.database,
            statement: &self.statement,
            effects: &self.effects,
            schema_id: self.schema_id,
            is_ddl: self.is_ddl,
            changes: &self.changes,
            shape: self.shape.as_ref(),
            within: self.within,
        };
        encoder.ddl(&ddl, now_ns(), out).map_err(|source| PipelineError::Format {
            position: self.event.position(),
            row: 0,
            source,
        })
    }
}
