//! The server ends and comes back while it is read.

use std::time::Duration;

use anyhow::Result;
use becauselog_binlog::{Follower, Stop};
use becauselog_testkit::{MysqlServer, Version};

use crate::rig::{Tape, assert_same, config, make_history, on_disk, tcp};

/// Writes until told to stop, over the server's absences.
async fn write_on(pool: mysql_async::Pool, stop: tokio::sync::watch::Receiver<bool>) -> usize {
    use mysql_async::prelude::Queryable as _;
    let mut written = 0;
    while !*stop.borrow() {
        let Ok(mut conn) = pool.get_conn().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let sql = "INSERT INTO shop.t (name) VALUES ('one'), ('two')";
        while !*stop.borrow() && conn.query_drop(sql).await.is_ok() {
            written += 1;
        }
    }
    written
}

/// `BECAUSELOG_SOAK=1` goes on for longer.
fn rounds() -> u64 {
    if std::env::var_os("BECAUSELOG_SOAK").is_some() { 10 } else { 1 }
}

#[tokio::test]
async fn a_server_restarted_and_killed_under_load_is_followed_on() -> Result<()> {
    for (version, gtid_mode) in [(Version::V9_7, "ON"), (Version::V8_0, "OFF"), (Version::V5_7, "ON")] {
        let mut server = MysqlServer::builder(version)
            .option("gtid-mode", gtid_mode)
            .option("enforce-gtid-consistency", gtid_mode)
            .durable()
            .start()
            .await?;
        make_history(&server).await?;
        let mut config = config(vec![tcp(&server)]);
        config.stop = Stop::Never;
        let mut follower = Follower::new(config)?;
        follower.open().await?;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let writer = tokio::spawn(write_on(server.pool(), stopped));
        let (all, wanted) = tokio::sync::watch::channel(usize::MAX);
        let reader = tokio::spawn(async move {
            let mut tape = Tape::default();
            while tape.groups.len() < *wanted.borrow() {
                tape.take(&follower.next().await?.unwrap());
            }
            anyhow::Ok((tape, follower))
        });
        for _ in 0..rounds() {
            tokio::time::sleep(Duration::from_millis(400)).await;
            server.restart().await?;
            tokio::time::sleep(Duration::from_millis(400)).await;
            server.kill9()?;
            server.start_again().await?;
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        stop.send(true)?;
        let written = writer.await?;
        let disk = on_disk(&server).await?;
        all.send(disk.len())?;
        // In case it waits for more than there is.
        server.run(&["CREATE DATABASE wakes_the_reader"]).await?;
        let (mut tape, follower) = tokio::time::timeout(Duration::from_secs(30), reader).await???;
        tape.groups.retain(|group| disk.iter().any(|there| there.identity == group.identity));
        assert!(written > 20 && disk.len() > written, "{version}: {written}, {}", disk.len());
        assert_same(&tape.groups, &disk, &format!("{version} gtid_mode={gtid_mode}"));
        assert!(follower.status().reconnects >= 2 * rounds(), "{version}: {:?}", follower.status());
    }
    Ok(())
}
