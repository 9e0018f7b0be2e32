//! An event in one line of text.

use std::fmt::Write;

use becauselog_binlog::{
    SourceBatch,
    event::{
        Event, EventKind, FormatDescription, GtidEvent, PreviousGtids, Query, Rotate, RowsHeader, RowsQuery,
        table_map,
    },
    group::Mark,
};
use becauselog_model::{MappedColumn, TableMap};

/// What a source handed out: a line for each event, and one for each group's end.
pub(super) fn describe(batches: &[SourceBatch]) -> String {
    let mut text = String::new();
    let mut format = None;
    for batch in batches {
        let mut groups = batch.groups.iter();
        for (event, mark) in &batch.events {
            let nested = if event.nested { " nested" } else { "" };
            let (start, end, kind) = (event.start, event.end, event.kind());
            writeln!(text, "{start}-{end}{nested} {kind} [{mark:?}]{}", content(event, format.as_ref()))
                .unwrap();
            if event.kind() == EventKind::FORMAT_DESCRIPTION {
                format = FormatDescription::parse(&event.body).ok();
            }
            if mark.ends_group() {
                let group = groups.next().expect("a group for each end");
                let transaction = &group.transaction;
                let gtid = transaction.gtid.as_ref().map(ToString::to_string).unwrap_or_default();
                let thread = transaction.thread_id.is_some();
                let begin = transaction.begin.pos;
                let undone = &group.undone;
                assert!(group.format.is_some());
                writeln!(
                    text,
                    "  = group {gtid} {begin}-{} thread id: {thread}, undone {undone:?}",
                    group.end.pos
                )
                .unwrap();
            }
        }
        assert_eq!(groups.next(), None);
    }
    text
}

/// What is in an event, without what differs from recording to recording.
fn content(event: &Event, format: Option<&FormatDescription>) -> String {
    let body = &event.body;
    match event.kind() {
        EventKind::FORMAT_DESCRIPTION => {
            let format = FormatDescription::parse(body).unwrap();
            format!(" {} {:?}", format.server_version, format.checksum)
        }
        EventKind::ROTATE => format!(" to {}", Rotate::parse(body).unwrap().target()),
        EventKind::PREVIOUS_GTIDS => format!(" {}", PreviousGtids::parse(body).unwrap().gtids),
        EventKind::GTID | EventKind::GTID_TAGGED | EventKind::ANONYMOUS_GTID => gtid(event),
        EventKind::QUERY => {
            let query = Query::parse(body).unwrap();
            let status = query.status_variables();
            assert!(!status.has_unknown, "{status:?}");
            let schema = String::from_utf8_lossy(&query.schema).into_owned();
            format!(" ({schema}) {:?}", String::from_utf8_lossy(&query.statement))
        }
        EventKind::ROWS_QUERY => {
            format!(" {:?}", String::from_utf8_lossy(&RowsQuery::parse(body).unwrap().text))
        }
        EventKind::TABLE_MAP => map(&table_map::parse(format, body).unwrap()),
        kind if kind.is_rows() => {
            let header = RowsHeader::parse(kind, None, body).unwrap();
            let RowsHeader { kind, column_count, present_before, present_after, rows, .. } = header;
            let end = header.ends_statement();
            format!(
                " {kind:?} {column_count} columns, before {present_before:02x?}, after {present_after:02x?}, {} bytes, \
                 statement end: {end}",
                rows.len()
            )
        }
        _ => String::new(),
    }
}

fn gtid(event: &Event) -> String {
    let gtid = GtidEvent::parse(event.kind(), &event.body).unwrap();
    let text = gtid.gtid.as_ref().map(ToString::to_string).unwrap_or_default();
    let versions = (gtid.original_server_version, gtid.immediate_server_version);
    let same_time = gtid.original_commit_us == gtid.immediate_commit_us;
    let seconds = gtid.immediate_commit_us.map(|us| us / 1_000_000);
    if let Some(seconds) = seconds {
        assert!(seconds.abs_diff(u64::from(event.header.timestamp_s)) <= 1, "{gtid:?}");
    }
    format!(
        " {text} {:?} length {:?} versions {versions:?} one time: {same_time}, statements: {}",
        gtid.logical_clock, gtid.transaction_length, gtid.may_have_statements
    )
}

fn map(map: &TableMap) -> String {
    let columns: Vec<String> = map.columns.iter().map(column).collect();
    format!(" {} key {:?}:\n    {}", map.name, map.primary_key, columns.join("\n    "))
}

fn column(column: &MappedColumn) -> String {
    let MappedColumn { type_code, meta, nullable, unsigned, collation, name, values, .. } = column;
    let MappedColumn { geometry, dimension, visible, .. } = column;
    let mut text = format!("{name:?} type {type_code} meta {meta} nullable {nullable}");
    for (what, value) in [
        ("unsigned", unsigned.map(|x| x.to_string())),
        ("collation", collation.map(|x| x.to_string())),
        ("values", values.as_ref().map(|x| format!("{x:?}"))),
        ("geometry", geometry.map(|x| x.to_string())),
        ("dimension", dimension.map(|x| x.to_string())),
        ("visible", visible.map(|x| x.to_string())),
    ] {
        if let Some(value) = value {
            write!(text, " {what} {value}").unwrap();
        }
    }
    text
}

/// Only the marks.
pub(super) fn marks(batches: &[SourceBatch]) -> Vec<Mark> {
    batches.iter().flat_map(|batch| batch.events.iter().map(|(_, mark)| mark.clone())).collect()
}
