//! Delivering one closed group: its table maps, its rows, its SQL texts.

use std::{ops::Range, sync::Arc};

use becauselog_binlog::{
    event::{self, Event, EventKind, FormatDescription, MariaDbGtidEvent, RowsHeader, RowsQuery},
    group::{Group, Statement, classify},
};
use becauselog_decode::{Layout, Rows, TablePlan, Unpack, count_rows, index_rows};
use becauselog_model::{PartialTransaction, RowsEvent, TableShape, Transaction};
use becauselog_sink::failpoint;

use super::{
    BATCH_BYTES, Stopped, Transform,
    edges::{Ending, Opening},
    tables::{Table, WantedTable},
};
use crate::{
    bootstrap::Asked,
    error::PipelineError,
    group::GroupEvents,
    lane::Lane,
    maxwell::Beside,
    rows::{Owner, RowsPart, rows_of},
    status::Status,
};

/// What is known while one group is delivered.
pub(super) struct Delivery {
    /// How the transaction ends.
    pub(super) ending: Ending,
    /// Made at its first rows.
    pub(super) owner: Option<Arc<Owner>>,
    /// Where it begins, where lanes are told.
    pub(super) opening: Option<Opening>,
    /// The index of the next change.
    pub(super) next: u64,
    query: Option<Arc<[u8]>>,
    /// How many changes were handed on.
    passed: u64,
    /// Its server's rows are wanted.
    wanted: bool,
    /// Bootstraps that were asked for.
    pub(super) asked: Vec<Asked>,
}

impl Delivery {
    const fn new(ending: Ending, wanted: bool) -> Self {
        let (owner, opening, query) = (None, None, None);
        Self { ending, owner, opening, next: 0, query, passed: 0, wanted, asked: Vec::new() }
    }
}

impl Transform {
    /// Finds a group's rows and hands them on as changes of `transaction`; `group` is what commits them (for XA another
    /// one than the one that made them).
    pub(super) async fn deliver(
        &mut self,
        group: &Group,
        transaction: &Transaction,
        events: GroupEvents,
        ending: Ending,
    ) -> Result<(), Stopped> {
        let mut delivery = Delivery::new(ending, self.sources.want(transaction));
        let version = group.format.as_deref().map(|format| &*format.server_version);
        self.shapes.enter(&group.transaction, version);
        for event in events {
            let event =
                event.map_err(|source| PipelineError::Spool { folder: self.spool_folder.clone(), source })?;
            match event.kind() {
                EventKind::TABLE_MAP => {
                    self.table_map(&event, group.format.as_deref(), delivery.wanted).await?
                }
                EventKind::ROWS_QUERY | EventKind::MARIADB_ANNOTATE_ROWS => {
                    delivery.query = rows_query(&event)?
                }
                EventKind::MARIADB_GTID => self.mariadb_begin(&event, &mut delivery)?,
                EventKind::QUERY => self.statement_within(&event, group, transaction, &mut delivery).await?,
                _ if event.kind().is_rows() => {
                    let owner = match &delivery.owner {
                        Some(owner) => Arc::clone(owner),
                        None => {
                            Arc::clone(delivery.owner.insert(self.owner(group, transaction, ending.xid)?))
                        }
                    };
                    self.tell_begin(group, transaction, &mut delivery)?;
                    self.rows(event, owner, &mut delivery).await?;
                }
                _ => {}
            }
        }
        if delivery.passed > 0 {
            self.rows.end_transaction();
        }
        self.bootstraps(&mut delivery).await?;
        self.tell_end(group, transaction, &mut delivery)?;
        if delivery.next > 0 || delivery.opening.is_some() {
            self.lanes.iter_mut().for_each(Lane::delivered);
        }
        Status::add(&self.status.changes_seen, delivery.next);
        if !delivery.wanted {
            Status::add(&self.status.changes_of_other_sources, delivery.next);
        }
        Ok(())
    }

    /// Sends a part of a transaction that is larger than a batch: the changes before `next`.
    async fn send_within(&mut self, owner: &Owner, next: u64) -> Result<(), Stopped> {
        // Before its first change there is nothing of it that a target could be told to have.
        if self.rows.bytes() < BATCH_BYTES || next == 0 {
            return Ok(());
        }
        let transaction = owner.transaction.identity().to_string();
        let partial = Some(PartialTransaction { transaction, next_index: next });
        self.emitter.send(&self.lanes, self.rows.take(), partial).await?;
        failpoint("pipeline.within_transaction");
        Ok(())
    }

