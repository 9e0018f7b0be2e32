//! Heartbeats on a real server: while nothing changes, across a kill, and with a statement of the user's own.

use std::{collections::HashSet, time::Duration};

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use mysql_async::prelude::Queryable;
use serde_json::Value;

fn config(more: &str) -> String {
    format!(
        "content = \"records\"\n[tables]\nexclude = [\"shop.hidden\"]\n[format]\nvalues = \"debezium\"\n\
         properties = {{ \"heartbeat.interval.ms\" = \"100\"{more} }}\n"
    )
}

/// The heartbeats' times in the output, after a look at the rest of each.
fn beats(lines: &str, topic: &str) -> Result<Vec<u64>> {
    let mut times = Vec::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line)?;
        if record["topic"] == topic {
            ensure!(record["key"]["serverName"] == "shop" && record["partition"] == 0, "{line}");
            let time = record["value"]["ts_ms"].as_u64().context("no time")?;
            ensure!(record["headers"]["becauselog.id"] == format!("shop/heartbeat/{time}"), "{line}");
            times.push(time);
        }
    }
    Ok(times)
}

async fn wait_for_beats(scenario: &Scenario, topic: &str, count: usize) -> Result<()> {
    for _ in 0..600 {
        if beats(&scenario.lines().unwrap_or_default(), topic).is_ok_and(|beats| beats.len() >= count) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("no {count} heartbeats on {topic}")
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_come_while_nothing_does_and_take_the_position_along() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY)",
            "CREATE TABLE shop.hidden (id INT PRIMARY KEY)",
        ])
        .await?;
    let topic = "beat.shop";
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], &config(", \"topic.heartbeat.prefix\" = \"beat\""))?;
    let mut process = scenario.start_streaming(&config, &[])?;
    wait_for_beats(&scenario, topic, 5).await?;
    let mut conn = server.conn().await?;
    for id in 0..50 {
        conn.query_drop(format!("INSERT INTO shop.t VALUES ({id})")).await?;
        conn.query_drop(format!("INSERT INTO shop.hidden VALUES ({id})")).await?;
        if id % 10 == 5 {
            let so_far = beats(&scenario.lines()?, topic)?.len();
            wait_for_beats(&scenario, topic, so_far + 2).await?;
            process.kill9()?;
            process = scenario.start(&config, &[])?;
        }
    }
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    // Only what nobody captures comes now; the position goes with it.
    let gtids: String = conn.query_first("SELECT @@gtid_executed").await?.context("no GTIDs")?;
    let process = scenario.start_streaming(&config, &[])?;
    conn.query_drop("INSERT INTO shop.hidden VALUES (1000)").await?;
    let after: String = conn.query_first("SELECT @@gtid_executed").await?.context("no GTIDs")?;
    ensure!(gtids != after);
    let so_far = beats(&scenario.lines()?, topic)?.len();
    wait_for_beats(&scenario, topic, so_far + 8).await?;
    process.stop()?;
    let kept = std::fs::read_to_string(scenario.state().join("checkpoint.json"))?;
    let kept: Value = serde_json::from_str(&kept)?;
    ensure!(kept["gtids"] == *after.replace('\n', ""), "{kept} is not at {after}");

    let lines = scenario.lines()?;
    let mut ids = Vec::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line)?;
        if record["topic"] == "shop.shop.t" {
            ids.push(record["value"]["after"]["id"].as_u64().context("no id")?);
        }
    }
    ensure!(ids == (0..50).collect::<Vec<_>>(), "lost, twice or out of order: {ids:?}");
    let times = beats(&lines, topic)?;
    ensure!(times.iter().collect::<HashSet<_>>().len() == times.len(), "one time twice");
    ensure!(times.is_sorted(), "times go back");
    println!("{} heartbeats, 5 kills, nothing lost or twice", times.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_of_a_heartbeat_is_run_again_after_errors() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).start().await?;
    server.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY)"]).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let action = ", \"heartbeat.action.query\" = \"INSERT INTO shop.beats (secret) VALUES ('hunter2')\"";
    let config = scenario.config(&[server.port()], &config(action))?;
    let mut process = scenario.start_streaming(&config, &[])?;
    process.wait_logged("heartbeat.action.query failed", 2)?;
    ensure!(process.logged().contains("error 1146 (42S02)"), "{}", process.tail());
    let mut conn = server.conn().await?;
    conn.query_drop("CREATE TABLE shop.beats (id INT AUTO_INCREMENT PRIMARY KEY, secret VARCHAR(20))")
        .await?;
    process.wait_logged("heartbeat.action.query runs again", 1)?;
    for _ in 0..200 {
        let count: u64 = conn.query_first("SELECT COUNT(*) FROM shop.beats").await?.context("no count")?;
        if count >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    scenario.settle(&server, &mut process).await?;
    let logged = process.logged();
    process.stop()?;
    ensure!(!logged.contains("hunter2"), "a literal of the statement is in the log");
    let written = scenario.lines()?.matches("\"topic\":\"shop.shop.beats\"").count();
    ensure!(written >= 3, "{written} of its rows came out");
    ensure!(!beats(&scenario.lines()?, "__debezium-heartbeat.shop")?.is_empty());
    Ok(())
}
