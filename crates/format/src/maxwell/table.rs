//! What is prepared once for each table.

use std::sync::Arc;

use becauselog_model::{ColumnKind, ColumnShape, TableShape};

use super::{
    config::{KeyFormat, MaxwellConfig},
    names::field,
};
use crate::{table::topic, text::string};

/// A table's constant texts.
#[derive(Debug)]
pub(super) struct Table {
    /// The topic of its changes.
    pub topic: Arc<str>,
    /// Where the topic was in the last batch.
    pub topic_hint: u32,
    /// `{"database":"d","table":"t"`
    pub head: Box<[u8]>,
    /// One for each column of the shape.
    pub columns: Vec<Column>,
    /// The primary key's columns, by index.
    pub key: Vec<usize>,
    /// `["id"]`
    pub key_names: Box<[u8]>,
    /// What stands before each value of a record's key, and after the last.
    pub key_parts: Vec<Box<[u8]>>,
    pub key_end: &'static [u8],
}

/// A column's constant texts.
#[derive(Debug)]
pub(super) struct Column {
    /// `,"name":`
    pub name: Box<[u8]>,
    /// Left out of `data` and `old`.
    pub excluded: bool,
    /// Its place in the primary key.
    pub key_place: Option<usize>,
    /// ENUM and SET: each text in quotes.
    pub texts: Box<[Box<[u8]>]>,
}

impl Table {
    pub(super) fn prepare(shape: &TableShape, config: &MaxwellConfig, keyless: bool) -> Self {
        let key: Vec<usize> = shape.key.clone().filter(|_| !keyless).unwrap_or_default();
        let column = |(index, column): (usize, &ColumnShape)| Column {
            name: field(config.output_naming_strategy, &column.name),
            excluded: config.excludes(&column.name),
            key_place: key.iter().position(|in_key| *in_key == index),
            texts: texts(&column.kind),
        };
        let names: Vec<&str> =
            key.iter().filter_map(|at| shape.columns.get(*at)).map(|column| &*column.name).collect();
        let (key_parts, key_end) = key_texts(shape, &names, config.kafka_key_format);
        Self {
            topic: topic(&topic_of(&config.kafka_topic, &shape.name.database, Some(&shape.name.table))),
            topic_hint: 0,
            head: head(shape),
            columns: shape.columns.iter().enumerate().map(column).collect(),
            key_names: list(&names),
            key,
            key_parts,
            key_end,
        }
    }
}

/// A topic's name from its template.
pub(super) fn topic_of(template: &str, database: &str, table: Option<&str>) -> String {
    template.replace("%{database}", database).replace("%{table}", table.unwrap_or(""))
}

fn head(shape: &TableShape) -> Box<[u8]> {
    let mut out = b"{\"database\":".to_vec();
    string::quoted(&mut out, &shape.name.database);
    out.extend_from_slice(b",\"table\":");
    string::quoted(&mut out, &shape.name.table);
    out.into()
}

fn list(names: &[&str]) -> Box<[u8]> {
    let mut out = vec![b'['];
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        string::quoted(&mut out, name);
    }
    out.push(b']');
    out.into()
}

/// What stands around the values of a key. A table without key columns has one text and no value: its records differ by a
/// UUID (hash) or not at all (array).
fn key_texts(shape: &TableShape, names: &[&str], format: KeyFormat) -> (Vec<Box<[u8]>>, &'static [u8]) {
    let mut first = match format {
        KeyFormat::Hash => head(shape).into_vec(),
        KeyFormat::Array => {
            let mut out = list(&[&*shape.name.database, &*shape.name.table]).into_vec();
            out.pop();
            out.extend_from_slice(b",[");
            out
        }
    };
    let mut parts: Vec<Box<[u8]>> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let name = name.to_lowercase();
        match format {
            KeyFormat::Hash => {
                first.push(b',');
                string::quoted(&mut first, &format!("pk.{name}"));
            }
            KeyFormat::Array => {
                first.extend_from_slice(if index > 0 { b"},{" } else { b"{" });
                string::quoted(&mut first, &name);
            }
        }
        first.push(b':');
        parts.push(std::mem::take(&mut first).into());
    }
    if names.is_empty() && format == KeyFormat::Hash {
        first.extend_from_slice(b",\"_uuid\":\"");
    }
    if names.is_empty() {
        parts.push(first.into());
    }
    let end: &[u8] = match (format, names.is_empty()) {
        (KeyFormat::Hash, false) => b"}",
        (KeyFormat::Hash, true) => b"\"}",
        (KeyFormat::Array, false) => b"}]]",
        (KeyFormat::Array, true) => b"]]",
    };
    (parts, end)
}

fn texts(kind: &ColumnKind) -> Box<[Box<[u8]>]> {
    let (ColumnKind::Enum { values } | ColumnKind::Set { values }) = kind else { return Box::default() };
    let quoted = |text: &Arc<str>| {
        let mut out = Vec::new();
        string::quoted(&mut out, text);
        out.into_boxed_slice()
    };
    values.iter().map(quoted).collect()
}
