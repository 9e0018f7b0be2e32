//! The `becauselog` binary: flags, config, and the one place that names concrete sinks.
//!
//! What it does: reads a config (its own TOML, or a Debezium connector's config as it is) into one [`plan::RunPlan`],
//! and runs a command with it. What it deliberately does not know: the layout of the log, encodings, retries.
//!
//! Invariants: no key of a config is ignored in silence; a secret is never printed; every failure has an exit code.

mod address;
mod args;
mod check;
mod commands;
mod config;
mod exit;
mod inspect;
mod logging;
mod plan;
mod readable;
mod run;
mod secret;

fn main() -> std::process::ExitCode {
    commands::main()
}
