//! The gate: everything that must hold before a change goes in.

use std::process::ExitCode;

use anyhow::Result;

use crate::steps::{Outcome, cargo, passes, step};
use crate::{lockfile, setup, test};

/// Runs every step even after one has failed; the closing line is the tests' total.
pub fn run() -> Result<ExitCode> {
    let mut totals = test_totals();
    let mut outcomes: Vec<Outcome> = vec![
        step("format", || passes(cargo().args(["fmt", "--all", "--", "--check"]))),
        step("lockfile", lockfile::check),
        step("clippy", || {
            passes(cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ]))
        }),
        step("docs", || {
            let mut doc = cargo();
            doc.args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings");
            passes(&mut doc)
        }),
        step("servers", || setup::fetch().map(|()| true)),
    ];
    outcomes.push(step("tests", || {
        let (found, passed) = test::all(&test::everything())?;
        totals = found;
        Ok(passed)
    }));
    println!();
    for outcome in &outcomes {
        println!("{}", outcome.line());
    }
    let passed = outcomes.iter().all(|outcome| outcome.passed);
    println!("{totals}");
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Nothing ran yet: that is a failure unless the tests say otherwise.
fn test_totals() -> crate::totals::Totals {
    crate::totals::Totals { failed: 1, ..Default::default() }
}
