//! Every key of a connector's config that is known, and what becomes of it here.

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Done.
    Done,
    /// It does nothing here, and that is right: why.
    NoEffect(&'static str),
    /// Done for these values, which are the peer's default or what happens here anyway; others are not supported yet.
    Only(&'static [&'static str], &'static str),
    /// The first values are done. The second, or any if none stand there, are taken with a warning that says what happens.
    Warned(&'static [&'static str], &'static [&'static str], &'static str),
    /// Not supported yet: the next step.
    NotYet(&'static str),
}

/// A key, or a family of them: `*` stands for any text.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The key.
    pub key: &'static str,
    /// What becomes of it.
    pub class: Class,
}

/// What is known of a key: an exact entry first, else the first family that it is in.
pub fn find(key: &str) -> Option<&'static Known> {
    let exact = KEYS.iter().find(|known| known.key == key);
    exact.or_else(|| KEYS.iter().find(|known| in_family(known.key, key)))
}

/// Whether `key` is of the family `pattern`.
fn in_family(pattern: &str, key: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = key.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if part.is_empty() && parts.peek().is_none() {
            return true;
        }
        let at = if parts.peek().is_none() { rest.strip_suffix(part).map(str::len) } else { rest.find(part) };
        let Some(at) = at else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

const fn done(key: &'static str) -> Known {
    Known { key, class: Class::Done }
}

const fn idle(key: &'static str, why: &'static str) -> Known {
    Known { key, class: Class::NoEffect(why) }
}

const fn only(key: &'static str, values: &'static [&'static str], next: &'static str) -> Known {
    Known { key, class: Class::Only(values, next) }
}

const fn warned(
    key: &'static str,
    done: &'static [&'static str],
    warned: &'static [&'static str],
    what: &'static str,
) -> Known {
    Known { key, class: Class::Warned(done, warned, what) }
}

const fn later(key: &'static str, next: &'static str) -> Known {
    Known { key, class: Class::NotYet(next) }
}

const CONNECT: &str = "belongs to Kafka Connect, which is not needed";
const HISTORY: &str = "no schema history is needed: shapes come from the log and the server";
const JDBC: &str = "belongs to the JDBC driver";
const QUEUE: &str = "batches are sized in bytes: limits.memory_bytes";
const SNAPSHOT: &str = "there are no snapshots yet: the log is streamed";
const TOPICS: &str = "no topics are created by the sinks there are";
const RETRY: &str = "what is retried and for how long is set by source.reconnect";
const LEAVE_OUT: &str = "leave it out";
const STOPS: &str = "the run stops at what it cannot handle and says where: nothing is skipped or made null";
const PEM: &str = "Java key stores are not read: export to PEM (keytool -exportcert -rfc) and set \
    becauselog.source.tls.ca (and .cert, .key)";
const SIGNALS: &str = "signals are not answered yet: what asks for a snapshot or to stop one does nothing";
const OTHERS: &str = "this key is for other databases and chooses nothing: use database.include.list";

