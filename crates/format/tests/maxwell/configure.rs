//! An encoder by a case's options.

use anyhow::{Result, bail};
use becauselog_format::{
    Filter, KeyFormat, Maxwell, MaxwellConfig, MaxwellRendering, Naming, PartitionBy, PartitionHash,
    Partitioner, RowFilter, excluded_columns,
};
use regex::Regex;

use crate::{cases::Case, log::Encoding};

/// Options that decide where messages go, or that only Maxwell's recorder needed.
const ELSEWHERE: [&str; 6] = [
    "producer",
    "kafka_partition_hash",
    "producer_partition_by",
    "producer_partition_columns",
    "producer_partition_by_fallback",
    "filter",
];

/// `exact`: the table's values, not Maxwell's slips.
pub fn encoding(case: &Case, exact: bool) -> Result<Encoding> {
    let mut config = MaxwellConfig::new("mx");
    config.rendering = match exact {
        true => MaxwellRendering::Exact,
        false => MaxwellRendering::Peer { jvm_offset_s: offset(case.jvm_time_zone.as_deref())? },
    };
    for (option, value) in &case.options {
        let text = || value.as_str().unwrap_or_default().to_owned();
        let on = || value.as_bool().unwrap_or_else(|| panic!("{}: {option} is {value}", case.name));
        match option.as_str() {
            "kafka_topic" => config.kafka_topic = text(),
            "ddl_kafka_topic" => config.ddl_kafka_topic = Some(text()),
            "kafka_key_format" if value == "array" => config.kafka_key_format = KeyFormat::Array,
            "kafka_key_format" if value == "hash" => config.kafka_key_format = KeyFormat::Hash,
            "output_commit_info" => config.output_commit_info = on(),
            "output_xoffset" => config.output_xoffset = on(),
            "output_binlog_position" => config.output_binlog_position = on(),
            "output_gtid_position" => config.output_gtid_position = on(),
            "gtid_mode" => config.gtid_mode = on(),
            "output_server_id" => config.output_server_id = on(),
            "output_thread_id" => config.output_thread_id = on(),
            "output_schema_id" => config.output_schema_id = on(),
            "output_push_timestamp" => config.output_push_timestamp = on(),
            "output_row_query" => config.output_row_query = on(),
            "row_query_max_length" => {
                config.row_query_max_length = usize::try_from(value.as_u64().unwrap_or(0))?
            }
            "output_primary_keys" => config.output_primary_keys = on(),
            "output_primary_key_columns" => config.output_primary_key_columns = on(),
            "output_nulls" => config.output_nulls = on(),
            "output_null_zerodates" => config.output_null_zerodates = on(),
            "output_ddl" => config.output_ddl = on(),
            "output_naming_strategy" => config.output_naming_strategy = Naming::CamelCase,
            "exclude_columns" => {
                config.exclude_columns = excluded_columns(&text(), compile).map_err(anyhow::Error::msg)?;
            }
            elsewhere if ELSEWHERE.contains(&elsewhere) => {}
            unknown => bail!("{}: the option {unknown} is not looked at", case.name),
        }
    }
    let filter = Filter::parse(case.text("filter").unwrap_or_default(), compile)?;
    let filter = RowFilter::new(filter, config.clone());
    let partitioner = partitioner(case, &config)?;
    let mut encoding = Encoding::new(Maxwell::new(config), filter, !exact);
    encoding.partitioner = partitioner;
    Ok(encoding)
}

/// How rows are spread over partitions, where that was recorded.
fn partitioner(case: &Case, config: &MaxwellConfig) -> Result<Option<(Partitioner, u32)>> {
    let Some(kafka) = &case.kafka else { return Ok(None) };
    let count = u32::try_from(kafka["partitions"].as_u64().unwrap_or(0))?;
    let by = |option: &str| {
        Ok(match case.text(option) {
            None | Some("database") => PartitionBy::Database,
            Some("table") => PartitionBy::Table,
            Some("primary_key") => PartitionBy::PrimaryKey,
            Some("transaction_id") => PartitionBy::TransactionId,
            Some("thread_id") => PartitionBy::ThreadId,
            Some("column") => PartitionBy::Column,
            Some(other) => bail!("{other}: unknown"),
        })
    };
    let columns = case.text("producer_partition_columns").unwrap_or_default();
    let columns = columns.split(',').map(|column| column.trim().to_owned()).collect();
    let hash = match case.text("kafka_partition_hash") {
        Some("murmur3") => PartitionHash::Murmur3,
        _ => PartitionHash::Java,
    };
    let (by, fallback) = (by("producer_partition_by")?, by("producer_partition_by_fallback")?);
    Ok(Some((Partitioner::new(by, columns, fallback, hash, config.clone()), count)))
}

fn compile(regex: &str) -> Result<Regex, String> {
    Regex::new(regex).map_err(|error| error.to_string())
}

/// How far a zone was from UTC in 1970.
fn offset(zone: Option<&str>) -> Result<i32> {
    match zone {
        None => Ok(0),
        Some("America/New_York") => Ok(-5 * 3_600),
        Some(other) => bail!("{other}: unknown"),
    }
}
