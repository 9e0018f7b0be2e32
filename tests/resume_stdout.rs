//! A sink that keeps no position: after `kill -9` changes may come twice, none is lost, and each comes first in order.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{
    MysqlServer, Version,
    fold::{Fold, primary_keys},
    scenario::{Scenario, mark},
    shop::{DATABASE, Shop},
};
use rustix::process::Signal;
use serde_json::Value;
use std::os::unix::process::ExitStatusExt;

/// Where to kill, and how often that is passed before.
const INSTANTS: [&str; 8] = [
    "pipeline.commit:3",
    "pipeline.sink.accepted:1",
    "pipeline.sink.accepted:2",
    "pipeline.checkpoint.before:2",
    "state.checkpoint.temporary_written:2",
    "state.checkpoint.renamed:2",
    "pipeline.checkpoint.after:2",
    "pipeline.commit:30",
];

/// The events in the order in which each came first. A kill tears the last line, and the next run goes on behind it.
fn first_comings(text: &str) -> Result<Vec<(String, Value)>> {
    let mut seen = BTreeSet::new();
    let mut events = Vec::new();
    for line in text.lines() {
        let whole = line.rfind("{\"before\":{").max(line.rfind("{\"before\":null"));
        let line = whole.and_then(|at| line.get(at..)).unwrap_or(line);
        let event: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        let source = &event["source"];
        let place = format!("{} {} {} {}", source["file"], source["pos"], source["row"], event["op"]);
        if seen.insert(place) {
            events.push((line.to_owned(), event));
        }
    }
    Ok(events)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_by_kills_between_writing_and_the_checkpoint() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    let file_sink = std::fs::read_to_string(&config)?;
    let (before, _) = file_sink.split_once("[[sink]]").context("no sink")?;
    std::fs::write(&config, format!("{before}[[sink]]\nkind = \"stdout\"\ncontent = \"values\"\n"))?;
    let mut conn = server.conn().await?;
    Shop::create(&mut conn).await?;
    for (seed, instant) in (1..).zip(INSTANTS) {
        let process = scenario.start(&config, &[("BECAUSELOG_FAILPOINT", instant)]);
        let life = server.pool();
        Shop::run_steps(&life, 40, seed * 1000).await?;
        let mut process = process?;
        let mut more = seed * 1000;
        let status = loop {
            if let Some(status) = process.ended()? {
                break status;
            }
            more += 1;
            Shop::run_steps(&life, 5, more).await?;
        };
        ensure!(status.signal() == Some(Signal::KILL.as_raw()), "{instant}: {status}\n{}", process.tail());
    }
    let last = mark(&mut conn).await?;
    let out = scenario.log().with_extension("out");
    let process = scenario.start(&config, &[])?;
    let start = std::time::Instant::now();
    while !std::fs::read_to_string(&out)?.contains(&last) {
        ensure!(start.elapsed().as_secs() < 120, "the mark does not come out:\n{}", process.tail());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    process.stop()?;
    let text = std::fs::read_to_string(&out)?;
    let events = first_comings(&text)?;
    let mut fold = Fold::new(primary_keys(&mut conn, DATABASE).await?);
    for (line, _) in &events {
        fold.apply_line(line)?;
    }
    fold.compare(&mut conn, DATABASE).await?;
    println!("{} kills: {} lines, {} changes, none lost", INSTANTS.len(), text.lines().count(), events.len());
    Ok(())
}
