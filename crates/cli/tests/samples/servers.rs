//! Logs that every server at hand writes, counted against its own client.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::{MysqlServer, Replicated, ServerBuilder, Version};
use serde_json::Value;

use super::{client, events, inspect, inspect_one, list, notes, workload};

/// A server's files after the workload, copied after it ended.
struct Sample {
    _folder: tempfile::TempDir,
    paths: Vec<PathBuf>,
}

async fn sample(version: Version, options: &[(&str, &str)]) -> Result<Sample> {
    let builder = options.iter().fold(with_files(MysqlServer::builder(version)), |builder, (name, value)| {
        builder.option(name, value)
    });
    let mut server = builder.start().await?;
    let folder = tempfile::tempdir()?;
    make_readable(folder.path())?;
    // With rows of version 1 the server writes diffs that it cannot read itself.
    let has_diffs = !options.iter().any(|(name, _)| *name == "log-bin-use-v1-row-events");
    workload::run(&server, folder.path(), has_diffs).await?;
    stop_and_copy(&mut server, "binlog.", folder).await
}

/// `LOAD DATA` may read any file.
fn with_files(builder: ServerBuilder) -> ServerBuilder {
    builder.option("secure-file-priv", "").option("local-infile", "ON")
}

/// A stopped server's files whose names begin like this.
async fn stop_and_copy(server: &mut MysqlServer, prefix: &str, folder: tempfile::TempDir) -> Result<Sample> {
    let from = server.datadir();
    server.stop().await?;
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&from)? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        if name.strip_prefix(prefix).is_some_and(|number| number.parse::<u32>().is_ok()) {
            let to = folder.path().join(&name);
            std::fs::copy(from.join(&name), &to)?;
            paths.push(to);
        }
    }
    paths.sort();
    ensure!(paths.len() >= 2, "{}: {paths:?}", server.version());
    Ok(Sample { _folder: folder, paths })
}

/// The server may run as somebody else.
fn make_readable(folder: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))?)
}

/// Each file's events by kind, its length and its rows are what the client says.
async fn compare(version: Version, options: &[(&str, &str)]) -> Result<Value> {
    let sample = sample(version, options).await?;
    let survey = compare_files(version, &sample).await.with_context(|| format!("{version} {options:?}"))?;
    for (path, file) in sample.paths.iter().zip(survey["files"].as_array().context("no files")?) {
        let size = std::fs::metadata(path)?.len();
        let theirs = client::read(version, path).await?;
        ensure!(file["bytes"] == size && theirs.end == size, "{version}: {size} bytes, {file:#}");
        let listed = list(path, "end")?;
        ensure!(listed == theirs.listed, "{version}: {listed:?}\n{:?}", theirs.listed);
    }
    Ok(survey)
}

