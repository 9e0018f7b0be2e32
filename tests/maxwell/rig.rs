//! The program with a `config.properties` of Maxwell's, and what it writes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, becauselog::Becauselog};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::Value;

/// Maxwell's table of requests, as its version 1.45 makes it.
const REQUESTS: &str = "CREATE TABLE maxwell.bootstrap (id BIGINT AUTO_INCREMENT NOT NULL PRIMARY KEY, \
    database_name VARCHAR(255) CHARSET utf8mb3 NOT NULL, table_name VARCHAR(255) CHARSET utf8mb3 NOT NULL, \
    where_clause TEXT DEFAULT NULL, is_complete TINYINT(1) UNSIGNED NOT NULL DEFAULT 0, \
    inserted_rows BIGINT UNSIGNED NOT NULL DEFAULT 0, total_rows BIGINT UNSIGNED NOT NULL DEFAULT 0, \
    created_at DATETIME DEFAULT NULL, started_at DATETIME DEFAULT NULL, completed_at DATETIME DEFAULT NULL, \
    binlog_file VARCHAR(255) DEFAULT NULL, binlog_position INT UNSIGNED DEFAULT 0, \
    client_id VARCHAR(255) CHARSET latin1 NOT NULL DEFAULT 'maxwell', \
    comment VARCHAR(255) CHARSET utf8mb3 DEFAULT NULL)";

/// A folder with a config, the state and the output.
pub struct Rig {
    folder: tempfile::TempDir,
    config: PathBuf,
    runs: u32,
}

impl Rig {
    /// For this server; of keys that come twice the last in `more` counts.
    pub fn new(server: &MysqlServer, more: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("config.properties");
        let output = folder.path().join("out.jsonl");
        let text = format!(
            "host=127.0.0.1\nport={}\nuser=root\nproducer=file\noutput_file={}\n{more}",
            server.port(),
            output.display()
        );
        std::fs::write(&config, text)?;
        Ok(Self { folder, config, runs: 0 })
    }

    /// The config.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Where it writes.
    pub fn output(&self) -> PathBuf {
        self.folder.path().join("out.jsonl")
    }

    /// Where the position is kept.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub fn start(&mut self) -> Result<Becauselog> {
        self.start_with(&[])
    }

    pub fn start_with(&mut self, env: &[(&str, &str)]) -> Result<Becauselog> {
        self.runs += 1;
        let program = Path::new(env!("CARGO_BIN_EXE_becauselog"));
        let log = self.folder.path().join(format!("log.{}", self.runs));
        let state = self.state();
        let arguments =
            ["run", "-c", self.config.to_str().context("path")?, "--state", state.to_str().context("path")?];
        let mut process = Becauselog::start(program, &log, &arguments, env)?;
        // The follower says it, and then the run, once it knows the tables.
        process.wait_logged("\"streaming\"", 2)?;
        Ok(process)
    }

    /// The whole lines so far.
    pub fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.output()).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(str::to_owned).collect()
    }

    /// The lines, once so many of them have this in them.
    pub async fn lines_with(&self, what: &str, count: usize) -> Result<Vec<String>> {
        for _ in 0..1_000 {
            let lines = self.lines();
            if lines.iter().filter(|line| line.contains(what)).count() >= count {
                return Ok(lines);
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        anyhow::bail!("there are no {count} lines with {what} in {} lines", self.lines().len())
    }

    /// The messages, once there are so many.
    pub async fn messages(&self, count: usize) -> Result<Vec<Value>> {
        let mut lines = Vec::new();
        for _ in 0..500 {
            lines = self.lines().iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>()?;
            if lines.len() >= count {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        ensure!(lines.len() == count, "{} messages in place of {count}: {lines:#?}", lines.len());
        Ok(lines)
    }
}

/// Makes Maxwell's table of requests anew.
pub async fn make_requests(conn: &mut Conn) -> Result<()> {
    for statement in ["DROP DATABASE IF EXISTS maxwell", "CREATE DATABASE maxwell", REQUESTS] {
        conn.query_drop(statement).await?;
    }
    Ok(())
}

/// Asks for a bootstrap. `more`: further columns, each behind a comma.
pub async fn ask(conn: &mut Conn, database: &str, table: &str, more: &str) -> Result<()> {
    let sql =
        format!("INSERT INTO maxwell.bootstrap SET database_name='{database}', table_name='{table}'{more}");
    Ok(conn.query_drop(sql).await?)
}

/// How the row of a request stands: complete, and how many rows, and whether both times are there.
pub async fn request(conn: &mut Conn, id: u64) -> Result<(bool, u64, bool)> {
    let sql = "SELECT is_complete, inserted_rows, started_at IS NOT NULL AND completed_at IS NOT NULL \
               FROM maxwell.bootstrap WHERE id = ?";
    conn.exec_first(sql, (id,)).await?.context("the request is gone")
}

/// Waits until the row of a request says that it is complete.
pub async fn completed(conn: &mut Conn, id: u64) -> Result<u64> {
    for _ in 0..1_000 {
        let (complete, rows, times) = request(conn, id).await?;
        if complete {
            ensure!(times, "without its times");
            return Ok(rows);
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    anyhow::bail!("request {id} is never complete")
}
