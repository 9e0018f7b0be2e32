//! `becauselog inspect` over files that real servers wrote.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Version};
use serde_json::Value;

/// A server's files after a known workload, copied after it ended.
struct Files {
    folder: tempfile::TempDir,
    paths: Vec<PathBuf>,
}

async fn files(version: Version, options: &[(&str, &str)]) -> Result<Files> {
    let builder =
        options.iter().fold(MysqlServer::builder(version), |b, (name, value)| b.option(name, value));
    let mut server = builder.start().await?;
    server
        .run(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.t (id INT PRIMARY KEY, note VARCHAR(50)) ENGINE=InnoDB",
            "INSERT INTO shop.t VALUES (1, 'one'), (2, 'two'), (3, 'three')",
            "UPDATE shop.t SET note = 'zwei' WHERE id = 2",
            "FLUSH BINARY LOGS",
            "DELETE FROM shop.t WHERE id < 3",
        ])
        .await?;
    let mut conn = server.conn().await?;
    use mysql_async::prelude::Queryable as _;
    for statement in [
        "XA START 'y'",
        "INSERT INTO shop.t VALUES (9, 'xa')",
        "XA END 'y'",
        "XA PREPARE 'y'",
        "XA ROLLBACK 'y'",
    ] {
        conn.query_drop(statement).await?;
    }
    drop(conn);
    let from = server.datadir().to_owned();
    server.stop().await?;
    let folder = tempfile::tempdir()?;
    let mut paths = Vec::new();
    let mut names: Vec<_> = std::fs::read_dir(&from)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    names.sort();
    for path in names {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let is_log = name
            .rsplit_once('.')
            .is_some_and(|(_, end)| end.len() == 6 && end.bytes().all(|c| c.is_ascii_digit()));
        if is_log {
            let to = folder.path().join(&name);
            std::fs::copy(&path, &to)?;
            paths.push(to);
        }
    }
    Ok(Files { folder, paths })
}

fn inspect(arguments: &[&str], files: &[PathBuf]) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_becauselog"));
    Ok(command.arg("inspect").args(arguments).args(files).stdin(Stdio::null()).output()?)
}

fn summary(files: &[PathBuf]) -> Result<(i32, Value)> {
    let output = inspect(&["--json"], files)?;
    let errors = || String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((output.status.code().unwrap_or(-1), serde_json::from_slice(&output.stdout).with_context(errors)?))
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or(u64::MAX)
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_those_of_the_workload_on_every_version() -> Result<()> {
    for version in Version::SERVERS {
        let files = files(version, &[]).await?;
        let (code, found) = summary(&files.paths)?;
        ensure!(code == 0, "{version}: {found:#}");
        let rows = &found["rows"];
        // The XA row is prepared and rolled back in other groups: at its PREPARE it is a row of the log.
        let (inserted, updated, deleted) =
            (count(&rows["inserted"]), count(&rows["updated"]), count(&rows["deleted"]));
        ensure!((inserted, updated, deleted) == (4, 1, 2), "{version}: {rows}");
        ensure!(
            found["tables"][0]["table"] == "shop.t" && found["tables"][0]["updated"] == 1,
            "{version}: {found:#}"
        );
        let transactions = &found["transactions"];
        ensure!(
            count(&transactions["committed"]) == 3 && count(&transactions["ddl"]) == 2,
            "{version}: {transactions}"
        );
        ensure!(
            count(&transactions["xa_prepared"]) == 1 && count(&transactions["xa_rolled_back"]) == 1,
            "{transactions}"
        );
        ensure!(count(&transactions["unfinished"]) == 0, "{version}: {transactions}");
        ensure!(found["files"][0]["end"] == "rotated", "{version}: {found:#}");
        let last = found["files"].as_array().and_then(|all| all.last()).context("no file")?;
        ensure!(last["end"] == "stopped", "{version}: {last}");
        let size: u64 =
            files.paths.iter().map(|path| std::fs::metadata(path).map_or(0, |data| data.len())).sum();
        let read: u64 =
            found["files"].as_array().into_iter().flatten().map(|file| count(&file["bytes"])).sum();
        ensure!(size == read, "{version}: {read} of {size} bytes");
        let gtids = found["gtids"].as_str().unwrap_or_default();
        let expected = if version == Version::MariaDb10_11 { "0-" } else { ":1-" };
        ensure!(gtids.contains(expected), "{version}: {gtids}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_file_gives_what_is_before_and_tells_the_place() -> Result<()> {
    let files = files(Version::V8_0, &[]).await?;
    let whole = std::fs::read(&files.paths[0])?;
    let torn = files.folder.path().join("torn.000001");
    std::fs::write(&torn, &whole[..whole.len() - 60])?;
    let (code, found) = summary(std::slice::from_ref(&torn))?;
    ensure!(code == 4 && found["error"]["code"] == "E_TORN", "{code}: {found:#}");
    ensure!(count(&found["transactions"]["ddl"]) == 2, "{found:#}");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x40;
    std::fs::write(&torn, &damaged)?;
    let (code, found) = summary(std::slice::from_ref(&torn))?;
    ensure!(
        code == 4 && found["error"]["what"].as_str().is_some_and(|text| text.contains("torn.000001:")),
        "{found:#}"
    );
    let missing = inspect(&[], &[files.folder.path().join("none.000001")])?;
    ensure!(missing.status.code() == Some(3));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_printed_in_every_format_from_files_and_from_a_pipe() -> Result<()> {
    let files =
        files(Version::V9_7, &[("binlog-row-metadata", "FULL"), ("binlog-transaction-compression", "ON")])
            .await?;
    for (format, wanted) in
        [("debezium", "\"op\":\"u\""), ("plain", "zwei"), ("readable", "note 'two' -> 'zwei'")]
    {
        let output = inspect(&["--format", format], &files.paths)?;
        let text = String::from_utf8(output.stdout)?;
        ensure!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        let changes = text.lines().filter(|line| !line.contains("CREATE") && !line.contains("GRANT")).count();
        ensure!(text.contains(wanted) && changes == 6, "{format}: {changes}: {text}");
        ensure!(
            !text.contains("'xa'") && !text.contains("\"xa\""),
            "{format}: an XA transaction that was rolled back"
        );
        // A pipe does not tell the name of its first file.
        let first = files.paths[0].file_name().and_then(|name| name.to_str()).context("no name")?;
        let piped = pipe(&["--format", format, "-"], &files.paths)?;
        let piped = piped.replace("\"-\"", &format!("\"{first}\"")).replace("\"-:", &format!("\"{first}:"));
        ensure!(piped == text, "{format}: a pipe gives something else:\n{piped}\n{text}");
    }
    let (_, found) = summary(&files.paths)?;
    ensure!(count(&found["compression"]["transactions"]) >= 3, "{found:#}");
    let text = String::from_utf8(inspect(&[], &files.paths)?.stdout)?;
    ensure!(text.contains("shop.t") && text.contains("compressed transactions"), "{text}");
    Ok(())
}

/// What comes out when the files are given one after the other on standard input.
fn pipe(arguments: &[&str], files: &[PathBuf]) -> Result<String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_becauselog"))
        .arg("inspect")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("no stdin")?;
    for path in files {
        stdin.write_all(&read(path)?)?;
    }
    drop(stdin);
    Ok(String::from_utf8(child.wait_with_output()?.stdout)?)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}
