//! From the transform stage to the lanes: numbered batches, announced before they are sent.

use std::sync::Arc;

use becauselog_model::{
    BatchRange, BinlogPosition, Checkpoint, Gtid, GtidSet, PartialTransaction, Progress, ServerUuid,
};

use crate::{budget::Closed, checkpoints::Checkpoints, lane::Lane, rows::RowBatch};

/// Collects what the log covers since the last batch, and sends batches.
pub struct Emitter {
    checkpoints: Arc<Checkpoints>,
    seq: u64,
    gtids: GtidSet,
    position: BinlogPosition,
    server_uuid: Option<ServerUuid>,
    transactions: u64,
    oldest_commit_us: Option<u64>,
}

impl Emitter {
    /// An emitter that starts at a checkpoint.
    #[must_use]
    pub fn new(checkpoints: Arc<Checkpoints>, start: &Checkpoint) -> Self {
        Self {
            checkpoints,
            seq: 0,
            gtids: GtidSet::new(),
            position: start.position.clone(),
            server_uuid: start.server_uuid,
            transactions: 0,
            oldest_commit_us: None,
        }
    }

    /// The number of the batch that is being filled.
    #[must_use]
    pub const fn filling_seq(&self) -> u64 {
        self.seq.saturating_add(1)
    }

    /// Notes that a group ended, and on which server.
    pub fn ended(
        &mut self,
        gtid: Option<&Gtid>,
        end: &BinlogPosition,
        server: Option<ServerUuid>,
        commit_us: Option<u64>,
    ) {
        self.server_uuid = server;
        if let Some(gtid) = gtid {
            self.gtids.insert(gtid);
        }
        self.position = end.clone();
        self.transactions = self.transactions.saturating_add(1);
        self.oldest_commit_us = self.oldest_commit_us.or(commit_us);
    }

    /// Whether there is anything to tell that no batch has told.
    #[must_use]
    pub const fn has_news(&self) -> bool {
        self.transactions > 0
    }

    /// Sends rows to every lane, as covering all groups ended so far and this part of an open one.
    ///
    /// # Errors
    /// When a sink is gone.
    pub async fn send(
        &mut self,
        lanes: &[Lane],
        rows: RowBatch,
        partial: Option<PartialTransaction>,
    ) -> Result<(), Closed> {
        self.seq = self.filling_seq();
        let progress = Progress {
            gtids: std::mem::take(&mut self.gtids),
            position: self.position.clone(),
            server_uuid: self.server_uuid,
            transactions: std::mem::take(&mut self.transactions),
            oldest_commit_us: self.oldest_commit_us.take(),
            partial,
        };
        let range = BatchRange { seq: self.seq, progress };
        self.checkpoints.announce(self.seq, range.progress.clone());
        let rows = Arc::new(rows);
        for lane in lanes {
            lane.send(&rows, range.clone()).await?;
        }
        Ok(())
    }
}
