//! The native section that holds Maxwell's options.

use serde::Deserialize;

use crate::config::section::{Section, section};

section! {
    /// Maxwell's options, under its own names.
    MaxwellOptions at "format.maxwell" {
        /// Which tables and rows have messages: `exclude: *.*, include: shop./^order/, exclude: shop.orders.kind=test`.
        filter: String = ("text", "\"\"");
        /// Columns that are left out of `data` and `old`: names and `/regex/`, with commas between.
        exclude_columns: String = ("text", "\"\"");
        /// `xid`, and `commit` on the last row of a transaction.
        output_commit_info: bool = ("true or false", "true");
        /// `xoffset` on the other rows.
        output_xoffset: bool = ("true or false", "true");
        /// `position`.
        output_binlog_position: bool = ("true or false", "false");
        /// `gtid`, with `gtid_mode`.
        output_gtid_position: bool = ("true or false", "false");
        /// Whether GTIDs are told. They are read in any case.
        gtid_mode: bool = ("true or false", "false");
        /// `server_id`.
        output_server_id: bool = ("true or false", "false");
        /// `thread_id`.
        output_thread_id: bool = ("true or false", "false");
        /// `schema_id`: how many statements changed shapes since this run began.
        output_schema_id: bool = ("true or false", "false");
        /// `push_ts`.
        output_push_timestamp: bool = ("true or false", "false");
        /// `query`, where the server logs it (`binlog_rows_query_log_events`). It may hold values.
        output_row_query: bool = ("true or false", "false");
        /// So many UTF-16 units of `query` at most; 0: all.
        row_query_max_length: u64 = ("number", "0");
        /// `primary_key`.
        output_primary_keys: bool = ("true or false", "false");
        /// `primary_key_columns`.
        output_primary_key_columns: bool = ("true or false", "false");
        /// Columns that are NULL.
        output_nulls: bool = ("true or false", "true");
        /// Zero dates as null.
        output_null_zerodates: bool = ("true or false", "false");
        /// Messages for DDL statements.
        output_ddl: bool = ("true or false", "false");
        /// `none` or `underscore_to_camelcase`.
        output_naming_strategy: String = ("text", "\"none\"");
        /// The topic of rows; `%{database}` and `%{table}` are filled in.
        kafka_topic: String = ("text", "\"maxwell\"");
        /// The topic of DDL messages. Without it: `kafka_topic`.
        ddl_kafka_topic: String = ("text", "");
        /// Keys of records: `hash` or `array`.
        kafka_key_format: String = ("text", "\"hash\"");
        /// Whether a row that is inserted into Maxwell's table `bootstrap` has its table read: `none`, `async` or `sync`. A
        /// `config.properties` of Maxwell's has `async`. Both are the same here: the log waits meanwhile.
        bootstrapper: String = ("text", "\"none\"");
        /// The database that Maxwell keeps for itself: of its rows only those inserted into `bootstrap` have messages.
        schema_database: String = ("text", "\"maxwell\"");
        /// With `values = "maxwell"`: how many minutes the JVM's zone was east of Greenwich on 1970-01-01. Maxwell's TIME
        /// values move with it.
        jvm_offset_minutes: i32 = ("number", "0");
    }
}
