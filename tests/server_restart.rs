//! The server is restarted and killed under load: the process goes on by itself, nothing is lost or doubled.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Result, ensure};
use becauselog_testkit::{
    MysqlServer, Version,
    scenario::Scenario,
    shop::{DATABASE, Shop},
};
use mysql_async::Opts;

/// Shop life that shrugs at a server that is away; what was committed is what the server has.
async fn live(opts: Opts, stop: Arc<AtomicBool>) -> u64 {
    let mut steps = 0;
    while !stop.load(Ordering::Relaxed) {
        let pool = mysql_async::Pool::new(opts.clone());
        match Shop::run_steps(&pool, 20, steps).await {
            Ok(_) => steps += 20,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
        // A pool whose server is away has nothing to close.
        let _closed = pool.disconnect().await;
    }
    steps
}

#[tokio::test(flavor = "multi_thread")]
async fn follows_a_server_through_restarts_and_kills() -> Result<()> {
    let mut server =
        MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").durable().start().await?;
    Shop::create(&mut server.conn().await?).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    let mut process = scenario.start_streaming(&config, &[])?;
    let stop = Arc::new(AtomicBool::new(false));
    let life = tokio::spawn(live(server.opts(), Arc::clone(&stop)));
    for round in 0..3 {
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        if round == 1 {
            server.kill9()?;
            server.start_again().await?;
        } else {
            server.restart().await?;
        }
    }
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    stop.store(true, Ordering::Relaxed);
    let steps = life.await?;
    ensure!(steps > 0, "the shop never lived");
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let fold = scenario.compare(&mut server.conn().await?, DATABASE).await?;
    println!("3 restarts, {} changes", fold.counts.total());
    Ok(())
}
