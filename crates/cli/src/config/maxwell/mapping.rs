//! From Maxwell's keys to native ones.

use std::collections::BTreeMap;

use toml::Value;

use crate::config::{
    Translated,
    error::{ConfigError, Problem},
    set,
};

struct Mapping<'a> {
    given: &'a BTreeMap<String, String>,
    out: Translated,
    problems: Vec<Problem>,
}

const SWITCHES: [&str; 15] = [
    "gtid_mode",
    "output_binlog_position",
    "output_gtid_position",
    "output_commit_info",
    "output_xoffset",
    "output_nulls",
    "output_server_id",
    "output_thread_id",
    "output_schema_id",
    "output_row_query",
    "output_primary_keys",
    "output_primary_key_columns",
    "output_null_zerodates",
    "output_ddl",
    "output_push_timestamp",
];

const TEXTS: [&str; 5] =
    ["output_naming_strategy", "exclude_columns", "kafka_key_format", "kafka_topic", "ddl_kafka_topic"];

/// The native table for keys that were all classified. `sink_named`: a flag says where messages go.
pub fn map(given: &BTreeMap<String, String>, sink_named: bool) -> Result<Translated, ConfigError> {
    let mut mapping = Mapping { given, out: Translated::default(), problems: Vec::new() };
    mapping.source()?;
    mapping.format()?;
    if !sink_named {
        mapping.sink()?;
    }
    if !mapping.problems.is_empty() {
        return Err(ConfigError::Values(mapping.problems));
    }
    Ok(mapping.out)
}

impl Mapping<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.given.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Puts a value at a native path and remembers the key it came from.
    fn put(&mut self, path: &str, key: &str, value: Value) -> Result<(), ConfigError> {
        self.out.written_as.push((path.to_owned(), key.to_owned()));
        set::put(&mut self.out.table, path, value)
    }

    fn text(&mut self, key: &str, path: &str) -> Result<(), ConfigError> {
        match self.get(key).map(str::to_owned) {
            Some(text) => self.put(path, key, Value::String(text)),
            None => Ok(()),
        }
    }

    fn number(&mut self, key: &str, path: &str) -> Result<(), ConfigError> {
        match self.get(key).map(str::parse::<i64>) {
            Some(Ok(number)) => self.put(path, key, Value::Integer(number)),
            Some(Err(_)) => {
                self.problems.push(Problem::new(key, "expected a number"));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Maxwell takes a key without a value for true.
    fn flag(&mut self, key: &str, path: &str) -> Result<(), ConfigError> {
        match self.given.get(key).map(|value| value.to_ascii_lowercase()).as_deref() {
            Some("true" | "") => self.put(path, key, Value::Boolean(true)),
            Some("false") => self.put(path, key, Value::Boolean(false)),
            Some(_) => {
                self.problems.push(Problem::new(key, "expected true or false"));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The server to replicate from: `replication_host` and its own, else `host`.
    fn source(&mut self) -> Result<(), ConfigError> {
        let own = self.get("replication_host").is_some();
        let key = |name: &'static str| match (own, name) {
            (true, "host") => "replication_host",
            (true, "port") => "replication_port",
            (true, "user") => "replication_user",
            (true, "password") => "replication_password",
            (true, "ssl") => "replication_ssl",
            (_, name) => name,
        };
        let host = self.get(key("host")).unwrap_or("localhost");
        let port = self.get(key("port")).unwrap_or("3306");
        let address = format!("{host}:{port}");
        self.put("source.hosts", key("host"), Value::Array(vec![Value::String(address)]))?;
        self.text(key("user"), "source.user")?;
        self.text(key("password"), "source.password")?;
        if let Some(mode) = self.get(key("ssl")).map(str::to_ascii_lowercase) {
            self.put("source.tls.mode", key("ssl"), Value::String(mode))?;
        }
        self.number("replica_server_id", "source.server_id")?;
        let name = self.get("client_id").unwrap_or("maxwell").to_owned();
        self.put("name", "client_id", Value::String(name))?;
        let start = self.get("init_position").map(|at| {
            let mut parts = at.splitn(3, ':');
            format!("{}:{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        });
        start.map_or(Ok(()), |start| self.put("source.start", "init_position", Value::String(start)))
    }

    fn format(&mut self) -> Result<(), ConfigError> {
        set::put(&mut self.out.table, "format.kind", Value::String("maxwell".to_owned()))?;
        for key in SWITCHES {
            self.flag(key, &format!("format.maxwell.{key}"))?;
        }
        for key in TEXTS {
            self.text(key, &format!("format.maxwell.{key}"))?;
        }
        // Maxwell does bootstraps unless it is told not to.
        let bootstrapper = self.get("bootstrapper").unwrap_or("async").to_owned();
        self.put("format.maxwell.bootstrapper", "bootstrapper", Value::String(bootstrapper))?;
        self.text("schema_database", "format.maxwell.schema_database")?;
        self.number("row_query_max_length", "format.maxwell.row_query_max_length")?;
        let old = self.old_filters();
        match self.get("filter").map(str::to_owned) {
            Some(_) if !old.is_empty() => {
                let what =
                    "stands beside filters of the old kind (include_dbs and the like): keep one of the two";
                self.problems.push(Problem::new("filter", what));
                Ok(())
            }
            Some(filter) => self.put("format.maxwell.filter", "filter", Value::String(filter)),
            None if old.is_empty() => Ok(()),
            None => set::put(&mut self.out.table, "format.maxwell.filter", Value::String(old.join(", "))),
        }
    }

    /// The rules that keys of before version 1.18 stand for, in Maxwell's order.
    fn old_filters(&self) -> Vec<String> {
        let parts = |key: &str| {
            let text = self.get(key).unwrap_or_default().to_owned();
            text.split(',')
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
        };
        let mut rules: Vec<String> = Vec::new();
        rules.extend(parts("blacklist_dbs").iter().map(|name| format!("blacklist: {name}.*")));
        rules.extend(parts("blacklist_tables").iter().map(|name| format!("blacklist: *.{name}")));
        if self.get("include_dbs").is_some() || self.get("include_tables").is_some() {
            rules.push("exclude: *.*".to_owned());
        }
        rules.extend(parts("include_dbs").iter().map(|name| format!("include: {name}.*")));
        rules.extend(parts("exclude_dbs").iter().map(|name| format!("exclude: {name}.*")));
        rules.extend(parts("include_tables").iter().map(|name| format!("include: *.{name}")));
        rules.extend(parts("exclude_tables").iter().map(|name| format!("exclude: *.{name}")));
        for pair in parts("include_column_values") {
            let (column, value) = pair.split_once('=').unwrap_or((&pair, ""));
            rules.push(format!("exclude: *.*.{column}=*"));
            rules.push(format!("include: *.*.{column}={value}"));
        }
        rules
    }

    fn sink(&mut self) -> Result<(), ConfigError> {
        match self.get("producer") {
            Some("file") => {
                set::put(&mut self.out.table, "sink.0.kind", Value::String("file".to_owned()))?;
                // Maxwell goes on at the end of a file that is there.
                set::put(&mut self.out.table, "sink.0.on_foreign", Value::String("append".to_owned()))?;
                if self.get("output_file").is_none() {
                    self.problems.push(Problem::new("output_file", "is missing: producer=file writes to it"));
                }
                self.text("output_file", "sink.0.path")
            }
            _ => set::put(&mut self.out.table, "sink.0.kind", Value::String("stdout".to_owned())),
        }
    }
}
