//! Logs by `tracing`, to stderr: text on a terminal, one JSON object a line elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::exit::Failure;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One readable line.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging. `filter` is a level or a filter such as `info,becauselog_binlog=debug`; without one `RUST_LOG`
/// counts, then `default`.
pub fn start(filter: Option<&str>, default: &str, format: LogFormat) -> Result<(), Failure> {
    let from_environment = std::env::var("RUST_LOG").ok().filter(|text| !text.is_empty());
    let text = filter.map(str::to_owned).or(from_environment).unwrap_or_else(|| default.to_owned());
    let filter = EnvFilter::try_new(&text)
        .map_err(|error| Failure::usage(format!("the log filter {text:?} cannot be read: {error}")))?;
    let terminal = std::io::stderr().is_terminal();
    let json = match format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let registry = tracing_subscriber::registry().with(filter);
    let set = if json {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()
    } else {
        let layer = fmt::layer().with_target(false).with_ansi(terminal).with_writer(std::io::stderr);
        registry.with(layer).try_init()
    };
    set.map_err(|error| Failure::new(crate::exit::Exit::Internal, error))
}
