//! What a server's version does not have, as `becauselog check` says it.

use std::process::Command;

use anyhow::{Context as _, Result};
use becauselog_testkit::Version;
use serde_json::Value;

use super::run::{scenario, server};

/// The names in the line `features`.
pub async fn named_by_check(version: Version) -> Result<Vec<String>> {
    let server = server(version).await?;
    let scenario = scenario()?;
    let config = scenario.config(&[server.port()], "")?;
    let output = Command::new(env!("CARGO_BIN_EXE_becauselog"))
        .args(["check", "--json", "-c"])
        .arg(&config)
        .output()?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let lines = report["checks"].as_array().context("no checks")?;
    let line = lines.iter().find(|line| line["id"] == "features").context("no line of features")?;
    let names = line["names"].as_array().into_iter().flatten();
    Ok(names.filter_map(|name| name.as_str().map(str::to_owned)).collect())
}
