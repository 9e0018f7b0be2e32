//! How Debezium's events are to be written.

use becauselog_connect::Adjustment;
use becauselog_model::{Flavor, Op};

use super::{
    Converters, HeartbeatConfig, SchemaChangeConfig, SchemaScope, SourceTypes,
    keys::KeyColumns,
    names::{TopicCharacters, TopicNaming, TopicRegex},
};
use crate::{ColumnRules, Parts};

/// `decimal.handling.mode`: how `DECIMAL` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecimalMode {
    /// Base64 of the unscaled value's bytes; the scale is only in the table. Debezium's default.
    Precise,
    /// A JSON number that is the nearest double. Lossy.
    Double,
    /// The exact text.
    String,
}

/// `time.precision.mode`: how dates and times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimePrecision {
    /// By the column's fraction digits, `TIME` always in microseconds. Debezium's default.
    AdaptiveTimeMicroseconds,
    /// By the column's fraction digits, `TIME` too. The MySQL connector refuses it since Debezium 3.
    Adaptive,
    /// Connect's own types: milliseconds. Lossy above three fraction digits.
    Connect,
    /// ISO 8601 texts. A `TIME` outside a day, at which Debezium stops, is written as the server writes it.
    IsoString,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds. Years 1677 to 2262 only.
    Nanoseconds,
}

/// `bigint.unsigned.handling.mode`: how `BIGINT UNSIGNED` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BigintUnsigned {
    /// A JSON number. With [`Rendering::Peer`] values above 2^63 - 1 come out negative, as the peer writes them.
    Long,
    /// Base64 of the value's bytes, like a precise decimal.
    Precise,
}

/// `binary.handling.mode`: how binary columns are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryMode {
    /// As the JSON converter writes bytes: base64. Debezium's default.
    Bytes,
    /// Base64.
    Base64,
    /// Base64 with `-` and `_`.
    Base64UrlSafe,
    /// Lower-case hexadecimal.
    Hex,
}

/// Where the envelope's own `ts_ms`, `ts_us` and `ts_ns` come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TsSource {
    /// The time of processing, as Debezium does it.
    Processing,
    /// The time of commit, so that the same log gives the same bytes.
    Commit,
}

/// What to do where the peer's value is not the table's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rendering {
    /// Keep the value: `BIGINT UNSIGNED` always positive, zero and invalid dates as their text.
    Exact,
    /// The peer's value, byte for byte, each loss counted.
    Peer,
}

