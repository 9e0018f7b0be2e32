//! The format of MySQL's serialization library (8.3 and later; `libs/mysql/serialization/readme.md`): numbered fields,
//! numbers of variable length. Only what the tagged GTID event needs.

use super::{EventError, Fields};

/// The version of the format that we know.
const FORMAT_VERSION: u64 = 1;

/// A walk over the numbered fields of a message.
pub(crate) struct Message<'a> {
    fields: Fields<'a>,
    last_known: u64,
    next: Option<u64>,
}

impl<'a> Message<'a> {
    /// Reads what stands before the fields. `last_known` is the highest field number that the caller reads.
    pub(crate) fn open(mut fields: Fields<'a>, last_known: u64) -> Result<Self, EventError> {
        if unsigned(&mut fields)? != FORMAT_VERSION {
            return Err(fields.error("an unknown version of the serialization format"));
        }
        let size = unsigned(&mut fields)?;
        if size < 2
            || usize::try_from(size).map_or(true, |size| size > fields.at().saturating_add(fields.left()))
        {
            return Err(fields.error("a size beyond its end"));
        }
        if unsigned(&mut fields)? > last_known {
            return Err(fields.error("a field that we do not know and must not ignore"));
        }
        let mut message = Self { fields, last_known, next: None };
        message.advance()?;
        Ok(message)
    }

    /// Steps to a field; nothing where the message does not have it. Fields are asked for in the order of their numbers.
    pub(crate) fn field(&mut self, number: u64) -> Result<Option<&mut Fields<'a>>, EventError> {
        if self.next.is_none() {
            self.advance()?;
        }
        if self.next != Some(number) {
            return Ok(None);
        }
        self.next = None;
        Ok(Some(&mut self.fields))
    }

    pub(crate) fn unsigned(&mut self, number: u64) -> Result<Option<u64>, EventError> {
        self.field(number)?.map(unsigned).transpose()
    }

    pub(crate) fn signed(&mut self, number: u64) -> Result<Option<i64>, EventError> {
        self.field(number)?.map(signed).transpose()
    }

    pub(crate) fn error(&self, what: &'static str) -> EventError {
        self.fields.error(what)
    }

    /// Reads the next field's number. What follows a number beyond those known may be ignored and cannot be read.
    fn advance(&mut self) -> Result<(), EventError> {
        if self.fields.is_done() {
            return Ok(());
        }
        let number = unsigned(&mut self.fields)?;
        if number > self.last_known {
            self.fields.rest();
            return Ok(());
        }
        self.next = Some(number);
        Ok(())
    }
}

/// A number of 1 to 9 bytes: as many as the first byte has lowest bits set, plus one; the value is above those bits.
pub(crate) fn unsigned(fields: &mut Fields<'_>) -> Result<u64, EventError> {
    let first = fields.u8()?;
    let more = first.trailing_ones();
    if more == 8 {
        return fields.u64();
    }
    let bits = more.saturating_add(1);
    let low = u64::from(first).checked_shr(bits).unwrap_or_default();
    let high = fields.uint(usize::try_from(more).unwrap_or_default())?;
    let shift = 8u32.saturating_sub(bits);
    Ok(high << shift | low)
}

/// A signed number: the lowest bit says whether the others are to be inverted.
pub(crate) fn signed(fields: &mut Fields<'_>) -> Result<i64, EventError> {
    let folded = unsigned(fields)?;
    let magnitude = (folded >> 1).cast_signed();
    Ok(if folded & 1 == 0 { magnitude } else { !magnitude })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::event::EventKind;

    /// The server's `write_varlen_bytes_unsigned`.
    fn write(value: u64) -> Vec<u8> {
        let bits = 64 - value.leading_zeros() as usize;
        let count = ((bits * 575) >> 12) + 1;
        let shifted = if count >= 8 { 0 } else { (value << count) as u8 };
        let mut bytes = vec![((1u16 << (count - 1)) - 1) as u8 | shifted];
        let rest = if count == 9 { value } else { value >> (8 - count) };
        bytes.extend(&rest.to_le_bytes()[..count - 1]);
        bytes
    }

    #[test]
    fn reads_the_examples_of_the_servers_documents() {
        let read = |bytes: &[u8]| signed(&mut Fields::new(EventKind::GTID_TAGGED, bytes)).unwrap();
        assert_eq!(unsigned(&mut Fields::new(EventKind::GTID_TAGGED, &[0xfb, 0xff, 0x07])).unwrap(), 65535);
        assert_eq!(read(&[0b1111_0011, 0xff, 0x0f]), 65535);
        assert_eq!(read(&[0b1111_1011, 0xff, 0x0f]), -65536);
    }

    proptest! {
        #[test]
        fn reads_what_the_server_writes(value: u64, shift in 0u32..64) {
            let value = value >> shift;
            let bytes = write(value);
            let mut fields = Fields::new(EventKind::GTID_TAGGED, &bytes);
            prop_assert_eq!(unsigned(&mut fields).unwrap(), value);
            prop_assert!(fields.is_done());
        }
    }
}
