//! Doing what rows of Maxwell's table `bootstrap` ask for.

mod chunk;

use std::{pin::pin, sync::Arc, time::Duration};

use becauselog_binlog::event::Event;
use becauselog_decode::Rows as LogRows;
use becauselog_model::{PartialTransaction, TableName, TableShape};
use becauselog_snapshot::{ReadError, Reader, Rows};
use tokio::time::Instant;
use tracing::{info, warn};

use self::chunk::Chunk;
use super::{
    Stopped, Transform,
    rows::Delivery,
    tables::{WantedTable, record_bytes},
};
use crate::{
    bootstrap::{
        Asked, Bootstraps, RETRIES_MAX, RETRY_FIRST, RETRY_LAST, Standing, Watch, is_passing, is_refused,
    },
    error::PipelineError,
    rows::{BootstrapPart, BootstrapRows, Owner, Running},
    status::Status,
};

/// How often is told how far a bootstrap is.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// A bootstrap while its rows come.
struct Pouring {
    running: Arc<Running>,
    /// What of its transaction is delivered meanwhile: all changes.
    partial: PartialTransaction,
    /// About how many bytes a record takes beside its row.
    row_bytes: usize,
    watch: Watch,
    chunk: Chunk,
}

/// How rows ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Poured {
    /// All were handed on.
    Whole,
    /// Somebody took the request away.
    BrokenOff,
}

impl Transform {
    /// Notes what rows ask for.
    pub(super) fn note_requests(
        &self,
        event: &Event,
        wanted: &WantedTable,
        rows: &LogRows<'_>,
        delivery: &mut Delivery,
    ) -> Result<(), Stopped> {
        let (Some(beside), Some(bootstraps)) = (&self.beside, &self.bootstraps) else { return Ok(()) };
        let found = beside.requests(&wanted.plan, rows, &self.index);
        let failed = |source| PipelineError::Format { position: event.position(), row: 0, source };
        for (row, request) in found.map_err(failed)? {
            if request.client_id == bootstraps.config.client_id && !request.is_complete {
                let index = delivery.next.saturating_add(row);
                delivery.asked.push(Asked { index, request });
            }
        }
        Ok(())
    }

    /// Does what a transaction asks for, after its changes and before its end.
    pub(super) async fn bootstraps(&mut self, delivery: &mut Delivery) -> Result<(), Stopped> {
        let asked = std::mem::take(&mut delivery.asked);
        let (Some(bootstraps), Some(owner)) = (self.bootstraps.clone(), delivery.owner.clone()) else {
            return Ok(());
        };
        for asked in asked.iter().filter(|_| owner.is_wanted()) {
            self.bootstrap(&bootstraps, &owner, asked, delivery.next).await?;
        }
        Ok(())
    }

    /// Reads a table, again and again while the server is away. `next`: how many changes the transaction has.
    async fn bootstrap(
        &mut self,
        bootstraps: &Bootstraps,
        owner: &Arc<Owner>,
        asked: &Asked,
        next: u64,
    ) -> Result<(), Stopped> {
        let mut wait = RETRY_FIRST;
        for left in (0..RETRIES_MAX).rev() {
            match self.read_table(bootstraps, owner, asked, next).await {
                Err(Stopped::Failed(error)) if left > 0 && may_pass(&error) => {
                    warn!(%error, retry_in_ms = wait.as_millis(), "a bootstrap begins again");
                    bootstraps.or_stop(tokio::time::sleep(wait)).await?;
                    wait = wait.saturating_mul(2).min(RETRY_LAST);
                }
                answer => return answer,
            }
        }
        Ok(())
    }

    async fn read_table(
        &mut self,
        bootstraps: &Bootstraps,
        owner: &Arc<Owner>,
        asked: &Asked,
        next: u64,
    ) -> Result<(), Stopped> {
        let (table, transaction) = (asked.table(), &owner.transaction);
        let failed = |source| PipelineError::Bootstrap {
            position: transaction.begin.clone(),
            table: table.clone(),
            source: Box::new(source),
        };
        let Some((mut reader, shape)) = open(bootstraps, asked, &table, owner, &failed).await? else {
            return Ok(());
        };
        let running = Arc::new(self.running(owner, asked, shape));
        let order = running.shape.key.as_deref().filter(|_| !running.keyless).unwrap_or_default();
        let clause = asked.request.where_clause.as_deref();
        let rows = match bootstraps.or_stop(reader.rows(&running.shape, clause, order)).await? {
            Err(error) if is_refused(&error) => {
                left_out(asked, &error.to_string());
                return Ok(());
            }
            rows => rows.map_err(failed)?,
        };
        if asked.request.is_scheduled {
            warn!(id = asked.request.id, %table, "started_at is not waited for: a bootstrap begins at once");
        }
        let partial =
            PartialTransaction { transaction: transaction.identity().to_string(), next_index: next };
        if self.pour(bootstraps, Pouring::new(running, partial), rows, &failed).await? == Poured::BrokenOff {
            // Else the rest is read and thrown away, which is no more than a waste.
            let _read = bootstraps.or_stop(reader.abandon()).await?.is_err();
        }
        Ok(())
    }

