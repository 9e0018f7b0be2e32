//! The connection is cut at chosen bytes, corrupted, and frozen: the stream goes on with nothing lost or doubled.

use std::time::Duration;

use anyhow::{Result, ensure};
use becauselog_testkit::{
    MysqlServer, Version,
    proxy::{Direction, FaultProxy},
    scenario::Scenario,
    shop::{DATABASE, Shop},
};

const RECONNECT: &str = "[source.reconnect]\nbackoff_min_ms = 20\nbackoff_max_ms = 200\n";

#[tokio::test(flavor = "multi_thread")]
async fn goes_on_after_cuts_at_chosen_bytes() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let mut conn = server.conn().await?;
    Shop::create(&mut conn).await?;
    Shop::run_steps(&server.pool(), 300, 1).await?;
    let proxy = FaultProxy::start(server.port()).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[proxy.port()], RECONNECT)?;
    // In the greeting, in the login, between look-ups, in the first events, deep inside events.
    let cuts = [1, 60, 120, 300, 900, 2_000, 3_333, 5_000, 9_999, 20_001, 40_007, 80_021];
    proxy.cut_at(Direction::ToClient, cuts[5]);
    let mut process = scenario.start(&config, &[])?;
    for at in cuts {
        let before = proxy.traffic().cuts;
        proxy.heal();
        proxy.cut_at(Direction::ToClient, at);
        proxy.cut_now();
        Shop::run_steps(&server.pool(), 40, 1_000 + at).await?;
        let mut waited = 0;
        while proxy.traffic().cuts == before && waited < 100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            waited += 1;
        }
        ensure!(process.ended()?.is_none(), "it ended after a cut at byte {at}:\n{}", process.tail());
    }
    let cuts_made = proxy.traffic().cuts;
    ensure!(cuts_made >= 8, "only {cuts_made} connections were cut");
    proxy.heal();
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let fold = scenario.compare(&mut conn, DATABASE).await?;
    println!("{cuts_made} cuts, {} changes", fold.counts.total());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_is_found_and_read_again() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let mut conn = server.conn().await?;
    Shop::create(&mut conn).await?;
    let proxy = FaultProxy::start(server.port()).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[proxy.port()], RECONNECT)?;
    let mut process = scenario.start_streaming(&config, &[])?;
    Shop::run_steps(&server.pool(), 50, 1).await?;
    scenario.settle(&server, &mut process).await?;
    // Far beyond what has passed on this connection, so in the middle of events to come.
    let passed = proxy.traffic().to_client;
    proxy.corrupt_at(Direction::ToClient, passed + 5_000, 0x10);
    Shop::run_steps(&server.pool(), 200, 2).await?;
    scenario.settle(&server, &mut process).await?;
    ensure!(proxy.traffic().corrupted >= 1, "no byte was flipped");
    process.stop()?;
    scenario.compare(&mut conn, DATABASE).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_connection_is_given_up_and_renewed() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let mut conn = server.conn().await?;
    Shop::create(&mut conn).await?;
    let proxy = FaultProxy::start(server.port()).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[proxy.port()], RECONNECT)?;
    let text = std::fs::read_to_string(&config)?
        .replace("[source]", "[source]\nheartbeat_ms = 300\nconnect_timeout_ms = 2000");
    std::fs::write(&config, text)?;
    let mut process = scenario.start_streaming(&config, &[])?;
    Shop::run_steps(&server.pool(), 50, 1).await?;
    scenario.settle(&server, &mut process).await?;
    proxy.freeze();
    Shop::run_steps(&server.pool(), 50, 2).await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    ensure!(process.ended()?.is_none(), "it ended:\n{}", process.tail());
    // Three heartbeats of 300 ms.
    ensure!(process.logged().contains("E_SILENT"), "the silence was not told:\n{}", process.tail());
    ensure!(process.logged().contains("has said nothing for 900 ms"), "{}", process.tail());
    // What was frozen is dead for good; new connections pass.
    proxy.cut_now();
    proxy.thaw();
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    scenario.compare(&mut conn, DATABASE).await?;
    Ok(())
}
