//! Transaction metadata on a real server: the same bytes after kills in the middle of a transaction as without any.

use std::os::unix::process::ExitStatusExt as _;

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use rustix::process::Signal;
use serde_json::Value;

/// Rows of a transaction that takes several batches.
const ROWS: u64 = 20_000;

const CONFIG: &str = "content = \"records\"\n[tables]\nexclude = [\"shop.hidden\"]\n\
    [format]\nvalues = \"debezium\"\nts = \"commit\"\n\
    properties = { \"provide.transaction.metadata\" = \"true\", \"topic.transaction\" = \"tx\", \
    \"key.converter.schemas.enable\" = \"true\" }\n";

/// Each is met after a batch or two, so that no run comes to the end of the log.
const INSTANTS: [&str; 8] = [
    "pipeline.within_transaction:1",
    "pipeline.within_transaction:2",
    "sink.file.within_write:2",
    "sink.file.after_write:1",
    "pipeline.within_transaction:1",
    "sink.file.before_write:3",
    "sink.file.after_write:2",
    "pipeline.within_transaction:2",
];

async fn life(server: &MysqlServer) -> Result<()> {
    let large = format!(
        "INSERT INTO shop.t WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n + 1 FROM c WHERE n < {ROWS}) \
         SELECT /*+ SET_VAR(cte_max_recursion_depth = 100000) */ n, REPEAT('text ', 20) FROM c"
    );
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY, v VARCHAR(200))",
            "CREATE TABLE shop.u (id INT PRIMARY KEY)",
            "CREATE TABLE shop.hidden (id INT PRIMARY KEY)",
            "INSERT INTO shop.u VALUES (1), (2)",
            "INSERT INTO shop.hidden VALUES (1)",
            "BEGIN",
            "INSERT INTO shop.hidden VALUES (2)",
            "INSERT INTO shop.u VALUES (3)",
            &large,
            "UPDATE shop.t SET id = -id WHERE id <= 5000",
            "DELETE FROM shop.u WHERE id = 1",
            "COMMIT",
            "CREATE TABLE shop.copied SELECT id FROM shop.u",
            "CREATE TABLE shop.nothing SELECT id FROM shop.u WHERE id = 9",
            "XA START 'x'",
            "INSERT INTO shop.u VALUES (5)",
            "XA END 'x'",
            "XA PREPARE 'x'",
            "XA COMMIT 'x'",
            "BEGIN",
            "UPDATE shop.t SET v = 'changed'",
            "COMMIT",
            "INSERT INTO shop.u VALUES (99)",
        ])
        .await
}

/// Waits for the row that ends [`life`] and its transaction's end.
async fn wait_for_the_end(
    scenario: &Scenario,
    process: &mut becauselog_testkit::becauselog::Becauselog,
) -> Result<()> {
    scenario.wait_for_mark("\"after\":{\"id\":99}", 0, process).await
}

/// Checks a whole output; how many transactions, and how many events there were in them.
fn check(lines: &str) -> Result<(usize, u64)> {
    let (mut open, mut transactions, mut events) = (None::<(String, u64)>, 0, 0);
    let mut ids = std::collections::HashSet::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line)?;
        let id = record["headers"]["becauselog.id"].as_str().context("no id")?;
        ensure!(ids.insert(id.to_owned()), "{id} twice");
        let value = &record["value"];
        match (record["topic"].as_str(), value["status"].as_str()) {
            (Some("shop.tx"), Some("BEGIN")) => {
                ensure!(open.is_none(), "{line}");
                open = Some((value["id"].as_str().context("no id")?.to_owned(), 0));
            }
            (Some("shop.tx"), Some("END")) => {
                let (id, count) = open.take().context("an end without a begin")?;
                ensure!(value["id"] == *id && value["event_count"] == count, "{count} events: {line}");
                ensure!(record["key"]["payload"]["id"] == *id && record["key"]["schema"].is_object());
                let of_tables = value["data_collections"].as_array().context("no list")?;
                let sum: u64 = of_tables.iter().filter_map(|one| one["event_count"].as_u64()).sum();
                ensure!(sum == count, "{line}");
                (transactions, events) = (transactions + 1, events + count);
            }
            _ if value.is_null() => {}
            _ => {
                let (id, count) = open.as_mut().with_context(|| format!("outside: {line}"))?;
                *count += 1;
                let block = &value["transaction"];
                ensure!(block["id"] == **id && block["total_order"] == *count, "number {count}: {line}");
            }
        }
    }
    ensure!(open.is_none(), "a transaction without an end");
    Ok((transactions, events))
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_told_the_same_after_kills_in_the_middle_of_them() -> Result<()> {
    for gtids in ["ON", "OFF"] {
        let server = MysqlServer::builder(Version::V9_7)
            .option("binlog-row-metadata", "FULL")
            .option("gtid-mode", gtids)
            .option("enforce-gtid-consistency", gtids)
            .start()
            .await?;
        life(&server).await?;
        let whole = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = whole.config(&[server.port()], CONFIG)?;
        let mut process = whole.start(&config, &[])?;
        wait_for_the_end(&whole, &mut process).await?;
        process.stop()?;
        let lines = whole.lines()?;
        let (transactions, events) = check(&lines)?;
        // A key change is two events.
        ensure!(events >= 2 * ROWS + 10_000, "{events} events");

        let killed = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = killed.config(&[server.port()], CONFIG)?;
        for instant in INSTANTS {
            let mut process = killed.start(&config, &[("BECAUSELOG_FAILPOINT", instant)])?;
            let status = process.wait()?;
            ensure!(
                status.signal() == Some(Signal::KILL.as_raw()),
                "{instant}: {status}\n{}",
                process.tail()
            );
        }
        let mut process = killed.start(&config, &[])?;
        wait_for_the_end(&killed, &mut process).await?;
        process.stop()?;
        let found = killed.lines()?;
        check(&found)?;
        ensure!(found == lines, "the bytes differ");
        println!(
            "GTIDs {gtids}: {transactions} transactions, {events} events, {} kills, the same bytes",
            INSTANTS.len()
        );
    }
    Ok(())
}
