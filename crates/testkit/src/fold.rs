//! What a file of Debezium JSON values folds to, compared with the tables of the server.
//!
//! The events are applied one by one to empty tables (or to a base), then each row is rendered as the server itself
//! would print it and compared with the server's own text. Tables without a key are compared as multisets.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::{Map, Value};

mod render;
mod server;

pub use server::{ColumnTruth, TableTruth};

/// One row as the events tell it: column name to JSON value.
pub type Row = Map<String, Value>;

/// One table as the events tell it.
#[derive(Debug, Default, Clone)]
pub struct Table {
    /// Rows with their count: more than one only in tables without a key.
    rows: BTreeMap<String, (Row, u64)>,
}

/// All tables, by `database.table`, and what was seen on the way.
#[derive(Debug, Default, Clone)]
pub struct Fold {
    /// The tables.
    pub tables: BTreeMap<String, Table>,
    /// Inserts, updates and deletes applied.
    pub counts: Counts,
    keys: BTreeMap<String, Vec<String>>,
    last: Option<Place>,
}

/// How many changes of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// `op` c.
    pub inserts: u64,
    /// `op` u.
    pub updates: u64,
    /// `op` d.
    pub deletes: u64,
}

impl Counts {
    /// All changes.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.inserts + self.updates + self.deletes
    }
}

/// Where a change stands in the log; compared only on one server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: String,
    pos: u64,
    row: u64,
    /// A key change is a delete and a create of the same row of the log.
    part: u8,
}

impl Fold {
    /// An empty fold; `keys` names the columns that identify a row of each table that has a key.
    #[must_use]
    pub fn new(keys: BTreeMap<String, Vec<String>>) -> Self {
        Self { keys, ..Self::default() }
    }

    /// Forgets the last place, so that the events of another server may follow.
    pub fn another_server(&mut self) {
        self.last = None;
    }

    /// Applies all lines of a file.
    ///
    /// # Errors
    /// When a line is no event, stands out of order or twice, or changes a row that is not there.
    pub fn apply_lines(&mut self, text: &str) -> Result<()> {
        for (number, line) in text.lines().enumerate() {
            self.apply_line(line).with_context(|| format!("line {}", number + 1))?;
        }
        Ok(())
    }

    /// Applies one line.
    ///
    /// # Errors
    /// As [`Fold::apply_lines`].
    pub fn apply_line(&mut self, line: &str) -> Result<()> {
        let event: Value = serde_json::from_str(line).context("not JSON")?;
        let source = &event["source"];
        let op = event["op"].as_str().context("no op")?;
        let text = |name: &str| source[name].as_str().with_context(|| format!("no source.{name}"));
        let name = format!("{}.{}", text("db")?, text("table")?);
        let before = event["before"].as_object();
        let after = event["after"].as_object();
        self.check_order(text("file")?, source, op)?;
        let key = self.keys.get(&name).cloned();
        let table = self.tables.entry(name.clone()).or_default();
        match op {
            "c" => {
                self.counts.inserts += 1;
                table.put(key.as_deref(), after.context("create without after")?)
            }
            "u" => {
                self.counts.updates += 1;
                table.take(key.as_deref(), before.context("update without before")?)?;
                table.put(key.as_deref(), after.context("update without after")?)
            }
            "d" => {
                self.counts.deletes += 1;
                table.take(key.as_deref(), before.context("delete without before")?)
            }
            other => bail!("op {other} was not expected"),
        }
        .with_context(|| format!("{name}, op {op}"))
    }

    fn check_order(&mut self, file: &str, source: &Value, op: &str) -> Result<()> {
        let number = |name: &str| source[name].as_u64().with_context(|| format!("no source.{name}"));
        let mut place = Place { file: file.to_owned(), pos: number("pos")?, row: number("row")?, part: 0 };
        if let Some(last) = &self.last {
            // Debezium's delete and create of one key change stand at the same place, in this order.
            let same = (&last.file, last.pos, last.row) == (&place.file, place.pos, place.row);
            if same && last.part == 0 && op == "c" {
                place.part = 1;
            }
            ensure!(*last < place, "out of order or twice: {place:?} after {last:?}");
        }
        self.last = Some(place);
        Ok(())
    }

