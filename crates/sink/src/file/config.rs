//! What a file sink is told.

use std::{path::PathBuf, str::FromStr, time::Duration};

use thiserror::Error;

use crate::record_line::Content;

/// The options of a file sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileConfig {
    /// Its name in logs and states.
    pub name: String,
    /// The data file. Its position is kept beside it, in the folder `<path>.position`.
    pub path: PathBuf,
    /// What a line is.
    pub content: Content,
    /// When written data is made durable.
    pub fsync: Fsync,
    /// When a new file is begun.
    pub rotation: Rotation,
    /// What to do when the data file is gone and its position is there.
    pub on_missing: OnMissing,
    /// What to do with a data file that holds something and has no position.
    pub on_foreign: OnForeign,
}

/// When written data is made durable. Readers of the file see it at once in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    /// In the background, so long after the first write that is not durable. What is not durable when the power goes
    /// is read from the source again.
    Interval(Duration),
    /// With every batch: the slowest, and the checkpoint follows at once.
    Batch,
    /// Only now and then. A batch then counts as durable when it is written: a power cut sets the file, and the
    /// position kept with it, back by more than the checkpoint.
    Never,
}

/// When a new file is begun: always where a transaction ends, so a file can be larger by one transaction. The full
/// file `events.jsonl` becomes `events.0000000001.jsonl`, and so on, in the order of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rotation {
    /// Before a file would grow over so many bytes.
    pub bytes_max: Option<u64>,
    /// When a file that is not empty is so old.
    pub age_max: Option<Duration>,
}

/// What to do when the data file is gone and its position is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnMissing {
    /// Stop and say so.
    #[default]
    Refuse,
    /// Go on in a new file from that position: the old one was moved away on purpose.
    StartNew,
}

/// What to do with a data file that holds something and has no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnForeign {
    /// Stop and say so.
    #[default]
    Refuse,
    /// Write after what is there.
    Append,
}

/// A text that is no fsync policy.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("not an fsync policy: {0:?}; expected \"interval:1s\" (ms, s, m), \"batch\" or \"never\"")]
pub struct FsyncParseError(String);

impl FileConfig {
    /// The options for a path, all others at their defaults: values alone, fsync each second, no rotation.
    #[must_use]
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            path: path.into(),
            content: Content::default(),
            fsync: Fsync::default(),
            rotation: Rotation::default(),
            on_missing: OnMissing::default(),
            on_foreign: OnForeign::default(),
        }
    }
}

impl Default for Fsync {
    /// Each second: a power cut then costs a second of reading again, and readers lose nothing.
    fn default() -> Self {
        Self::Interval(Duration::from_secs(1))
    }
}

impl FromStr for Fsync {
    type Err = FsyncParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || FsyncParseError(text.chars().take(60).collect());
        match text.trim() {
            "batch" => Ok(Self::Batch),
            "never" => Ok(Self::Never),
            other => {
                let span = other.strip_prefix("interval:").ok_or_else(bad)?;
                let digits = span.bytes().take_while(u8::is_ascii_digit).count();
                let (number, unit) = span.split_at(digits);
                let number: u64 = number.parse().map_err(|_| bad())?;
                let unit_ms = match unit {
                    "ms" => 1,
                    "s" => 1_000,
                    "m" => 60_000,
                    _ => return Err(bad()),
                };
                let ms = number.checked_mul(unit_ms).filter(|ms| *ms > 0).ok_or_else(bad)?;
                Ok(Self::Interval(Duration::from_millis(ms)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fsync_policies_are_read_from_text() {
        assert_eq!("interval:1s".parse(), Ok(Fsync::Interval(Duration::from_secs(1))));
        assert_eq!("interval:250ms".parse(), Ok(Fsync::Interval(Duration::from_millis(250))));
        assert_eq!("batch".parse(), Ok(Fsync::Batch));
        assert_eq!("never".parse(), Ok(Fsync::Never));
        for bad in
            ["", "interval", "interval:", "interval:0s", "interval:1h2", "interval:99999999999999999999s"]
        {
            assert!(bad.parse::<Fsync>().is_err(), "{bad}");
        }
    }
}
