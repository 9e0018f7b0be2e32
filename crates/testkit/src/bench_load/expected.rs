//! What a reader of the workload must find.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A number of rows and the sum of their keys: two numbers that a dropped, repeated or mixed-up row changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowSum {
    /// How many rows.
    pub rows: u64,
    /// The sum of their `id`s.
    pub key_sum: u64,
}

impl RowSum {
    /// Adds other rows.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.key_sum += other.key_sum;
    }
}

/// One table's changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableExpectation {
    /// How many columns it has.
    pub columns: usize,
    /// Rows inserted.
    pub inserts: RowSum,
    /// Rows changed (their key stays).
    pub updates: RowSum,
    /// Rows deleted.
    pub deletes: RowSum,
    /// Rows that are there at the end.
    pub remaining: RowSum,
}

impl TableExpectation {
    /// All row changes.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.inserts.rows + self.updates.rows + self.deletes.rows
    }
}

/// A binlog file of the workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFile {
    /// Its name in the data folder.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// The whole workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// By table name, in schema `bench`.
    pub tables: BTreeMap<String, TableExpectation>,
    /// Transactions with row changes.
    pub transactions: u64,
    /// Row changes in the largest transaction.
    pub largest_transaction: u64,
    /// The files that hold it, in order; nothing else is in them.
    pub files: Vec<LogFile>,
    /// Executed GTIDs before the first file.
    pub gtids_before: String,
    /// Executed GTIDs at the end of the last one.
    pub gtids_after: String,
}

impl Expected {
    /// All row changes.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.values().map(TableExpectation::rows).sum()
    }

    /// All bytes of the files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}
