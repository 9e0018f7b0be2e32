//! The header that every event begins with.

use super::{EventError, EventKind, Fields};

/// The 19 bytes that every event begins with (binlog version 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventHeader {
    /// When the statement began, in seconds since 1970 UTC; 0 for what the server makes up for a dump.
    pub timestamp_s: u32,
    /// The kind of event.
    pub kind: EventKind,
    /// The id of the server that made it first.
    pub server_id: u32,
    /// Its length with header and checksum, in bytes.
    pub event_size: u32,
    /// Where the next event begins, modulo 4 GiB; 0 where that is not known or not wanted. Use [`super::Event::end`].
    pub log_pos: u32,
    /// See [`EventFlags`].
    pub flags: EventFlags,
}

/// The flags of an event's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventFlags(pub u16);

impl EventHeader {
    /// Its length in bytes.
    pub const LEN: usize = 19;

    /// Its length in binlog version 1, in bytes.
    pub const LEN_VERSION_1: usize = 13;

    /// Reads it from the first bytes of an event.
    ///
    /// # Errors
    /// When there are fewer than 19 bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, EventError> {
        let kind = EventKind(bytes.get(4).copied().unwrap_or_default());
        let mut fields = Fields::new(kind, bytes);
        let timestamp_s = fields.u32()?;
        let kind = EventKind(fields.u8()?);
        Ok(Self {
            timestamp_s,
            kind,
            server_id: fields.u32()?,
            event_size: fields.u32()?,
            log_pos: fields.u32()?,
            flags: EventFlags(fields.u16()?),
        })
    }

    /// Reads the 13 bytes that an event begins with in binlog version 1 (3.23): without the next event's place and flags.
    ///
    /// # Errors
    /// When there are fewer bytes.
    pub fn parse_version_1(bytes: &[u8]) -> Result<Self, EventError> {
        let kind = EventKind(bytes.get(4).copied().unwrap_or_default());
        let mut fields = Fields::new(kind, bytes);
        Ok(Self {
            timestamp_s: fields.u32()?,
            kind: EventKind(fields.u8()?),
            server_id: fields.u32()?,
            event_size: fields.u32()?,
            log_pos: 0,
            flags: EventFlags::default(),
        })
    }

    /// Its length as a count of bytes in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        usize::try_from(self.event_size).unwrap_or(usize::MAX)
    }
}

impl EventFlags {
    /// On a format description: the file was not closed (still written, or the server crashed).
    pub const BINLOG_IN_USE: u16 = 0x1;
    /// The statement depends on the session (temporary tables).
    pub const THREAD_SPECIFIC: u16 = 0x4;
    /// The statement needs no `USE`.
    pub const SUPPRESS_USE: u16 = 0x8;
    /// Made up by the server for a dump: it is in no file.
    pub const ARTIFICIAL: u16 = 0x20;
    /// To be skipped by whoever does not know its kind.
    pub const IGNORABLE: u16 = 0x80;

    /// Whether a flag is set.
    #[must_use]
    pub const fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }
}
