//! The benchmark: a million row changes, read by MySQL's own tools and by us, as ratios in one run.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, ensure};
use becauselog_testkit::bench_load::{BenchLoad, Size};
use becauselog_testkit::measure::{self, Measured};
use becauselog_testkit::provision::progress::megabytes;
use becauselog_testkit::{Version, provision};
use clap::Args;

use crate::steps;

mod ours;
mod scaling;

#[derive(Debug, Args)]
pub struct Options {
    /// How many rounds, in each of which every contestant runs once.
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// The workload's seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Divide the workload by this (1: a million row changes).
    #[arg(long, default_value_t = 1)]
    divide: u32,
    /// Instead: whether time and memory stay flat in the size of transactions and the number of tables.
    #[arg(long)]
    scaling: bool,
    /// Instead: make the workload, say how to run ours on it, and keep its server until Enter is pressed: for profiles.
    #[arg(long)]
    hold: bool,
}

/// Makes a contestant for one run in a folder.
type Make = fn(&BenchLoad, &Programs, &Path) -> Result<Contestant>;

/// What the contestants are.
struct Programs {
    mysqlbinlog: provision::Program,
    frames: PathBuf,
    becauselog: PathBuf,
}

/// Something that reads the workload from the server.
struct Contestant {
    name: &'static str,
    command: Command,
    /// Looks at what a run left in its folder and fails if it is not the whole workload.
    verify: fn(&BenchLoad, &Path) -> Result<()>,
    /// Where its standard output goes, in the run's folder.
    stdout: &'static str,
}

/// Runs every contestant and prints the table.
pub fn run(options: &Options) -> Result<ExitCode> {
    let becauselog = steps::build_becauselog()?;
    if options.scaling {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(scaling::run(&becauselog, options.runs, options.divide))?;
        return Ok(ExitCode::SUCCESS);
    }
    let frames = steps::build_example("becauselog-binlog", "follow_speed")?;
    let runtime = tokio::runtime::Runtime::new()?;
    let size = Size { divided_by: options.divide };
    let load = runtime.block_on(BenchLoad::start(Version::V9_7, options.seed, size))?;
    println!(
        "{} row changes in {} transactions (the largest has {}), {} of binlog, MySQL {}",
        load.expected.rows(),
        load.expected.transactions,
        load.expected.largest_transaction,
        megabytes(load.expected.bytes()),
        load.server.release()
    );
    if options.hold {
        return hold(&load, &becauselog);
    }
    let programs = Programs { mysqlbinlog: runtime.block_on(provision::mysqlbinlog())?, frames, becauselog };
    let folder = tempfile::Builder::new().prefix("becauselog-bench-").tempdir()?;
    let results = rounds(&load, &programs, folder.path(), options.runs.max(1))?;
    print_table(&load, &results);
    Ok(ExitCode::SUCCESS)
}

/// A contestant's name and its run of each round.
type Rounds = (&'static str, Vec<Measured>);

/// Every contestant once a round: a machine that is slow for a while is slow for all of them.
fn rounds(load: &BenchLoad, programs: &Programs, folder: &Path, count: u32) -> Result<Vec<Rounds>> {
    let makes: [Make; 6] = [raw, frames_only, debezium_unsynced, debezium, plain, verbose];
    let mut results: Vec<Rounds> = makes.iter().map(|_| ("", Vec::new())).collect();
    for _ in 0..count {
        for (make, (name, runs)) in makes.iter().zip(&mut results) {
            let mut contestant = make(load, programs, folder)?;
            *name = contestant.name;
            runs.push(one_run(&mut contestant, load, folder)?);
        }
    }
    Ok(results)
}

/// Keeps the server with the workload while somebody else reads it.
fn hold(load: &BenchLoad, becauselog: &Path) -> Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("becauselog-bench-").tempdir()?;
    let config = ours::config(load, folder.path(), "debezium", "interval:1s")?;
    println!("{} run --log warn -c {}", becauselog.display(), config.display());
    println!("(anew from the start: remove all but the config from that folder; Enter here ends the server)");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(ExitCode::SUCCESS)
}

fn one_run(contestant: &mut Contestant, load: &BenchLoad, folder: &Path) -> Result<Measured> {
    let output = folder.join(contestant.stdout);
    contestant.command.stdout(File::create(&output)?);
    let measured = measure::run(&mut contestant.command)?;
    ensure!(measured.status.success(), "{} ended with {}", contestant.name, measured.status);
    (contestant.verify)(load, folder).with_context(|| contestant.name.to_owned())?;
    std::fs::remove_file(output)?;
    Ok(measured)
}

/// `mysqlbinlog --raw`: the bytes from the server to a file, nothing decoded.
fn raw(load: &BenchLoad, programs: &Programs, folder: &Path) -> Result<Contestant> {
    let mut command = remote(load, &programs.mysqlbinlog);
    command.arg("--raw").arg(format!("--result-file={}/raw-", folder.display()));
    command.args(load.expected.files.iter().map(|file| &file.name));
    Ok(Contestant { name: "mysqlbinlog --raw", command, verify: raw_is_whole, stdout: "raw.out" })
}

/// `mysqlbinlog -v`: rows as text.
fn verbose(load: &BenchLoad, programs: &Programs, _folder: &Path) -> Result<Contestant> {
    let mut command = remote(load, &programs.mysqlbinlog);
    command.args(["-v", "--base64-output=DECODE-ROWS"]);
    command.args(load.expected.files.iter().map(|file| &file.name));
    Ok(Contestant { name: "mysqlbinlog -v", command, verify: text_is_whole, stdout: "text.out" })
}

