//! Plays a case's statements on a server; the binlog files that they fill.

use std::path::PathBuf;

use anyhow::{Context, Result};
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::{Conn, Row, prelude::Queryable};

use crate::cases::{Case, Session};

/// A server with the settings of the recordings, and with full row metadata: shapes come from the log.
pub async fn server() -> Result<MysqlServer> {
    MysqlServer::builder(Version::V9_7)
        .option("binlog-row-metadata", "FULL")
        .option("binlog-rows-query-log-events", "ON")
        .option("default-time-zone", "+00:00")
        .option("server-id", "1")
        // An event that a case makes must not run before the case drops it.
        .option("event-scheduler", "OFF")
        .option("gtid-mode", "ON")
        .option("enforce-gtid-consistency", "ON")
        .start()
        .await
}

/// Plays a case on a server without databases of earlier ones.
pub async fn play(server: &MysqlServer, case: &Case) -> Result<Vec<PathBuf>> {
    let mut root = server.conn().await?;
    clear(&mut root).await?;
    root.query_drop("FLUSH BINARY LOGS").await?;
    let before = files(&mut root).await?;
    let mut session = open(server, &case.session).await?;
    for sql in &case.sql {
        if sql == "-- new session" {
            session.disconnect().await?;
            session = open(server, &case.session).await?;
            continue;
        }
        let sent = encoded(sql, case.session.connect_charset.as_ref().unwrap_or(&case.session.charset));
        session.query_drop(sent).await.with_context(|| format!("{}: {sql}", case.name))?;
    }
    session.disconnect().await?;
    root.query_drop("FLUSH BINARY LOGS").await?;
    let mut played = files(&mut root).await?;
    played.retain(|file| !before.contains(file));
    // The file that FLUSH began is the first of the case, the last one is empty.
    played.extend(before.last().cloned());
    played.sort();
    played.pop();
    root.disconnect().await?;
    Ok(played.into_iter().map(|name| server.datadir().join(name)).collect())
}

/// The statement in the charset of the session.
fn encoded(sql: &str, charset: &str) -> Vec<u8> {
    match charset {
        "latin1" => sql.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
        _ => sql.as_bytes().to_vec(),
    }
}

async fn open(server: &MysqlServer, setup: &Session) -> Result<Conn> {
    let mut session = server.conn().await?;
    session.query_drop(format!("SET NAMES {}", setup.charset)).await?;
    if let Some(mode) = &setup.sql_mode {
        session.query_drop(format!("SET sql_mode='{mode}'")).await?;
    }
    session.query_drop(format!("SET time_zone='{}'", setup.time_zone)).await?;
    session.query_drop(format!("SET timestamp={:.6}", setup.timestamp)).await?;
    Ok(session)
}

async fn clear(conn: &mut Conn) -> Result<()> {
    let databases: Vec<String> = conn.query("SHOW DATABASES").await?;
    let system = ["mysql", "information_schema", "performance_schema", "sys"];
    for database in databases.iter().filter(|name| !system.contains(&name.as_str())) {
        conn.query_drop(format!("DROP DATABASE `{}`", database.replace('`', "``"))).await?;
    }
    Ok(())
}

async fn files(conn: &mut Conn) -> Result<Vec<String>> {
    let rows: Vec<Row> = conn.query("SHOW BINARY LOGS").await?;
    rows.iter().map(|row| row.get(0).context("a log without a name")).collect()
}
