//! `VectorToJsonConverter`: vectors as JSON texts, for those that have no vectors.

use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::json::float;
use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Kind, Record, Schema, Struct, Value};

/// Sparse vectors are of PostgreSQL alone.
const VECTORS: [&str; 2] = ["io.debezium.data.FloatVector", "io.debezium.data.DoubleVector"];
const JSON: &str = "io.debezium.data.Json";

/// Writes vectors as `{ "values": [1.0, 2.0] }`, in a row as in an envelope.
#[derive(Default)]
pub(crate) struct VectorToJsonConverter {
    schemas: SchemaCache<Arc<Schema>>,
}

impl VectorToJsonConverter {
    pub(crate) fn build(_: &mut Options) -> Boxed {
        Box::new(Self::default())
    }
}

impl Transform for VectorToJsonConverter {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if record.value.is_null() {
            return Ok(Some(record));
        }
        let Value::Struct(inner) = &record.value else {
            return Err(DataError::new("a value must be a struct"));
        };
        let schema = self.schemas.get_or_make(inner.schema(), || Ok(with_texts(inner.schema())))?;
        let value = converted(inner, schema)?;
        record.value_schema = Some(Arc::clone(schema));
        record.value = value;
        Ok(Some(record))
    }
}

fn is_vector(schema: &Schema) -> bool {
    VECTORS.iter().any(|name| schema.is_named(name))
}

/// A struct's schema with texts in the place of vectors; what has none is as it was.
fn with_texts(schema: &Arc<Schema>) -> Arc<Schema> {
    if !holds_vectors(schema) {
        return Arc::clone(schema);
    }
    let fields = schema.fields().iter().map(|field| {
        let inner = match &field.schema.kind {
            _ if is_vector(&field.schema) => {
                let text = Schema::logical(Kind::String, JSON);
                Arc::new(Schema { optional: field.schema.optional, ..text })
            }
            _ => with_texts(&field.schema),
        };
        Field::new(Arc::clone(&field.name), inner)
    });
    let kind = Kind::Struct(fields.collect());
    Arc::new(Schema { optional: schema.optional, ..schema.basics(kind) })
}

fn holds_vectors(schema: &Schema) -> bool {
    schema.fields().iter().any(|field| is_vector(&field.schema) || holds_vectors(&field.schema))
}

/// The same values in the new schema; a field that is null and has a default takes it, as it does in the class.
fn converted(inner: &Struct, schema: &Arc<Schema>) -> Result<Value, DataError> {
    let fields = inner.schema().fields().iter().zip(schema.fields());
    let values = fields.enumerate().map(|(at, (old, new))| {
        let Some(value) = inner.at(at, true) else { return Ok(Value::Null) };
        match value {
            Value::Array(items) if is_vector(&old.schema) => Ok(Value::String(text(items)?.into())),
            Value::Struct(inner) => converted(inner, &new.schema),
            value => Ok(value.clone()),
        }
    });
    Struct::new(Arc::clone(schema), values.collect::<Result<_, DataError>>()?).map(Value::from)
}

/// The numbers as Java writes them, with blanks where the class has them.
fn text(items: &[Value]) -> Result<String, DataError> {
    let mut out = b"{ \"values\": [".to_vec();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b", ");
        }
        match item {
            Value::Float32(number) => float::java_float(&mut out, *number),
            Value::Float64(number) => float::java_double(&mut out, *number),
            Value::Null => out.extend_from_slice(b"null"),
            _ => return Err(DataError::new("a vector must have numbers with a point in it")),
        }
    }
    out.extend_from_slice(b"] }");
    String::from_utf8(out).map_err(|_not_ascii| DataError::new("a number that is no text"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row(values: Vec<Value>) -> Struct {
        let vector = |name, kind| {
            let items = Arc::new(Schema::new(kind));
            Arc::new(Schema::logical(Kind::Array(items), name).optional())
        };
        let note = Schema::new(Kind::String).optional().with_default(Value::text("none"));
        let fields = vec![
            Field::new("v", vector(VECTORS[0], Kind::Float32)),
            Field::new("w", vector(VECTORS[1], Kind::Float64)),
            Field::new("note", Arc::new(note)),
        ];
        Struct::new(Arc::new(Schema::structure(fields).optional().named("row")), values).unwrap()
    }

    fn converted_row(row: Struct) -> Struct {
        let record =
            Record { value_schema: Some(Arc::clone(row.schema())), value: row.into(), ..Record::default() };
        let record = VectorToJsonConverter::default().apply(record).unwrap().unwrap();
        let Value::Struct(inner) = record.value else { panic!("no struct") };
        assert!(Arc::ptr_eq(inner.schema(), &record.value_schema.unwrap()));
        *inner
    }

    #[test]
    fn vectors_of_a_row_are_texts_and_null_stays() {
        let numbers = vec![Value::Float32(1e7), Value::Float32(-0.0), Value::Float32(0.1)];
        let row = converted_row(row(vec![Value::Array(numbers), Value::Null, Value::Null]));
        assert_eq!(row.get("v"), Some(&Value::text("{ \"values\": [1.0E7, -0.0, 0.1] }")));
        assert_eq!(row.get("w"), Some(&Value::Null));
        assert_eq!(row.get_without_default("note"), Some(&Value::text("none")));
        let schema = &row.schema().field("w").unwrap().schema;
        assert_eq!(**schema, Schema::logical(Kind::String, JSON).optional());
        assert!(row.schema().optional && row.schema().is_named("row"));
    }

    #[test]
    fn an_empty_vector_is_an_empty_list() {
        let row = converted_row(row(vec![Value::Null, Value::Array(Vec::new())]));
        assert_eq!(row.get("w"), Some(&Value::text("{ \"values\": [] }")));
    }

    #[test]
    fn a_value_that_is_no_struct_is_an_error() {
        let record = Record { value: Value::text("x"), ..Record::default() };
        assert!(VectorToJsonConverter::default().apply(record).is_err());
    }
}
