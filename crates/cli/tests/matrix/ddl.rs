//! Statements that change tables, each followed by a row: its columns and values are what the server has.

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::Value;

use super::run::{PLAIN, changes, has_names, scenario, server, text, texts};

/// A statement, the table that a row goes into then, and the row.
const STEPS: &[(&str, &str, &str)] = &[
    (
        "CREATE TABLE matrix.t (id INT PRIMARY KEY, a VARCHAR(20), n INT UNSIGNED)",
        "t",
        "(id, a, n) VALUES (1, 'one', 4294967295)",
    ),
    (
        "ALTER TABLE matrix.t ADD COLUMN b DATETIME(3) AFTER id",
        "t",
        "(id, b) VALUES (2, '2026-01-02 03:04:05.678')",
    ),
    (
        "ALTER TABLE matrix.t ADD COLUMN f TINYINT UNSIGNED FIRST, DROP COLUMN n",
        "t",
        "(id, f) VALUES (3, 255)",
    ),
    (
        "ALTER TABLE matrix.t CHANGE a name VARCHAR(40) CHARACTER SET latin1",
        "t",
        "(id, name) VALUES (4, 'é')",
    ),
    (
        "ALTER TABLE matrix.t MODIFY name VARCHAR(300) CHARACTER SET utf8mb4 FIRST",
        "t",
        "(id, name) VALUES (5, '😀')",
    ),
    ("ALTER TABLE matrix.t ADD COLUMN e ENUM('x','y') DEFAULT 'y'", "t", "(id) VALUES (6)"),
    ("ALTER TABLE matrix.t MODIFY e ENUM('z','x','y')", "t", "(id, e) VALUES (7, 'x')"),
    ("ALTER TABLE matrix.t ADD COLUMN g INT GENERATED ALWAYS AS (id * 2) STORED", "t", "(id) VALUES (8)"),
    (
        "ALTER TABLE matrix.t ADD COLUMN s SET('p','q') CHARACTER SET utf8mb4, ADD INDEX by_name (name(10))",
        "t",
        "(id, s) VALUES (9, 'q')",
    ),
    (
        "ALTER TABLE matrix.t ADD COLUMN k INT NOT NULL DEFAULT 5, DROP PRIMARY KEY, ADD PRIMARY KEY (id, k)",
        "t",
        "(id, f) VALUES (10, 1)",
    ),
    ("RENAME TABLE matrix.t TO matrix.u", "u", "(id, f) VALUES (11, 1)"),
    ("CREATE TABLE matrix.v LIKE matrix.u", "v", "(id, f, e) VALUES (12, 1, 'z')"),
    ("ALTER TABLE matrix.v DROP COLUMN g, DROP COLUMN b", "v", "(id, f) VALUES (13, 1)"),
    (
        "RENAME TABLE matrix.u TO matrix.w, matrix.v TO matrix.u, matrix.w TO matrix.v",
        "u",
        "(id, f) VALUES (14, 1)",
    ),
    ("ALTER TABLE matrix.u RENAME TO matrix.renamed", "renamed", "(id, f) VALUES (15, 1)"),
    ("TRUNCATE TABLE matrix.renamed", "renamed", "(id, f) VALUES (16, 1)"),
    ("DROP TABLE matrix.renamed", "v", "(id, f) VALUES (17, 1)"),
    (
        "CREATE TABLE matrix.renamed (id BIGINT UNSIGNED PRIMARY KEY, t TIME(2)) PARTITION BY HASH (id) PARTITIONS 3",
        "renamed",
        "(id, t) VALUES (18, '01:02:03.45')",
    ),
    ("CREATE VIEW matrix.looked AS SELECT id FROM matrix.renamed", "renamed", "(id, t) VALUES (19, NULL)"),
    ("ALTER TABLE matrix.v CONVERT TO CHARACTER SET utf8mb4", "v", "(id, f, name) VALUES (20, 1, 'ü')"),
    ("ALTER TABLE matrix.renamed COMMENT 'x'", "renamed", "(id, t) VALUES (21, '-00:00:00.50')"),
    ("CREATE TABLE matrix.`a ``b` (`c d` INT, id INT PRIMARY KEY)", "a `b", "(id, `c d`) VALUES (22, 5)"),
];