async fn compare_files(version: Version, sample: &Sample) -> Result<Value> {
    let mut rows = [0; 3];
    for path in &sample.paths {
        let at = path.display();
        let (code, survey) = inspect_one(path)?;
        ensure!(code == 0, "{at}: {survey:#}");
        let theirs = client::read(version, path).await?;
        let mut ours = BTreeMap::new();
        for (kind, count) in events(&survey) {
            *ours.entry(client::name(&kind).to_owned()).or_insert(0) += count;
        }
        ensure!(ours == theirs.events, "{at}:\nours   {ours:?}\ntheirs {:?}", theirs.events);
        rows.iter_mut().zip(theirs.rows).for_each(|(sum, count)| *sum += count);
    }
    let (code, survey) = inspect(&sample.paths)?;
    ensure!(code == 0, "{survey:#}");
    let found = ["inserted", "updated", "deleted"].map(|kind| survey["rows"][kind].as_u64().unwrap_or(0));
    ensure!(found == rows, "{found:?} rows, the client has {rows:?}");
    Ok(survey)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_of_every_server_is_counted_as_its_client_counts() -> Result<()> {
    for version in Version::SERVERS {
        let survey = compare(version, &[("binlog-rows-query-log-events", "ON")]).await?;
        ensure!(notes(&survey).contains(&"E_STATEMENT_FORMAT"), "{version}: {survey:#}");
        let tables = survey["tables"].as_array().context("no tables")?;
        for table in ["shop.t", "shop.wide", "shop.old"] {
            ensure!(tables.iter().any(|found| found["table"] == table), "{version}: no {table}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn so_are_files_without_checksums() -> Result<()> {
    for version in Version::SERVERS {
        let survey = compare(version, &[("binlog-checksum", "NONE")]).await?;
        ensure!(survey["files"][0]["checksums"] == false, "{version}: {survey:#}");
    }
    Ok(())
}

/// The newest client does not read them any more: what is counted is what the same statements log otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_version_1_are_counted_as_those_of_version_2() -> Result<()> {
    for version in [Version::V8_0, Version::V5_7] {
        let mut surveys = Vec::new();
        for options in [[("log-bin-use-v1-row-events", "OFF")], [("log-bin-use-v1-row-events", "ON")]] {
            let sample = sample(version, &options).await?;
            let (code, survey) = inspect(&sample.paths)?;
            ensure!(code == 0, "{version}: {survey:#}");
            surveys.push(survey);
        }
        let [two, one] = &surveys[..] else { anyhow::bail!("two surveys") };
        let renamed: BTreeMap<String, u64> = events(one)
            .into_iter()
            .map(|(kind, count)| (kind.trim_end_matches("_V1").to_owned(), count))
            .collect();
        ensure!(
            events(one).contains_key("WRITE_ROWS_V1") && renamed == events(two),
            "{version}: {one:#} {two:#}"
        );
        for kind in ["inserted", "updated", "deleted"] {
            ensure!(one["rows"][kind] == two["rows"][kind], "{version}: {one:#} {two:#}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn so_are_compressed_transactions_and_full_metadata() -> Result<()> {
    let options = [("binlog-transaction-compression", "ON"), ("binlog-row-metadata", "FULL")];
    let survey = compare(Version::V9_7, &options).await?;
    ensure!(!survey["compressed_events"]["PARTIAL_UPDATE_ROWS"].is_null(), "{survey:#}");
    compare(Version::V8_0, &[("binlog-row-metadata", "FULL")]).await?;
    compare(Version::MariaDb10_11, &[("log-bin-compress", "ON"), ("binlog-row-metadata", "FULL")]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn so_are_anonymous_transactions() -> Result<()> {
    for version in Version::ALL {
        let options = [("gtid-mode", "OFF"), ("enforce-gtid-consistency", "OFF")];
        let survey = compare(version, &options).await?;
        ensure!(events(&survey).contains_key("ANONYMOUS_GTID"), "{version}: {survey:#}");
    }
    Ok(())
}

/// A relay log has the primary's events at the primary's places, between its own.
#[tokio::test(flavor = "multi_thread")]
async fn so_are_relay_logs() -> Result<()> {
    for version in Version::SERVERS {
        let mut pair = Replicated::start_with(version, with_files, |replica| {
            replica.option("relay-log", "relay").option("relay-log-purge", "OFF")
        })
        .await?;
        let folder = tempfile::tempdir()?;
        make_readable(folder.path())?;
        workload::run(&pair.primary, folder.path(), true).await?;
        pair.wait_caught_up().await?;
        let sample = stop_and_copy(&mut pair.replica, "relay.", folder).await?;
        let survey = compare_files(version, &sample).await.with_context(|| version.to_string())?;
        for path in &sample.paths {
            let (listed, theirs) = (list(path, "log_pos")?, client::read(version, path).await?.listed);
            ensure!(listed == theirs, "{version}: {listed:?}\n{theirs:?}");
        }
        ensure!(count_of(&survey, "FORMAT_DESCRIPTION") > sample.paths.len() as u64, "{version}: {survey:#}");
        ensure!(survey["rows"]["inserted"].as_u64() > Some(70), "{version}: {survey:#}");
    }
    Ok(())
}

fn count_of(survey: &Value, kind: &str) -> u64 {
    events(survey).get(kind).copied().unwrap_or_default()
}
