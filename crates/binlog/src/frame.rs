//! Frames: from bytes to checked events, on the wire and in files.
//!
//! A [`Framer`] follows one stream. It knows where in which file it is and how that file is written; each event is
//! checked (length, CRC32 where the log has it) before its content is looked at.

mod checksum;
mod error;

use std::sync::Arc;

use becauselog_model::{BinlogPosition, GtidSet};
use bytes::Bytes;

use crate::event::{
    self, Event, EventError, EventFlags, EventHeader, EventKind, FormatDescription, GtidList, Heartbeat,
    PreviousGtids, Rotate,
};

pub use error::FrameError;

/// The longest event: the server's `max_log_event_size`, with room for its header.
pub const EVENT_LEN_MAX: u32 = (1 << 30) + (1 << 16);

/// Follows one stream of events: where it is, and how the file there is written.
#[derive(Debug, Clone)]
pub struct Framer {
    file: Arc<str>,
    pos: u64,
    format: Option<Arc<FormatDescription>>,
}

impl Framer {
    /// A framer at a place of which nothing is known yet.
    #[must_use]
    pub const fn new(file: Arc<str>, pos: u64) -> Self {
        Self { file, pos, format: None }
    }

    /// How the file is written, once its format description has come.
    #[must_use]
    pub const fn format(&self) -> Option<&Arc<FormatDescription>> {
        self.format.as_ref()
    }

    /// The file and offset where the next event is expected.
    #[must_use]
    pub fn position(&self) -> BinlogPosition {
        BinlogPosition { file: Arc::clone(&self.file), pos: self.pos }
    }

    /// Goes to another file, whose format is not known yet.
    pub fn enter_file(&mut self, file: Arc<str>, pos: u64) {
        *self = Self::new(file, pos);
    }

    /// Reads the header of the event that `bytes` begin with and bounds its length, before anything is allocated for it.
    ///
    /// # Errors
    /// When there are fewer than 19 bytes or the length is none that an event can have.
    pub fn header(&self, bytes: &[u8]) -> Result<EventHeader, FrameError> {
        let header = self.parse_header(bytes).map_err(|source| self.malformed(source))?;
        let fits = (self.header_len()..).contains(&header.size()) && header.event_size <= EVENT_LEN_MAX;
        if fits {
            return Ok(header);
        }
        Err(FrameError::Length {
            file: Arc::clone(&self.file),
            offset: self.pos,
            length: header.event_size,
            limit: EVENT_LEN_MAX,
        })
    }

    /// The bytes that an event begins with: as many are needed to know its length.
    #[must_use]
    pub fn header_len(&self) -> usize {
        let is_version_1 = self.format.as_ref().is_some_and(|format| format.binlog_version == 1);
        if is_version_1 { EventHeader::LEN_VERSION_1 } else { EventHeader::LEN }
    }

    fn parse_header(&self, bytes: &[u8]) -> Result<EventHeader, EventError> {
        let Some(format) = &self.format else {
            let header = EventHeader::parse(bytes)?;
            return if is_start_of_version_1(&header) {
                EventHeader::parse_version_1(bytes)
            } else {
                Ok(header)
            };
        };
        if format.binlog_version == 1 {
            return EventHeader::parse_version_1(bytes);
        }
        let header = EventHeader::parse(bytes)?;
        Ok(EventHeader { kind: format.kind_of(header.kind), ..header })
    }

    /// Takes one whole event of a file. It stands where the one before ended, whatever its header says: relay logs and
    /// files of more than 4 GiB say something else.
    ///
    /// # Errors
    /// When the bytes are not exactly one sound event, or the file does not begin with its format description.
    pub fn accept_from_file(&mut self, bytes: Bytes) -> Result<Event, FrameError> {
        let header = self.whole(&bytes)?;
        if self.format.is_none() && !header.kind.begins_file() {
            return Err(FrameError::NoFormat {
                file: Arc::clone(&self.file),
                offset: self.pos,
                kind: header.kind,
            });
        }
        if header.kind == EventKind::MARIADB_START_ENCRYPTION {
            return Err(FrameError::EncryptedFrom { file: Arc::clone(&self.file), offset: self.pos });
        }
        let (header, body) = self.content(header, &bytes)?;
        let start = self.pos;
        self.pos = start.saturating_add(u64::from(header.event_size));
        Ok(Event { header, file: Arc::clone(&self.file), start, end: self.pos, nested: false, body })
    }

