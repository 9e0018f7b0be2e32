//! Fills the tables, changes and empties them, and compares what the log says with what the server showed.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use becauselog_decode::RowsKind;
use becauselog_model::{Cell, ColumnShape};
use becauselog_schema::Tracker;
use becauselog_testkit::{MysqlServer, Version, version::Flavor};
use mysql_async::{Conn, prelude::Queryable};

use crate::{
    cases::{self, Table},
    events::{self, Change},
    render::{self, Shown},
    seeded::Seeded,
    truth,
};

/// What was compared.
#[derive(Debug, Default)]
pub struct Counts {
    tables: usize,
    inserts: usize,
    updates: usize,
    deletes: usize,
    cells: usize,
    absent: usize,
    diffs: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} tables, {} inserts, {} updates, {} deletes; {} cells equal, {} absent, {} JSON diffs",
            self.tables, self.inserts, self.updates, self.deletes, self.cells, self.absent, self.diffs
        )
    }
}

/// All tables' rows by table name.
type World = HashMap<String, truth::Rows>;

struct Bench {
    server: MysqlServer,
    conn: Conn,
    /// A second connection for the tracker's questions, with ordinary settings.
    asking: Conn,
    tracker: Tracker,
    tables: Vec<Table>,
    seeded: Seeded,
    counts: Counts,
}

pub async fn run(version: Version, seed: u64, factor: usize) -> Result<Counts> {
    let mut builder = MysqlServer::builder(version);
    if version.flavor() == Flavor::MariaDb {
        builder = builder.option("log-bin-compress", "ON").option("log-bin-compress-min-len", "10");
    }
    let server = builder.start().await?;
    let mut conn = server.conn().await?;
    conn.query_drop("CREATE DATABASE types").await?;
    conn.query_drop("USE types").await?;
    conn.query_drop("SET NAMES utf8mb4").await?;
    conn.query_drop("SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'").await?;
    let charsets = conn.query("SELECT character_set_name FROM information_schema.character_sets").await?;
    let charsets: Vec<String> = charsets.into_iter().filter(|name| name != "binary").collect();
    let tables = cases::tables(server.dialect(), &charsets);
    for table in &tables {
        conn.query_drop(table.create()).await.with_context(|| table.name.clone())?;
    }
    let asking = server.conn().await?;
    let (tracker, seeded) = (Tracker::online(), Seeded::new(seed));
    let counts = Counts { tables: tables.len(), ..Counts::default() };
    let mut bench = Bench { server, conn, asking, tracker, tables, seeded, counts };
    let world = bench.inserts(factor).await?;
    let world = bench.updates(world).await?;
    let world = if bench.server.dialect().has_json_diffs() { bench.diffs(world).await? } else { world };
    bench.deletes(world).await?;
    Ok(bench.counts)
}

impl Bench {
    /// Begins a new file; answers its path.
    async fn new_file(&mut self) -> Result<PathBuf> {
        self.conn.query_drop("FLUSH BINARY LOGS").await?;
        let files: Vec<mysql_async::Row> = self.conn.query("SHOW BINARY LOGS").await?;
        let name: String = files.last().and_then(|row| row.get(0)).context("no binlog file")?;
        Ok(self.server.datadir().join(name))
    }

    async fn world(&mut self) -> Result<World> {
        let mut world = World::new();
        for table in &self.tables {
            let rows = truth::read(&mut self.conn, table).await.with_context(|| table.name.clone())?;
            world.insert(table.name.clone(), rows);
        }
        Ok(world)
    }

    /// Half of the rows with full row metadata and half with minimal, where the server knows it.
    async fn inserts(&mut self, factor: usize) -> Result<World> {
        let metadata: &[&str] =
            if self.server.dialect().has_row_metadata() { &["FULL", "MINIMAL"] } else { &[""] };
        let mut files = vec![];
        let mut inserted = 0;
        for (part, metadata) in metadata.iter().enumerate() {
            if !metadata.is_empty() {
                self.conn.query_drop(format!("SET GLOBAL binlog_row_metadata = {metadata}")).await?;
            }
            files.push(self.new_file().await?);
            for at in 0..self.tables.len() {
                let rows = self.tables[at].rows * factor;
                self.fill(at, part * rows..(part + 1) * rows).await?;
                inserted += rows;
            }
        }
        let world = self.world().await?;
        for file in files {
            let none = World::new();
            self.counts.inserts += self.compare(&file, RowsKind::Write, &none, &world).await?;
        }
        ensure!(
            self.counts.inserts == inserted,
            "{} rows inserted, {} in the log",
            inserted,
            self.counts.inserts
        );
        Ok(world)
    }

