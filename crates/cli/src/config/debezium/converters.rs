//! What goes to Kafka Connect's part of the encoder: converters, transforms, and the names of things.

use becauselog_format::{Connect, Converters, DebeziumConfig};

use super::Connector;

/// Keys of the encoder beside converters and transforms that are handed on as they are.
const NAMES: [&str; 3] =
    ["topic.naming.strategy", "schema.name.adjustment.mode", "field.name.adjustment.mode"];

const SCHEMA_CHANGES: &str = "include.schema.changes";

/// The properties that are handed on: the key as the encoder knows it, the key in the connector's pairs, the value.
pub fn properties(connector: &Connector) -> Vec<(String, String, String)> {
    let named = connector.get("converters").unwrap_or_default();
    let handed = |(key, value): (&String, &String)| {
        let name = key.strip_prefix("debezium.").filter(|rest| is_transform(rest)).unwrap_or(key);
        let wanted = Connect::reads(name)
            || DebeziumConfig::reads(name)
            || Converters::reads(named, name)
            || NAMES.contains(&name);
        wanted.then(|| (name.to_owned(), key.clone(), value.clone()))
    };
    let mut properties: Vec<_> = connector.pairs.iter().filter_map(handed).collect();
    // The connector's own default is not that of a native config.
    if !connector.pairs.contains_key(SCHEMA_CHANGES) {
        properties.push((SCHEMA_CHANGES.to_owned(), SCHEMA_CHANGES.to_owned(), "true".to_owned()));
    }
    properties
}

/// What is said where no converter is named.
pub fn note(connector: &Connector) -> Option<&'static str> {
    let sides = ["key.converter", "value.converter"];
    let named = connector.pairs.keys().any(|key| sides.iter().any(|side| key.starts_with(side)));
    (!named).then_some("no converter is named: records are JSON without schemas")
}

fn is_transform(key: &str) -> bool {
    key.starts_with("transforms") || key.starts_with("predicates")
}
