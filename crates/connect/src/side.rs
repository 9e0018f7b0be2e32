//! Transforms come in pairs, for the key and for the value.

use std::sync::Arc;

use crate::{DataError, Record, Schema, Struct, Value};

/// Which half of a record a transform works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Key,
    Value,
}

impl Side {
    /// What the half is.
    pub(crate) fn schema(self, record: &Record) -> Option<&Arc<Schema>> {
        match self {
            Self::Key => record.key_schema.as_ref(),
            Self::Value => record.value_schema.as_ref(),
        }
    }

    /// The half.
    pub(crate) fn value(self, record: &Record) -> &Value {
        match self {
            Self::Key => &record.key,
            Self::Value => &record.value,
        }
    }

    /// Moves the half out.
    pub(crate) fn take(self, record: &mut Record) -> Value {
        match self {
            Self::Key => std::mem::take(&mut record.key),
            Self::Value => std::mem::take(&mut record.value),
        }
    }

    /// Replaces the half.
    pub(crate) fn set(self, record: &mut Record, schema: Option<Arc<Schema>>, value: Value) {
        match self {
            Self::Key => (record.key_schema, record.key) = (schema, value),
            Self::Value => (record.value_schema, record.value) = (schema, value),
        }
    }

    /// Moves the half out where it is a struct with a schema.
    pub(crate) fn take_struct(self, record: &mut Record) -> Result<Struct, DataError> {
        match self.take(record) {
            Value::Struct(inner) => Ok(*inner),
            other => Err(self.no_struct(&other)),
        }
    }

    /// The schema of a half that is not a tombstone's.
    pub(crate) fn require_schema(self, record: &Record) -> Result<Arc<Schema>, DataError> {
        let schema = self.schema(record).cloned();
        schema.ok_or_else(|| {
            let half = self.name();
            DataError::new(format!("the {half} has no schema; a tombstone can be kept out by a predicate"))
        })
    }

    /// The error about a half that is no struct.
    pub(crate) fn no_struct(self, value: &Value) -> DataError {
        DataError::new(format!("the {} must be a struct, and is {}", self.name(), value.type_name()))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
        }
    }
}

/// A struct's values to move into another; null becomes the field's default where asked.
pub(crate) fn moved_values(inner: Struct, with_default: bool) -> Vec<Value> {
    let schema = Arc::clone(inner.schema());
    let mut values = inner.into_values();
    if with_default {
        for (value, field) in values.iter_mut().zip(schema.fields()) {
            if let (Value::Null, Some(default)) = (&*value, &field.schema.default) {
                *value = default.clone();
            }
        }
    }
    values
}
