//! `Flatten`: the fields of inner structs as fields at the top.

use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::options::Options;
use crate::side::Side;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Kind, Record, Schema, Struct, Value};

/// Makes nested fields flat.
pub(crate) struct Flatten {
    side: Side,
    delimiter: String,
    schemas: SchemaCache<Arc<Schema>>,
}

impl Flatten {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        let delimiter = options.text("delimiter").unwrap_or_else(|| ".".to_owned());
        Box::new(Self { side, delimiter, schemas: SchemaCache::default() })
    }
}

/// Where a walk through nested schemas is.
struct Place<'s> {
    prefix: &'s str,
    optional: bool,
    default: Option<&'s Struct>,
}

fn joined(prefix: &str, delimiter: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}{delimiter}{name}") }
}

fn flat_fields(
    schema: &Schema,
    delimiter: &str,
    place: &Place,
    out: &mut Vec<Field>,
) -> Result<(), DataError> {
    for (at, field) in schema.fields().iter().enumerate() {
        let name = joined(place.prefix, delimiter, &field.name);
        let optional = place.optional || field.schema.optional;
        let from_parent =
            || place.default.and_then(|inner| inner.at(at, true)).filter(|value| !value.is_null());
        let default = field.schema.default.as_ref().or_else(from_parent);
        match &field.schema.kind {
            Kind::Map(..) => {
                return Err(DataError::new(format!("field {name:?} is a map, which stays as it is")));
            }
            Kind::Struct(_) => {
                let inner = Place { prefix: &name, optional, default: default.and_then(Value::as_struct) };
                flat_fields(&field.schema, delimiter, &inner, out)?;
            }
            kind => {
                let basics = field.schema.basics(kind.clone());
                out.push(Field::new(
                    name,
                    Arc::new(Schema { optional, default: default.cloned(), ..basics }),
                ));
            }
        }
    }
    Ok(())
}

/// Appends a struct's values in the order of the flat fields; nulls for a struct that is null.
fn flat_values(schema: &Schema, inner: Option<&Struct>, out: &mut Vec<Value>) {
    for (at, field) in schema.fields().iter().enumerate() {
        match &field.schema.kind {
            Kind::Struct(_) => {
                let value = inner.and_then(|inner| inner.at(at, false)).and_then(Value::as_struct);
                flat_values(&field.schema, value, out);
            }
            _ => out.push(inner.and_then(|inner| inner.at(at, true)).cloned().unwrap_or_default()),
        }
    }
}

impl Transform for Flatten {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if self.side.value(&record).is_null() {
            return Ok(Some(record));
        }
        let schema = self.side.require_schema(&record)?;
        let inner = self.side.take_struct(&mut record)?;
        let delimiter = &self.delimiter;
        let flat = Arc::clone(self.schemas.get_or_make(&schema, || {
            let default = schema.default.as_ref().and_then(Value::as_struct);
            let mut fields = Vec::new();
            flat_fields(
                &schema,
                delimiter,
                &Place { prefix: "", optional: schema.optional, default },
                &mut fields,
            )?;
            schema.basics_of_struct(fields).map(Arc::new)
        })?);
        let mut values = Vec::with_capacity(flat.fields().len());
        flat_values(&schema, Some(&inner), &mut values);
        let changed = Struct::new(Arc::clone(&flat), values)?;
        self.side.set(&mut record, Some(flat), changed.into());
        Ok(Some(record))
    }
}
