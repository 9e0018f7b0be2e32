//! Compressed transactions give the same events as plain ones, and a large one unfolds as a stream.

use anyhow::{Result, ensure};
use becauselog_testkit::{
    MysqlServer, Version,
    scenario::Scenario,
    shop::{DATABASE, Shop},
};
use mysql_async::prelude::Queryable;

#[tokio::test(flavor = "multi_thread")]
async fn compressed_transactions_are_delivered_like_others() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7)
        .option("binlog-row-metadata", "FULL")
        .option("binlog-transaction-compression", "ON")
        .start()
        .await?;
    let mut conn = server.conn().await?;
    Shop::create(&mut conn).await?;
    Shop::run_steps(&server.pool(), 300, 5).await?;
    conn.query_drop("SET cte_max_recursion_depth = 1000000").await?;
    conn.query_drop("CREATE TABLE shop.big (id INT PRIMARY KEY, text TEXT)").await?;
    conn.query_drop(
        "INSERT INTO shop.big WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n + 1 FROM c WHERE n < 100000) \
         SELECT n, REPEAT('a', 500) FROM c",
    )
    .await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    let (_, peak) = process.usage();
    process.stop()?;
    ensure!(peak < 96 << 20, "peak memory {} MiB", peak >> 20);
    // Rows inside one payload share its place, so only the fold is compared: order shows in the before-images.
    let text = scenario.lines()?;
    let mut fold = becauselog_testkit::fold::Fold::new(
        becauselog_testkit::fold::primary_keys(&mut conn, DATABASE).await?,
    );
    for line in text.lines() {
        fold.another_server();
        fold.apply_line(line)?;
    }
    fold.compare(&mut conn, DATABASE).await?;
    ensure!(fold.counts.inserts > 100_000);
    Ok(())
}
