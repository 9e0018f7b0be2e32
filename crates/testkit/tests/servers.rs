//! The servers themselves: they start in every version, obey, and leave nothing behind.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;
use becauselog_testkit::{MysqlServer, Replicated, Version, provision};
use mysql_async::prelude::Queryable;

#[tokio::test]
async fn every_version_starts_with_gtids_and_row_format() -> Result<()> {
    for version in Version::ALL {
        let server = MysqlServer::builder(version).start().await?;
        let mut conn = server.conn().await?;
        let (release, gtid, format): (String, String, String) =
            conn.query_first("SELECT @@version, @@gtid_mode, @@GLOBAL.binlog_format").await?.unwrap();
        assert!(release.starts_with(&server.release().to_string()), "{release}");
        assert_eq!((gtid.as_str(), format.as_str()), ("ON", "ROW"));
        assert_eq!(server.gtid_executed().await?, "", "a fresh server has no transactions");
        assert!(server.datadir().join("binlog.000001").is_file());
    }
    Ok(())
}

#[tokio::test]
async fn mariadb_starts_logs_row_events_and_replicates() -> Result<()> {
    let pair = Replicated::start(Version::MariaDb10_11).await?;
    let mut conn = pair.primary.conn().await?;
    let (release, format): (String, String) =
        conn.query_first("SELECT @@version, @@GLOBAL.binlog_format").await?.unwrap();
    assert!(release.starts_with("10.11.") && release.contains("MariaDB"), "{release}");
    assert_eq!(format, "ROW");
    conn.query_drop("CREATE DATABASE d").await?;
    conn.query_drop("CREATE TABLE d.t (id INT PRIMARY KEY, u UUID, a INET6)").await?;
    conn.query_drop("INSERT INTO d.t VALUES (1, UUID(), '::1'), (2, NULL, NULL)").await?;
    pair.wait_caught_up().await?;
    let mut replica = pair.replica.conn().await?;
    let count: Option<u32> = replica.query_first("SELECT COUNT(*) FROM d.t").await?;
    assert_eq!(count, Some(2));
    assert!(pair.primary.gtid_executed().await?.starts_with("0-"));
    assert_eq!(pair.primary.gtid_executed().await?, pair.replica.gtid_executed().await?);

    let log = pair.replica.datadir().join("binlog.000001");
    let mut command = provision::mariadb_binlog().await?.command();
    let output = command.args(["--no-defaults", "-vv", "--base64-output=DECODE-ROWS"]).arg(&log).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("Write_rows"), "{text}");
    assert!(text.contains("#Q> INSERT INTO d.t"), "statements are annotated: {text}");

    pair.promote().await?;
    replica.query_drop("INSERT INTO d.t VALUES (3, NULL, NULL)").await?;
    Ok(())
}

#[tokio::test]
async fn two_servers_have_two_uuids() -> Result<()> {
    let builder = MysqlServer::builder(Version::V8_0);
    let (one, two) = tokio::try_join!(builder.clone().start(), builder.start())?;
    let mut uuids = Vec::new();
    for server in [&one, &two] {
        let uuid: Option<String> = server.conn().await?.query_first("SELECT @@server_uuid").await?;
        uuids.push(uuid.unwrap());
    }
    assert_ne!(uuids[0], uuids[1]);
    assert_ne!(one.port(), two.port());
    Ok(())
}

#[tokio::test]
async fn a_killed_server_keeps_its_commits_and_comes_back_on_its_port() -> Result<()> {
    let mut server = MysqlServer::builder(Version::V9_7).start().await?;
    server
        .run(&[
            "CREATE DATABASE d",
            "CREATE TABLE d.t (id INT PRIMARY KEY)",
            "INSERT INTO d.t VALUES (1),(2)",
        ])
        .await?;
    let port = server.port();
    server.kill9()?;
    assert!(server.conn().await.is_err());
    server.start_again().await?;
    assert_eq!(server.port(), port);
    server.restart().await?;
    let count: Option<u32> = server.conn().await?.query_first("SELECT COUNT(*) FROM d.t").await?;
    assert_eq!(count, Some(2));
    Ok(())
}

#[tokio::test]
async fn a_frozen_server_is_silent_until_thawed() -> Result<()> {
    let server = MysqlServer::builder(Version::V5_7).start().await?;
    let mut conn = server.conn().await?;
    server.freeze()?;
    let waiting = conn.query_first::<u32, _>("SELECT 1");
    tokio::pin!(waiting);
    let silent = tokio::time::timeout(Duration::from_millis(300), &mut waiting).await;
    assert!(silent.is_err());
    server.thaw()?;
    assert_eq!(waiting.await?, Some(1));
    Ok(())
}

#[tokio::test]
async fn a_replica_follows_in_every_version() -> Result<()> {
    for version in Version::ALL {
        let pair = Replicated::start(version).await?;
        pair.primary
            .run(&[
                "CREATE DATABASE d",
                "CREATE TABLE d.t (id INT PRIMARY KEY)",
                "INSERT INTO d.t VALUES (1),(2),(3)",
            ])
            .await?;
        pair.wait_caught_up().await?;
        let count: Option<u32> = pair.replica.conn().await?.query_first("SELECT COUNT(*) FROM d.t").await?;
        assert_eq!(count, Some(3));
        pair.promote().await?;
        pair.replica.run(&["INSERT INTO d.t VALUES (4)"]).await?;
        let uuids = pair.replica.gtid_executed().await?;
        assert_eq!(uuids.split(',').count(), 2, "{uuids}");
    }
    Ok(())
}

#[tokio::test]
async fn an_option_the_server_does_not_have_is_told_with_its_log() {
    let failed = MysqlServer::builder(Version::V5_7).option("binlog-row-metadata", "FULL").start().await;
    let error = format!("{:#}", failed.unwrap_err());
    assert!(error.contains("binlog-row-metadata"), "{error}");
}

#[tokio::test]
async fn a_dropped_server_leaves_no_process_and_no_folder() -> Result<()> {
    let server = MysqlServer::builder(Version::V5_7).start().await?;
    let pid = server.pid().unwrap();
    let folder = server.datadir();
    assert!(Path::new(&format!("/proc/{pid}")).exists());
    drop(server);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert!(!folder.exists());
    Ok(())
}

/// Set in the process that this test starts and kills.
const CHILD: &str = "BECAUSELOG_TEST_CHILD";

#[tokio::test]
async fn a_killed_test_process_leaves_no_server() -> Result<()> {
    if std::env::var_os(CHILD).is_some() {
        let server = MysqlServer::builder(Version::V5_7).start().await?;
        println!("\nSERVER {} {}", server.pid().unwrap(), server.datadir().display());
        tokio::time::sleep(Duration::from_secs(60)).await;
        return Ok(());
    }
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--exact", "a_killed_test_process_leaves_no_server", "--nocapture"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.map(Result::unwrap).find(|line| line.starts_with("SERVER ")).unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let (process, folder) = (format!("/proc/{}", words[1]), Path::new(words[2]).to_owned());
    assert!(Path::new(&process).exists() && folder.exists());
    child.kill()?;
    child.wait()?;
    for _ in 0..500 {
        if !Path::new(&process).exists() && !folder.exists() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the server or its folder is still there");
}
