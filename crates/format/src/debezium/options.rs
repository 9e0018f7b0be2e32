//! Properties of the peer's connector that are taken by their own names.

use std::time::Duration;

use becauselog_connect::{ConfigError, ConfigErrors, Renaming};
use becauselog_model::Op;

use super::{
    Converters, DebeziumConfig, HeartbeatConfig, KeyColumns, SchemaChangeConfig, SchemaScope, SourceTypes,
    TopicRegex,
};

/// How patterns in Java's dialect become ones of the crate `regex`.
#[derive(Debug, Clone, Copy)]
pub struct JavaPatterns {
    /// One pattern.
    pub one: fn(&str) -> Result<String, String>,
    /// A list of them, parted by commas.
    pub list: fn(&str) -> Result<Vec<String>, String>,
}

const SKIPPED: &str = "skipped.operations";
const SCHEMA_CHANGES: &str = "include.schema.changes";
const SCHEMA_COMMENTS: &str = "include.schema.comments";
const CAPTURED_TABLES: &str = "schema.history.internal.store.only.captured.tables.ddl";
const CAPTURED_DATABASES: &str = "schema.history.internal.store.only.captured.databases.ddl";
const UNCHANGED: &str = "skip.messages.without.change";
const KEY_COLUMNS: &str = "message.key.columns";
const COLUMN_TYPES: &str = "column.propagate.source.type";
const DATATYPES: &str = "datatype.propagate.source.type";
const CONVERTERS: &str = super::converters::CONVERTERS;
const ADJUSTER: &str = "enable.time.adjuster";
const TRANSACTIONS: &str = "provide.transaction.metadata";
const TRANSACTION_TOPIC: &str = "topic.transaction";
const HEARTBEAT: &str = "heartbeat.interval.ms";
const HEARTBEAT_TOPIC: &str = "topic.heartbeat.prefix";
const HEARTBEAT_ACTION: &str = "heartbeat.action.query";
const TOPIC_NAMING: &str = "topic.naming.strategy";
const TOPIC_REGEX: &str = "topic.regex";
const TOPIC_TO: &str = "topic.replacement";
const TOPIC_KEY: &str = "topic.key.enforce.uniqueness";
const FIELD: &str = "topic.key.field.name";
const FIELD_REGEX: &str = "topic.key.field.regex";
const FIELD_TO: &str = "topic.key.field.replacement";

/// The properties with exactly these names.
const KEYS: [&str; 22] = [
    SKIPPED,
    CAPTURED_TABLES,
    CAPTURED_DATABASES,
    SCHEMA_CHANGES,
    SCHEMA_COMMENTS,
    UNCHANGED,
    KEY_COLUMNS,
    COLUMN_TYPES,
    DATATYPES,
    CONVERTERS,
    ADJUSTER,
    TOPIC_REGEX,
    TOPIC_TO,
    TOPIC_KEY,
    FIELD,
    FIELD_REGEX,
    FIELD_TO,
    TRANSACTIONS,
    TRANSACTION_TOPIC,
    HEARTBEAT,
    HEARTBEAT_TOPIC,
    HEARTBEAT_ACTION,
];

/// What the peer calls a key's field that tells the table.
const FIELD_DEFAULT: &str = "__dbz__physicalTableIdentifier";

impl DebeziumConfig {
    /// Whether a property is one that [`DebeziumConfig::with_properties`] takes; those of `converters` have names of their
    /// own ([`Converters::reads`]).
    #[must_use]
    pub fn reads(key: &str) -> bool {
        KEYS.contains(&key)
    }

    /// The names of those properties.
    #[must_use]
    pub const fn properties() -> [&'static str; 22] {
        KEYS
    }

    /// The same with what a connector's properties say; those that [`DebeziumConfig::reads`] does not know are not
    /// looked at.
    ///
    /// # Errors
    /// Everything wrong at once, each by its key.
    pub fn with_properties(
        self,
        properties: &[(String, String)],
        java: JavaPatterns,
    ) -> Result<Self, ConfigErrors> {
        let mut options = Options { properties, java, wrong: Vec::new() };
        let config = options.read(self);
        if options.wrong.is_empty() { Ok(config) } else { Err(ConfigErrors(options.wrong)) }
    }
}

pub(super) struct Options<'p> {
    pub(super) properties: &'p [(String, String)],
    pub(super) java: JavaPatterns,
    wrong: Vec<ConfigError>,
}

impl<'p> Options<'p> {
    fn read(&mut self, mut config: DebeziumConfig) -> DebeziumConfig {
        if let Some(value) = self.get(SKIPPED) {
            let read = self.kept(SKIPPED, operations(value));
            (config.skipped_operations, config.skips_truncates) = read.unwrap_or_default();
        }
        if let Some(wanted) = self.flag(SCHEMA_CHANGES) {
            config.schema_changes = wanted.then(SchemaChangeConfig::default);
        }
        let comments = self.flag(SCHEMA_COMMENTS).unwrap_or(false);
        config.column_comments = comments;
        if let Some(told) = &mut config.schema_changes {
            told.comments = comments;
        }
        config.schema_scope = SchemaScope {
            captured_tables: self.flag(CAPTURED_TABLES).unwrap_or(false),
            captured_databases: self.flag(CAPTURED_DATABASES).unwrap_or(false),
        };
        config.skip_unchanged = self.flag(UNCHANGED).unwrap_or(config.skip_unchanged);
        config.time_adjuster = self.flag(ADJUSTER).unwrap_or(config.time_adjuster);
        if let Some(value) = self.get(KEY_COLUMNS) {
            let read = key_columns(value, self.java);
            config.key_columns = self.kept(KEY_COLUMNS, read).unwrap_or_default();
        }
        config.source_types = self.source_types();
        config.converters = Converters::read(self);
        config.topic_regex = self.topic_regex();
        config.heartbeat = self.heartbeat();
        if self.flag(TRANSACTIONS) == Some(true) {
            config.transactions = Some(self.get(TRANSACTION_TOPIC).unwrap_or("transaction").to_owned());
        }
        config
    }

