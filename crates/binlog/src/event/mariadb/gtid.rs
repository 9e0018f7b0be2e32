//! MariaDB's GTID event: it opens a group, and says what kind of group.

use becauselog_model::MariaDbGtid;

use crate::event::{EventError, EventKind, Fields, Xid};

/// The content of a GTID event of MariaDB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MariaDbGtidEvent {
    /// The GTID. The event has domain and number; the server's id stands in the header.
    pub gtid: MariaDbGtid,
    /// The group is one statement: no commit follows. Else the event is the group's BEGIN.
    pub standalone: bool,
    /// The group's statement changes tables.
    pub ddl: bool,
    /// The groups with the same number were committed together.
    pub commit_id: Option<u64>,
    /// The group is the rows of an XA transaction, up to its PREPARE.
    pub prepares_xa: bool,
    /// The group is an XA transaction's COMMIT or ROLLBACK.
    pub completes_xa: bool,
    /// The XA transaction's id, of both kinds.
    pub xid: Option<Xid>,
    /// What an ALTER TABLE in two parts (`binlog_alter_two_phase`) does here.
    pub alter: Option<AlterPart>,
}

/// A part of an ALTER TABLE that is logged in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlterPart {
    /// It begins; nothing has changed yet.
    Start,
    /// It is done.
    Commit,
    /// It did not happen.
    Rollback,
}

/// The flags of the event.
mod flag {
    pub(super) const STANDALONE: u8 = 1;
    pub(super) const GROUP_COMMIT_ID: u8 = 2;
    pub(super) const DDL: u8 = 32;
    pub(super) const PREPARED_XA: u8 = 64;
    pub(super) const COMPLETED_XA: u8 = 128;
}

/// The second byte of flags, where there is one.
mod extra {
    pub(super) const MULTI_ENGINE: u8 = 1;
    pub(super) const START_ALTER: u8 = 2;
    pub(super) const COMMIT_ALTER: u8 = 4;
    pub(super) const ROLLBACK_ALTER: u8 = 8;
}

impl MariaDbGtidEvent {
    /// Reads the content. `server_id` is the header's.
    ///
    /// # Errors
    /// When it is too short, or a part of an XA id is longer than 64 bytes.
    pub fn parse(server_id: u32, body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::MARIADB_GTID, body);
        let number = fields.u64()?;
        let domain = fields.u32()?;
        let flags = fields.u8()?;
        let has = |flag: u8| flags & flag != 0;
        let commit_id = has(flag::GROUP_COMMIT_ID).then(|| fields.u64()).transpose()?;
        let is_xa = has(flag::PREPARED_XA | flag::COMPLETED_XA);
        let xid = is_xa.then(|| read_xid(&mut fields)).transpose()?;
        // Zeros fill the event up to its least length: no flags.
        let alter = if fields.is_done() { None } else { read_alter(&mut fields)? };
        Ok(Self {
            gtid: MariaDbGtid { domain, server_id, number },
            standalone: has(flag::STANDALONE),
            ddl: has(flag::DDL),
            commit_id,
            prepares_xa: has(flag::PREPARED_XA),
            completes_xa: has(flag::COMPLETED_XA),
            xid,
            alter,
        })
    }
}

fn read_xid(fields: &mut Fields<'_>) -> Result<Xid, EventError> {
    let format_id = fields.u32()?;
    let [gtrid_len, bqual_len] = fields.array::<2>()?.map(usize::from);
    if gtrid_len > Xid::PART_LEN_MAX || bqual_len > Xid::PART_LEN_MAX {
        return Err(fields.error("a part of an XA id longer than 64 bytes"));
    }
    let gtrid = fields.take(gtrid_len)?.into();
    let bqual = fields.take(bqual_len)?.into();
    Ok(Xid { format_id, gtrid, bqual })
}

fn read_alter(fields: &mut Fields<'_>) -> Result<Option<AlterPart>, EventError> {
    let flags = fields.u8()?;
    if flags & extra::MULTI_ENGINE != 0 {
        fields.u8()?;
    }
    Ok(match flags {
        _ if flags & extra::START_ALTER != 0 => Some(AlterPart::Start),
        _ if flags & extra::COMMIT_ALTER != 0 => Some(AlterPart::Commit),
        _ if flags & extra::ROLLBACK_ALTER != 0 => Some(AlterPart::Rollback),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn body(flags: u8, rest: &[u8]) -> Vec<u8> {
        let mut body = 42u64.to_le_bytes().to_vec();
        body.extend(3u32.to_le_bytes());
        body.push(flags);
        body.extend(rest);
        body
    }

    #[test]
    fn the_servers_id_is_the_headers() {
        let event = MariaDbGtidEvent::parse(7, &body(8 | 32 | 1, &[0; 6])).unwrap();
        assert_eq!(event.gtid.to_string(), "3-7-42");
        assert!(event.standalone && event.ddl && event.alter.is_none());
    }

    #[test]
    fn an_xa_id_and_a_commit_id_are_read() {
        let xid = [1, 0, 0, 0, 2, 1, b'x', b'1', b'b'];
        let event = MariaDbGtidEvent::parse(7, &body(64, &xid)).unwrap();
        assert!(event.prepares_xa && !event.standalone);
        assert_eq!(&*event.xid.unwrap().gtrid, b"x1");
        let event = MariaDbGtidEvent::parse(7, &body(2 | 1, &9u64.to_le_bytes())).unwrap();
        assert_eq!(event.commit_id, Some(9));
    }

    #[test]
    fn parts_of_an_alter_are_told_apart() {
        let part =
            |flags| MariaDbGtidEvent::parse(7, &body(1, &[flags, 0, 0, 0, 0, 0, 0, 0, 0])).unwrap().alter;
        assert_eq!(
            [part(2), part(4), part(8), part(0)],
            [Some(AlterPart::Start), Some(AlterPart::Commit), Some(AlterPart::Rollback), None]
        );
        assert!(MariaDbGtidEvent::parse(7, b"short").is_err());
    }
}
