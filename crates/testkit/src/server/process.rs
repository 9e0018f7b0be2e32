//! One running `mysqld`: its process, and a watchdog that ends it when the test process is gone, however it went.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::provision::{Image, Launch};

/// Reads until the test process is gone (its end of the pipe closes), then kills the server and removes its folder.
const WATCHDOG: &str = r#"read -r _; "$@" >/dev/null 2>&1; rm -rf -- "$FOLDER""#;

/// A started server process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    watchdog: Child,
    container: Option<(Image, String)>,
}

impl Process {
    /// Starts the server with its arguments; what it prints goes to `log`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(launch: &Launch, folder: &Path, arguments: &[String], log: &Path) -> Result<Self> {
        Self::start_reading(Stdio::null(), launch, folder, arguments, log)
    }

    /// As [`Self::start`], with something to read for a server that is not in a container.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start_reading(
        input: Stdio,
        launch: &Launch,
        folder: &Path,
        arguments: &[String],
        log: &Path,
    ) -> Result<Self> {
        let container = match launch {
            Launch::Native(_) => None,
            Launch::Container(image) => Some((image.clone(), container_name())),
        };
        let mut command = match (launch, &container) {
            (Launch::Container(image), Some((_, name))) => image.command(name, folder),
            (Launch::Container(_), None) => bail!("a container without a name"),
            (Launch::Native(program), _) => program.command(),
        };
        let output = File::options().create(true).append(true).open(log)?;
        // A process group of its own: Ctrl-C in the terminal reaches the test, whose end reaches the watchdog.
        let mut child = command
            .args(arguments)
            .stdin(input)
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .context("cannot start mysqld")?;
        let watchdog = match watchdog(&child, container.as_ref(), folder) {
            Ok(watchdog) => watchdog,
            Err(error) => {
                child.kill()?;
                child.wait()?;
                return Err(error);
            }
        };
        Ok(Self { child, watchdog, container })
    }

    /// The process id (of the container's client, where there is a container).
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// The system cannot tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Asks the server to shut down and waits for it.
    ///
    /// # Errors
    /// It does not end in time.
    pub fn terminate(&mut self, within: Duration) -> Result<()> {
        self.signal(Signal::TERM, "TERM")?;
        let started = Instant::now();
        while self.ended()?.is_none() {
            if started.elapsed() > within {
                bail!("mysqld did not shut down within {} s", within.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.dismiss_watchdog()
    }

    /// `kill -9`, and waits for the end.
    ///
    /// # Errors
    /// The signal cannot be sent.
    pub fn kill(&mut self) -> Result<()> {
        if self.ended()?.is_none() {
            self.signal(Signal::KILL, "KILL")?;
            self.child.wait()?;
        }
        self.dismiss_watchdog()
    }

    /// Stops the process where it is (`SIGSTOP`): its sockets stay open and silent.
    ///
    /// # Errors
    /// The signal cannot be sent.
    pub fn freeze(&self) -> Result<()> {
        match &self.container {
            Some((image, name)) => image.freeze(name, true),
            None => {
                self.signal(Signal::STOP, "STOP")?;
                self.wait_until_stopped()
            }
        }
    }

    /// A signal is sent, not done, when `kill` returns: waits until every thread stands still.
    fn wait_until_stopped(&self) -> Result<()> {
        let tasks = format!("/proc/{}/task", self.child.id());
        for _ in 0..1000 {
            let mut running = false;
            for task in std::fs::read_dir(&tasks)? {
                let stat = std::fs::read_to_string(task?.path().join("stat")).unwrap_or_default();
                let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
                running |= state.is_some_and(|state| state != 'T');
            }
            if !running {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        bail!("mysqld did not stop on SIGSTOP")
    }

    /// Lets it go on (`SIGCONT`).
    ///
    /// # Errors
    /// The signal cannot be sent.
    pub fn thaw(&self) -> Result<()> {
        match &self.container {
            Some((image, name)) => image.freeze(name, false),
            None => self.signal(Signal::CONT, "CONT"),
        }
    }

    /// Lets the server outlive this process.
    ///
    /// # Errors
    /// The watchdog cannot be ended.
    pub fn leave_running(mut self) -> Result<()> {
        self.dismiss_watchdog()
    }

    fn signal(&self, signal: Signal, name: &str) -> Result<()> {
        if let Some((image, container)) = &self.container {
            return image.signal(container, name);
        }
        let pid = i32::try_from(self.child.id())?;
        let pid = Pid::from_raw(pid).context("no process id")?;
        kill_process(pid, signal).with_context(|| format!("cannot send SIG{name} to mysqld"))
    }

    fn dismiss_watchdog(&mut self) -> Result<()> {
        self.watchdog.kill()?;
        self.watchdog.wait()?;
        Ok(())
    }
}

fn watchdog(child: &Child, container: Option<&(Image, String)>, folder: &Path) -> Result<Child> {
    let kill: Vec<String> = match container {
        Some((image, name)) => image.kill_words(name).to_vec(),
        None => vec!["kill".to_owned(), "-KILL".to_owned(), child.id().to_string()],
    };
    Command::new("sh")
        .args(["-c", WATCHDOG, "becauselog-watchdog"])
        .args(kill)
        .env("FOLDER", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .context("cannot start sh")
}

fn container_name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("becauselog-{}-{number}", std::process::id())
}

/// What a server's log says of its errors, and its last lines, for error messages.
#[must_use]
pub fn log_tail(log: &Path) -> String {
    let text = match std::fs::read(log) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return format!("(no log: {error})"),
    };
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(12);
    let errors = lines.iter().take(from).filter(|line| line.contains("[ERROR]"));
    let mut shown: Vec<&str> = errors.copied().collect();
    shown.extend(lines.get(from..).unwrap_or_default());
    shown.join("\n")
}