/// All keys by subject. Sources: the MySQL connector's reference and code, Kafka Connect's, Debezium Server's.
#[rustfmt::skip]
pub const KEYS: &[Known] = &[
    // Connection.
    done("connector.class"),
    done("name"),
    done("database.hostname"),
    done("database.port"),
    done("database.user"),
    done("database.password"),
    done("database.server.id"),
    done("topic.prefix"),
    done("connect.timeout.ms"),
    done("database.ssl.mode"),
    later("database.ssl.keystore", PEM),
    later("database.ssl.keystore.*", PEM),
    later("database.ssl.truststore", PEM),
    later("database.ssl.truststore.*", PEM),
    idle("database.server.id.offset", "it is for the peer's second connection"),
    idle("connect.keep.alive", "a lost connection is found by heartbeats (source.heartbeat_ms)"),
    idle("connect.keep.alive.*", "a lost connection is found by heartbeats (source.heartbeat_ms)"),
    idle("use.nongraceful.disconnect", "the connection is ended either way"),
    idle("binlog.net.read.timeout", "a lost connection is found by heartbeats (source.heartbeat_ms)"),
    idle("binlog.net.write.timeout", "set by source.net_write_timeout_s"),
    idle("binlog.buffer.size", "a transaction is always held until its end is seen"),
    later("database.initial.statements", LEAVE_OUT),
    idle("database.query.timeout.ms", "no long queries are run"),
    idle("database.connectionTimeZone", "values do not pass through a time zone"),
    only("database.protocol", &["jdbc:mysql"], "only MySQL's own protocol is spoken"),
    idle("database.jdbc.driver", JDBC),
    idle("database.allowPublicKeyRetrieval", JDBC),
    idle("database.useSSL", "set by database.ssl.mode"),
    idle("driver.*", JDBC),
    idle("read.only", "the server is never written to"),
    // Which tables.
    done("database.include.list"),
    done("database.exclude.list"),
    done("table.include.list"),
    done("table.exclude.list"),
    done("table.ignore.builtin"),
    done("column.include.list"),
    done("column.exclude.list"),
    done("column.mask.*"),
    done("column.truncate.*"),
    done("column.propagate.source.type"),
    done("datatype.propagate.source.type"),
    done("message.key.columns"),
    done("skipped.operations"),
    done("skip.messages.without.change"),
    only("guardrail.collections.max", &["0"], LEAVE_OUT),
    idle("guardrail.collections.limit.action", "no guardrail is set"),
    warned("database.names", &[], &[], OTHERS),
    warned("database.dbname", &[], &[], OTHERS),
    // How values are rendered.
    done("decimal.handling.mode"),
    done("bigint.unsigned.handling.mode"),
    done("binary.handling.mode"),
    done("time.precision.mode"),
    done("tombstones.on.delete"),
    done("include.query"),
    done("extended.headers.enabled"),
    done("topic.delimiter"),
    done("enable.time.adjuster"),
    done("schema.name.adjustment.mode"),
    done("field.name.adjustment.mode"),
    only("sanitize.field.names", &["false"], LEAVE_OUT),
    only("source.struct.version", &["v2"], "only the present form is written"),
    done("topic.naming.strategy"),
    done("topic.regex"),
    done("topic.replacement"),
    done("topic.key.enforce.uniqueness"),
    done("topic.key.field.name"),
    done("topic.key.field.regex"),
    done("topic.key.field.replacement"),
    idle("topic.cache.size", "names are kept with the tables' shapes"),
    done("converters"),
    warned("event.converting.failure.handling.mode", &["fail"], &["warn", "skip"], STOPS),
    warned("event.processing.failure.handling.mode", &["fail"], &["warn", "skip", "ignore"], STOPS),
    warned("inconsistent.schema.handling.mode", &["fail"], &["warn", "skip", "ignore"], STOPS),
    // Records besides row changes.
    done("include.schema.changes"),
    done("include.schema.comments"),
    done("provide.transaction.metadata"),
    only(
        "transaction.metadata.factory",
        &["io.debezium.pipeline.txmetadata.DefaultTransactionMetadataFactory"],
        "it is Java code: leave it out",
    ),
    done("topic.transaction"),
    done("heartbeat.interval.ms"),
    done("topic.heartbeat.prefix"),
    idle("topic.heartbeat.name", "gone from the peer, too: see topic.heartbeat.prefix"),
    done("heartbeat.action.query"),
    warned("notification.enabled.channels", &["", "log"], &[], "notifications are not sent yet"),
    idle("notification.sink.topic.name", "notifications are off"),
    // Snapshots, signals.
    done("snapshot.mode"),
    idle("snapshot.*", SNAPSHOT),
    idle("incremental.snapshot.*", SNAPSHOT),
    idle("min.row.count.to.stream.results", SNAPSHOT),
    idle("legacy.snapshot.max.threads", SNAPSHOT),
    idle("streaming.delay.ms", SNAPSHOT),
    warned("signal.data.collection", &[""], &[], SIGNALS),
    warned("signal.enabled.channels", &["", "source"], &[], SIGNALS),
    warned("signal.kafka.topic", &[""], &[], SIGNALS),
    idle("signal.kafka.*", "signals are not read"),
    warned("signal.file", &[""], &[], SIGNALS),
    idle("signal.poll.interval.ms", "signals are not read"),
    idle("signal.consumer.*", "signals are not read"),
    // Position.
    done("gtid.source.includes"),
    done("gtid.source.excludes"),
    done("gtid.source.filter.dml.events"),
    idle("gtid.new.channel.position", "gone from the peer, too"),
    idle("gtid.ignore.on.recovery", "both are kept: GTIDs, and file and pos for the same server"),
    // Schema history.
    done("schema.history.internal.store.only.captured.tables.ddl"),
    done("schema.history.internal.store.only.captured.databases.ddl"),
    idle("schema.history.internal", HISTORY),
    idle("schema.history.internal.*", HISTORY),
    idle("ddl.parser.type", HISTORY),
    // Buffers, errors, metrics.
    idle("max.batch.size", QUEUE),
    idle("max.queue.size", QUEUE),
    idle("max.queue.size.in.bytes", QUEUE),
    idle("poll.interval.ms", "what there is goes at once"),
    idle("errors.max.retries", RETRY),
    idle("errors.retry.*", RETRY),
    idle("retriable.restart.connector.wait.ms", RETRY),
    warned("errors.tolerance", &["none"], &["all"], STOPS),
    idle("errors.log.*", "errors are always logged, without values"),
    idle("errors.deadletterqueue.*", "is for sink connectors"),
    idle("custom.metric.tags", "there are no metrics yet"),
    idle("advanced.metrics.enable", "there are no metrics yet"),
    idle("internal.*", "belongs to the peer's internals"),
    // Converters and transforms: their own keys are checked by class.
    done("key.converter"),
    done("key.converter.*"),
    done("value.converter"),
    done("value.converter.*"),
    done("header.converter"),
    done("header.converter.*"),
    later("*.schema.registry.url", "only JSON and text are written yet"),
    done("transforms"),
    done("transforms.*"),
    done("predicates"),
    done("predicates.*"),
    later("post.processors", "post-processors are not run: leave them out"),
    later("post.processors.*", "post-processors are not run: leave them out"),
    // Kafka Connect.
    idle("tasks.max", "a log is read by one task"),
    idle("tasks.max.enforce", "a log is read by one task"),
    idle("task.id", "a log is read by one task"),
    idle("config.action.reload", CONNECT),
    idle("exactly.once.support", CONNECT),
    idle("transaction.boundary", CONNECT),
    idle("transaction.boundary.interval.ms", CONNECT),
    idle("offsets.storage.topic", CONNECT),
    idle("topic.creation.*", TOPICS),
    idle("producer.override.*", TOPICS),
    idle("consumer.override.*", CONNECT),
    idle("admin.override.*", CONNECT),
    idle("confluent.*", CONNECT),
    idle("openlineage.*", "lineage is not reported"),
    // Debezium Server.
    later("debezium.sink.*", "name a target with --sink: the sinks of Debezium Server are not read yet"),
    only("debezium.format.header", &["json"], "headers are written as JSON"),
    idle("debezium.format.header.*", "headers are written as JSON"),
    done("debezium.transforms*"),
    done("debezium.predicates*"),
    idle("offset.storage", "the position is kept in the state folder (--state)"),
    idle("offset.storage.*", "the position is kept in the state folder (--state)"),
    idle("offset.flush.*", "set by state.checkpoint_interval_ms"),
    idle("offset.commit.policy", "set by state.checkpoint_interval_ms"),
    idle("quarkus.*", "belongs to Debezium Server's runtime"),
];

