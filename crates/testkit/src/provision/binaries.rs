//! What a resolved server is: how to start its program, and where its files are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::container::Image;
use crate::dialect::Dialect;
use crate::version::{Release, Version};

/// A program with what must stand before its own arguments (a loader of its own, for example) and its environment.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program and its first arguments.
    pub argv: Vec<OsString>,
    /// Variables it needs.
    pub env: Vec<(OsString, OsString)>,
}

impl Program {
    /// A program that needs nothing before its arguments.
    #[must_use]
    pub fn plain(path: &Path) -> Self {
        Self { argv: vec![path.into()], env: Vec::new() }
    }

    /// A command to which arguments can be added; no standard input, and no configuration file of the machine's.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut argv = self.argv.iter();
        let mut command = Command::new(argv.next().cloned().unwrap_or_default());
        command.args(argv);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.env_remove("MYSQL_HOME").stdin(Stdio::null());
        command
    }

    /// Asks the program for its release.
    ///
    /// # Errors
    /// It cannot be run, or says no version.
    pub fn release(&self) -> Result<Release> {
        let name = self.argv.last().cloned().unwrap_or_default();
        let output = self
            .command()
            .arg("--version")
            .output()
            .with_context(|| format!("cannot run {}", name.display()))?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            bail!("{} --version: {}", name.display(), complaint.trim());
        }
        Release::from_version_output(&String::from_utf8_lossy(&output.stdout))
            .with_context(|| name.display().to_string())
    }
}

/// How `mysqld` is started.
#[derive(Clone, Debug)]
pub enum Launch {
    /// As a process of this machine.
    Native(Program),
    /// In a container.
    Container(Image),
}

/// A server that can be started, and the client programs that came with it.
#[derive(Clone, Debug)]
pub struct ServerBinaries {
    /// The version asked for.
    pub version: Version,
    /// What the program itself says it is.
    pub release: Release,
    /// Where it came from, for people.
    pub origin: String,
    /// How to start `mysqld`.
    pub launch: Launch,
    /// `--basedir`, where the program does not know it by itself.
    pub basedir: Option<PathBuf>,
    /// `--lc-messages-dir`, likewise.
    pub lc_messages: Option<PathBuf>,
    /// `--plugin-dir`, likewise.
    pub plugin_dir: Option<PathBuf>,
    /// The `mysql` client.
    pub mysql: Option<Program>,
    /// `mysqlbinlog`.
    pub mysqlbinlog: Option<Program>,
}

impl ServerBinaries {
    /// The words this server understands, and what it can do.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        Dialect::of(self.release)
    }
}
