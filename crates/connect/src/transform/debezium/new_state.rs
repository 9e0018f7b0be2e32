//! `ExtractNewRecordState`: the row instead of the envelope.

mod deletes;
mod drop_fields;
mod reference;

use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::options::Options;
use crate::transform::kafka::{ExtractField, InsertField, REPLACE_NULL};
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Header, Kind, Record, Schema, Struct, Value};
use deletes::Deletes;
use drop_fields::DropFields;
use reference::Reference;

/// The field that says whether a row was deleted.
const DELETED: &str = "__deleted";

/// Unwraps changes.
pub(crate) struct ExtractNewRecordState {
    deletes: Deletes,
    route_by: Option<String>,
    fields: Vec<Reference>,
    headers: Vec<Reference>,
    drops: DropFields,
    after: ExtractField,
    before: ExtractField,
    deleted: InsertField,
    kept: InsertField,
    schemas: SchemaCache<SchemaCache<Arc<Schema>>>,
}

impl ExtractNewRecordState {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        let replace_null = options.boolean(REPLACE_NULL, true);
        Box::new(Self {
            deletes: Deletes::read(options),
            route_by: options.text("route.by.field").filter(|field| !field.is_empty()),
            fields: Reference::read(options, "add.fields", "add.fields.prefix"),
            headers: Reference::read(options, "add.headers", "add.headers.prefix"),
            drops: DropFields::read(options),
            after: ExtractField::of_value("after"),
            before: ExtractField::of_value("before"),
            deleted: InsertField::fixed(DELETED, "true", replace_null),
            kept: InsertField::fixed(DELETED, "false", replace_null),
            schemas: SchemaCache::default(),
        })
    }

    fn add_headers(&self, record: &mut Record) -> Result<(), DataError> {
        let Some(envelope) = record.value.as_struct() else {
            // Of a tombstone only this is known.
            for reference in self.headers.iter().filter(|reference| reference.is_operation()) {
                let schema = Some(Arc::new(Schema::new(Kind::String)));
                record.headers.push(Header { key: reference.name(), schema, value: Value::text("d") });
            }
            return Ok(());
        };
        let mut headers = Vec::new();
        for reference in &self.headers {
            if let Some(schema) = reference.schema_in(envelope.schema())? {
                let value = reference.value_in(envelope)?;
                headers.push(Header { key: reference.name(), schema: Some(Arc::new(schema)), value });
            }
        }
        record.headers.extend(headers);
        Ok(())
    }

    /// The envelope's `after` or `before`, with a word on whether the row was deleted where that is asked for.
    fn unwrapped(&mut self, record: Record, deleted: bool) -> Result<Option<Record>, DataError> {
        let side = if deleted { &mut self.before } else { &mut self.after };
        let row = side.apply(record)?;
        let marker = if deleted { &mut self.deleted } else { &mut self.kept };
        match row {
            Some(row) if self.deletes.rewrites() && !row.value.is_null() => marker.apply(row),
            row => Ok(row),
        }
    }

    fn delete(&mut self, record: Record, envelope: &Struct) -> Result<Option<Record>, DataError> {
        let topic = self.routed(side(envelope, "before"))?;
        let unwrapped = match self.deletes {
            Deletes::Drop => return Ok(None),
            Deletes::Tombstone => self.after.apply(record)?,
            Deletes::DeleteToTombstone => Some(Record { value_schema: None, value: Value::Null, ..record }),
            Deletes::Rewrite | Deletes::RewriteWithTombstone => self.unwrapped(record, true)?,
        };
        let Some(mut row) = unwrapped else { return Ok(None) };
        row.topic = topic.unwrap_or(row.topic);
        let mut row = self.drops.apply(row)?;
        if !row.value.is_null() {
            row = self.add_fields(row, envelope)?;
        }
        Ok(Some(row))
    }

    fn upsert(&mut self, record: Record, envelope: &Struct) -> Result<Option<Record>, DataError> {
        let Some(mut row) = self.unwrapped(record, false)? else { return Ok(None) };
        row.topic = self.routed(row.value.as_struct())?.unwrap_or(row.topic);
        let row = self.add_fields(row, envelope)?;
        self.drops.apply(row).map(Some)
    }

    /// The topic that a row's field names; nothing where there is no such option or the field is blank.
    fn routed(&self, row: Option<&Struct>) -> Result<Option<Arc<str>>, DataError> {
        let Some(name) = &self.route_by else { return Ok(None) };
        let problem = |what: &str| DataError::new(format!("route.by.field: {what} {name:?}"));
        let row = row.ok_or_else(|| problem("there is no row to take the topic from, wanted was"))?;
        match row.get_without_default(name) {
            Some(Value::String(topic)) => {
                Ok(Some(Arc::clone(topic)).filter(|topic| !topic.trim().is_empty()))
            }
            Some(Value::Null) => Ok(None),
            Some(_) => Err(problem("no text in the field")),
            None => Err(problem("the row has no field")),
        }
    }

    fn add_fields(&mut self, mut row: Record, envelope: &Struct) -> Result<Record, DataError> {
        let Value::Struct(inner) = std::mem::take(&mut row.value) else {
            return Err(DataError::new("a row must be a struct"));
        };
        let references = &self.fields;
        let of_envelope = self.schemas.get_or_default(envelope.schema())?;
        let schema = Arc::clone(of_envelope.get_or_make(inner.schema(), || {
            let mut fields = inner.schema().fields().to_vec();
            for reference in references {
                if let Some(schema) = reference.schema_in(envelope.schema())? {
                    fields.push(Field::new(reference.name(), Arc::new(schema)));
                }
            }
            inner.schema().basics_of_struct(fields).map(Arc::new)
        })?);
        let mut values = inner.into_values();
        for reference in references {
            if reference.schema_in(envelope.schema())?.is_some() {
                values.push(reference.value_in(envelope)?);
            }
        }
        row.value = Struct::new(Arc::clone(&schema), values)?.into();
        row.value_schema = Some(schema);
        Ok(row)
    }
}

fn side<'e>(envelope: &'e Struct, name: &str) -> Option<&'e Struct> {
    envelope.get(name).and_then(Value::as_struct)
}

impl Transform for ExtractNewRecordState {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let is_envelope = record.is_envelope();
        if is_envelope || record.value.is_null() {
            self.add_headers(&mut record)?;
        }
        if record.value.is_null() {
            return Ok(self.deletes.keeps_tombstones().then_some(record));
        }
        if !is_envelope {
            return Ok(Some(record));
        }
        let Value::Struct(envelope) = record.value.clone() else {
            return Err(DataError::new("an envelope must be a struct"));
        };
        match (side(&envelope, "after").is_some(), side(&envelope, "before").is_some()) {
            // A table was truncated.
            (false, false) => Ok(None),
            (false, true) => self.delete(record, &envelope),
            (true, _) => self.upsert(record, &envelope),
        }
    }
}
