//! The pairs of all files: the connector's, under them the worker's converters, over them `--set`.

use serde_json::Value;

use super::{keys::WORKER_SIGNS, properties, strimzi};
use crate::{
    config::{
        error::ConfigError,
        file::{ConfigFile, Shape},
        set,
    },
    plan::Note,
};

/// Pairs in order; a later one wins.
pub struct Gathered {
    pub pairs: Vec<(String, String)>,
    pub notes: Vec<Note>,
}

pub type Pairs = Vec<(String, String)>;

/// Reads the files' pairs and lays `--set` over them.
pub fn gather(files: &[ConfigFile], sets: &[String]) -> Result<Gathered, ConfigError> {
    let mut notes = Vec::new();
    let (mut worker, mut connector) = (Pairs::new(), Pairs::new());
    let mut connectors = 0;
    for file in files {
        for pairs in read(file)? {
            if is_worker(&pairs) {
                worker.extend(pairs);
            } else {
                connectors += 1;
                connector.extend(server_names(pairs));
            }
        }
    }
    if connectors == 0 {
        let file = files.first().map_or_else(String::new, |file| file.name.clone());
        let what =
            "this is a Kafka Connect worker's file: give the connector's too, with another -c".to_owned();
        return Err(ConfigError::Syntax { file, what });
    }
    if !worker.is_empty() {
        let text = "of the worker's file only the converters count; its other keys belong to Kafka Connect";
        notes.push(Note { warn: false, text: text.to_owned() });
    }
    for pair in sets {
        let (key, value) = set::split(pair)?;
        connector.push((key.to_owned(), value.to_owned()));
    }
    let mut pairs = inherited(&worker, &connector);
    pairs.extend(connector);
    Ok(Gathered { pairs: last_wins(pairs), notes })
}

/// The pairs of a file: more than one set only of YAML with several documents.
fn read(file: &ConfigFile) -> Result<Vec<Pairs>, ConfigError> {
    let told = |what: String| ConfigError::Syntax { file: file.name.clone(), what };
    let one = match file.shape {
        Shape::Yaml => return strimzi::read(&file.text).map_err(told),
        Shape::Json => json(&file.text),
        Shape::Properties | Shape::Native => properties::parse(&file.text),
    };
    Ok(vec![one.map_err(told)?])
}

/// `{"name": …, "config": {…}}`, or the inner map alone.
fn json(text: &str) -> Result<Pairs, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("line {}, column {}: this is no JSON", error.line(), error.column()))?;
    let Value::Object(mut outer) = value else { return Err("expected an object".to_owned()) };
    let Some(Value::Object(inner)) = outer.remove("config") else {
        return outer.into_iter().map(|(key, value)| scalar(key, value)).collect();
    };
    let mut pairs = Pairs::new();
    if let Some(name) = outer.remove("name") {
        pairs.push(scalar("name".to_owned(), name)?);
    }
    if let Some(key) = outer.keys().find(|key| !matches!(key.as_str(), "tasks" | "type" | "initial_state")) {
        return Err(format!("`{key}` beside `config`: the connector's keys stand inside `config`"));
    }
    pairs.extend(inner.into_iter().map(|(key, value)| scalar(key, value)).collect::<Result<Pairs, _>>()?);
    Ok(pairs)
}

pub fn scalar(key: String, value: Value) -> Result<(String, String), String> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null => String::new(),
        Value::Array(_) | Value::Object(_) => {
            return Err(format!("`{key}`: expected text, a number, true or false"));
        }
    };
    Ok((key, text))
}

fn is_worker(pairs: &Pairs) -> bool {
    let has = |name: &str| pairs.iter().any(|(key, _)| key == name);
    let connector = has("connector.class")
        || pairs.iter().any(|(key, _)| key.starts_with("database.") || key.starts_with("debezium."));
    !connector && WORKER_SIGNS.iter().any(|sign| has(sign))
}

/// Debezium Server's names as a connector's: `debezium.source.x` is `x`, `debezium.format.value` the converter.
fn server_names(pairs: Pairs) -> Pairs {
    pairs.into_iter().map(|(key, value)| server_name(key, value)).collect()
}

fn server_name(key: String, value: String) -> (String, String) {
    if let Some(rest) = key.strip_prefix("debezium.source.") {
        return (rest.to_owned(), value);
    }
    for side in ["key", "value"] {
        let format = format!("debezium.format.{side}");
        if key == format {
            let class = if value.trim() == "json" {
                "org.apache.kafka.connect.json.JsonConverter".to_owned()
            } else {
                value
            };
            return (format!("{side}.converter"), class);
        }
        if let Some(option) = key.strip_prefix(&format).and_then(|rest| rest.strip_prefix('.')) {
            return (format!("{side}.converter.{option}"), value);
        }
    }
    (key, value)
}

/// The worker's converters, for each side where the connector names none of its own.
fn inherited(worker: &Pairs, connector: &Pairs) -> Pairs {
    let mut pairs = Pairs::new();
    for side in ["key.converter", "value.converter", "header.converter"] {
        if connector.iter().any(|(key, _)| key == side) {
            continue;
        }
        let of_side = worker.iter().filter(|(key, _)| {
            key.strip_prefix(side).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        pairs.extend(of_side.cloned());
    }
    pairs
}

fn last_wins(pairs: Pairs) -> Pairs {
    let mut out = Pairs::new();
    for (key, value) in pairs {
        match out.iter_mut().find(|(known, _)| *known == key) {
            Some(pair) => pair.1 = value,
            None => out.push((key, value)),
        }
    }
    out
}
