//! What of a QUERY event a statement's meaning depends on.

use std::borrow::Cow;

use becauselog_binlog::event::Query;
use becauselog_model::Charset;
use becauselog_schema::Session;

/// The session of a statement.
pub(super) fn of<'q>(query: &Query, database: &'q str) -> Session<'q> {
    let status = query.status_variables();
    Session {
        database,
        sql_mode: status.sql_mode.unwrap_or_default(),
        collation_server: status.charset.map(|[_, _, server]| server),
        collation_database: status.collation_database,
        default_collation_utf8mb4: status.default_collation_utf8mb4,
        explicit_defaults_for_timestamp: status.explicit_defaults_for_timestamp,
        options: status.options,
        thread_id: query.thread_id,
    }
}

/// A statement's text. It is logged in its session's charset, but for what the server writes itself, which is UTF-8.
pub(super) fn text(query: &Query) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(&query.statement) {
        return Cow::Borrowed(text);
    }
    let client = query.status_variables().charset.map(|[client, _, _]| client);
    match client.and_then(Charset::of_collation) {
        Some(Charset::Binary) | None => String::from_utf8_lossy(&query.statement),
        Some(charset) => charset.decode(&query.statement),
    }
}
