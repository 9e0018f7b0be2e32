//! MariaDB: its log is followed by its GTIDs, killed at chosen instants of every stage and by a failover: nothing lost, nothing
//! twice, nothing reordered.

use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{
    MysqlServer, Replicated, Version,
    scenario::Scenario,
    shop::{DATABASE, Shop},
};
use mysql_async::{Pool, prelude::Queryable};
use rustix::process::Signal;

/// Where to kill: a failpoint and how often it is passed before.
const INSTANTS: [&str; 14] = [
    "sink.file.before_write:1",
    "sink.file.within_write:6",
    "sink.file.after_write:12",
    "sink.file.after_journal:15",
    "sink.file.before_sync:3",
    "sink.file.after_sync:2",
    "state.checkpoint.renamed:2",
    "pipeline.checkpoint.after:2",
    "pipeline.commit:40",
    "pipeline.spool.begun:1",
    "pipeline.within_transaction:2",
    "pipeline.xa.prepared:1",
    "pipeline.xa.settled:1",
    "pipeline.sink.accepted:17",
];

/// Shop life, large transactions, two domains and XA until told to stop.
async fn live(pool: Pool, stop: Arc<AtomicBool>) -> Result<()> {
    let mut seed = 0;
    while !stop.load(Ordering::Relaxed) {
        seed += 1;
        Shop::run_steps(&pool, 30, seed).await?;
        let mut conn = pool.get_conn().await?;
        conn.query_drop(format!("SET gtid_domain_id = {}", seed % 2)).await?;
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
        conn.query_drop(format!("DELETE FROM {DATABASE}.wide WHERE id % 3 = {} RETURNING id", seed % 3))
            .await?;
        conn.query_drop("SET gtid_domain_id = 0").await?;
    }
    Ok(())
}

