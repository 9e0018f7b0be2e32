//! Development tasks. `cargo xtask --help` lists them; they need Rust and nothing else.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod bench;
mod ci;
mod demo;
mod fuzz;
mod lockfile;
mod setup;
mod steps;
mod test;
mod totals;
mod truth;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Becauselog's development tasks", long_about = LONG)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

const LONG: &str = "Becauselog's development tasks.\n\n\
    Servers are found in this order: programs named by BECAUSELOG_MYSQLD (and BECAUSELOG_MYSQL, BECAUSELOG_MYSQLBINLOG), \
    mysqld on PATH, a container if a daemon answers, packages unpacked privately into the cache folder \
    (~/.cache/becauselog; BECAUSELOG_CACHE moves it). Only the first run needs the network.";

#[derive(Debug, Subcommand)]
enum Task {
    /// Watch the changes of a live MySQL replica flow out, with a proof at the end.
    Demo(demo::Options),
    /// Run all tests against real servers; the last line is the total.
    Test(test::Options),
    /// Measure a million row changes against MySQL's own tools.
    Bench(bench::Options),
    /// What the project's gate runs: format, lints, docs, dependencies, tests.
    Ci,
    /// Run each fuzz target for a while.
    Fuzz(fuzz::Options),
    /// Record what Debezium makes of our plays, or compare it with the golden files.
    Truth(truth::Options),
    /// Fetch all servers and prepare their data folders now.
    Setup,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args.task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    match task {
        Task::Demo(options) => demo::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Ci => ci::run(),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Truth(options) => truth::run(&options),
        Task::Setup => setup::run(),
    }
}
