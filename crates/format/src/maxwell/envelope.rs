//! What stands around a row.

use std::io::Write;

use becauselog_model::{Gtid, Op, Place, RowChange};

use super::{config::MaxwellConfig, names::Fields, row::Row, table::Table};
use crate::{
    DdlChange, gaps,
    text::{self, string},
};

/// Appends all before the key and the row.
pub(super) fn head<I>(
    out: &mut Vec<u8>,
    config: &MaxwellConfig,
    fields: &Fields,
    table: &Table,
    change: &RowChange<'_, I>,
    now_ns: u64,
) {
    let place = change.place;
    out.extend_from_slice(&table.head);
    if let Some(query) = change.event.query.as_deref().filter(|_| config.output_row_query) {
        out.extend_from_slice(&fields.query);
        row_query(out, &String::from_utf8_lossy(query), config.row_query_max_length);
    }
    out.extend_from_slice(match change.op {
        Op::Insert => b",\"type\":\"insert\"",
        Op::Update => b",\"type\":\"update\"",
        Op::Delete => b",\"type\":\"delete\"",
    });
    out.extend_from_slice(&fields.ts);
    text::uint(out, change.event.timestamp_s.into());
    if config.output_commit_info {
        commit_info(out, config, fields, place);
    }
    if config.output_binlog_position {
        out.extend_from_slice(&fields.position);
        position(out, &change.event.file, change.event.pos);
    }
    let gtid = change.transaction.gtid.as_ref().filter(|_| config.output_gtid_position && config.gtid_mode);
    if let Some(gtid) = gtid {
        out.extend_from_slice(&fields.gtid);
        quoted_gtid(out, gtid);
    }
    numbers(out, config, fields, change, place);
    push_ts(out, config, fields, now_ns);
}

/// Appends `push_ts`, where it is wanted.
pub(super) fn push_ts(out: &mut Vec<u8>, config: &MaxwellConfig, fields: &Fields, now_ns: u64) {
    if config.output_push_timestamp {
        out.extend_from_slice(&fields.push_ts);
        seconds(out, now_ns);
    }
}

fn commit_info(out: &mut Vec<u8>, config: &MaxwellConfig, fields: &Fields, place: Place) {
    if let Some(xid) = place.xid {
        out.extend_from_slice(&fields.xid);
        text::uint(out, xid);
    }
    if place.last {
        out.extend_from_slice(&fields.commit);
        out.extend_from_slice(b"true");
    } else if config.output_xoffset {
        out.extend_from_slice(&fields.xoffset);
        text::uint(out, place.offset);
    }
}

fn numbers<I>(
    out: &mut Vec<u8>,
    config: &MaxwellConfig,
    fields: &Fields,
    change: &RowChange<'_, I>,
    place: Place,
) {
    if config.output_server_id {
        out.extend_from_slice(&fields.server_id);
        text::uint(out, change.event.server_id.into());
    }
    if let Some(thread) = change.transaction.thread_id.filter(|_| config.output_thread_id) {
        out.extend_from_slice(&fields.thread_id);
        text::uint(out, thread.into());
    }
    if config.output_schema_id {
        out.extend_from_slice(&fields.schema_id);
        text::uint(out, place.schema_id);
    }
}

/// A GTID: digits, hyphens, colons and letters, none of which is escaped.
fn quoted_gtid(out: &mut Vec<u8>, gtid: &Gtid) {
    out.push(b'"');
    // Writing to a Vec cannot fail.
    let _ok = write!(out, "{gtid}").is_ok();
    out.push(b'"');
}

/// `"file:pos"`
pub(super) fn position(out: &mut Vec<u8>, file: &str, pos: u64) {
    out.push(b'"');
    string::escaped(out, file);
    out.push(b':');
    text::uint(out, pos);
    out.push(b'"');
}