/// A row of a table as the server has it: columns and texts, in the table's order.
#[derive(Debug, PartialEq)]
struct Row {
    table: String,
    columns: Vec<(String, Option<String>)>,
}

async fn written(conn: &mut Conn, (ddl, table, row): (&str, &str, &str), id: usize) -> Result<Row> {
    conn.query_drop(ddl).await.with_context(|| ddl.to_owned())?;
    let quoted = table.replace('`', "``");
    conn.query_drop(format!("INSERT INTO matrix.`{quoted}` {row}")).await.with_context(|| row.to_owned())?;
    let names: Vec<String> = conn
        .exec(
            "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'matrix' AND TABLE_NAME = ? \
             ORDER BY ORDINAL_POSITION",
            (table,),
        )
        .await?;
    let list: Vec<String> = names.iter().map(|name| format!("CAST(`{name}` AS CHAR)")).collect();
    let sql = format!("SELECT {} FROM matrix.`{quoted}` WHERE id = {id}", list.join(", "));
    let values = texts(conn.query_first(sql).await?.context("the row is not there")?)?;
    Ok(Row { table: table.to_owned(), columns: names.into_iter().zip(values).collect() })
}

fn delivered(line: &Value) -> Result<Row> {
    let table = line["table"].as_str().context("no table")?.to_owned();
    let after = line["after"].as_object().context("no row")?;
    Ok(Row { table, columns: after.iter().map(|(name, value)| (name.clone(), text(value))).collect() })
}

/// The order of columns is compared by the text of the line: an object that was parsed has none.
fn in_order(line: &str, row: &Row) -> bool {
    let mut rest = line;
    row.columns.iter().all(|(name, _)| {
        let found = rest.split_once(&format!("{}:", Value::from(name.as_str())));
        rest = found.map_or("", |(_, after)| after);
        found.is_some()
    })
}

/// With `follow` a process reads each row before the next statement; else one reads all of them afterwards.
async fn play(server: &MysqlServer, follow: bool) -> Result<()> {
    let mut conn = server.conn().await?;
    conn.query_drop("CREATE DATABASE matrix CHARACTER SET utf8mb4").await?;
    let scenario = scenario()?;
    let config = scenario.config(&[server.port()], PLAIN)?;
    let mut process = if follow { Some(scenario.start_streaming(&config, &[])?) } else { None };
    let mut rows = Vec::new();
    for (at, step) in STEPS.iter().enumerate() {
        rows.push(written(&mut conn, *step, at + 1).await?);
        if let Some(process) = &mut process {
            scenario.settle(server, process).await.with_context(|| step.0.to_owned())?;
        }
    }
    let mut process = match process {
        Some(process) => process,
        None => scenario.start(&config, &[])?,
    };
    scenario.settle(server, &mut process).await?;
    process.stop()?;
    let lines = changes(&scenario, "insert")?;
    let text = scenario.lines()?;
    let texts: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("\"op\":\"insert\"") && line.contains("\"db\":\"matrix\""))
        .collect();
    ensure!(lines.len() == rows.len() && texts.len() == rows.len(), "{} rows of {}", lines.len(), rows.len());
    for (at, row) in rows.iter().enumerate() {
        let mut found = delivered(&lines[at])?;
        let after = texts[at].split_once("\"after\":").map_or("", |(_, after)| after);
        ensure!(in_order(after, row), "{}: {after} has another order than {row:?}", STEPS[at].0);
        found.columns.sort_by_key(|(name, _)| row.columns.iter().position(|(other, _)| other == name));
        ensure!(found == *row, "{}: {found:?} is not {row:?}", STEPS[at].0);
    }
    Ok(())
}

/// Plays all statements: with names in the log and without.
pub async fn holds(version: Version) -> Result<String> {
    if has_names(version) {
        play(&server(version).await?, false).await.context("with names in the log")?;
    }
    play(&MysqlServer::builder(version).start().await?, true).await.context("without names in the log")?;
    Ok(format!("{} statements", STEPS.len()))
}
