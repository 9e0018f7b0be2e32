//! What the files here share: options for a test server, a workload, and what a reader has read of it.

use std::{fmt::Write as _, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result};
use becauselog_binlog::{
    FileSource, FollowConfig, Follower, RetryPolicy, SourceBatch, SourceError, Start, Stop,
    connection::{ConnectOptions, Endpoint, Password},
    group::Mark,
};
use becauselog_model::{BinlogPosition, Checkpoint};
use becauselog_testkit::MysqlServer;

/// `root` without a password.
pub fn root() -> ConnectOptions {
    ConnectOptions::new("root", Password::default())
}

/// An account with a password.
pub fn account(user: &str, password: &str) -> ConnectOptions {
    ConnectOptions::new(user, Password::new(password))
}

/// The server over TCP.
pub fn tcp(server: &MysqlServer) -> Endpoint {
    Endpoint::tcp("127.0.0.1", server.port())
}

/// The server's Unix socket.
pub fn socket(server: &MysqlServer) -> Endpoint {
    Endpoint::Unix { path: server.socket() }
}

/// A follower of these hosts from the earliest transaction to the last one there is now, quick to try again.
pub fn config(hosts: Vec<Endpoint>) -> FollowConfig {
    let mut config = FollowConfig::new(hosts, root(), "test");
    config.start = Start::Earliest;
    config.stop = Stop::Now;
    config.retry = RetryPolicy {
        first: Duration::from_millis(20),
        max: Duration::from_millis(200),
        budget: Duration::from_secs(20),
    };
    config
}

/// A group that was read to its end: which, where it ends, how it ends and what was in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The GTID, else the begin.
    pub identity: String,
    /// Where it ends.
    pub end: BinlogPosition,
    /// When it was committed, in microseconds.
    pub committed_us: u64,
    /// How it ends and its events: kind and a checksum of the content.
    pub content: String,
}

/// What a reader has read: whole groups only, as the pipeline sees them.
#[derive(Debug, Default)]
pub struct Tape {
    pub groups: Vec<Seen>,
    open: String,
    begun_s: u32,
    /// How often the connection was renewed.
    pub restarts: usize,
}

impl Tape {
    pub fn take(&mut self, batch: &SourceBatch) {
        if batch.restarted {
            self.open.clear();
            self.restarts += 1;
        }
        let mut ended = batch.groups.iter();
        for (event, mark) in &batch.events {
            match mark {
                Mark::Outside => continue,
                Mark::Cuts => {
                    self.open.clear();
                    continue;
                }
                Mark::Begin => assert_eq!(self.open, "", "a group begins inside another"),
                _ => {}
            }
            if self.open.is_empty() {
                self.begun_s = event.header.timestamp_s;
            }
            let sum = event.body.iter().fold(17u64, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte));
            write!(self.open, "{} {sum:x};", event.kind()).unwrap();
            if mark.ends_group() {
                let group = ended.next().expect("a group for each end");
                let transaction = &group.transaction;
                let gtid = transaction.gtid.as_ref();
                self.groups.push(Seen {
                    identity: gtid.map_or_else(|| transaction.begin.to_string(), ToString::to_string),
                    end: group.end.clone(),
                    committed_us: transaction
                        .immediate_commit_us
                        .unwrap_or(u64::from(self.begun_s) * 1_000_000),
                    content: format!("{mark:?}:{}", std::mem::take(&mut self.open)),
                });
            }
        }
        assert!(ended.next().is_none());
    }

    pub fn identities(&self) -> Vec<&str> {
        self.groups.iter().map(|group| group.identity.as_str()).collect()
    }
}

/// Reads to the stop.
pub async fn read(config: FollowConfig) -> Result<Tape, SourceError> {
    let mut follower = Follower::new(config)?;
    let mut tape = Tape::default();
    while let Some(batch) = follower.next().await? {
        tape.take(&batch);
    }
    Ok(tape)
}

/// Reads to the stop, or fails after a time.
pub async fn read_within(seconds: u64, config: FollowConfig) -> Result<Tape> {
    let read = tokio::time::timeout(Duration::from_secs(seconds), read(config)).await;
    Ok(read.context("the follower does not come to its stop")??)
}

/// The error that a follower ends with.
pub async fn refused(config: FollowConfig) -> SourceError {
    match tokio::time::timeout(Duration::from_secs(60), read(config)).await {
        Ok(Err(error)) => error,
        Ok(Ok(tape)) => panic!("read {} groups where an error was due", tape.groups.len()),
        Err(_) => panic!("neither an end nor an error"),
    }
}

/// The server's binlog files in order.
pub fn files(server: &MysqlServer) -> Result<Vec<PathBuf>> {
    let index = std::fs::read_to_string(server.datadir().join("binlog.index"))?;
    Ok(index.lines().map(|line| server.datadir().join(line.trim_start_matches("./"))).collect())
}

/// All groups that are in the server's files, read from the disk.
pub async fn on_disk(server: &MysqlServer) -> Result<Vec<Seen>> {
    let mut source = FileSource::files(files(server)?, Start::Earliest, Stop::Never, None)?;
    let mut tape = Tape::default();
    while let Some(batch) = source.next().await? {
        tape.take(&batch);
    }
    Ok(tape.groups)
}

/// A checkpoint at a follower's end.
pub async fn read_to_checkpoint(config: FollowConfig) -> Result<(Tape, Checkpoint)> {
    let mut follower = Follower::new(config)?;
    let mut tape = Tape::default();
    follower.open().await?;
    while let Some(batch) = follower.next().await? {
        tape.take(&batch);
    }
    let checkpoint = follower.checkpoint().context("no checkpoint")?;
    Ok((tape, checkpoint))
}

/// A table and a few transactions of several kinds over several files.
pub async fn make_history(server: &MysqlServer) -> Result<()> {
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(200), big LONGBLOB)",
            "INSERT INTO shop.t (name) VALUES ('a'), ('b'), ('c')",
            "FLUSH BINARY LOGS",
            "BEGIN",
            "INSERT INTO shop.t (name) VALUES (REPEAT('x', 200))",
            "SAVEPOINT s",
            "UPDATE shop.t SET name = CONCAT(name, '2') WHERE id < 3",
            "COMMIT",
            "DELETE FROM shop.t WHERE id = 2",
            "ALTER TABLE shop.t ADD COLUMN n INT",
            "INSERT INTO shop.t (name, big) VALUES ('big', REPEAT('y', 300000))",
            "FLUSH BINARY LOGS",
            "XA START 'x'",
            "INSERT INTO shop.t (name) VALUES ('xa')",
            "XA END 'x'",
            "XA PREPARE 'x'",
            "XA COMMIT 'x'",
            "INSERT INTO shop.t (name) VALUES ('last')",
        ])
        .await
}

/// Inserts one row after the other.
pub async fn insert_rows(server: &MysqlServer, count: usize) -> Result<()> {
    let statements: Vec<String> =
        (0..count).map(|n| format!("INSERT INTO shop.t (name) VALUES ('row {n}')")).collect();
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    server.run(&statements).await
}

/// Whether two readers have seen the same; tells the first difference.
pub fn assert_same(read: &[Seen], truth: &[Seen], when: &str) {
    let differs = read.iter().zip(truth).position(|(read, truth)| read != truth);
    if let Some(at) = differs {
        panic!("{when}: group {at} of {}:\n read {:?}\ntruth {:?}", truth.len(), read[at], truth[at]);
    }
    assert_eq!(read.len(), truth.len(), "{when}");
}
