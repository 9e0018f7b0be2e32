//! The shop on every version of the server, with and without GTIDs, with full and minimal row metadata.

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{
    MysqlServer, Version,
    scenario::Scenario,
    shop::{DATABASE, Shop},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_is_followed_on_every_version() -> Result<()> {
    let full = [("binlog-row-metadata", "FULL")];
    let no_gtids = [("gtid-mode", "OFF"), ("enforce-gtid-consistency", "OFF")];
    let cases: [(Version, &[(&str, &str)]); 6] = [
        (Version::V9_7, &full),
        (Version::V9_7, &[]),
        (Version::V8_0, &full),
        (Version::V8_0, &no_gtids),
        (Version::V5_7, &[]),
        (Version::V5_7, &no_gtids),
    ];
    for (version, options) in cases {
        let builder =
            options.iter().fold(MysqlServer::builder(version), |b, (name, value)| b.option(name, value));
        let server = builder.start().await?;
        let mut conn = server.conn().await?;
        Shop::create(&mut conn).await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(&[server.port()], "")?;
        let case = || format!("{version:?} with {options:?}");
        let mut process = scenario.start_streaming(&config, &[]).with_context(case)?;
        scenario.settle(&server, &mut process).await.with_context(case)?;
        // The ALTER comes first here, when all rows before it were read: without row metadata the shape of rows that are
        // read after a later ALTER cannot be known for certain, and would rightly stop the run.
        Shop::run_steps(&server.pool(), 1, 10).await?;
        scenario.settle(&server, &mut process).await.with_context(case)?;
        let counts = Shop::run_steps(&server.pool(), 200, 11).await?;
        scenario.settle(&server, &mut process).await.with_context(case)?;
        process.kill9()?;
        Shop::run_steps(&server.pool(), 20, 12).await?;
        let mut process = scenario.start(&config, &[])?;
        scenario.settle(&server, &mut process).await.with_context(case)?;
        process.stop()?;
        let fold = scenario.compare(&mut conn, DATABASE).await.with_context(case)?;
        ensure!(fold.counts.total() >= counts.rows.total(), "{}: {:?} of {counts}", case(), fold.counts);
        println!("{}: {} changes", case(), fold.counts.total());
    }
    Ok(())
}