fn remote(load: &BenchLoad, mysqlbinlog: &provision::Program) -> Command {
    let mut command = mysqlbinlog.command();
    command.args(["--no-defaults", "--read-from-remote-server", "--host=127.0.0.1", "--user=root"]);
    command.arg(format!("--port={}", load.server.port())).stdin(Stdio::null());
    command
}

/// Our reader alone: framed, checked, grouped, nothing decoded.
fn frames_only(load: &BenchLoad, programs: &Programs, _folder: &Path) -> Result<Contestant> {
    let mut command = Command::new(&programs.frames);
    command.arg(format!("127.0.0.1:{}", load.server.port()));
    Ok(Contestant {
        name: "becauselog, frames only",
        command,
        verify: frames_are_whole,
        stdout: "frames.out",
    })
}

/// Ours: Debezium JSON to a file, left to the system to bring to the disk, as mysqlbinlog leaves its files.
fn debezium_unsynced(load: &BenchLoad, programs: &Programs, folder: &Path) -> Result<Contestant> {
    let command = becauselog(load, programs, folder, "debezium", "never")?;
    let (verify, stdout) = (ours::debezium_is_whole, "run.out");
    Ok(Contestant { name: "becauselog, not synced", command, verify, stdout })
}

/// Ours: Debezium JSON to a file, durable at its end and once a second, as it is by default.
fn debezium(load: &BenchLoad, programs: &Programs, folder: &Path) -> Result<Contestant> {
    let command = becauselog(load, programs, folder, "debezium", "interval:1s")?;
    Ok(Contestant {
        name: "becauselog, Debezium JSON",
        command,
        verify: ours::debezium_is_whole,
        stdout: "run.out",
    })
}

/// Ours: the plain format to a file.
fn plain(load: &BenchLoad, programs: &Programs, folder: &Path) -> Result<Contestant> {
    let command = becauselog(load, programs, folder, "plain", "interval:1s")?;
    Ok(Contestant { name: "becauselog, plain", command, verify: ours::plain_is_whole, stdout: "run.out" })
}

fn becauselog(
    load: &BenchLoad,
    programs: &Programs,
    folder: &Path,
    format: &str,
    fsync: &str,
) -> Result<Command> {
    let config = ours::config(load, folder, format, fsync)?;
    let mut command = Command::new(&programs.becauselog);
    command.args(["run", "--log", "warn", "-c"]).arg(config).stdin(Stdio::null());
    Ok(command)
}

fn frames_are_whole(load: &BenchLoad, folder: &Path) -> Result<()> {
    let said = std::fs::read_to_string(folder.join("frames.out"))?;
    let groups =
        said.split(", ").find_map(|part| part.strip_suffix(" groups")).and_then(|n| n.parse::<u64>().ok());
    ensure!(
        groups.is_some_and(|n| n >= load.expected.transactions),
        "the reader did not come to the end: {said}"
    );
    Ok(())
}

fn raw_is_whole(load: &BenchLoad, folder: &Path) -> Result<()> {
    for (file, truth) in load.expected.files.iter().zip(load.files()) {
        let copy: PathBuf = folder.join(format!("raw-{}", file.name));
        let (ours, _) = provision::manifest::sha256(&copy)?;
        let (theirs, _) = provision::manifest::sha256(&truth)?;
        ensure!(ours == theirs, "{} differs from the server's file", file.name);
        std::fs::remove_file(copy)?;
    }
    Ok(())
}

fn text_is_whole(load: &BenchLoad, folder: &Path) -> Result<()> {
    let mut found = 0_u64;
    for line in BufReader::new(File::open(folder.join("text.out"))?).split(b'\n') {
        let line = line?;
        let changes = [b"### INSERT INTO".as_slice(), b"### UPDATE", b"### DELETE FROM"];
        found += u64::from(changes.iter().any(|start| line.starts_with(start)));
    }
    ensure!(found == load.expected.rows(), "{found} row changes instead of {}", load.expected.rows());
    Ok(())
}

fn print_table(load: &BenchLoad, results: &[Rounds]) {
    let rows = load.expected.rows() as f64;
    let base = results.first().map(|(_, runs)| runs.as_slice()).unwrap_or_default();
    println!("{:<28} {:>12} {:>8} {:>8} {:>10} {:>8}", "", "rows/s", "wall s", "CPU s", "peak RSS", "ratio");
    for (name, runs) in results {
        let Some(best) = runs.iter().min_by_key(|run| run.wall) else { continue };
        let wall = best.wall.as_secs_f64();
        let peak = runs.iter().map(|run| run.usage.peak_rss_bytes).max().unwrap_or_default();
        println!(
            "{name:<28} {:>12.0} {wall:>8.2} {:>8.2} {:>10} {:>8.2}",
            rows / wall,
            best.usage.cpu.as_secs_f64(),
            megabytes(peak),
            ratio(base, runs)
        );
    }
    println!(
        "rows/s, wall and CPU of the best round, peak RSS of all; ratio: the median over the rounds of rows/s against"
    );
    println!("mysqlbinlog --raw in the same round; machines differ, ratios less so");
}

/// The median of the rounds' ratios.
fn ratio(base: &[Measured], runs: &[Measured]) -> f64 {
    let seconds = |run: &Measured| run.wall.as_secs_f64();
    let mut ratios: Vec<f64> =
        base.iter().zip(runs).map(|(base, run)| seconds(base) / seconds(run)).collect();
    ratios.sort_by(f64::total_cmp);
    let upper = ratios.get(ratios.len() / 2).copied().unwrap_or(1.0);
    let lower = ratios.get(ratios.len().saturating_sub(1) / 2).copied().unwrap_or(upper);
    (lower + upper) / 2.0
}
