//! The transform stage: from marked events to batches of rows.
//!
//! It keeps the open group, and when its end is seen finds its rows and hands them to every lane. It runs on a thread of
//! its own, since it works rather than waits.

mod bootstrap;
mod edges;
mod rows;
mod sources;
mod statements;
mod tables;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
};

use becauselog_binlog::{
    SourceBatch,
    event::{Event, EventKind, Xid},
    group::{Group, Mark, StatementKind},
};
use becauselog_model::{TableName, TableShape, Transaction};
use becauselog_sink::failpoint;

pub use self::sources::SourceFilter;
use self::{edges::Ending, sources::Sources, tables::Tables};
use crate::{
    bootstrap::Bootstraps,
    budget::Closed,
    checkpoints::Checkpoints,
    emit::Emitter,
    error::PipelineError,
    group::{GroupEvents, GroupStore, WithoutUndone},
    lane::Lane,
    maxwell::Beside,
    rows::{Owner, RowBatch},
    schema_changes::Follower,
    shapes::Shapes,
    status::Status,
    xa::XaStore,
};

/// Says which tables are wanted.
pub type TableFilter = Arc<dyn Fn(&TableName) -> bool + Send + Sync>;

/// The stage with all that it keeps between events.
pub struct Transform {
    lanes: Vec<Lane>,
    emitter: Emitter,
    rows: RowBatch,
    shapes: Shapes,
    tables: Tables,
    filter: TableFilter,
    sources: Sources,
    /// Shapes that statements told more of.
    told: HashMap<TableName, Arc<TableShape>>,
    beside: Option<Beside>,
    follower: Option<Follower>,
    bootstraps: Option<Arc<Bootstraps>>,
    tells_transactions: bool,
    store: GroupStore,
    spool_folder: PathBuf,
    xa: XaStore,
    checkpoints: Arc<Checkpoints>,
    status: Arc<Status>,
    index: Vec<becauselog_decode::RowIndex>,
}

/// Why the stage stopped early.
#[derive(Debug)]
pub enum Stopped {
    /// A sink is gone; it says why itself.
    SinkGone,
    /// A stop was asked for in the middle of a bootstrap.
    Asked,
    /// A failure of its own.
    Failed(Box<PipelineError>),
}

/// What the stage is made of.
pub struct Parts {
    /// One lane a sink.
    pub lanes: Vec<Lane>,
    /// Where batches go.
    pub emitter: Emitter,
    /// Where shapes come from.
    pub shapes: Shapes,
    /// Which tables are wanted.
    pub filter: TableFilter,
    /// Which servers' transactions are wanted; nothing for all.
    pub sources: Option<SourceFilter>,
    /// What is told beside rows, where it is wanted.
    pub beside: Option<Beside>,
    /// What follows tables by statements, where that is wanted.
    pub follower: Option<Follower>,
    /// How bootstraps are done, where they are.
    pub bootstraps: Option<Arc<Bootstraps>>,
    /// Lanes are to be told where transactions begin and end.
    pub tells_transactions: bool,
    /// Where large transactions wait.
    pub spool_folder: PathBuf,
    /// How many bytes of a transaction stay in memory.
    pub transaction_memory_bytes: usize,
    /// Prepared transactions.
    pub xa: XaStore,
    /// The shared checkpoint.
    pub checkpoints: Arc<Checkpoints>,
    /// Counters.
    pub status: Arc<Status>,
}

/// A batch is sent once it will have about so many bytes; before that when the reader has nothing more.
const BATCH_BYTES: usize = 512 << 10;

impl From<Closed> for Stopped {
    fn from(_: Closed) -> Self {
        Self::SinkGone
    }
}

impl<E: Into<PipelineError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(Box::new(error.into()))
    }
}

