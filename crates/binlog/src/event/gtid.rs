//! GTID, ANONYMOUS_GTID and GTID_TAGGED: a transaction begins.

use becauselog_model::{Gtid, ServerUuid, Tag};

use super::{EventError, EventKind, Fields, serialized, serialized::Message};

/// The content of a GTID event of any of the three kinds.
///
/// Fields are nothing where the server that wrote the log is too old to have them, or did not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GtidEvent {
    /// The GTID; nothing for an anonymous transaction.
    pub gtid: Option<Gtid>,
    /// Whether the transaction may have statements in it (5.7.19 and later clear it where there are only rows).
    pub may_have_statements: bool,
    /// For parallel replication (5.7 and later).
    pub logical_clock: Option<LogicalClock>,
    /// When the server that wrote the log committed it, in microseconds since 1970 UTC (8.0 and later).
    pub immediate_commit_us: Option<u64>,
    /// When the first server committed it, in microseconds since 1970 UTC (8.0 and later).
    pub original_commit_us: Option<u64>,
    /// The bytes of the whole transaction with this event, before compression as in the log (8.0.2 and later).
    pub transaction_length: Option<u64>,
    /// The version of the server that wrote the log, as `80036` for 8.0.36 (8.0.14 and later).
    pub immediate_server_version: Option<u32>,
    /// The version of the server that committed it first (8.0.14 and later).
    pub original_server_version: Option<u32>,
}

/// Which transactions may be applied side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogicalClock {
    /// The number of the transaction that this one has to wait for.
    pub last_committed: i64,
    /// This one's number in its file.
    pub sequence_number: i64,
}

const MAY_HAVE_STATEMENTS: u64 = 1;
/// The only kind of logical clock; others (5.7.4 and before) end what can be read.
const LOGICAL_CLOCK: u8 = 2;
/// The top bit of a 7-byte time: the original time follows.
const ORIGINAL_TIME_FOLLOWS: u64 = 1 << 55;
/// The top bit of a server version: the original version follows.
const ORIGINAL_VERSION_FOLLOWS: u32 = 1 << 31;
/// What the server writes where it does not know a version.
const VERSION_UNKNOWN: u32 = 999_999;

/// The numbers of the tagged event's fields.
mod field {
    pub(super) const FLAGS: u64 = 0;
    pub(super) const UUID: u64 = 1;
    pub(super) const NUMBER: u64 = 2;
    pub(super) const TAG: u64 = 3;
    pub(super) const LAST_COMMITTED: u64 = 4;
    pub(super) const SEQUENCE_NUMBER: u64 = 5;
    pub(super) const IMMEDIATE_COMMIT: u64 = 6;
    pub(super) const ORIGINAL_COMMIT: u64 = 7;
    pub(super) const TRANSACTION_LENGTH: u64 = 8;
    pub(super) const IMMEDIATE_VERSION: u64 = 9;
    pub(super) const ORIGINAL_VERSION: u64 = 10;
    /// Commit group ticket: of no use to us, known so that it is not refused.
    pub(super) const LAST_KNOWN: u64 = 11;
}

impl GtidEvent {
    /// Reads the content of an event of one of the three kinds.
    ///
    /// # Errors
    /// When it is too short, has a number that no GTID has, or fields that must be known and are not.
    pub fn parse(kind: EventKind, body: &[u8]) -> Result<Self, EventError> {
        let fields = Fields::new(kind, body);
        if kind == EventKind::GTID_TAGGED {
            Self::parse_tagged(fields)
        } else {
            Self::parse_plain(kind, fields)
        }
    }

