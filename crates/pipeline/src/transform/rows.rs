//! Delivering one closed group: its table maps, its rows, its SQL texts.

use std::sync::Arc;

use becauselog_binlog::{
    event::{self, Event, EventKind, FormatDescription, RowsHeader, RowsQuery},
    group::{Group, Statement, classify},
};
use becauselog_decode::{Layout, TablePlan, count_rows, index_rows};
use becauselog_model::{PartialTransaction, Transaction};
use becauselog_sink::failpoint;

use super::{
    BATCH_BYTES, Stopped, Transform,
    tables::{Table, WantedTable},
};
use crate::{
    error::PipelineError,
    group::GroupEvents,
    lane::Lane,
    rows::{Owner, RowsPart, rows_of},
    status::Status,
};

/// What is known while one group is delivered.
struct Delivery {
    /// Made at its first rows.
    owner: Option<Arc<Owner>>,
    /// The index of the next change.
    next: u64,
    query: Option<Arc<[u8]>>,
}

impl Transform {
    /// Finds a group's rows and hands them on as changes of `transaction`; `group` is what commits them (for XA another
    /// one than the one that made them).
    pub(super) async fn deliver(
        &mut self,
        group: &Group,
        transaction: &Transaction,
        events: GroupEvents,
    ) -> Result<(), Stopped> {
        let mut delivery = Delivery { owner: None, next: 0, query: None };
        for event in events {
            let event =
                event.map_err(|source| PipelineError::Spool { folder: self.spool_folder.clone(), source })?;
            match event.kind() {
                EventKind::TABLE_MAP => self.table_map(&event, group.format.as_deref()).await?,
                EventKind::ROWS_QUERY => delivery.query = rows_query(&event)?,
                EventKind::QUERY => self.statement_within(&event, group, transaction)?,
                _ if event.kind().is_rows() => {
                    let owner = match &delivery.owner {
                        Some(owner) => Arc::clone(owner),
                        None => Arc::clone(delivery.owner.insert(self.owner(group, transaction)?)),
                    };
                    self.send_within(&owner, delivery.next).await?;
                    self.rows(event, owner, &mut delivery)?;
                }
                _ => {}
            }
        }
        if delivery.next > 0 {
            self.lanes.iter_mut().for_each(Lane::delivered);
        }
        Status::add(&self.status.changes_seen, delivery.next);
        Ok(())
    }

    /// Sends a part of a transaction that is larger than a batch: the changes before `next`.
    async fn send_within(&mut self, owner: &Owner, next: u64) -> Result<(), Stopped> {
        if self.rows.bytes() < BATCH_BYTES {
            return Ok(());
        }
        let transaction = owner.transaction.identity().to_string();
        let partial = (next > 0).then_some(PartialTransaction { transaction, next_index: next });
        self.emitter.send(&self.lanes, self.rows.take(), partial).await?;
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
            Table::Wanted(WantedTable::new(plan))
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

    fn rows(&mut self, event: Event, owner: Arc<Owner>, delivery: &mut Delivery) -> Result<(), Stopped> {
        let header = RowsHeader::parse(event.kind(), None, &event.body)
            .map_err(|source| PipelineError::Event { position: event.position(), source })?;
        if header.table_id == RowsHeader::DUMMY_TABLE {
            return Ok(());
        }
        let rows = rows_of(&header);
        let torn = |table: String| |source| PipelineError::Rows { position: event.position(), table, source };
        let found = match self.tables.get(header.table_id) {
            None => {
                let error = PipelineError::Unmapped { position: event.position(), table_id: header.table_id };
                return Err(error.into());
            }
            Some(Table::Counted(layout)) => {
                count_rows(layout, &rows).map_err(torn(format!("number {}", header.table_id)))?
            }
            Some(Table::Wanted(WantedTable { plan, row_bytes })) => {
                self.index.clear();
                let found = index_rows(plan, &rows, &mut self.index);
                let found = found.map_err(torn(plan.shape().name.to_string()))?;
                let bytes = found.saturating_mul(*row_bytes).saturating_add(event.len());
                let (plan, query) = (Arc::clone(plan), delivery.query.clone());
                let part = RowsPart { owner, plan, event, query, first: delivery.next };
                self.rows.push_rows(part, &self.index, bytes);
                Status::add(&self.status.changes, found as u64);
                found
            }
        };
        delivery.next = delivery.next.saturating_add(found as u64);
        Ok(())
    }
}

fn rows_query(event: &Event) -> Result<Option<Arc<[u8]>>, Stopped> {
    let query = RowsQuery::parse(&event.body)
        .map_err(|source| PipelineError::Event { position: event.position(), source })?;
    Ok(Some(query.text.to_vec().into()))
}
