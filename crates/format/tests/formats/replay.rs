//! Reads a binlog file and hands out its row changes, as the pipeline does it but without any of its tasks.

use std::{collections::HashMap, path::Path, sync::Arc};

use anyhow::{Context, Result};
use becauselog_binlog::{
    FileSource, Start, Stop,
    event::{Event, EventKind, FormatDescription, RowsHeader, RowsKind, RowsQuery, table_map},
};
use becauselog_decode::{Image, Rows, TablePlan, index_rows};
use becauselog_format::DeclaredTables;
use becauselog_model::{
    BatchRange, BinlogPosition, EncodedBatch, GtidSet, Progress, RowChange, RowsEvent, TableName, TableShape,
    Transaction,
};
use becauselog_schema::{Described, Tracker};

/// An empty batch.
pub fn batch() -> EncodedBatch {
    EncodedBatch::new(BatchRange {
        seq: 1,
        progress: Progress {
            gtids: GtidSet::default(),
            position: BinlogPosition { file: "".into(), pos: 4 },
            server_uuid: None,
            transactions: 0,
            oldest_commit_us: None,
            partial: None,
        },
    })
}

/// The events of one committed transaction.
pub struct Committed {
    pub transaction: Transaction,
    pub format: Option<Arc<FormatDescription>>,
    pub events: Vec<Event>,
}

/// All committed transactions of a file.
pub fn transactions(path: &Path) -> Result<Vec<Committed>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut source = FileSource::files(vec![path.to_owned()], Start::Earliest, Stop::Never, None)?;
        let (mut all, mut open) = (Vec::new(), Vec::new());
        while let Some(batch) = source.next().await? {
            let mut groups = batch.groups.into_iter();
            for (event, mark) in batch.events {
                open.push(event);
                if mark.ends_group() {
                    let group = groups.next().context("a group without its description")?;
                    let (transaction, format) = (group.transaction, group.format);
                    all.push(Committed { transaction, format, events: std::mem::take(&mut open) });
                }
            }
        }
        Ok(all)
    })
}

/// What `information_schema` said of a table from a position of the log on.
#[derive(Clone)]
pub struct Told {
    pub pos: u64,
    pub name: TableName,
    pub described: Described,
}

/// Table plans by the number that the log gives them.
#[derive(Default)]
pub struct Plans {
    tracker: Option<Tracker>,
    /// What `information_schema` said: from a position of the log on, by table; nothing where the log alone is to do.
    pub told: Vec<Told>,
    taken: HashMap<TableName, u64>,
    /// The tables as statements made them; nothing where the log alone is to do.
    pub tables: Option<DeclaredTables>,
    plans: HashMap<u64, (Vec<u8>, TablePlan)>,
}

impl Plans {
    /// Calls `each` with every change of a transaction.
    pub fn replay(
        &mut self,
        committed: &Committed,
        mut each: impl FnMut(&RowChange<'_, Image<'_>>) -> Result<()>,
    ) -> Result<()> {
        let (mut query, mut index, mut found) = (None, 0, Vec::new());
        for event in &committed.events {
            match event.kind() {
                EventKind::TABLE_MAP => self.map(event, committed.format.as_deref())?,
                EventKind::ROWS_QUERY | EventKind::MARIADB_ANNOTATE_ROWS => {
                    query = Some(RowsQuery::of(event)?.text.to_vec().into());
                }
                kind if kind.is_rows() => {
                    let header = RowsHeader::parse(kind, None, &event.body)?;
                    let (_, plan) = self.plans.get(&header.table_id).context("rows without a table map")?;
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
                            transaction: &committed.transaction,
                            event: &described,
                            shape: plan.shape(),
                            op: rows.kind.op(),
                            row: u32::try_from(row)?,
                            index,
                            place: becauselog_model::Place::default(),
                            before,
                            after,
                        })?;
                        index += 1;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The last shape of a table.
    #[allow(dead_code, reason = "not every test asks")]
    pub fn shape(&self, name: &TableName) -> Option<&Arc<TableShape>> {
        let shapes = self.plans.values().map(|(_, plan)| plan.shape());
        shapes.filter(|shape| shape.name == *name).last()
    }

    fn tracker(&mut self, name: &TableName, at: u64) -> &mut Tracker {
        let told = !self.told.is_empty();
        let tracker = self.tracker.get_or_insert_with(|| match told {
            true => Tracker::online().with_declarations(),
            false => Tracker::offline(),
        });
        let mut of_table = self.told.iter().filter(|told| told.name == *name);
        // Rows that a statement made with its table come before the statement's end.
        let first = of_table.clone().next();
        let known = of_table.rfind(|told| told.pos <= at).or(first);
        let pos = known.map_or(0, |told| told.pos);
        if told && self.taken.insert(name.clone(), pos) != Some(pos) {
            tracker.answer(name, known.map(|told| told.described.clone()));
        }
        tracker
    }

    fn map(&mut self, event: &Event, format: Option<&FormatDescription>) -> Result<()> {
        let id = table_map::table_id(format, &event.body)?;
        if self.plans.get(&id).is_some_and(|(body, _)| *body == event.body) {
            return Ok(());
        }
        let map = table_map::parse(format, &event.body)?;
        let shape = self.tracker(&map.name, event.start).shape_for(&map)?;
        let written = self.tables.as_ref().and_then(|tables| tables.with_types(&shape));
        let shape = written.map_or(shape, Arc::new);
        self.plans.insert(id, (event.body.to_vec(), TablePlan::compile(&map, shape)?));
        Ok(())
    }
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