    /// `wanted`: rows of the transaction are. Else nothing is asked about the table, and nothing remembered for others.
    async fn table_map(
        &mut self,
        event: &Event,
        format: Option<&FormatDescription>,
        wanted: bool,
    ) -> Result<(), Stopped> {
        let at = || event.position();
        let map_error = |source| PipelineError::Event { position: at(), source };
        let id = event::table_map::table_id(format, &event.body).map_err(map_error)?;
        if self.tables.knows(id, &event.body) {
            return Ok(());
        }
        let map = event::table_map::parse(format, &event.body).map_err(map_error)?;
        let kept = self.beside.as_ref().and_then(|beside| beside.keeps(&map.name));
        let requests = kept == Some(true);
        let plan_error = |source| PipelineError::Plan { position: at(), source };
        let table = if wanted && kept.unwrap_or_else(|| (self.filter)(&map.name)) {
            let (unpack, map) = match Unpack::compile(&map).map_err(plan_error)? {
                Some((unpack, unfolded)) => (Some(unpack), unfolded),
                None => (None, map),
            };
            let shape = self.shapes.shape_for(&map, &at()).await?;
            let shape = self.declared(shape);
            let plan = TablePlan::compile(&map, shape).map_err(plan_error)?;
            let mut wanted = WantedTable::new(plan, unpack);
            if let Some(beside) = &self.beside {
                wanted.keyless = beside.is_keyless(&map.name);
                wanted.by_row = requests || beside.looks_at_rows(wanted.plan.shape());
                wanted.requests = requests;
            }
            Table::Wanted(wanted)
        } else {
            let layout = Layout::compile(&map).map_err(plan_error)?;
            Table::Counted(Arc::new(layout))
        };
        self.tables.set(id, if wanted { &event.body } else { &[] }, table);
        Ok(())
    }

    /// The shape with how statements of the log declared it; of types the server may not be able to tell any more: it has another
    /// table by now, or none.
    fn declared(&mut self, shape: Arc<TableShape>) -> Arc<TableShape> {
        let Some(follower) = self.follower.as_ref().filter(|_| self.shapes.want_declarations()) else {
            return shape;
        };
        let Some(told) = follower.with_types(&shape) else { return shape };
        // The same shape is the same one: encoders know it by that.
        let known = self.told.entry(shape.name.clone()).or_insert(shape);
        if **known != told {
            *known = Arc::new(told);
        }
        Arc::clone(known)
    }

