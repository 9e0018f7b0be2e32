//! Debezium's custom converters on a real server: what a column was declared as is asked of it.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use mysql_async::prelude::Queryable;
use serde_json::{Value, json};

const CONVERTERS: &str = "io.debezium.connector.binlog.converters";

fn config(more: &str) -> String {
    format!(
        "content = \"records\"\n[tables]\ninclude_databases = [\"shop\", \"becauselog_marks\"]\n[format]\nvalues = \"debezium\"\n\
         [format.properties]\nconverters = \"b,z\"\n\"b.type\" = \"{CONVERTERS}.TinyIntOneToBooleanConverter\"\n\
         \"z.type\" = \"{CONVERTERS}.ZeroDateFallbackConverter\"\n{more}\n"
    )
}

/// Keys and rows of a table's changes.
fn changes(lines: &str, table: &str) -> Result<Vec<(Value, Value)>> {
    let mut found = Vec::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line)?;
        if record["value"]["source"]["table"] == table {
            found.push((record["key"].clone(), record["value"]["after"].clone()));
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn booleans_and_zero_dates_come_as_the_converters_have_them() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let mut conn = server.conn().await?;
    for statement in [
        "SET sql_mode = ''",
        "CREATE DATABASE shop",
        "CREATE TABLE shop.t (k BOOL, d DATE, n DATE NOT NULL, a TINYINT, w DATETIME(6) NOT NULL, PRIMARY KEY (n, k))",
        "INSERT INTO shop.t VALUES (1, '2026-11-22', '0000-00-00', 1, '2026-11-22 00:00:00.000001')",
        "INSERT INTO shop.t VALUES (0, '0000-00-00', '1970-01-02', NULL, '0000-00-00')",
        "ALTER TABLE shop.t ADD b TINYINT(1) DEFAULT 1",
        "INSERT INTO shop.t VALUES (2, NULL, '1970-01-03', 2, '1970-01-01', NULL)",
    ] {
        conn.query_drop(statement).await?;
    }
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config =
        scenario.config(&[server.port()], &config("\"z.column.shop.t.n.fallback\" = \"1900-01-01\""))?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let found = changes(&scenario.lines()?, "t")?;
    ensure!(found.len() == 3, "{found:?}");
    // Before the ALTER the server's columns are not the log's: its statements tell. The peer would lose the first row's date.
    let first = json!({"k": true, "d": 20779, "n": -25567, "a": 1, "w": 1_795_305_600_000_001_u64});
    ensure!(found[0] == (json!({"n": -25567, "k": true}), first), "{:?}", found[0]);
    let second = json!({"k": false, "d": null, "n": 1, "a": null, "w": null});
    ensure!(found[1] == (json!({"n": 1, "k": false}), second), "{:?}", found[1]);
    let (key, row) = &found[2];
    ensure!(*key == json!({"n": 2, "k": true}), "{key}");
    ensure!(*row == json!({"k": true, "d": null, "n": 2, "a": 2, "w": 0, "b": null}), "{row}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_width_that_nobody_knows_stops_the_run_and_says_what_to_do() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY, a TINYINT(1))",
            "CREATE TABLE shop.gone (id INT PRIMARY KEY, a TINYINT(1))",
            // No statement of the log tells of the tables.
            "RESET BINARY LOGS AND GTIDS",
            "INSERT INTO shop.t VALUES (1, 1)",
            "INSERT INTO shop.gone VALUES (1, 1)",
            "DROP TABLE shop.gone",
        ])
        .await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let strict = scenario.config(&[server.port()], &config(""))?;
    let mut process = scenario.start(&strict, &[])?;
    let status = process.wait()?;
    let log = std::fs::read_to_string(scenario.log())?;
    ensure!(status.code() == Some(4), "{status}\n{log}");
    ensure!(log.contains("shop.gone.a") && log.contains("length.checker=false"), "{log}");
    let named = scenario.config(&[server.port()], &config("\"b.selector\" = 'shop\\.t\\..*'"))?;
    let mut process = scenario.start(&named, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let lines = scenario.lines()?;
    ensure!(changes(&lines, "t")? == [(json!({"id": 1}), json!({"id": 1, "a": true}))], "{lines}");
    ensure!(changes(&lines, "gone")? == [(json!({"id": 1}), json!({"id": 1, "a": 1}))], "{lines}");
    Ok(())
}
