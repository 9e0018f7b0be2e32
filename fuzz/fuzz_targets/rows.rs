//! A table map and a row event after it: counted, indexed and read cell by cell. Two bytes of length, the map's content,
//! one byte of kind, the row event's content.
#![no_main]

use std::sync::Arc;

use becauselog_binlog::event::{self, EventKind, RowsHeader, table_map};
use becauselog_decode::{Layout, Rows, RowsKind, TablePlan, count_rows, index_rows};
use becauselog_model::{Cell, RowImage, jsonb};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((len, rest)) = data.split_first_chunk::<2>() else { return };
    let len = usize::from(u16::from_le_bytes(*len)).min(rest.len());
    let (map, rest) = rest.split_at(len);
    let Some((kind, body)) = rest.split_first() else { return };
    let Ok(map) = table_map::parse(None, map) else { return };
    let Ok(header) = RowsHeader::parse(EventKind(*kind), None, body) else { return };
    let rows = Rows {
        kind: match header.kind {
            event::RowsKind::Write => RowsKind::Write,
            event::RowsKind::Update => RowsKind::Update,
            event::RowsKind::PartialUpdate => RowsKind::PartialUpdate,
            event::RowsKind::Delete => RowsKind::Delete,
        },
        columns: header.column_count,
        before: header.present_before.unwrap_or_default(),
        after: header.present_after.unwrap_or_default(),
        bytes: header.rows,
    };
    let counted = Layout::compile(&map).ok().and_then(|layout| count_rows(&layout, &rows).ok());
    let Ok(Some(shape)) = becauselog_schema::from_row_metadata(&map) else { return };
    let Ok(plan) = TablePlan::compile(&map, Arc::new(shape)) else { return };
    let mut index = Vec::new();
    let indexed = index_rows(&plan, &rows, &mut index);
    assert_eq!(counted, indexed.ok());
    for row in index {
        let (before, after) = rows.images(&plan, row);
        for image in before.into_iter().chain(after) {
            for cell in image.cells() {
                if let Ok(Cell::Json(document)) = cell {
                    if let Ok(value) = jsonb::parse(document) {
                        walk(value, 0, &mut 10_000);
                    }
                }
            }
        }
    }
});

/// `left` bounds the work: a damaged document may hold one part many times, or itself.
fn walk(value: jsonb::Value<'_>, depth: usize, left: &mut u32) {
    let (jsonb::Value::Array(container) | jsonb::Value::Object(container)) = value else { return };
    for member in container.members() {
        *left = left.saturating_sub(1);
        if let (Ok((_, value)), 1.., ..jsonb::DEPTH_MAX) = (member, *left, depth) {
            walk(value, depth + 1, left);
        }
    }
}
