//! An event as a record of a spool file.
//!
//! Layout, little-endian: length of the body (u32), nested (u8), start (u64), end (u64), the header's fields
//! (timestamp u32, kind u8, server id u32, event size u32, log pos u32, flags u16), the body.

use std::sync::Arc;

use becauselog_binlog::event::{Event, EventFlags, EventHeader, EventKind};
use bytes::{Buf, BufMut, Bytes};

/// The bytes before the body.
pub const PREFIX: usize = 4 + 1 + 8 + 8 + EventHeader::LEN;

/// A record's prefix, read.
#[derive(Debug, Clone, Copy)]
pub struct Prefix {
    header: EventHeader,
    nested: bool,
    start: u64,
    end: u64,
    /// How long the body after it is.
    pub body: usize,
}

/// The bytes that go before an event's body; nothing for a body that no event can have.
#[must_use]
pub fn prefix(event: &Event) -> Option<[u8; PREFIX]> {
    let mut bytes = [0; PREFIX];
    let mut out = &mut bytes[..];
    out.put_u32_le(u32::try_from(event.body.len()).ok()?);
    out.put_u8(u8::from(event.nested));
    out.put_u64_le(event.start);
    out.put_u64_le(event.end);
    out.put_u32_le(event.header.timestamp_s);
    out.put_u8(event.header.kind.0);
    out.put_u32_le(event.header.server_id);
    out.put_u32_le(event.header.event_size);
    out.put_u32_le(event.header.log_pos);
    out.put_u16_le(event.header.flags.0);
    Some(bytes)
}

impl Prefix {
    /// Reads it back.
    #[must_use]
    pub fn read(bytes: &[u8; PREFIX]) -> Self {
        let mut from = &bytes[..];
        let body = from.get_u32_le() as usize;
        let nested = from.get_u8() != 0;
        let (start, end) = (from.get_u64_le(), from.get_u64_le());
        let header = EventHeader {
            timestamp_s: from.get_u32_le(),
            kind: EventKind(from.get_u8()),
            server_id: from.get_u32_le(),
            event_size: from.get_u32_le(),
            log_pos: from.get_u32_le(),
            flags: EventFlags(from.get_u16_le()),
        };
        Self { header, nested, start, end, body }
    }

    /// The event with its body.
    #[must_use]
    pub const fn event(self, file: Arc<str>, body: Bytes) -> Event {
        Event { header: self.header, file, start: self.start, end: self.end, nested: self.nested, body }
    }
}
