//! `[format]`: how changes are rendered.

use becauselog_format::{
    BigintUnsigned, BinaryMode, DebeziumConfig, DecimalMode, PlainConfig, Rendering, TimePrecision, TsSource,
};

mod maxwell;
mod properties;

use super::Problems;
use crate::{
    config::native::FormatConfig,
    plan::{DebeziumPlan, FormatPlan, Note},
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Debezium,
    Plain,
    Maxwell,
}

/// The format's part of the plan.
pub fn plan(config: FormatConfig, name: &str, notes: &mut Vec<Note>, problems: &mut Problems) -> FormatPlan {
    let kinds = [("debezium", Kind::Debezium), ("plain", Kind::Plain), ("maxwell", Kind::Maxwell)];
    let kind = problems.choose("format.kind", config.kind.as_deref(), Kind::Debezium, &kinds);
    if config.maxwell.is_some() && kind != Kind::Maxwell {
        problems.add("format.maxwell", "has a meaning with kind = \"maxwell\" only");
    }
    match kind {
        Kind::Debezium => FormatPlan::Debezium(Box::new(debezium(config, name, notes, problems))),
        Kind::Plain => FormatPlan::Plain(plain(config, name, problems)),
        Kind::Maxwell => FormatPlan::Maxwell(Box::new(maxwell::plan(config, name, problems))),
    }
}

fn plain(config: FormatConfig, name: &str, problems: &mut Problems) -> PlainConfig {
    if config.values.is_some() {
        problems.add("format.values", "has no meaning with kind = \"plain\": leave it out");
    }
    debezium_only(&config, "plain", problems);
    let mut plain = PlainConfig::new(name);
    plain.topic_prefix = config.topic_prefix.unwrap_or_else(|| name.to_owned());
    plain.include_query = config.include_query.unwrap_or(false);
    plain
}

/// Refuses the keys that only Debezium's format has.
fn debezium_only(config: &FormatConfig, kind: &str, problems: &mut Problems) {
    let others = [
        ("ts", config.ts.is_some()),
        ("decimal", config.decimal.is_some()),
        ("bigint_unsigned", config.bigint_unsigned.is_some()),
        ("binary", config.binary.is_some()),
        ("time", config.time.is_some()),
        ("tombstones", config.tombstones.is_some()),
        ("topic_delimiter", config.topic_delimiter.is_some()),
        ("extended_headers", config.extended_headers.is_some()),
        ("connector_name", config.connector_name.is_some()),
        ("properties", config.properties.is_some()),
    ];
    for (key, _) in others.into_iter().filter(|(_, given)| *given) {
        problems
            .add(&format!("format.{key}"), format!("has no meaning with kind = \"{kind}\": leave it out"));
    }
}

fn debezium(
    mut config: FormatConfig,
    name: &str,
    notes: &mut Vec<Note>,
    problems: &mut Problems,
) -> DebeziumPlan {
    let given = config.properties.take().unwrap_or_default();
    let renderings = [("exact", Rendering::Exact), ("debezium", Rendering::Peer)];
    let rendering = problems.choose("format.values", config.values.as_deref(), Rendering::Exact, &renderings);
    let base = match rendering {
        Rendering::Exact => DebeziumConfig::exact(name),
        Rendering::Peer => DebeziumConfig::peer(name),
    };
    let config = DebeziumConfig {
        topic_prefix: config.topic_prefix.unwrap_or_else(|| name.to_owned()),
        topic_delimiter: config.topic_delimiter.unwrap_or(base.topic_delimiter),
        connector_name: config.connector_name.unwrap_or_else(|| name.to_owned()),
        decimal: problems.choose("format.decimal", config.decimal.as_deref(), base.decimal, &DECIMALS),
        time_precision: problems.choose("format.time", config.time.as_deref(), base.time_precision, &TIMES),
        bigint_unsigned: problems.choose(
            "format.bigint_unsigned",
            config.bigint_unsigned.as_deref(),
            base.bigint_unsigned,
            &BIGINTS,
        ),
        binary: problems.choose("format.binary", config.binary.as_deref(), base.binary, &BINARIES),
        tombstones_on_delete: config.tombstones.unwrap_or(base.tombstones_on_delete),
        include_query: config.include_query.unwrap_or(base.include_query),
        ts: problems.choose("format.ts", config.ts.as_deref(), base.ts, &TIMESTAMPS),
        extended_headers: config.extended_headers.unwrap_or(base.extended_headers),
        ..base
    };
    properties::plan(given, config, notes, problems)
}

const DECIMALS: [(&str, DecimalMode); 3] =
    [("precise", DecimalMode::Precise), ("double", DecimalMode::Double), ("string", DecimalMode::String)];
const BIGINTS: [(&str, BigintUnsigned); 2] =
    [("long", BigintUnsigned::Long), ("precise", BigintUnsigned::Precise)];
const TIMESTAMPS: [(&str, TsSource); 2] =
    [("processing", TsSource::Processing), ("commit", TsSource::Commit)];
const BINARIES: [(&str, BinaryMode); 4] = [
    ("bytes", BinaryMode::Bytes),
    ("base64", BinaryMode::Base64),
    ("base64_url_safe", BinaryMode::Base64UrlSafe),
    ("hex", BinaryMode::Hex),
];
const TIMES: [(&str, TimePrecision); 6] = [
    ("adaptive_time_microseconds", TimePrecision::AdaptiveTimeMicroseconds),
    ("adaptive", TimePrecision::Adaptive),
    ("connect", TimePrecision::Connect),
    ("isostring", TimePrecision::IsoString),
    ("microseconds", TimePrecision::Microseconds),
    ("nanoseconds", TimePrecision::Nanoseconds),
];
