//! A record's key.

use becauselog_model::Span;

use super::{row::Row, table::Table};
use crate::{batch::span, records::Records};

/// Appends the key of a row. `push_id` appends the id of its record.
pub(super) fn push(head: &mut Vec<u8>, table: &Table, row: &Row, push_id: impl FnOnce(&mut Vec<u8>)) -> Span {
    let start = head.len();
    if table.key.is_empty() {
        if let Some(part) = table.key_parts.first() {
            head.extend_from_slice(part);
        }
        if table.key_end.first() == Some(&b'"') {
            let mut id = Vec::new();
            push_id(&mut id);
            uuid(head, &id);
        }
    }
    for (part, value) in table.key_parts.iter().zip(row.key_values()) {
        head.extend_from_slice(part);
        head.extend_from_slice(value);
    }
    head.extend_from_slice(table.key_end);
    span(start, head.len())
}

/// Appends a UUID that is made from an event's id: where Maxwell's is random, so that equal keys spread over partitions,
/// ours is the same whenever the same change is written.
pub(super) fn uuid(out: &mut Vec<u8>, id: &[u8]) {
    let high = hash(id, 0xcbf2_9ce4_8422_2325) & !0xf000 | 0x4000;
    let low = hash(id, 0x9ae1_6a3b_2f90_404f) & !(0xc000 << 48) | 0x8000 << 48;
    let text = format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    );
    out.extend_from_slice(text.as_bytes());
}

/// A hash that is the same in every run.
pub(super) fn hash_of(bytes: &[u8]) -> u64 {
    hash(bytes, 0xcbf2_9ce4_8422_2325)
}

/// FNV-1a, its bits mixed at the end.
fn hash(bytes: &[u8], seed: u64) -> u64 {
    let mut hash = seed;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ hash >> 33
}

/// Appends the key of a DDL message: a UUID, in quotes.
pub(super) fn of_ddl(head: &mut Vec<u8>, records: &Records, index: u64) -> Span {
    let start = head.len();
    let mut id = Vec::new();
    records.push_id(&mut id, index);
    uuid(head, &id);
    span(start, head.len())
}