async fn create(server: &MysqlServer) -> Result<()> {
    Shop::create(&mut server.conn().await?).await?;
    server
        .run(&[
            "CREATE TABLE shop.wide (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(400))",
            "CREATE TABLE shop.numbers (n INT PRIMARY KEY)",
            "USE shop",
            "INSERT INTO numbers SELECT seq FROM seq_1_to_6000",
        ])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn resumes_after_a_kill_at_chosen_instants() -> Result<()> {
    let server = MysqlServer::builder(Version::MariaDb10_11)
        .option("binlog-row-metadata", "FULL")
        .option("log-bin-compress", "ON")
        .option("log-bin-compress-min-len", "32")
        .start()
        .await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "[limits]\ntransaction_memory_bytes = 65536\n")?;
    create(&server).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let life = tokio::spawn(live(server.pool(), Arc::clone(&stop)));
    for instant in INSTANTS {
        let mut process = scenario.start(&config, &[("BECAUSELOG_FAILPOINT", instant)])?;
        let status =
            tokio::task::block_in_place(|| process.wait()).with_context(|| format!("at {instant}"))?;
        let killed = status.signal() == Some(Signal::KILL.as_raw());
        ensure!(killed, "{instant}: it ended with {status}:\n{}", process.tail());
        println!("killed at {instant}");
    }
    stop.store(true, Ordering::Relaxed);
    life.await??;
    let mut process = scenario.start(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    let kept = std::fs::read_to_string(scenario.state().join("checkpoint.json"))?;
    ensure!(kept.contains("\"flavor\": \"mariadb\""), "{kept}");
    let fold = scenario.compare(&mut server.conn().await?, DATABASE).await?;
    println!("{} instants, {} changes", INSTANTS.len(), fold.counts.total());
    ensure!(fold.counts.total() > 1_000, "{:?}", fold.counts);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_by_gtid_loses_nothing_and_repeats_nothing() -> Result<()> {
    let metadata = |builder: becauselog_testkit::ServerBuilder| builder.option("binlog-row-metadata", "FULL");
    let mut pair = Replicated::start_with(Version::MariaDb10_11, metadata, metadata).await?;
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[pair.primary.port(), pair.replica.port()], "")?;
    create(&pair.primary).await?;
    let mut process = scenario.start_streaming(&config, &[])?;
    Shop::run_steps(&pair.primary.pool(), 200, 1).await?;
    scenario.settle(&pair.primary, &mut process).await?;
    pair.wait_caught_up().await?;
    pair.primary.kill9()?;
    pair.promote().await?;
    Shop::run_steps(&pair.replica.pool(), 100, 2).await?;
    scenario.settle(&pair.replica, &mut process).await?;
    process.stop()?;
    let mut conn = pair.replica.conn().await?;
    let mut fold = becauselog_testkit::fold::Fold::new(
        becauselog_testkit::fold::primary_keys(&mut conn, DATABASE).await?,
    );
    let own = format!("\"server_id\":{}", pair.replica.port());
    let mut promoted = false;
    for line in scenario.lines()?.lines() {
        if !promoted && line.contains(&own) {
            promoted = true;
            fold.another_server();
        }
        fold.apply_line(line)?;
    }
    ensure!(promoted, "nothing came of the promoted server");
    fold.compare(&mut conn, DATABASE).await?;
    Ok(())
}

/// Every kind of table that only MariaDB has, and what changes rows of it.
const KINDS: [&str; 19] = [
    "CREATE DATABASE kinds",
    "USE kinds",
    "CREATE TABLE own (u UUID PRIMARY KEY, a4 INET4, a6 INET6, b BINARY(16), j JSON)",
    "INSERT INTO own VALUES ('00112233-4455-6677-8899-aabbccddee00', '10.0.0.0', '1::', x'0102', '{\"a\": [1, 2]}')",
    "INSERT INTO own SELECT UUID(), NULL, '::ffff:1.2.3.4', NULL, NULL FROM seq_1_to_50",
    "UPDATE own SET a6 = '::1', j = '[]' WHERE a4 IS NULL",
    "DELETE FROM own WHERE b IS NULL LIMIT 10",
    "CREATE TABLE packed (id INT PRIMARY KEY, v VARCHAR(300) COMPRESSED, t TEXT COMPRESSED, b BLOB COMPRESSED, n INT)",
    "INSERT INTO packed SELECT seq, REPEAT('v', seq), REPEAT('größe ', seq * 3), REPEAT(x'00ff', seq), seq FROM seq_1_to_200",
    "UPDATE packed SET t = CONCAT(t, '!'), n = n + 1 WHERE id % 3 = 0",
    "INSERT INTO packed VALUES (0, '', NULL, 'short', NULL) ON DUPLICATE KEY UPDATE n = 0",
    "DELETE FROM packed WHERE id % 5 = 0 AND id > 0",
    "CREATE TABLE booked (id INT, s DATE, e DATE, PERIOD FOR stay (s, e), PRIMARY KEY (id, s))",
    "INSERT INTO booked VALUES (1, '2020-01-01', '2021-01-01'), (2, '2020-01-01', '2020-06-01')",
    "DELETE FROM booked FOR PORTION OF stay FROM '2020-03-01' TO '2020-04-01'",
    "CREATE TABLE history (id INT PRIMARY KEY, a INT) WITH SYSTEM VERSIONING",
    "INSERT INTO history VALUES (1, 1), (2, 2)",
    "UPDATE history SET a = a + 10",
    "DELETE FROM history WHERE id = 2 RETURNING a",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_table_comes_whole_with_and_without_names_in_the_log() -> Result<()> {
    for metadata in ["FULL", "MINIMAL"] {
        let server = MysqlServer::builder(Version::MariaDb10_11)
            .option("binlog-row-metadata", metadata)
            .start()
            .await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(&[server.port()], "")?;
        let mut process = scenario.start_streaming(&config, &[])?;
        server.run(&KINDS).await.context(metadata)?;
        scenario.settle(&server, &mut process).await.context(metadata)?;
        process.stop()?;
        let mut conn = server.conn().await?;
        let fold = scenario.compare(&mut conn, "kinds").await.context(metadata)?;
        // The log has the history too: the fold is the table at all times.
        let all: Option<u64> =
            conn.query_first("SELECT COUNT(*) FROM kinds.history FOR SYSTEM_TIME ALL").await?;
        ensure!(fold.tables["kinds.history"].len() == all.context("a count")?, "{metadata}: {all:?}");
        ensure!(all == Some(4), "{all:?}");
    }
    Ok(())
}
