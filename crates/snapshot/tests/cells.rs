//! The same row read by SELECT and from the log is the same cells: every column type, in tables filled with extreme and random
//! values, on each server.
//!
//! What differs is what a SELECT cannot tell: JSON comes as text, BINARY with the zero bytes at its end.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]

#[path = "../../decode/tests/differential/cases.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod cases;
#[path = "../../decode/tests/differential/events.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod events;
#[path = "../../decode/tests/differential/json.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod json;
#[path = "../../decode/tests/differential/render.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod render;
#[path = "../../decode/tests/differential/seeded.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod seeded;

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, ensure};
use becauselog_model::{Cell, ColumnKind, RowImage, TableName, TableShape, jsonb};
use becauselog_schema::Tracker;
use becauselog_snapshot::{ReadError, Reader};
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::{Conn, Row, prelude::Queryable};

use self::{cases::Table, json::Js, seeded::Seeded};

const WAIT: Duration = Duration::from_secs(60);

/// A cell in a form in which both sides are the same.
#[derive(Debug, PartialEq)]
enum Seen {
    Text(String),
    Json(Js),
}

/// A row, cell by cell.
type Shown = Vec<Seen>;

fn shown(cell: Cell<'_>, kind: &ColumnKind) -> Seen {
    match cell {
        Cell::Json(document) => Seen::Json(Js::of(jsonb::parse(document).unwrap(), 0)),
        Cell::JsonText(text) => Seen::Json(Js::parse(std::str::from_utf8(text).unwrap())),
        other => Seen::Text(text(other, kind)),
    }
}

fn text(cell: Cell<'_>, kind: &ColumnKind) -> String {
    match (cell, kind) {
        (Cell::Binary(bytes), ColumnKind::Binary { .. }) => {
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            format!("{:?}", &bytes[..end])
        }
        (Cell::Decimal(value), _) => {
            let mut text = Vec::new();
            value.push_text(&mut text);
            String::from_utf8(text).unwrap()
        }
        // Of zeros of both signs too.
        (Cell::Float(value), _) => format!("{:08x}", value.to_bits()),
        (Cell::Double(value), _) => format!("{:016x}", value.to_bits()),
        (other, _) => format!("{other:?}"),
    }
}

