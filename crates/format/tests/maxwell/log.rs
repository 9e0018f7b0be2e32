//! Reads binlog files and encodes what is in them, as the pipeline does it but without any of its tasks.

use std::{collections::HashMap, path::PathBuf};

use anyhow::{Context, Result};
use becauselog_binlog::{
    FileSource, Start, Stop,
    event::{
        Event, EventKind, FormatDescription, Query, RowsHeader, RowsKind, RowsQuery, Xid, XidEvent, table_map,
    },
    group::{Group, Mark, Statement, StatementKind, classify},
};
use becauselog_decode::{Image, Rows, TablePlan, index_rows};
use becauselog_format::{DdlChange, Definitions, Maxwell, Partitioner, RowFilter};
use becauselog_model::{
    BatchRange, BinlogPosition, EncodedBatch, GtidSet, Place, Progress, RowChange, RowsEvent, Transaction,
};
use becauselog_schema::Tracker;

/// A time of processing.
const NOW_NS: u64 = 1_795_389_165_871_284_000;

/// One group of the log.
struct Played {
    group: Group,
    mark: Mark,
    events: Vec<Event>,
}

/// An encoder with what stands before it.
pub struct Encoding {
    pub maxwell: Maxwell,
    pub filter: RowFilter,
    pub out: EncodedBatch,
    tracker: Tracker,
    plans: HashMap<u64, (Vec<u8>, TablePlan)>,
    definitions: Definitions,
    /// Partitions of the rows' records, in order, where they were asked for.
    pub partitions: Vec<u32>,
    pub ddl_partitions: Vec<u32>,
    pub partitioner: Option<(Partitioner, u32)>,
}

/// An empty batch.
pub fn batch() -> EncodedBatch {
    let progress = Progress {
        gtids: GtidSet::default(),
        position: BinlogPosition { file: "".into(), pos: 4 },
        server_uuid: None,
        transactions: 0,
        oldest_commit_us: None,
        partial: None,
    };
    EncodedBatch::new(BatchRange { seq: 1, progress })
}

async fn groups(files: Vec<PathBuf>) -> Result<Vec<Played>> {
    let mut source = FileSource::files(files, Start::Earliest, Stop::Never, None)?;
    let (mut all, mut open) = (Vec::new(), Vec::new());
    while let Some(batch) = source.next().await? {
        let mut groups = batch.groups.into_iter();
        for (event, mark) in batch.events {
            open.push(event);
            if mark.ends_group() {
                let group = groups.next().context("a group without its description")?;
                all.push(Played { group, mark, events: std::mem::take(&mut open) });
            }
        }
    }
    Ok(all)
}

impl Encoding {
    pub fn new(maxwell: Maxwell, filter: RowFilter, raw_texts: bool) -> Self {
        Self {
            maxwell,
            filter,
            out: batch(),
            tracker: Tracker::offline(),
            plans: HashMap::new(),
            definitions: Definitions::new("utf8mb4", raw_texts),
            partitions: Vec::new(),
            ddl_partitions: Vec::new(),
            partitioner: None,
        }
    }