    async fn fill(&mut self, table: usize, ids: std::ops::Range<usize>) -> Result<()> {
        let table = &self.tables[table];
        let columns = table.writable();
        let names: Vec<String> = columns.iter().map(|column| format!("`{}`", column.name)).collect();
        let head = format!("INSERT INTO `{}` (id, {}) VALUES ", table.name, names.join(", "));
        let ids: Vec<usize> = ids.collect();
        for ids in ids.chunks(20) {
            let rows = ids.iter().map(|id| {
                let values = columns.iter().map(|column| match self.seeded.one_in(9) {
                    true => "NULL".to_owned(),
                    false => (column.make)(&mut self.seeded),
                });
                format!("({id}, {})", values.collect::<Vec<_>>().join(", "))
            });
            let sql = format!("{head}{}", rows.collect::<Vec<_>>().join(", "));
            self.conn.query_drop(sql).await.with_context(|| table.name.clone())?;
        }
        Ok(())
    }

    /// A third of the rows under each row image.
    async fn updates(&mut self, mut before: World) -> Result<World> {
        for (part, image) in ["FULL", "MINIMAL", "NOBLOB"].into_iter().enumerate() {
            let file = self.new_file().await?;
            self.conn.query_drop(format!("SET SESSION binlog_row_image = {image}")).await?;
            let mut updated = 0;
            for at in 0..self.tables.len() {
                updated += self.update(at, part).await?;
            }
            let after = self.world().await?;
            let absent = self.counts.absent;
            let logged = self.compare(&file, RowsKind::Update, &before, &after).await?;
            ensure!(logged as u64 == updated, "{image}: {updated} rows updated, {logged} in the log");
            ensure!((self.counts.absent > absent) == (image != "FULL"), "{image}: absent cells");
            self.counts.updates += logged;
            before = after;
        }
        Ok(before)
    }

    /// Updates a few columns of a third of a table's rows; answers how many rows changed.
    async fn update(&mut self, table: usize, part: usize) -> Result<u64> {
        let table = &self.tables[table];
        let columns = table.writable();
        let mut updated = 0;
        self.conn.query_drop("BEGIN").await?;
        for id in (part..table.rows).step_by(3) {
            let some = 1 + self.seeded.below(3);
            let set: Vec<String> = (0..some)
                .map(|_| {
                    let column = *self.seeded.pick(&columns);
                    let value = if self.seeded.one_in(9) {
                        "NULL".to_owned()
                    } else {
                        (column.make)(&mut self.seeded)
                    };
                    format!("`{}` = {value}", column.name)
                })
                .collect();
            let sql = format!("UPDATE `{}` SET {} WHERE id = {id}", table.name, set.join(", "));
            self.conn.query_drop(sql).await.with_context(|| table.name.clone())?;
            updated += self.conn.affected_rows();
        }
        self.conn.query_drop("COMMIT").await?;
        Ok(updated)
    }

    /// Partial JSON updates: the values of the diffs are those that the server extracts at their paths.
    async fn diffs(&mut self, before: World) -> Result<World> {
        let file = self.new_file().await?;
        self.conn.query_drop("SET SESSION binlog_row_image = MINIMAL").await?;
        self.conn.query_drop("SET SESSION binlog_row_value_options = PARTIAL_JSON").await?;
        let documents =
            "UPDATE documents SET plain = JSON_OBJECT('a', id, 'list', JSON_ARRAY(1, 2, 3)), opaque = NULL";
        self.conn.query_drop(documents).await?;
        let changes = [
            "plain = JSON_SET(plain, '$.a', 70000 + id), known = NULL",
            "plain = JSON_SET(plain, '$.list[1]', 'text', '$.new', 1.5)",
            "plain = JSON_REMOVE(plain, '$.list[0]')",
            "plain = JSON_REPLACE(plain, '$.new', CAST('2020-01-02' AS DATE)), opaque = JSON_ARRAY(id)",
        ];
        for change in changes {
            let file = self.new_file().await?;
            self.conn.query_drop(format!("UPDATE documents SET {change}")).await?;
            self.check_diffs(&file).await?;
        }
        drop((file, before));
        self.conn.query_drop("SET SESSION binlog_row_value_options = ''").await?;
        self.world().await
    }

