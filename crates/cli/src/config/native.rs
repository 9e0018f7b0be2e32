//! The native config: what its TOML may hold, key by key. The reference page is made from what stands here.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use super::{
    maxwell::MaxwellOptions,
    section::{Section, section},
};
use crate::secret::Secret;

section! {
    /// The whole file.
    Config at "" {
        /// The source's logical name. It is part of every event's id and of every topic, and names the state folder:
        /// do not change it between runs. Letters, digits, `_`, `-` and `.`.
        name: String = ("text", "");
        /// Where changes come from.
        source: SourceConfig = ("table", "");
        /// Which tables are wanted.
        tables: TablesConfig = ("table", "");
        /// Which of their columns are written, and how values are hidden: `kind = "debezium"` only.
        columns: ColumnsConfig = ("table", "");
        /// How changes are rendered.
        format: FormatConfig = ("table", "");
        /// Where they go: one `[[sink]]` for each target. Without any: standard output.
        sink: Vec<SinkConfig> = ("list of tables", "");
        /// Where the position is kept.
        state: StateConfig = ("table", "");
        /// The limits.
        limits: LimitsConfig = ("table", "");
    }
}

section! {
    /// The server to read from: a replica, so that the primary is left alone. No lock is taken, and nothing is written to
    /// it unless `heartbeat.action.query` asks for that.
    SourceConfig at "source" {
        /// Servers as `host` or `host:port` (port 3306), in the order in which they are tried. When one is lost, the
        /// next is followed by GTID, after its sets were compared with ours.
        hosts: Vec<String> = ("list of text", "");
        /// In place of `hosts`, `user` and `password`: `mysql://user:password@host:port`.
        url: Secret = ("text", "");
        /// A unix socket in place of `hosts`.
        socket: PathBuf = ("path", "");
        /// The user. It needs `REPLICATION SLAVE`, `REPLICATION CLIENT` and, for tables without full row metadata,
        /// `SELECT`.
        user: String = ("text", "");
        /// Its password. Better: `password_env`, `password_file`, or `"${env:NAME}"` and `"${file:PATH}"`, which any
        /// text in this file may use.
        password: Secret = ("text", "");
        /// The environment variable that holds the password.
        password_env: String = ("text", "");
        /// The file that holds the password; one line end at its end is left out.
        password_file: PathBuf = ("path", "");
        /// Our id among the server's replicas, 1 to 4294967295. Without it: derived from `name`, the same each time.
        server_id: u32 = ("number", "");
        /// Compression of the connection: `none`, `zlib`, `zstd` (MySQL 8.0.18 and later).
        compression: String = ("text", "\"none\"");
        /// How often the server says that it is alive when it has no event, in milliseconds. After three times that
        /// without a byte the connection is given up.
        heartbeat_ms: u64 = ("number", "10000");
        /// How long connecting and logging in may take.
        connect_timeout_ms: u64 = ("number", "30000");
        /// `net_write_timeout` of our session on the server: how long it waits when a target of ours is stalled.
        net_write_timeout_s: u32 = ("number", "28800");
        /// Where to start when no position is kept yet: `earliest`, `latest`, a GTID set, `file:pos`, a time
        /// (`2026-05-01T12:00:00Z`, `now-10m`). Without it: `latest`, and that is said.
        start: String = ("text", "");
        /// Where to stop: `never`, `now` (what was committed at the start), a GTID set, `file:pos`, a time.
        stop: String = ("text", "\"never\"");
        /// The family that the servers must be of: mysql or mariadb. Without it either is read as what it is; with it the other
        /// is refused (`E_FLAVOR`).
        flavor: String = ("text", "");
        /// Only transactions that these servers committed first have their rows delivered, by the UUID of their GTID; empty:
        /// all. Patterns are regular expressions, match the whole UUID and ignore case. What is left out is counted
        /// (`becauselog status`); the position moves over it, so that it does not come later, either. MariaDB's GTIDs have no
        /// UUID: there the lists do nothing.
        gtid_source_includes: Vec<String> = ("list of text", "[]");
        /// Transactions that these servers committed first have no rows delivered. Not both lists.
        gtid_source_excludes: Vec<String> = ("list of text", "[]");
        /// TLS.
        tls: TlsConfig = ("table", "");
        /// Reconnection.
        reconnect: ReconnectConfig = ("table", "");
    }
}

section! {
    /// TLS to the server. What was negotiated is logged; no mode but `preferred` ever goes on in plain text.
    TlsConfig at "source.tls" {
        /// `disabled`, `preferred` (when the server offers it), `required`, `verify_ca`, `verify_identity`. Without it:
        /// `verify_identity` when `ca` is given, else `preferred`.
        mode: String = ("text", "");
        /// Certificates of authorities to trust in place of the system's, PEM.
        ca: PathBuf = ("path", "");
        /// Our own certificate, PEM.
        cert: PathBuf = ("path", "");
        /// Its key, PEM.
        key: PathBuf = ("path", "");
    }
}

