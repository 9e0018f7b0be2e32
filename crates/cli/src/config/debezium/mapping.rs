//! From a connector's keys to native ones.

mod sources;

use toml::{Table, Value};

use super::{Connector, columns, converters, java_regex};
use crate::{
    config::{
        Translated,
        error::{ConfigError, Problem},
        set,
    },
    plan::Note,
};

/// The connector classes of MySQL, under all names that they have been given.
const MARIADB_CLASS: &str = "io.debezium.connector.mariadb.MariaDbConnector";
const MYSQL_CLASSES: [&str; 4] = [
    "io.debezium.connector.mysql.MySqlConnector",
    "io.debezium.connector.mysql.legacy.MySqlConnector",
    "MySqlCdcSource",
    "MySqlCdcSourceV2",
];

struct Mapping<'a> {
    connector: &'a Connector,
    out: Translated,
    problems: Vec<Problem>,
}

/// The native table for a connector whose keys were all classified.
pub fn map(connector: &Connector) -> Result<Translated, ConfigError> {
    let mut mapping = Mapping { connector, out: Translated::default(), problems: Vec::new() };
    mapping.class()?;
    mapping.names()?;
    mapping.address()?;
    mapping.gtids()?;
    mapping.tables()?;
    mapping.columns()?;
    mapping.format()?;
    mapping.snapshot();
    if !mapping.problems.is_empty() {
        return Err(ConfigError::Values(mapping.problems));
    }
    if let Some(text) = converters::note(connector) {
        mapping.note(text);
    }
    Ok(mapping.out)
}