/// Seconds with up to six digits behind the point, without zeros at their end.
fn seconds(out: &mut Vec<u8>, now_ns: u64) {
    let micros = now_ns / 1_000;
    text::uint(out, micros / 1_000_000);
    let fraction = u32::try_from(micros % 1_000_000).unwrap_or(0);
    text::time::fraction(out, fraction, text::time::Fraction::Trimmed);
}

/// Appends `primary_key` and `primary_key_columns`.
pub(super) fn key(out: &mut Vec<u8>, config: &MaxwellConfig, fields: &Fields, table: &Table, row: &Row) {
    if config.output_primary_keys {
        out.extend_from_slice(&fields.primary_key);
        out.push(b'[');
        for (index, value) in row.key_values().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(value);
        }
        out.push(b']');
    }
    if config.output_primary_key_columns {
        out.extend_from_slice(&fields.primary_key_columns);
        out.extend_from_slice(&table.key_names);
    }
}

/// Appends `data` and `old`, and the end.
pub(super) fn row(out: &mut Vec<u8>, row: &Row) {
    out.extend_from_slice(b",\"data\":");
    out.extend_from_slice(&row.data);
    if row.changed {
        out.extend_from_slice(b",\"old\":");
        out.extend_from_slice(&row.old);
    }
    if !row.json_diffs.is_empty() {
        out.extend_from_slice(b",\"json_diffs\":");
        gaps::push_diffs(out, &row.json_diffs);
    }
    out.push(b'}');
}

/// A text cut to so many UTF-16 units. Half of a character beyond U+FFFF is written as its escape alone.
fn row_query(out: &mut Vec<u8>, query: &str, units_max: usize) {
    let mut units = 0usize;
    let cut = query.char_indices().find(|(_, character)| {
        units = units.saturating_add(character.len_utf16());
        units_max > 0 && units > units_max
    });
    let Some((at, character)) = cut else { return string::quoted(out, query) };
    let units_before = units.saturating_sub(character.len_utf16());
    out.push(b'"');
    string::escaped(out, query.get(..at).unwrap_or_default());
    if units_before < units_max {
        let mut pair = [0; 2];
        if let Some(first) = character.encode_utf16(&mut pair).first() {
            out.extend_from_slice(format!("\\u{first:04X}").as_bytes());
        }
    }
    out.push(b'"');
}

/// Appends what follows a DDL message's shapes. Names do not follow the naming strategy here.
pub(super) fn ddl(out: &mut Vec<u8>, config: &MaxwellConfig, ddl: &DdlChange<'_>) {
    out.extend_from_slice(b",\"ts\":");
    text::uint(out, u64::from(ddl.timestamp_s).saturating_mul(1_000));
    out.extend_from_slice(b",\"sql\":");
    quoted_raw(out, &String::from_utf8_lossy(ddl.statement));
    if config.output_binlog_position {
        out.extend_from_slice(b",\"position\":");
        position(out, ddl.file, ddl.pos);
    }
    if let Some(gtid) =
        ddl.transaction.gtid.as_ref().filter(|_| config.output_gtid_position && config.gtid_mode)
    {
        out.extend_from_slice(b",\"gtid\":");
        quoted_gtid(out, gtid);
    }
    if config.output_schema_id {
        out.extend_from_slice(b",\"schema_id\":");
        text::uint(out, ddl.schema_id);
    }
    out.push(b'}');
}

/// Appends a text in quotes as Jackson writes it where it writes characters, not bytes: those beyond U+FFFF as they are.
pub(super) fn quoted_raw(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    while let Some((at, beyond)) = rest.char_indices().find(|(_, c)| c.len_utf8() == 4) {
        let (head, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        string::escaped(out, head);
        let (character, after) = tail.split_at_checked(beyond.len_utf8()).unwrap_or((tail, ""));
        out.extend_from_slice(character.as_bytes());
        rest = after;
    }
    string::escaped(out, rest);
    out.push(b'"');
}
