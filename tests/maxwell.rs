//! A `config.properties` of Maxwell's runs as it is: its messages come out of the whole program, over restarts too.

#[path = "maxwell/rig.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod rig;

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::Value;

use self::rig::Rig;

async fn transaction(conn: &mut Conn, statements: &[String]) -> Result<()> {
    conn.query_drop("BEGIN").await?;
    for statement in statements {
        conn.query_drop(statement).await?;
    }
    Ok(conn.query_drop("COMMIT").await?)
}

/// The fields of a transaction's messages: xid the same, xoffset from 0, commit on the last alone.
fn one_transaction(messages: &[Value]) -> Result<()> {
    let (last, others) = messages.split_last().context("no message")?;
    for (offset, message) in others.iter().enumerate() {
        ensure!(message["xid"] == last["xid"] && message["xoffset"] == offset, "{message}");
        ensure!(message.get("commit").is_none(), "{message}");
    }
    ensure!(last["commit"] == true && last.get("xoffset").is_none(), "{last}");
    ensure!(last["xid"].as_u64().is_some_and(|xid| xid > 0), "{last}");
    Ok(())
}

async fn runs_as_it_is(version: Version) -> Result<()> {
    let server = MysqlServer::builder(version).start().await?;
    let mut conn = server.conn().await?;
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.old (id INT PRIMARY KEY, kind VARCHAR(9) CHARACTER SET latin1, e ENUM('a','b'))",
            "CREATE TABLE shop.other (id INT NOT NULL, UNIQUE KEY (id))",
            "CREATE TABLE shop.unseen (id INT PRIMARY KEY)",
        ])
        .await?;
    let options = "output_ddl=true\noutput_primary_keys=true\n\
        filter=exclude: shop.unseen, exclude: shop.old.kind=skip\n";
    let mut rig = Rig::new(&server, &format!("client_id=mx\n{options}"))?;
    let process = rig.start()?;
    conn.query_drop("USE shop").await?;
    // What the filter does not let through stands first, between and last.
    let rows =
        "INSERT INTO old VALUES (1,'skip','a'),(2,'keep','b'),(3,'skip','a'),(4,NULL,'a'),(5,'skip','b')";
    let insert = |text: &str| text.to_owned();
    transaction(
        &mut conn,
        &[
            insert("INSERT INTO unseen VALUES (1)"),
            insert(rows),
            insert("INSERT INTO other VALUES (9)"),
            insert("INSERT INTO unseen VALUES (2)"),
            insert("INSERT INTO old VALUES (6,'skip','a')"),
        ],
    )
    .await?;
    let messages = rig.messages(3).await?;
    one_transaction(&messages)?;
    let ids: Vec<_> = messages.iter().map(|message| message["data"]["id"].clone()).collect();
    ensure!(ids == [2, 4, 9], "{ids:?}");
    ensure!(messages[0]["primary_key"] == serde_json::json!([2]), "{}", messages[0]);
    ensure!(
        messages[2]["primary_key"] == serde_json::json!([]),
        "a unique index is no primary key: {}",
        messages[2]
    );

    // A table that was there before the run, changed: its shape before and after.
    conn.query_drop("ALTER TABLE old ADD COLUMN n BIGINT UNSIGNED AFTER id").await?;
    conn.query_drop("ALTER TABLE unseen ADD COLUMN n INT").await?;
    conn.query_drop("INSERT INTO old VALUES (7,18446744073709551615,'keep','b')").await?;
    let messages = rig.messages(5).await?;
    let names = |table: &Value| -> Vec<String> {
        let columns = table["columns"].as_array().cloned().unwrap_or_default();
        columns.iter().map(|column| column["name"].as_str().unwrap_or("").to_owned()).collect()
    };
    ensure!(messages[3]["type"] == "table-alter", "{}", messages[3]);
    ensure!(names(&messages[3]["old"]) == ["id", "kind", "e"], "{}", messages[3]);
    ensure!(names(&messages[3]["def"]) == ["id", "n", "kind", "e"], "{}", messages[3]);
    ensure!(messages[3]["def"]["columns"][2]["charset"] == "latin1", "{}", messages[3]);
    ensure!(messages[3]["def"]["columns"][1]["signed"] == false, "{}", messages[3]);
    ensure!(messages[4]["data"]["n"].as_u64() == Some(u64::MAX), "{}", messages[4]);
    process.stop()?;

    // After the restart nothing comes twice, and nothing is missing.
    conn.query_drop("DELETE FROM old WHERE id=7").await?;
    let process = rig.start()?;
    let messages = rig.messages(6).await?;
    ensure!(messages[5]["type"] == "delete" && messages[5]["commit"] == true, "{}", messages[5]);
    process.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_of_maxwell_runs_as_it_is_on_9_7() -> Result<()> {
    runs_as_it_is(Version::V9_7).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_of_maxwell_runs_as_it_is_on_8_0() -> Result<()> {
    runs_as_it_is(Version::V8_0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_of_maxwell_runs_as_it_is_on_5_7() -> Result<()> {
    runs_as_it_is(Version::V5_7).await
}

/// A transaction of many batches, encoded side by side: offsets go on over their borders, and over a kill within it, and one
/// message ends it. Of other rows a column's value decides; the last ones do not pass.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_larger_than_a_batch_has_one_end() -> Result<()> {
    const ROWS: usize = 6_000;
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    server.run(&["CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY, pad VARCHAR(700))"]).await?;
    server.run(&["CREATE TABLE d.unseen (id INT PRIMARY KEY)"]).await?;
    let filter = "filter=exclude: d.unseen, exclude: d.t.pad=/^-/\n";
    let mut rig = Rig::new(&server, &format!("client_id=mx\n{filter}"))?;
    let mut process = rig.start_with(&[("BECAUSELOG_FAILPOINT", "pipeline.within_transaction:4")])?;
    let mut conn = server.conn().await?;
    let pad = "x".repeat(600);
    let mut statements: Vec<String> = (0..ROWS)
        .step_by(500)
        .map(|from| {
            let rows: Vec<String> = (from..from + 500).map(|id| format!("({id},'{pad}')")).collect();
            format!("INSERT INTO d.t VALUES {}", rows.join(","))
        })
        .collect();
    let left_out: Vec<String> = (ROWS..ROWS + 3_000).map(|id| format!("({id},'-{pad}')")).collect();
    statements.push(format!("INSERT INTO d.t VALUES {}", left_out.join(",")));
    let unseen: Vec<String> = (0..3_000).map(|id| format!("({id})")).collect();
    statements.push(format!("INSERT INTO d.unseen VALUES {}", unseen.join(",")));
    transaction(&mut conn, &statements).await?;
    ensure!(!process.wait()?.success(), "it was not killed");
    let before = std::fs::read_to_string(rig.output())?.lines().count();
    let process = rig.start()?;
    let messages = rig.messages(ROWS).await?;
    println!("{before} messages before the kill");
    one_transaction(&messages)?;
    for (id, message) in messages.iter().enumerate() {
        ensure!(message["data"]["id"] == id, "{message}");
    }
    process.stop()
}
