//! The connection is cut at chosen bytes: nothing is lost, doubled or cut in half.

use anyhow::Result;
use becauselog_binlog::connection::{Compression, Endpoint};
use becauselog_testkit::{
    MysqlServer, Version,
    proxy::{Direction, FaultProxy},
};

use crate::rig::{assert_same, config, make_history, on_disk, read_within};

/// Every so many bytes; `BECAUSELOG_SOAK=1` cuts at every byte of the first 10,000.
fn stride() -> usize {
    if std::env::var_os("BECAUSELOG_SOAK").is_some() { 1 } else { 131 }
}

#[tokio::test]
async fn a_cut_at_any_byte_loses_and_doubles_nothing() -> Result<()> {
    for (version, gtid_mode, compression) in [
        (Version::V9_7, "ON", Compression::None),
        (Version::V8_0, "OFF", Compression::None),
        (Version::V5_7, "ON", Compression::Zlib),
    ] {
        let server = MysqlServer::builder(version)
            .option("gtid-mode", gtid_mode)
            .option("enforce-gtid-consistency", gtid_mode)
            .start()
            .await?;
        make_history(&server).await?;
        let disk = on_disk(&server).await?;
        let proxy = FaultProxy::start(server.port()).await?;
        let mut config = config(vec![Endpoint::tcp("127.0.0.1", proxy.port())]);
        config.connect.compression = compression;
        let whole = read_within(30, config.clone()).await?;
        assert_eq!(whole.groups, disk);
        let length = proxy.traffic().to_client;
        let mut restarted = 0;
        for at in (0..length.min(10_000)).step_by(stride()).chain([length / 2, length - 100, length - 1]) {
            let before = proxy.traffic().cuts;
            proxy.cut_at(Direction::ToClient, at);
            let reading = tokio::spawn(read_within(30, config.clone()));
            while proxy.traffic().cuts == before && !reading.is_finished() {
                tokio::task::yield_now().await;
            }
            proxy.heal();
            let tape = reading.await??;
            assert_same(&tape.groups, &disk, &format!("{version} cut at byte {at}"));
            restarted += usize::from(tape.restarts > 0);
        }
        assert!(restarted > 10, "{version}: the dump was cut {restarted} times only");
    }
    Ok(())
}

#[tokio::test]
async fn bytes_damaged_on_their_way_are_asked_for_again() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    make_history(&server).await?;
    let disk = on_disk(&server).await?;
    let proxy = FaultProxy::start(server.port()).await?;
    let config = config(vec![Endpoint::tcp("127.0.0.1", proxy.port())]);
    read_within(30, config.clone()).await?;
    let length = proxy.traffic().to_client;
    let mut found = 0;
    for at in (2_000..length.min(12_000)).step_by(173) {
        proxy.corrupt_at(Direction::ToClient, at, 0x10);
        let before = proxy.traffic().corrupted;
        let reading = tokio::spawn(read_within(30, config.clone()));
        while proxy.traffic().corrupted == before && !reading.is_finished() {
            tokio::task::yield_now().await;
        }
        proxy.heal();
        // A flipped bit in the answer to a query may make the server look like another one; that is told.
        match reading.await? {
            Ok(tape) => {
                assert_same(&tape.groups, &disk, &format!("bit flipped in byte {at}"));
                found += usize::from(tape.restarts > 0);
            }
            Err(error) => assert!(!format!("{error:#}").contains("come to its stop"), "byte {at}: {error:#}"),
        }
    }
    assert!(found > 5, "{found}");
    Ok(())
}