section! {
    /// What to do when the server is away.
    ReconnectConfig at "source.reconnect" {
        /// The first pause, in milliseconds; it doubles, with jitter.
        backoff_min_ms: u64 = ("number", "200");
        /// The longest pause.
        backoff_max_ms: u64 = ("number", "30000");
        /// How long to try without one event received before giving up; 0: for ever.
        budget_ms: u64 = ("number", "900000");
    }
}

section! {
    /// Which tables are wanted. Patterns are regular expressions, match the whole name and ignore case. A table is taken
    /// when the lists of databases and the lists of tables both take it.
    TablesConfig at "tables" {
        /// Patterns of `database.table`; empty: all.
        include: Vec<String> = ("list of text", "[]");
        /// Patterns of `database.table`.
        exclude: Vec<String> = ("list of text", "[]");
        /// Patterns of `database`; empty: all.
        include_databases: Vec<String> = ("list of text", "[]");
        /// Patterns of `database`.
        exclude_databases: Vec<String> = ("list of text", "[]");
        /// Patterns of `database.table` whose columns are called `@1`, `@2`, … where the log does not name them and how the table
        /// was at that position cannot be known for certain. Rows of other tables stop the run there.
        ordinal_names: Vec<String> = ("list of text", "[]");
        /// Leave out the server's own databases (`mysql`, `sys`, `performance_schema`, `information_schema`).
        ignore_builtin: bool = ("true or false", "true");
    }
}

section! {
    /// Which columns are written, and how values are hidden. Patterns are regular expressions over `database.table.column`,
    /// match the whole name and ignore case. Keys always stand as they are.
    ColumnsConfig at "columns" {
        /// Patterns of columns that are written; empty: all.
        include: Vec<String> = ("list of text", "[]");
        /// Patterns of columns that are not.
        exclude: Vec<String> = ("list of text", "[]");
        /// Columns whose values are hidden. Of several masks for a column the first counts.
        mask: Vec<MaskConfig> = ("list of tables", "");
    }
}

section! {
    /// How values of some columns are hidden: exactly one of `stars`, `truncate` and `hash`. `stars` and `hash` are for texts,
    /// ENUM and SET: other values are written as they are, as Debezium does it.
    MaskConfig at "columns.mask" {
        /// Patterns of the columns.
        columns: Vec<String> = ("list of text", "");
        /// So many asterisks in place of the value, of NULL too.
        stars: u64 = ("number", "");
        /// Texts are cut after so many UTF-16 units, binary values after so many bytes.
        truncate: u64 = ("number", "");
        /// The hash of salt and text in hexadecimal digits, cut to the column's length: `MD5`, `SHA-1`, `SHA-224`, `SHA-256`,
        /// `SHA-384`, `SHA-512`.
        hash: String = ("text", "");
        /// With `hash`: what is hashed before the text.
        salt: Secret = ("text", "");
        /// With `hash`: what of the text is hashed: `utf8`, or `java_object` as Debezium's first version of it does. Without
        /// it: `utf8`.
        hash_of: String = ("text", "");
    }
}

