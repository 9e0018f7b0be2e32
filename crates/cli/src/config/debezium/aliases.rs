//! Names that changed over the peer's versions.

/// Old keys and the ones that took their place.
pub const ALIASES: [(&str, &str); 14] = [
    ("database.server.name", "topic.prefix"),
    ("database.whitelist", "database.include.list"),
    ("database.blacklist", "database.exclude.list"),
    ("table.whitelist", "table.include.list"),
    ("table.blacklist", "table.exclude.list"),
    ("column.whitelist", "column.include.list"),
    ("column.blacklist", "column.exclude.list"),
    ("database.history", "schema.history.internal"),
    (
        "schema.history.internal.store.only.monitored.tables.ddl",
        "schema.history.internal.store.only.captured.tables.ddl",
    ),
    ("event.deserialization.failure.handling.mode", "event.processing.failure.handling.mode"),
    ("database.transaction.topic", "topic.transaction"),
    ("heartbeat.topics.prefix", "topic.heartbeat.prefix"),
    ("database.serverTimezone", "database.connectionTimeZone"),
    ("serverTimezone", "database.connectionTimeZone"),
];

/// The present name of a key.
pub fn current(key: &str) -> Option<String> {
    let exact = ALIASES.iter().find(|(old, _)| *old == key).map(|(_, new)| (*new).to_owned());
    exact.or_else(|| {
        key.strip_prefix("database.history.").map(|rest| format!("schema.history.internal.{rest}"))
    })
}
