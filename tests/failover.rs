//! The server is lost for good and the replica is promoted: the stream goes on there by GTID.

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::{
    MysqlServer, Replicated, Version,
    fold::{Fold, primary_keys},
    scenario::Scenario,
    shop::{DATABASE, Shop},
};
use mysql_async::prelude::Queryable as _;

/// Both with full row metadata, where there is any: the primary is read from its first transaction on.
async fn pair(version: Version) -> Result<Replicated> {
    match version {
        Version::V5_7 => Replicated::start(version).await,
        _ => Replicated::start_with(version, |b| b.option("binlog-row-metadata", "FULL"), |b| b).await,
    }
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

const RECONNECT: &str = "[source.reconnect]\nbackoff_min_ms = 20\nbackoff_max_ms = 200\n";
const ERRANT: &str = "transactions of its own";

/// The one transaction that was made on the replica alone, by its GTID.
async fn make_errant(pair: &Replicated) -> Result<String> {
    let before = pair.replica.gtid_executed().await?;
    pair.replica
        .run(&[
            "SET GLOBAL super_read_only = OFF",
            "SET GLOBAL read_only = OFF",
            "CREATE DATABASE errant",
            "SET GLOBAL read_only = ON",
        ])
        .await?;
    let sql = format!("SELECT GTID_SUBTRACT(@@GLOBAL.gtid_executed, '{before}')");
    let errant: Option<String> = pair.replica.conn().await?.query_first(sql).await?;
    let errant = errant.context("no GTID")?.replace('\n', "");
    ensure!(
        errant.split(':').count() == 2 && !errant.rsplit(':').next().unwrap_or_default().contains('-'),
        "not one transaction: {errant}"
    );
    Ok(errant)
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_only_the_new_server_has_are_told_and_delivered() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0, Version::V5_7] {
        let mut pair = pair(version).await?;
        Shop::create(&mut pair.primary.conn().await?).await?;
        pair.wait_caught_up().await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(&[pair.primary.port(), pair.replica.port()], RECONNECT)?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&pair.primary, &mut process).await?;
        pair.wait_caught_up().await?;
        let errant = make_errant(&pair).await?;
        ensure!(!process.logged().contains(ERRANT), "told before the server is followed");
        pair.primary.kill9()?;
        process.wait_logged("following another server", 1)?;
        let log = process.logged();
        let told = log.lines().find(|line| line.contains(ERRANT)).context("nothing was told")?;
        ensure!(told.contains(&errant) && told.contains("WARN"), "{version:?}: {errant} is not in {told}");
        pair.promote().await?;
        scenario.settle(&pair.replica, &mut process).await?;
        process.stop()?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_failover_and_what_another_host_has_too_are_no_reason_to_warn() -> Result<()> {
    for is_shared in [false, true] {
        let mut pair = pair(Version::V9_7).await?;
        Shop::create(&mut pair.primary.conn().await?).await?;
        pair.wait_caught_up().await?;
        let third = MysqlServer::builder(Version::V9_7).start().await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let hosts = [pair.primary.port(), pair.replica.port(), third.port()];
        let config = scenario.config(&hosts, RECONNECT)?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&pair.primary, &mut process).await?;
        pair.wait_caught_up().await?;
        if is_shared {
            let gtid = make_errant(&pair).await?;
            let next = format!("SET gtid_next = '{gtid}'");
            third.run(&[&next, "BEGIN", "COMMIT", "SET gtid_next = 'AUTOMATIC'"]).await?;
        }
        pair.primary.kill9()?;
        process.wait_logged("following another server", 1)?;
        ensure!(!process.logged().contains(ERRANT), "{is_shared}:\n{}", process.tail());
        process.stop()?;
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
