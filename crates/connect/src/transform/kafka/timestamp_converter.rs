//! `TimestampConverter`: times as texts, numbers or Connect's own types.

use std::sync::Arc;

use super::REPLACE_NULL;
use super::convert::in_field;
use crate::cache::SchemaCache;
use crate::date_format::DateFormat;
use crate::options::Options;
use crate::side::{Side, moved_values};
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Kind, Record, Schema, Struct, Value, logical};

const DAY_MS: i64 = 86_400_000;
const TYPES: [&str; 5] = ["string", "unix", "Date", "Time", "Timestamp"];

/// Converts times.
pub(crate) struct TimestampConverter {
    side: Side,
    field: String,
    target: &'static str,
    format: Option<DateFormat>,
    precision: &'static str,
    replace_null: bool,
    schemas: SchemaCache<Arc<Schema>>,
}

impl TimestampConverter {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        let field = options.text("field").unwrap_or_default();
        let target = options.required("target.type");
        let target = TYPES.into_iter().find(|known| *known == target).unwrap_or_else(|| {
            options.fail("target.type", format!("must be one of {}", TYPES.join(", ")));
            "unix"
        });
        let pattern = options.text("format").unwrap_or_default();
        if target == "string" && pattern.is_empty() {
            options.fail("format", "is required with target.type=string");
        }
        let format = if pattern.is_empty() { None } else { options.date_format("format", &pattern) };
        let precisions = ["seconds", "milliseconds", "microseconds", "nanoseconds"];
        let precision = options.choice("unix.precision", &precisions, "milliseconds");
        let replace_null = options.boolean(REPLACE_NULL, true);
        Box::new(Self {
            side,
            field,
            target,
            format,
            precision,
            replace_null,
            schemas: SchemaCache::default(),
        })
    }

    /// A time of a schema in milliseconds since 1970.
    fn read(&self, schema: &Schema, value: &Value) -> Result<i64, DataError> {
        match (schema.name.as_deref(), &schema.kind, value) {
            (Some(logical::TIMESTAMP | logical::DATE | logical::TIME), _, Value::Date(ms)) => Ok(*ms),
            (_, Kind::String, Value::String(text)) => {
                let format = self.format.as_ref();
                format.ok_or_else(|| DataError::new("a text, and no format is set to read it"))?.parse(text)
            }
            (_, Kind::Int64, Value::Int64(int)) => Ok(match self.precision {
                "seconds" => int.saturating_mul(1000),
                "microseconds" => int / 1000,
                "nanoseconds" => int / 1_000_000,
                _ => *int,
            }),
            _ => Err(DataError::new(format!("{} is no time", schema.kind.name()))),
        }
    }

    fn written(&self, ms: i64) -> Result<Value, DataError> {
        Ok(match self.target {
            "string" => match &self.format {
                Some(format) => Value::text(format.format(ms)?),
                None => return Err(DataError::new("no format is set")),
            },
            "unix" => Value::Int64(match self.precision {
                "seconds" => ms / 1000,
                "microseconds" => ms.saturating_mul(1000),
                "nanoseconds" => ms.saturating_mul(1_000_000),
                _ => ms,
            }),
            "Date" => Value::Date(ms.saturating_sub(ms.rem_euclid(DAY_MS))),
            "Time" => Value::Date(ms.rem_euclid(DAY_MS)),
            _ => Value::Date(ms),
        })
    }

    fn converted(&self, schema: &Schema, value: &Value) -> Result<Value, DataError> {
        if value.is_null() { Ok(Value::Null) } else { self.written(self.read(schema, value)?) }
    }

    fn target_schema(&self, optional: bool) -> Schema {
        let schema = match self.target {
            "string" => Schema::new(Kind::String),
            "unix" => Schema::new(Kind::Int64),
            "Date" => Schema::logical(Kind::Int32, logical::DATE),
            "Time" => Schema::logical(Kind::Int32, logical::TIME),
            _ => Schema::logical(Kind::Int64, logical::TIMESTAMP),
        };
        Schema { optional, ..schema }
    }

    fn struct_schema(&self, schema: &Schema) -> Result<Schema, DataError> {
        if schema.default.is_some() {
            return Err(DataError::new("a struct with a default cannot have its times converted"));
        }
        let converted = |field: &Field| {
            if *field.name != *self.field {
                return field.clone();
            }
            Field::new(Arc::clone(&field.name), Arc::new(self.target_schema(field.schema.optional)))
        };
        let fields = schema.fields().iter().map(converted).collect();
        Ok(Schema { optional: schema.optional, ..schema.basics_of_struct(fields)? })
    }

    fn whole(
        &self,
        mut record: Record,
        schema: &Schema,
        target: Arc<Schema>,
    ) -> Result<Option<Record>, DataError> {
        let value = self.converted(schema, &self.side.take(&mut record))?;
        self.side.set(&mut record, Some(target), value);
        Ok(Some(record))
    }

    /// What becomes of a schema: of all of it, or of its one field.
    fn new_schema(&self, schema: &Schema) -> Result<Schema, DataError> {
        if self.field.is_empty() {
            Ok(self.target_schema(schema.optional))
        } else {
            self.struct_schema(schema)
        }
    }
}

impl Transform for TimestampConverter {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if self.side.schema(&record).is_none() && self.side.value(&record).is_null() {
            return Ok(Some(record));
        }
        let old = self.side.require_schema(&record)?;
        let mut schemas = std::mem::take(&mut self.schemas);
        let schema = schemas.get_or_make(&old, || self.new_schema(&old).map(Arc::new)).cloned();
        self.schemas = schemas;
        let schema = schema?;
        if self.field.is_empty() {
            return self.whole(record, &old, schema);
        }
        let inner = match self.side.take(&mut record) {
            Value::Null => {
                self.side.set(&mut record, Some(schema), Value::Null);
                return Ok(Some(record));
            }
            Value::Struct(inner) => *inner,
            other => return Err(self.side.no_struct(&other)),
        };
        let mut values = moved_values(inner, self.replace_null);
        for (value, field) in values.iter_mut().zip(old.fields()) {
            if *field.name == *self.field {
                *value =
                    self.converted(&field.schema, value).map_err(|error| in_field(&field.name, &error))?;
            }
        }
        let changed = Struct::new(Arc::clone(&schema), values)?;
        self.side.set(&mut record, Some(schema), changed.into());
        Ok(Some(record))
    }
}
