//! How far a follower has come: where the next connection goes on.

use std::sync::Arc;

use becauselog_model::{BinlogPosition, CHECKPOINT_VERSION, Checkpoint, Flavor, Gtid, GtidSet, ServerUuid};

/// The end of the last group that was handed out, or where reading starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The family of the servers that GTIDs and position are of.
    pub flavor: Flavor,
    /// The server that `position` counts on.
    pub server_uuid: Option<ServerUuid>,
    /// All that was seen; nothing where the server has no GTIDs and only the position counts.
    pub gtids: Option<GtidSet>,
    /// The position on that server; its file is empty as long as it is not known.
    pub position: BinlogPosition,
}

impl Place {
    /// A place known by its GTIDs alone.
    #[must_use]
    pub fn by_gtids(flavor: Flavor, gtids: GtidSet) -> Self {
        Self { flavor, server_uuid: None, gtids: Some(gtids), position: unknown() }
    }

    /// Whether the position is known.
    #[must_use]
    pub fn has_position(&self) -> bool {
        !self.position.file.is_empty()
    }

    /// Takes note of a group's end, or of a place between groups.
    pub(crate) fn advance(
        &mut self,
        server_uuid: Option<ServerUuid>,
        gtid: Option<&Gtid>,
        end: &BinlogPosition,
    ) {
        self.server_uuid = server_uuid;
        if !Arc::ptr_eq(&self.position.file, &end.file) {
            self.position.file = Arc::clone(&end.file);
        }
        self.position.pos = end.pos;
        if let (Some(gtids), Some(gtid)) = (&mut self.gtids, gtid) {
            gtids.insert(gtid);
        }
    }

    /// As a checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            version: CHECKPOINT_VERSION,
            flavor: self.flavor,
            server_uuid: self.server_uuid,
            gtids: self.gtids.clone().unwrap_or_default(),
            position: self.position.clone(),
        }
    }
}

fn unknown() -> BinlogPosition {
    BinlogPosition { file: "".into(), pos: 0 }
}
