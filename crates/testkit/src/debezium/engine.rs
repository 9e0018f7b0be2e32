//! The Java process that runs the engine, case after case: it starts once, since a JVM's start costs more than a case.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::golden::{End, Record};
use super::{jars, java};
use crate::version::Flavor;

const RECORDER: &str = include_str!("Recorder.java");
const SECONDS: u32 = 60;

/// How long an engine that is to give up may take to do so after it delivered the end.
const SECONDS_AFTER: u32 = 10;

/// A running recorder; dropping it ends the process.
#[derive(Debug)]
pub struct Engine {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
    runs: u32,
}

impl Engine {
    /// Starts Java in a folder that the caller keeps; its log goes to `engine.log` there.
    ///
    /// # Errors
    /// There is no JDK, or the jars cannot be had.
    pub fn start(folder: &Path, flavor: Flavor) -> Result<Self> {
        let (java, jars) = (java::find()?, jars::folder(flavor)?);
        let source = folder.join("Recorder.java");
        fs::write(&source, RECORDER)?;
        let mut child = Command::new(&java.program)
            .args(["-Xmx512m", "-Duser.timezone=UTC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"])
            .arg("-cp")
            .arg(jars.join("*"))
            .arg(&source)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("engine.log"))?)
            .spawn()
            .with_context(|| format!("cannot run {}", java.program.display()))?;
        let commands = child.stdin.take().context("no input")?;
        let answers = BufReader::new(child.stdout.take().context("no output")?);
        Ok(Self { child, commands, answers, folder: folder.to_owned(), runs: 0 })
    }

    /// Runs the engine with these settings until a topic ends with `end`; one that `stops` is given time to do so, since
    /// its queue may still hand over the end when the reader has failed before it.
    ///
    /// # Errors
    /// The process died, or the end did not come in time; a connector that gave up is no error but an [`End`].
    pub fn run(
        &mut self,
        settings: &BTreeMap<String, String>,
        end: &str,
        stops: bool,
    ) -> Result<(Vec<Record>, End)> {
        let after = if stops { SECONDS_AFTER } else { 0 };
        self.runs += 1;
        let at = |name: &str| self.folder.join(format!("{}-{name}", self.runs));
        let (config, output) = (at("properties"), at("records"));
        fs::write(&config, properties(settings))?;
        writeln!(self.commands, "{}\t{}\t{end}\t{SECONDS}\t{after}", config.display(), output.display())?;
        self.commands.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let end = match answer.trim_end().split_once(' ') {
            Some(("done", _)) => End::Complete,
            Some(("failed", message)) => End::Failed { message: message.to_owned() },
            Some(("late", count)) => {
                bail!("the end did not come within {SECONDS} s, {count} records did\n{}", self.log_end())
            }
            _ => bail!("the engine's process ended\n{}", self.log_end()),
        };
        let text = fs::read_to_string(&output)?;
        let records = text.lines().map(Record::parse).collect::<Result<_>>()?;
        fs::remove_file(output)?;
        Ok((records, end))
    }

    /// The last lines of Java's log.
    #[must_use]
    pub fn log_end(&self) -> String {
        let text = fs::read(self.folder.join("engine.log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Both fail only where the process is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Settings as a Java properties file.
fn properties(settings: &BTreeMap<String, String>) -> String {
    let line = |(name, value): (&String, &String)| format!("{}={}\n", escaped(name), escaped(value));
    settings.iter().map(line).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\\' | ' ' | ':' | '=' | '#' | '!' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}
