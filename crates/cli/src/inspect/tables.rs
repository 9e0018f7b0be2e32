//! Rows by table: of the open transaction, and of all that were kept.

use std::{collections::BTreeMap, sync::Arc};

use becauselog_binlog::event::{Event, EventError, FormatDescription, RowsHeader, RowsKind, table_map};
use becauselog_decode::{Layout, count_rows};

use super::survey::{Rows, TableSummary};

/// What is known of the tables that rows are of.
#[derive(Debug, Default)]
pub struct Tables {
    mapped: BTreeMap<u64, Mapped>,
    open: BTreeMap<Arc<str>, Rows>,
    kept: BTreeMap<Arc<str>, Rows>,
}

#[derive(Debug)]
struct Mapped {
    name: Arc<str>,
    /// How its rows are written, or why that cannot be told: of interest only where rows follow.
    layout: Result<Layout, Uncounted>,
}

/// Why rows cannot be counted: the page in `docs/errors/`, and what was found.
#[derive(Debug, Clone)]
pub struct Uncounted {
    /// The page.
    pub code: &'static str,
    /// What was found where.
    pub what: String,
}

impl Tables {
    /// Takes a table map.
    ///
    /// # Errors
    /// When not even the table's name can be read.
    pub fn map(&mut self, format: Option<&FormatDescription>, event: &Event) -> Result<(), Uncounted> {
        let (id, name) =
            table_map::table_name(format, &event.body).map_err(|error| unreadable(event, &error))?;
        let map = table_map::parse(format, &event.body).map_err(|error| unreadable(event, &error));
        let layout = map.and_then(|map| {
            Layout::compile(&map).map_err(|error| Uncounted {
                code: "E_TABLE_UNREADABLE",
                what: format!("{}, table {name}: {error}", at(event)),
            })
        });
        self.mapped.insert(id, Mapped { name: name.to_string().into(), layout });
        Ok(())
    }

    /// Counts the rows of an event.
    ///
    /// # Errors
    /// When they cannot be counted; the event's bytes are counted with its table all the same.
    pub fn rows(&mut self, format: Option<&FormatDescription>, event: &Event) -> Result<(), Uncounted> {
        let header = RowsHeader::parse(event.kind(), format, &event.body)
            .map_err(|error| unreadable(event, &error))?;
        if header.table_id == RowsHeader::DUMMY_TABLE {
            return Ok(());
        }
        let Some(mapped) = self.mapped.get(&header.table_id) else {
            let what = format!("{}: rows of a table that no map before them names", at(event));
            return Err(Uncounted { code: "E_ROWS_UNMAPPED", what });
        };
        let rows = becauselog_decode::Rows {
            kind: kind(header.kind),
            columns: header.column_count,
            before: header.present_before.unwrap_or_default(),
            after: header.present_after.unwrap_or_default(),
            bytes: header.rows,
        };
        let tally = self.open.entry(Arc::clone(&mapped.name)).or_default();
        tally.bytes += u64::try_from(event.len()).unwrap_or(u64::MAX);
        let layout = mapped.layout.as_ref().map_err(Clone::clone)?;
        let count = count_rows(layout, &rows).map_err(|error| Uncounted {
            code: "E_ROWS",
            what: format!("{}, table {}: {error}", at(event), mapped.name),
        })?;
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        match header.kind {
            RowsKind::Write => tally.inserted += count,
            RowsKind::Update | RowsKind::PartialUpdate => tally.updated += count,
            RowsKind::Delete => tally.deleted += count,
        }
        Ok(())
    }

    /// Ends the open transaction: its row changes count, or never happened. Gives how many it had.
    pub fn end(&mut self, keep: bool) -> u64 {
        let open = std::mem::take(&mut self.open);
        let total = open.values().map(Rows::total).sum();
        if keep {
            for (name, rows) in open {
                self.kept.entry(name).or_default().add(&rows);
            }
        }
        total
    }

    /// Everything that was kept: the sum, and by table, most bytes first.
    pub fn summary(&self) -> (Rows, Vec<TableSummary>) {
        let mut sum = Rows::default();
        let mut tables = Vec::with_capacity(self.kept.len());
        for (name, rows) in &self.kept {
            sum.add(rows);
            tables.push(TableSummary { table: name.to_string(), rows: *rows });
        }
        tables.sort_by(|a, b| b.rows.bytes.cmp(&a.rows.bytes).then_with(|| a.table.cmp(&b.table)));
        (sum, tables)
    }
}

fn unreadable(event: &Event, error: &EventError) -> Uncounted {
    Uncounted { code: "E_EVENT", what: format!("{}: {error}", at(event)) }
}

fn at(event: &Event) -> String {
    event.position().to_string()
}

const fn kind(kind: RowsKind) -> becauselog_decode::RowsKind {
    match kind {
        RowsKind::Write => becauselog_decode::RowsKind::Write,
        RowsKind::Update => becauselog_decode::RowsKind::Update,
        RowsKind::PartialUpdate => becauselog_decode::RowsKind::PartialUpdate,
        RowsKind::Delete => becauselog_decode::RowsKind::Delete,
    }
}