/// Keys by which a file is told to be Kafka Connect's worker's.
pub const WORKER_SIGNS: &[&str] = &[
    "bootstrap.servers",
    "plugin.path",
    "group.id",
    "config.storage.topic",
    "offset.storage.topic",
    "status.storage.topic",
    "offset.storage.file.filename",
    "offset.flush.interval.ms",
    "rest.port",
    "listeners",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn families_match_what_they_should() {
        assert!(in_family("driver.*", "driver.useSSL") && !in_family("driver.*", "drivers"));
        assert!(in_family("*.converter.decimal.format", "value.converter.decimal.format"));
        assert!(!in_family("*.converter.decimal.format", "value.converter.decimal.formats"));
        assert!(in_family("a.*.b.*", "a.x.b.y") && !in_family("a.*.b.*", "a.x.c.y"));
        assert!(in_family("debezium.transforms*", "debezium.transforms"));
    }

    #[test]
    fn no_key_stands_twice_and_exact_beats_family() {
        let mut seen = BTreeSet::new();
        assert!(KEYS.iter().all(|known| seen.insert(known.key)));
        assert_eq!(find("snapshot.mode").map(|known| known.class), Some(Class::Done));
        assert!(matches!(find("snapshot.max.threads").map(|known| known.class), Some(Class::NoEffect(_))));
        assert!(find("table.includelist").is_none());
    }

    /// The keys that real configs carry most, as counted over public examples.
    #[test]
    fn every_common_key_is_classified() {
        let common = "database.hostname database.port database.user database.password database.server.id connector.class \
            name tasks.max topic.prefix database.include.list table.include.list database.names database.dbname \
            schema.history.internal.kafka.topic schema.history.internal.kafka.bootstrap.servers schema.history.internal \
            schema.history.internal.file.filename key.converter value.converter value.converter.schema.registry.url \
            value.converter.apicurio.registry.url value.converter.schemas.enable transforms transforms.unwrap.type \
            transforms.route.regex predicates include.schema.changes decimal.handling.mode snapshot.mode \
            time.precision.mode tombstones.on.delete snapshot.locking.mode schema.name.adjustment.mode \
            heartbeat.interval.ms heartbeat.action.query max.batch.size max.queue.size max.queue.size.in.bytes \
            poll.interval.ms binary.handling.mode bigint.unsigned.handling.mode column.include.list column.exclude.list \
            column.mask.with.12.chars column.mask.hash.SHA-256.with.salt.x column.truncate.to.20.chars \
            message.key.columns skipped.operations provide.transaction.metadata include.query gtid.source.includes \
            snapshot.fetch.size snapshot.max.threads snapshot.select.statement.overrides \
            snapshot.select.statement.overrides.shop.t snapshot.include.collection.list snapshot.delay.ms \
            incremental.snapshot.chunk.size signal.data.collection signal.kafka.topic read.only \
            notification.enabled.channels event.processing.failure.handling.mode inconsistent.schema.handling.mode \
            converters errors.max.retries errors.tolerance errors.log.enable errors.deadletterqueue.topic.name \
            topic.creation.default.partitions topic.creation.default.replication.factor binlog.buffer.size \
            connect.timeout.ms connect.keep.alive connect.keep.alive.interval.ms min.row.count.to.stream.results \
            enable.time.adjuster skip.messages.without.change producer.override.linger.ms database.ssl.mode \
            database.ssl.truststore database.ssl.truststore.password database.allowPublicKeyRetrieval \
            database.connectionTimeZone database.useSSL driver.useSSL database.jdbc.driver database.protocol \
            database.initial.statements offset.storage offset.storage.file.filename offset.flush.interval.ms \
            debezium.sink.type debezium.sink.kafka.producer.bootstrap.servers quarkus.http.port quarkus.log.level";
        let missing: Vec<&str> = common.split_whitespace().filter(|key| find(key).is_none()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
