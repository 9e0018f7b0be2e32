//! Unfolds a compressed transaction as a stream: one event at a time, never the whole transaction in memory.

mod error;

use std::io::{BufRead, Read};

use bytes::{Buf, Bytes, BytesMut, buf::Reader};
use zstd::stream::read::Decoder;

use crate::{
    event::{Event, EventHeader, EventKind, PayloadCompression, TransactionPayload},
    frame::EVENT_LEN_MAX,
};

pub use error::{PayloadError, PayloadFault};

/// The largest window that a payload may ask for: 2^27 bytes, 128 MiB. It is what zstd itself refuses to go beyond
/// unless told to.
const WINDOW_LOG_MAX: u32 = 27;

/// How much is decompressed at once.
const CHUNK: usize = 64 * 1024;

/// The events inside one TRANSACTION_PAYLOAD event, one after the other.
pub struct Unfold {
    outer: Event,
    input: Input,
    /// Decompressed and not handed out.
    buffer: BytesMut,
    /// Decompressed so far.
    produced: u64,
    /// What the payload says that it holds.
    expected: u64,
    is_done: bool,
}

enum Input {
    Zstd(Box<Decoder<'static, Reader<Bytes>>>),
    Plain(Reader<Bytes>),
}

impl Unfold {
    /// Prepares to unfold an event. Nothing is decompressed yet.
    ///
    /// # Errors
    /// When its content is malformed.
    pub fn new(outer: &Event) -> Result<Self, PayloadError> {
        let fail = |fault| PayloadError { at: outer.position(), fault };
        let payload = TransactionPayload::parse(&outer.body).map_err(|error| fail(error.into()))?;
        let reader = payload.payload.reader();
        let input = match payload.compression {
            PayloadCompression::None => Input::Plain(reader),
            PayloadCompression::Zstd => {
                let mut decoder = Decoder::with_buffer(reader).map_err(|error| fail(error.into()))?;
                decoder.window_log_max(WINDOW_LOG_MAX).map_err(|error| fail(error.into()))?;
                Input::Zstd(Box::new(decoder))
            }
        };
        let outer = Event { body: Bytes::new(), ..outer.clone() };
        let (buffer, expected) = (BytesMut::new(), payload.uncompressed_size);
        Ok(Self { outer, input, buffer, produced: 0, expected, is_done: false })
    }

    /// The next event; nothing after the last, when all that the payload promised has come.
    ///
    /// # Errors
    /// When the payload is damaged, holds more or less than it says, or something that cannot be inside of one. After an
    /// error nothing more comes.
    pub fn next_event(&mut self) -> Result<Option<Event>, PayloadError> {
        if self.is_done {
            return Ok(None);
        }
        let next = self.read_event();
        if !matches!(next, Ok(Some(_))) {
            self.is_done = true;
            self.buffer = BytesMut::new();
        }
        next.map_err(|fault| PayloadError { at: self.outer.position(), fault })
    }

    fn read_event(&mut self) -> Result<Option<Event>, PayloadFault> {
        if !self.fill(EventHeader::LEN)? {
            return if self.buffer.is_empty() {
                self.finish().map(|()| None)
            } else {
                Err(self.torn(EventHeader::LEN))
            };
        }
        let header = EventHeader::parse(&self.buffer)?;
        let size = header.size();
        if size < EventHeader::LEN || header.event_size > EVENT_LEN_MAX {
            return Err(PayloadFault::Length { length: header.event_size, limit: EVENT_LEN_MAX });
        }
        if !may_be_nested(header.kind) {
            return Err(PayloadFault::NotNested { kind: header.kind });
        }
        if !self.fill(size)? {
            return Err(self.torn(size));
        }
        let mut body = self.buffer.split_to(size).freeze();
        body.advance(EventHeader::LEN);
        let Event { file, start, end, .. } = self.outer.clone();
        Ok(Some(Event { header, file, start, end, nested: true, body }))
    }

    /// Decompresses until `wanted` bytes are there; whether they are. Room is made as bytes come, not as a length says.
    fn fill(&mut self, wanted: usize) -> Result<bool, PayloadFault> {
        while self.buffer.len() < wanted {
            let filled = self.buffer.len();
            self.buffer.resize(filled.saturating_add(CHUNK), 0);
            let room = self.buffer.get_mut(filled..).unwrap_or_default();
            let count = match &mut self.input {
                Input::Zstd(decoder) => decoder.read(room)?,
                Input::Plain(reader) => reader.read(room)?,
            };
            self.buffer.truncate(filled.saturating_add(count));
            self.produced = self.produced.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            if self.produced > self.expected {
                return Err(PayloadFault::Size { expected: self.expected, found: self.produced });
            }
            if count == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// At the end: is all there, and nothing else?
    fn finish(&mut self) -> Result<(), PayloadFault> {
        let rest = match &mut self.input {
            Input::Zstd(decoder) => decoder.get_mut().fill_buf()?.len(),
            Input::Plain(reader) => reader.fill_buf()?.len(),
        };
        if self.produced != self.expected || rest != 0 {
            return Err(PayloadFault::Size { expected: self.expected, found: self.produced });
        }
        Ok(())
    }

    fn torn(&self, wanted: usize) -> PayloadFault {
        PayloadFault::Torn { at: self.produced, expected: wanted, found: self.buffer.len() }
    }
}

impl std::fmt::Debug for Unfold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unfold")
            .field("at", &self.outer.position())
            .field("produced", &self.produced)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

/// What cannot be inside a transaction, the payload event itself first of all.
fn may_be_nested(kind: EventKind) -> bool {
    !matches!(
        kind,
        EventKind::TRANSACTION_PAYLOAD
            | EventKind::FORMAT_DESCRIPTION
            | EventKind::ROTATE
            | EventKind::STOP
            | EventKind::PREVIOUS_GTIDS
            | EventKind::HEARTBEAT
            | EventKind::HEARTBEAT_V2
            | EventKind::GTID
            | EventKind::GTID_TAGGED
            | EventKind::ANONYMOUS_GTID
    )
}

#[cfg(test)]
#[path = "payload/tests.rs"]
mod tests;
