//! A connector's config as native TOML, with what became of each key.

mod references;

use std::collections::BTreeSet;

use serde::Serialize;
use toml::Table;

use self::references::References;
use super::{
    Connector,
    classify::{Verdict, unknown_text, verdict},
    gather,
    keys::{Class, find},
    mapping,
};
use crate::{
    config::{
        Outside, Overrides, Translated, check,
        error::{ConfigError, Problem},
        file::ConfigFile,
        planning, set,
    },
    plan::Note,
};

/// What a migration gives.
#[derive(Debug)]
pub struct Migration {
    /// The native config; it was read back.
    pub toml: String,
    /// What became of each key.
    pub entries: Vec<Entry>,
    /// What is to be said besides.
    pub notes: Vec<Note>,
}

/// What became of one key.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The key as it was written.
    pub key: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The native keys that it became; none where it says what happens anyway.
    pub native: Vec<String>,
    /// Why, or what to do; empty where there is nothing to say.
    pub why: String,
}

/// What can become of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the native config, or what it says happens anyway.
    Kept,
    /// As kept; the peer calls it something else today.
    Renamed,
    /// It does nothing here.
    NoEffect,
    /// The native config does not do this.
    Refused,
}

/// Without these there is no config: what is wrong with them is an error.
const NEEDED: [&str; 6] =
    ["connector.class", "database.hostname", "database.port", "database.user", "topic.prefix", "name"];

/// Makes the native config of a connector's.
///
/// # Errors
/// When the files cannot be read, or lack what every config needs.
pub fn migrate(
    files: &[ConfigFile],
    overrides: &Overrides,
    outside: &Outside,
) -> Result<Migration, ConfigError> {
    let gathered = gather::gather(files, &overrides.set)?;
    let mut connector = Connector { notes: gathered.notes, ..Connector::default() };
    let (mut references, mut entries) = (References::default(), Vec::new());
    let mut given = BTreeSet::new();
    for (key, value) in gathered.pairs {
        match references.take(&key, &value, outside) {
            Ok(value) => {
                given.insert(key.clone());
                connector.take(key, value);
            }
            Err(what) => entries.push(refused(key, what)),
        }
    }
    let native = connector.take_native();
    refuse_keys(&mut connector, &mut entries);
    let mut translated = mapped(&mut connector, &mut entries)?;
    for (path, value) in &native {
        set::apply(&mut translated.table, &format!("{path}={value}"))?;
    }
    let plan_notes = read_back(&translated, outside)?;
    references.put_back(&mut translated.table);
    tell_rest(&connector, &translated, &native, &references, &mut entries);
    tell_shadowed(&given, &mut entries);
    entries.sort_by(|one, other| (one.outcome as u8, &one.key).cmp(&(other.outcome as u8, &other.key)));
    let mut notes = connector.notes;
    // Old names and idle keys are told key by key.
    notes.retain(|note| !note.text.contains(" since version 2"));
    notes.extend(translated.notes);
    notes.extend(plan_notes);
    Ok(Migration { toml: printed(&translated.table)?, entries, notes })
}

fn refused(key: String, why: String) -> Entry {
    Entry { key, outcome: Outcome::Refused, native: Vec::new(), why }
}

/// Takes out the keys that are not supported or unknown.
fn refuse_keys(connector: &mut Connector, entries: &mut Vec<Entry>) {
    let told = connector.pairs.iter().filter_map(|(key, value)| match verdict(connector, key, value) {
        Verdict::NotYet(next) => Some((key.clone(), next)),
        Verdict::Unknown => Some((key.clone(), unknown_text(key))),
        Verdict::Done | Verdict::Idle | Verdict::Warned(_) => None,
    });
    for (key, why) in told.collect::<Vec<_>>() {
        entries.push(refused(connector.written(&key), why));
        connector.pairs.remove(&key);
    }
}