section! {
    /// How changes are rendered. All keys but `kind`, `values`, `include_query` and `topic_prefix` are for `kind = "debezium"` only.
    FormatConfig at "format" {
        /// `debezium`, `plain` or `maxwell`.
        kind: String = ("text", "\"debezium\"");
        /// `exact`: no value is lost (decimals as text, unsigned BIGINT as it is, zero dates as their text);
        /// `debezium` or, with `kind = "maxwell"`, `maxwell`: byte for byte as the peer, with its losses counted.
        values: String = ("text", "\"exact\"");
        /// The envelope's own time: `processing`, or `commit` for the same bytes after a restart.
        ts: String = ("text", "\"processing\"");
        /// `precise` (base64 of the unscaled number), `double`, `string`. Without it: `string` with `values = "exact"`,
        /// else `precise`.
        decimal: String = ("text", "");
        /// BIGINT UNSIGNED: `long` (above 2^63 - 1 negative with `values = "debezium"`) or `precise`.
        bigint_unsigned: String = ("text", "\"long\"");
        /// BINARY, VARBINARY, BLOB: `bytes`, `base64`, `base64_url_safe`, `hex`.
        binary: String = ("text", "\"bytes\"");
        /// DATE, TIME, DATETIME: `adaptive_time_microseconds`, `adaptive`, `connect`, `isostring`, `microseconds`,
        /// `nanoseconds`.
        time: String = ("text", "\"adaptive_time_microseconds\"");
        /// A record without a value after each delete.
        tombstones: bool = ("true or false", "true");
        /// The statement's text, where the server logs it (`binlog_rows_query_log_events`). It may hold values.
        include_query: bool = ("true or false", "false");
        /// The first part of topics. Without it: `name`.
        topic_prefix: String = ("text", "");
        /// What stands between the parts of a topic.
        topic_delimiter: String = ("text", "\".\"");
        /// The headers `__debezium.context.*`.
        extended_headers: bool = ("true or false", "true");
        /// The connector's name in those headers. Without it: `name`.
        connector_name: String = ("text", "");
        /// Properties of Debezium's connector and of Kafka Connect by their own names, in quotes, for `kind = "debezium"`
        /// with `values = "debezium"`: `transforms…`, `predicates…`, `key.converter…`, `value.converter…`,
        /// `header.converter…`, `topic.naming.strategy`, `topic.regex`, `topic.replacement`, `topic.key…`,
        /// `schema.name.adjustment.mode`, `field.name.adjustment.mode`, `message.key.columns`, `skipped.operations`,
        /// `skip.messages.without.change`, `enable.time.adjuster`, `column.propagate.source.type`,
        /// `datatype.propagate.source.type`, `converters` with each converter's own options under its name,
        /// `provide.transaction.metadata`, `topic.transaction`, `heartbeat.interval.ms`, `topic.heartbeat.prefix`,
        /// `heartbeat.action.query` (which writes to the source), `include.schema.changes` (here off unless it is said),
        /// `include.schema.comments`, `schema.history.internal.store.only.captured.tables.ddl`,
        /// `schema.history.internal.store.only.captured.databases.ddl`.
        properties: BTreeMap<String, String> = ("table of text", "");
        /// Maxwell's options, for `kind = "maxwell"` only.
        maxwell: MaxwellOptions = ("table", "");
    }
}

section! {
    /// A target. Several are written side by side; the position moves with the slowest.
    SinkConfig at "sink" {
        /// `stdout` or `file`.
        kind: String = ("text", "");
        /// Its name in logs. Without it: its kind, and its number when that is taken.
        name: String = ("text", "");
        /// What a line is: `values` (tombstones left out), `records` (`{"topic","partition","key","value","headers"}`),
        /// or, with `stdout`, `readable` (for eyes).
        content: String = ("text", "\"values\"");
        /// File: where it is. Its position is kept beside it, in the folder `<path>.position`.
        path: PathBuf = ("path", "");
        /// File: a new one is begun before it would grow over so many bytes; 0: never.
        rotate_bytes: u64 = ("number", "0");
        /// File: a new one is begun when it is so many seconds old; 0: never.
        rotate_age_s: u64 = ("number", "0");
        /// File: when it is made durable: `interval:1s` (ms, s, m), `batch`, `never` (left to the system).
        fsync: String = ("text", "\"interval:1s\"");
        /// File: when the file is gone and its position is there: `refuse`, or `start-new` where files are moved away on
        /// purpose.
        on_missing: String = ("text", "\"refuse\"");
        /// File: when the file holds something and has no position: `refuse` or `append`.
        on_foreign: String = ("text", "\"refuse\"");
    }
}

section! {
    /// Where the position and the spools are kept.
    StateConfig at "state" {
        /// The folder. Without it: `$XDG_STATE_HOME/becauselog/<name>`, else
        /// `~/.local/state/becauselog/<name>`.
        dir: PathBuf = ("path", "");
        /// How often the checkpoint is written at most.
        checkpoint_interval_ms: u64 = ("number", "1000");
    }
}

section! {
    /// The limits. None of them is a goal: a quiet run uses little of each.
    LimitsConfig at "limits" {
        /// Bytes of events and batches in flight over all stages.
        memory_bytes: u64 = ("number", "12582912");
        /// Bytes of one transaction kept in memory; what is more waits in a spool in the state folder.
        transaction_memory_bytes: u64 = ("number", "4194304");
        /// How many batches are encoded side by side for each sink; by default as many as there are cores, at most 8.
        encoders: u64 = ("number", "");
        /// Bytes that prepared XA transactions may take in the state folder.
        xa_bytes: u64 = ("number", "17179869184");
        /// How many XA transactions may be prepared at once.
        xa_transactions: u64 = ("number", "10000");
        /// How long a stop may take to deliver what was read.
        shutdown_ms: u64 = ("number", "10000");
    }
}

impl Config {
    /// All sections in the order of the reference page.
    pub const SECTIONS: [&'static Section; 12] = [
        &Self::SECTION,
        &SourceConfig::SECTION,
        &TlsConfig::SECTION,
        &ReconnectConfig::SECTION,
        &TablesConfig::SECTION,
        &ColumnsConfig::SECTION,
        &MaskConfig::SECTION,
        &FormatConfig::SECTION,
        &MaxwellOptions::SECTION,
        &SinkConfig::SECTION,
        &StateConfig::SECTION,
        &LimitsConfig::SECTION,
    ];
}
