//! Commands of this workspace, run in its root with their time told.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The cargo that runs us, in the workspace's root.
pub fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root());
    // What `cargo run` sets for us is not meant for the builds we start.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(name);
    }
    command
}

/// What a step took and whether it passed.
#[derive(Debug)]
pub struct Outcome {
    /// Its name.
    pub name: &'static str,
    /// Whether it passed.
    pub passed: bool,
    /// How long it ran.
    pub took: Duration,
}

impl Outcome {
    /// `clippy          ok      12.3 s`.
    pub fn line(&self) -> String {
        let word = if self.passed { "ok" } else { "FAILED" };
        format!("{:<10} {word:<8} {:>7.1} s", self.name, self.took.as_secs_f64())
    }
}

/// Runs a step, says its name before and its time after.
pub fn step(name: &'static str, work: impl FnOnce() -> Result<bool>) -> Outcome {
    println!("== {name}");
    let started = Instant::now();
    let passed = work().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        false
    });
    let outcome = Outcome { name, passed, took: started.elapsed() };
    println!("== {}", outcome.line());
    outcome
}

/// Runs a command to its end, its output going where ours goes.
pub fn passes(command: &mut Command) -> Result<bool> {
    let status =
        command.status().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    Ok(status.success())
}

/// Builds the program as it is released and says where it is.
pub fn build_becauselog() -> Result<PathBuf> {
    println!("building becauselog (release)");
    let built = passes(cargo().args(["build", "--release", "--locked", "--package", "becauselog"]))?;
    anyhow::ensure!(built, "becauselog does not build");
    Ok(release_folder().join("becauselog"))
}

/// Builds an example of a package as it would be released and says where it is.
pub fn build_example(package: &str, example: &str) -> Result<PathBuf> {
    let built =
        passes(cargo().args(["build", "--release", "--locked", "--package", package, "--example", example]))?;
    anyhow::ensure!(built, "{example} does not build");
    Ok(release_folder().join("examples").join(example))
}

fn release_folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    root().join(target).join("release")
}