    fn parse_plain(kind: EventKind, mut fields: Fields<'_>) -> Result<Self, EventError> {
        let flags = fields.u8()?;
        let source = ServerUuid(fields.array()?);
        let number = fields.u64()?;
        let gtid = if kind == EventKind::ANONYMOUS_GTID {
            None
        } else {
            Some(gtid(source, Tag::NONE, number).ok_or_else(|| fields.error("a number that no GTID has"))?)
        };
        let may_have_statements = u64::from(flags) & MAY_HAVE_STATEMENTS != 0;
        let mut event = Self { gtid, may_have_statements, ..Self::default() };
        if fields.left() > 16 && fields.u8()? == LOGICAL_CLOCK {
            event.read_logical_clock(&mut fields)?;
            event.read_commit_times(&mut fields)?;
            event.read_versions(&mut fields)?;
        }
        Ok(event)
    }

    fn read_logical_clock(&mut self, fields: &mut Fields<'_>) -> Result<(), EventError> {
        let last_committed = fields.u64()?.cast_signed();
        let sequence_number = fields.u64()?.cast_signed();
        self.logical_clock = Some(LogicalClock { last_committed, sequence_number });
        Ok(())
    }

    fn read_commit_times(&mut self, fields: &mut Fields<'_>) -> Result<(), EventError> {
        if fields.left() < 7 {
            return Ok(());
        }
        let immediate = fields.uint(7)?;
        let both = immediate & ORIGINAL_TIME_FOLLOWS != 0;
        let immediate = immediate & !ORIGINAL_TIME_FOLLOWS;
        let original = if both { fields.uint(7)? } else { immediate };
        self.immediate_commit_us = known_time(immediate);
        self.original_commit_us = known_time(original);
        Ok(())
    }

    fn read_versions(&mut self, fields: &mut Fields<'_>) -> Result<(), EventError> {
        if fields.is_done() {
            return Ok(());
        }
        self.transaction_length = Some(fields.packed()?);
        if fields.left() < 4 {
            return Ok(());
        }
        let immediate = fields.u32()?;
        let both = immediate & ORIGINAL_VERSION_FOLLOWS != 0;
        let immediate = immediate & !ORIGINAL_VERSION_FOLLOWS;
        let original = if both { fields.u32()? } else { immediate };
        self.immediate_server_version = known_version(immediate);
        self.original_server_version = known_version(original);
        Ok(())
    }

    fn parse_tagged(fields: Fields<'_>) -> Result<Self, EventError> {
        let mut message = Message::open(fields, field::LAST_KNOWN)?;
        let flags = message.unsigned(field::FLAGS)?.unwrap_or_default();
        let source = read_uuid(&mut message)?;
        let number = message.signed(field::NUMBER)?.unwrap_or_default();
        let tag = read_tag(&mut message)?;
        let gtid = u64::try_from(number).ok().and_then(|number| gtid(source, tag, number));
        let gtid = gtid.ok_or_else(|| message.error("a number that no GTID has"))?;
        let last_committed = message.signed(field::LAST_COMMITTED)?;
        let sequence_number = message.signed(field::SEQUENCE_NUMBER)?;
        let immediate_commit = message.unsigned(field::IMMEDIATE_COMMIT)?;
        let original_commit = message.unsigned(field::ORIGINAL_COMMIT)?.or(immediate_commit);
        let transaction_length = message.unsigned(field::TRANSACTION_LENGTH)?;
        let immediate_version = version_field(&mut message, field::IMMEDIATE_VERSION)?;
        let original_version = version_field(&mut message, field::ORIGINAL_VERSION)?.or(immediate_version);
        Ok(Self {
            gtid: Some(gtid),
            may_have_statements: flags & MAY_HAVE_STATEMENTS != 0,
            logical_clock: last_committed
                .zip(sequence_number)
                .map(|(last_committed, sequence_number)| LogicalClock { last_committed, sequence_number }),
            immediate_commit_us: immediate_commit.and_then(known_time),
            original_commit_us: original_commit.and_then(known_time),
            transaction_length,
            immediate_server_version: immediate_version.and_then(known_version),
            original_server_version: original_version.and_then(known_version),
        })
    }
}

