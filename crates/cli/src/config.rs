//! From config files to a [`RunPlan`]: native TOML, or a Debezium connector's or Maxwell's config as it is.
//!
//! All become the same table of native keys, which is checked key by key, then read, then made into a plan. A peer's
//! config is translated first; its keys are classified one by one, so that none is ignored in silence.

mod check;
mod debezium;
#[cfg(test)]
mod docs_tests;
mod error;
mod file;
mod maxwell;
mod native;
mod nearest;
mod planning;
mod reference;
#[cfg(test)]
mod reference_page;
mod section;
mod set;

use std::{collections::BTreeMap, path::PathBuf};

pub use debezium::{Entry, Migration, Outcome};
pub use error::{ConfigError, Problem};
use file::Shape;
use jiff::Timestamp;
use toml::Table;

use crate::plan::{Note, RunPlan};

/// What a config is read with, besides its files.
#[derive(Debug, Clone)]
pub struct Outside {
    /// The environment.
    pub variables: BTreeMap<String, String>,
    /// The time that `now-10m` counts from.
    pub now: Timestamp,
}

/// What flags say over the files.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--set key=value`.
    pub set: Vec<String>,
    /// `--sink`.
    pub sinks: Vec<String>,
    /// `--state`.
    pub state: Option<PathBuf>,
    /// `--from`.
    pub from: Option<String>,
    /// `--until`.
    pub until: Option<String>,
    /// `--lenient`.
    pub lenient: bool,
}

/// A config as native keys, with what is to be said of it.
#[derive(Debug, Default)]
struct Translated {
    table: Table,
    notes: Vec<Note>,
    /// Native paths and the keys that the user wrote for them.
    written_as: Vec<(String, String)>,
}

impl Outside {
    /// The process's own environment and the present time.
    pub fn of_process() -> Self {
        // A variable that is no text cannot be meant here: a reference to it is told as missing.
        let texts = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self { variables: texts.collect(), now: Timestamp::now() }
    }
}

/// Reads the files, lays the flags over them, and checks everything. Nothing is opened or reached but files that the
/// config refers to.
pub fn load(files: &[PathBuf], overrides: &Overrides, outside: &Outside) -> Result<RunPlan, ConfigError> {
    let mut translated = read(files, overrides, outside)?;
    lay_over(&mut translated.table, overrides)?;
    let told =
        |problems: Vec<Problem>| problems.into_iter().map(|p| p.told_as(&translated.written_as)).collect();
    let config = check::read(&translated.table).map_err(|error| error.map_problems(told))?;
    let mut plan = planning::plan(config, outside).map_err(|problems| ConfigError::Values(told(problems)))?;
    plan.notes.splice(0..0, translated.notes);
    Ok(plan)
}

/// The native config of a Debezium connector's, with what became of each key.
pub fn migrate(
    files: &[PathBuf],
    overrides: &Overrides,
    outside: &Outside,
) -> Result<Migration, ConfigError> {
    let files = files.iter().map(|path| file::read(path)).collect::<Result<Vec<_>, _>>()?;
    let what = match files.first() {
        Some(file) if matches!(file.shape, Shape::Native) => "this is a native config already",
        Some(_) if maxwell::is_one(&files) => "Maxwell's config is taken as it is: becauselog run -c FILE",
        _ => return debezium::migrate(&files, overrides, outside),
    };
    let name = files.first().map_or_else(String::new, |file| file.name.clone());
    Err(ConfigError::Syntax { file: name, what: what.to_owned() })
}

/// The files as one table of native keys.
fn read(files: &[PathBuf], overrides: &Overrides, outside: &Outside) -> Result<Translated, ConfigError> {
    let files = files.iter().map(|path| file::read(path)).collect::<Result<Vec<_>, _>>()?;
    let native = files.iter().filter(|file| matches!(file.shape, Shape::Native)).count();
    if native > 0 && native < files.len() {
        return Err(ConfigError::Mixed);
    }
    if native == 0 && maxwell::is_one(&files) {
        return maxwell::translate(&files, overrides, outside);
    }
    if native == 0 && !files.is_empty() {
        return debezium::translate(&files, overrides, outside);
    }
    let mut table = Table::new();
    for file in &files {
        let mut one = file::parse_toml(file)?;
        reference::resolve_native(&mut one, outside)?;
        merge(&mut table, one);
    }
    for pair in &overrides.set {
        set::apply(&mut table, pair)?;
    }
    Ok(Translated { table, ..Translated::default() })
}

/// Lays one table over another: tables key by key, everything else replaced.
fn merge(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => merge(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// Lays the flags over the table.
fn lay_over(table: &mut Table, overrides: &Overrides) -> Result<(), ConfigError> {
    if !overrides.sinks.is_empty() {
        let sinks = overrides.sinks.iter().map(|text| set::sink(text)).collect::<Result<Vec<_>, _>>()?;
        table.insert("sink".to_owned(), toml::Value::Array(sinks));
    }
    let flags = [
        ("state.dir", overrides.state.as_ref().map(|dir| dir.display().to_string())),
        ("source.start", overrides.from.clone()),
        ("source.stop", overrides.until.clone()),
    ];
    for (path, value) in flags {
        if let Some(value) = value {
            set::put(table, path, toml::Value::String(value))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
