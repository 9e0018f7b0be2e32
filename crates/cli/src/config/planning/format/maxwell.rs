//! `[format.maxwell]`: Maxwell's options.

use becauselog_format::{Filter, KeyFormat, MaxwellConfig, MaxwellRendering, Naming, excluded_columns};
use regex::Regex;

use super::{Problems, debezium_only};
use crate::{
    config::{debezium::java_regex, maxwell::MaxwellOptions, native::FormatConfig},
    plan::MaxwellPlan,
};

/// Which tables and rows have messages, and how they are written.
pub fn plan(config: FormatConfig, name: &str, problems: &mut Problems) -> MaxwellPlan {
    debezium_only(&config, "maxwell", problems);
    if config.topic_prefix.is_some() {
        problems.add(
            "format.topic_prefix",
            "has no meaning with kind = \"maxwell\": set format.maxwell.kafka_topic",
        );
    }
    let options = config.maxwell.unwrap_or_default();
    let renderings = [("exact", false), ("maxwell", true)];
    let peer = problems.choose("format.values", config.values.as_deref(), false, &renderings);
    let filter = Filter::parse(options.filter.as_deref().unwrap_or_default(), compile);
    let filter = filter.map_err(|error| error.to_string());
    let filter = problems.take("format.maxwell.filter", filter, Filter::default());
    let excluded = excluded_columns(options.exclude_columns.as_deref().unwrap_or_default(), compile);
    let exclude_columns = problems.take("format.maxwell.exclude_columns", excluded, Vec::new());
    let rendering = match peer {
        true => MaxwellRendering::Peer { jvm_offset_s: offset(&options, problems) },
        false => MaxwellRendering::Exact,
    };
    let query = config.include_query;
    let bootstrappers = [("none", false), ("async", true), ("sync", true)];
    let bootstrapper = options.bootstrapper.as_deref();
    MaxwellPlan {
        bootstraps: problems.choose("format.maxwell.bootstrapper", bootstrapper, false, &bootstrappers),
        schema_database: options.schema_database.clone().unwrap_or_else(|| "maxwell".to_owned()),
        config: MaxwellConfig { exclude_columns, rendering, ..written(options, query, name, problems) },
        filter,
    }
}

fn written(
    options: MaxwellOptions,
    query: Option<bool>,
    name: &str,
    problems: &mut Problems,
) -> MaxwellConfig {
    let base = MaxwellConfig::new(name);
    let keys = [("hash", KeyFormat::Hash), ("array", KeyFormat::Array)];
    let key_format = options.kafka_key_format.as_deref();
    let namings = [("none", Naming::AsIs), ("underscore_to_camelcase", Naming::CamelCase)];
    let naming = options.output_naming_strategy.as_deref();
    let length = options.row_query_max_length.unwrap_or(0);
    MaxwellConfig {
        kafka_topic: options.kafka_topic.unwrap_or(base.kafka_topic),
        ddl_kafka_topic: options.ddl_kafka_topic,
        kafka_key_format: problems.choose(
            "format.maxwell.kafka_key_format",
            key_format,
            KeyFormat::Hash,
            &keys,
        ),
        output_commit_info: options.output_commit_info.unwrap_or(base.output_commit_info),
        output_xoffset: options.output_xoffset.unwrap_or(base.output_xoffset),
        output_binlog_position: options.output_binlog_position.unwrap_or(base.output_binlog_position),
        output_gtid_position: options.output_gtid_position.unwrap_or(base.output_gtid_position),
        gtid_mode: options.gtid_mode.unwrap_or(base.gtid_mode),
        output_server_id: options.output_server_id.unwrap_or(base.output_server_id),
        output_thread_id: options.output_thread_id.unwrap_or(base.output_thread_id),
        output_schema_id: options.output_schema_id.unwrap_or(base.output_schema_id),
        output_push_timestamp: options.output_push_timestamp.unwrap_or(base.output_push_timestamp),
        output_row_query: options.output_row_query.or(query).unwrap_or(base.output_row_query),
        row_query_max_length: usize::try_from(length).unwrap_or(usize::MAX),
        output_primary_keys: options.output_primary_keys.unwrap_or(base.output_primary_keys),
        output_primary_key_columns: options
            .output_primary_key_columns
            .unwrap_or(base.output_primary_key_columns),
        output_nulls: options.output_nulls.unwrap_or(base.output_nulls),
        output_null_zerodates: options.output_null_zerodates.unwrap_or(base.output_null_zerodates),
        output_ddl: options.output_ddl.unwrap_or(base.output_ddl),
        output_naming_strategy: problems.choose(
            "format.maxwell.output_naming_strategy",
            naming,
            Naming::AsIs,
            &namings,
        ),
        ..base
    }
}

fn offset(options: &MaxwellOptions, problems: &mut Problems) -> i32 {
    let minutes = options.jvm_offset_minutes.unwrap_or(0);
    problems.ranged("format.maxwell.jvm_offset_minutes", minutes, -1_080, 1_080).saturating_mul(60)
}

/// A regular expression in Java's dialect.
fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&java_regex::translate(pattern)?).map_err(|error| error.to_string())
}
