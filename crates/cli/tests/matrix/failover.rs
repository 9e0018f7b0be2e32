//! The server is lost for good and its replica promoted: the stream goes on there, by GTID, nothing lost or twice.

use std::collections::HashSet;

use anyhow::{Result, ensure};
use becauselog_testkit::{
    Replicated, Version,
    fold::{Fold, primary_keys},
    shop::{DATABASE, Shop},
};

use super::run::{has_names, scenario, steps};

const RECONNECT: &str = "[source.reconnect]\nbackoff_min_ms = 20\nbackoff_max_ms = 200\n";

async fn pair(version: Version) -> Result<Replicated> {
    if has_names(version) {
        Replicated::start_with(version, |b| b.option("binlog-row-metadata", "FULL"), |b| b).await
    } else {
        Replicated::start(version).await
    }
}

/// Loses the primary.
pub async fn holds(version: Version) -> Result<String> {
    let mut pair = pair(version).await?;
    let scenario = scenario()?;
    let config = scenario.config(&[pair.primary.port(), pair.replica.port()], RECONNECT)?;
    Shop::create(&mut pair.primary.conn().await?).await?;
    let mut process = scenario.start_streaming(&config, &[])?;
    scenario.settle(&pair.primary, &mut process).await?;
    // The ALTERs come when all rows before them were read.
    Shop::run_steps(&pair.primary.pool(), 1, 0).await?;
    scenario.settle(&pair.primary, &mut process).await?;
    Shop::run_steps(&pair.primary.pool(), steps(60), 2).await?;
    scenario.settle(&pair.primary, &mut process).await?;
    pair.wait_caught_up().await?;
    pair.primary.kill9()?;
    pair.promote().await?;
    Shop::run_steps(&pair.replica.pool(), steps(60), 3).await?;
    scenario.settle(&pair.replica, &mut process).await?;
    process.stop()?;
    // A second life, from the checkpoint of the new server.
    let mut process = scenario.start(&config, &[])?;
    Shop::run_steps(&pair.replica.pool(), steps(20), 4).await?;
    scenario.settle(&pair.replica, &mut process).await?;
    process.stop()?;
    let mut conn = pair.replica.conn().await?;
    let mut fold = Fold::new(primary_keys(&mut conn, DATABASE).await?);
    let mut seen = HashSet::new();
    for line in scenario.lines()?.lines() {
        // Places of two servers do not compare; identities must not repeat.
        let event: serde_json::Value = serde_json::from_str(line)?;
        let source = &event["source"];
        let id = format!("{} {} {} {}", source["gtid"], source["pos"], source["row"], event["op"]);
        ensure!(source["gtid"].is_string() && seen.insert(id.clone()), "twice, or without a GTID: {id}");
        fold.another_server();
        fold.apply_line(line)?;
    }
    fold.compare(&mut conn, DATABASE).await?;
    Ok("by GTID, to the promoted replica".to_owned())
}