/// How to write Debezium events. [`DebeziumConfig::exact`] and [`DebeziumConfig::peer`] are the two starting points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebeziumConfig {
    /// The source's logical name: the first part of every event's id.
    pub name: String,
    /// `topic.prefix`: the first part of topics, and `source.name`.
    pub topic_prefix: String,
    /// `topic.delimiter`, between the parts of a topic.
    pub topic_delimiter: String,
    /// `topic.naming.strategy`: which parts a topic has.
    pub topic_naming: TopicNaming,
    /// `topic.naming.strategy`: how characters that Kafka does not take are written.
    pub topic_characters: TopicCharacters,
    /// `topic.regex`: topics by a pattern over their names. With it every key tells its table.
    pub topic_regex: Option<TopicRegex>,
    /// `schema.name.adjustment.mode`.
    pub schema_names: Adjustment,
    /// `field.name.adjustment.mode`.
    pub field_names: Adjustment,
    /// `name` of the connector. Debezium's headers carry the connector's type instead: this changes no byte.
    pub connector_name: String,
    /// The family of the server, which says whose connector is meant: names of schemas and `source.connector`. Nothing: as each
    /// transaction's GTID tells, for schemas MySQL's.
    pub flavor: Option<Flavor>,
    /// `task.id`, for the header `__debezium.context.taskId`.
    pub task_id: String,
    /// For the header `__debezium.context.runId`, which Debezium makes anew for each run; nothing leaves the header out.
    pub run_id: Option<String>,
    /// Exact or the peer's value.
    pub rendering: Rendering,
    /// How `DECIMAL` is written.
    pub decimal: DecimalMode,
    /// How dates and times are written.
    pub time_precision: TimePrecision,
    /// How `BIGINT UNSIGNED` is written.
    pub bigint_unsigned: BigintUnsigned,
    /// How binary columns are written.
    pub binary: BinaryMode,
    /// `enable.time.adjuster`: years 1 to 99 of dates become 1970 to 2069 (with [`Rendering::Peer`] only).
    pub time_adjuster: bool,
    /// `tombstones.on.delete`: a record without a value after each delete.
    pub tombstones_on_delete: bool,
    /// `include.query`: the SQL text in the source block.
    pub include_query: bool,
    /// Where the envelope's times come from.
    pub ts: TsSource,
    /// `extended.headers.enabled`: the headers `__debezium.context.*`.
    pub extended_headers: bool,
    /// Which columns are written, and how values are hidden. Keys always stand as they are.
    pub columns: ColumnRules,
    /// `message.key.columns`: other keys than the tables' own.
    pub key_columns: KeyColumns,
    /// `column.propagate.source.type`, `datatype.propagate.source.type`: declared types as schema parameters.
    pub source_types: SourceTypes,
    /// `converters`: columns that are converted in their own way (with [`Rendering::Peer`]).
    pub converters: Converters,
    /// `include.schema.comments`: columns' comments as the docs of their schemas, where statements are followed.
    pub column_comments: bool,
    /// `skipped.operations`: the changes that have no records.
    pub skipped_operations: Vec<Op>,
    /// `skipped.operations`: truncates have no records either.
    pub skips_truncates: bool,
    /// `include.schema.changes`: statements that change tables have records on the topic `topic.prefix`.
    pub schema_changes: Option<SchemaChangeConfig>,
    /// Which of them are told.
    pub schema_scope: SchemaScope,
    /// `skip.messages.without.change`: updates of nothing that is written have no records.
    pub skip_unchanged: bool,
    /// `provide.transaction.metadata`, `topic.transaction`: records of each transaction's begin and end on a topic with this
    /// last part of its name, and each change's place in its transaction. Such an encoder is to see all changes in order.
    pub transactions: Option<String>,
    /// `heartbeat.interval.ms`: whether heartbeats are wanted, and how often.
    pub heartbeat: Option<HeartbeatConfig>,
    /// Which parts are wanted.
    pub parts: Parts,
}

impl DebeziumConfig {
    /// Debezium's envelope with exact values: decimals as text, `BIGINT UNSIGNED` positive, zero dates as text.
    #[must_use]
    pub fn exact(name: &str) -> Self {
        Self { rendering: Rendering::Exact, decimal: DecimalMode::String, ..Self::peer(name) }
    }

    /// Debezium's own defaults.
    #[must_use]
    pub fn peer(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            topic_prefix: name.to_owned(),
            topic_delimiter: ".".to_owned(),
            topic_naming: TopicNaming::Default,
            topic_characters: TopicCharacters::Underscore,
            topic_regex: None,
            schema_names: Adjustment::None,
            field_names: Adjustment::None,
            connector_name: name.to_owned(),
            flavor: None,
            task_id: "0".to_owned(),
            run_id: None,
            rendering: Rendering::Peer,
            decimal: DecimalMode::Precise,
            time_precision: TimePrecision::AdaptiveTimeMicroseconds,
            bigint_unsigned: BigintUnsigned::Long,
            binary: BinaryMode::Bytes,
            time_adjuster: true,
            tombstones_on_delete: true,
            include_query: false,
            ts: TsSource::Processing,
            extended_headers: true,
            columns: ColumnRules::none(),
            key_columns: KeyColumns::default(),
            source_types: SourceTypes::default(),
            converters: Converters::default(),
            column_comments: false,
            skipped_operations: Vec::new(),
            skips_truncates: true,
            schema_changes: None,
            schema_scope: SchemaScope::default(),
            skip_unchanged: false,
            transactions: None,
            heartbeat: None,
            parts: Parts::Records,
        }
    }
}
