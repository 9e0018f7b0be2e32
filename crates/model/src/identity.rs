//! The identity of a change: from the log alone, the same after restart, replay and failover.

use std::fmt;

use crate::transaction::Transaction;

/// Which of several records of one change a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The change itself: one record, no suffix.
    Whole,
    /// The delete that a key change begins with.
    Delete,
    /// The tombstone after a delete.
    Tombstone,
    /// The create that a key change ends with.
    Create,
}

impl Part {
    /// What is added to the id.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Delete => "/delete",
            Self::Tombstone => "/tombstone",
            Self::Create => "/create",
        }
    }
}

/// An event's id, `name/gtid/index[/part]`; prints as such.
///
/// `name` is the source's logical name, `index` counts all row changes of the transaction before any filter. Without
/// GTIDs the middle is `server-uuid/file:pos` of the transaction's begin, which does not survive a failover.
#[derive(Debug, Clone, Copy)]
pub struct EventId<'a> {
    /// The source's logical name.
    pub name: &'a str,
    /// The transaction.
    pub transaction: &'a Transaction,
    /// The change's index in it, from 0.
    pub index: u64,
    /// Which record of the change.
    pub part: Part,
}

impl fmt::Display for EventId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}{}", self.name, self.transaction.identity(), self.index, self.part.suffix())
    }
}
