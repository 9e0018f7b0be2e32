//! The source block and what stands around it: the same for all rows of an event but for the row's number.

use std::{io::Write, sync::Arc};

use becauselog_model::{Flavor, Gtid, RowsEvent, TableShape, Transaction};

use super::{DebeziumConfig, Rendering};
use crate::{
    DdlChange,
    text::{self, string},
};

/// The version whose events are matched.
pub(super) const VERSION: &str = "3.6.1.Final";
/// What stands in the place of a transaction's block, and after it.
const NO_TRANSACTION: &[u8] = b"null,\"op\":";
/// The connector's type.
pub(super) const fn connector(flavor: Flavor) -> &'static str {
    match flavor {
        Flavor::MySql => "mysql",
        Flavor::MariaDb => "mariadb",
    }
}

/// The family whose connector is meant: as is said, else as a GTID tells.
fn flavor_of(config: &DebeziumConfig, gtid: Option<&Gtid>) -> Flavor {
    let told = || if matches!(gtid, Some(Gtid::MariaDb(_))) { Flavor::MariaDb } else { Flavor::MySql };
    config.flavor.unwrap_or_else(told)
}

/// The block's text, made once for each event.
#[derive(Debug, Default)]
pub(super) struct SourceBlock {
    made_for: Option<MadeFor>,
    /// The peer leaves this field to its schema's default, which a converter may write as null.
    snapshot_is_null: bool,
    before_row: Vec<u8>,
    after_row: Vec<u8>,
}

#[derive(Debug)]
struct MadeFor {
    shape: Arc<TableShape>,
    gtid: Option<Gtid>,
    thread_id: Option<u32>,
    original_commit_us: Option<u64>,
    event: RowsEvent,
}

impl MadeFor {
    fn is(&self, shape: &Arc<TableShape>, transaction: &Transaction, event: &RowsEvent) -> bool {
        let same_query = match (&self.event.query, &event.query) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one == other,
            (None, None) => true,
            _ => false,
        };
        self.event.pos == event.pos
            && Arc::ptr_eq(&self.shape, shape)
            && self.gtid == transaction.gtid
            && self.thread_id == transaction.thread_id
            && self.original_commit_us == transaction.original_commit_us
            && self.event.timestamp_s == event.timestamp_s
            && self.event.server_id == event.server_id
            && (Arc::ptr_eq(&self.event.file, &event.file) || self.event.file == event.file)
            && same_query
    }
}

impl SourceBlock {
    /// A block for a converter that writes defaults in place of null, or does not.
    pub(super) fn new(fills_defaults: bool) -> Self {
        Self { snapshot_is_null: !fills_defaults, ..Self::default() }
    }

    /// Makes the block that of `event`.
    pub(super) fn of(
        &mut self,
        config: &DebeziumConfig,
        shape: &Arc<TableShape>,
        transaction: &Transaction,
        event: &RowsEvent,
    ) {
        if self.made_for.as_ref().is_some_and(|made| made.is(shape, transaction, event)) {
            return;
        }
        self.made_for = Some(MadeFor {
            shape: shape.clone(),
            gtid: transaction.gtid.clone(),
            thread_id: transaction.thread_id,
            original_commit_us: transaction.original_commit_us,
            event: event.clone(),
        });
        self.write_before_row(config, shape, transaction, event);
        self.write_after_row(config, transaction, event);
    }

    /// Appends `,"source":{…},"transaction":null,"op":`; with transaction metadata only up to the block's place.
    pub(super) fn push(&self, out: &mut Vec<u8>, row: u32) {
        out.extend_from_slice(&self.before_row);
        text::uint(out, row.into());
        out.extend_from_slice(&self.after_row);
    }

    fn write_before_row(
        &mut self,
        config: &DebeziumConfig,
        shape: &TableShape,
        transaction: &Transaction,
        event: &RowsEvent,
    ) {
        let origin = Origin {
            database: &shape.name.database,
            table: Some(&shape.name.table),
            made_us: told_us(config, transaction, event.timestamp_s),
            server_id: event.server_id,
            gtid: transaction.gtid.as_ref(),
            file: &event.file,
            pos: event.pos,
            thread_id: transaction.thread_id,
        };
        let out = &mut self.before_row;
        out.clear();
        out.extend_from_slice(b",\"source\":");
        origin.push_before_row(out, config, self.snapshot_is_null);
    }

    fn write_after_row(&mut self, config: &DebeziumConfig, transaction: &Transaction, event: &RowsEvent) {
        let out = &mut self.after_row;
        out.clear();
        push_after_row(out, transaction.thread_id, event.query.as_deref().filter(|_| config.include_query));
        out.extend_from_slice(b",\"transaction\":");
        if config.transactions.is_none() {
            out.extend_from_slice(NO_TRANSACTION);
        }
    }
}

