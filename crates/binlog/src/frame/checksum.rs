//! The checksum that events end in.

use bytes::Bytes;

use crate::event::{ChecksumAlgorithm, EventFlags, EventHeader, EventKind, FormatDescription};

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not that of the bytes.
    Wrong { expected: u32, found: u32 },
    /// The event is too short to have one.
    Missing,
}

/// The offset of the flags in the header.
const FLAGS_AT: usize = 17;

/// The content of an event of a file that is written like this, its checksum verified. A ROTATE has no fields of a server's
/// own in its header: it must be understood before the format is known.
pub(super) fn body(kind: EventKind, bytes: &Bytes, format: &FormatDescription) -> Result<Bytes, Fault> {
    let is_frozen = kind == EventKind::ROTATE;
    let header_len = if is_frozen { format.header_len.min(EventHeader::LEN) } else { format.header_len };
    body_behind(bytes, header_len, format.checksum)
}

fn body_behind(bytes: &Bytes, header_len: usize, algorithm: ChecksumAlgorithm) -> Result<Bytes, Fault> {
    let end = match algorithm {
        ChecksumAlgorithm::None => bytes.len(),
        ChecksumAlgorithm::Crc32 => {
            let (covered, expected) = split(bytes)?;
            verify(expected, crc32fast::hash(covered))?;
            covered.len()
        }
    };
    if header_len > end { Err(Fault::Missing) } else { Ok(bytes.slice(header_len..end)) }
}

/// The content of a format description. Its four bytes are there with every algorithm (but for servers before 5.6.1),
/// and the flag "in use" is not covered by them: the server clears it in place.
pub(super) fn format_description_body(bytes: &Bytes) -> Result<Bytes, Fault> {
    let content = bytes.slice(EventHeader::LEN.min(bytes.len())..);
    if !FormatDescription::has_checksum_field(&content) {
        return Ok(content);
    }
    let (covered, expected) = split(bytes)?;
    let algorithm = covered.last().copied().and_then(ChecksumAlgorithm::of_code);
    if algorithm == Some(ChecksumAlgorithm::Crc32) {
        verify(expected, hash_without_in_use(covered))?;
    }
    Ok(bytes.slice(EventHeader::LEN..covered.len()))
}

/// The content of an event that comes before any format description: it ends in a checksum if one fits.
pub(super) fn body_of_unknown_format(bytes: &Bytes) -> Bytes {
    body_behind(bytes, EventHeader::LEN, ChecksumAlgorithm::Crc32)
        .unwrap_or_else(|_| bytes.slice(EventHeader::LEN.min(bytes.len())..))
}

fn split(bytes: &[u8]) -> Result<(&[u8], u32), Fault> {
    let at = bytes.len().checked_sub(FormatDescription::CHECKSUM_LEN).filter(|at| *at >= EventHeader::LEN);
    let (covered, trailer) = at.and_then(|at| bytes.split_at_checked(at)).ok_or(Fault::Missing)?;
    let trailer = trailer.try_into().map_err(|_| Fault::Missing)?;
    Ok((covered, u32::from_le_bytes(trailer)))
}

fn verify(expected: u32, found: u32) -> Result<(), Fault> {
    if expected == found { Ok(()) } else { Err(Fault::Wrong { expected, found }) }
}

fn hash_without_in_use(covered: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    let (head, rest) = covered.split_at_checked(FLAGS_AT).unwrap_or_default();
    let (flags, rest) = rest.split_first().map_or((0, rest), |(flags, rest)| (*flags, rest));
    let in_use = EventFlags::BINLOG_IN_USE.to_le_bytes();
    hasher.update(head);
    hasher.update(&[flags & !in_use[0]]);
    hasher.update(rest);
    hasher.finalize()
}
