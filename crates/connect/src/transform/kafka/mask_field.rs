//! `MaskField`: zero, empty or a fixed text instead of a field's value.

use std::sync::Arc;

use super::{REPLACE_NULL, convert};
use crate::options::Options;
use crate::side::{Side, moved_values};
use crate::transform::{Boxed, Transform};
use crate::{DataError, Decimal, Record, Struct, Value};

/// Masks fields.
pub(crate) struct MaskField {
    side: Side,
    fields: Vec<String>,
    replacement: Option<Arc<str>>,
    replace_null: bool,
}

impl MaskField {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        let fields = options.distinct_list("fields");
        if fields.is_empty() {
            options.fail("fields", "is required: a list with commas");
        }
        let replacement = options.text("replacement").map(Arc::<str>::from);
        if replacement.as_deref() == Some("") {
            options.fail("replacement", "must not be empty");
        }
        let replace_null = options.boolean(REPLACE_NULL, true);
        Box::new(Self { side, fields, replacement, replace_null })
    }

    fn masked(&self, value: &Value) -> Result<Value, DataError> {
        match &self.replacement {
            _ if value.is_null() => Ok(Value::Null),
            Some(text) => replaced(value, text),
            None => nothing(value),
        }
    }
}

/// The value that is nothing in its type.
fn nothing(value: &Value) -> Result<Value, DataError> {
    Ok(match value {
        Value::Boolean(_) => Value::Boolean(false),
        Value::Int8(_) => Value::Int8(0),
        Value::Int16(_) => Value::Int16(0),
        Value::Int32(_) => Value::Int32(0),
        Value::Int64(_) => Value::Int64(0),
        Value::Float32(_) => Value::Float32(0.0),
        Value::Float64(_) => Value::Float64(0.0),
        Value::Decimal(_) => Value::Decimal(Box::new(Decimal::new(0.into(), 0))),
        Value::Date(_) => Value::Date(0),
        Value::String(_) => Value::text(""),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Map(_) => Value::Map(Vec::new()),
        other => {
            return Err(DataError::new(format!("a value of type {} cannot be masked", other.type_name())));
        }
    })
}

/// The replacement in the value's type.
#[expect(clippy::cast_possible_truncation, reason = "what Java's casts do: the low bits, or the nearest")]
fn replaced(value: &Value, text: &Arc<str>) -> Result<Value, DataError> {
    if let Value::String(_) = value {
        return Ok(Value::String(Arc::clone(text)));
    }
    let number = Decimal::parse(text).ok_or_else(|| {
        DataError::new(format!("the replacement is no number, and the field is {}", value.type_name()))
    })?;
    Ok(match value {
        Value::Int8(_) => Value::Int8(number.to_i64_wrapping() as i8),
        Value::Int16(_) => Value::Int16(number.to_i64_wrapping() as i16),
        Value::Int32(_) => Value::Int32(number.to_i64_wrapping() as i32),
        Value::Int64(_) => Value::Int64(number.to_i64_wrapping()),
        Value::Float32(_) => Value::Float32(number.to_f64() as f32),
        Value::Float64(_) => Value::Float64(number.to_f64()),
        Value::Decimal(_) => Value::Decimal(Box::new(number)),
        other => {
            let message =
                format!("a value of type {} cannot be masked with a replacement", other.type_name());
            return Err(DataError::new(message));
        }
    })
}

impl Transform for MaskField {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let half = self.side.require_schema(&record)?;
        let inner = self.side.take_struct(&mut record)?;
        let schema = Arc::clone(inner.schema());
        let mut values = moved_values(inner, self.replace_null);
        for (value, field) in values.iter_mut().zip(schema.fields()) {
            if self.fields.iter().any(|name| **name == *field.name) {
                *value = self.masked(value).map_err(|error| convert::in_field(&field.name, &error))?;
            }
        }
        let changed = Struct::new(schema, values)?;
        self.side.set(&mut record, Some(half), changed.into());
        Ok(Some(record))
    }
}