    fn running(&self, owner: &Arc<Owner>, asked: &Asked, shape: Arc<TableShape>) -> Running {
        let beside = self.beside.as_ref();
        Running {
            owner: Arc::clone(owner),
            index: asked.index,
            request: asked.request.clone(),
            keyless: beside.is_some_and(|beside| beside.is_keyless(&shape.name)),
            schema_id: beside.map_or(0, |beside| beside.schema_id()),
            shape,
        }
    }

    /// Hands on rows as they come, between a bootstrap's start and its end.
    async fn pour(
        &mut self,
        bootstraps: &Bootstraps,
        mut pouring: Pouring,
        mut rows: Rows<'_>,
        failed: &impl Fn(ReadError) -> PipelineError,
    ) -> Result<Poured, Stopped> {
        let running = Arc::clone(&pouring.running);
        let (id, table) = (running.request.id, &running.shape.name);
        info!(id, %table, "a bootstrap begins");
        bootstraps.ledger.started(id, &pouring.watch).await;
        self.push_bootstrap(&pouring, BootstrapRows::Start, 0);
        let mut told = Instant::now();
        loop {
            let row = {
                let mut coming = pin!(rows.next());
                loop {
                    tokio::select! {
                        biased;
                        () = bootstraps.stop.cancelled() => return Err(Stopped::Asked),
                        row = &mut coming => break row,
                        () = pouring.chunk.due() => {
                            self.send_chunk(&mut pouring).await?;
                        }
                    }
                }
            };
            let Some(row) = row.map_err(failed)? else { break };
            pouring.chunk.push(row, pouring.row_bytes);
            if pouring.chunk.is_due() {
                self.send_chunk(&mut pouring).await?;
            }
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                bootstraps.ledger.read(id, pouring.chunk.count(), &pouring.watch);
            }
            if pouring.watch.is_gone() {
                warn!(id, %table, "a bootstrap is broken off: its row is gone");
                return Ok(Poured::BrokenOff);
            }
        }
        let count = pouring.chunk.count();
        self.push_chunk(&mut pouring);
        self.push_bootstrap(&pouring, BootstrapRows::Complete, 0);
        bootstraps.ledger.completed(id, count, self.emitter.filling_seq()).await;
        info!(id, %table, rows = count, "a bootstrap is read");
        Ok(Poured::Whole)
    }

    fn push_bootstrap(&mut self, pouring: &Pouring, what: BootstrapRows, bytes: usize) {
        let part = BootstrapPart { running: Arc::clone(&pouring.running), what };
        self.rows.push_bootstrap(part, bytes.saturating_add(pouring.row_bytes));
    }

    fn push_chunk(&mut self, pouring: &mut Pouring) {
        let (first, rows, bytes) = pouring.chunk.take();
        if !rows.is_empty() {
            Status::add(&self.status.bootstrapped, rows.len() as u64);
            self.push_bootstrap(pouring, BootstrapRows::Rows { first, rows }, bytes);
        }
    }

    async fn send_chunk(&mut self, pouring: &mut Pouring) -> Result<(), Stopped> {
        self.push_chunk(pouring);
        let partial = Some(pouring.partial.clone());
        Ok(self.emitter.send(&self.lanes, self.rows.take(), partial).await?)
    }
}

impl Pouring {
    fn new(running: Arc<Running>, partial: PartialTransaction) -> Self {
        let row_bytes = record_bytes(&running.shape);
        Self { running, partial, row_bytes, watch: Watch::default(), chunk: Chunk::default() }
    }
}

/// Connects and finds the table; nothing where nothing is to be read, which is said.
async fn open(
    bootstraps: &Bootstraps,
    asked: &Asked,
    table: &TableName,
    owner: &Owner,
    failed: &impl Fn(ReadError) -> PipelineError,
) -> Result<Option<(Reader, Arc<TableShape>)>, Stopped> {
    let nothing = |why: &str| {
        left_out(asked, why);
        Ok(None)
    };
    if !(bootstraps.config.tables)(table) {
        return nothing("tables of this name are not to be read");
    }
    let transaction = &owner.transaction;
    let mut reader = bootstraps.or_stop(bootstraps.connect(transaction)).await?.map_err(failed)?;
    let standing = bootstraps.standing(&mut reader, asked, transaction);
    match bootstraps.or_stop(standing).await?.map_err(failed)? {
        Standing::Stands => {}
        Standing::Gone => return nothing("its row is gone"),
        Standing::Complete => {
            info!(id = asked.request.id, %table, "a bootstrap was done before");
            return Ok(None);
        }
    }
    match bootstraps.or_stop(reader.table(table)).await? {
        Ok(Some(shape)) => Ok(Some((reader, shape))),
        Ok(None) => nothing("there is no such table"),
        Err(error) if is_refused(&error) => nothing(&error.to_string()),
        Err(error) => Err(failed(error).into()),
    }
}

/// Says that a request is passed over.
fn left_out(asked: &Asked, why: &str) {
    warn!(id = asked.request.id, table = %asked.table(), why, "a bootstrap is not done");
}

fn may_pass(error: &PipelineError) -> bool {
    matches!(error, PipelineError::Bootstrap { source, .. } if is_passing(source))
}
