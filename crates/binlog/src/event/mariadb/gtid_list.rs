//! MariaDB's GTID_LIST: the last GTIDs of the files before this one.

use becauselog_model::{Gtid, GtidSet, MariaDbGtid};

use crate::event::{EventError, EventKind, Fields};

/// The content of a GTID_LIST event: `@@gtid_binlog_state` when the file was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GtidList {
    /// The last GTID of each server in each domain, the domain's last one last.
    pub gtids: GtidSet,
}

/// The top four bits of the count are flags.
const COUNT_MASK: u32 = (1 << 28) - 1;

impl GtidList {
    /// Reads the content.
    ///
    /// # Errors
    /// When it is too short. The count is not trusted: nothing is allocated by it.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::MARIADB_GTID_LIST, body);
        let count = fields.u32()? & COUNT_MASK;
        let mut gtids = GtidSet::new();
        for _ in 0..count {
            let (domain, server_id, number) = (fields.u32()?, fields.u32()?, fields.u64()?);
            gtids.insert(&Gtid::MariaDb(MariaDbGtid { domain, server_id, number }));
        }
        Ok(Self { gtids })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_last_of_a_domain_is_its_position() {
        let mut body = (2u32 | 1 << 28).to_le_bytes().to_vec();
        for (server, number) in [(1u32, 10u64), (2, 12)] {
            body.extend(0u32.to_le_bytes());
            body.extend(server.to_le_bytes());
            body.extend(number.to_le_bytes());
        }
        assert_eq!(GtidList::parse(&body).unwrap().gtids.to_string(), "0-1-10,0-2-12");
        assert!(GtidList::parse(body.get(..20).unwrap()).is_err());
    }
}