fn gtid(source: ServerUuid, tag: Tag, number: u64) -> Option<Gtid> {
    (1..i64::MAX as u64).contains(&number).then_some(Gtid::MySql { source, tag, number })
}

/// The uuid is a fixed array, each byte a number of variable length.
fn read_uuid(message: &mut Message<'_>) -> Result<ServerUuid, EventError> {
    let missing = message.error("no uuid");
    let fields = message.field(field::UUID)?.ok_or(missing)?;
    let mut uuid = [0u8; 16];
    for byte in &mut uuid {
        let number = serialized::unsigned(fields)?;
        *byte = u8::try_from(number).map_err(|_| fields.error("a byte of the uuid that is none"))?;
    }
    Ok(ServerUuid(uuid))
}

fn read_tag(message: &mut Message<'_>) -> Result<Tag, EventError> {
    let Some(fields) = message.field(field::TAG)? else { return Ok(Tag::NONE) };
    let unreadable = fields.error("a tag that is none");
    let len = serialized::unsigned(fields)?;
    let len =
        usize::try_from(len).ok().filter(|len| *len <= Tag::MAX_LEN).ok_or_else(|| unreadable.clone())?;
    if len == 0 {
        return Ok(Tag::NONE);
    }
    let text = std::str::from_utf8(fields.take(len)?).ok();
    text.and_then(|text| Tag::new(text).ok()).ok_or(unreadable)
}

fn version_field(message: &mut Message<'_>, number: u64) -> Result<Option<u32>, EventError> {
    let version = message.unsigned(number)?;
    Ok(version.and_then(|version| u32::try_from(version).ok()))
}

fn known_time(us: u64) -> Option<u64> {
    (us != 0).then_some(us)
}

fn known_version(version: u32) -> Option<u32> {
    (version != VERSION_UNKNOWN && version != 0).then_some(version)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plain(number: u64) -> Vec<u8> {
        let mut body = vec![0];
        body.extend([7; 16]);
        body.extend(number.to_le_bytes());
        body
    }

    #[test]
    fn reads_the_short_form_of_5_6() {
        let event = GtidEvent::parse(EventKind::GTID, &plain(5)).unwrap();
        assert_eq!(event.gtid.unwrap().number(), 5);
        assert_eq!(event.logical_clock, None);
    }

    #[test]
    fn two_commit_times_are_told_by_the_top_bit() {
        let mut body = plain(5);
        body.push(2);
        body.extend([3u64.to_le_bytes(), 4u64.to_le_bytes()].concat());
        body.extend(&(1_700_000_000_000_001u64 | 1 << 55).to_le_bytes()[..7]);
        body.extend(&1_600_000_000_000_002u64.to_le_bytes()[..7]);
        body.extend([252, 0x34, 0x12]);
        body.extend((90_704u32 | 1 << 31).to_le_bytes());
        body.extend(80_012u32.to_le_bytes());
        let event = GtidEvent::parse(EventKind::GTID, &body).unwrap();
        assert_eq!(event.immediate_commit_us, Some(1_700_000_000_000_001));
        assert_eq!(event.original_commit_us, Some(1_600_000_000_000_002));
        assert_eq!(event.transaction_length, Some(0x1234));
        assert_eq!(event.immediate_server_version, Some(90_704));
        assert_eq!(event.original_server_version, Some(80_012));
        assert_eq!(event.logical_clock, Some(LogicalClock { last_committed: 3, sequence_number: 4 }));
    }

    #[test]
    fn numbers_that_no_gtid_has_are_refused() {
        assert!(GtidEvent::parse(EventKind::GTID, &plain(0)).is_err());
        assert!(GtidEvent::parse(EventKind::GTID, &plain(u64::MAX)).is_err());
        assert_eq!(GtidEvent::parse(EventKind::ANONYMOUS_GTID, &plain(0)).unwrap().gtid, None);
    }
}