fn row(cells: &[Cell<'_>], shape: &TableShape) -> Shown {
    cells.iter().zip(&shape.columns).map(|(cell, column)| shown(*cell, &column.kind)).collect()
}

async fn fill(conn: &mut Conn, table: &Table, seeded: &mut Seeded) -> Result<()> {
    let columns = table.writable();
    let names: Vec<String> = columns.iter().map(|column| format!("`{}`", column.name)).collect();
    for id in 0..table.rows {
        let values = columns.iter().map(|column| match seeded.one_in(9) {
            true => "NULL".to_owned(),
            false => (column.make)(seeded),
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let sql = format!("INSERT INTO `{}` (id, {}) VALUES ({id}, {values})", table.name, names.join(", "));
        conn.query_drop(sql).await.with_context(|| table.name.clone())?;
    }
    Ok(())
}

async fn is_the_same_on(version: Version) -> Result<()> {
    let server = MysqlServer::builder(version).start().await?;
    let mut conn = server.conn().await?;
    for statement in [
        "CREATE DATABASE types",
        "USE types",
        "SET NAMES utf8mb4",
        "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'",
        // Reading must not hang on either.
        "SET GLOBAL sql_mode = 'PAD_CHAR_TO_FULL_LENGTH,ANSI_QUOTES', GLOBAL time_zone = '-05:00'",
    ] {
        conn.query_drop(statement).await?;
    }
    let charsets = conn.query("SELECT character_set_name FROM information_schema.character_sets").await?;
    let charsets: Vec<String> = charsets.into_iter().filter(|name| name != "binary").collect();
    let tables = cases::tables(server.dialect(), &charsets);
    for table in &tables {
        conn.query_drop(table.create()).await.with_context(|| table.name.clone())?;
    }
    conn.query_drop("FLUSH BINARY LOGS").await?;
    let mut seeded = Seeded::new(20_261_128);
    for table in &tables {
        fill(&mut conn, table, &mut seeded).await?;
    }
    let logged = logged(&server, &mut conn).await?;
    let (mut rows, mut cells) = (0, 0);
    for table in &tables {
        let mut reader = Reader::connect(&[server.opts()], WAIT).await?;
        let name = TableName::new("types", &table.name);
        let shape = reader.table(&name).await?.context("no table")?;
        let order = shape.key.clone().context("no key")?;
        let mut selected = reader.rows(&shape, None, &order).await?;
        let mut found: Vec<Shown> = Vec::new();
        while let Some(read) = selected.next().await? {
            let read: Vec<Cell<'_>> = read.image(&shape).cells().collect::<Result<_, _>>()?;
            found.push(row(&read, &shape));
        }
        let wanted = &logged[&table.name];
        ensure!(found.len() == wanted.len(), "{}: {} rows of {}", table.name, found.len(), wanted.len());
        for (at, (found, wanted)) in found.iter().zip(wanted).enumerate() {
            ensure!(found == wanted, "{}, row {at}: {found:#?}\nand in the log {wanted:#?}", table.name);
            cells += found.len();
        }
        rows += found.len();
    }
    println!("{version}: {} tables, {rows} rows, {cells} cells are the same", tables.len());
    Ok(())
}

/// The rows that were inserted, table by table.
async fn logged(server: &MysqlServer, conn: &mut Conn) -> Result<HashMap<String, Vec<Shown>>> {
    let files: Vec<Row> = conn.query("SHOW BINARY LOGS").await?;
    let name: String = files.last().and_then(|row| row.get(0)).context("no binlog file")?;
    let mut rows: HashMap<String, Vec<Shown>> = HashMap::new();
    let file = server.datadir().join(name);
    events::read(&file, &mut server.conn().await?, &mut Tracker::online(), |change| {
        let after = change.after.as_ref().context("no image")?;
        rows.entry(change.shape.name.table.to_string()).or_default().push(row(after, change.shape));
        Ok(())
    })
    .await?;
    Ok(rows)
}

#[tokio::test]
async fn cells_are_those_of_the_log_on_9_7() -> Result<()> {
    is_the_same_on(Version::V9_7).await
}

#[tokio::test]
async fn cells_are_those_of_the_log_on_8_0() -> Result<()> {
    is_the_same_on(Version::V8_0).await
}

#[tokio::test]
async fn cells_are_those_of_the_log_on_5_7() -> Result<()> {
    is_the_same_on(Version::V5_7).await
}

/// Nothing for a table that is not there; a server's refusal with its number and without its words; an ALTER waits.
#[tokio::test]
async fn a_table_is_there_or_not_and_keeps_its_shape() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    server
        .run(&[
            "CREATE DATABASE d",
            "CREATE TABLE d.t (id INT PRIMARY KEY)",
            "INSERT INTO d.t VALUES (1),(2)",
        ])
        .await?;
    for (database, table) in [("d", "no"), ("no", "t")] {
        let mut reader = Reader::connect(&[server.opts()], WAIT).await?;
        ensure!(reader.table(&TableName::new(database, table)).await?.is_none(), "{database}.{table}");
    }
    let mut reader = Reader::connect(&[server.opts()], WAIT).await?;
    let shape = reader.table(&TableName::new("d", "t")).await?.context("no table")?;
    let mut conn = server.conn().await?;
    conn.query_drop("SET lock_wait_timeout = 1").await?;
    ensure!(conn.query_drop("ALTER TABLE d.t ADD v INT").await.is_err(), "it was altered");
    let refused = reader.rows(&shape, Some("nothing = 'secret'"), &[]).await.map(|_| ());
    let Err(error @ ReadError::Statement { .. }) = refused else { panic!("{refused:?}") };
    ensure!(error.to_string() == "preparing to select rows: the server says error 1054 (42S22)", "{error}");
    // What is inserted meanwhile is not of the state that it sees.
    conn.query_drop("INSERT INTO d.t VALUES (3)").await?;
    let mut rows = reader.rows(&shape, Some("id > 0"), &[0]).await?;
    let mut count = 0;
    while rows.next().await?.is_some() {
        count += 1;
    }
    ensure!(count == 2, "{count} rows");
    drop(reader);
    conn.query_drop("SET lock_wait_timeout = 60").await?;
    Ok(conn.query_drop("ALTER TABLE d.t ADD v INT").await?)
}