    /// Steps over an event of a file whose content is damaged, if its header says itself that it ends where its length
    /// does; whether it does.
    pub fn step_over(&mut self, header: &EventHeader) -> bool {
        let end = self.pos.saturating_add(u64::from(header.event_size));
        let fits = self.format.is_some() && end & u64::from(u32::MAX) == u64::from(header.log_pos);
        if fits {
            self.pos = end;
        }
        fits
    }

    /// Takes one event as a packet of a dump brought it (without the packet's leading OK byte).
    ///
    /// Where it stands is told by its header; what the server makes up for the dump (the first ROTATE, heartbeats, the
    /// format description in the middle of a file) stands nowhere: it begins and ends where the stream is. Before the
    /// first format description it is not known whether events end in a checksum: then they do if it fits.
    ///
    /// # Errors
    /// When the bytes are not exactly one sound event.
    pub fn accept_from_wire(&mut self, bytes: Bytes) -> Result<Event, FrameError> {
        let header = self.whole(&bytes)?;
        let (header, body) = self.content(header, &bytes)?;
        let mut event = Event {
            header,
            file: Arc::clone(&self.file),
            start: self.pos,
            end: self.pos,
            nested: false,
            body,
        };
        match header.kind {
            EventKind::HEARTBEAT | EventKind::HEARTBEAT_V2 => self.follow_heartbeat(&event)?,
            EventKind::ROTATE => self.follow_rotate(&mut event)?,
            _ if is_made_up(&header) => {}
            _ => self.place(&mut event),
        }
        Ok(event)
    }

    /// Header and content, the checksum verified. MariaDB's compressed events are unfolded: they are the plain ones from
    /// here on, but for their size.
    fn content(&mut self, header: EventHeader, bytes: &Bytes) -> Result<(EventHeader, Bytes), FrameError> {
        let body = self.checked_body(&header, bytes)?;
        match event::uncompressed(&header, self.format.as_deref(), &body) {
            Ok(None) => Ok((header, body)),
            Ok(Some((kind, body))) => Ok((EventHeader { kind, ..header }, body)),
            Err(source) => Err(self.malformed(source)),
        }
    }

    /// The header, if the bytes are one whole event.
    fn whole(&self, bytes: &[u8]) -> Result<EventHeader, FrameError> {
        let header = self.header(bytes)?;
        if header.size() == bytes.len() {
            return Ok(header);
        }
        Err(FrameError::Torn {
            file: Arc::clone(&self.file),
            offset: self.pos,
            expected: u64::from(header.event_size),
            found: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        })
    }

    /// The content without header and checksum; the checksum verified and a format description taken note of.
    fn checked_body(&mut self, header: &EventHeader, bytes: &Bytes) -> Result<Bytes, FrameError> {
        if header.kind == EventKind::FORMAT_DESCRIPTION {
            let body =
                checksum::format_description_body(bytes).map_err(|fault| self.unsound(header, fault))?;
            let format = FormatDescription::parse(&body).map_err(|source| self.malformed(source))?;
            self.format = Some(Arc::new(format));
            return Ok(body);
        }
        let is_version_4 = self.format.as_ref().is_some_and(|format| format.is_version_4());
        if header.kind == EventKind::START_V3 && !is_version_4 {
            let header_len =
                if is_start_of_version_1(header) { EventHeader::LEN_VERSION_1 } else { EventHeader::LEN };
            let body = bytes.slice(header_len.min(bytes.len())..);
            let format = FormatDescription::parse_start(&body).map_err(|source| self.malformed(source))?;
            self.format = Some(Arc::new(format));
            return Ok(body);
        }
        match &self.format {
            Some(format) => {
                checksum::body(header.kind, bytes, format).map_err(|fault| self.unsound(header, fault))
            }
            None => Ok(checksum::body_of_unknown_format(bytes)),
        }
    }