    /// A statement inside a transaction: `CREATE TABLE … SELECT` is one, savepoints are others.
    async fn statement_within(
        &mut self,
        event: &Event,
        group: &Group,
        transaction: &Transaction,
        delivery: &mut Delivery,
    ) -> Result<(), Stopped> {
        let query = event::Query::parse(&event.body)
            .map_err(|source| PipelineError::Event { position: event.position(), source })?;
        match classify(&query.statement, &query.schema) {
            Statement::Begin | Statement::XaStart => self.opens(event, delivery),
            Statement::Ddl => {
                self.tell_begin(group, transaction, delivery)?;
                self.ddl(event, group, transaction, true).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// MariaDB's GTID event is the BEGIN of a group that is not a statement of its own.
    fn mariadb_begin(&self, event: &Event, delivery: &mut Delivery) -> Result<(), Stopped> {
        let gtid = MariaDbGtidEvent::parse(event.header.server_id, &event.body)
            .map_err(|source| PipelineError::Event { position: event.position(), source })?;
        if !gtid.standalone {
            self.opens(event, delivery);
        }
        Ok(())
    }

    async fn rows(
        &mut self,
        event: Event,
        owner: Arc<Owner>,
        delivery: &mut Delivery,
    ) -> Result<(), Stopped> {
        let header = RowsHeader::parse(event.kind(), None, &event.body)
            .map_err(|source| PipelineError::Event { position: event.position(), source })?;
        if header.table_id == RowsHeader::DUMMY_TABLE {
            return Ok(());
        }
        let rows = rows_of(&header);
        let torn = |table: String| |source| PipelineError::Rows { position: event.position(), table, source };
        let wanted = match self.tables.get(header.table_id) {
            None => {
                let error = PipelineError::Unmapped { position: event.position(), table_id: header.table_id };
                return Err(error.into());
            }
            Some(Table::Counted(layout)) => {
                let found = count_rows(layout, &rows).map_err(torn(format!("number {}", header.table_id)))?;
                delivery.next = delivery.next.saturating_add(found as u64);
                return Ok(());
            }
            Some(Table::Wanted(table)) if !delivery.wanted => {
                let name = table.plan.shape().name.to_string();
                let found = count_rows(table.layout(), &rows).map_err(torn(name))?;
                delivery.next = delivery.next.saturating_add(found as u64);
                return Ok(());
            }
            Some(Table::Wanted(wanted)) => wanted.clone(),
        };
        if let Some(unpack) = &wanted.unpack {
            let table = wanted.plan.shape().name.to_string();
            let event = unfolded(unpack, &event, &header, &table)?;
            return self.rows_of_plan(event, owner, delivery, &wanted).await;
        }
        self.rows_of_plan(event, owner, delivery, &wanted).await
    }

    /// The rows of an event whose table is read.
    async fn rows_of_plan(
        &mut self,
        event: Event,
        owner: Arc<Owner>,
        delivery: &mut Delivery,
        wanted: &WantedTable,
    ) -> Result<(), Stopped> {
        let header = RowsHeader::parse(event.kind(), None, &event.body)
            .map_err(|source| PipelineError::Event { position: event.position(), source })?;
        let rows = rows_of(&header);
        let torn = |table: String| |source| PipelineError::Rows { position: event.position(), table, source };
        self.index.clear();
        let found = index_rows(&wanted.plan, &rows, &mut self.index);
        let found = found.map_err(torn(wanted.plan.shape().name.to_string()))?;
        if wanted.requests {
            self.note_requests(&event, wanted, &rows, delivery)?;
        }
        let runs = match wanted.by_row {
            true => self.passing(&event, &owner, wanted, &rows)?,
            false => std::iter::once(0..found).collect(),
        };
        // What was handed on last waits for the next that is, or for the transaction's end: it may be the last.
        let first = delivery.next;
        for run in runs {
            let before = first.saturating_add(run.start as u64);
            self.send_within(&owner, before).await?;
            self.push(event.clone(), &owner, delivery, wanted, first, run);
        }
        delivery.next = first.saturating_add(found as u64);
        Ok(())
    }

    /// The rows that pass one by one, as ranges of them.
    fn passing(
        &mut self,
        event: &Event,
        owner: &Owner,
        wanted: &WantedTable,
        rows: &Rows<'_>,
    ) -> Result<Vec<Range<usize>>, Stopped> {
        let Some(beside) = &mut self.beside else {
            return Ok(std::iter::once(0..self.index.len()).collect());
        };
        let described = RowsEvent {
            file: Arc::clone(&event.file),
            pos: event.start,
            timestamp_s: event.header.timestamp_s,
            server_id: event.header.server_id,
            query: None,
        };
        let passing = beside.passing(&owner.transaction, &described, &wanted.plan, rows, &self.index);
        let failed = |source| PipelineError::Format { position: event.position(), row: 0, source };
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (row, _) in passing.map_err(failed)?.into_iter().enumerate().filter(|(_, passes)| *passes) {
            match runs.last_mut() {
                Some(run) if run.end == row => run.end = row.saturating_add(1),
                _ => runs.push(row..row.saturating_add(1)),
            }
        }
        Ok(runs)
    }

    /// Hands on a range of an event's rows; `first` is the index of the event's first row.
    fn push(
        &mut self,
        event: Event,
        owner: &Arc<Owner>,
        delivery: &mut Delivery,
        wanted: &WantedTable,
        first: u64,
        run: Range<usize>,
    ) {
        let index = self.index.get(run.clone()).unwrap_or_default();
        let whole = run.len() == self.index.len();
        let bytes = index.len().saturating_mul(wanted.row_bytes);
        let bytes = bytes.saturating_add(if whole { event.len() } else { 0 });
        let part = RowsPart {
            owner: Arc::clone(owner),
            plan: Arc::clone(&wanted.plan),
            event,
            query: delivery.query.clone(),
            first: first.saturating_add(run.start as u64),
            row: u32::try_from(run.start).unwrap_or(u32::MAX),
            offset: delivery.passed,
            ends: false,
            schema_id: self.beside.as_ref().map_or(0, Beside::schema_id),
            keyless: wanted.keyless,
        };
        self.rows.push_rows(part, index, bytes);
        delivery.passed = delivery.passed.saturating_add(run.len() as u64);
        Status::add(&self.status.changes, run.len() as u64);
    }
}

/// The event with its table's compressed columns unfolded.
fn unfolded(
    unpack: &Unpack,
    event: &Event,
    header: &RowsHeader<'_>,
    table: &str,
) -> Result<Event, PipelineError> {
    let mut body = event.body.get(..header.rows_at).unwrap_or_default().to_vec();
    unpack.rows(&rows_of(header), &mut body).map_err(|source| PipelineError::Unpack {
        position: event.position(),
        table: table.to_owned(),
        source,
    })?;
    Ok(Event { body: body.into(), ..event.clone() })
}

fn rows_query(event: &Event) -> Result<Option<Arc<[u8]>>, Stopped> {
    let query =
        RowsQuery::of(event).map_err(|source| PipelineError::Event { position: event.position(), source })?;
    Ok(Some(query.text.to_vec().into()))
}
