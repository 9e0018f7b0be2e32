//! TRANSACTION_PAYLOAD: a compressed transaction. Unfolding it is [`crate::payload`]'s.

use bytes::Bytes;

use super::{EventError, EventKind, Fields};

/// The content of a TRANSACTION_PAYLOAD event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionPayload {
    /// How the payload is compressed.
    pub compression: PayloadCompression,
    /// The length of the events in it, in bytes; for an uncompressed payload its own length.
    pub uncompressed_size: u64,
    /// The compressed events.
    pub payload: Bytes,
}

/// How a payload is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayloadCompression {
    /// Zstandard.
    Zstd,
    /// Not at all.
    None,
}

/// The numbers of the fields in front of the payload.
mod field {
    pub(super) const END: u64 = 0;
    pub(super) const PAYLOAD_SIZE: u64 = 1;
    pub(super) const COMPRESSION: u64 = 2;
    pub(super) const UNCOMPRESSED_SIZE: u64 = 3;
}

impl TransactionPayload {
    /// Reads the content, which shares its bytes. Unknown fields are stepped over.
    ///
    /// # Errors
    /// When it is too short, lacks a field, is compressed in an unknown way, or the payload is longer or shorter than it says.
    pub fn parse(body: &Bytes) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::TRANSACTION_PAYLOAD, body);
        let (mut size, mut compression, mut uncompressed) = (None, None, None);
        loop {
            let number = fields.packed()?;
            if number == field::END {
                break;
            }
            let value = fields.packed_bytes()?;
            let mut value = Fields::new(EventKind::TRANSACTION_PAYLOAD, value);
            match number {
                field::PAYLOAD_SIZE => size = Some(value.packed()?),
                field::COMPRESSION => compression = Some(value.packed()?),
                field::UNCOMPRESSED_SIZE => uncompressed = Some(value.packed()?),
                _ => {}
            }
        }
        let compression = match compression {
            Some(0) => PayloadCompression::Zstd,
            Some(255) => PayloadCompression::None,
            Some(_) => return Err(fields.error("an unknown compression")),
            None => return Err(fields.error("no compression told")),
        };
        let found = u64::try_from(fields.left()).unwrap_or(u64::MAX);
        if size != Some(found) {
            return Err(fields.error("a payload of another length than told"));
        }
        let payload = body.slice_ref(fields.rest());
        let uncompressed_size = match (compression, uncompressed) {
            (PayloadCompression::None, _) => found,
            (PayloadCompression::Zstd, Some(told)) => told,
            (PayloadCompression::Zstd, None) => return Err(fields.error("no uncompressed length")),
        };
        Ok(Self { compression, uncompressed_size, payload })
    }
}
