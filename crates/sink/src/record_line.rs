//! A record as one line of JSON.

use becauselog_model::{EncodedBatch, Record};

/// What a sink of lines writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Content {
    /// The value alone; tombstones are left out. The batch's buffer goes out as it is.
    #[default]
    Values,
    /// The whole record: `{"topic":…,"partition":…,"key":…,"value":…,"headers":{…}}`, a tombstone as `"value":null`.
    Records,
}

/// The bytes that a batch is in a file of lines. `buffer` is reused from batch to batch.
pub(crate) fn lines<'a>(content: Content, batch: &'a EncodedBatch, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    match content {
        Content::Values => &batch.values,
        Content::Records => {
            buffer.clear();
            buffer.reserve(batch.values.len().saturating_add(batch.head.len()));
            for record in &batch.records {
                push_line(batch, record, buffer);
            }
            buffer
        }
    }
}

/// Appends one record. Keys, values and header values are JSON texts already. No partition is chosen by a file: it is null
/// where the record names none.
fn push_line(batch: &EncodedBatch, record: &Record, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"topic\":");
    push_text(batch.topic(record), out);
    out.extend_from_slice(b",\"partition\":");
    match record.partition {
        Some(partition) => out.extend_from_slice(partition.to_string().as_bytes()),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"key\":");
    out.extend_from_slice(batch.key(record).unwrap_or(b"null"));
    out.extend_from_slice(b",\"value\":");
    out.extend_from_slice(batch.value(record).unwrap_or(b"null"));
    out.extend_from_slice(b",\"headers\":{");
    for (i, (name, value)) in batch.headers(record).enumerate() {
        if i > 0 {
            out.push(b',');
        }
        push_text(name, out);
        out.push(b':');
        out.extend_from_slice(value);
    }
    out.extend_from_slice(b"}}\n");
}

/// Appends a JSON string.
fn push_text(text: &str, out: &mut Vec<u8>) {
    let plain = text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\');
    if plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}
