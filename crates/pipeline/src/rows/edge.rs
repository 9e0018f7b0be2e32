//! Where a transaction begins and ends, for encoders that tell it.

use std::sync::Arc;

use becauselog_format::TransactionEdge;
use becauselog_model::{BinlogPosition, EncodedBatch};

use super::Owner;
use crate::{encode::Encode, error::PipelineError, lane::Wanted};

/// Which edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Before all changes.
    Begin,
    /// After them.
    End,
}

/// An edge of a transaction.
#[derive(Debug)]
pub struct EdgePart {
    /// Whose it is.
    pub owner: Arc<Owner>,
    /// Which.
    pub edge: Edge,
    /// Where the transaction's BEGIN stands.
    pub begin: BinlogPosition,
    /// The header's time of the event at this edge, in seconds since 1970 UTC.
    pub timestamp_s: u32,
}

impl EdgePart {
    /// About how many bytes its record has.
    pub const BYTES: usize = 512;

    pub(super) fn encode(
        &self,
        lane: usize,
        encoder: &mut dyn Encode,
        out: &mut EncodedBatch,
    ) -> Result<(), PipelineError> {
        let wanted = self.owner.wanted(lane);
        if wanted == Wanted::None {
            return Ok(());
        }
        let edge = TransactionEdge {
            transaction: &self.owner.transaction,
            file: &self.begin.file,
            pos: self.begin.pos,
            timestamp_s: self.timestamp_s,
        };
        let done = match self.edge {
            // The begin goes with the first change: a target that has some changes has it.
            Edge::Begin => encoder.begin(&edge, wanted.has(0), out),
            // A batch never ends between the last change and the end: a target has both or neither.
            Edge::End => encoder.end(&edge, out),
        };
        done.map_err(|source| PipelineError::Format { position: self.begin.clone(), row: 0, source })
    }
}
