//! MySQL in a container, where a daemon answers. The server's folder is mounted at its own path and the host's
//! network is used, so that everything else (ports, sockets, files) is as with a plain process.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::binaries::{Launch, ServerBinaries};
use super::named::{MYSQL_ENV, MYSQLBINLOG_ENV, client};
use super::progress::Step;
use crate::version::{Flavor, Release, Version};

const ANSWER_WITHIN: Duration = Duration::from_secs(3);
const PULL_WITHIN: Duration = Duration::from_secs(600);

/// An image and the program that runs it.
#[derive(Clone, Debug)]
pub struct Image {
    cli: &'static str,
    name: String,
}

impl Image {
    /// A command that runs `mysqld` in a container called `container`, with `folder` mounted at its own path.
    #[must_use]
    pub fn command(&self, container: &str, folder: &Path) -> Command {
        let mut command = self.run(container);
        let mount = folder.display();
        command.arg("--volume").arg(format!("{mount}:{mount}")).args(["--entrypoint", "mysqld", &self.name]);
        command
    }

    /// Sends a signal (`TERM`, `KILL`) to the container's server.
    ///
    /// # Errors
    /// The daemon refuses.
    pub fn signal(&self, container: &str, signal: &str) -> Result<()> {
        self.ask(&["kill", "--signal", signal, container])
    }

    /// Freezes (or thaws) the container.
    ///
    /// # Errors
    /// The daemon refuses.
    pub fn freeze(&self, container: &str, freeze: bool) -> Result<()> {
        self.ask(&[if freeze { "pause" } else { "unpause" }, container])
    }

    /// The shell words that end a container, for the watchdog.
    #[must_use]
    pub fn kill_words(&self, container: &str) -> [String; 3] {
        [self.cli.to_owned(), "kill".to_owned(), container.to_owned()]
    }

    fn ask(&self, words: &[&str]) -> Result<()> {
        let output = bounded(Command::new(self.cli).args(words), Duration::from_secs(30))?;
        if !output.status.success() {
            bail!("{} {}: {}", self.cli, words.join(" "), text(&output.stderr));
        }
        Ok(())
    }

    fn run(&self, container: &str) -> Command {
        let mut command = Command::new(self.cli);
        let uid = rustix::process::geteuid().as_raw();
        let gid = rustix::process::getegid().as_raw();
        command.args(["run", "--rm", "--name", container, "--network", "host", "--user"]);
        command.arg(format!("{uid}:{gid}"));
        if self.cli == "podman" && uid != 0 {
            command.args(["--userns", "keep-id"]);
        }
        command.stdin(Stdio::null());
        command
    }
}

/// Resolves a version from a container image, fetching it if need be.
///
/// # Errors
/// No daemon answers, or the image cannot be had.
pub fn resolve(version: Version) -> Result<ServerBinaries> {
    if version.flavor() == Flavor::MariaDb {
        bail!("MariaDB is not started in containers");
    }
    let mut reasons = Vec::new();
    for cli in ["docker", "podman"] {
        match resolve_with(cli, version) {
            Ok(found) => return Ok(found),
            Err(error) => reasons.push(format!("{error:#}")),
        }
    }
    bail!("{}", reasons.join("; "))
}

fn resolve_with(cli: &'static str, version: Version) -> Result<ServerBinaries> {
    let answer = bounded(Command::new(cli).args(["info", "--format", "{{json .}}"]), ANSWER_WITHIN)?;
    if !answer.status.success() {
        bail!("{cli}: no daemon answers");
    }
    let image = Image { cli, name: format!("mysql:{}", version.number()) };
    let known = bounded(Command::new(cli).args(["image", "inspect", &image.name]), ANSWER_WITHIN)?;
    if !known.status.success() {
        let step = Step::start(&format!("{cli} pull {} (about 250 MB)", image.name), None);
        let pulled = bounded(Command::new(cli).args(["pull", "--quiet", &image.name]), PULL_WITHIN)?;
        if !pulled.status.success() {
            bail!("{cli} pull {}: {}", image.name, text(&pulled.stderr));
        }
        step.done("fetched");
    }
    let mut ask = image.run(&format!("becauselog-version-{}", std::process::id()));
    ask.args(["--entrypoint", "mysqld", &image.name, "--version"]);
    let output = bounded(&mut ask, Duration::from_secs(60))?;
    let release = Release::from_version_output(&text(&output.stdout))
        .with_context(|| format!("{cli} run {}: {}", image.name, text(&output.stderr)))?;
    Ok(ServerBinaries {
        version,
        release,
        origin: format!("{release} in a {cli} container of {}", image.name),
        launch: Launch::Container(image),
        basedir: None,
        lc_messages: None,
        plugin_dir: None,
        mysql: client(MYSQL_ENV, "mysql", None),
        mysqlbinlog: client(MYSQLBINLOG_ENV, "mysqlbinlog", None),
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// Runs a command that must end within a time: a daemon that hangs is no daemon. Output goes through files, so that
/// no pipe can fill up.
fn bounded(command: &mut Command, within: Duration) -> Result<Output> {
    let name = command.get_program().display().to_string();
    let mut stdout = tempfile::tempfile()?;
    let mut stderr = tempfile::tempfile()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?)
        .spawn()
        .with_context(|| format!("{name} cannot be run"))?;
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > within {
            child.kill()?;
            child.wait()?;
            bail!("{name}: no answer within {} s", within.as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    Ok(Output { status, stdout: read_from_start(&mut stdout)?, stderr: read_from_start(&mut stderr)? })
}

fn read_from_start(file: &mut File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
