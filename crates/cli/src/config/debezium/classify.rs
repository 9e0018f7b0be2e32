//! Each key of a connector's config: done, without effect (said once), not supported yet or unknown (refused).

use becauselog_format::Converters;

use super::{
    Connector,
    keys::{Class, KEYS, find},
};
use crate::config::{
    error::{ConfigError, Problem},
    nearest::hint,
};

/// Checks all keys. With `--lenient`, what would be refused is a warning, and the key does nothing.
pub fn classify(connector: &mut Connector) -> Result<(), ConfigError> {
    let (mut idle, mut warned) = (Vec::new(), Vec::new());
    let (mut unsupported, mut unknown) = (Vec::new(), Vec::new());
    for (key, value) in &connector.pairs {
        let path = connector.written(key);
        match verdict(connector, key, value) {
            Verdict::Done => {}
            Verdict::Idle => idle.push(path),
            Verdict::Warned(what) => warned.push(format!("{path}={}: {what}", value.trim())),
            Verdict::NotYet(next) => unsupported.push(Problem::new(path, next)),
            Verdict::Unknown => unknown.push(Problem::new(path, unknown_text(key))),
        }
    }
    if !idle.is_empty() {
        connector.info(format!("no effect here: {}", idle.join(", ")));
    }
    for text in warned {
        connector.warn(text);
    }
    if connector.lenient {
        for problem in unsupported.into_iter().chain(unknown) {
            connector.warn(format!("ignored: {problem}"));
        }
        return Ok(());
    }
    if !unknown.is_empty() {
        unknown.extend(unsupported);
        return Err(ConfigError::Keys(unknown));
    }
    if unsupported.is_empty() { Ok(()) } else { Err(ConfigError::Unsupported(unsupported)) }
}

/// What becomes of a key with its value.
pub enum Verdict {
    /// It is done.
    Done,
    /// It does nothing, and that is right.
    Idle,
    /// It is taken, and does not what it does at the peer: what happens.
    Warned(&'static str),
    /// It is refused: the next step.
    NotYet(String),
    /// There is no such key.
    Unknown,
}

/// What becomes of a key.
pub fn verdict(connector: &Connector, key: &str, value: &str) -> Verdict {
    let Some(known) = find(key) else {
        // A converter's own keys stand under its name, and are looked at with its class.
        let named = connector.get("converters").unwrap_or_default();
        return if Converters::reads(named, key) { Verdict::Done } else { Verdict::Unknown };
    };
    let among = |values: &[&str]| values.iter().any(|one| one.eq_ignore_ascii_case(value.trim()));
    match known.class {
        Class::Done => Verdict::Done,
        Class::NoEffect(_) => Verdict::Idle,
        Class::Only(values, _) if among(values) => Verdict::Done,
        Class::Warned(done, ..) if among(done) => Verdict::Done,
        Class::Warned(_, warned, what) if warned.is_empty() || among(warned) => Verdict::Warned(what),
        Class::Warned(done, warned, _) => {
            Verdict::NotYet(format!("expected {}", quoted(&[done, warned].concat())))
        }
        Class::Only(values, next) => Verdict::NotYet(match values {
            [] => next.to_owned(),
            values => format!("only {} for now; {next}", quoted(values)),
        }),
        // With a target of its own choice, the run does not look at the server's.
        Class::NotYet(_) if connector.sink_named && key.starts_with("debezium.sink.") => Verdict::Idle,
        Class::NotYet(next) => Verdict::NotYet(next.to_owned()),
    }
}

fn quoted(values: &[&str]) -> String {
    let named = values.iter().filter(|value| !value.is_empty());
    named.map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" or ")
}

/// What is said of an unknown key, with the nearest.
pub fn unknown_text(key: &str) -> String {
    let exact = KEYS.iter().map(|known| known.key).filter(|known| !known.contains('*'));
    format!("there is no such key{}", hint(key, exact))
}
