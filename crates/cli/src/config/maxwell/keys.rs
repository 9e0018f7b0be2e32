//! Every key of Maxwell's config that is known, and what becomes of it here.

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Done.
    Done,
    /// It does nothing here, and that is right.
    NoEffect,
    /// The kind of target.
    Producer,
    /// Done for these values; others are refused, with the next step.
    Only(&'static [&'static str], &'static str),
}

/// A key, or a family of them that begins with the text before `*`.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The key.
    pub key: &'static str,
    /// What becomes of it.
    pub class: Class,
}

/// What is known of a key.
pub fn find(key: &str) -> Option<&'static Known> {
    let in_family = |known: &&Known| known.key.strip_suffix('*').is_some_and(|start| key.starts_with(start));
    KEYS.iter().find(|known| known.key == key).or_else(|| KEYS.iter().find(in_family))
}

const fn done(key: &'static str) -> Known {
    Known { key, class: Class::Done }
}

const fn idle(key: &'static str) -> Known {
    Known { key, class: Class::NoEffect }
}

const fn only(key: &'static str, values: &'static [&'static str], next: &'static str) -> Known {
    Known { key, class: Class::Only(values, next) }
}

const SCRIPT: &str = "scripts are not run: filter rows with filter, change them behind the sink";
const SECRET: &str = "messages are not encrypted: leave it out, or encrypt behind the sink";
const ENVIRONMENT: &str = "write ${env:NAME} as the value of a key in place of it";
const ONE: &str = "one process reads at a time: leave it out, and start a second one when the first is gone";

/// All keys.
pub const KEYS: &[Known] = &[
    // Where changes come from.
    done("host"),
    done("port"),
    done("user"),
    done("password"),
    done("ssl"),
    done("replication_host"),
    done("replication_port"),
    done("replication_user"),
    done("replication_password"),
    done("replication_ssl"),
    done("replica_server_id"),
    done("client_id"),
    done("init_position"),
    idle("jdbc_options"),
    idle("replication_jdbc_options"),
    idle("schema_host"),
    idle("schema_port"),
    idle("schema_user"),
    idle("schema_password"),
    idle("schema_ssl"),
    idle("schema_jdbc_options"),
    done("schema_database"),
    idle("max_schemas"),
    idle("recapture_schema"),
    idle("ignore_missing_schema"),
    idle("master_recovery"),
    idle("binlog_heartbeat"),
    idle("replication_reconnection_retries"),
    idle("binlog_event_queue_size"),
    idle("buffer_memory_usage"),
    idle("buffered_transaction_size"),
    only("replay", &["false"], "a position is always kept: leave it out, and use another client_id"),
    done("bootstrapper"),
    // What is written.
    done("gtid_mode"),
    done("output_binlog_position"),
    done("output_gtid_position"),
    done("output_commit_info"),
    done("output_xoffset"),
    done("output_nulls"),
    done("output_server_id"),
    done("output_thread_id"),
    done("output_schema_id"),
    done("output_row_query"),
    done("row_query_max_length"),
    done("output_primary_keys"),
    done("output_primary_key_columns"),
    done("output_null_zerodates"),
    done("output_ddl"),
    done("output_push_timestamp"),
    done("output_naming_strategy"),
    done("exclude_columns"),
    done("kafka_key_format"),
    done("kafka_topic"),
    done("ddl_kafka_topic"),
    only("encrypt", &["none"], SECRET),
    only("secret_key", &[""], SECRET),
    // What passes.
    done("filter"),
    done("include_dbs"),
    done("exclude_dbs"),
    done("include_tables"),
    done("exclude_tables"),
    done("blacklist_dbs"),
    done("blacklist_tables"),
    done("include_column_values"),
    only("javascript", &[""], SCRIPT),
    // Where it goes.
    Known { key: "producer", class: Class::Producer },
    done("output_file"),
    only("custom_producer.*", &[""], "classes of Java are not run: choose a sink with --sink"),
    only("custom_producer", &[""], "classes of Java are not run: choose a sink with --sink"),
    idle("kafka.*"),
    idle("kafka_version"),
    idle("kafka_partition_hash"),
    idle("kafka_partition_by"),
    idle("kafka_partition_columns"),
    idle("kafka_partition_by_fallback"),
    idle("dead_letter_topic"),
    idle("producer_partition_by"),
    idle("producer_partition_columns"),
    idle("producer_partition_by_fallback"),
    idle("producer_ack_timeout"),
    idle("ignore_producer_error"),
    idle("kinesis*"),
    idle("sqs_*"),
    idle("sns_*"),
    idle("nats_*"),
    idle("pubsub_*"),
    idle("ddl_pubsub_topic"),
    idle("bigquery_*"),
    idle("rabbitmq_*"),
    idle("redis_*"),
    // How it is run.
    idle("log_level"),
    idle("daemon"),
    idle("config"),
    idle("metrics_*"),
    idle("http_*"),
    idle("custom_health.*"),
    only("env_config", &[""], ENVIRONMENT),
    only("env_config_prefix", &[""], ENVIRONMENT),
    only("ha", &["false"], ONE),
    idle("jgroups_config"),
    idle("raft_member_id"),
];
