//! The binary under test as a process.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal};

/// One run of the binary: its stderr goes to a file, and it is killed when this is dropped.
#[derive(Debug)]
pub struct Becauselog {
    child: Child,
    log: PathBuf,
}

/// How long a test waits for anything before it fails: generous, since machines are shared.
pub const PATIENCE: Duration = Duration::from_secs(90);

impl Becauselog {
    /// Starts `program` with arguments; stderr is appended to `log`, stdout goes to `log` with `.out` added.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(program: &Path, log: &Path, args: &[&str], env: &[(&str, &str)]) -> Result<Self> {
        let append = |path: &Path| File::options().create(true).append(true).open(path);
        let out = append(&PathBuf::from(format!("{}.out", log.display())))?;
        let child = Command::new(program)
            .args(args)
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(append(log)?)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far (with what earlier runs logged to the same file).
    #[must_use]
    pub fn logged(&self) -> String {
        let mut text = Vec::new();
        let read = File::open(&self.log).and_then(|mut file| file.read_to_end(&mut text));
        if read.is_err() {
            return String::new();
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Waits until it has logged `text` at least `times` times.
    ///
    /// # Errors
    /// When it exits before, or takes longer than [`PATIENCE`]; with the end of its log.
    pub fn wait_logged(&mut self, text: &str, times: usize) -> Result<()> {
        let start = Instant::now();
        while self.logged().matches(text).count() < times {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended ({status}) before it logged {text:?}:\n{}", self.tail());
            }
            ensure!(start.elapsed() < PATIENCE, "it has not logged {text:?}:\n{}", self.tail());
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it takes longer than [`PATIENCE`].
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.tail());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks it to stop (SIGTERM) and waits for a clean end.
    ///
    /// # Errors
    /// When it does not end, or ends with another exit code than 0.
    pub fn stop(mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        let status = self.wait()?;
        ensure!(status.success(), "it ended with {status}:\n{}", self.tail());
        Ok(())
    }

    /// Kills it at once (SIGKILL).
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill9(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// When it is gone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("pid")?;
        rustix::process::kill_process(pid, signal).context("kill")
    }

    /// Whether it has ended.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Its CPU time so far and its peak memory: (seconds, bytes). Zero where `/proc` does not say.
    #[must_use]
    pub fn usage(&self) -> (f64, u64) {
        usage_of(self.child.id())
    }

    /// The end of the log, for error messages.
    #[must_use]
    pub fn tail(&self) -> String {
        let log = self.logged();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Becauselog {
    fn drop(&mut self) {
        // Already ended is fine: there is nothing else to do about a failure here.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// A process's CPU time so far and its peak memory: (seconds, bytes). Zero where `/proc` does not say.
#[must_use]
pub fn usage_of(pid: u32) -> (f64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // utime and stime are fields 14 and 15; the name in parentheses may hold spaces.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib =
        peak.and_then(|rest| rest.split_whitespace().next()).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    (ticks as f64 / 100.0, kib * 1024)
}
