//! Bootstraps against those of a real Maxwell 1.45, message by message: the whole program, with its own config.
//!
//! Classes without bootstraps are compared in `crates/format/tests/maxwell`. `BECAUSELOG_CASE=name` plays one case only.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the shared modules are tests of a crate"
)]

#[path = "../crates/format/tests/maxwell/cases.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod cases;
#[path = "../crates/format/tests/maxwell/compare.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod compare;
#[path = "maxwell/rig.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod rig;

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::Value;

use self::{
    cases::Case,
    compare::Comparer,
    rig::{Rig, make_requests},
};

/// Cases in which exact values are not Maxwell's: the only ones. Year 0, zero dates; BIT of more than 31 bits, an empty SET.
const EXACT: [&str; 3] = ["boot_times_odd", "boot_types", "boot_zero_dates_null"];

const COMPLETE: &str = "\"type\":\"bootstrap-complete\"";

/// The config of a case.
fn config(case: &Case, values: &str) -> Result<String> {
    let mut text = format!("becauselog.format.values={values}\n");
    for (option, value) in &case.options {
        let value = match value {
            Value::String(text) => text.replace('\\', "\\\\"),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            other => bail!("{option} is {other}"),
        };
        text.push_str(&format!("{option}={value}\n"));
    }
    Ok(text)
}

async fn session(server: &MysqlServer, case: &Case) -> Result<Conn> {
    let mut session = server.conn().await?;
    let setup = &case.session;
    session.query_drop(format!("SET NAMES {}", setup.charset)).await?;
    if let Some(mode) = &setup.sql_mode {
        session.query_drop(format!("SET sql_mode='{mode}'")).await?;
    }
    session.query_drop(format!("SET time_zone='{}'", setup.time_zone)).await?;
    session.query_drop(format!("SET timestamp={:.6}", setup.timestamp)).await?;
    Ok(session)
}

/// Drops what earlier cases made.
async fn clear(conn: &mut Conn) -> Result<()> {
    let databases: Vec<String> = conn.query("SHOW DATABASES LIKE 'bs\\_%'").await?;
    for database in databases {
        conn.query_drop(format!("DROP DATABASE `{database}`")).await?;
    }
    make_requests(conn).await
}

/// Plays a case with the program beside it; what it wrote.
async fn play(server: &MysqlServer, case: &Case, values: &str) -> Result<Vec<String>> {
    let mut root = server.conn().await?;
    clear(&mut root).await?;
    let mut rig = Rig::new(server, &config(case, values)?)?;
    let process = rig.start()?;
    let mut session = session(server, case).await?;
    let mut waited_for = 0;
    for sql in &case.sql {
        if sql == "-- wait: bootstrap-complete" {
            waited_for += 1;
            let lines = rig.lines_with(COMPLETE, waited_for).await;
            lines.with_context(|| format!("{}:\n{}", case.name, process.tail()))?;
        } else if let Some(seconds) = sql.strip_prefix("SLEEP ") {
            tokio::time::sleep(Duration::from_secs(seconds.parse()?)).await;
        } else {
            session.query_drop(sql).await.with_context(|| format!("{}: {sql}", case.name))?;
        }
    }
    // Stopping delivers what was read, and reading is what the last lines wait for.
    rig.lines_with("{", case.lines.len()).await?;
    process.stop()?;
    Ok(rig.lines())
}

/// What differs, line by line.
fn judge(case: &Case, ours: &[String]) -> Vec<String> {
    if std::env::var_os("BECAUSELOG_CASE").is_some() {
        ours.iter().for_each(|line| println!("{line}"));
    }
    let mut comparer = Comparer::new(&case.masked);
    let mut wrong = Vec::new();
    if case.lines.len() != ours.len() {
        wrong.push(format!("{} lines and {} of ours", case.lines.len(), ours.len()));
    }
    for (at, (theirs, ours)) in case.lines.iter().zip(ours).enumerate() {
        if let Err(what) = comparer.line(theirs, ours) {
            wrong.push(format!("line {at}: {what}"));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn bootstraps_are_those_of_maxwell() -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7)
        .option("binlog-rows-query-log-events", "ON")
        .option("default-time-zone", "+00:00")
        .option("server-id", "1")
        .option("gtid-mode", "ON")
        .option("enforce-gtid-consistency", "ON")
        .start()
        .await?;
    let only = std::env::var("BECAUSELOG_CASE").ok();
    let (mut equal, mut wrong) = (0, Vec::new());
    for case in
        cases::of("bootstrap")?.iter().filter(|case| only.as_ref().is_none_or(|only| *only == case.name))
    {
        let found = judge(case, &play(&server, case, "maxwell").await?);
        equal += case.lines.len() - found.len().min(case.lines.len());
        wrong.extend(found.into_iter().map(|what| format!("{}: {what}", case.name)));
        let exact = judge(case, &play(&server, case, "exact").await?);
        if exact.is_empty() == EXACT.contains(&case.name.as_str()) {
            wrong.push(format!("{}: exact values: {}", case.name, exact.join("\n")));
        }
    }
    println!("bootstrap: {equal} lines equal");
    ensure!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n\n"));
    Ok(())
}
