//! `--set key=value` and `--sink kind[:path]`.

use toml::{Table, Value};

use super::{
    check::key_at,
    error::{ConfigError, Problem},
};

/// Sets one native key from `path=value`. The kind of the key says how the value is read: text as it is, lists as TOML or
/// separated by commas, all else as TOML.
pub fn apply(table: &mut Table, pair: &str) -> Result<(), ConfigError> {
    let (path, text) = split(pair)?;
    let value = match key_at(path).map(|key| key.kind) {
        Some("text" | "path") => Value::String(text.to_owned()),
        Some("list of text") if !text.trim_start().starts_with('[') => {
            let parts = text.split(',').map(|part| Value::String(part.trim().to_owned()));
            Value::Array(parts.collect())
        }
        // An unknown key is told when the whole is checked, with the nearest valid one.
        _ => parse(text).unwrap_or_else(|| Value::String(text.to_owned())),
    };
    put(table, path, value)
}

/// Splits `key=value`.
pub fn split(pair: &str) -> Result<(&str, &str), ConfigError> {
    let found = pair.split_once('=').map(|(key, value)| (key.trim(), value));
    found.filter(|(key, _)| !key.is_empty()).ok_or_else(|| {
        ConfigError::Flag("--set takes key=value, for example --set source.server_id=7".to_owned())
    })
}

/// Puts a value at a path; a number in it is an index into a list, at most one past its end.
pub fn put(table: &mut Table, path: &str, value: Value) -> Result<(), ConfigError> {
    let misfit = || ConfigError::Values(vec![Problem::new(path, "a part of this path is no table")]);
    let Some((parent, name)) = path.rsplit_once('.') else {
        table.insert(path.to_owned(), value);
        return Ok(());
    };
    let mut at = table;
    let mut parts = parent.split('.').peekable();
    while let Some(part) = parts.next() {
        let index =
            parts.next_if(|next| next.parse::<usize>().is_ok()).and_then(|next| next.parse::<usize>().ok());
        at = match index {
            None => at.entry(part).or_insert_with(|| Value::Table(Table::new())).as_table_mut(),
            Some(index) => {
                let list = at.entry(part).or_insert_with(|| Value::Array(Vec::new())).as_array_mut();
                list.and_then(|list| element(list, index))
            }
        }
        .ok_or_else(misfit)?;
    }
    at.insert(name.to_owned(), value);
    Ok(())
}

fn element(list: &mut Vec<Value>, index: usize) -> Option<&mut Table> {
    if index == list.len() {
        list.push(Value::Table(Table::new()));
    }
    list.get_mut(index)?.as_table_mut()
}

fn parse(text: &str) -> Option<Value> {
    toml::from_str::<Table>(&format!("v = {text}")).ok()?.remove("v")
}

/// A sink from `stdout`, `stdout:records`, `stdout:readable`, `file:PATH`, or `file:PATH,content=records,…`.
pub fn sink(text: &str) -> Result<Value, ConfigError> {
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    let mut options = rest.split(',');
    let first = options.next().unwrap_or_default();
    let mut table = Table::new();
    table.insert("kind".to_owned(), Value::String(kind.to_owned()));
    let name = match kind {
        "stdout" => "content",
        "file" => "path",
        _ => {
            let what =
                format!("--sink {kind:?}: there are stdout, stdout:readable, stdout:records and file:PATH");
            return Err(ConfigError::Flag(what));
        }
    };
    if !first.is_empty() {
        table.insert(name.to_owned(), Value::String(first.to_owned()));
    }
    for option in options {
        let (key, text) = split(option).map_err(|_| {
            ConfigError::Flag(
                "--sink options are key=value, for example file:out.jsonl,content=records".to_owned(),
            )
        })?;
        let kind = key_at(&format!("sink.{key}")).map(|key| key.kind);
        let value = match kind {
            Some("text" | "path") => Value::String(text.to_owned()),
            _ => parse(text).unwrap_or_else(|| Value::String(text.to_owned())),
        };
        table.insert(key.to_owned(), value);
    }
    Ok(Value::Table(table))
}
