//! `becauselog inspect` over sample logs: of every server, counted against that server's own binlog client; and of servers that no
//! machine runs any more, built by hand after the documented layouts.

mod by_hand;
mod client;
mod servers;
mod workload;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use serde_json::Value;

/// What `inspect --json` says of files, and its exit code.
fn inspect(files: &[PathBuf]) -> Result<(i32, Value)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_becauselog"));
    let output = command.args(["inspect", "--json"]).args(files).stdin(Stdio::null()).output()?;
    let errors = || String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((output.status.code().unwrap_or(-1), serde_json::from_slice(&output.stdout).with_context(errors)?))
}

/// The same of one file.
fn inspect_one(file: &Path) -> Result<(i32, Value)> {
    inspect(std::slice::from_ref(&file.to_owned()))
}

/// A place and the kind of each event, as `inspect --events` lists them: `end`, or `log_pos`.
fn list(file: &Path, place: &str) -> Result<Vec<(u64, String)>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_becauselog"));
    let output = command.args(["inspect", "--events", "--json"]).arg(file).stdin(Stdio::null()).output()?;
    let mut listed = Vec::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let event: Value = serde_json::from_str(line)?;
        let kind = event["kind"].as_str().context("no kind")?;
        listed.push((event[place].as_u64().context("no place")?, client::name(kind).to_owned()));
    }
    Ok(listed)
}

/// How many events of each kind, in compressed transactions too.
fn events(survey: &Value) -> std::collections::BTreeMap<String, u64> {
    let mut counts = std::collections::BTreeMap::new();
    for part in ["events", "compressed_events"] {
        for (kind, tally) in survey[part].as_object().into_iter().flatten() {
            *counts.entry(kind.clone()).or_default() += tally["count"].as_u64().unwrap_or(u64::MAX);
        }
    }
    counts
}

/// The codes of what is to be known.
fn notes(survey: &Value) -> Vec<&str> {
    survey["notes"].as_array().into_iter().flatten().filter_map(|note| note["code"].as_str()).collect()
}