    /// A property without the blanks around it; nothing where it is empty.
    pub(super) fn get(&self, key: &str) -> Option<&'p str> {
        let found = self.properties.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn fail(&mut self, key: &str, problem: impl Into<String>) {
        self.wrong.push(ConfigError { key: key.to_owned(), problem: problem.into() });
    }

    pub(super) fn kept<T>(&mut self, key: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|problem| self.fail(key, problem)).ok()
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        match value.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.fail(key, "expected true or false");
                None
            }
        }
    }

    fn heartbeat(&mut self) -> Option<HeartbeatConfig> {
        let expected = "expected a number of milliseconds, 0 for no heartbeats";
        let read = self.get(HEARTBEAT)?.parse::<u32>().map_err(|_| expected.to_owned());
        let interval = self.kept(HEARTBEAT, read).filter(|interval| *interval > 0)?;
        Some(HeartbeatConfig {
            interval: Duration::from_millis(interval.into()),
            topic_prefix: self.get(HEARTBEAT_TOPIC).unwrap_or("__debezium-heartbeat").to_owned(),
            action: self.get(HEARTBEAT_ACTION).map(str::to_owned),
        })
    }

    fn source_types(&mut self) -> SourceTypes {
        let mut patterns = |key| {
            let read = self.get(key).map_or(Ok(Vec::new()), self.java.list);
            self.kept(key, read).unwrap_or_default()
        };
        let (columns, types) = (patterns(COLUMN_TYPES), patterns(DATATYPES));
        let made = SourceTypes::new(&columns, &types).map_err(|error| error.to_string());
        self.kept(COLUMN_TYPES, made).unwrap_or_default()
    }

    fn topic_regex(&mut self) -> Option<TopicRegex> {
        let strategy = self.get(TOPIC_NAMING).unwrap_or_default();
        if !strategy.ends_with(".DefaultRegexTopicNamingStrategy") {
            return None;
        }
        let topic = self.renaming(TOPIC_REGEX, TOPIC_TO);
        if topic.is_none() && self.get(TOPIC_REGEX).is_none() {
            self.fail(TOPIC_REGEX, "is missing: DefaultRegexTopicNamingStrategy needs it");
        }
        let unique = self.flag(TOPIC_KEY).unwrap_or(true);
        let key_field = unique.then(|| self.get(FIELD).unwrap_or(FIELD_DEFAULT).into());
        let key_value = self.renaming(FIELD_REGEX, FIELD_TO);
        Some(TopicRegex { topic: topic?, key_field, key_value })
    }

    fn renaming(&mut self, regex: &str, to: &str) -> Option<Renaming> {
        match (self.get(regex), self.get(to)) {
            (Some(pattern), Some(replacement)) => {
                let made = Renaming::new(pattern, replacement);
                self.kept(regex, made)
            }
            (Some(_), None) => {
                self.fail(to, format!("is missing: {regex} needs it"));
                None
            }
            (None, Some(_)) => {
                self.fail(regex, format!("is missing: {to} needs it"));
                None
            }
            (None, None) => None,
        }
    }
}

/// `c,u,d,t`, or `none`: of rows, and whether `t` is among them.
fn operations(value: &str) -> Result<(Vec<Op>, bool), String> {
    let (mut operations, mut truncates) = (Vec::new(), false);
    let names: Vec<&str> = value.split(',').map(str::trim).collect();
    for name in &names {
        match *name {
            "c" => operations.push(Op::Insert),
            "u" => operations.push(Op::Update),
            "d" => operations.push(Op::Delete),
            "t" => truncates = true,
            "none" if names.len() == 1 => {}
            "none" => return Err("none stands alone".to_owned()),
            other => return Err(format!("{other:?} is none of c, u, d, t and none")),
        }
    }
    Ok((operations, truncates))
}

/// `table:column,column;table:column`: both patterns.
fn key_columns(value: &str, java: JavaPatterns) -> Result<KeyColumns, String> {
    let mut patterns = Vec::new();
    for part in value.split(';').filter(|part| !part.trim().is_empty()) {
        let expected = || format!("expected TABLE:COLUMN,COLUMN without blanks, and found {part:?}");
        let (table, columns) = part.trim().split_once(':').ok_or_else(expected)?;
        let plain = |text: &str| !text.is_empty() && !text.contains(|c: char| c == ':' || c.is_whitespace());
        if !plain(table) || !plain(columns) {
            return Err(expected());
        }
        for column in columns.split(',') {
            patterns.push((java.one)(&format!("{table}.{column}"))?);
        }
    }
    KeyColumns::new(&patterns).map_err(|error| error.to_string())
}
