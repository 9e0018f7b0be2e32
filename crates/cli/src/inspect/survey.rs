//! What a reading of binlog files comes to.

use std::collections::BTreeMap;

use becauselog_model::{BinlogPosition, GtidSet};
use serde::Serialize;

/// The whole result; its JSON is what `inspect --json` prints.
#[derive(Debug, Default, Serialize)]
pub struct Survey {
    /// The files in order.
    pub files: Vec<FileSummary>,
    /// Events by kind, as they stand in the files.
    pub events: BTreeMap<String, Tally>,
    /// Events inside compressed transactions, by kind, with their unfolded bytes.
    pub compressed_events: BTreeMap<String, Tally>,
    /// Compressed transactions.
    pub compression: Compression,
    /// Transactions by how they end.
    pub transactions: Transactions,
    /// Row changes of transactions that were not rolled back.
    pub rows: Rows,
    /// The same by table, most bytes first.
    pub tables: Vec<TableSummary>,
    /// The biggest transactions, most bytes first.
    pub biggest: Vec<Group>,
    /// The GTIDs of the transactions in the files.
    #[serde(serialize_with = "as_text")]
    pub gtids: GtidSet,
    /// The first commit, in microseconds since 1970 UTC.
    pub first_commit_us: Option<u64>,
    /// The last one.
    pub last_commit_us: Option<u64>,
    /// What a reader that delivers changes would stop at; counted here all the same.
    pub notes: Vec<Note>,
    /// The first thing that could not be read. Behind it only what can be told from it was counted, or nothing.
    pub error: Option<Stopped>,
}

/// One file.
#[derive(Debug, Default, Serialize)]
pub struct FileSummary {
    /// Its name without a folder.
    pub file: String,
    /// The bytes that were read of it.
    pub bytes: u64,
    /// The version of the server that wrote it.
    pub server_version: String,
    /// Whether its events have checksums.
    pub checksums: bool,
    /// When the server that begins it was started, in seconds since 1970 UTC; nothing after a rotation.
    pub server_started_s: Option<u32>,
    /// The GTIDs of all files before it; nothing where the file does not tell.
    pub gtids_before: Option<String>,
    /// How it ends.
    pub end: End,
}

/// How a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Without a mark: it is the one being written, or the server crashed.
    #[default]
    Open,
    /// The next file follows.
    Rotated,
    /// The server was stopped.
    Stopped,
}

/// A number of events and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Compressed transactions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Compression {
    /// How many.
    pub transactions: u64,
    /// Their bytes in the files.
    pub compressed_bytes: u64,
    /// Their bytes unfolded.
    pub unfolded_bytes: u64,
}

/// Transactions by how they end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Transactions {
    /// Committed ones; XA transactions are not among them.
    pub committed: u64,
    /// Ones without a row change among them.
    pub empty: u64,
    /// Rolled back in the log: their changes never happened.
    pub rolled_back: u64,
    /// Statements that change tables or databases.
    pub ddl: u64,
    /// Other statements.
    pub statements: u64,
    /// `XA PREPARE`.
    pub xa_prepared: u64,
    /// `XA COMMIT`.
    pub xa_committed: u64,
    /// `XA ROLLBACK`: the rows of its PREPARE never happened.
    pub xa_rolled_back: u64,
    /// Cut by a crash of the server, or by the end of the last file.
    pub unfinished: u64,
}

/// Row changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Rows that came.
    pub inserted: u64,
    /// Rows that changed.
    pub updated: u64,
    /// Rows that went.
    pub deleted: u64,
    /// Bytes of their events.
    pub bytes: u64,
}

/// Row changes of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TableSummary {
    /// `database.table`.
    pub table: String,
    /// Its changes.
    #[serde(flatten)]
    pub rows: Rows,
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its GTID.
    pub gtid: Option<String>,
    /// Where it begins.
    #[serde(serialize_with = "as_text")]
    pub begin: BinlogPosition,
    /// Its row changes.
    pub rows: u64,
    /// Its bytes in the file.
    pub bytes: u64,
}

/// Something that is in the files and that changes cannot be read from, or not all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The page in `docs/errors/`.
    pub code: String,
    /// How often it was met.
    pub count: u64,
    /// The first one: what was found where.
    pub first: String,
}

/// What stopped the reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// The page in `docs/errors/`.
    pub code: String,
    /// What was found where.
    pub what: String,
    /// What the process ends with.
    pub exit_code: u8,
}

impl Tally {
    /// Adds one event.
    pub const fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

impl Survey {
    /// Counts something that changes cannot be read from.
    pub fn note(&mut self, code: &str, what: impl FnOnce() -> String) {
        match self.notes.iter_mut().find(|note| note.code == code) {
            Some(note) => note.count += 1,
            None => self.notes.push(Note { code: code.to_owned(), count: 1, first: what() }),
        }
    }
}

impl Rows {
    /// All changes.
    pub const fn total(&self) -> u64 {
        self.inserted + self.updated + self.deleted
    }

    /// Adds others.
    pub const fn add(&mut self, other: &Self) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.deleted += other.deleted;
        self.bytes += other.bytes;
    }
}

fn as_text<T: std::fmt::Display, S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
