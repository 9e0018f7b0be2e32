//! From native keys to a plan: defaults, ranges, choices. Pure but for the password's file; every problem is told at once.

mod columns;
mod format;
mod secrets;
mod sinks;
mod source;

use std::{path::PathBuf, time::Duration};

use becauselog_pipeline::{XaLimits, state::default_state_folder};

use super::{
    Outside,
    error::Problem,
    native::{Config, LimitsConfig, StateConfig, TablesConfig},
    nearest::hint,
};
use crate::plan::{FormatPlan, LimitsPlan, Note, RunPlan, StatePlan, TableFilter, tables::TableLists};

const MIB: u64 = 1 << 20;

/// Collects what is wrong while a plan is made.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, path: &str, what: impl Into<String>) {
        self.0.push(Problem::new(path, what));
    }

    /// The value, or the fallback and a problem.
    fn take<T>(&mut self, path: &str, result: Result<T, String>, fallback: T) -> T {
        result.unwrap_or_else(|what| {
            self.add(path, what);
            fallback
        })
    }

    /// The value that a text stands for among named choices.
    fn choose<T: Copy>(&mut self, path: &str, text: Option<&str>, default: T, choices: &[(&str, T)]) -> T {
        let Some(text) = text else { return default };
        let found = choices.iter().find(|(name, _)| *name == text);
        found.map_or_else(
            || {
                let names = choices.iter().map(|(name, _)| *name);
                let all: Vec<&str> = names.clone().collect();
                self.add(path, format!("not one of {}{}", all.join(", "), hint(text, names)));
                default
            },
            |(_, value)| *value,
        )
    }

    /// A number within a range.
    fn ranged<T: Copy + PartialOrd + std::fmt::Display>(
        &mut self,
        path: &str,
        value: T,
        min: T,
        max: T,
    ) -> T {
        if value < min || value > max {
            self.add(path, format!("must be from {min} to {max}"));
        }
        value
    }
}

/// Makes the plan.
pub fn plan(config: Config, outside: &Outside) -> Result<RunPlan, Vec<Problem>> {
    let mut problems = Problems::default();
    let mut notes = Vec::new();
    let name = name(config.name, &mut problems);
    let source = source::plan(config.source.unwrap_or_default(), &name, outside, &mut problems);
    let tables = tables(config.tables.unwrap_or_default(), &mut problems);
    let mut format = format::plan(config.format.unwrap_or_default(), &name, &mut notes, &mut problems);
    if let FormatPlan::Debezium(debezium) = &mut format {
        debezium.config.flavor = source.follow.flavor;
    }
    columns::put(config.columns.unwrap_or_default(), &mut format, &mut problems);
    let sinks = sinks::plan(config.sink.unwrap_or_default(), &mut notes, &mut problems);
    let state = state(config.state.unwrap_or_default(), &name, &mut problems);
    let limits = limits(&config.limits.unwrap_or_default(), &mut problems);
    match tables {
        Some(tables) if problems.0.is_empty() => {
            Ok(RunPlan { name, source, tables, format, sinks, state, limits, notes })
        }
        _ => Err(problems.0),
    }
}

fn name(name: Option<String>, problems: &mut Problems) -> String {
    let Some(name) = name else {
        problems.add(
            "name",
            "is missing: give the source a name, for example name = \"shop\"; it is in every event's id",
        );
        return String::new();
    };
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let starts = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    if !starts || !name.chars().all(fine) || name.len() > 200 {
        problems
            .add("name", "must be letters, digits, `_`, `-` and `.`, starting with a letter, a digit or `_`");
    }
    name
}

fn tables(config: TablesConfig, problems: &mut Problems) -> Option<TableFilter> {
    let lists = TableLists {
        include_databases: config.include_databases.unwrap_or_default(),
        exclude_databases: config.exclude_databases.unwrap_or_default(),
        include: config.include.unwrap_or_default(),
        exclude: config.exclude.unwrap_or_default(),
        ordinal_names: config.ordinal_names.clone().unwrap_or_default(),
        ignore_builtin: config.ignore_builtin.unwrap_or(true),
    };
    let filter = TableFilter::new(&lists);
    filter.map_err(|what| problems.add("tables", what)).ok()
}

fn state(config: StateConfig, name: &str, problems: &mut Problems) -> StatePlan {
    let dir = config.dir.map_or_else(|| default_state_folder(name), Ok).map_err(|error| error.to_string());
    // A name that is missing or wrong is a problem already.
    let dir =
        if problems.0.is_empty() { problems.take("state.dir", dir, PathBuf::new()) } else { PathBuf::new() };
    let ms = config.checkpoint_interval_ms.unwrap_or(1_000);
    let ms = problems.ranged("state.checkpoint_interval_ms", ms, 1, 3_600_000);
    StatePlan { dir, checkpoint_interval: Duration::from_millis(ms) }
}

fn limits(config: &LimitsConfig, problems: &mut Problems) -> LimitsPlan {
    let memory =
        problems.ranged("limits.memory_bytes", config.memory_bytes.unwrap_or(12 * MIB), MIB, 1 << 40);
    let transaction = config.transaction_memory_bytes.unwrap_or(4 * MIB);
    let transaction = problems.ranged("limits.transaction_memory_bytes", transaction, 65_536, 1 << 40);
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let encoders = problems.ranged("limits.encoders", config.encoders.unwrap_or(cores as u64), 1, 64);
    let shutdown_ms =
        problems.ranged("limits.shutdown_ms", config.shutdown_ms.unwrap_or(10_000), 1, 3_600_000);
    let default = XaLimits::default();
    let sized = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    LimitsPlan {
        memory_bytes: sized(memory),
        transaction_memory_bytes: sized(transaction),
        encoders: sized(encoders),
        xa: XaLimits {
            transactions_max: config.xa_transactions.map_or(default.transactions_max, sized),
            bytes_max: config.xa_bytes.unwrap_or(default.bytes_max),
        },
        shutdown: Duration::from_millis(shutdown_ms),
    }
}

/// A note that is no warning.
fn info(text: impl Into<String>) -> Note {
    Note { warn: false, text: text.into() }
}
