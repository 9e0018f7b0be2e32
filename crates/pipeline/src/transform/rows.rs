//! Delivering one closed group: its table maps, its rows, its SQL texts.

use std::sync::{Arc, atomic::AtomicU64};
use std::time::{SystemTime, UNIX_EPOCH};

use becauselog_binlog::{
    event::{self, Event, EventKind, FormatDescription, RowsHeader, RowsQuery},
    group::{Group, Statement, classify},
};
use becauselog_decode::{Layout, Rows, TablePlan, count_rows, index_rows};
use becauselog_model::{PartialTransaction, RowChange, RowsEvent, Transaction};
use becauselog_sink::failpoint;

use super::{BATCH_BYTES, Stopped, Transform, tables::Table};
use crate::{error::PipelineError, group::GroupEvents, lane::Wanted, status::Status};

/// What is known while one group is delivered.
struct Delivery<'a> {
    transaction: &'a Transaction,
    wanted: Vec<Wanted>,
    /// The index of the next change.
    next: u64,
    query: Option<Arc<[u8]>>,
}

impl Transform {
    /// Decodes and encodes a group's rows, as changes of `transaction`; `group` is what commits them (for XA another
    /// one than the one that made them).
    pub(super) async fn deliver(
        &mut self,
        group: &Group,
        transaction: &Transaction,
        events: GroupEvents,
    ) -> Result<(), Stopped> {
        let mut wanted = Vec::with_capacity(self.lanes.len());
        let mut delivery = Delivery { transaction, wanted: Vec::new(), next: 0, query: None };
        for event in events {
            let event =
                event.map_err(|source| PipelineError::Spool { folder: self.spool_folder.clone(), source })?;
            match event.kind() {
                EventKind::TABLE_MAP => self.table_map(&event, group.format.as_deref()).await?,
                EventKind::ROWS_QUERY => delivery.query = rows_query(&event)?,
                EventKind::QUERY => self.statement_within(&event, group, transaction)?,
                _ if event.kind().is_rows() => {
                    if delivery.wanted.is_empty() {
                        self.wanted(group, transaction, &mut wanted)?;
                        delivery.wanted.append(&mut wanted);
                    }
                    self.rows(&event, &mut delivery)?;
                    self.send_within(&delivery).await?;
                }
                _ => {}
            }
        }
        if delivery.next > 0 {
            self.lanes.iter_mut().for_each(crate::lane::Lane::delivered);
        }
        Status::add(&self.status.changes_seen, delivery.next);
        Ok(())
    }

    /// Asks every lane what it still wants of a transaction.
    pub(super) fn wanted(
        &mut self,
        group: &Group,
        transaction: &Transaction,
        out: &mut Vec<Wanted>,
    ) -> Result<(), Stopped> {
        for lane in &mut self.lanes {
            let wanted = lane
                .wanted(group.transaction.gtid.as_ref(), transaction)
                .map_err(|diverged| PipelineError::Diverged { sink: lane.name().to_owned(), diverged })?;
            out.push(wanted);
        }
        Ok(())
    }

    /// Sends a part of a transaction that is larger than a batch.
    async fn send_within(&mut self, delivery: &Delivery<'_>) -> Result<(), Stopped> {
        if self.lanes.iter().all(|lane| lane.waiting_bytes() < BATCH_BYTES) {
            return Ok(());
        }
        let transaction = delivery.transaction.identity().to_string();
        let partial = PartialTransaction { transaction, next_index: delivery.next };
        self.emitter.send(&mut self.lanes, Some(partial)).await?;
        failpoint("pipeline.within_transaction");
        Ok(())
    }

    async fn table_map(&mut self, event: &Event, format: Option<&FormatDescription>) -> Result<(), Stopped> {
        let at = || event.position();
        let map_error = |source| PipelineError::Event { position: at(), source };
        let id = event::table_map::table_id(format, &event.body).map_err(map_error)?;
        if self.tables.knows(id, &event.body) {
            return Ok(());
        }
        let map = event::table_map::parse(format, &event.body).map_err(map_error)?;
        let table = if (self.filter)(&map.name) {
            let shape = self.shapes.shape_for(&map, &at()).await?;
            let plan = TablePlan::compile(&map, shape)
                .map_err(|source| PipelineError::Plan { position: at(), source })?;
            Table::Wanted(Arc::new(plan))
        } else {
            let layout =
                Layout::compile(&map).map_err(|source| PipelineError::Plan { position: at(), source })?;
            Table::Counted(Arc::new(layout))
        };
        self.tables.set(id, &event.body, table);
        Ok(())
    }

