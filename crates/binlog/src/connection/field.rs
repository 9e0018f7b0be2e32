//! Reading the protocol's fields, without panics.

use super::error::ConnectionError;

/// What is left of a packet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    left: &'a [u8],
    short: &'static str,
}

impl<'a> Fields<'a> {
    /// Reads a packet; `short` is what to say when it ends too early.
    pub(crate) const fn new(packet: &'a [u8], short: &'static str) -> Self {
        Self { left: packet, short }
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.left
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], ConnectionError> {
        let (taken, left) =
            self.left.split_at_checked(count).ok_or(ConnectionError::Protocol { what: self.short })?;
        self.left = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ConnectionError> {
        let what = self.short;
        self.bytes(N)?.try_into().map_err(|_| ConnectionError::Protocol { what })
    }

    pub(crate) fn u8(&mut self) -> Result<u8, ConnectionError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(crate) fn u16(&mut self) -> Result<u16, ConnectionError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, ConnectionError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Bytes up to a NUL; up to the end where there is none.
    pub(crate) fn until_nul(&mut self) -> &'a [u8] {
        let end = self.left.iter().position(|byte| *byte == 0).unwrap_or(self.left.len());
        let (taken, left) = self.left.split_at_checked(end).unwrap_or((self.left, &[]));
        self.left = left.split_first().map_or(left, |(_, after)| after);
        taken
    }

    /// A length-encoded integer; nothing for the NULL mark of a text row.
    pub(crate) fn length(&mut self) -> Result<Option<u64>, ConnectionError> {
        Ok(Some(match self.u8()? {
            0xfb => return Ok(None),
            0xfc => u64::from(self.u16()?),
            0xfd => {
                let [a, b, c] = self.array()?;
                u64::from(u32::from_le_bytes([a, b, c, 0]))
            }
            0xfe => u64::from_le_bytes(self.array()?),
            0xff => return Err(ConnectionError::Protocol { what: "a length that is none" }),
            small => u64::from(small),
        }))
    }

    /// A length-encoded string; nothing for NULL.
    pub(crate) fn text(&mut self) -> Result<Option<&'a [u8]>, ConnectionError> {
        let Some(length) = self.length()? else { return Ok(None) };
        let what = self.short;
        let length = usize::try_from(length).map_err(|_| ConnectionError::Protocol { what })?;
        self.bytes(length).map(Some)
    }
}

/// Appends a length-encoded string.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &[u8]) {
    put_length(out, text.len());
    out.extend_from_slice(text);
}

/// Appends a length-encoded integer.
pub(crate) fn put_length(out: &mut Vec<u8>, length: usize) {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(small), _) if small < 0xfb => out.push(small),
        (_, Ok(middle)) => {
            out.push(0xfc);
            out.extend_from_slice(&middle.to_le_bytes());
        }
        _ => {
            out.push(0xfe);
            out.extend_from_slice(&(length as u64).to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_length_reads_back_as_written() {
        for length in [0usize, 1, 250, 251, 252, 255, 256, 65_535, 65_536, 70_000, 20_000_000] {
            let mut out = Vec::new();
            put_length(&mut out, length);
            let mut fields = Fields::new(&out, "short");
            assert_eq!(fields.length().unwrap(), Some(length as u64));
            assert!(fields.is_empty());
        }
    }

    #[test]
    fn a_text_longer_than_its_packet_is_an_error() {
        assert!(Fields::new(&[5, b'a'], "short").text().is_err());
        assert!(
            Fields::new(&[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "short").text().is_err()
        );
        assert_eq!(Fields::new(&[0xfb], "short").text().unwrap(), None);
    }
}
