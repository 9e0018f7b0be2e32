//! Converters: how the peer's records become bytes. JSON without schemas is what is written here.

use super::Connector;
use crate::config::error::{ConfigError, Problem};

const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";

/// Checks both converters. Kafka's JsonConverter has schemas on by default, so one that is named must switch them off.
pub fn check(connector: &Connector, notes: &mut Vec<String>) -> Result<(), ConfigError> {
    let mut problems = Vec::new();
    for side in ["key", "value"] {
        if let Some(problem) = one(connector, side) {
            problems.push(problem);
        }
    }
    if connector.get("key.converter").is_none() && connector.get("value.converter").is_none() {
        notes.push("no converter is named: records are JSON without schemas".to_owned());
    }
    if connector.lenient {
        notes.extend(problems.iter().map(|problem| format!("ignored: {problem}")));
        return Ok(());
    }
    if problems.is_empty() { Ok(()) } else { Err(ConfigError::Unsupported(problems)) }
}

fn one(connector: &Connector, side: &str) -> Option<Problem> {
    let key = format!("{side}.converter");
    let switch = format!("{key}.schemas.enable");
    let on = connector.get(&switch).map(|text| !text.eq_ignore_ascii_case("false"));
    match connector.get(&key) {
        None if on == Some(true) => {
            Some(Problem::new(switch, "schemas are not written yet: set it to false"))
        }
        None => None,
        Some(class) if class != JSON => {
            let what = format!("only JSON without schemas is written yet: use {JSON} with {switch}=false");
            Some(Problem::new(key, what))
        }
        Some(_) if on == Some(false) => None,
        Some(_) => {
            let what = format!(
                "JsonConverter has schemas on by default, and they are not written yet: set {switch}=false"
            );
            Some(Problem::new(key, what))
        }
    }
}
