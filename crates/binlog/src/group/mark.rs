//! What an event means for its group.

use crate::event::Xid;

/// What an event means for its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// In no group: format descriptions, ROTATE, STOP, heartbeats, what may be ignored.
    Outside,
    /// A group's first event, and not its last.
    Begin,
    /// Inside a group.
    Member,
    /// A group's last event: its changes are valid.
    Commit,
    /// A group's last event: its changes never happened.
    Rollback,
    /// A group's last event is a statement of its own.
    Statement(StatementKind),
    /// A group's last event: its changes wait under this id.
    XaPrepare(Xid),
    /// A group's only statement: the changes that wait under this id are valid.
    XaCommit(Xid),
    /// A group's only statement: the changes that wait under this id never happened.
    XaRollback(Xid),
    /// In no group, and the open one ends here without its end (the server crashed): it never happened.
    Cuts,
}

/// A statement that is a group of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// It changes tables, databases or indexes (or empties a table).
    Ddl,
    /// It changes nothing that rows depend on: accounts, views, routines, …
    Other,
}

impl Mark {
    /// Whether a group ends with this event.
    #[must_use]
    pub const fn ends_group(&self) -> bool {
        !matches!(self, Self::Outside | Self::Begin | Self::Member | Self::Cuts)
    }
}
