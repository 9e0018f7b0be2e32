//! `becauselog run` as the demo starts it: Debezium JSON to a file, one readable line a change to the terminal.

use std::cell::Cell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use becauselog_testkit::{MysqlServer, becauselog::usage_of, scenario};
use serde_json::Value;

/// The longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `becauselog run` and its folder.
pub struct Following {
    program: PathBuf,
    folder: PathBuf,
    child: Child,
    keep: Cell<bool>,
}

/// What a finished run said and cost.
pub struct Ended {
    /// Its last log line: counters, lag, position.
    pub said: Value,
    /// CPU time in seconds.
    pub cpu_s: f64,
    /// Peak memory in bytes.
    pub peak_bytes: u64,
}

impl Following {
    /// Starts it on a replica and waits until it follows the log.
    pub fn start(program: &Path, replica: &MysqlServer) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("becauselog-demo-").tempdir()?.keep();
        let example = std::fs::read_to_string(crate::steps::root().join("config/demo.toml"))?;
        let config = folder.join("demo.toml");
        std::fs::write(&config, fill_in(&example, replica.port(), &folder))?;
        let child = Command::new(program)
            .args(["run", "--log-format", "json", "-c"])
            .arg(&config)
            .stdin(Stdio::null())
            .stderr(File::create(folder.join("log"))?)
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let mut this = Self { program: program.to_owned(), folder, child, keep: Cell::new(false) };
        this.wait("streaming", |this| this.log().contains("\"streaming\""))?;
        Ok(this)
    }

    /// The binary.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Its config.
    pub fn config(&self) -> PathBuf {
        self.folder.join("demo.toml")
    }

    /// The changes.
    pub fn out(&self) -> PathBuf {
        self.folder.join("changes.jsonl")
    }

    /// Leaves the folder behind.
    pub fn leave(&self) {
        self.keep.set(true);
    }

    /// Marks the end on the primary, waits until the mark has come out of the replica's log, and stops the run.
    pub async fn end(&mut self, primary: &MysqlServer) -> Result<Ended> {
        let mark = scenario::mark(&mut primary.conn().await?).await?;
        self.wait("the last change", |this| {
            std::fs::read_to_string(this.out()).is_ok_and(|text| text.contains(&mark))
        })?;
        let (cpu_s, peak_bytes) = usage_of(self.child.id());
        let pid =
            i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).context("pid")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "becauselog ended with {status}:\n{}", self.log());
        let last = self.log().lines().rev().find(|line| line.contains("\"stopped\"")).map(str::to_owned);
        let said = serde_json::from_str(&last.context("no last word in the log")?)?;
        Ok(Ended { said, cpu_s, peak_bytes })
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn wait(&mut self, what: &str, there: impl Fn(&Self) -> bool) -> Result<()> {
        let start = Instant::now();
        while !there(self) {
            if let Some(status) = self.child.try_wait()? {
                bail!("becauselog ended with {status}:\n{}", self.log());
            }
            ensure!(start.elapsed() < PATIENCE, "no sign of {what}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // It has ended already unless the demo failed.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
        if !self.keep.get() {
            let _gone = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The example config with this run's port and paths.
fn fill_in(example: &str, port: u16, folder: &Path) -> String {
    let path = |name: &str| folder.join(name).display().to_string();
    example
        .replace("127.0.0.1:3306", &format!("127.0.0.1:{port}"))
        .replace("changes.jsonl", &path("changes.jsonl"))
        .replace("demo-state", &path("state"))
}
