//! Fuzzing: each target of `fuzz/` for a while, with cargo-fuzz from the cache folder and the toolchain at hand.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use becauselog_testkit::provision::cache;
use clap::Args;

use crate::steps::{self, cargo, passes};

const CARGO_FUZZ: &str = "0.13.2";

#[derive(Debug, Args)]
pub struct Options {
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only these targets.
    targets: Vec<String>,
}

/// Runs the targets one after the other; the first finding ends its target, and the task fails at the end.
pub fn run(options: &Options) -> Result<ExitCode> {
    let tool = tool()?;
    let folder = steps::root().join("fuzz");
    if !folder.join("Cargo.toml").is_file() {
        bail!("there is no fuzz/Cargo.toml");
    }
    let known = targets(&tool, &folder)?;
    if let Some(unknown) = options.targets.iter().find(|target| !known.contains(target)) {
        bail!("there is no fuzz target {unknown}; there are: {}", known.join(", "));
    }
    let wanted = if options.targets.is_empty() { &known } else { &options.targets };
    let mut found = Vec::new();
    for target in wanted {
        println!("== fuzz {target} for {} s", options.seconds);
        let mut fuzz = cargo_fuzz(&tool, &folder);
        fuzz.args(["run", target]).args(corpora(&folder, target)?);
        fuzz.args(["--", "-rss_limit_mb=2048", "-timeout=20"]);
        fuzz.arg(format!("-max_total_time={}", options.seconds));
        if !passes(&mut fuzz)? {
            found.push(target.as_str());
        }
    }
    if found.is_empty() {
        println!("{} targets ran {} s each and found nothing", wanted.len(), options.seconds);
        return Ok(ExitCode::SUCCESS);
    }
    println!("found something: {}; the inputs are in fuzz/artifacts", found.join(", "));
    Ok(ExitCode::FAILURE)
}

/// cargo-fuzz in the cache folder, installed if need be.
fn tool() -> Result<PathBuf> {
    let root = cache::folder()?.join(format!("tools/cargo-fuzz-{CARGO_FUZZ}"));
    let tool = root.join("bin/cargo-fuzz");
    let _lock = cache::lock("cargo-fuzz")?;
    if !tool.is_file() {
        println!("installing cargo-fuzz {CARGO_FUZZ} into {} (once)", root.display());
        let mut install = cargo();
        install.args(["install", "cargo-fuzz", "--version", CARGO_FUZZ, "--locked", "--root"]).arg(&root);
        if !passes(&mut install)? {
            bail!("cargo-fuzz could not be installed");
        }
    }
    Ok(tool)
}

/// The folder where libFuzzer keeps what it found of use, and the one with the seeds, if the target has some.
fn corpora(folder: &Path, target: &str) -> Result<Vec<String>> {
    let (corpus, seeds) = (format!("corpus/{target}"), format!("seeds/{target}"));
    std::fs::create_dir_all(folder.join(&corpus)).with_context(|| corpus.clone())?;
    let has_seeds = folder.join(&seeds).is_dir();
    Ok([corpus].into_iter().chain(has_seeds.then_some(seeds)).collect())
}

/// libFuzzer's instrumentation is behind unstable flags, which the stable compiler takes when told so.
fn cargo_fuzz(tool: &Path, folder: &Path) -> Command {
    let mut command = Command::new(tool);
    command.arg("fuzz").current_dir(folder).env("RUSTC_BOOTSTRAP", "1");
    command
}

fn targets(tool: &Path, folder: &Path) -> Result<Vec<String>> {
    let output = cargo_fuzz(tool, folder).arg("list").output().context("cannot run cargo-fuzz")?;
    if !output.status.success() {
        bail!("cargo fuzz list: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let targets: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    if targets.is_empty() {
        bail!("fuzz/ has no targets");
    }
    Ok(targets)
}
