//! What Maxwell's output options say.

use regex::Regex;

use crate::Parts;

/// How values are written that Maxwell gets wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MaxwellRendering {
    /// As the table holds them: BIT over 31 bits, TIME below zero or over a day, dates of 1582, invalid dates, year 0.
    #[default]
    Exact,
    /// As Maxwell 1.45 writes them, each loss counted.
    Peer {
        /// How far the JVM's time zone was from UTC on 1970-01-01, in seconds: Maxwell's TIME values move with it.
        jvm_offset_s: i32,
    },
}

/// How record keys are written (`kafka_key_format`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyFormat {
    /// `{"database":"d","table":"t","pk.id":1}`
    #[default]
    Hash,
    /// `["d","t",[{"id":1}]]`
    Array,
}

/// How field and column names are written (`output_naming_strategy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Naming {
    /// As they are.
    #[default]
    AsIs,
    /// `last_seen_at` as `lastSeenAt`.
    CamelCase,
}

/// How Maxwell's messages are to be written. The fields have the names of Maxwell's options.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "Maxwell's options are switches")]
pub struct MaxwellConfig {
    /// The source's logical name: the first part of every event's id.
    pub name: String,
    /// Which parts are wanted.
    pub parts: Parts,
    /// The topic of rows; `%{database}` and `%{table}` are filled in.
    pub kafka_topic: String,
    /// The topic of DDL messages; that of rows where nothing is said.
    pub ddl_kafka_topic: Option<String>,
    /// How keys are written.
    pub kafka_key_format: KeyFormat,
    /// `xid`, and `commit` on the last row of a transaction.
    pub output_commit_info: bool,
    /// `xoffset` on all rows but the last.
    pub output_xoffset: bool,
    /// `position`.
    pub output_binlog_position: bool,
    /// `gtid`.
    pub output_gtid_position: bool,
    /// Whether the source's GTIDs are looked at: without it there is no `gtid`.
    pub gtid_mode: bool,
    /// `server_id`.
    pub output_server_id: bool,
    /// `thread_id`.
    pub output_thread_id: bool,
    /// `schema_id`.
    pub output_schema_id: bool,
    /// `push_ts`.
    pub output_push_timestamp: bool,
    /// `query`, where the log has it.
    pub output_row_query: bool,
    /// So many UTF-16 units of `query` are written at most; 0 for all.
    pub row_query_max_length: usize,
    /// `primary_key`.
    pub output_primary_keys: bool,
    /// `primary_key_columns`.
    pub output_primary_key_columns: bool,
    /// Whether columns that are NULL are written.
    pub output_nulls: bool,
    /// Whether zero dates are written as null.
    pub output_null_zerodates: bool,
    /// Whether there are messages for DDL statements.
    pub output_ddl: bool,
    /// How names are written.
    pub output_naming_strategy: Naming,
    /// Columns that are left out of `data` and `old`, each pattern for the whole name: see [`columns`].
    pub exclude_columns: Vec<Regex>,
    /// How values are written that Maxwell gets wrong.
    pub rendering: MaxwellRendering,
}

impl MaxwellConfig {
    /// Maxwell's defaults for a source of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            parts: Parts::Records,
            kafka_topic: "maxwell".to_owned(),
            ddl_kafka_topic: None,
            kafka_key_format: KeyFormat::Hash,
            output_commit_info: true,
            output_xoffset: true,
            output_binlog_position: false,
            output_gtid_position: false,
            gtid_mode: false,
            output_server_id: false,
            output_thread_id: false,
            output_schema_id: false,
            output_push_timestamp: false,
            output_row_query: false,
            row_query_max_length: 0,
            output_primary_keys: false,
            output_primary_key_columns: false,
            output_nulls: true,
            output_null_zerodates: false,
            output_ddl: false,
            output_naming_strategy: Naming::AsIs,
            exclude_columns: Vec::new(),
            rendering: MaxwellRendering::Exact,
        }
    }

    /// Whether a column is left out.
    pub(super) fn excludes(&self, column: &str) -> bool {
        self.exclude_columns.iter().any(|pattern| pattern.is_match(column))
    }
}

/// Reads `exclude_columns`: names and regular expressions between slashes, with commas between. `compile` makes a regular
/// expression of one in Java's dialect.
///
/// # Errors
/// The first pattern that cannot be read, and why.
pub fn columns(list: &str, compile: impl Fn(&str) -> Result<Regex, String>) -> Result<Vec<Regex>, String> {
    let patterns = list.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
    let read = |pattern: &str| match pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(regex) => compile(regex).and_then(|regex| anchored(regex.as_str())),
        None => anchored(&regex::escape(pattern)),
    };
    patterns.map(read).collect()
}

fn anchored(regex: &str) -> Result<Regex, String> {
    Regex::new(&format!("^(?:{regex})$")).map_err(|error| error.to_string())
}
