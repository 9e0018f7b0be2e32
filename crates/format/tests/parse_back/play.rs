//! Fills the tables, writes each row in every way, and compares each field.

use std::{collections::HashMap, fmt};

use anyhow::{Context, Result, bail, ensure};
use becauselog_decode::RowsKind;
use becauselog_schema::Tracker;
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::value::RawValue;

use crate::{
    cases::{self, Table},
    events, judge,
    replay::batch,
    rows,
    seeded::Seeded,
    told::{self, Rows, Told},
    ways::{self, Meaning, Way},
};

/// What was compared.
#[derive(Default)]
pub struct Counts {
    tables: usize,
    rows: usize,
    ways: usize,
    fields: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tables, rows, ways, fields } = self;
        write!(f, "{tables} tables, {rows} rows in {ways} ways; {fields} fields are what the server holds")
    }
}

/// A line's fields, each with its text.
pub type Fields = HashMap<String, Box<RawValue>>;

/// One row of the log in one way: `divide` is by how much less rows there are than in the tables' own measure.
pub async fn run(version: Version, seed: u64, divide: usize) -> Result<Counts> {
    let server = MysqlServer::builder(version).start().await?;
    let mut conn = server.conn().await?;
    for statement in [
        "CREATE DATABASE types",
        "USE types",
        "SET NAMES utf8mb4",
        "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'",
    ] {
        conn.query_drop(statement).await?;
    }
    let charsets = conn.query("SELECT character_set_name FROM information_schema.character_sets").await?;
    let charsets: Vec<String> = charsets.into_iter().filter(|name| name != "binary").collect();
    let mut tables = cases::tables(server.dialect(), &charsets);
    // Values of many megabytes are for the decoder's test: here they would only take time.
    tables.retain(|table| table.name != "big");
    let mut seeded = Seeded::new(seed);
    for table in &tables {
        conn.query_drop(table.create()).await.with_context(|| table.name.clone())?;
        fill(&mut conn, table, (table.rows / divide).max(9), &mut seeded).await?;
    }
    let mut world = HashMap::new();
    for table in &tables {
        world.insert(table.name.as_str(), (table, told::read(&mut conn, table).await?));
    }
    let files: Vec<mysql_async::Row> = conn.query("SHOW BINARY LOGS").await?;
    let file: String = files.last().and_then(|row| row.get(0)).context("no binlog file")?;
    let mut asking = server.conn().await?;
    compare(&server.datadir().join(file), &mut asking, &world).await
}

async fn fill(conn: &mut Conn, table: &Table, count: usize, seeded: &mut Seeded) -> Result<()> {
    let columns = table.writable();
    let names: Vec<String> = columns.iter().map(|column| format!("`{}`", column.name)).collect();
    for id in 0..count {
        let values = columns.iter().map(|column| match seeded.one_in(9) {
            true => "NULL".to_owned(),
            false => (column.make)(seeded),
        });
        let values: Vec<String> = values.collect();
        let sql = format!(
            "INSERT INTO `{}` (id, {}) VALUES ({id}, {})",
            table.name,
            names.join(", "),
            values.join(", ")
        );
        conn.query_drop(sql).await.with_context(|| table.name.clone())?;
    }
    Ok(())
}

async fn compare(
    file: &std::path::Path,
    asking: &mut Conn,
    world: &HashMap<&str, (&Table, Rows)>,
) -> Result<Counts> {
    let (mut ways, mut tracker) = (ways::all(), Tracker::online());
    let mut counts = Counts { tables: world.len(), ways: ways.len(), ..Counts::default() };
    let (transaction, event) = (rows::transaction(), rows::event());
    let mut garbled = vec![0; ways.len()];
    events::read(file, asking, &mut tracker, |found| {
        let (table, told) = &world[&*found.shape.name.table];
        ensure!(found.kind == RowsKind::Write && found.before.is_none(), "{:?} in the log", found.kind);
        let cells: Vec<_> = found.after.as_ref().context("no row")?.iter().copied().map(Ok).collect();
        let change = rows::change(&transaction, &event, found.shape, None, Some(rows::Row(&cells)));
        counts.rows += 1;
        for (way, garbled) in ways.iter_mut().zip(&mut garbled) {
            let mut out = batch();
            way.encode(&change, &mut out).with_context(|| format!("{}: {}", table.name, way.name))?;
            let fields = fields(&way.meaning, out.value(&out.records[0]).context("no value")?)?;
            counts.fields += check(table, told, way, &fields, garbled)?;
        }
        Ok(())
    })
    .await?;
    let held: usize = world.values().map(|(_, rows)| rows.len()).sum();
    ensure!(counts.rows == held, "{held} rows inserted, {} in the log", counts.rows);
    for (way, garbled) in ways.iter().zip(garbled) {
        ensure!(way.garbled() == garbled, "{}: {garbled} garbled, it counted {}", way.name, way.garbled());
    }
    Ok(counts)
}

/// The row in a line.
pub fn fields(meaning: &Meaning, line: &[u8]) -> Result<Fields> {
    let mut whole: Fields = serde_json::from_slice(line).context("a line that is no JSON")?;
    if let Some(payload) = whole.remove("payload") {
        ensure!(whole.contains_key("schema"), "a payload without its schema");
        whole = serde_json::from_str(payload.get())?;
    }
    let name = if matches!(meaning, Meaning::Maxwell) { "data" } else { "after" };
    Ok(serde_json::from_str(whole.get(name).context("no row in the line")?.get())?)
}

/// Compares a line's fields with the server's row; answers how many there were.
fn check(table: &Table, told: &Rows, way: &Way, fields: &Fields, garbled: &mut u64) -> Result<usize> {
    let id = fields.get("id").context("no id")?.get();
    let row = told.get(id).with_context(|| format!("{}: no row {id}", table.name))?;
    ensure!(fields.len() == row.len() + 1, "{} {id}: {} fields", table.name, fields.len());
    for (column, told) in table.columns.iter().zip(row) {
        let written = fields.get(&column.name).with_context(|| format!("no field {}", column.name))?.get();
        match judge::same(&way.meaning, column, &table.name, written, told) {
            Ok(more) => *garbled += more,
            Err(problem) => bail!(
                "{}: {}.{} ({}), row {id}: {problem}: {written:.200} for {told:.200?}",
                way.name,
                table.name,
                column.name,
                column.sql
            ),
        }
    }
    Ok(row.len() + 1)
}

/// A value that the comparer is tried with.
pub fn text(value: &str) -> Told {
    Told::Text(value.to_owned())
}
