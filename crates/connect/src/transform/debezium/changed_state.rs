//! `ExtractChangedRecordState`: the names of changed and unchanged fields as headers.

use std::sync::Arc;

use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Header, Kind, Record, Schema, Struct, Value};

/// Adds headers with names of fields.
pub(crate) struct ExtractChangedRecordState {
    changed: Option<(Arc<str>, Arc<Schema>)>,
    unchanged: Option<(Arc<str>, Arc<Schema>)>,
}

impl ExtractChangedRecordState {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        let changed = named(options.text("header.changed.name"));
        let unchanged = named(options.text("header.unchanged.name"));
        Box::new(Self { changed, unchanged })
    }
}

/// A header's name and its schema, which has the same name.
fn named(name: Option<String>) -> Option<(Arc<str>, Arc<Schema>)> {
    let name: Arc<str> = name.filter(|name| !name.is_empty())?.into();
    let text = Arc::new(Schema::new(Kind::String).optional());
    let list = Schema::new(Kind::Array(text)).optional().named(Arc::clone(&name));
    Some((name, Arc::new(list)))
}

/// The names of the fields that differ, or that do not.
fn names(sides: Option<(&Struct, &Struct)>, differing: bool) -> Result<Value, DataError> {
    let Some((before, after)) = sides else { return Ok(Value::Array(Vec::new())) };
    let mut names = Vec::new();
    for (field, new) in after.schema().fields().iter().zip(after.values()) {
        let old = before.get_without_default(&field.name);
        let old = old.ok_or_else(|| DataError::new(format!("before has no field {:?}", field.name)))?;
        if (old != new || is_never_the_same(&field.schema, new)) == differing {
            names.push(Value::String(Arc::clone(&field.name)));
        }
    }
    Ok(Value::Array(names))
}

/// The peer has BIT values as arrays of bytes, and compares arrays by where they are: two are never the same.
fn is_never_the_same(schema: &Schema, value: &Value) -> bool {
    schema.name.as_deref() == Some("io.debezium.data.Bits") && !value.is_null()
}

impl Transform for ExtractChangedRecordState {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if record.value.is_null() || !record.is_envelope() {
            return Ok(Some(record));
        }
        let envelope =
            record.value.as_struct().ok_or_else(|| DataError::new("an envelope must be a struct"))?;
        let (before, after) = (envelope.require("before")?, envelope.require("after")?);
        let sides = before.as_struct().zip(after.as_struct());
        let mut headers = Vec::new();
        for (header, differing) in [(&self.changed, true), (&self.unchanged, false)] {
            if let Some((key, schema)) = header {
                let value = names(sides, differing)?;
                headers.push(Header { key: Arc::clone(key), schema: Some(Arc::clone(schema)), value });
            }
        }
        record.headers.extend(headers);
        Ok(Some(record))
    }

    fn adds_headers_in_place(&self) -> bool {
        true
    }
}
