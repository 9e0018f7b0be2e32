//! A run of the binary against a server, with its config, state and output in a folder of its own.

use std::{
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use mysql_async::{Conn, prelude::Queryable};
use tempfile::TempDir;

use crate::{
    becauselog::{Becauselog, PATIENCE},
    fold::{Fold, primary_keys},
    server::MysqlServer,
};

/// The schema of the rows that mark a place in the stream.
pub const MARKS: &str = "becauselog_marks";

/// A folder with a config for one source, and how to run it.
#[derive(Debug)]
pub struct Scenario {
    folder: TempDir,
    program: PathBuf,
}

impl Scenario {
    /// A new folder. `program` is the binary under test.
    ///
    /// # Errors
    /// When no folder can be made.
    pub fn new(program: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("becauselog-test-").tempdir()?;
        Ok(Self { folder, program: program.into() })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file that the changes go to.
    #[must_use]
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out.jsonl")
    }

    /// The state folder.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The log of all runs.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Writes the config: Debezium JSON with exact values to [`Scenario::out`], from the earliest transaction on.
    /// `more` goes to the end: further sections.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn config(&self, hosts: &[u16], more: &str) -> Result<PathBuf> {
        let hosts: Vec<String> = hosts.iter().map(|port| format!("\"127.0.0.1:{port}\"")).collect();
        let text = format!(
            "name = \"shop\"\n[source]\nhosts = [{}]\nuser = \"root\"\nstart = \"earliest\"\n\
             [state]\ndir = {:?}\ncheckpoint_interval_ms = 100\n\
             [[sink]]\nkind = \"file\"\npath = {:?}\nfsync = \"interval:200ms\"\n{more}\n",
            hosts.join(", "),
            self.state(),
            self.out(),
        );
        let path = self.folder.path().join("becauselog.toml");
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Starts `becauselog run` with the config, and waits for nothing.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, config: &Path, env: &[(&str, &str)]) -> Result<Becauselog> {
        let config = config.to_str().context("path")?;
        Becauselog::start(&self.program, &self.log(), &["run", "-c", config], env)
    }

    /// Starts it and waits until it follows the log.
    ///
    /// # Errors
    /// When it ends or does not follow the log in time.
    pub fn start_streaming(&self, config: &Path, env: &[(&str, &str)]) -> Result<Becauselog> {
        let before = std::fs::read_to_string(self.log()).unwrap_or_default().matches("streaming").count();
        let mut process = self.start(config, env)?;
        process.wait_logged("streaming", before + 1)?;
        Ok(process)
    }

    /// The output so far.
    ///
    /// # Errors
    /// When there is none.
    pub fn lines(&self) -> Result<String> {
        std::fs::read_to_string(self.out()).context("no output")
    }

    /// Writes a mark on the server and waits until it has come out.
    ///
    /// # Errors
    /// When the process ends or the mark does not come in time.
    pub async fn settle(&self, server: &MysqlServer, process: &mut Becauselog) -> Result<()> {
        let from = std::fs::metadata(self.out()).map_or(0, |out| out.len());
        let mark = mark(&mut server.conn().await?).await?;
        self.wait_for_mark(&mark, from, process).await
    }

    /// Waits until a mark has come out, beyond about `from` bytes of the output.
    ///
    /// # Errors
    /// As [`Scenario::settle`].
    pub async fn wait_for_mark(&self, mark: &str, from: u64, process: &mut Becauselog) -> Result<()> {
        let start = Instant::now();
        while !self.has_after(mark, from) {
            if let Some(status) = process.ended()? {
                anyhow::bail!("it ended ({status}) before the mark came out:\n{}", process.tail());
            }
            ensure!(start.elapsed() < PATIENCE, "the mark does not come out:\n{}", process.tail());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Whether a text is in the output after about so many bytes: a repair may have cut some off meanwhile.
    fn has_after(&self, text: &str, from: u64) -> bool {
        const REPAIRED_MAX: u64 = 16 << 20;
        let mut tail = Vec::new();
        let read = std::fs::File::open(self.out()).and_then(|mut out| {
            out.seek(SeekFrom::Start(from.saturating_sub(REPAIRED_MAX)))?;
            out.read_to_end(&mut tail)
        });
        read.is_ok() && String::from_utf8_lossy(&tail).contains(text)
    }

    /// Folds the output and compares it with a database of the server, row by row.
    ///
    /// # Errors
    /// Names what differs, stands out of order or came twice.
    pub async fn compare(&self, conn: &mut Conn, database: &str) -> Result<Fold> {
        let mut fold = Fold::new(primary_keys(conn, database).await?);
        let text = self.lines()?;
        ensure!(text.is_empty() || text.ends_with('\n'), "the last line is torn");
        fold.apply_lines(&text)?;
        fold.compare(conn, database).await?;
        Ok(fold)
    }

    /// Keeps the folder for a look at it after the test.
    #[must_use]
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// Writes a row that nothing else looks like, and gives the text by which it is found in the output.
///
/// # Errors
/// When the server refuses.
pub async fn mark(conn: &mut Conn) -> Result<String> {
    conn.query_drop(format!("CREATE DATABASE IF NOT EXISTS {MARKS}")).await?;
    conn.query_drop(format!("CREATE TABLE IF NOT EXISTS {MARKS}.marks (mark VARCHAR(40) PRIMARY KEY)"))
        .await?;
    let text = format!("mark-{:032x}", rand::random::<u128>());
    conn.exec_drop(format!("INSERT INTO {MARKS}.marks VALUES (?)"), (&text,)).await?;
    Ok(text)
}
