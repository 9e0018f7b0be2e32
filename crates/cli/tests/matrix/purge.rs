//! Logs that were purged while nobody read: told, never a silent jump.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use becauselog_testkit::{Version, shop::Shop};
use mysql_async::{Conn, Row, prelude::Queryable};

use super::run::{scenario, server};

/// How often the purge is tried, 50 ms apart: a file in which a connection that has ended still stands stays.
const TRIES: usize = 200;

/// Purges all files but the last.
async fn purge(conn: &mut Conn) -> Result<()> {
    for _ in 0..TRIES {
        let logs: Vec<Row> = conn.query("SHOW BINARY LOGS").await?;
        let last: String = logs.last().and_then(|row| row.get(0)).unwrap_or_default();
        if logs.len() == 1 {
            return Ok(());
        }
        conn.query_drop(format!("PURGE BINARY LOGS TO '{last}'")).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the server does not purge its files")
}

/// Purges what was not read.
pub async fn holds(version: Version) -> Result<String> {
    let server = server(version).await?;
    let mut conn = server.conn().await?;
    Shop::create(&mut conn).await?;
    let scenario = scenario()?;
    let config = scenario.config(&[server.port()], "")?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    Shop::run_steps(&server.pool(), 20, 1).await?;
    conn.query_drop("FLUSH BINARY LOGS").await?;
    conn.query_drop("FLUSH BINARY LOGS").await?;
    purge(&mut conn).await?;
    let before = scenario.lines()?;
    let mut process = scenario.start(&config, &[])?;
    let status = process.wait()?;
    ensure!(!status.success(), "it went on over a gap");
    ensure!(process.logged().contains("E_PURGED"), "{}", process.tail());
    ensure!(scenario.lines()? == before, "something was delivered from behind the gap");
    Ok("`E_PURGED`".to_owned())
}