    /// A statement inside a transaction: `CREATE TABLE … SELECT` is one, savepoints are others.
    fn statement_within(
        &mut self,
        event: &Event,
        group: &Group,
        transaction: &Transaction,
    ) -> Result<(), Stopped> {
        let query = event::Query::parse(&event.body)
            .map_err(|source| PipelineError::Event { position: event.position(), source })?;
        match classify(&query.statement, &query.schema) {
            Statement::Ddl => self.ddl(event, group, transaction),
            _ => Ok(()),
        }
    }

    fn rows(&mut self, event: &Event, delivery: &mut Delivery<'_>) -> Result<(), Stopped> {
        let header = RowsHeader::parse(event.kind(), None, &event.body)
            .map_err(|source| PipelineError::Event { position: event.position(), source })?;
        if header.table_id == RowsHeader::DUMMY_TABLE {
            return Ok(());
        }
        let rows = rows_of(&header);
        let torn =
            |table: String| move |source| PipelineError::Rows { position: event.position(), table, source };
        match self.tables.get(header.table_id).cloned() {
            None => {
                let error = PipelineError::Unmapped { position: event.position(), table_id: header.table_id };
                Err(error.into())
            }
            Some(Table::Counted(layout)) => {
                let count =
                    count_rows(&layout, &rows).map_err(torn(format!("number {}", header.table_id)))?;
                delivery.next = delivery.next.saturating_add(count as u64);
                Ok(())
            }
            Some(Table::Wanted(plan)) => {
                self.index.clear();
                index_rows(&plan, &rows, &mut self.index).map_err(torn(plan.shape().name.to_string()))?;
                self.encode(event, &plan, &rows, delivery)
            }
        }
    }

    /// The hot path: every row of an event to every lane.
    fn encode(
        &mut self,
        event: &Event,
        plan: &TablePlan,
        rows: &Rows<'_>,
        delivery: &mut Delivery<'_>,
    ) -> Result<(), Stopped> {
        let described = RowsEvent {
            file: Arc::clone(&event.file),
            pos: event.start,
            timestamp_s: event.header.timestamp_s,
            server_id: event.header.server_id,
            query: delivery.query.clone(),
        };
        let now_ns = now_ns();
        let op = rows.kind.op();
        for (row, index) in self.index.iter().enumerate() {
            let (before, after) = rows.images(plan, *index);
            let change = RowChange {
                transaction: delivery.transaction,
                event: &described,
                shape: plan.shape(),
                op,
                row: u32::try_from(row).unwrap_or(u32::MAX),
                index: delivery.next,
                before,
                after,
            };
            for (lane, wanted) in self.lanes.iter_mut().zip(&delivery.wanted) {
                if wanted.has(delivery.next) {
                    lane.change(&change, now_ns).map_err(|source| PipelineError::Format {
                        position: event.position(),
                        row,
                        source,
                    })?;
                }
            }
            delivery.next = delivery.next.saturating_add(1);
        }
        count(&self.status.changes, self.index.len());
        Ok(())
    }
}

fn count(counter: &AtomicU64, n: usize) {
    Status::add(counter, n as u64);
}

/// Nanoseconds since 1970 UTC.
fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn rows_query(event: &Event) -> Result<Option<Arc<[u8]>>, Stopped> {
    let query = RowsQuery::parse(&event.body)
        .map_err(|source| PipelineError::Event { position: event.position(), source })?;
    Ok(Some(query.text.to_vec().into()))
}

/// The rows as the decoder takes them.
fn rows_of<'a>(header: &RowsHeader<'a>) -> Rows<'a> {
    use becauselog_decode::RowsKind as Decoded;
    let kind = match header.kind {
        event::RowsKind::Write => Decoded::Write,
        event::RowsKind::Update => Decoded::Update,
        event::RowsKind::PartialUpdate => Decoded::PartialUpdate,
        event::RowsKind::Delete => Decoded::Delete,
    };
    Rows {
        kind,
        columns: header.column_count,
        before: header.present_before.unwrap_or_default(),
        after: header.present_after.unwrap_or_default(),
        bytes: header.rows,
    }
}
