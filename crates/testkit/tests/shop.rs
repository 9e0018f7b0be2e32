//! The workload says what it did, and the log agrees.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use anyhow::Result;
use becauselog_testkit::{MysqlServer, Replicated, Shop, Version, mysqlbinlog, shop, truth_rows};

/// Row changes in a server's binlogs as MySQL's own reader prints them.
async fn logged(server: &MysqlServer) -> Result<(usize, usize, usize)> {
    let mut conn = server.conn().await?;
    mysql_async::prelude::Queryable::query_drop(&mut conn, "FLUSH BINARY LOGS").await?;
    let mut logs: Vec<_> = std::fs::read_dir(server.datadir())?
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("binlog.0"))
        .collect();
    logs.sort();
    let mut arguments = vec!["-v".into(), "--base64-output=DECODE-ROWS".into()];
    arguments.extend(logs);
    let text = String::from_utf8_lossy(&mysqlbinlog(&arguments).await?).into_owned();
    let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    Ok((count("### INSERT INTO `shop`"), count("### UPDATE `shop`"), count("### DELETE FROM `shop`")))
}

#[tokio::test]
async fn the_counts_are_those_of_the_log_in_every_version() -> Result<()> {
    for version in Version::ALL {
        let server = MysqlServer::builder(version).start().await?;
        Shop::create(&mut server.conn().await?).await?;
        let before = logged(&server).await?;
        let counts = Shop::run_steps(&server.pool(), 400, 7).await?;
        let after = logged(&server).await?;
        let rows = counts.rows;
        let grown = (after.0 - before.0, after.1 - before.1, after.2 - before.2);
        let told = (rows.inserts as usize, rows.updates as usize, rows.deletes as usize);
        assert_eq!(grown, told, "{version}: {counts}");
        assert_eq!(counts.alters, 1);
        assert!(counts.rolled_back > 0 && counts.to_savepoint > 0 && counts.key_changes > 0, "{counts}");
        assert!(rows.deletes > 0, "{counts}");
    }
    Ok(())
}

#[tokio::test]
async fn the_replica_ends_with_the_same_rows() -> Result<()> {
    let pair = Replicated::start(Version::V9_7).await?;
    Shop::create(&mut pair.primary.conn().await?).await?;
    let counts = Shop::run(&pair.primary.pool(), Duration::from_secs(2), 200, 1).await?;
    assert!(counts.transactions > 100 && counts.transactions < 500, "{counts}");
    pair.wait_caught_up().await?;
    let (mut primary, mut replica) = (pair.primary.conn().await?, pair.replica.conn().await?);
    for table in shop::TABLES {
        let here = truth_rows(&mut primary, shop::DATABASE, table).await?;
        let there = truth_rows(&mut replica, shop::DATABASE, table).await?;
        assert!(!here.rows.is_empty(), "{table}");
        assert_eq!(here, there, "{table}");
    }
    Ok(())
}
