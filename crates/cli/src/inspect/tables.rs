//! Rows by table: of the open transaction, and of all that were kept.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Context as _;
use becauselog_binlog::event::{Event, RowsHeader, RowsKind, table_map};
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
    layout: Layout,
}

impl Tables {
    /// Takes a table map.
    pub fn map(&mut self, event: &Event) -> anyhow::Result<()> {
        let map = table_map::parse(None, &event.body).with_context(|| at(event))?;
        let layout = Layout::compile(&map).with_context(|| at(event))?;
        self.mapped.insert(map.table_id, Mapped { name: map.name.to_string().into(), layout });
        Ok(())
    }

    /// Counts the rows of an event.
    pub fn rows(&mut self, event: &Event) -> anyhow::Result<()> {
        let header = RowsHeader::parse(event.kind(), None, &event.body).with_context(|| at(event))?;
        if header.table_id == RowsHeader::DUMMY_TABLE {
            return Ok(());
        }
        let mapped = self.mapped.get(&header.table_id);
        let mapped = mapped
            .with_context(|| format!("{}: rows of a table that no map before them names", at(event)))?;
        let rows = becauselog_decode::Rows {
            kind: kind(header.kind),
            columns: header.column_count,
            before: header.present_before.unwrap_or_default(),
            after: header.present_after.unwrap_or_default(),
            bytes: header.rows,
        };
        let count = count_rows(&mapped.layout, &rows)
            .with_context(|| format!("{}, table {}", at(event), mapped.name))?;
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let tally = self.open.entry(Arc::clone(&mapped.name)).or_default();
        tally.bytes += u64::try_from(event.len()).unwrap_or(u64::MAX);
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
