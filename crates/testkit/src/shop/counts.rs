//! What a run committed: the numbers that a reader of the log must find.

use std::fmt;

/// Row changes by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows inserted.
    pub inserts: u64,
    /// Rows changed (rows that were matched but stay the same do not count: they are not logged).
    pub updates: u64,
    /// Rows deleted.
    pub deletes: u64,
}

impl RowCounts {
    /// All row changes.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.inserts + self.updates + self.deletes
    }

    pub(super) fn add(&mut self, other: Self) {
        self.inserts += other.inserts;
        self.updates += other.updates;
        self.deletes += other.deletes;
    }
}

/// What a run of the shop did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Committed row changes: exactly these are in the binlog.
    pub rows: RowCounts,
    /// Committed transactions with at least one row change.
    pub transactions: u64,
    /// Transactions rolled back as a whole.
    pub rolled_back: u64,
    /// Times that a transaction went back to a savepoint and went on.
    pub to_savepoint: u64,
    /// Changes of a primary key, counted among the updates.
    pub key_changes: u64,
    /// `ALTER TABLE` statements.
    pub alters: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} row changes ({} inserts, {} updates of which {} of a key, {} deletes) in {} transactions, \
             {} rolled back, {} back to a savepoint, {} ALTER TABLE",
            self.rows.total(),
            self.rows.inserts,
            self.rows.updates,
            self.key_changes,
            self.rows.deletes,
            self.transactions,
            self.rolled_back,
            self.to_savepoint,
            self.alters
        )
    }
}
