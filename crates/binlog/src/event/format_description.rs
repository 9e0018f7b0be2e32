//! FORMAT_DESCRIPTION: the first event of a file, which says how the others are written; before 5.0 START_V3.

use super::{EventError, EventHeader, EventKind, Fields};

mod version;

use self::version::{
    by_kind, has_other_numbers, is_mariadb, kind_of_other_number, version_numbers, writes_algorithm,
};

/// The content of a FORMAT_DESCRIPTION or START_V3 event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatDescription {
    /// 4 since 5.0; 3 of 4.0 and 4.1, and 2 of the first 4.0; 1 of 3.23.
    pub binlog_version: u16,
    /// The version of the server that wrote the file, with all suffixes.
    pub server_version: String,
    /// When the file was begun by a server start, in seconds since 1970 UTC; 0 where the file follows a rotation.
    pub created_s: u32,
    /// Whether the events end in a checksum.
    pub checksum: ChecksumAlgorithm,
    /// The length of the header that each event begins with, in bytes: 13 in version 1, 19 since then, more where a
    /// server adds fields of its own behind them.
    pub header_len: usize,
    /// The length of each kind's fixed part, by kind from 1.
    post_header_lengths: Vec<u8>,
    /// Whether kinds have the numbers of early trees of 5.1.
    has_other_numbers: bool,
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

impl FormatDescription {
    /// The bytes of a checksum.
    pub const CHECKSUM_LEN: usize = 4;

    /// Reads the content: with the algorithm's byte, without the four bytes of the checksum.
    ///
    /// # Errors
    /// When it is too short, of another binlog version than 4, with a header of fewer bytes than 19, or with a checksum
    /// algorithm that no server has.
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::FORMAT_DESCRIPTION, body);
        if fields.u16()? != 4 {
            return Err(fields.error("a binlog version other than 4"));
        }
        let server_version = read_server_version(&mut fields)?;
        let created_s = fields.u32()?;
        let header_len = usize::from(fields.u8()?);
        if header_len < EventHeader::LEN {
            return Err(fields.error("an event header of fewer than 19 bytes"));
        }
        let unknown = fields.error("a checksum algorithm that no server has");
        let rest = fields.rest();
        let (post_header_lengths, checksum) = if writes_algorithm(&server_version) {
            let (algorithm, lengths) = rest.split_last().ok_or_else(|| unknown.clone())?;
            (lengths, ChecksumAlgorithm::of_code(*algorithm).ok_or(unknown)?)
        } else {
            (rest, ChecksumAlgorithm::None)
        };
        let has_other_numbers = has_other_numbers(&server_version);
        let post_header_lengths =
            if has_other_numbers { by_kind(post_header_lengths) } else { post_header_lengths.to_vec() };
        Ok(Self {
            binlog_version: 4,
            server_version,
            created_s,
            checksum,
            header_len,
            post_header_lengths,
            has_other_numbers,
        })
    }

    /// Reads the content of a START_V3 event, by which servers before 5.0 begin a file.
    ///
    /// # Errors
    /// When it is too short, or of another binlog version than 1 to 3.
    pub fn parse_start(body: &[u8]) -> Result<Self, EventError> {
        let mut fields = Fields::new(EventKind::START_V3, body);
        let binlog_version = fields.u16()?;
        let header_len = match binlog_version {
            1 => EventHeader::LEN_VERSION_1,
            2 | 3 => EventHeader::LEN,
            _ => return Err(fields.error("a binlog version other than 1, 2 or 3")),
        };
        Ok(Self {
            binlog_version,
            server_version: read_server_version(&mut fields)?,
            created_s: fields.u32()?,
            checksum: ChecksumAlgorithm::None,
            header_len,
            post_header_lengths: Vec::new(),
            has_other_numbers: false,
        })
    }

    /// Reads the content of either kind of event that begins a file.
    ///
    /// # Errors
    /// As [`Self::parse`] and [`Self::parse_start`].
    pub fn parse_kind(kind: EventKind, body: &[u8]) -> Result<Self, EventError> {
        if kind == EventKind::START_V3 { Self::parse_start(body) } else { Self::parse(body) }
    }

    /// Whether it is the binlog version since 5.0.
    #[must_use]
    pub const fn is_version_4(&self) -> bool {
        self.binlog_version == 4
    }

    /// The kind that a number in an event's header stands for: early trees of 5.1 counted otherwise.
    #[must_use]
    pub const fn kind_of(&self, number: EventKind) -> EventKind {
        if self.has_other_numbers { kind_of_other_number(number) } else { number }
    }

    /// Whether the content of this event ends in an algorithm and a checksum, by the version in it. `body` may still
    /// have the checksum.
    pub(crate) fn has_checksum_field(body: &[u8]) -> bool {
        let version = body.get(2..52).and_then(|bytes| bytes.split(|c| *c == 0).next());
        writes_algorithm(&String::from_utf8_lossy(version.unwrap_or_default()))
    }

    /// Whether a pre-release of 5.1, or a tree before it, wrote the file.
    #[must_use]
    pub fn is_before_5_1(&self) -> bool {
        // 5.1.30 was the first release.
        self.has_other_numbers || !self.is_mariadb() && self.version_numbers() < [5, 1, 30]
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
            // 255: what a server writes that does not know whether the events it passes on have any.
            0 | 255 => Some(Self::None),
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

fn read_server_version(fields: &mut Fields<'_>) -> Result<String, EventError> {
    let version = fields.take(50)?;
    let version = version.split(|c| *c == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(version).into_owned())
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
