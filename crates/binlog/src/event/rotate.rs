//! ROTATE: where the log goes on.

use std::sync::Arc;

use becauselog_model::BinlogPosition;

use super::{EventError, EventKind, Fields, FormatDescription};

/// The content of a ROTATE event. At the start of a dump, and between files, the server makes one up (flag artificial).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotate {
    /// The offset of the first event there, 4 or more.
    pub pos: u64,
    /// The next file's name, without a folder.
    pub file: Arc<str>,
}

impl Rotate {
    /// The server's own limit of a file's name (`FN_REFLEN`), in bytes.
    pub const NAME_LEN_MAX: usize = 512;

    /// Reads the content.
    ///
    /// # Errors
    /// When it is too short, or the name is empty, too long or not text.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        Self::parse_of(None, body)
    }

    /// The same of a file of which is known how it is written: 3.23 wrote no offset.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_of(format: Option<&FormatDescription>, body: &[u8]) -> Result<Self, EventError> {
        let has_offset = format.is_none_or(|format| format.binlog_version > 1);
        let mut fields = Fields::new(EventKind::ROTATE, body);
        let pos = if has_offset { fields.u64()? } else { 4 };
        let unreadable = fields.error("a file name that is none");
        let name = fields.rest();
        let fine =
            !name.is_empty() && name.len() <= Self::NAME_LEN_MAX && !name.iter().any(u8::is_ascii_control);
        let name = std::str::from_utf8(name).ok().filter(|_| fine).ok_or(unreadable)?;
        Ok(Self { pos, file: name.into() })
    }

    /// The place it points to.
    #[must_use]
    pub fn target(&self) -> BinlogPosition {
        BinlogPosition { file: Arc::clone(&self.file), pos: self.pos }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_position_and_name() {
        let rotate = Rotate::parse(b"\x04\0\0\0\0\0\0\0bin.000002").unwrap();
        assert_eq!(rotate.target().to_string(), "bin.000002:4");
    }

    #[test]
    fn a_name_with_checksum_bytes_left_on_it_is_refused() {
        assert!(Rotate::parse(b"\x04\0\0\0\0\0\0\0bin.000002\x01\x02\x03\xff").is_err());
        assert!(Rotate::parse(b"\x04\0\0\0\0\0\0\0").is_err());
    }
}
