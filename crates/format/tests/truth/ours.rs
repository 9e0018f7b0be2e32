//! Our records of a recorded log.

use std::io::Write;

use becauselog_binlog::{
    event::{Event, EventKind, MariaDbGtidEvent, Query},
    group::{Statement, classify},
};
use becauselog_format::{DdlChange, Debezium, DeclaredTables, SchemaChange, SqlMode, TransactionEdge};
use becauselog_model::EncodedBatch;
use becauselog_testkit::debezium::case::{Case, MARKS, Play};
use becauselog_testkit::debezium::golden::Record;

use crate::replay::{Committed, Plans, Told, batch, transactions};
use crate::settings::Settings;
use crate::shapes;

/// A recorded log, read once for all cases of its play.
pub struct Log {
    told: Vec<Told>,
    /// The tables that were there before the log's first statement.
    tables: DeclaredTables,
    transactions: Result<Vec<Committed>, String>,
}

impl Log {
    pub fn of(play: &Play) -> Self {
        let (name, bytes) = play.binlog().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(&bytes).unwrap();
        let shapes = std::fs::read_to_string(play.golden_folder().join("shapes.jsonl")).unwrap();
        let (told, tables) = (
            shapes::told(&shapes, play.version.flavor()),
            shapes::tables(&play.setup, &shapes, play.version.flavor()),
        );
        Self { told, tables, transactions: transactions(&path).map_err(|error| format!("{error:#}")) }
    }
}

/// What our encoder makes of it under a case's settings; an error says what we cannot do.
pub fn records(log: &Log, case: &Case) -> Result<Vec<Record>, String> {
    let mut settings = Settings::of(case)?;
    let connect = std::mem::take(&mut settings.connect);
    let (mut encoder, mut out, mut plans) =
        (Debezium::with(settings.config.clone(), connect), batch(), Plans::default());
    plans.told.clone_from(&log.told);
    plans.tables = Some(log.tables.clone());
    // Of its heartbeats a recording keeps one, where it comes first: before the first change.
    encoder.heartbeat(1_795_465_818_320_586_978, &mut out).map_err(|error| error.to_string())?;
    for committed in log.transactions.as_ref().map_err(Clone::clone)? {
        let mut recorded = true;
        let wanted = settings.sources.want(&committed.transaction);
        let begins = edges(committed).filter(|_| encoder.tells_transactions());
        if let Some([begin, _]) = &begins {
            encoder.begin_transaction(begin, true, &mut out).map_err(|error| error.to_string())?;
        }
        for event in committed.events.iter().filter(|event| event.kind() == EventKind::QUERY) {
            statement(&settings, committed, event, &mut plans, &mut encoder, &mut out)?;
        }
        let replayed = plans.replay(committed, |change| {
            let (db, table) = (&*change.shape.name.database, &*change.shape.name.table);
            // A recording ends at the mark.
            recorded &= db != MARKS;
            if db != MARKS && wanted && settings.tables.wants(db, table) {
                encoder.encode(change, 1_795_465_818_320_586_978, &mut out)?;
            }
            Ok(())
        });
        replayed.map_err(|error| format!("{error:#}"))?;
        if let Some([_, end]) = begins.filter(|_| recorded) {
            encoder.end_transaction(&end, &mut out).map_err(|error| error.to_string())?;
        }
    }
    Ok(out.records.iter().map(|record| recorded(&out, record)).collect())
}

/// A statement on its way into the encoder.
fn statement(
    settings: &Settings,
    committed: &Committed,
    event: &Event,
    plans: &mut Plans,
    encoder: &mut Debezium,
    out: &mut EncodedBatch,
) -> Result<(), String> {
    let query = Query::parse(&event.body).unwrap();
    if !matches!(classify(&query.statement, &query.schema), Statement::Ddl | Statement::Other) {
        return Ok(());
    }
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let database = text(&query.schema);
    let mode = SqlMode::of_sql_mode(query.status_variables().sql_mode.unwrap_or_default());
    let Some(tables) = &mut plans.tables else { return Ok(()) };
    let mut changes = tables.apply(&database, &text(&query.statement), mode);
    changes.retain(|change| change.database() != MARKS && settings.tells(change));
    let truncated = changes.iter().find_map(SchemaChange::truncated);
    let ddl = DdlChange {
        transaction: &committed.transaction,
        file: &event.file,
        pos: event.start,
        timestamp_s: event.header.timestamp_s,
        server_id: event.header.server_id,
        database: &database,
        statement: &query.statement,
        effects: &[],
        schema_id: 0,
        is_ddl: true,
        changes: &changes,
        shape: truncated.and_then(|name| plans.shape(name)),
        within: edges(committed).is_some(),
    };
    encoder.encode_ddl(&ddl, 1_795_465_818_320_586_978, out).map_err(|error| error.to_string())
}

/// Our records of where transactions begin alone: they need no row.
pub fn begins(log: &Log, case: &Case) -> Vec<Record> {
    let settings = Settings::of(case).unwrap();
    let (mut encoder, mut out) = (Debezium::with(settings.config, settings.connect), batch());
    for [begin, _] in log.transactions.as_ref().unwrap().iter().filter_map(edges) {
        encoder.begin_transaction(&begin, true, &mut out).unwrap();
    }
    out.records.iter().map(|record| recorded(&out, record)).collect()
}

/// Where a transaction begins and ends; nothing for a group without a BEGIN.
fn edges(committed: &Committed) -> Option<[TransactionEdge<'_>; 2]> {
    let is_begin = |event: &&Event| {
        if event.kind() == EventKind::MARIADB_GTID {
            return !MariaDbGtidEvent::parse(event.header.server_id, &event.body).unwrap().standalone;
        }
        let query = (event.kind() == EventKind::QUERY).then(|| Query::parse(&event.body).unwrap());
        query.is_some_and(|query| classify(&query.statement, &query.schema) == Statement::Begin)
    };
    let (begin, last) = (committed.events.iter().find(is_begin)?, committed.events.last()?);
    Some([begin, last].map(|event| TransactionEdge {
        transaction: &committed.transaction,
        file: &begin.file,
        pos: begin.start,
        timestamp_s: event.header.timestamp_s,
    }))
}

fn recorded(batch: &EncodedBatch, record: &becauselog_model::Record) -> Record {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    // The engine makes an id of its run anew each time, so it is masked there; and our own header is ours.
    let mut headers: Vec<(String, String)> = batch
        .headers(record)
        .filter(|(name, _)| *name != "becauselog.id")
        .map(|(name, value)| (name.to_owned(), text(value)))
        .collect();
    headers.retain(|(name, _)| !name.is_empty());
    Record {
        topic: Some(batch.topic(record).to_string()),
        partition: record.partition.map(i64::from),
        key: batch.key(record).map(text),
        value: batch.value(record).map(text),
        headers,
    }
}
