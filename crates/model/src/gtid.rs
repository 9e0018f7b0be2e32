//! One GTID: on MySQL the server that first committed a transaction, an optional tag, a number; on MariaDB a domain, the
//! server, a number.

use std::{fmt, str::FromStr, sync::Arc};

use thiserror::Error;

/// The uuid of a server, as in `@@server_uuid`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ServerUuid(pub [u8; 16]);

/// The tag of a GTID (MySQL 8.3 and later); empty where there is none.
///
/// At most 32 of `a-z`, `0-9` and `_`, not starting with a digit; upper case is folded as the server does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tag(Option<Arc<str>>);

/// The identity of a transaction: `uuid:number` or `uuid:tag:number` on MySQL, `domain-server-number` on MariaDB.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gtid {
    /// Of MySQL.
    MySql {
        /// The server that first committed it.
        source: ServerUuid,
        /// Its tag, empty where there is none.
        tag: Tag,
        /// Its number, from 1.
        number: u64,
    },
    /// Of MariaDB.
    MariaDb(MariaDbGtid),
}

/// The identity of a transaction on MariaDB: `domain-server-number`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MariaDbGtid {
    /// The replication domain (`gtid_domain_id`): an independent stream of transactions.
    pub domain: u32,
    /// The `server_id` of the server that first committed it.
    pub server_id: u32,
    /// Its number in the domain, from 1. Rises in a domain where `gtid_strict_mode` holds, and of each server always.
    pub number: u64,
}

/// A GTID or GTID set that cannot be read.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error(
    "not a GTID set: {what} in {text:?}; expected for example 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-20:tag:1-5, of MariaDB 0-1-42"
)]
pub struct GtidParseError {
    /// What is wrong.
    pub what: &'static str,
    /// The part of the text that is.
    pub text: String,
}

impl GtidParseError {
    pub(crate) fn new(what: &'static str, text: &str) -> Self {
        Self { what, text: text.chars().take(120).collect() }
    }
}

impl Tag {
    /// The longest tag, in characters.
    pub const MAX_LEN: usize = 32;

    /// No tag.
    pub const NONE: Self = Self(None);

    /// A tag from text, folded to lower case.
    ///
    /// # Errors
    /// When the text is not a tag by the server's rules.
    pub fn new(text: &str) -> Result<Self, GtidParseError> {
        let folded = text.trim().to_ascii_lowercase();
        let fine = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        let starts = folded.bytes().next().is_some_and(|c| c.is_ascii_lowercase() || c == b'_');
        if !starts || folded.len() > Self::MAX_LEN || !folded.bytes().all(fine) {
            return Err(GtidParseError::new("a tag that is none", text));
        }
        Ok(Self(Some(folded.into())))
    }

    /// The tag's text, empty where there is none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("")
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for ServerUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
        let mut text = String::with_capacity(36);
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.extend([hex(byte >> 4), hex(byte & 15)]);
        }
        f.pad(&text)
    }
}

impl fmt::Debug for ServerUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ServerUuid {
    type Err = GtidParseError;

    /// Reads what the server reads: 32 hexadecimal digits, with dashes in their places or without any.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || GtidParseError::new("a uuid that is none", text);
        let trimmed = text.trim();
        let dashes_fit = match trimmed.len() {
            36 => trimmed.bytes().enumerate().all(|(i, c)| (c == b'-') == matches!(i, 8 | 13 | 18 | 23)),
            32 => true,
            _ => false,
        };
        if !dashes_fit {
            return Err(bad());
        }
        let mut digits = trimmed.chars().filter(|c| *c != '-').map(|c| c.to_digit(16));
        let mut bytes = [0u8; 16];
        for byte in &mut bytes {
            let (Some(Some(high)), Some(Some(low))) = (digits.next(), digits.next()) else {
                return Err(bad());
            };
            *byte = u8::try_from(high << 4 | low).map_err(|_| bad())?;
        }
        if digits.next().is_some() {
            return Err(bad());
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl Gtid {
    /// The server that first committed it, by its uuid; MariaDB's have none.
    #[must_use]
    pub const fn source(&self) -> Option<ServerUuid> {
        match self {
            Self::MySql { source, .. } => Some(*source),
            Self::MariaDb(_) => None,
        }
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn number(&self) -> u64 {
        match self {
            Self::MySql { number, .. } => *number,
            Self::MariaDb(gtid) => gtid.number,
        }
    }
}

impl MariaDbGtid {
    /// Whether a text has the form of a GTID of MariaDB: three numbers joined by dashes.
    #[must_use]
    pub fn is_text(text: &str) -> bool {
        text.parse::<Self>().is_ok()
    }
}

impl fmt::Display for MariaDbGtid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.domain, self.server_id, self.number)
    }
}

impl fmt::Debug for MariaDbGtid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MariaDbGtid {
    type Err = GtidParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || GtidParseError::new("a GTID of MariaDB that is none", text);
        // As servers print them, without leading zeros: a date is no GTID.
        let digits = |part: &&str| {
            part.bytes().all(|c| c.is_ascii_digit()) && (part.len() < 2 || !part.starts_with('0'))
        };
        let mut parts = text.trim().split('-');
        let mut next = || parts.next().filter(digits).ok_or_else(bad);
        let (domain, server_id, number) = (next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(bad());
        }
        Ok(Self {
            domain: domain.parse().map_err(|_| bad())?,
            server_id: server_id.parse().map_err(|_| bad())?,
            number: number.parse().map_err(|_| bad())?,
        })
    }
}

impl From<MariaDbGtid> for Gtid {
    fn from(gtid: MariaDbGtid) -> Self {
        Self::MariaDb(gtid)
    }
}

impl fmt::Display for Gtid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MySql { source, tag, number } if tag.is_none() => write!(f, "{source}:{number}"),
            Self::MySql { source, tag, number } => write!(f, "{source}:{tag}:{number}"),
            Self::MariaDb(gtid) => fmt::Display::fmt(gtid, f),
        }
    }
}

impl fmt::Debug for Gtid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Gtid {
    type Err = GtidParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(gtid) = text.parse() {
            return Ok(Self::MariaDb(gtid));
        }
        let mut parts = text.trim().split(':');
        let source = parts.next().unwrap_or_default().parse()?;
        let (tag, number) = match (parts.next(), parts.next(), parts.next()) {
            (Some(number), None, _) => (Tag::NONE, number),
            (Some(tag), Some(number), None) => (Tag::new(tag)?, number),
            _ => return Err(GtidParseError::new("not exactly one GTID", text)),
        };
        let number = crate::gtid_set::parse_number(number)?;
        Ok(Self::MySql { source, tag, number })
    }
}
