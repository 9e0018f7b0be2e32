//! One transaction of 300,000 rows: delivered whole, from a spool, in little memory; also when killed in the middle.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use mysql_async::prelude::Queryable;

const ROWS: u64 = 300_000;
/// Debug builds and their allocator take a little more than the release build that the bench gates at 64 MiB.
const PEAK_BYTES_MAX: u64 = 96 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_300_000_rows_needs_little_memory_and_survives_a_kill() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let mut conn = server.conn().await?;
    server
        .run(&["CREATE DATABASE big", "CREATE TABLE big.t (id INT PRIMARY KEY, text VARCHAR(200), n BIGINT)"])
        .await?;
    conn.query_drop("SET cte_max_recursion_depth = 1000000").await?;
    conn.query_drop(format!(
        "INSERT INTO big.t WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n + 1 FROM c WHERE n < {ROWS}) \
         SELECT n, REPEAT('text ', 30), n * n FROM c"
    ))
    .await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    for instant in ["pipeline.spool.begun:1", "pipeline.within_transaction:3", "sink.file.within_write:20"] {
        let mut killed = scenario.start(&config, &[("BECAUSELOG_FAILPOINT", instant)])?;
        ensure!(!killed.wait()?.success());
    }
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    let (_, peak) = process.usage();
    process.stop()?;
    let fold = scenario.compare(&mut conn, "big").await?;
    ensure!(fold.counts.inserts >= ROWS, "{} inserts", fold.counts.inserts);
    ensure!(peak > 0 && peak < PEAK_BYTES_MAX, "peak memory {} MiB", peak >> 20);
    println!("{ROWS} rows in one transaction, peak {} MiB", peak >> 20);
    Ok(())
}