impl Mapping<'_> {
    /// Puts a value at a native path and remembers the key it came from.
    fn put(&mut self, path: &str, key: &str, value: Value) -> Result<(), ConfigError> {
        self.out.written_as.push((path.to_owned(), self.connector.written(key)));
        set::put(&mut self.out.table, path, value)
    }

    fn problem(&mut self, key: &str, what: impl Into<String>) {
        self.problems.push(Problem::new(self.connector.written(key), what));
    }

    fn note(&mut self, text: impl Into<String>) {
        self.out.notes.push(Note { warn: false, text: text.into() });
    }

    /// A text as it is.
    fn text(&mut self, key: &str, path: &str) -> Result<(), ConfigError> {
        match self.connector.get(key).filter(|text| !text.is_empty()) {
            Some(text) => self.put(path, key, Value::String(text.to_owned())),
            None => Ok(()),
        }
    }

    fn number(&mut self, key: &str, path: &str) -> Result<(), ConfigError> {
        match self.connector.get(key).map(str::parse::<i64>) {
            Some(Ok(number)) => self.put(path, key, Value::Integer(number)),
            Some(Err(_)) => {
                self.problem(key, "expected a number");
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn flag(&mut self, key: &str, path: &str) -> Result<(), ConfigError> {
        match self.connector.get(key).map(str::to_ascii_lowercase).as_deref() {
            Some("true") => self.put(path, key, Value::Boolean(true)),
            Some("false") => self.put(path, key, Value::Boolean(false)),
            Some(_) => {
                self.problem(key, "expected true or false");
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn class(&mut self) -> Result<(), ConfigError> {
        match self.connector.get("connector.class") {
            None => self.note("no connector.class is given: MySQL's is assumed"),
            Some(class) if MYSQL_CLASSES.contains(&class) => {
                return self.put("source.flavor", "connector.class", Value::String("mysql".to_owned()));
            }
            Some(MARIADB_CLASS) => {
                return self.put("source.flavor", "connector.class", Value::String("mariadb".to_owned()));
            }
            Some(_) => {
                let what =
                    format!("only MySQL and MariaDB are read: {} or {MARIADB_CLASS}", MYSQL_CLASSES[0]);
                self.problem("connector.class", what);
            }
        }
        Ok(())
    }

    /// The logical name is the topic prefix, else the connector's name.
    fn names(&mut self) -> Result<(), ConfigError> {
        let connector_name = self.connector.get("name").filter(|name| !name.is_empty());
        let prefix = self.connector.get("topic.prefix").filter(|name| !name.is_empty());
        match (prefix, connector_name) {
            (Some(_), _) => self.text("topic.prefix", "name")?,
            (None, Some(_)) => {
                self.text("name", "name")?;
                self.note("no topic.prefix is given: the connector's name is used");
            }
            (None, None) => {
                self.problem("topic.prefix", "is missing: it names the source in every topic and event id")
            }
        }
        self.text("name", "format.connector_name")
    }

    fn address(&mut self) -> Result<(), ConfigError> {
        match self.connector.get("database.hostname").filter(|host| !host.is_empty()) {
            None => self.problem("database.hostname", "is missing: say where the server is"),
            Some(host) => {
                let port =
                    self.connector.get("database.port").filter(|port| !port.is_empty()).unwrap_or("3306");
                if port.parse::<u16>().is_err() {
                    self.problem("database.port", "expected a number from 1 to 65535");
                    return Ok(());
                }
                let host =
                    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
                self.put("source.hosts", "database.hostname", Value::Array(vec![Value::String(host)]))?;
            }
        }
        if self.connector.get("database.user").is_none_or(str::is_empty) {
            self.problem("database.user", "is missing");
        }
        self.text("database.user", "source.user")?;
        // A password keeps its blanks.
        if let Some(password) = self.connector.pairs.get("database.password") {
            self.put("source.password", "database.password", Value::String(password.clone()))?;
        }
        self.number("database.server.id", "source.server_id")?;
        self.number("connect.timeout.ms", "source.connect_timeout_ms")?;
        self.tls_mode()
    }

    /// The connector for MariaDB calls the modes by other names.
    fn tls_mode(&mut self) -> Result<(), ConfigError> {
        const KEY: &str = "database.ssl.mode";
        let of_mariadb = |mode: &str| match mode {
            "disable" => Some("disabled"),
            "trust" => Some("required"),
            "verify-ca" => Some("verify_ca"),
            "verify-full" => Some("verify_identity"),
            _ => None,
        };
        let is_mariadb = self.connector.get("connector.class") == Some(MARIADB_CLASS);
        match self
            .connector
            .get(KEY)
            .filter(|_| is_mariadb)
            .map(|mode| of_mariadb(&mode.to_ascii_lowercase()))
        {
            Some(Some(mode)) => self.put("source.tls.mode", KEY, Value::String(mode.to_owned())),
            Some(None) => {
                self.problem(KEY, "not one of disable, trust, verify-ca, verify-full");
                Ok(())
            }
            None => self.text(KEY, "source.tls.mode"),
        }
    }

    fn tables(&mut self) -> Result<(), ConfigError> {
        for (one, other) in [
            ("database.include.list", "database.exclude.list"),
            ("table.include.list", "table.exclude.list"),
            ("column.include.list", "column.exclude.list"),
        ] {
            let given = |key: &str| self.connector.get(key).is_some_and(|text| !text.is_empty());
            if given(one) && given(other) {
                let what = format!("cannot be given together with {}", self.connector.written(one));
                self.problem(other, what);
            }
        }
        self.patterns("database.include.list", "tables.include_databases")?;
        self.patterns("database.exclude.list", "tables.exclude_databases")?;
        self.patterns("table.include.list", "tables.include")?;
        self.patterns("table.exclude.list", "tables.exclude")?;
        self.flag("table.ignore.builtin", "tables.ignore_builtin")
    }

    /// Filters and masks. Of several masks for a column the peer takes cutting first.
    fn columns(&mut self) -> Result<(), ConfigError> {
        self.patterns("column.include.list", "columns.include")?;
        self.patterns("column.exclude.list", "columns.exclude")?;
        let keys = |start: &str| {
            let keys = self.connector.pairs.keys().filter(|key| key.starts_with(start));
            keys.cloned().collect::<Vec<_>>()
        };
        let keys: Vec<String> = keys("column.truncate.").into_iter().chain(keys("column.mask.")).collect();
        for (number, key) in keys.iter().enumerate() {
            let at = format!("columns.mask.{number}");
            self.patterns(key, &format!("{at}.columns"))?;
            match columns::mask(key) {
                Ok(parts) => {
                    for (name, value) in parts {
                        self.put(&format!("{at}.{name}"), key, value)?;
                    }
                }
                Err(what) => self.problem(key, what),
            }
        }
        Ok(())
    }

    fn patterns(&mut self, key: &str, path: &str) -> Result<(), ConfigError> {
        match self.connector.get(key).map(java_regex::list) {
            Some(Ok(list)) => {
                self.put(path, key, Value::Array(list.into_iter().map(Value::String).collect()))
            }
            Some(Err(what)) => {
                self.problem(key, what);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn format(&mut self) -> Result<(), ConfigError> {
        let mut format = Table::new();
        format.insert("kind".to_owned(), Value::String("debezium".to_owned()));
        format.insert("values".to_owned(), Value::String("debezium".to_owned()));
        match self.out.table.get_mut("format").and_then(Value::as_table_mut) {
            Some(under) => under.extend(format),
            None => {
                self.out.table.insert("format".to_owned(), Value::Table(format));
            }
        }
        self.text("decimal.handling.mode", "format.decimal")?;
        self.text("bigint.unsigned.handling.mode", "format.bigint_unsigned")?;
        self.text("time.precision.mode", "format.time")?;
        if let Some(mode) = self.connector.get("binary.handling.mode") {
            self.put("format.binary", "binary.handling.mode", Value::String(mode.replace('-', "_")))?;
        }
        self.flag("tombstones.on.delete", "format.tombstones")?;
        self.flag("include.query", "format.include_query")?;
        self.flag("extended.headers.enabled", "format.extended_headers")?;
        self.text("topic.delimiter", "format.topic_delimiter")?;
        self.properties();
        self.heartbeats();
        Ok(())
    }

    /// A statement without an interval is never run.
    fn heartbeats(&mut self) {
        let given = |key: &str| self.connector.get(key).map(str::trim).filter(|text| !text.is_empty());
        if given("heartbeat.action.query").is_some()
            && given("heartbeat.interval.ms").is_none_or(|text| text == "0")
        {
            let text =
                "heartbeat.action.query is never run: heartbeat.interval.ms is 0 or missing".to_owned();
            self.out.notes.push(Note { warn: true, text });
        }
    }

    /// What is handed on to transforms, converters and names as it is.
    fn properties(&mut self) {
        let mut table = Table::new();
        for (name, key, value) in converters::properties(self.connector) {
            self.out.written_as.push((format!("format.properties.{name}"), self.connector.written(&key)));
            table.insert(name, Value::String(value));
        }
        if let Some(format) = self.out.table.get_mut("format").and_then(Value::as_table_mut)
            && !table.is_empty()
        {
            format.insert("properties".to_owned(), Value::Table(table));
        }
    }

    /// There are no snapshots yet: what a mode means without them is said plainly.
    fn snapshot(&mut self) {
        match self.connector.get("snapshot.mode").unwrap_or("initial").to_ascii_lowercase().as_str() {
            "no_data" | "schema_only" | "schema_only_recovery" | "recovery" | "never" => {}
            mode @ ("initial" | "always" | "when_needed") => {
                let text = format!(
                    "snapshot.mode is {mode}, and there are no snapshots yet: this run only streams the log; rows that \
                     are there already are not read (set snapshot.mode=no_data to say that this is meant)"
                );
                self.out.notes.push(Note { warn: true, text });
            }
            "initial_only" => {
                self.problem("snapshot.mode", "there are no snapshots yet, and this mode is nothing else")
            }
            "configuration_based" | "custom" => {
                self.problem("snapshot.mode", "this mode is not supported yet: use no_data");
            }
            _ => self.problem("snapshot.mode", "not one of initial, no_data, when_needed, recovery, always"),
        }
    }
}