    /// Compares every table of a database with the server's, and returns how many rows were equal.
    ///
    /// # Errors
    /// Names the first difference: table, key, column, ours and the server's text.
    pub async fn compare(&self, conn: &mut Conn, database: &str) -> Result<u64> {
        conn.query_drop("SET time_zone = '+00:00'").await?;
        let names: Vec<String> = conn
            .exec("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1", (database,))
            .await?;
        let mut rows = 0;
        for name in names {
            let full = format!("{database}.{name}");
            let truth = TableTruth::read(conn, database, &name).await?;
            let empty = Table::default();
            let ours = self.tables.get(&full).unwrap_or(&empty);
            rows += ours.compare(&full, &truth)?;
        }
        Ok(rows)
    }
}

/// The key columns of every table of a database that has a primary key.
///
/// # Errors
/// When the server does not answer.
pub async fn primary_keys(conn: &mut Conn, database: &str) -> Result<BTreeMap<String, Vec<String>>> {
    let columns: Vec<(String, String)> = conn
        .exec(
            // STATISTICS leaves the hidden column of MariaDB's versioned tables out.
            "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE \
             WHERE TABLE_SCHEMA = ? AND CONSTRAINT_NAME = 'PRIMARY' ORDER BY TABLE_NAME, ORDINAL_POSITION",
            (database,),
        )
        .await?;
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns {
        keys.entry(format!("{database}.{table}")).or_default().push(column);
    }
    Ok(keys)
}

fn identity(key: Option<&[String]>, row: &Row) -> String {
    match key {
        Some(columns) => {
            let values: Vec<&Value> = columns.iter().map(|c| row.get(c).unwrap_or(&Value::Null)).collect();
            serde_json::to_string(&values).unwrap_or_default()
        }
        None => serde_json::to_string(row).unwrap_or_default(),
    }
}

impl Table {
    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows.values().map(|(_, count)| count).sum()
    }

    /// Whether it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn put(&mut self, key: Option<&[String]>, row: &Row) -> Result<()> {
        let slot = self.rows.entry(identity(key, row)).or_insert_with(|| (row.clone(), 0));
        ensure!(key.is_none() || slot.1 == 0, "the row is there already: {:?}", identity(key, row));
        slot.1 += 1;
        Ok(())
    }

    fn take(&mut self, key: Option<&[String]>, row: &Row) -> Result<()> {
        let id = identity(key, row);
        let id = if self.rows.contains_key(&id) { id } else { self.before_alter(key, row)? };
        let slot = self.rows.get_mut(&id).context("the row is not there")?;
        if key.is_some() {
            let known = &slot.0;
            let same = known.iter().all(|(name, value)| row.get(name).is_none_or(|now| now == value));
            ensure!(same, "the row before is not the row that is known: {id}");
        }
        slot.1 -= 1;
        if slot.1 == 0 {
            self.rows.remove(&id);
        }
        Ok(())
    }

    /// A row without a key that was written before columns were added: found by the columns that it had.
    fn before_alter(&self, key: Option<&[String]>, row: &Row) -> Result<String> {
        ensure!(key.is_none(), "the row is not there: {}", identity(key, row));
        let fits = |known: &Row| {
            known.len() < row.len() && known.iter().all(|(name, value)| row.get(name) == Some(value))
        };
        let found = self.rows.iter().find(|(_, (known, _))| fits(known));
        found.map(|(id, _)| id.clone()).context("the row is not there")
    }

    fn compare(&self, name: &str, truth: &TableTruth) -> Result<u64> {
        let mut ours: BTreeMap<Vec<Option<String>>, i64> = BTreeMap::new();
        for (row, count) in self.rows.values() {
            let rendered =
                truth.columns.iter().map(|column| render::render(row, column)).collect::<Result<Vec<_>>>();
            *ours.entry(rendered.with_context(|| name.to_owned())?).or_default() += i64::try_from(*count)?;
        }
        for row in &truth.rows {
            *ours.entry(row.clone()).or_default() -= 1;
        }
        let wrong: Vec<_> = ours.iter().filter(|(_, count)| **count != 0).take(4).collect();
        ensure!(
            wrong.is_empty(),
            "{name}: {} rows here, {} on the server; the first that differ (+ ours, - the server's): {wrong:?}",
            self.len(),
            truth.rows.len()
        );
        Ok(self.len())
    }
}
