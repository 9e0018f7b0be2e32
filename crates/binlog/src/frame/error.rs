//! What can be wrong with a frame.

use std::sync::Arc;

use becauselog_model::ErrorClass;
use thiserror::Error;

use crate::event::{EventError, EventKind};

/// Bytes that are no sound event, with their place.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum FrameError {
    /// The bytes end inside an event.
    #[error(
        "{file}:{offset}: the log ends inside an event: {expected} bytes expected, {found} found; copy the file again, or read what the server still writes through the server"
    )]
    Torn {
        /// The file.
        file: Arc<str>,
        /// Where the event begins.
        offset: u64,
        /// The event's length in bytes; of a header 19.
        expected: u64,
        /// The bytes that are there.
        found: u64,
    },
    /// A length that no event can have.
    #[error(
        "{file}:{offset}: an event of {length} bytes; 19 to {limit} are possible: the log is damaged here; take it from a backup or another replica"
    )]
    Length {
        /// The file.
        file: Arc<str>,
        /// Where the event begins.
        offset: u64,
        /// The length in its header.
        length: u32,
        /// The longest possible.
        limit: u32,
    },
    /// The checksum is not that of the bytes.
    #[error(
        "{file}:{offset}: checksum of a {kind} event: {expected:#010x} expected, {found:#010x} found: the log is damaged here; take it from a backup or another replica"
    )]
    Checksum {
        /// The file.
        file: Arc<str>,
        /// Where the event begins.
        offset: u64,
        /// The kind that its header says.
        kind: EventKind,
        /// What the event says.
        expected: u32,
        /// What its bytes give.
        found: u32,
    },
    /// A frame's own content (format description, rotate, heartbeat) is malformed.
    #[error("{file}:{offset}: {source}")]
    Malformed {
        /// The file.
        file: Arc<str>,
        /// Where the event begins.
        offset: u64,
        /// What is wrong.
        source: EventError,
    },
    /// The first event of a file is not its format description.
    #[error(
        "{file}:{offset}: a {kind} event before any format description, with which a binlog file begins: a part of it is missing; take it from a backup or another replica"
    )]
    NoFormat {
        /// The file.
        file: Arc<str>,
        /// Where the event begins.
        offset: u64,
        /// The kind of the event.
        kind: EventKind,
    },
    /// The file does not begin like a binlog file.
    #[error("{file}: not a binlog file: {}", begin(file, found))]
    NotABinlog {
        /// The file.
        file: Arc<str>,
        /// The first bytes, 4 at most.
        found: Vec<u8>,
    },
    /// The file is encrypted.
    #[error(
        "{file}: an encrypted binlog file (begins with fd 62 69 6e); read it through the server, which decrypts it, or switch binlog_encryption off and rotate"
    )]
    Encrypted {
        /// The file.
        file: Arc<str>,
    },
    /// The file is encrypted from a place on (MariaDB, Percona Server 5.7).
    #[error(
        "{file}:{offset}: from here on the file is encrypted (a START_ENCRYPTION event); read it through the server, which decrypts it, or switch encrypt_binlog off and rotate"
    )]
    EncryptedFrom {
        /// The file.
        file: Arc<str>,
        /// Where the event that says so begins.
        offset: u64,
    },
}

/// What a file begins with that is no binlog file, and what to do with one that is compressed.
fn begin(file: &str, found: &[u8]) -> String {
    let unpack = match *found {
        [] => return "it is empty".to_owned(),
        [0x1f, 0x8b, ..] => "zcat",
        [0x28, 0xb5, 0x2f, 0xfd] => "zstdcat",
        [b'B', b'Z', b'h', _] => "bzcat",
        [0xfd, b'7', b'z', b'X'] => "xzcat",
        [4, 0x22, 0x4d, 0x18] => "lz4cat",
        [b'P', b'K', 3, 4] => "unzip -p",
        _ => {
            let bytes: Vec<String> = found.iter().map(|byte| format!("{byte:02x}")).collect();
            return format!("begins with {}, a binlog file with fe 62 69 6e", bytes.join(" "));
        }
    };
    format!("it is compressed; unpack it first: {unpack} {file} | becauselog inspect -")
}

impl FrameError {
    /// What is to be done. On a connection the caller may try once more: the bytes may have been damaged on their way.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        ErrorClass::Operator
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Torn { .. } => "E_TORN",
            Self::Length { .. } | Self::Malformed { .. } | Self::NoFormat { .. } => "E_DAMAGED",
            Self::Checksum { .. } => "E_CHECKSUM",
            Self::NotABinlog { .. } => "E_NOT_A_BINLOG",
            Self::Encrypted { .. } | Self::EncryptedFrom { .. } => "E_ENCRYPTED",
        }
    }
}
