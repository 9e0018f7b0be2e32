//! A sink that takes nothing for longer than every timeout of the server: the stream goes on when it takes again.

use std::{io::Read, process::Stdio, time::Duration};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Version, becauselog::usage_of, scenario::Scenario};
use mysql_async::prelude::Queryable;

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_beyond_the_servers_timeouts_costs_neither_rows_nor_memory() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7)
        .option("binlog-row-metadata", "FULL")
        .option("net-write-timeout", "1")
        .option("net-read-timeout", "1")
        .start()
        .await?;
    let mut conn = server.conn().await?;
    server
        .run(&["CREATE DATABASE big", "CREATE TABLE big.t (id INT PRIMARY KEY, text VARCHAR(4000))"])
        .await?;
    conn.query_drop("SET cte_max_recursion_depth = 1000000").await?;
    for part in 0..40 {
        conn.query_drop(format!(
            "INSERT INTO big.t WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n + 1 FROM c WHERE n < 1000) \
             SELECT {part} * 1000 + n, REPEAT('stall', 600) FROM c"
        ))
        .await?;
    }
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario.config(&[server.port()], "")?;
    let text = std::fs::read_to_string(&config)?;
    let (source, _) = text.split_once("[[sink]]").context("sink")?;
    let source = source.replace("[source]", "[source]\nstop = \"now\"\nheartbeat_ms = 300");
    std::fs::write(&config, format!("{source}[[sink]]\nkind = \"stdout\"\n"))?;
    let log = std::fs::File::create(scenario.log())?;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_becauselog"))
        .args(["run", "-c", config.to_str().context("path")?])
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()?;
    // Nobody reads: the pipe fills, then the queues, then the connection.
    tokio::time::sleep(Duration::from_secs(8)).await;
    let (_, peak) = usage_of(child.id());
    ensure!(child.try_wait()?.is_none(), "it gave up: {}", std::fs::read_to_string(scenario.log())?);
    let mut out = String::new();
    child.stdout.take().context("stdout")?.read_to_string(&mut out)?;
    let status = child.wait()?;
    ensure!(status.success(), "{status}: {}", std::fs::read_to_string(scenario.log())?);
    ensure!(out.lines().count() == 40_000, "{} lines", out.lines().count());
    ensure!(peak < 96 << 20, "peak memory {} MiB", peak >> 20);
    Ok(())
}
