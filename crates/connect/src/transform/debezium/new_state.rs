//! `ExtractNewRecordState`: the row instead of the envelope.

mod deletes;
mod drop_fields;
mod reference;

use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::options::Options;
use crate::transform::kafka::{InsertField, REPLACE_NULL};
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
    deleted: InsertField,
    kept: InsertField,
    operation_of_tombstone: Arc<Schema>,
    plans: SchemaCache<Plan>,
}

/// What is known of one envelope's schema: the schemas of the added headers and fields (nothing where the envelope has no
/// such field), and what became of the rows' schemas.
struct Plan {
    headers: Vec<Option<Arc<Schema>>>,
    fields: Vec<Option<Arc<Schema>>>,
    rows: SchemaCache<Arc<Schema>>,
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
            deleted: InsertField::fixed(DELETED, "true", replace_null),
            kept: InsertField::fixed(DELETED, "false", replace_null),
            operation_of_tombstone: Arc::new(Schema::new(Kind::String)),
            plans: SchemaCache::default(),
        })
    }

    /// Of a tombstone only the operation is known.
    fn add_headers_to_tombstone(&self, record: &mut Record) {
        for reference in self.headers.iter().filter(|reference| reference.is_operation()) {
            let schema = Some(Arc::clone(&self.operation_of_tombstone));
            record.headers.push(Header { key: reference.name(), schema, value: Value::text("d") });
        }
    }

    /// The envelope's row as the record's value, and what else is taken out of the envelope.
    fn open(&mut self, record: &mut Record, mut envelope: Struct, side: &str) -> Result<Added, DataError> {
        let plan = self.plans.get_or_make(envelope.schema(), || {
            let schemas = |references: &[Reference]| {
                let schema =
                    |reference: &Reference| reference.schema_in(envelope.schema()).map(|s| s.map(Arc::new));
                references.iter().map(schema).collect::<Result<Vec<_>, DataError>>()
            };
            let (headers, fields) = (schemas(&self.headers)?, schemas(&self.fields)?);
            Ok(Plan { headers, fields, rows: SchemaCache::default() })
        })?;
        for (reference, schema) in
            self.headers.iter().zip(&plan.headers).filter(|(_, schema)| schema.is_some())
        {
            let value = reference.value_in(&envelope)?;
            record.headers.push(Header { key: reference.name(), schema: schema.clone(), value });
        }
        let mut values = Vec::new();
        for (reference, _) in self.fields.iter().zip(&plan.fields).filter(|(_, schema)| schema.is_some()) {
            values.push(reference.value_in(&envelope)?);
        }
        record.value_schema = envelope.schema().field(side).map(|field| Arc::clone(&field.schema));
        record.value = envelope.get_mut(side).map(std::mem::take).unwrap_or_default();
        Ok(Added { envelope: Arc::clone(envelope.schema()), values })
    }

    fn delete(&mut self, mut record: Record, envelope: Struct) -> Result<Option<Record>, DataError> {
        let added = self.open(&mut record, envelope, "before")?;
        let topic = self.routed(&record.value)?;
        let unwrapped = match self.deletes {
            Deletes::Drop => return Ok(None),
            Deletes::Tombstone => Some(Record { value: Value::Null, ..record }),
            Deletes::DeleteToTombstone => Some(Record { value_schema: None, value: Value::Null, ..record }),
            Deletes::Rewrite | Deletes::RewriteWithTombstone => self.deleted.apply(record)?,
        };
        let Some(mut row) = unwrapped else { return Ok(None) };
        row.topic = topic.unwrap_or(row.topic);
        let mut row = self.drops.apply(row)?;
        if !row.value.is_null() {
            row = self.add_fields(row, added)?;
        }
        Ok(Some(row))
    }

    fn upsert(&mut self, mut record: Record, envelope: Struct) -> Result<Option<Record>, DataError> {
        let added = self.open(&mut record, envelope, "after")?;
        let unwrapped = if self.deletes.rewrites() { self.kept.apply(record)? } else { Some(record) };
        let Some(mut row) = unwrapped else { return Ok(None) };
        row.topic = self.routed(&row.value)?.unwrap_or(row.topic);
        let row = self.add_fields(row, added)?;
        self.drops.apply(row).map(Some)
    }

    /// The topic that a row's field names; nothing where there is no such option or the field is blank.
    fn routed(&self, row: &Value) -> Result<Option<Arc<str>>, DataError> {
        let Some(name) = &self.route_by else { return Ok(None) };
        let Some(row) = row.as_struct() else { return Ok(None) };
        match row.require_typed(name, &Kind::String) {
            Ok(Value::String(topic)) => Ok(Some(Arc::clone(topic)).filter(|topic| !topic.trim().is_empty())),
            Ok(_) => Ok(None),
            Err(error) => Err(DataError::new(format!("route.by.field: {error}"))),
        }
    }

    fn add_fields(&mut self, mut row: Record, added: Added) -> Result<Record, DataError> {
        let Value::Struct(inner) = std::mem::take(&mut row.value) else {
            return Err(DataError::new("a row must be a struct"));
        };
        let references = &self.fields;
        let Some(plan) = self.plans.get_mut(&added.envelope) else {
            return Err(DataError::new("an envelope's plan was lost"));
        };
        let new = &plan.fields;
        let schema = Arc::clone(plan.rows.get_or_make(inner.schema(), || {
            let mut fields = inner.schema().fields().to_vec();
            let named = references.iter().zip(new);
            fields.extend(named.filter_map(|(one, schema)| Some(Field::new(one.name(), schema.clone()?))));
            inner.schema().basics_of_struct(fields).map(Arc::new)
        })?);
        let mut values = inner.into_values();
        values.extend(added.values);
        row.value = Struct::new(Arc::clone(&schema), values)?.into();
        row.value_schema = Some(schema);
        Ok(row)
    }
}

/// Values that are to be added to a row, and the schema of the envelope that they are from.
struct Added {
    envelope: Arc<Schema>,
    values: Vec<Value>,
}

fn is_there(envelope: &Struct, side: &str) -> Result<bool, DataError> {
    envelope.require(side).map(|row| !row.is_null())
}

impl Transform for ExtractNewRecordState {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if record.value.is_null() {
            self.add_headers_to_tombstone(&mut record);
            return Ok(self.deletes.keeps_tombstones().then_some(record));
        }
        if !record.is_envelope() {
            return Ok(Some(record));
        }
        let Value::Struct(envelope) = std::mem::take(&mut record.value) else {
            return Err(DataError::new("an envelope must be a struct"));
        };
        if is_there(&envelope, "after")? {
            return self.upsert(record, *envelope);
        }
        // With neither side a table was truncated.
        if is_there(&envelope, "before")? { self.delete(record, *envelope) } else { Ok(None) }
    }

    fn adds_headers_in_place(&self) -> bool {
        true
    }
}