    async fn check_diffs(&mut self, file: &std::path::Path) -> Result<()> {
        let mut found = vec![];
        let column = |shape: &[ColumnShape], name: &str| shape.iter().position(|c| &*c.name == name).unwrap();
        events::read(file, &mut self.asking, &mut self.tracker, |change| {
            ensure!(change.kind == RowsKind::PartialUpdate, "{:?}", change.kind);
            let (before, after) = (change.before.as_ref().unwrap(), change.after.as_ref().unwrap());
            let Cell::Int(id) = before[0] else { panic!("a row without id") };
            let at = column(&change.shape.columns, "plain");
            let shown = render::show(&after[at], &change.shape.columns[at], cases::Form::Json);
            let Shown::Diffs(diffs) = shown else { panic!("row {id}: {shown:?} is no diff") };
            found.extend(diffs.into_iter().map(|diff| (id, diff)));
            Ok(())
        })
        .await?;
        ensure!(!found.is_empty(), "no diff in the log");
        for (id, (operation, path, value)) in found {
            self.counts.diffs += 1;
            let sql = "SELECT CAST(JSON_EXTRACT(plain, ?) AS CHAR) FROM documents WHERE id = ?";
            let extracted: Option<Option<String>> = self.conn.exec_first(sql, (&path, id)).await?;
            let extracted = extracted.flatten().map(|text| crate::json::Js::parse(&text));
            // What was removed from a list leaves the next element in its place.
            ensure!(value.is_none() == (operation == "remove"), "{operation} with {value:?}");
            ensure!(
                value.is_none() || value == extracted,
                "row {id}, {path}: {value:?}, server {extracted:?}"
            );
        }
        Ok(())
    }

    async fn deletes(&mut self, before: World) -> Result<()> {
        for (part, image) in ["FULL", "MINIMAL", "NOBLOB"].into_iter().enumerate() {
            let file = self.new_file().await?;
            self.conn.query_drop(format!("SET SESSION binlog_row_image = {image}")).await?;
            let mut deleted = 0;
            for table in &self.tables {
                self.conn.query_drop(format!("DELETE FROM `{}` WHERE id % 3 = {part}", table.name)).await?;
                deleted += self.conn.affected_rows();
            }
            let logged = self.compare(&file, RowsKind::Delete, &before, &World::new()).await?;
            ensure!(logged as u64 == deleted, "{image}: {deleted} rows deleted, {logged} in the log");
            self.counts.deletes += logged;
        }
        let rest = self.world().await?;
        ensure!(rest.values().all(HashMap::is_empty), "rows are left");
        Ok(())
    }

    /// Compares each row change of a file with the rows that the server showed.
    async fn compare(
        &mut self,
        file: &std::path::Path,
        kind: RowsKind,
        before: &World,
        after: &World,
    ) -> Result<usize> {
        let tables: HashMap<&str, &Table> = self.tables.iter().map(|table| (&*table.name, table)).collect();
        let counts = &mut self.counts;
        let mut seen = HashSet::new();
        let logged = events::read(file, &mut self.asking, &mut self.tracker, |change| {
            ensure!(change.kind == kind, "{:?} among {kind:?}", change.kind);
            let name = &*change.shape.name.table;
            let table = tables.get(name).with_context(|| format!("rows of {name}"))?;
            let id = id_of(change)?;
            ensure!(seen.insert((name.to_owned(), id)), "{name}, id {id}: twice in one file");
            let sides = [(&change.before, before, "before"), (&change.after, after, "after")];
            for (image, world, side) in sides {
                let Some(image) = image else { continue };
                let row = world.get(name).and_then(|rows| rows.get(&id));
                let row =
                    row.with_context(|| format!("{name}, id {id} {side}: the server did not have it"))?;
                let columns = &change.shape.columns;
                compare_row(table, columns, image, row, counts)
                    .with_context(|| format!("{name}, id {id} {side}"))?;
            }
            Ok(())
        })
        .await
        .with_context(|| file.display().to_string())?;
        ensure!(logged == seen.len(), "{logged} rows in {}, {} compared", file.display(), seen.len());
        Ok(logged)
    }
}

/// The id is in the image before, whatever `binlog_row_image` says, or in the only one.
fn id_of(change: &Change<'_>) -> Result<i64> {
    match change.before.as_ref().or(change.after.as_ref()).and_then(|image| image.first()) {
        Some(Cell::Int(id)) => Ok(*id),
        other => anyhow::bail!("an image whose id is {other:?}"),
    }
}

fn compare_row(
    table: &Table,
    columns: &[ColumnShape],
    image: &[Cell<'_>],
    row: &[Shown],
    counts: &mut Counts,
) -> Result<()> {
    ensure!(image.len() == table.columns.len() + 1 && columns.len() == image.len(), "{} cells", image.len());
    for (at, column) in table.columns.iter().enumerate() {
        let (cell, shape) = (&image[at + 1], &columns[at + 1]);
        ensure!(*shape.name == *column.name, "column {} is known as {}", column.name, shape.name);
        let ours = render::show(cell, shape, column.form);
        if ours == Shown::Absent {
            counts.absent += 1;
            continue;
        }
        let (ours_text, theirs_text) = (short(&ours), short(&row[at]));
        ensure!(
            ours == row[at],
            "column {} {}: log {ours_text}, server {theirs_text}",
            column.name,
            column.sql
        );
        counts.cells += 1;
    }
    Ok(())
}

fn short(shown: &Shown) -> String {
    let text = format!("{shown:?}");
    text.chars().take(300).collect()
}
