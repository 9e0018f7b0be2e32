//! FORMAT_DESCRIPTION: the first event of a file, which says how the others are written.

use super::{EventError, EventHeader, EventKind, Fields};

/// The content of a FORMAT_DESCRIPTION event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatDescription {
    /// The version of the server that wrote the file, with all suffixes.
    pub server_version: String,
    /// When the file was begun by a server start, in seconds since 1970 UTC; 0 where the file follows a rotation.
    pub created_s: u32,
    /// Whether the events end in a checksum.
    pub checksum: ChecksumAlgorithm,
    /// The length of each kind's fixed part, by kind from 1.
    post_header_lengths: Vec<u8>,
}

/// How an event's bytes are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ChecksumAlgorithm {
    /// Not at all.
    #[default]
    None,
    /// The last four bytes of each event are the CRC32 of those before.
    Crc32,
}

/// MySQL from 5.6.1 on and MariaDB from 5.3 on write the checksum's algorithm here.
const MYSQL_WITH_CHECKSUMS: [u32; 3] = [5, 6, 1];
const MARIADB_WITH_CHECKSUMS: [u32; 3] = [5, 3, 0];

impl FormatDescription {
    /// The bytes of a checksum.
    pub const CHECKSUM_LEN: usize = 4;

    /// Reads the content: with the algorithm's byte, without the four bytes of the checksum.
    ///
    /// # Errors
    /// When it is too short, of another binlog version than 4, with another header length than 19, or with a checksum
    /// algorithm that no server has.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::FORMAT_DESCRIPTION, body);
        if fields.u16()? != 4 {
            return Err(fields.error("a binlog version other than 4"));
        }
        let version = fields.take(50)?;
        let version = version.split(|c| *c == 0).next().unwrap_or_default();
        let server_version = String::from_utf8_lossy(version).into_owned();
        let created_s = fields.u32()?;
        if usize::from(fields.u8()?) != EventHeader::LEN {
            return Err(fields.error("an event header that is not 19 bytes long"));
        }
        let unknown = fields.error("a checksum algorithm that no server has");
        let rest = fields.rest();
        let (post_header_lengths, checksum) = if writes_algorithm(&server_version) {
            let (algorithm, lengths) = rest.split_last().ok_or_else(|| unknown.clone())?;
            (lengths, ChecksumAlgorithm::of_code(*algorithm).ok_or(unknown)?)
        } else {
            (rest, ChecksumAlgorithm::None)
        };
        Ok(Self { server_version, created_s, checksum, post_header_lengths: post_header_lengths.to_vec() })
    }

    /// Whether the content of this event ends in an algorithm and a checksum, by the version in it. `body` may still
    /// have the checksum.
    pub(crate) fn has_checksum_field(body: &[u8]) -> bool {
        let version = body.get(2..52).and_then(|bytes| bytes.split(|c| *c == 0).next());
        writes_algorithm(&String::from_utf8_lossy(version.unwrap_or_default()))
    }

    /// The length of the fixed part of a kind of event, as the file says; nothing where it says nothing.
    #[must_use]
    pub fn post_header_len(&self, kind: EventKind) -> Option<usize> {
        let index = usize::from(kind.0).checked_sub(1)?;
        self.post_header_lengths.get(index).map(|len| usize::from(*len))
    }

    /// The first three numbers of the version, 0 where there is none.
    #[must_use]
    pub fn version_numbers(&self) -> [u32; 3] {
        version_numbers(&self.server_version)
    }

    /// Whether a MariaDB server wrote the file.
    #[must_use]
    pub fn is_mariadb(&self) -> bool {
        is_mariadb(&self.server_version)
    }
}

impl ChecksumAlgorithm {
    /// The algorithm of a code in the log.
    #[must_use]
    pub const fn of_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Crc32),
            _ => None,
        }
    }

    /// The bytes that each event ends in.
    #[must_use]
    pub const fn trailer_len(self) -> usize {
        match self {
            Self::None => 0,
            Self::Crc32 => FormatDescription::CHECKSUM_LEN,
        }
    }
}

fn is_mariadb(version: &str) -> bool {
    version.to_ascii_lowercase().contains("mariadb")
}

fn writes_algorithm(version: &str) -> bool {
    let since = if is_mariadb(version) { MARIADB_WITH_CHECKSUMS } else { MYSQL_WITH_CHECKSUMS };
    version_numbers(version) >= since
}

/// The first three numbers of a version text such as `8.0.36-28.1-log` or `5.7.22-rds`; 0 where there is none.
fn version_numbers(version: &str) -> [u32; 3] {
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(version.split('.')) {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        *number = part.get(..digits).and_then(|text| text.parse().ok()).unwrap_or_default();
        if digits < part.len() {
            break;
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn body(version: &str, algorithm: &[u8]) -> Vec<u8> {
        let mut body = vec![4, 0];
        let mut padded = version.as_bytes().to_vec();
        padded.resize(50, 0);
        body.extend(padded);
        body.extend([0; 4]);
        body.push(19);
        body.extend([56, 13, 0, 8]);
        body.extend(algorithm);
        body
    }

    #[test]
    fn versions_with_suffixes_tell_whether_there_are_checksums() {
        for version in [
            "5.6.1",
            "5.7.22-rds.log",
            "8.0.36-28.1-log",
            "9.7.4",
            "10.11.19-MariaDB-log",
            "5.5.5-10.2-MariaDB",
        ] {
            assert!(writes_algorithm(version), "{version}");
        }
        for version in ["5.6.0-m4", "5.5.62-log", "5.1-MariaDB", ""] {
            assert!(!writes_algorithm(version), "{version}");
        }
    }

    #[test]
    fn reads_lengths_and_algorithm() {
        let read = FormatDescription::parse(&body("8.0.36-debug", &[1])).unwrap();
        assert_eq!(read.server_version, "8.0.36-debug");
        assert_eq!(read.checksum, ChecksumAlgorithm::Crc32);
        assert_eq!(read.post_header_len(EventKind::QUERY), Some(13));
        assert_eq!(read.post_header_len(EventKind::GTID), None);
        assert!(FormatDescription::parse(&body("8.0.36", &[7])).is_err());
        assert_eq!(FormatDescription::parse(&body("5.5.62", &[])).unwrap().checksum, ChecksumAlgorithm::None);
    }
}