/// Maps what is left, without the keys whose values cannot be taken.
fn mapped(connector: &mut Connector, entries: &mut Vec<Entry>) -> Result<Translated, ConfigError> {
    loop {
        match mapping::map(connector) {
            Err(ConfigError::Values(problems)) => {
                if !drop_keys(connector, &problems, entries) {
                    return Err(ConfigError::Values(problems));
                }
            }
            Err(ConfigError::Unsupported(problems)) if !connector.lenient => {
                drop_keys(connector, &problems, entries);
                connector.lenient = true;
            }
            other => return other,
        }
    }
}

/// Drops the keys of problems; whether all of them could be.
fn drop_keys(connector: &mut Connector, problems: &[Problem], entries: &mut Vec<Entry>) -> bool {
    let mut all = true;
    for problem in problems {
        let of_problem = |key: &String| *key == problem.path || connector.written(key) == problem.path;
        let key = connector.pairs.keys().find(|key| of_problem(key)).cloned();
        match key.filter(|key| !NEEDED.contains(&key.as_str())) {
            Some(key) => {
                connector.pairs.remove(&key);
                entries.push(refused(problem.path.clone(), problem.what.clone()));
            }
            None => all = false,
        }
    }
    all
}

/// Reads the table as a run would, and gives the plan's notes.
fn read_back(translated: &Translated, outside: &Outside) -> Result<Vec<Note>, ConfigError> {
    let told =
        |problems: Vec<Problem>| problems.into_iter().map(|p| p.told_as(&translated.written_as)).collect();
    let config = check::read(&translated.table).map_err(|error| error.map_problems(told))?;
    let plan = planning::plan(config, outside).map_err(|problems| ConfigError::Values(told(problems)))?;
    Ok(plan.notes)
}

/// Tells of all keys that were not refused.
fn tell_rest(
    connector: &Connector,
    translated: &Translated,
    native: &[(String, String)],
    references: &References,
    entries: &mut Vec<Entry>,
) {
    for (path, _) in native {
        let (key, native) = (format!("{}{path}", super::NATIVE_PREFIX), vec![path.clone()]);
        entries.push(Entry { key, outcome: Outcome::Kept, native, why: String::new() });
    }
    for (key, value) in &connector.pairs {
        let written = connector.written(key);
        let of_key = translated.written_as.iter().filter(|(_, from)| *from == written);
        let mut native: Vec<String> = of_key.map(|(path, _)| path.clone()).collect();
        if key == "database.port" {
            native.push("source.hosts".to_owned());
        }
        let (outcome, why) = match verdict(connector, key, value) {
            Verdict::Idle => (Outcome::NoEffect, idle_text(key)),
            Verdict::Warned(what) => (Outcome::NoEffect, what.to_owned()),
            _ if written != *key => (Outcome::Renamed, format!("{key} since version 2")),
            _ => (Outcome::Kept, String::new()),
        };
        let why = references.said_of(&written).map_or(why.clone(), |said| join(&why, said));
        entries.push(Entry { key: written, outcome, native, why });
    }
}

fn join(why: &str, said: &str) -> String {
    if why.is_empty() { said.to_owned() } else { format!("{why}; {said}") }
}

fn idle_text(key: &str) -> String {
    match find(key).map(|known| known.class) {
        Some(Class::NoEffect(why)) => why.to_owned(),
        _ => "belongs to a part that does not run here".to_owned(),
    }
}

/// Tells of the old names that stood beside their present ones.
fn tell_shadowed(given: &BTreeSet<String>, entries: &mut Vec<Entry>) {
    let told: BTreeSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for key in given.difference(&told) {
        let why = "its present name is given too, and counts".to_owned();
        entries.push(Entry { key: key.clone(), outcome: Outcome::NoEffect, native: Vec::new(), why });
    }
}

fn printed(table: &Table) -> Result<String, ConfigError> {
    toml::to_string(table)
        .map_err(|error| ConfigError::Flag(format!("the config cannot be printed: {error}")))
}
