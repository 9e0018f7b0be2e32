//! What a transaction is: rollbacks, savepoints, XA in all its ways, non-transactional tables, CREATE … SELECT.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, ServerBuilder, Version, scenario::Scenario};
use mysql_async::prelude::Queryable;
use serde_json::Value;

const SCHEMA: &[&str] = &[
    "CREATE DATABASE shop",
    "CREATE TABLE shop.t (id INT PRIMARY KEY, v VARCHAR(40))",
    "CREATE TABLE shop.m (id INT PRIMARY KEY, v VARCHAR(40)) ENGINE=MyISAM",
];

fn without_gtids(version: Version) -> ServerBuilder {
    MysqlServer::builder(version).option("gtid-mode", "OFF").option("enforce-gtid-consistency", "OFF")
}

/// The `id`s of the changes of a table, in order, with their operation.
fn changes(lines: &str, table: &str) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line)?;
        if event["source"]["table"] == table {
            let row = if event["after"].is_null() { &event["before"] } else { &event["after"] };
            out.push(format!("{}{}", event["op"].as_str().unwrap_or("?"), row["id"]));
        }
    }
    Ok(out)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_committed_is_delivered() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0, Version::V5_7] {
        // With GTIDs the server refuses to mix engines in a transaction.
        let server = without_gtids(version).start().await?;
        server.run(SCHEMA).await?;
        let mut conn = server.conn().await?;
        for sql in [
            "INSERT INTO shop.t VALUES (1, 'alone')",
            "BEGIN",
            "INSERT INTO shop.t VALUES (2, 'rolled back')",
            "ROLLBACK",
            "BEGIN",
            "INSERT INTO shop.t VALUES (3, 'kept')",
            "SAVEPOINT s",
            "INSERT INTO shop.t VALUES (4, 'taken back')",
            "ROLLBACK TO SAVEPOINT s",
            "INSERT INTO shop.t VALUES (5, 'kept too')",
            "COMMIT",
            // The rows of t are rolled back; those of m cannot be, and the server logs them.
            "BEGIN",
            "INSERT INTO shop.t VALUES (6, 'rolled back')",
            "INSERT INTO shop.m VALUES (6, 'stays')",
            "ROLLBACK",
            "BEGIN",
            "UPDATE shop.t SET v = 'changed' WHERE id = 1",
            "DELETE FROM shop.t WHERE id = 3",
            "COMMIT",
        ] {
            conn.query_drop(sql).await?;
        }
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(&[server.port()], "")?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&server, &mut process).await?;
        process.stop()?;
        let lines = scenario.lines()?;
        ensure!(
            changes(&lines, "t")? == ["c1", "c3", "c5", "u1", "d3"],
            "{version:?}: {:?}",
            changes(&lines, "t")?
        );
        ensure!(changes(&lines, "m")? == ["c6"], "{version:?}: {:?}", changes(&lines, "m")?);
        scenario.compare(&mut conn, "shop").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn xa_rows_come_at_the_commit_and_never_after_a_rollback() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0, Version::V5_7] {
        let server = MysqlServer::builder(version).start().await?;
        server.run(SCHEMA).await?;
        let mut conn = server.conn().await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(&[server.port()], "")?;
        let mut process = scenario.start(&config, &[])?;
        for (xid, id) in [("a", 1), ("b", 2), ("c", 3)] {
            conn.query_drop(format!("XA START '{xid}'")).await?;
            conn.query_drop(format!("INSERT INTO shop.t VALUES ({id}, 'prepared')")).await?;
            conn.query_drop(format!("XA END '{xid}'")).await?;
            conn.query_drop(format!("XA PREPARE '{xid}'")).await?;
            // Another session goes on: a prepared transaction stays with its session on 5.7 and is free on 8.0.
            conn = server.conn().await?;
        }
        conn.query_drop("INSERT INTO shop.t VALUES (10, 'between')").await?;
        scenario.settle(&server, &mut process).await?;
        ensure!(
            changes(&scenario.lines()?, "t")? == ["c10"],
            "{version:?}: {:?}",
            changes(&scenario.lines()?, "t")?
        );
        // A restart between PREPARE and COMMIT.
        process.stop()?;
        let mut process = scenario.start(&config, &[])?;
        conn.query_drop("XA COMMIT 'b'").await?;
        conn.query_drop("XA ROLLBACK 'c'").await?;
        scenario.settle(&server, &mut process).await?;
        process.kill9()?;
        let mut process = scenario.start(&config, &[])?;
        conn.query_drop("XA COMMIT 'a'").await?;
        for sql in [
            "XA START 'one'",
            "INSERT INTO shop.t VALUES (20, 'one phase')",
            "XA END 'one'",
            "XA COMMIT 'one' ONE PHASE",
            "XA START 'undone'",
            "INSERT INTO shop.t VALUES (21, 'undone')",
            "XA END 'undone'",
            "XA ROLLBACK 'undone'",
        ] {
            conn.query_drop(sql).await?;
        }
        scenario.settle(&server, &mut process).await?;
        process.stop()?;
        let found = changes(&scenario.lines()?, "t")?;
        ensure!(found == ["c10", "c2", "c1", "c20"], "{version:?}: {found:?}");
        let left = std::fs::read_dir(scenario.state().join("xa"))?.count();
        println!("{version:?}: {left} files wait for the next start");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_xa_commit_whose_prepare_is_not_held_is_an_error() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    server.run(SCHEMA).await?;
    let mut conn = server.conn().await?;
    for sql in ["XA START 'lost'", "INSERT INTO shop.t VALUES (1, 'x')", "XA END 'lost'", "XA PREPARE 'lost'"]
    {
        conn.query_drop(sql).await?;
    }
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    let text = std::fs::read_to_string(&config)?.replace("earliest", "latest");
    std::fs::write(&config, text)?;
    let mut process = scenario.start_streaming(&config, &[])?;
    server.conn().await?.query_drop("XA COMMIT 'lost'").await?;
    let status = process.wait()?;
    ensure!(!status.success());
    ensure!(process.logged().contains("XA COMMIT of"), "{}", process.tail());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn create_table_as_select_and_ddl_between_rows() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0] {
        for metadata in ["FULL", "MINIMAL"] {
            // With GTIDs CREATE … SELECT is possible from 8.0.21 on only.
            let builder =
                if version == Version::V9_7 { MysqlServer::builder(version) } else { without_gtids(version) };
            let server = builder.option("binlog-row-metadata", metadata).start().await?;
            server.run(SCHEMA).await?;
            let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
            let config = scenario.config(&[server.port()], "")?;
            let mut process = scenario.start_streaming(&config, &[])?;
            let mut conn = server.conn().await?;
            for sql in [
                "INSERT INTO shop.t VALUES (1, 'a'), (2, 'b')",
                "CREATE TABLE shop.copy SELECT * FROM shop.t",
            ] {
                conn.query_drop(sql).await?;
                scenario.settle(&server, &mut process).await?;
            }
            for sql in [
                "ALTER TABLE shop.t ADD COLUMN n INT UNSIGNED NOT NULL DEFAULT 7 FIRST",
                "UPDATE shop.t SET v = 'c' WHERE id = 1",
            ] {
                conn.query_drop(sql).await?;
            }
            scenario.settle(&server, &mut process).await?;
            conn.query_drop("ALTER TABLE shop.t RENAME COLUMN v TO text, MODIFY id BIGINT UNSIGNED").await?;
            conn.query_drop("INSERT INTO shop.t (id, text) VALUES (18446744073709551615, 'd')").await?;
            scenario.settle(&server, &mut process).await?;
            process.stop()?;
            let lines = scenario.lines()?;
            ensure!(
                changes(&lines, "t")? == ["c1", "c2", "u1", "c18446744073709551615"],
                "{:?}",
                changes(&lines, "t")?
            );
            ensure!(changes(&lines, "copy")? == ["c1", "c2"], "{:?}", changes(&lines, "copy")?);
            ensure!(lines.contains("\"text\":\"d\""), "{version:?} {metadata}: the new name is missing");
        }
    }
    Ok(())
}
