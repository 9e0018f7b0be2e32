//! Strimzi's resources: `KafkaConnector` with its config, `KafkaConnect` with the worker's.

use serde_json::{Map, Value};

use super::gather::{Pairs, scalar};

/// The pairs of each document of a YAML file.
///
/// # Errors
/// What cannot be read, with line and column, or is no resource that is known.
pub fn read(text: &str) -> Result<Vec<Pairs>, String> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|error| {
        // The error's own text would show the line, which may hold a password.
        let place = error.location().map(|at| format!("line {}, column {}: ", at.line(), at.column()));
        format!("{}this is no YAML that can be read", place.unwrap_or_default())
    })?;
    let documents = documents.into_iter().filter(|document| !document.is_null());
    let all = documents.map(document).collect::<Result<Vec<_>, _>>()?;
    if all.is_empty() { Err("there is nothing in this file".to_owned()) } else { Ok(all) }
}

fn document(value: Value) -> Result<Pairs, String> {
    let Value::Object(mut outer) = value else {
        return Err("expected a resource: keys and values".to_owned());
    };
    let kind = outer.get("kind").and_then(Value::as_str).map(str::to_owned);
    let spec = match outer.remove("spec") {
        Some(Value::Object(spec)) => spec,
        _ => Map::new(),
    };
    match kind.as_deref() {
        Some("KafkaConnector") => connector(&outer, spec),
        Some("KafkaConnect") => worker(spec),
        _ => {
            Err("expected a resource of kind KafkaConnector (or KafkaConnect for the worker's config)"
                .to_owned())
        }
    }
}

/// Keys of a connector's `spec` that say how Strimzi runs it.
const RUNS: [&str; 6] = ["autoRestart", "pause", "state", "listOffsets", "alterOffsets", "version"];

fn connector(outer: &Map<String, Value>, mut spec: Map<String, Value>) -> Result<Pairs, String> {
    let mut pairs = Pairs::new();
    if let Some(name) = outer.get("metadata").and_then(|metadata| metadata.get("name")) {
        pairs.push(scalar("name".to_owned(), name.clone())?);
    }
    for (key, name) in [("class", "connector.class"), ("tasksMax", "tasks.max")] {
        if let Some(value) = spec.remove(key) {
            pairs.push(scalar(name.to_owned(), value)?);
        }
    }
    pairs.extend(config(&mut spec)?);
    match spec.keys().find(|key| !RUNS.contains(&key.as_str())) {
        Some(key) => Err(format!("`spec.{key}`: the connector's keys stand inside `spec.config`")),
        None => Ok(pairs),
    }
}

/// The worker's config; how Strimzi runs it is no matter here.
fn worker(mut spec: Map<String, Value>) -> Result<Pairs, String> {
    let mut pairs = Pairs::new();
    for (key, name) in [("bootstrapServers", "bootstrap.servers"), ("groupId", "group.id")] {
        if let Some(value) = spec.remove(key) {
            pairs.push(scalar(name.to_owned(), value)?);
        }
    }
    pairs.extend(config(&mut spec)?);
    Ok(pairs)
}

fn config(spec: &mut Map<String, Value>) -> Result<Pairs, String> {
    match spec.remove("config") {
        Some(Value::Object(inner)) => inner.into_iter().map(|(key, value)| scalar(key, value)).collect(),
        Some(_) => Err("`spec.config`: expected keys and values".to_owned()),
        None => Ok(Pairs::new()),
    }
}
