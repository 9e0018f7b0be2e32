//! HEARTBEAT and HEARTBEAT_V2: the server is there and has nothing to send.

use std::sync::Arc;

use super::{Event, EventError, EventKind, Fields};

/// The content of a heartbeat: how far the server has read its log for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// The file's name, without a folder.
    pub file: Arc<str>,
    /// The offset in it; of version 1 only the lowest 32 bits.
    pub pos: u64,
}

/// The numbers of the fields of version 2.
const V2_END: u8 = 0;
const V2_FILE: u8 = 1;
const V2_POS: u8 = 2;

impl Heartbeat {
    /// Reads an event of either version.
    ///
    /// # Errors
    /// When it is too short or the name is no text.
    pub fn parse(event: &Event) -> Result<Self, EventError> {
        if event.kind() == EventKind::HEARTBEAT_V2 {
            return Self::parse_v2(&event.body);
        }
        let mut fields = Fields::new(EventKind::HEARTBEAT, &event.body);
        let name = fields.rest();
        Ok(Self { file: text(name, &fields)?, pos: u64::from(event.header.log_pos) })
    }

    fn parse_v2(body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::HEARTBEAT_V2, body);
        let (mut file, mut pos) = (None, None);
        while !fields.is_done() {
            let number = fields.u8()?;
            if number == V2_END {
                break;
            }
            let value = fields.packed_bytes()?;
            match number {
                V2_FILE => file = Some(text(value, &fields)?),
                V2_POS => pos = Some(Fields::new(EventKind::HEARTBEAT_V2, value).packed()?),
                _ => {}
            }
        }
        match (file, pos) {
            (Some(file), Some(pos)) => Ok(Self { file, pos }),
            _ => Err(fields.error("no file or no position")),
        }
    }
}

fn text(bytes: &[u8], fields: &Fields<'_>) -> Result<Arc<str>, EventError> {
    std::str::from_utf8(bytes).map(Arc::from).map_err(|_| fields.error("a file name that is no text"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_a_position_beyond_4_gib() {
        let body = b"\x01\x0abin.000007\x02\x09\xfe\x00\x00\x00\x00\x02\x00\x00\x00\x00";
        let heartbeat = Heartbeat::parse_v2(body).unwrap();
        assert_eq!((&*heartbeat.file, heartbeat.pos), ("bin.000007", 0x2_0000_0000));
    }
}