    /// Encodes all that is in the files.
    pub async fn files(&mut self, files: Vec<PathBuf>) -> Result<()> {
        let mut prepared: HashMap<Xid, Played> = HashMap::new();
        for played in groups(files).await? {
            match played.mark.clone() {
                Mark::Commit | Mark::Statement(_) => self.group(&played)?,
                Mark::XaPrepare(xid) => {
                    prepared.insert(xid, played);
                }
                Mark::XaCommit(xid) => {
                    let ready = prepared.remove(&xid).context("never prepared")?;
                    self.group(&ready)?;
                }
                Mark::XaRollback(xid) => {
                    prepared.remove(&xid);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn group(&mut self, played: &Played) -> Result<()> {
        let transaction = &played.group.transaction;
        let xid = played.events.last().filter(|event| event.kind() == EventKind::XID);
        let xid = xid.map(|event| XidEvent::parse(&event.body)).transpose()?.map(|event| event.xid);
        self.ddl(played)?;
        self.maps(played)?;
        let mut passing = Vec::new();
        let filter = &mut self.filter;
        replay(&self.plans, played, transaction, &mut |change| {
            passing.push(filter.passes(change)?);
            Ok(())
        })?;
        let last = passing.iter().rposition(|passes| *passes);
        let (mut at, mut offset) = (0, 0);
        let (partitioner, partitions) = (&mut self.partitioner, &mut self.partitions);
        let (maxwell, out, definitions) = (&mut self.maxwell, &mut self.out, &self.definitions);
        replay(&self.plans, played, transaction, &mut |change| {
            if passing[at] {
                let name = &change.shape.name;
                let defined = definitions.table(&name.database, &name.table);
                let keyless = defined.is_some_and(|table| table.key.is_empty());
                let last = Some(at) == last;
                let schema_id = definitions.version();
                let place = Place { xid, offset, last, schema_id, keyless };
                let change = &RowChange { place, ..*change };
                maxwell.encode(change, NOW_NS, out)?;
                if let Some((partitioner, count)) = partitioner {
                    partitions.push(partitioner.of_row(change, *count)?);
                }
                offset += 1;
            }
            at += 1;
            Ok(())
        })
    }

    fn ddl(&mut self, played: &Played) -> Result<()> {
        let ends = played.mark == Mark::Statement(StatementKind::Ddl);
        for (at, event) in played.events.iter().enumerate() {
            if event.kind() != EventKind::QUERY {
                continue;
            }
            let query = Query::parse(&event.body)?;
            let is_ddl = matches!(classify(&query.statement, &query.schema), Statement::Ddl);
            if !(is_ddl || ends && at + 1 == played.events.len()) {
                continue;
            }
            let database = String::from_utf8_lossy(&query.schema).into_owned();
            let statement = String::from_utf8_lossy(&query.statement).into_owned();
            let mut effects = self.definitions.apply(&database, &statement)?;
            effects.retain(|effect| effect.passes(self.filter.filter()));
            let output_ddl = self.maxwell.config().output_ddl;
            if let Some((partitioner, count)) = self.partitioner.as_ref().filter(|_| output_ddl) {
                let of = |effect| partitioner.of_ddl(effect, *count);
                self.ddl_partitions.extend(effects.iter().map(of));
            }
            let ddl = DdlChange {
                transaction: &played.group.transaction,
                file: &event.file,
                pos: event.start,
                timestamp_s: event.header.timestamp_s,
                server_id: event.header.server_id,
                database: &database,
                statement: &query.statement,
                effects: &effects,
                schema_id: self.definitions.version(),
                is_ddl: true,
                changes: &[],
                shape: None,
                within: false,
            };
            self.maxwell.encode_ddl(&ddl, &mut self.out)?;
        }
        Ok(())
    }

    fn maps(&mut self, played: &Played) -> Result<()> {
        for event in played.events.iter().filter(|event| event.kind() == EventKind::TABLE_MAP) {
            let format: Option<&FormatDescription> = played.group.format.as_deref();
            let map = table_map::parse(format, &event.body)?;
            if self.plans.get(&map.table_id).is_some_and(|(body, _)| *body == event.body) {
                continue;
            }
            let shape = self.tracker.shape_for(&map)?;
            self.plans.insert(map.table_id, (event.body.to_vec(), TablePlan::compile(&map, shape)?));
        }
        Ok(())
    }
}

fn replay(
    plans: &HashMap<u64, (Vec<u8>, TablePlan)>,
    played: &Played,
    transaction: &Transaction,
    each: &mut dyn FnMut(&RowChange<'_, Image<'_>>) -> Result<()>,
) -> Result<()> {
    let (mut query, mut index, mut found) = (None, 0, Vec::new());
    for event in &played.events {
        if event.kind() == EventKind::ROWS_QUERY {
            query = Some(RowsQuery::parse(&event.body)?.text.to_vec().into());
        }
        if !event.kind().is_rows() {
            continue;
        }
        let header = RowsHeader::parse(event.kind(), None, &event.body)?;
        let (_, plan) = plans.get(&header.table_id).context("rows without a table map")?;
        let rows = rows_of(&header);
        found.clear();
        index_rows(plan, &rows, &mut found)?;
        let described = RowsEvent {
            file: event.file.clone(),
            pos: event.start,
            timestamp_s: event.header.timestamp_s,
            server_id: event.header.server_id,
            query: Option::clone(&query),
        };
        for (row, place) in found.iter().enumerate() {
            let (before, after) = rows.images(plan, *place);
            each(&RowChange {
                transaction,
                event: &described,
                shape: plan.shape(),
                op: rows.kind.op(),
                row: u32::try_from(row)?,
                index,
                place: Place::default(),
                before,
                after,
            })?;
            index += 1;
        }
    }
    Ok(())
}

fn rows_of<'a>(header: &RowsHeader<'a>) -> Rows<'a> {
    use becauselog_decode::RowsKind as Decoded;
    Rows {
        kind: match header.kind {
            RowsKind::Write => Decoded::Write,
            RowsKind::Update => Decoded::Update,
            RowsKind::PartialUpdate => Decoded::PartialUpdate,
            RowsKind::Delete => Decoded::Delete,
        },
        columns: header.column_count,
        before: header.present_before.unwrap_or_default(),
        after: header.present_after.unwrap_or_default(),
        bytes: header.rows,
    }
}
