//! A Debezium connector's config, as it is: `.properties`, JSON with or without its name around it, Debezium Server's
//! own file, Strimzi's YAML, each with Kafka Connect's worker file beside it when there is one.

pub mod aliases;
mod classify;
mod columns;
mod converters;
mod gather;
pub mod java_regex;
pub mod keys;
mod mapping;
mod migrate;
pub mod properties;
mod strimzi;

use std::collections::BTreeMap;

pub use migrate::{Entry, Migration, Outcome, migrate};

use super::{Outside, Overrides, Translated, error::ConfigError, file::ConfigFile, reference, set};
use crate::plan::Note;

/// The pairs of a connector's config under their present names.
#[derive(Debug, Default)]
struct Connector {
    pairs: BTreeMap<String, String>,
    /// Keys under their present names, and what was written.
    written_as: BTreeMap<String, String>,
    notes: Vec<Note>,
    /// Whether `--sink` names the target.
    sink_named: bool,
    lenient: bool,
}

/// The files as native keys.
pub fn translate(
    files: &[ConfigFile],
    overrides: &Overrides,
    outside: &Outside,
) -> Result<Translated, ConfigError> {
    let gathered = gather::gather(files, &overrides.set)?;
    let mut connector = Connector {
        sink_named: !overrides.sinks.is_empty(),
        lenient: overrides.lenient,
        notes: gathered.notes,
        ..Connector::default()
    };
    for (key, value) in gathered.pairs {
        let value = reference::resolve_connector(&key, &value, outside)?;
        connector.take(key, value);
    }
    let native = connector.take_native();
    classify::classify(&mut connector)?;
    let mut translated = mapping::map(&connector)?;
    for (path, value) in native {
        set::apply(&mut translated.table, &format!("{path}={value}"))?;
    }
    translated.notes.splice(0..0, connector.notes);
    Ok(translated)
}

/// What stands before native keys in a connector's config.
const NATIVE_PREFIX: &str = "becauselog.";

impl Connector {
    /// Takes a pair under its present name. Where both names are given, the present one wins, and that is told.
    fn take(&mut self, key: String, value: String) {
        let Some(current) = aliases::current(&key) else {
            if let Some(old) = self.written_as.insert(key.clone(), key.clone()) {
                self.warn(format!("both {old} and {key} are given: {key} counts"));
            }
            self.pairs.insert(key, value);
            return;
        };
        if let Some(other) = self.written_as.get(&current).filter(|other| **other == current).cloned() {
            self.warn(format!("both {key} and {other} are given: {other} counts"));
            return;
        }
        self.info(format!("{key} is called {current} since version 2"));
        self.written_as.insert(current.clone(), key);
        self.pairs.insert(current, value);
    }

    /// Takes out the native keys, `becauselog.source.tls.ca` and the like.
    fn take_native(&mut self) -> Vec<(String, String)> {
        let (native, rest) =
            std::mem::take(&mut self.pairs).into_iter().partition(|(key, _)| key.starts_with(NATIVE_PREFIX));
        self.pairs = rest;
        let native: BTreeMap<String, String> = native;
        let path = |key: &str| key.strip_prefix(NATIVE_PREFIX).unwrap_or(key).to_owned();
        native.into_iter().map(|(key, value)| (path(&key), value)).collect()
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.pairs.get(key).map(|value| value.trim())
    }

    /// The key as the user wrote it.
    fn written(&self, key: &str) -> String {
        self.written_as.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    fn info(&mut self, text: String) {
        self.notes.push(Note { warn: false, text });
    }

    fn warn(&mut self, text: String) {
        self.notes.push(Note { warn: true, text });
    }
}
