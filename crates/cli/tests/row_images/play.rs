//! What the binary makes of a server's log, in each format.

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{
    MysqlServer,
    scenario::{Scenario, mark},
};
use serde_json::Value;

/// The records of the database `shop`, in order, as each format has them.
pub struct Played {
    /// Values of the plain format.
    pub plain: Vec<Value>,
    /// Whole records of Debezium's: topic, key, value, headers; without tombstones.
    pub debezium: Vec<Value>,
    /// Maxwell's messages.
    pub maxwell: Vec<Value>,
}

/// Reads the whole log in each format.
pub async fn play(server: &MysqlServer) -> Result<Played> {
    // One mark for all: a second one would be a statement on its table, after which the rows before are read.
    let mark = mark(&mut server.conn().await?).await?;
    let plain = records(server, &mark, "plain", "values").await?;
    let debezium = records(server, &mark, "debezium", "records").await?;
    let maxwell = records(server, &mark, "maxwell", "values").await?;
    let of = |lines: Vec<Value>, path: &str| -> Vec<Value> {
        lines.into_iter().filter(|line| line.pointer(path).is_some_and(|db| db == "shop")).collect()
    };
    let plain = of(plain, "/db").into_iter().filter(|line| line["op"] != "ddl").collect();
    let maxwell = of(maxwell, "/database");
    Ok(Played { plain, debezium: of(debezium, "/value/source/db"), maxwell })
}

async fn records(server: &MysqlServer, mark: &str, format: &str, content: &str) -> Result<Vec<Value>> {
    let scenario = Scenario::new(env!("CARGO_BIN_EXE_becauselog"))?;
    let config = scenario
        .config(&[server.port()], &format!("content = \"{content}\"\n[format]\nkind = \"{format}\""))?;
    let mut process = scenario.start(&config, &[])?;
    scenario.wait_for_mark(mark, 0, &mut process).await?;
    process.stop()?;
    let text = scenario.lines()?;
    let lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(!lines.is_empty(), "nothing came out");
    Ok(lines)
}

/// A header's value: JSON in a text.
pub fn header(record: &Value, name: &str) -> Result<Option<Value>> {
    let Some(text) = record["headers"].get(name) else { return Ok(None) };
    Ok(Some(serde_json::from_str(text.as_str().context("a header that is no text")?)?))
}
