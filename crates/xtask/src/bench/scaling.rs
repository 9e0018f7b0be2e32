//! How time and memory grow with the size of transactions and with the number of tables: the same number of row changes
//! each time, only their grouping differs, so a run that scales has the same rows a second and the same peak in every line.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::measure::{self, Measured};
use becauselog_testkit::provision::progress::megabytes;
use becauselog_testkit::{MysqlServer, Version};

mod load;

use load::Load;

/// The row changes of each case, before they are divided.
const ROWS_BY_SIZE: u32 = 1_000_000;
const ROWS_BY_TABLES: u32 = 200_000;

/// One line of the result.
struct Case {
    name: String,
    rows: u32,
    best: Measured,
    peak_rss_bytes: u64,
}

/// Makes each load on a server of its own binlog, reads it `runs` times, and prints the tables.
pub async fn run(program: &Path, runs: u32, divide: u32) -> Result<()> {
    let server = MysqlServer::builder(Version::V9_7)
        .option("binlog-row-metadata", "FULL")
        .option("binlog-cache-size", "16777216")
        .option("innodb-buffer-pool-size", "512M")
        .option("table-open-cache", "2000")
        .option("max-binlog-size", "1073741824")
        .start()
        .await?;
    println!("MySQL {}, plain format to a file; best of {} runs", server.release(), runs.max(1));
    let folder = tempfile::Builder::new().prefix("becauselog-scaling-").tempdir()?;
    let divide = divide.max(1);
    let rows = (ROWS_BY_SIZE / divide).max(1_000);
    let sizes = [1_000, 10_000, 100_000, 1_000_000].into_iter().filter(|size| *size <= rows);
    let sizes: Vec<Load> = sizes.map(|size| Load::Sizes { size, rows }).collect();
    measure_all(&server, program, folder.path(), "rows in a transaction", runs, &sizes).await?;
    let rows = (ROWS_BY_TABLES / divide).max(1_000);
    for (metadata, title) in
        [("FULL", "tables, names in the log"), ("MINIMAL", "tables, names from the server")]
    {
        let counts = [10, 1_000, 10_000].map(|tables: u32| (tables / divide.min(10)).max(1));
        let counts = counts.map(|tables| Load::Tables { tables, rows, metadata });
        measure_all(&server, program, folder.path(), title, runs, &counts).await?;
    }
    println!("ratio: rows/s against the first line of the same table; machines differ, ratios less so");
    Ok(())
}

async fn measure_all(
    server: &MysqlServer,
    program: &Path,
    folder: &Path,
    title: &str,
    runs: u32,
    loads: &[Load],
) -> Result<()> {
    let mut cases = Vec::new();
    for load in loads {
        load.make(server).await.with_context(|| format!("making {load:?}"))?;
        cases.push(case(server, program, folder, load, runs)?);
    }
    print_table(title, &cases);
    Ok(())
}

fn case(server: &MysqlServer, program: &Path, folder: &Path, load: &Load, runs: u32) -> Result<Case> {
    let mut best: Option<Measured> = None;
    let mut peak_rss_bytes = 0;
    for _ in 0..runs.max(1) {
        let (config, out) = config(server, folder)?;
        let mut command = Command::new(program);
        command.args(["run", "--log", "warn", "-c"]).arg(config).stdin(Stdio::null());
        let measured = measure::run(&mut command)?;
        ensure!(measured.status.success(), "{load:?}: it ended with {}", measured.status);
        let found = rows_in(&out)?;
        ensure!(found == u64::from(load.rows()), "{load:?}: {found} row changes");
        peak_rss_bytes = peak_rss_bytes.max(measured.usage.peak_rss_bytes);
        if best.is_none_or(|best| measured.wall < best.wall) {
            best = Some(measured);
        }
    }
    Ok(Case { name: load.name(), rows: load.rows(), best: best.context("no run")?, peak_rss_bytes })
}

/// A config for everything that is in the log, with fresh state and a fresh output.
fn config(server: &MysqlServer, folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let own = folder.join("run");
    if own.exists() {
        std::fs::remove_dir_all(&own)?;
    }
    std::fs::create_dir(&own)?;
    let out = own.join("changes.jsonl");
    let text = format!(
        "name = \"scaling\"\n[source]\nhosts = [\"127.0.0.1:{}\"]\nuser = \"root\"\nstart = \"earliest\"\nstop = \"now\"\n\
         [format]\nkind = \"plain\"\n[state]\ndir = {:?}\n[[sink]]\nkind = \"file\"\npath = {out:?}\n",
        server.port(),
        own.join("state"),
    );
    let path = own.join("scaling.toml");
    std::fs::write(&path, text)?;
    Ok((path, out))
}

/// How many inserts were written, each with its table and its row.
fn rows_in(out: &Path) -> Result<u64> {
    let mut found = 0;
    for line in BufReader::new(File::open(out)?).split(b'\n') {
        let line = line?;
        let is_whole = line.starts_with(b"{\"id\":\"scaling/") && line.ends_with(b"}}");
        ensure!(is_whole, "a line that is none: {}", String::from_utf8_lossy(&line));
        found += 1;
    }
    Ok(found)
}

fn print_table(title: &str, cases: &[Case]) {
    let speed = |case: &Case| f64::from(case.rows) / case.best.wall.as_secs_f64();
    let base = cases.first().map_or(1.0, speed);
    println!("{title:<32} {:>10} {:>8} {:>8} {:>10} {:>8}", "rows/s", "wall s", "CPU s", "peak RSS", "ratio");
    for case in cases {
        println!(
            "{:<32} {:>10.0} {:>8.2} {:>8.2} {:>10} {:>8.2}",
            case.name,
            speed(case),
            case.best.wall.as_secs_f64(),
            case.best.usage.cpu.as_secs_f64(),
            megabytes(case.peak_rss_bytes),
            speed(case) / base
        );
    }
}
