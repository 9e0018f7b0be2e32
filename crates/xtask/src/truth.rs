//! Recording what Debezium makes of our plays, and comparing it with what was recorded before.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use becauselog_testkit::debezium::{
    self,
    case::{Case, Play},
    compare::{Masks, differences},
    golden::Golden,
    record::{self, Recording},
};
use clap::Args;

use crate::steps;

#[derive(Debug, Args)]
pub struct Options {
    /// Record again and compare with the golden files; change nothing.
    #[arg(long)]
    check: bool,
    /// Only list the plays and their cases.
    #[arg(long)]
    list: bool,
    /// Only these plays.
    plays: Vec<String>,
}

/// How many differences of a case are shown.
const SHOWN: usize = 5;

/// Where plays and golden files are.
fn folder() -> PathBuf {
    debezium::case::folder(steps::root().join("crates/format/tests/truth"))
}

/// Plays each play on a real server, lets Debezium follow it, and keeps or compares what it wrote.
pub fn run(options: &Options) -> Result<ExitCode> {
    let plays = chosen(options)?;
    if options.list {
        list(&plays);
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}", debezium::provide()?);
    let runtime = tokio::runtime::Runtime::new()?;
    let (began, mut cases, mut wrong) = (Instant::now(), 0, 0);
    for play in &plays {
        println!("== {}: {} statements, {} cases", play.name, play.statements.len(), play.cases.len());
        cases += play.cases.len();
        // One play that cannot be played says nothing of the others.
        wrong += one(&runtime, play, options).unwrap_or_else(|error| {
            println!("{}: {error:#}", play.name);
            play.cases.len()
        });
    }
    let what = if options.check { "compared" } else { "recorded" };
    println!("{cases} cases {what} in {:.0} s, {wrong} wrong", began.elapsed().as_secs_f64());
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plays one play; how many of its cases are not as they should be.
fn one(runtime: &tokio::runtime::Runtime, play: &Play, options: &Options) -> Result<usize> {
    let recording = runtime.block_on(record::play(play))?;
    if options.check {
        return check(play, &recording);
    }
    recording.write(play)?;
    Ok(0)
}

fn chosen(options: &Options) -> Result<Vec<Play>> {
    let mut plays = Play::all(&folder())?;
    for name in &options.plays {
        if !plays.iter().any(|play| play.name == *name) {
            let names: Vec<&str> = plays.iter().map(|play| play.name.as_str()).collect();
            bail!("there is no play {name}; there are {}", names.join(", "));
        }
    }
    plays.retain(|play| options.plays.is_empty() || options.plays.contains(&play.name));
    Ok(plays)
}

fn list(plays: &[Play]) {
    for play in plays {
        for case in &play.cases {
            println!("{:<32} {}", play.full_name(case), case.about);
        }
    }
}

/// How many cases differ from their golden files.
fn check(play: &Play, recording: &Recording) -> Result<usize> {
    let mut wrong = 0;
    for (case, found) in play.cases.iter().zip(&recording.goldens) {
        let problems = problems(&Golden::read(&play.golden_path(case))?, found, case);
        for problem in problems.iter().take(SHOWN) {
            println!("{}: {problem}", found.case);
        }
        if problems.len() > SHOWN {
            println!("{}: and {} more", found.case, problems.len() - SHOWN);
        }
        wrong += usize::from(!problems.is_empty());
    }
    Ok(wrong)
}

fn problems(golden: &Golden, found: &Golden, case: &Case) -> Vec<String> {
    let masks = Masks::other_log().and(&case.masks).and(&case.log_masks);
    let mut all = differences(&golden.records, &found.records, &masks);
    if golden.options != found.options {
        all.push("the case's settings were changed since it was recorded".to_owned());
    }
    if std::mem::discriminant(&golden.end) != std::mem::discriminant(&found.end) {
        all.push(format!("it ended as {:?}, not as {:?}", found.end, golden.end));
    }
    all
}