    /// Sets begin and end of an event by its header and moves the stream behind it.
    fn place(&mut self, event: &mut Event) {
        event.end = widen(event.header.log_pos, self.pos);
        event.start = event.end.saturating_sub(u64::from(event.header.event_size));
        self.pos = event.end;
    }

    fn follow_heartbeat(&mut self, event: &Event) -> Result<(), FrameError> {
        let heartbeat = Heartbeat::parse(event).map_err(|source| self.malformed(source))?;
        if heartbeat.file != self.file {
            return Ok(());
        }
        let is_v2 = event.kind() == EventKind::HEARTBEAT_V2;
        let low = u32::try_from(heartbeat.pos & u64::from(u32::MAX)).unwrap_or_default();
        let pos = if is_v2 { heartbeat.pos } else { widen(low, self.pos) };
        if heartbeat.pos != 0 {
            self.pos = self.pos.max(pos);
        }
        Ok(())
    }

    /// A ROTATE of the file ends it there; a made-up one says where the stream is.
    fn follow_rotate(&mut self, event: &mut Event) -> Result<(), FrameError> {
        let rotate = Rotate::parse(&event.body).map_err(|source| self.malformed(source))?;
        if is_made_up(&event.header) {
            event.file = Arc::clone(&rotate.file);
            event.start = rotate.pos;
            event.end = rotate.pos;
        } else {
            self.place(event);
        }
        self.file = rotate.file;
        self.pos = rotate.pos;
        Ok(())
    }

    fn malformed(&self, source: EventError) -> FrameError {
        FrameError::Malformed { file: Arc::clone(&self.file), offset: self.pos, source }
    }

    fn unsound(&self, header: &EventHeader, fault: checksum::Fault) -> FrameError {
        let (file, offset, kind) = (Arc::clone(&self.file), self.pos, header.kind);
        match fault {
            checksum::Fault::Wrong { expected, found } => {
                FrameError::Checksum { file, offset, kind, expected, found }
            }
            checksum::Fault::Missing => {
                FrameError::Length { file, offset, length: header.event_size, limit: EVENT_LEN_MAX }
            }
        }
    }
}

/// The GTIDs before a file, if an event tells them: PREVIOUS_GTIDS, on MariaDB GTID_LIST.
pub(crate) fn previous_gtids(event: &Event) -> Result<Option<GtidSet>, FrameError> {
    let told = match event.kind() {
        EventKind::PREVIOUS_GTIDS => PreviousGtids::parse(&event.body).map(|previous| previous.gtids),
        // One that is made up for the dump tells of something else.
        EventKind::MARIADB_GTID_LIST if !is_made_up(&event.header) => {
            GtidList::parse(&event.body).map(|list| list.gtids)
        }
        _ => return Ok(None),
    };
    told.map(Some).map_err(|source| FrameError::Malformed {
        file: Arc::clone(&event.file),
        offset: event.start,
        source,
    })
}

/// Whether this is the header of the first event of a file of 3.23: 56 bytes behind a header of 13.
fn is_start_of_version_1(header: &EventHeader) -> bool {
    header.kind == EventKind::START_V3 && header.size() < EventHeader::LEN.saturating_add(56)
}

/// Whether the server made an event up for the dump: it is in no file.
fn is_made_up(header: &EventHeader) -> bool {
    header.flags.has(EventFlags::ARTIFICIAL) || header.log_pos == 0
}

/// A 32-bit position as the 64-bit one that is not before `near`.
fn widen(low: u32, near: u64) -> u64 {
    let high = near & !u64::from(u32::MAX);
    let wide = high | u64::from(low);
    if wide < near { wide.saturating_add(1 << 32) } else { wide }
}

#[cfg(test)]
#[path = "frame/tests.rs"]
mod tests;
