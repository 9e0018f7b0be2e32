//! `format.properties`: the connector's own properties, as far as the encoder knows them.

use std::collections::BTreeMap;

use becauselog_format::{
    Adjustment, Connect, Converters, DebeziumConfig, JavaPatterns, Rendering, TopicCharacters, TopicNaming,
};

use super::super::Problems;
use crate::{
    config::{debezium::java_regex, nearest::hint},
    plan::{DebeziumPlan, Note},
};

/// Names beside those that [`Connect::reads`] and [`DebeziumConfig::reads`].
const NAMES: [&str; 3] = [SCHEMA_NAMES, FIELD_NAMES, TOPIC_NAMES];
const SCHEMA_NAMES: &str = "schema.name.adjustment.mode";
const FIELD_NAMES: &str = "field.name.adjustment.mode";
const TOPIC_NAMES: &str = "topic.naming.strategy";

const ADJUSTMENTS: [(&str, Adjustment); 3] =
    [("none", Adjustment::None), ("avro", Adjustment::Avro), ("avro_unicode", Adjustment::AvroUnicode)];

type Strategy = (TopicNaming, TopicCharacters);

const STRATEGIES: [(&str, Strategy); 5] = [
    ("io.debezium.schema.DefaultTopicNamingStrategy", (TopicNaming::Default, TopicCharacters::Underscore)),
    (
        "io.debezium.schema.DefaultRegexTopicNamingStrategy",
        (TopicNaming::Default, TopicCharacters::Underscore),
    ),
    ("io.debezium.schema.SchemaTopicNamingStrategy", (TopicNaming::Schema, TopicCharacters::Underscore)),
    (
        "io.debezium.schema.DefaultUnicodeTopicNamingStrategy",
        (TopicNaming::Default, TopicCharacters::Unicode),
    ),
    ("io.debezium.schema.SchemaUnicodeTopicNamingStrategy", (TopicNaming::Schema, TopicCharacters::Unicode)),
];

/// The plan of Debezium's format: the config with its names, and the properties of transforms and converters, which have
/// been read once, so that what is wrong with them is told here.
pub fn plan(
    given: BTreeMap<String, String>,
    mut config: DebeziumConfig,
    notes: &mut Vec<Note>,
    problems: &mut Problems,
) -> DebeziumPlan {
    names(&given, &mut config, problems);
    let config = connector(&given, config, problems);
    let named = given.get("converters").cloned().unwrap_or_default();
    let mut connect = Vec::new();
    for (key, value) in given {
        if Connect::reads(&key) {
            connect.push((key, value));
        } else if !NAMES.contains(&&*key) && !DebeziumConfig::reads(&key) && !Converters::reads(&named, &key)
        {
            let own = DebeziumConfig::properties();
            let known = NAMES.into_iter().chain(own).chain([
                "transforms",
                "predicates",
                "key.converter",
                "value.converter",
            ]);
            let what = format!("there is no such property here{}", hint(&key, known));
            problems.add(&path(&key), what);
        }
    }
    if config.rendering == Rendering::Exact && !config.converters.is_empty() {
        problems
            .add(&path("converters"), "converters need the peer's values: set format.values = \"debezium\"");
    }
    let mut declarations = config.converters.want_declarations();
    match Connect::from_properties(&connect) {
        Err(wrong) => wrong.0.into_iter().for_each(|one| problems.add(&path(&one.key), one.problem)),
        Ok(read) if config.rendering == Rendering::Exact && read.has_schemas() => problems.add(
            "format.properties",
            "schemas and transforms need values that fit the schemas: set format.values = \"debezium\"",
        ),
        Ok(read) => {
            declarations |=
                config.rendering == Rendering::Peer || read.has_schemas() || read.fills_defaults();
            let told = |one: &becauselog_format::ConfigError| format!("{} {}", one.key, one.problem);
            notes.extend(read.passed_over().iter().map(|one| Note { warn: true, text: told(one) }));
        }
    }
    DebeziumPlan { config, connect, declarations }
}

/// The properties of the connector itself.
fn connector(
    given: &BTreeMap<String, String>,
    config: DebeziumConfig,
    problems: &mut Problems,
) -> DebeziumConfig {
    let properties: Vec<(String, String)> =
        given.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let java = JavaPatterns { one: java_regex::translate, list: java_regex::list };
    let before = config.clone();
    config.with_properties(&properties, java).unwrap_or_else(|wrong| {
        wrong.0.into_iter().for_each(|one| problems.add(&path(&one.key), one.problem));
        before
    })
}

fn names(given: &BTreeMap<String, String>, config: &mut DebeziumConfig, problems: &mut Problems) {
    let value = |key: &str| given.get(key).map(|text| text.trim());
    config.schema_names =
        problems.choose(&path(SCHEMA_NAMES), value(SCHEMA_NAMES), config.schema_names, &ADJUSTMENTS);
    config.field_names =
        problems.choose(&path(FIELD_NAMES), value(FIELD_NAMES), config.field_names, &ADJUSTMENTS);
    let strategy = (config.topic_naming, config.topic_characters);
    (config.topic_naming, config.topic_characters) =
        problems.choose(&path(TOPIC_NAMES), value(TOPIC_NAMES), strategy, &STRATEGIES);
}

fn path(key: &str) -> String {
    format!("format.properties.{key}")
}
