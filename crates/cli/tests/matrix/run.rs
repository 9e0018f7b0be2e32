//! What the areas share: servers with all metadata that they have, and what came out.

use anyhow::{Context as _, Result};
use becauselog_testkit::{MysqlServer, Version, scenario::Scenario};
use serde_json::Value;

/// A server that logs the names of columns, where its version can.
pub async fn server(version: Version) -> Result<MysqlServer> {
    let builder = MysqlServer::builder(version);
    if has_names(version) {
        builder.option("binlog-row-metadata", "FULL").start().await
    } else {
        builder.start().await
    }
}

/// Whether the version can log the names of columns.
pub const fn has_names(version: Version) -> bool {
    !matches!(version, Version::V5_7)
}

/// A scenario of the binary.
pub fn scenario() -> Result<Scenario> {
    Scenario::new(env!("CARGO_BIN_EXE_becauselog"))
}

/// How many transactions a shop makes.
pub fn steps(short: u32) -> u32 {
    if std::env::var_os("BECAUSELOG_SOAK").is_some() { short * 20 } else { short }
}

/// The config for the plain format.
pub const PLAIN: &str = "[format]\nkind = \"plain\"\n";

/// The changes that the plain format has of databases other than the marks'.
pub fn changes(scenario: &Scenario, op: &str) -> Result<Vec<Value>> {
    let text = scenario.lines()?;
    let lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let wanted = |line: &Value| line["op"] == op && line["db"] != becauselog_testkit::scenario::MARKS;
    Ok(lines.into_iter().filter(wanted).collect())
}

/// A value as text, as the server prints it; nothing for NULL.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A row of texts.
pub fn texts(row: mysql_async::Row) -> Result<Vec<Option<String>>> {
    let columns = row.len();
    (0..columns).map(|column| row.get(column).context("a column that is no text")).collect()
}
