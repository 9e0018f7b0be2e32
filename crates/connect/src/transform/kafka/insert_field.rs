//! `InsertField`: the topic, the partition, the time or a fixed text as a field.

use std::sync::Arc;

use super::REPLACE_NULL;
use crate::cache::SchemaCache;
use crate::options::Options;
use crate::side::{Side, moved_values};
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Kind, Record, Schema, Struct, Value, logical};

/// Adds fields to a struct.
pub(crate) struct InsertField {
    side: Side,
    inserts: Vec<Insert>,
    replace_null: bool,
    schemas: SchemaCache<Arc<Schema>>,
}

struct Insert {
    field: Field,
    what: What,
}

enum What {
    Topic,
    Partition,
    Timestamp,
    Static(Value),
}

impl InsertField {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        let inserts = Self::read(options);
        if inserts.is_empty() {
            options.fail(
                "type",
                "nothing to insert: set topic.field, partition.field, timestamp.field or static.field",
            );
        }
        let replace_null = options.boolean(REPLACE_NULL, true);
        Box::new(Self { side, inserts, replace_null, schemas: SchemaCache::default() })
    }

    /// A fixed optional text, as other transforms insert it.
    pub(crate) fn fixed(field: &str, text: &str, replace_null: bool) -> Self {
        let schema = Arc::new(Schema::new(Kind::String).optional());
        let insert = Insert { field: Field::new(field, schema), what: What::Static(Value::text(text)) };
        Self { side: Side::Value, inserts: vec![insert], replace_null, schemas: SchemaCache::default() }
    }

    fn read(options: &mut Options) -> Vec<Insert> {
        let timestamp = || Schema::logical(Kind::Int64, logical::TIMESTAMP);
        let mut inserts = Vec::new();
        if let Some(spec) = options.text("topic.field") {
            inserts.push(Insert::new(&spec, Schema::new(Kind::String), What::Topic));
        }
        if let Some(spec) = options.text("partition.field") {
            inserts.push(Insert::new(&spec, Schema::new(Kind::Int32), What::Partition));
        }
        if options.text("offset.field").is_some() {
            options.fail("offset.field", "is for sinks alone: a source's record has no offset yet");
        }
        if let Some(spec) = options.text("timestamp.field") {
            inserts.push(Insert::new(&spec, timestamp(), What::Timestamp));
        }
        let text = options.text("static.value");
        if let Some(spec) = options.text("static.field") {
            match text {
                Some(text) => {
                    inserts.push(Insert::new(
                        &spec,
                        Schema::new(Kind::String),
                        What::Static(Value::text(text)),
                    ));
                }
                None => options.fail("static.value", "is required with static.field"),
            }
        }
        inserts
    }
}

impl Insert {
    /// From `name`, `name?` (optional, as is the bare name) or `name!` (required).
    fn new(spec: &str, schema: Schema, what: What) -> Self {
        let (name, optional) = match (spec.strip_suffix('!'), spec.strip_suffix('?')) {
            (Some(name), _) => (name, false),
            (_, Some(name)) => (name, true),
            _ => (spec, true),
        };
        Self { field: Field::new(name, Arc::new(Schema { optional, ..schema })), what }
    }

    fn value(&self, record: &Record) -> Value {
        match &self.what {
            What::Topic => Value::String(Arc::clone(&record.topic)),
            What::Partition => record.kafka_partition.map_or(Value::Null, Value::Int32),
            What::Timestamp => record.timestamp.map_or(Value::Null, Value::Date),
            What::Static(value) => value.clone(),
        }
    }
}

impl Transform for InsertField {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if self.side.value(&record).is_null() {
            return Ok(Some(record));
        }
        let inner = self.side.take_struct(&mut record)?;
        let inserts = &self.inserts;
        let schema = Arc::clone(self.schemas.get_or_make(inner.schema(), || {
            let mut fields = inner.schema().fields().to_vec();
            fields.extend(inserts.iter().map(|insert| insert.field.clone()));
            inner.schema().basics_of_struct(fields).map(Arc::new)
        })?);
        let mut values = moved_values(inner, self.replace_null);
        values.extend(self.inserts.iter().map(|insert| insert.value(&record)));
        let changed = Struct::new(Arc::clone(&schema), values)?;
        self.side.set(&mut record, Some(schema), changed.into());
        Ok(Some(record))
    }
}
