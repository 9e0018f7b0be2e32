//! Reads fields from an event's content, one after the other; an error instead of a panic where there are too few bytes.

use super::{EventError, EventKind};

/// A walk over an event's bytes.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    kind: EventKind,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(kind: EventKind, bytes: &'a [u8]) -> Self {
        Self { kind, bytes, at: 0 }
    }

    /// The offset of the next field.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.left() == 0
    }

    pub(crate) fn error(&self, what: &'static str) -> EventError {
        EventError { kind: self.kind, at: self.at, what }
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], EventError> {
        let end = self.at.checked_add(len);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| self.error("it ends inside a field"))?;
        self.at = self.at.saturating_add(len);
        Ok(taken)
    }

    /// Everything that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at = self.bytes.len();
        rest
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], EventError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.error("it ends inside a field"))
    }

    pub(crate) fn u8(&mut self) -> Result<u8, EventError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(crate) fn u16(&mut self) -> Result<u16, EventError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, EventError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, EventError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// An unsigned number of `len` bytes (at most 8), little-endian.
    pub(crate) fn uint(&mut self, len: usize) -> Result<u64, EventError> {
        let taken = self.take(len)?;
        let mut wide = [0u8; 8];
        let low = wide.get_mut(..len).ok_or_else(|| self.error("a number of more than 8 bytes"))?;
        low.copy_from_slice(taken);
        Ok(u64::from_le_bytes(wide))
    }

    /// A length-encoded integer of the protocol (`net_field_length`).
    pub(crate) fn packed(&mut self) -> Result<u64, EventError> {
        match self.u8()? {
            small @ 0..=250 => Ok(u64::from(small)),
            252 => self.uint(2),
            253 => self.uint(3),
            254 => self.uint(8),
            251 | 255 => Err(self.error("not a packed integer")),
        }
    }

    /// A packed integer that counts bytes or things of at least one byte that follow: never more than what is left.
    pub(crate) fn packed_len(&mut self) -> Result<usize, EventError> {
        let len = usize::try_from(self.packed()?).unwrap_or(usize::MAX);
        if len > self.left() { Err(self.error("a length beyond its end")) } else { Ok(len) }
    }

    /// Bytes behind a packed length.
    pub(crate) fn packed_bytes(&mut self) -> Result<&'a [u8], EventError> {
        let len = self.packed_len()?;
        self.take(len)
    }
}
