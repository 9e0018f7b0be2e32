//! A statement's effect as a message.

use super::{
    Effect,
    definition::{Column, Detail, Table},
};
use crate::{maxwell::envelope::quoted_raw, text};

/// Appends a message up to the statement's time.
pub(in crate::maxwell) fn push(out: &mut Vec<u8>, effect: &Effect) {
    let kind: &[u8] = match effect {
        Effect::DatabaseCreate { .. } => b"database-create",
        Effect::DatabaseAlter { .. } => b"database-alter",
        Effect::DatabaseDrop { .. } => b"database-drop",
        Effect::TableCreate { .. } => b"table-create",
        Effect::TableAlter { .. } => b"table-alter",
        Effect::TableDrop { .. } => b"table-drop",
    };
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(kind);
    out.extend_from_slice(b"\",\"database\":");
    quoted_raw(out, effect.database());
    if let Some(table) = effect.table() {
        out.extend_from_slice(b",\"table\":");
        quoted_raw(out, table);
    }
    match effect {
        Effect::DatabaseCreate { charset, .. } => charset_field(out, Some(charset)),
        Effect::DatabaseAlter { charset, .. } => charset_field(out, charset.as_deref()),
        Effect::TableCreate { table } => shape(out, b",\"def\":", table),
        Effect::TableAlter { old, new } => {
            shape(out, b",\"old\":", old);
            shape(out, b",\"def\":", new);
        }
        Effect::DatabaseDrop { .. } | Effect::TableDrop { .. } => {}
    }
}

fn charset_field(out: &mut Vec<u8>, charset: Option<&str>) {
    out.extend_from_slice(b",\"charset\":");
    match charset {
        Some(charset) => quoted_raw(out, charset),
        None => out.extend_from_slice(b"null"),
    }
}

fn shape(out: &mut Vec<u8>, field: &[u8], table: &Table) {
    out.extend_from_slice(field);
    out.extend_from_slice(b"{\"database\":");
    quoted_raw(out, &table.database);
    charset_field(out, Some(&table.charset));
    out.extend_from_slice(b",\"table\":");
    quoted_raw(out, &table.name);
    out.extend_from_slice(b",\"primary-key\":");
    list(out, &table.key);
    out.extend_from_slice(b",\"columns\":[");
    for (index, one) in table.columns.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        column(out, one);
    }
    out.extend_from_slice(b"]}");
}

fn list(out: &mut Vec<u8>, texts: &[String]) {
    out.push(b'[');
    for (index, one) in texts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        quoted_raw(out, one);
    }
    out.push(b']');
}

fn column(out: &mut Vec<u8>, column: &Column) {
    out.extend_from_slice(b"{\"type\":");
    quoted_raw(out, &column.kind);
    out.extend_from_slice(b",\"name\":");
    quoted_raw(out, &column.name);
    match &column.detail {
        Detail::Plain => {}
        Detail::Integer { signed } => {
            out.extend_from_slice(if *signed { b",\"signed\":true" } else { b",\"signed\":false" });
        }
        Detail::Text { charset } => charset_field(out, charset.as_deref()),
        Detail::Time { digits } => {
            out.extend_from_slice(b",\"column-length\":");
            text::uint(out, *digits);
        }
        Detail::Texts { values } => {
            out.extend_from_slice(b",\"enum-values\":");
            list(out, values);
        }
    }
    out.push(b'}');
}
