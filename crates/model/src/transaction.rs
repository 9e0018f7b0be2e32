//! A transaction of the log, and one row change in it as encoders see it.

use std::{fmt, sync::Arc};

use crate::{
    cell::RowImage,
    gtid::{Gtid, ServerUuid},
    position::BinlogPosition,
    shape::TableShape,
};

/// What the log says of a transaction as a whole. For XA all of it is from the PREPARE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its GTID; nothing for an anonymous one.
    pub gtid: Option<Gtid>,
    /// The server that the log was read from; nothing when a bare file is read.
    pub server_uuid: Option<ServerUuid>,
    /// Where it begins: the position of its GTID event, else of its BEGIN.
    pub begin: BinlogPosition,
    /// The pseudo-thread id of the session that made it, from its BEGIN.
    pub thread_id: Option<u32>,
    /// When it was committed on the server that made it first, in microseconds since 1970 UTC.
    pub original_commit_us: Option<u64>,
    /// When it was committed on the server that the log is from, in microseconds since 1970 UTC.
    pub immediate_commit_us: Option<u64>,
}

impl Transaction {
    /// The middle part of an event's id: the GTID, else `server-uuid/file:pos`.
    #[must_use]
    pub fn identity(&self) -> impl fmt::Display + '_ {
        fmt::from_fn(move |f| match (&self.gtid, &self.server_uuid) {
            (Some(gtid), _) => write!(f, "{gtid}"),
            (None, Some(uuid)) => write!(f, "{uuid}/{}", self.begin),
            (None, None) => write!(f, "file/{}", self.begin),
        })
    }
}

/// What the log says of one row event: many rows share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsEvent {
    /// The file it is in.
    pub file: Arc<str>,
    /// Where it begins. For an event inside a compressed transaction: where that transaction's payload begins.
    pub pos: u64,
    /// The header's time: when the statement began, in seconds since 1970 UTC.
    pub timestamp_s: u32,
    /// The id of the server that made it first.
    pub server_id: u32,
    /// The SQL text before it, where the server logs it (`binlog_rows_query_log_events`), as the client sent it.
    pub query: Option<Arc<[u8]>>,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// A row came.
    Insert,
    /// A row changed.
    Update,
    /// A row went.
    Delete,
}

/// Where a row stands among those of its transaction that pass all filters, and what is known beside the log's rows.
/// Formats that tell of transactions as wholes look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The transaction's number in the storage engine; nothing where the log has none (MyISAM alone, XA).
    pub xid: Option<u64>,
    /// How many rows of the transaction that pass the filters came before it.
    pub offset: u64,
    /// Whether it is the last of them.
    pub last: bool,
    /// How many statements changed shapes before it, counted from 1; 0 where they are not followed.
    pub schema_id: u64,
    /// The table is known to have no primary key: a key of its shape is a unique index then.
    pub keyless: bool,
}

/// One row change with all that an encoder needs, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct RowChange<'a, I> {
    /// The transaction it belongs to.
    pub transaction: &'a Transaction,
    /// The row event it stands in.
    pub event: &'a RowsEvent,
    /// The table's shape at its position.
    pub shape: &'a Arc<TableShape>,
    /// What happened.
    pub op: Op,
    /// The row's number in its event, from 0.
    pub row: u32,
    /// The change's index in its transaction, from 0, counted before any filter.
    pub index: u64,
    /// Where it stands among the others.
    pub place: Place,
    /// The row before; nothing for an insert.
    pub before: Option<I>,
    /// The row after; nothing for a delete.
    pub after: Option<I>,
}

impl<'a, I: RowImage<'a>> RowChange<'a, I> {
    /// The image that identifies the row now: after, or before for a delete.
    #[must_use]
    pub fn current(&self) -> Option<I> {
        self.after.or(self.before)
    }
}
