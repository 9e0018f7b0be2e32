//! A table of native keys, checked key by key against the reference, then read.

use toml::{Table, Value};

use super::{
    error::{ConfigError, Problem},
    native::Config,
    nearest::hint,
    section::{Key, Section},
};

/// Reads a table. Unknown keys come with their path and the nearest valid one; wrong kinds with what was expected.
pub fn read(table: &Table) -> Result<Config, ConfigError> {
    let mut found = Found::default();
    walk(table, "", Config::SECTIONS[0], &mut found);
    if !found.unknown.is_empty() {
        return Err(ConfigError::Keys(found.unknown));
    }
    if !found.wrong.is_empty() {
        return Err(ConfigError::Values(found.wrong));
    }
    // Kinds are checked above, so what is left are numbers out of range: no value of a text is in this message.
    serde_path_to_error::deserialize(Value::Table(table.clone())).map_err(|error| {
        ConfigError::Values(vec![Problem::new(
            error.path().to_string(),
            error.into_inner().message().to_owned(),
        )])
    })
}

/// The key at a path such as `source.tls.mode`, or `sink.0.path`.
pub fn key_at(path: &str) -> Option<&'static Key> {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    section_at(parent)?.keys.iter().find(|key| key.name == name)
}

fn section_at(path: &str) -> Option<&'static Section> {
    let without_numbers = path.split('.').filter(|part| part.parse::<usize>().is_err());
    let path = without_numbers.collect::<Vec<_>>().join(".");
    Config::SECTIONS.into_iter().find(|section| section.path == path)
}

#[derive(Default)]
struct Found {
    unknown: Vec<Problem>,
    wrong: Vec<Problem>,
}

fn walk(table: &Table, at: &str, section: &Section, found: &mut Found) {
    for (name, value) in table {
        let path = join(at, name);
        let Some(key) = section.keys.iter().find(|key| key.name == name) else {
            found.unknown.push(unknown(path, name, section));
            continue;
        };
        match (key.kind, value) {
            ("table", Value::Table(inner)) => descend(inner, &path, found),
            ("list of tables", Value::Array(all)) => walk_list(all, &path, found),
            (kind, value) if fits(kind, value) => {}
            (kind, value) => {
                let what = format!("expected {kind}, found {}", kind_of(value));
                found.wrong.push(Problem::new(path, what));
            }
        }
    }
}

fn walk_list(all: &[Value], path: &str, found: &mut Found) {
    for (number, one) in all.iter().enumerate() {
        let path = format!("{path}.{number}");
        match one {
            Value::Table(inner) => descend(inner, &path, found),
            other => {
                found.wrong.push(Problem::new(path, format!("expected a table, found {}", kind_of(other))))
            }
        }
    }
}

fn descend(inner: &Table, path: &str, found: &mut Found) {
    if let Some(section) = section_at(path) {
        walk(inner, path, section, found);
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// A key that does not exist: the nearest in its section, else the same name in another.
fn unknown(path: String, name: &str, section: &Section) -> Problem {
    let here = hint(name, section.keys.iter().map(|key| key.name));
    if !here.is_empty() {
        return Problem::new(path, format!("there is no such key{here}"));
    }
    let other = Config::SECTIONS.into_iter().find(|s| s.keys.iter().any(|key| key.name == name));
    let elsewhere = other.map(|section| join(section.path, name));
    let keys: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
    let what = elsewhere.map_or_else(
        || format!("there is no such key; there are: {}", keys.join(", ")),
        |elsewhere| format!("there is no such key here; did you mean `{elsewhere}`?"),
    );
    Problem::new(path, what)
}

fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "text" | "path" => value.is_str(),
        "number" => value.is_integer(),
        "true or false" => value.is_bool(),
        "list of text" => value.as_array().is_some_and(|all| all.iter().all(Value::is_str)),
        "table of text" => value.as_table().is_some_and(|all| all.values().all(Value::is_str)),
        _ => false,
    }
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) => "a number",
        Value::Float(_) => "a number with a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date without quotes",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}
