//! What is asked for is not there any more, or never was: told with the next step, never a silent jump.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::{MysqlServer, Version, becauselog::PATIENCE, scenario::Scenario, shop::Shop};
use mysql_async::prelude::Queryable;
use serde_json::Value;

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

/// What a command prints for the config.
fn printed(command: &str, config: &Path, more: &[&str]) -> Result<String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_becauselog"));
    let output = program.args([command, "-c"]).arg(config).args(more).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

/// The line of the check for the distance to the purge.
fn checked(config: &Path) -> Result<Value> {
    let report: Value = serde_json::from_str(&printed("check", config, &["--json"])?)?;
    let mut lines = report["checks"].as_array().into_iter().flatten();
    lines.find(|line| line["id"] == "purge").cloned().with_context(|| format!("no line: {report:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_check_tell_how_far_the_purge_is() -> Result<()> {
    for version in [Version::V9_7, Version::V8_0, Version::V5_7] {
        let server = MysqlServer::builder(version).start().await?;
        let mut conn = server.conn().await?;
        let keep = match version {
            Version::V5_7 => "SET GLOBAL expire_logs_days = 2",
            _ => "SET GLOBAL binlog_expire_logs_seconds = 172800",
        };
        conn.query_drop(keep).await?;
        Shop::create(&mut conn).await?;
        let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
        let config = scenario.config(&[server.port()], "")?;
        conn.query_drop("FLUSH BINARY LOGS").await?;
        conn.query_drop("FLUSH BINARY LOGS").await?;
        let mut process = scenario.start_streaming(&config, &[])?;
        scenario.settle(&server, &mut process).await?;
        let logs: Vec<mysql_async::Row> = conn.query("SHOW BINARY LOGS").await?;
        let before = logs.len() as u64 - 1;
        let started = std::time::Instant::now();
        let purge = loop {
            let status: Value = serde_json::from_str(&printed("status", &config, &["--json"])?)?;
            if status["purge"]["files_before"] == before && status["purge"]["bytes_behind"] == 0 {
                break status["purge"].clone();
            }
            ensure!(started.elapsed() < PATIENCE, "{version:?}: {status:#}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        ensure!(purge["expires_after_s"] == 172_800 && purge["left_s"] == 172_800, "{version:?}: {purge}");
        let text = printed("status", &config, &[])?;
        ensure!(text.contains(&format!("{before} files would go before ours, 0 MiB to read")), "{text}");
        ensure!(text.contains("in 2 days if we stood still"), "{text}");
        process.stop()?;

        // Nobody reads: what is left is told without a running instance too.
        Shop::run_steps(&server.pool(), 20, 1).await?;
        conn.query_drop("FLUSH BINARY LOGS").await?;
        let far = checked(&config)?;
        ensure!(far["level"] == "ok", "{version:?}: {far}");
        let what = far["what"].as_str().unwrap_or_default();
        ensure!(what.starts_with(&format!("{before} files would be purged before ours")), "{what}");
        if version != Version::V5_7 {
            tokio::time::sleep(Duration::from_secs(4)).await;
            conn.query_drop("SET GLOBAL binlog_expire_logs_seconds = 4").await?;
            let near = checked(&config)?;
            ensure!(near["level"] == "warning", "{version:?}: {near}");
        }
    }
    Ok(())
}
