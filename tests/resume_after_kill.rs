//! `kill -9` at chosen instants of every stage, and power cuts, with life on the server: nothing lost, nothing twice,
//! nothing reordered.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{
    MysqlServer, Version,
    scenario::Scenario,
    shop::{DATABASE, Shop},
};
use mysql_async::{Pool, prelude::Queryable};
use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;

/// Where to kill: a failpoint and how often it is passed before.
const INSTANTS: [&str; 30] = [
    "sink.file.before_write:1",
    "sink.file.before_write:9",
    "sink.file.within_write:1",
    "sink.file.within_write:6",
    "sink.file.within_write:23",
    "sink.file.after_write:1",
    "sink.file.after_write:12",
    "sink.file.after_journal:1",
    "sink.file.after_journal:15",
    "sink.file.journal.within_write:1",
    "sink.file.journal.within_write:8",
    "sink.file.before_sync:1",
    "sink.file.before_sync:3",
    "sink.file.sync_done:1",
    "sink.file.after_sync:1",
    "sink.file.after_sync:2",
    "sink.file.base.temporary_synced:1",
    "sink.file.base.renamed:1",
    "state.checkpoint.temporary_written:2",
    "state.checkpoint.renamed:2",
    "pipeline.checkpoint.before:2",
    "pipeline.checkpoint.after:2",
    "pipeline.commit:1",
    "pipeline.commit:40",
    "pipeline.spool.begun:1",
    "pipeline.within_transaction:1",
    "pipeline.within_transaction:2",
    "pipeline.xa.prepared:1",
    "pipeline.xa.settled:1",
    "pipeline.sink.accepted:17",
];

/// Cuts every file back to its last synced length, which is what a power cut leaves at worst: the changes to the length
/// that their position was synced with, the journals and the spool to nothing. The checkpoint is always synced.
fn cut_the_power(scenario: &Scenario) -> Result<()> {
    let sidecar = scenario.folder().join("out.jsonl.position");
    let Ok(base) = std::fs::read_to_string(sidecar.join("position.json")) else { return Ok(()) };
    let base: serde_json::Value = serde_json::from_str(&base)?;
    let length = base["length"].as_u64().with_context(|| format!("no length in {base}"))?;
    std::fs::File::options().write(true).open(scenario.out())?.set_len(length)?;
    for journal in ["journal.0", "journal.1"] {
        if let Ok(file) = std::fs::File::options().write(true).open(sidecar.join(journal)) {
            file.set_len(0)?;
        }
    }
    Ok(())
}

/// Shop life, large transactions and XA until told to stop.
async fn live(pool: Pool, stop: Arc<AtomicBool>) -> Result<()> {
    let mut seed = 0;
    while !stop.load(Ordering::Relaxed) {
        seed += 1;
        Shop::run_steps(&pool, 30, seed).await?;
        let mut conn = pool.get_conn().await?;
        conn.query_drop(format!(
            "INSERT INTO {DATABASE}.wide (text) SELECT REPEAT('wide ', 60) FROM {DATABASE}.numbers"
        ))
        .await?;
        conn.query_drop(format!("XA START 'x{seed}'")).await?;
        conn.query_drop(format!("INSERT INTO {DATABASE}.wide (text) VALUES ('prepared {seed}')")).await?;
        conn.query_drop(format!("XA END 'x{seed}'")).await?;
        conn.query_drop(format!("XA PREPARE 'x{seed}'")).await?;
        let settle = if seed % 3 == 0 { "ROLLBACK" } else { "COMMIT" };
        conn.query_drop(format!("XA {settle} 'x{seed}'")).await?;
        conn.query_drop(format!("DELETE FROM {DATABASE}.wide WHERE id % 3 = {}", seed % 3)).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn resumes_after_a_kill_at_thirty_instants() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7).option("binlog-row-metadata", "FULL").start().await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "[limits]\ntransaction_memory_bytes = 65536\n")?;
    let mut conn = server.conn().await?;
    Shop::create(&mut conn).await?;
    server
        .run(&[
            "CREATE TABLE shop.wide (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(400))",
            "CREATE TABLE shop.numbers (n INT PRIMARY KEY)",
            "INSERT INTO shop.numbers WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n + 1 FROM c WHERE n < 6000) \
             SELECT /*+ SET_VAR(cte_max_recursion_depth = 10000) */ n FROM c",
        ])
        .await?;
    let stop = Arc::new(AtomicBool::new(false));
    let life = tokio::spawn(live(server.pool(), Arc::clone(&stop)));
    for (number, instant) in INSTANTS.into_iter().enumerate() {
        let mut process = scenario.start(&config, &[("BECAUSELOG_FAILPOINT", instant)])?;
        let status =
            tokio::task::block_in_place(|| process.wait()).with_context(|| format!("at {instant}"))?;
        let killed = status.signal() == Some(Signal::KILL.as_raw());
        ensure!(killed, "{instant}: it ended with {status}:\n{}", process.tail());
        let name = instant.split(':').next().unwrap_or_default();
        ensure!(process.logged().contains(&format!("failpoint {name} hit")), "{instant} was not hit");
        let cut = number % 2 == 1;
        if cut {
            cut_the_power(&scenario)?;
        }
        println!(
            "killed at {instant}{}",
            if cut { ", and every file cut back to what was synced" } else { "" }
        );
    }
    stop.store(true, Ordering::Relaxed);
    life.await??;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let fold = scenario.compare(&mut conn, DATABASE).await?;
    println!(
        "{} instants, {} changes, nothing lost, twice or out of order",
        INSTANTS.len(),
        fold.counts.total()
    );
    Ok(())
}
