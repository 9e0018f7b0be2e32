//! The server ends and comes back while it is read.

use std::time::Duration;

use anyhow::Result;
use becauselog_binlog::{Follower, Stop};
use becauselog_testkit::{MysqlServer, Version};

use crate::rig::{Tape, config, make_history, on_disk, tcp};

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

#[tokio::test]
async fn a_server_restarted_and_killed_under_load_is_followed_on() -> Result<()> {
    for version in Version::ALL {
        for gtid_mode in ["ON", "OFF"] {
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
            let reader = tokio::spawn(async move {
                let mut tape = Tape::default();
                // Until nothing comes for a while.
                while let Ok(batch) = tokio::time::timeout(Duration::from_secs(6), follower.next()).await {
                    tape.take(&batch?.unwrap());
                }
                anyhow::Ok((tape, follower))
            });
            for _ in 0..2 {
                tokio::time::sleep(Duration::from_millis(400)).await;
                server.restart().await?;
                tokio::time::sleep(Duration::from_millis(400)).await;
                server.kill9()?;
                server.start_again().await?;
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
            stop.send(true)?;
            let written = writer.await?;
            let (tape, follower) = reader.await??;
            let disk = on_disk(&server).await?;
            assert!(written > 20 && disk.len() > written, "{version}: {written}, {}", disk.len());
            assert_eq!(tape.groups, disk, "{version} gtid_mode={gtid_mode}");
            assert!(follower.status().reconnects >= 4, "{version}: {:?}", follower.status());
        }
    }
    Ok(())
}
