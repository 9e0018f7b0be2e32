//! The server is lost for good and the replica is promoted: the stream goes on there by GTID.

use anyhow::{Result, ensure};
use becauselog_testkit::{
    Replicated, Version,
    fold::{Fold, primary_keys},
    scenario::Scenario,
    shop::{DATABASE, Shop},
};

/// Both with full row metadata: the primary is read from its first transaction on.
async fn pair(version: Version) -> Result<Replicated> {
    Replicated::start_with(version, |b| b.option("binlog-row-metadata", "FULL"), |b| b).await
}

#[tokio::test(flavor = "multi_thread")]
async fn goes_on_at_the_promoted_replica_by_gtid() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0] {
        let mut pair = pair(version).await?;
        Shop::create(&mut pair.primary.conn().await?).await?;
        Shop::run_steps(&pair.primary.pool(), 100, 1).await?;
        pair.wait_caught_up().await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(
            &[pair.primary.port(), pair.replica.port()],
            "[source.reconnect]\nbackoff_min_ms = 20\nbackoff_max_ms = 200\n",
        )?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&pair.primary, &mut process).await?;
        Shop::run_steps(&pair.primary.pool(), 60, 2).await?;
        scenario.settle(&pair.primary, &mut process).await?;
        pair.wait_caught_up().await?;
        pair.primary.kill9()?;
        pair.promote().await?;
        Shop::run_steps(&pair.replica.pool(), 60, 3).await?;
        scenario.settle(&pair.replica, &mut process).await?;
        process.stop()?;
        // A second life, started from the checkpoint of the new server.
        let mut process = scenario.start(&config, &[])?;
        Shop::run_steps(&pair.replica.pool(), 20, 4).await?;
        scenario.settle(&pair.replica, &mut process).await?;
        process.stop()?;
        let mut conn = pair.replica.conn().await?;
        let mut fold = Fold::new(primary_keys(&mut conn, DATABASE).await?);
        let text = scenario.lines()?;
        let mut seen = std::collections::HashSet::new();
        for line in text.lines() {
            // Places of two servers do not compare; identities must not repeat.
            let event: serde_json::Value = serde_json::from_str(line)?;
            let source = &event["source"];
            let id = format!("{} {} {} {}", source["gtid"], source["pos"], source["row"], event["op"]);
            ensure!(seen.insert(id.clone()), "twice: {id}");
            fold.another_server();
            fold.apply_line(line)?;
        }
        fold.compare(&mut conn, DATABASE).await?;
        println!("{version:?}: {} changes over two servers", fold.counts.total());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_behind_is_not_followed() -> Result<()> {
    let mut pair = pair(Version::V9_7).await?;
    Shop::create(&mut pair.primary.conn().await?).await?;
    pair.wait_caught_up().await?;
    pair.replica.run(&["STOP REPLICA"]).await?;
    Shop::run_steps(&pair.primary.pool(), 50, 1).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(
        &[pair.primary.port(), pair.replica.port()],
        "[source.reconnect]\nbackoff_min_ms = 20\nbackoff_max_ms = 200\nbudget_ms = 3000\n",
    )?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&pair.primary, &mut process).await?;
    let before = scenario.lines()?;
    pair.primary.kill9()?;
    let status = process.wait()?;
    ensure!(!status.success(), "it went on at a server that lacks what was delivered");
    ensure!(process.logged().contains("behind"), "{}", process.tail());
    ensure!(scenario.lines()? == before);
    Ok(())
}
