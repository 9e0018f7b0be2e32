//! Our runs in the benchmark: their config, and whether their output is the whole workload.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::bench_load::{BenchLoad, DATABASE, RowSum};
use serde_json::Value;

const OUT: &str = "changes.jsonl";

/// Writes a config for a run from the workload's begin to its end, in a folder that is cleared of the run before.
pub fn config(load: &BenchLoad, folder: &Path, format: &str, fsync: &str) -> Result<PathBuf> {
    for name in [OUT, "changes.jsonl.position", "state"] {
        let path = folder.join(name);
        let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        ensure!(gone.is_ok() || !path.exists(), "{} cannot be removed", path.display());
    }
    let before = &load.expected.gtids_before;
    let start = if before.is_empty() { "earliest" } else { before.as_str() };
    let text = format!(
        "name = \"bench\"\n[source]\nhosts = [\"127.0.0.1:{}\"]\nuser = \"root\"\nstart = \"{start}\"\nstop = \"now\"\n\
         [tables]\ninclude_databases = [\"{DATABASE}\"]\n[format]\nkind = \"{format}\"\n[state]\ndir = {:?}\n\
         [[sink]]\nkind = \"file\"\npath = {:?}\nfsync = \"{fsync}\"\n",
        load.server.port(),
        folder.join("state"),
        folder.join(OUT),
    );
    let path = folder.join("bench.toml");
    std::fs::write(&path, text)?;
    Ok(path)
}

/// Counts and sums of keys by table and operation equal what the server said.
pub fn debezium_is_whole(load: &BenchLoad, folder: &Path) -> Result<()> {
    let op = |event: &Value| event["op"].as_str().unwrap_or_default().to_owned();
    is_whole(load, folder, |event| (event["source"]["table"].clone(), op(event)), ["c", "u", "d"])
}

/// The same for the plain format.
pub fn plain_is_whole(load: &BenchLoad, folder: &Path) -> Result<()> {
    let op = |event: &Value| event["op"].as_str().unwrap_or_default().to_owned();
    is_whole(load, folder, |event| (event["table"].clone(), op(event)), ["insert", "update", "delete"])
}

fn is_whole(
    load: &BenchLoad,
    folder: &Path,
    what: impl Fn(&Value) -> (Value, String),
    ops: [&str; 3],
) -> Result<()> {
    let path = folder.join(OUT);
    let mut found: BTreeMap<(String, String), RowSum> = BTreeMap::new();
    for line in BufReader::new(File::open(&path)?).lines() {
        let event: Value = serde_json::from_str(&line?).context("a line that is not JSON")?;
        let (table, op) = what(&event);
        let row = if event["after"].is_object() { &event["after"] } else { &event["before"] };
        let Some(key_sum) = row["id"].as_u64() else { continue };
        let table = table.as_str().unwrap_or_default().to_owned();
        found.entry((table, op)).or_default().add(RowSum { rows: 1, key_sum });
    }
    for (name, table) in &load.expected.tables {
        for (op, expected) in ops.into_iter().zip([table.inserts, table.updates, table.deletes]) {
            let found = found.get(&(name.clone(), op.to_owned())).copied().unwrap_or_default();
            ensure!(found == expected, "{name}, {op}: {found:?} instead of {expected:?}");
        }
    }
    Ok(())
}
