//! A place in one server's binlog files.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A byte offset in a binlog file of one server. Means nothing on another server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BinlogPosition {
    /// The file's name without a folder, for example `mysql-bin.000003`.
    pub file: Arc<str>,
    /// The offset in bytes; the first event of a file is at 4.
    pub pos: u64,
}

/// A text that is no `file:pos`.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("not a binlog position: {0:?}; expected file:pos, for example mysql-bin.000003:4")]
pub struct PositionParseError(pub String);

impl BinlogPosition {
    /// The number at the end of the file's name, by which the server counts its files.
    #[must_use]
    pub fn file_number(&self) -> Option<u64> {
        self.file.rsplit_once('.').and_then(|(_, number)| number.parse().ok())
    }
}

impl PartialOrd for BinlogPosition {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for BinlogPosition {
    /// By the file's number (`.999999` comes before `.1000000`), then by name, then by offset.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_number = self.file_number().cmp(&other.file_number());
        by_number.then_with(|| self.file.cmp(&other.file)).then_with(|| self.pos.cmp(&other.pos))
    }
}

impl fmt::Display for BinlogPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.pos)
    }
}

impl FromStr for BinlogPosition {
    type Err = PositionParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || PositionParseError(text.chars().take(120).collect());
        let (file, pos) = text.trim().rsplit_once(':').ok_or_else(bad)?;
        let pos = pos.parse().map_err(|_| bad())?;
        if file.is_empty() || file.contains(['/', ':', ',']) {
            return Err(bad());
        }
        Ok(Self { file: file.into(), pos })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn orders_by_file_number_then_offset() {
        let at = |text: &str| text.parse::<BinlogPosition>().unwrap();
        assert!(at("bin.999999:4") < at("bin.1000000:4"));
        assert!(at("bin.000002:4") < at("bin.000002:10"));
        assert_eq!(at("bin.000002:4").to_string(), "bin.000002:4");
        assert!("bin.000002".parse::<BinlogPosition>().is_err());
    }
}
