//! A part of a bootstrap, for encoders that tell it.

use std::sync::Arc;

use becauselog_format::{Bootstrap, BootstrapRequest, BootstrapStep};
use becauselog_model::{EncodedBatch, TableShape};
use becauselog_snapshot::SelectedRow;

use super::{Owner, now_ns};
use crate::{encode::Encode, error::PipelineError, lane::Wanted};

/// A bootstrap that runs.
#[derive(Debug)]
pub struct Running {
    /// The transaction that asked for it.
    pub owner: Arc<Owner>,
    /// The index of the change in it that did.
    pub index: u64,
    /// What was asked for.
    pub request: BootstrapRequest,
    /// The table's shape.
    pub shape: Arc<TableShape>,
    /// The table has no primary key.
    pub keyless: bool,
    /// How many statements changed shapes before it.
    pub schema_id: u64,
}

/// A part of it.
#[derive(Debug)]
pub struct BootstrapPart {
    /// Of which.
    pub running: Arc<Running>,
    /// What.
    pub what: BootstrapRows,
}

/// What a part is.
#[derive(Debug)]
pub enum BootstrapRows {
    /// The begin.
    Start,
    /// Rows that were read.
    Rows {
        /// The number of the first of them, from 0.
        first: u64,
        /// The rows.
        rows: Vec<SelectedRow>,
    },
    /// The end.
    Complete,
}

impl BootstrapPart {
    /// Whoever has the transaction whole has this too. Whoever has all its changes, and no more, gets all of it again: rows
    /// may have come and gone since.
    pub(super) fn encode(
        &self,
        lane: usize,
        encoder: &mut dyn Encode,
        out: &mut EncodedBatch,
    ) -> Result<(), PipelineError> {
        let running = &*self.running;
        if running.owner.wanted(lane) == Wanted::None {
            return Ok(());
        }
        let bootstrap = Bootstrap {
            transaction: &running.owner.transaction,
            index: running.index,
            request: &running.request,
            shape: &running.shape,
            keyless: running.keyless,
            schema_id: running.schema_id,
        };
        let position = &running.owner.transaction.begin;
        let failed = |source| PipelineError::Format { position: position.clone(), row: 0, source };
        let now_ns = now_ns();
        match &self.what {
            BootstrapRows::Start => encoder.bootstrap(&bootstrap, BootstrapStep::Start, now_ns, out),
            BootstrapRows::Complete => encoder.bootstrap(&bootstrap, BootstrapStep::Complete, now_ns, out),
            BootstrapRows::Rows { first, rows } => (*first..).zip(rows).try_for_each(|(number, row)| {
                let row = row.image(&running.shape);
                encoder.bootstrap(&bootstrap, BootstrapStep::Insert { number, row }, now_ns, out)
            }),
        }
        .map_err(failed)
    }
}
