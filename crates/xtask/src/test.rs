//! All tests of the workspace, or the matrix of servers, with the total as the last line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use becauselog_testkit::Version;
use clap::Args;

use crate::totals::Totals;
use crate::{setup, steps};

#[derive(Debug, Args)]
pub struct Options {
    /// Run the long repetitions too (sets BECAUSELOG_SOAK=1).
    #[arg(long)]
    soak: bool,
    /// The matrix (types, DDL, restart, failover, purge) on these servers alone: all, or for example 9.7,mariadb-10.11.
    #[arg(long, value_name = "SERVERS", conflicts_with_all = ["package", "filters"])]
    servers: Option<String>,
    /// Only this package's tests.
    #[arg(short, long)]
    package: Option<String>,
    /// Only tests whose names contain one of these.
    filters: Vec<String>,
}

/// Fetches the servers, runs the tests, prints `N passed, N failed`.
pub fn run(options: &Options) -> Result<ExitCode> {
    if let Some(servers) = &options.servers {
        Version::named(servers)?;
    }
    setup::fetch()?;
    let (totals, passed) = all(options)?;
    println!("{totals}");
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every test of the workspace.
pub fn everything() -> Options {
    Options { soak: false, servers: None, package: None, filters: Vec::new() }
}

/// Runs the tests and adds up their results. Passed means: all programs ended well and at least one test ran.
pub fn all(options: &Options) -> Result<(Totals, bool)> {
    let mut child = command(options).stdout(Stdio::piped()).spawn().context("cannot run cargo")?;
    let output = child.stdout.take().context("no output")?;
    let mut totals = Totals::default();
    let mut ours = std::io::stdout().lock();
    // Lines as bytes: a test may print anything.
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        ours.write_all(&line)?;
        ours.write_all(b"\n")?;
        totals.add_line(&String::from_utf8_lossy(&line));
    }
    drop(ours);
    let status = child.wait()?;
    if totals.ignored > 0 {
        println!("{} tests were ignored", totals.ignored);
    }
    if !status.success() && totals.failed == 0 {
        println!("cargo test ended with {status}: something did not build, or a test program did not finish");
        totals.failed += 1;
    }
    if status.success() && totals.passed == 0 {
        println!("no test ran");
    }
    Ok((totals, status.success() && totals.failed == 0 && totals.passed > 0))
}

fn command(options: &Options) -> Command {
    let mut cargo = steps::cargo();
    cargo.args(["test", "--no-fail-fast"]);
    match (&options.servers, &options.package) {
        (Some(servers), _) => {
            // Its result is a table, which is to be seen.
            cargo.args(["--package", "becauselog", "--test", "matrix", "--", "--nocapture"]);
            cargo.env("BECAUSELOG_SERVERS", servers)
        }
        (None, Some(package)) => cargo.args(["--package", package, "--"]),
        (None, None) => cargo.args(["--workspace", "--"]),
    };
    cargo.args(&options.filters);
    if options.soak {
        cargo.env("BECAUSELOG_SOAK", "1");
    }
    cargo
}
