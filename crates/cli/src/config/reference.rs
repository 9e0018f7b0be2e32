//! References in values: `${env:NAME}`, `${env:NAME:DEFAULT}`, `${file:PATH}`, `${property:PATH:KEY}`, and what Kafka Connect
//! and Debezium Server have in their place.

use toml::{Table, Value};

use super::{Outside, error::ConfigError};

/// Resolves the references in all texts of a native table.
pub fn resolve_native(table: &mut Table, outside: &Outside) -> Result<(), ConfigError> {
    table.iter_mut().try_for_each(|(key, value)| resolve_value(key, value, outside))
}

fn resolve_value(path: &str, value: &mut Value, outside: &Outside) -> Result<(), ConfigError> {
    match value {
        Value::String(text) => {
            *text = resolve(path, text, &|inside| native(inside, outside))?;
            Ok(())
        }
        Value::Array(all) => all.iter_mut().try_for_each(|one| resolve_value(path, one, outside)),
        Value::Table(inner) => {
            inner.iter_mut().try_for_each(|(key, one)| resolve_value(&format!("{path}.{key}"), one, outside))
        }
        _ => Ok(()),
    }
}

/// Replaces each `${…}`; `$${` stands for `${` itself.
fn resolve(
    path: &str,
    text: &str,
    one: &dyn Fn(&str) -> Result<String, String>,
) -> Result<String, ConfigError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = from.get(2..).unwrap_or_default();
            continue;
        }
        out.push_str(before);
        let told = |what: String| ConfigError::Reference { path: path.to_owned(), what };
        let inside = from.get(2..).and_then(|from| from.split_once('}'));
        let (inside, after) = inside.ok_or_else(|| told("a `${` without its `}`".to_owned()))?;
        out.push_str(&one(inside).map_err(told)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn native(inside: &str, outside: &Outside) -> Result<String, String> {
    match inside.split_once(':') {
        Some(("env", name)) => match name.split_once(':') {
            Some((name, default)) => {
                Ok(outside.variables.get(name).cloned().unwrap_or_else(|| default.to_owned()))
            }
            None => variable(name, outside),
        },
        Some(("file", path)) => whole_file(path),
        Some(("property", rest)) => {
            let (path, key) =
                rest.rsplit_once(':').ok_or("`${property:PATH:KEY}` takes a file and a key in it")?;
            property_in(path, key)
        }
        _ => Err(format!(
            "`${{{inside}}}` is no reference: there are ${{env:NAME}}, ${{env:NAME:DEFAULT}}, ${{file:PATH}} and \
             ${{property:PATH:KEY}}"
        )),
    }
}

/// Resolves the references of a connector's config: Connect's providers `file` (`${file:/path:key}`), `env` and `dir`,
/// and Quarkus' `${NAME}` and `${NAME:default}`.
pub fn resolve_connector(key: &str, text: &str, outside: &Outside) -> Result<String, ConfigError> {
    resolve(key, text, &|inside| match is_own(key, inside) {
        true => Ok(format!("${{{inside}}}")),
        false => connector(inside, outside),
    })
}

/// Whether it is a transform's own, such as `${routedByValue}`: Connect's references have a colon, Quarkus' are in capitals.
fn is_own(key: &str, inside: &str) -> bool {
    key.contains("transforms.") && !inside.contains(':') && !is_variable(inside)
}

fn connector(inside: &str, outside: &Outside) -> Result<String, String> {
    let (provider, rest) = inside.split_once(':').unwrap_or((inside, ""));
    match provider {
        "env" => variable(rest.trim_start_matches(':'), outside),
        "file" => match rest.rsplit_once(':') {
            Some((path, key)) => property_in(path, key),
            None => whole_file(rest),
        },
        "dir" | "directory" => {
            let (folder, name) = rest.rsplit_once(':').ok_or("`${dir:…}` takes a folder and a file in it")?;
            whole_file(&format!("{folder}/{name}"))
        }
        name if is_variable(name) => match outside.variables.get(name) {
            Some(value) => Ok(value.clone()),
            None if inside.contains(':') => Ok(rest.to_owned()),
            None => variable(name, outside),
        },
        other => Err(no_provider(other)),
    }
}

/// Takes the references of a connector's config as the native ones that mean the same: each is handed to `keep`, and what
/// that gives stands in its place.
pub fn carry_connector(
    key: &str,
    text: &str,
    keep: &dyn Fn(String) -> String,
) -> Result<String, ConfigError> {
    resolve(key, text, &|inside| match is_own(key, inside) {
        true => Ok(keep(format!("$${{{inside}}}"))),
        false => carried(inside).map(keep),
    })
}

/// A connector's reference as a native one.
fn carried(inside: &str) -> Result<String, String> {
    let (provider, rest) = inside.split_once(':').unwrap_or((inside, ""));
    match provider {
        "env" => Ok(format!("${{env:{}}}", rest.trim_start_matches(':'))),
        "file" if rest.contains(':') => Ok(format!("${{property:{rest}}}")),
        "file" => Ok(format!("${{file:{rest}}}")),
        "dir" | "directory" => {
            let (folder, name) = rest.rsplit_once(':').ok_or("`${dir:…}` takes a folder and a file in it")?;
            Ok(format!("${{file:{folder}/{name}}}"))
        }
        name if is_variable(name) => Ok(format!("${{env:{inside}}}")),
        other => Err(no_provider(other)),
    }
}

fn no_provider(name: &str) -> String {
    format!(
        "the provider `{name}` cannot be used here; put the value into a file or the environment and refer to it \
         as ${{file:/path:key}} or ${{env:NAME}}"
    )
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_')
}

/// A variable of the environment.
pub fn variable(name: &str, outside: &Outside) -> Result<String, String> {
    outside.variables.get(name).cloned().ok_or_else(|| format!("the environment variable {name} is not set"))
}

/// A whole file, without one line end at its end.
pub fn whole_file(path: &str) -> Result<String, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("the file {path} cannot be read: {error}"))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

fn property_in(path: &str, key: &str) -> Result<String, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("the file {path} cannot be read: {error}"))?;
    let pairs =
        super::debezium::properties::parse(&text).map_err(|error| format!("the file {path}: {error}"))?;
    let found = pairs.into_iter().rev().find(|(name, _)| name == key);
    found.map(|(_, value)| value).ok_or_else(|| format!("the file {path} has no key {key}"))
}