/// Where something comes from.
pub(super) struct Origin<'a> {
    pub database: &'a str,
    /// Nothing is written as null.
    pub table: Option<&'a str>,
    /// When it was made where it was made first.
    pub made_us: u64,
    pub server_id: u32,
    pub gtid: Option<&'a Gtid>,
    pub file: &'a str,
    pub pos: u64,
    pub thread_id: Option<u32>,
}

impl<'a> Origin<'a> {
    /// Of a DDL statement: the peer tells its time in milliseconds, and its session only within a transaction.
    pub(super) fn of_statement(
        config: &DebeziumConfig,
        ddl: &DdlChange<'a>,
        database: &'a str,
        table: Option<&'a str>,
    ) -> Self {
        Self {
            database,
            table,
            made_us: (told_us(config, ddl.transaction, ddl.timestamp_s) / 1000).saturating_mul(1000),
            server_id: ddl.server_id,
            gtid: ddl.transaction.gtid.as_ref(),
            file: ddl.file,
            pos: ddl.pos,
            thread_id: ddl.transaction.thread_id.filter(|_| ddl.within),
        }
    }

    /// Appends the block up to its row's number.
    fn push_before_row(&self, out: &mut Vec<u8>, config: &DebeziumConfig, snapshot_is_null: bool) {
        out.extend_from_slice(b"{\"version\":");
        string::quoted(out, VERSION);
        out.extend_from_slice(b",\"connector\":");
        string::quoted(out, connector(flavor_of(config, self.gtid)));
        out.extend_from_slice(b",\"name\":");
        string::quoted(out, &config.topic_prefix);
        number(out, ",\"ts_ms\":", self.made_us / 1000);
        let snapshot: &[u8] = if snapshot_is_null { b"null" } else { b"\"false\"" };
        out.extend_from_slice(b",\"snapshot\":");
        out.extend_from_slice(snapshot);
        out.extend_from_slice(b",\"db\":");
        string::quoted(out, self.database);
        number(out, ",\"sequence\":null,\"ts_us\":", self.made_us);
        number(out, ",\"ts_ns\":", self.made_us.saturating_mul(1000));
        out.extend_from_slice(b",\"table\":");
        match self.table {
            Some(table) => string::quoted(out, table),
            None => out.extend_from_slice(b"null"),
        }
        number(out, ",\"server_id\":", self.server_id.into());
        match self.gtid {
            Some(gtid) => {
                // Writing to a Vec cannot fail.
                let _ok = write!(out, ",\"gtid\":\"{gtid}\",\"file\":").is_ok();
            }
            None => out.extend_from_slice(b",\"gtid\":null,\"file\":"),
        }
        string::quoted(out, self.file);
        number(out, ",\"pos\":", self.pos);
        out.extend_from_slice(b",\"row\":");
    }
}

/// Appends the block of what has no row.
pub(super) fn push_block(
    out: &mut Vec<u8>,
    config: &DebeziumConfig,
    snapshot_is_null: bool,
    origin: &Origin<'_>,
) {
    origin.push_before_row(out, config, snapshot_is_null);
    out.push(b'0');
    push_after_row(out, origin.thread_id, None);
}

fn push_after_row(out: &mut Vec<u8>, thread_id: Option<u32>, query: Option<&[u8]>) {
    out.extend_from_slice(b",\"thread\":");
    match thread_id {
        Some(thread) => text::uint(out, thread.into()),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"query\":");
    match query {
        Some(query) => string::quoted(out, &String::from_utf8_lossy(query)),
        None => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
}

fn number(out: &mut Vec<u8>, name: &str, value: u64) {
    out.extend_from_slice(name.as_bytes());
    text::uint(out, value);
}

/// When the change was made where it was made first, in microseconds: the commit, else the statement's second.
fn made_us(transaction: &Transaction, timestamp_s: u32) -> u64 {
    let made = transaction.original_commit_us.filter(|us| *us > 0);
    made.unwrap_or_else(|| statement_us(timestamp_s))
}

/// The same as the block tells it: the peer does not look at what an anonymous transaction's event tells.
fn told_us(config: &DebeziumConfig, transaction: &Transaction, timestamp_s: u32) -> u64 {
    match (config.rendering, &transaction.gtid) {
        (Rendering::Peer, None) => statement_us(timestamp_s),
        _ => made_us(transaction, timestamp_s),
    }
}

/// The statement's second.
fn statement_us(timestamp_s: u32) -> u64 {
    u64::from(timestamp_s).saturating_mul(1_000_000)
}

/// When the change was committed on the server read from, in nanoseconds.
pub(crate) fn committed_ns(transaction: &Transaction, timestamp_s: u32) -> u64 {
    let us = transaction.immediate_commit_us.filter(|us| *us > 0);
    us.unwrap_or_else(|| made_us(transaction, timestamp_s)).saturating_mul(1000)
}
