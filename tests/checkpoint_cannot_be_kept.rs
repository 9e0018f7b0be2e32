//! A checkpoint that cannot be written ends the run with the place, instead of letting it go on unremembered.

use anyhow::{Result, ensure};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use mysql_async::prelude::Queryable;

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_cannot_be_written_stops_the_run() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    server.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY)"]).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    let mut process = scenario.start_streaming(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    // A folder in its place: even root cannot rename a file over it.
    let checkpoint = scenario.state().join("checkpoint.json");
    std::fs::remove_file(&checkpoint)?;
    std::fs::create_dir(&checkpoint)?;
    server.conn().await?.query_drop("INSERT INTO shop.t VALUES (1)").await?;
    let status = process.wait()?;
    ensure!(!status.success(), "it ended well");
    ensure!(process.logged().contains("checkpoint.json"), "the file is not named:\n{}", process.tail());
    // What was delivered is in the file all the same, and comes only once after the repair.
    std::fs::remove_dir(&checkpoint)?;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    scenario.compare(&mut server.conn().await?, "shop").await?;
    Ok(())
}
