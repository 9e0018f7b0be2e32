//! What is asked for is not there any more, or never was: told with the next step, never a silent jump.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario, shop::Shop};
use mysql_async::prelude::Queryable;

#[tokio::test(flavor = "multi_thread")]
async fn logs_purged_while_down_are_an_error_with_what_is_missing() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0, Version::V5_7] {
        let server = MysqlServer::builder(version).start().await?;
        let mut conn = server.conn().await?;
        Shop::create(&mut conn).await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(&[server.port()], "")?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&server, &mut process).await?;
        process.stop()?;
        Shop::run_steps(&server.pool(), 30, 1).await?;
        conn.query_drop("FLUSH BINARY LOGS").await?;
        conn.query_drop("FLUSH BINARY LOGS").await?;
        let logs: Vec<mysql_async::Row> = conn.query("SHOW BINARY LOGS").await?;
        let last: String = logs.last().and_then(|row| row.get(0)).unwrap_or_default();
        conn.query_drop(format!("PURGE BINARY LOGS TO '{last}'")).await?;
        let mut process = scenario.start(&config, &[])?;
        let status = process.wait()?;
        ensure!(!status.success(), "{version:?}: it went on over a gap");
        ensure!(process.logged().contains("E_PURGED"), "{version:?}: {}", process.tail());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_reset_is_not_taken_for_the_same() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0, Version::V5_7] {
        let server = MysqlServer::builder(version).start().await?;
        let mut conn = server.conn().await?;
        Shop::create(&mut conn).await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(&[server.port()], "")?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&server, &mut process).await?;
        process.stop()?;
        conn.query_drop(server.dialect().reset_binary_logs()).await?;
        conn.query_drop("CREATE DATABASE after_reset").await?;
        let mut process = scenario.start(&config, &[])?;
        let status = process.wait()?;
        ensure!(!status.success(), "{version:?}: it went on at a server that was reset");
        let log = process.logged();
        ensure!(log.contains("reset") || log.contains("behind"), "{version:?}: {}", process.tail());
    }
    Ok(())
}