impl Transform {
    /// The stage.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let store = GroupStore::new(parts.transaction_memory_bytes, parts.spool_folder.clone());
        Self {
            lanes: parts.lanes,
            emitter: parts.emitter,
            rows: RowBatch::default(),
            shapes: parts.shapes,
            tables: Tables::default(),
            filter: parts.filter,
            sources: Sources::new(parts.sources),
            told: HashMap::new(),
            beside: parts.beside,
            follower: parts.follower,
            bootstraps: parts.bootstraps,
            tells_transactions: parts.tells_transactions,
            store,
            spool_folder: parts.spool_folder,
            xa: parts.xa,
            checkpoints: parts.checkpoints,
            status: parts.status,
            index: Vec::new(),
        }
    }

    /// Takes what the reader had, and sends what became of it.
    ///
    /// # Errors
    /// When a sink is gone or something cannot be read or rendered.
    pub async fn take(&mut self, batch: SourceBatch) -> Result<(), Stopped> {
        Status::add(&self.status.bytes_read, batch.bytes as u64);
        if batch.restarted {
            self.store.clear();
            self.shapes.reconnected();
            Status::add(&self.status.reconnects, 1);
        }
        let mut groups = batch.groups.into_iter();
        for (event, mark) in batch.events {
            self.event(event, mark, &mut groups).await?;
        }
        if self.emitter.has_news() {
            self.emitter.send(&self.lanes, self.rows.take(), None).await?;
            self.xa.durable(self.checkpoints.kept_seq())?;
        }
        Ok(())
    }

    /// Sends a heartbeat: a batch that covers nothing more than those before it.
    ///
    /// # Errors
    /// When a sink is gone.
    pub async fn heartbeat(&mut self) -> Result<(), Stopped> {
        self.rows.push_heartbeat();
        Ok(self.emitter.send(&self.lanes, self.rows.take(), None).await?)
    }

    async fn event(
        &mut self,
        event: Event,
        mark: Mark,
        groups: &mut impl Iterator<Item = Group>,
    ) -> Result<(), Stopped> {
        let mut group = || -> Result<Group, Stopped> {
            let what = "a group ended without its description";
            groups
                .next()
                .ok_or_else(|| PipelineError::Stage { stage: "source", what: what.to_owned() })
                .map_err(Stopped::from)
        };
        match mark {
            Mark::Outside => Ok(()),
            Mark::Begin | Mark::Member => self.keep(event),
            Mark::Cuts => {
                self.store.clear();
                Ok(())
            }
            Mark::Commit => {
                let group = group()?;
                self.commit(&event, &group).await
            }
            Mark::Rollback => {
                let group = group()?;
                self.store.clear();
                self.ended(&group);
                Ok(())
            }
            Mark::Statement(kind) => {
                let group = group()?;
                self.statement(&event, kind, &group).await
            }
            Mark::XaPrepare(xid) => {
                let group = group()?;
                self.xa_prepare(&xid, &group)
            }
            Mark::XaCommit(xid) => {
                let group = group()?;
                self.xa_commit(&event, &xid, &group).await
            }
            Mark::XaRollback(xid) => {
                let group = group()?;
                self.store.clear();
                let seq = self.emitter.filling_seq();
                self.xa.settle(&xid, group.transaction.gtid.as_ref(), &group.end, seq)?;
                self.ended(&group);
                Ok(())
            }
        }
    }

    /// Keeps an event until the end of its group is seen, if the group will be read by it.
    fn keep(&mut self, event: Event) -> Result<(), Stopped> {
        let read = matches!(
            event.kind(),
            EventKind::TABLE_MAP
                | EventKind::ROWS_QUERY
                | EventKind::MARIADB_ANNOTATE_ROWS
                | EventKind::QUERY
        );
        // MariaDB's BEGIN, wanted by who is told of transactions.
        let read = read || self.tells_transactions && event.kind() == EventKind::MARIADB_GTID;
        if read || event.kind().is_rows() {
            let was_spooled = self.store.is_spooled();
            self.store
                .push(event)
                .map_err(|source| PipelineError::Spool { folder: self.spool_folder.clone(), source })?;
            if !was_spooled && self.store.is_spooled() {
                failpoint("pipeline.spool.begun");
                Status::add(&self.status.spooled, 1);
            }
        }
        Ok(())
    }

    /// The events kept of a group, without what a ROLLBACK TO a savepoint undid.
    fn events(&mut self, group: &Group) -> Result<GroupEvents, Stopped> {
        let taken = self.store.take();
        let events =
            taken.map_err(|source| PipelineError::Spool { folder: self.spool_folder.clone(), source })?;
        if group.undone.is_empty() {
            return Ok(events);
        }
        Ok(GroupEvents::WithoutUndone(Box::new(WithoutUndone::new(events, group.undone.clone()))))
    }

    fn ended(&mut self, group: &Group) {
        self.shapes.leave(&group.transaction, &group.end);
        self.tables.trim();
        Status::add(&self.status.transactions, 1);
        self.status.prepared.store(self.xa.open_count() as u64, Ordering::Relaxed);
        let transaction = &group.transaction;
        self.emitter.ended(
            group.transaction.gtid.as_ref(),
            &group.end,
            transaction.server_uuid,
            transaction.immediate_commit_us,
        );
    }

    async fn commit(&mut self, event: &Event, group: &Group) -> Result<(), Stopped> {
        failpoint("pipeline.commit");
        let events = self.events(group)?;
        self.deliver(group, &group.transaction, events, Ending::of(event)?).await?;
        self.ended(group);
        self.send_if_full().await
    }

    /// Sends what is there when it is enough for a batch.
    async fn send_if_full(&mut self) -> Result<(), Stopped> {
        if self.rows.bytes() >= BATCH_BYTES {
            self.emitter.send(&self.lanes, self.rows.take(), None).await?;
        }
        Ok(())
    }

    async fn statement(&mut self, event: &Event, kind: StatementKind, group: &Group) -> Result<(), Stopped> {
        // A statement that ends a group stands alone in it; whatever else was kept is of the same group.
        let events = self.events(group)?;
        self.deliver(group, &group.transaction, events, Ending::of(event)?).await?;
        self.lone_statement(event, kind, group).await?;
        self.ended(group);
        Ok(())
    }

    /// A transaction with what every lane still wants of it.
    fn owner(
        &mut self,
        group: &Group,
        transaction: &Transaction,
        xid: Option<u64>,
    ) -> Result<Arc<Owner>, Stopped> {
        let mut wanted = Vec::with_capacity(self.lanes.len());
        for lane in &mut self.lanes {
            let answer = lane.wanted(group.transaction.gtid.as_ref(), transaction);
            wanted.push(
                answer
                    .map_err(|diverged| PipelineError::Diverged { sink: lane.name().to_owned(), diverged })?,
            );
        }
        Ok(Arc::new(Owner { transaction: transaction.clone(), wanted, xid }))
    }

    fn xa_prepare(&mut self, xid: &Xid, group: &Group) -> Result<(), Stopped> {
        let events = self.events(group)?;
        self.xa.prepare(xid, &group.transaction, events)?;
        failpoint("pipeline.xa.prepared");
        self.ended(group);
        Ok(())
    }

    async fn xa_commit(&mut self, event: &Event, xid: &Xid, group: &Group) -> Result<(), Stopped> {
        self.store.clear();
        let prepared = self.xa.prepared(xid, &group.end)?;
        self.deliver(group, &prepared.transaction, prepared.events, Ending::of(event)?).await?;
        let seq = self.emitter.filling_seq();
        self.xa.settle(xid, group.transaction.gtid.as_ref(), &group.end, seq)?;
        failpoint("pipeline.xa.settled");
        self.ended(group);
        self.send_if_full().await
    }
}
