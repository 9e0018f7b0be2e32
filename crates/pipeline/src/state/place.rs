//! Places of statements against checkpoints.

use becauselog_model::{BinlogPosition, Checkpoint, ServerUuid, Transaction};
use serde::{Deserialize, Serialize};

/// Where a statement of the log is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Place {
    /// The GTID of its transaction.
    pub(super) gtid: Option<String>,
    /// The server whose positions these are.
    pub(super) server_uuid: Option<ServerUuid>,
    /// Where its event begins.
    pub(super) position: BinlogPosition,
}

impl Place {
    pub(super) fn of(transaction: &Transaction, position: BinlogPosition) -> Self {
        let gtid = transaction.gtid.as_ref().map(ToString::to_string);
        Self { gtid, server_uuid: transaction.server_uuid, position }
    }

    /// Whether a checkpoint is behind it. Without GTIDs a position counts on its own server only.
    pub(super) fn is_before(&self, checkpoint: &Checkpoint) -> bool {
        match self.gtid.as_deref().map(str::parse) {
            Some(Ok(gtid)) if !checkpoint.gtids.is_empty() => checkpoint.gtids.contains(&gtid),
            Some(Err(_)) => false,
            Some(Ok(_)) | None => {
                self.server_uuid == checkpoint.server_uuid && self.position < checkpoint.position
            }
        }
    }
}

/// Whether everything before `earlier` is before `later` too.
pub(super) fn is_not_after(earlier: &Checkpoint, later: &Checkpoint) -> bool {
    if !later.gtids.is_empty() {
        return later.gtids.contains_set(&earlier.gtids);
    }
    earlier.server_uuid == later.server_uuid && earlier.position <= later.position
}
