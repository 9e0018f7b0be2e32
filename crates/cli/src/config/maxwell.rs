//! Maxwell's `config.properties`, as it is.

mod keys;
mod mapping;
mod options;

use std::collections::BTreeMap;

use self::keys::{Class, KEYS, find};
pub use self::options::MaxwellOptions;
use super::{
    Outside, Overrides, Translated,
    debezium::properties,
    error::{ConfigError, Problem},
    file::{ConfigFile, Shape},
    nearest::hint,
    reference, set,
};
use crate::plan::Note;

/// Keys that only a connector's config has.
const OF_CONNECTORS: [&str; 4] =
    ["connector.class", "database.hostname", "topic.prefix", "database.server.name"];

/// What stands before native keys.
const NATIVE_PREFIX: &str = "becauselog.";

/// Whether these files are Maxwell's: properties of which one at least is Maxwell's own and none a connector's.
pub fn is_one(files: &[ConfigFile]) -> bool {
    let mut maxwells = 0;
    for file in files {
        let Ok(pairs) = properties::parse(&file.text) else { return false };
        let of_connector = |key: &str| OF_CONNECTORS.contains(&key) || key.starts_with("debezium.");
        if !matches!(file.shape, Shape::Properties) || pairs.iter().any(|(key, _)| of_connector(key)) {
            return false;
        }
        maxwells += pairs.iter().filter(|(key, _)| KEYS.iter().any(|known| known.key == key)).count();
    }
    maxwells > 0
}

/// The files as native keys.
pub fn translate(
    files: &[ConfigFile],
    overrides: &Overrides,
    outside: &Outside,
) -> Result<Translated, ConfigError> {
    let mut pairs = BTreeMap::new();
    for file in files {
        let read = properties::parse(&file.text)
            .map_err(|what| ConfigError::Syntax { file: file.name.clone(), what })?;
        pairs.extend(read);
    }
    for pair in &overrides.set {
        let (key, value) = set::split(pair)?;
        pairs.insert(key.to_owned(), value.to_owned());
    }
    let mut given = BTreeMap::new();
    let mut native = Vec::new();
    for (key, value) in pairs {
        let value = reference::resolve_connector(&key, &value, outside)?;
        match key.strip_prefix(NATIVE_PREFIX) {
            Some(path) => native.push((path.to_owned(), value)),
            None => {
                given.insert(key, value.trim().to_owned());
            }
        }
    }
    let notes = classify(&given, overrides)?;
    let mut translated = mapping::map(&given, !overrides.sinks.is_empty())?;
    for (path, value) in native {
        set::apply(&mut translated.table, &format!("{path}={value}"))?;
    }
    translated.notes.splice(0..0, notes);
    Ok(translated)
}

/// Checks all keys. With `--lenient`, what would be refused is a warning, and the key does nothing.
fn classify(given: &BTreeMap<String, String>, overrides: &Overrides) -> Result<Vec<Note>, ConfigError> {
    let (mut idle, mut unsupported, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (key, value) in given {
        match find(key).map(|known| known.class) {
            Some(Class::Done) => {}
            Some(Class::NoEffect) => idle.push(key.clone()),
            Some(Class::Only(values, _)) if values.iter().any(|fine| fine.eq_ignore_ascii_case(value)) => {}
            Some(Class::Producer) if !overrides.sinks.is_empty() => idle.push(key.clone()),
            Some(Class::Producer) if matches!(value.as_str(), "stdout" | "file") => {}
            Some(Class::Producer) => unsupported.push(Problem::new(
                key,
                "there is no sink for it yet: choose one with --sink, for example --sink file:maxwell.jsonl",
            )),
            Some(Class::Only(_, next)) => unsupported.push(Problem::new(key, next)),
            None => {
                let near = hint(key, KEYS.iter().map(|known| known.key).filter(|key| !key.ends_with('*')));
                unknown.push(Problem::new(key, format!("there is no such key{near}")));
            }
        }
    }
    let mut notes = Vec::new();
    if !idle.is_empty() {
        notes.push(Note { warn: false, text: format!("no effect here: {}", idle.join(", ")) });
    }
    if overrides.lenient {
        let refused = unsupported.into_iter().chain(unknown);
        notes.extend(refused.map(|problem| Note { warn: true, text: format!("ignored: {problem}") }));
        return Ok(notes);
    }
    if !unknown.is_empty() {
        unknown.extend(unsupported);
        return Err(ConfigError::Keys(unknown));
    }
    if unsupported.is_empty() { Ok(notes) } else { Err(ConfigError::Unsupported(unsupported)) }
}
