//! MariaDB's compressed statements and rows (`log_bin_compress`): unfolded they are the plain events.
//!
//! What stands before the statement or the rows is as in the plain event. Then: a byte with the number of bytes of the
//! length in its low three bits, the algorithm in the three above, and the top bit set; the unfolded length, highest byte
//! first; the zlib stream.

use std::io::Read;

use bytes::Bytes;
use flate2::read::ZlibDecoder;

use crate::{
    event::{EventError, EventHeader, EventKind, Fields, FormatDescription, Query, RowsHeader},
    frame::EVENT_LEN_MAX,
};

/// Room that is made before anything was unfolded, at most.
const ROOM_MAX: usize = 1 << 20;

/// The plain kind and content of a compressed event; nothing for an event that is not compressed.
///
/// # Errors
/// When the content is malformed, or unfolds to another length than it says or to more than an event can have.
pub(crate) fn uncompressed(
    header: &EventHeader,
    format: Option<&FormatDescription>,
    body: &Bytes,
) -> Result<Option<(EventKind, Bytes)>, EventError> {
    let kind = header.kind;
    let Some(plain) = plain_kind(kind) else { return Ok(None) };
    let named = |error: EventError| EventError { kind, ..error };
    let at = if plain == EventKind::QUERY {
        let statement = Query::parse(body).map_err(named)?.statement;
        body.len().saturating_sub(statement.len())
    } else {
        RowsHeader::parse(plain, format, body).map_err(named)?.rows_at
    };
    let mut fields = Fields::new(kind, body);
    let head = fields.take(at)?;
    unfold(fields, head).map(|unfolded| Some((plain, unfolded.into())))
}

fn plain_kind(kind: EventKind) -> Option<EventKind> {
    Some(match kind {
        EventKind::MARIADB_QUERY_COMPRESSED => EventKind::QUERY,
        EventKind::MARIADB_WRITE_ROWS_COMPRESSED_V1 => EventKind::WRITE_ROWS_V1,
        EventKind::MARIADB_UPDATE_ROWS_COMPRESSED_V1 => EventKind::UPDATE_ROWS_V1,
        EventKind::MARIADB_DELETE_ROWS_COMPRESSED_V1 => EventKind::DELETE_ROWS_V1,
        EventKind::MARIADB_WRITE_ROWS_COMPRESSED => EventKind::WRITE_ROWS,
        EventKind::MARIADB_UPDATE_ROWS_COMPRESSED => EventKind::UPDATE_ROWS,
        EventKind::MARIADB_DELETE_ROWS_COMPRESSED => EventKind::DELETE_ROWS,
        _ => return None,
    })
}

/// `head`, and behind it what the rest unfolds to.
fn unfold(mut fields: Fields<'_>, head: &[u8]) -> Result<Vec<u8>, EventError> {
    let first = fields.u8()?;
    let length_len = usize::from(first & 0x07);
    if first & 0xf0 != 0x80 || !(1..=4).contains(&length_len) {
        return Err(fields.error("an unknown form of compression"));
    }
    let length = fields.take(length_len)?.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    if length > u64::from(EVENT_LEN_MAX) {
        return Err(fields.error("it unfolds to more than an event can have"));
    }
    let wrong = fields.error("it does not unfold to what it says");
    let wanted = usize::try_from(length).map_err(|_| wrong.clone())?;
    let mut out = Vec::with_capacity(head.len().saturating_add(wanted.min(ROOM_MAX)));
    out.extend_from_slice(head);
    let read = ZlibDecoder::new(fields.rest()).take(length.saturating_add(1)).read_to_end(&mut out);
    match read {
        Ok(read) if read == wanted => Ok(out),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use flate2::{Compression, write::ZlibEncoder};

    use super::*;
    use crate::event::EventFlags;

    fn header(kind: EventKind) -> EventHeader {
        EventHeader {
            timestamp_s: 0,
            kind,
            server_id: 1,
            event_size: 0,
            log_pos: 0,
            flags: EventFlags::default(),
        }
    }

    fn folded(head: &[u8], text: &[u8], length: u16) -> Bytes {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        let mut body = head.to_vec();
        body.push(0x82);
        body.extend(length.to_be_bytes());
        body.extend(encoder.finish().unwrap());
        body.into()
    }

    const QUERY_HEAD: &[u8] = b"\x09\0\0\0\0\0\0\0\x01\0\0\0\0d\0";

    #[test]
    fn a_compressed_statement_is_the_plain_one() {
        let body = folded(QUERY_HEAD, b"CREATE TABLE t (id INT)", 23);
        let (kind, plain) =
            uncompressed(&header(EventKind::MARIADB_QUERY_COMPRESSED), None, &body).unwrap().unwrap();
        assert_eq!(kind, EventKind::QUERY);
        assert_eq!(&*Query::parse(&plain).unwrap().statement, b"CREATE TABLE t (id INT)");
    }

    #[test]
    fn compressed_rows_are_the_plain_ones() {
        let head = b"\x71\0\0\0\0\0\x01\0\x02\xff\xff";
        let body = folded(head, b"ROWSROWSROWS", 12);
        let compressed = header(EventKind::MARIADB_UPDATE_ROWS_COMPRESSED_V1);
        let (kind, plain) = uncompressed(&compressed, None, &body).unwrap().unwrap();
        let rows = RowsHeader::parse(kind, None, &plain).unwrap();
        assert_eq!((kind, rows.rows), (EventKind::UPDATE_ROWS_V1, &b"ROWSROWSROWS"[..]));
        assert_eq!(uncompressed(&header(EventKind::QUERY), None, &body).unwrap(), None);
    }

    #[test]
    fn another_length_than_it_says_is_an_error() {
        for length in [22, 24, u16::MAX] {
            let body = folded(QUERY_HEAD, b"CREATE TABLE t (id INT)", length);
            let found = uncompressed(&header(EventKind::MARIADB_QUERY_COMPRESSED), None, &body);
            assert_eq!(found.unwrap_err().what, "it does not unfold to what it says");
        }
        let mut endless = QUERY_HEAD.to_vec();
        endless.extend([0x84, 0xff, 0xff, 0xff, 0xff]);
        assert!(uncompressed(&header(EventKind::MARIADB_QUERY_COMPRESSED), None, &endless.into()).is_err());
    }
}
