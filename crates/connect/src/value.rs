//! Values: what a schema describes.

use std::sync::Arc;

use crate::{DataError, Decimal, Kind, Schema, logical};

/// A value of any type. Floats are equal when their bits are, as objects are in Java.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A boolean.
    Boolean(bool),
    /// An int8.
    Int8(i8),
    /// An int16.
    Int16(i16),
    /// An int32.
    Int32(i32),
    /// An int64.
    Int64(i64),
    /// A float32.
    Float32(f32),
    /// A float64.
    Float64(f64),
    /// A text.
    String(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// An array's elements.
    Array(Vec<Value>),
    /// A map's entries, in order.
    Map(Vec<(Value, Value)>),
    /// A struct.
    Struct(Box<Struct>),
    /// Connect's `Decimal`.
    Decimal(Box<Decimal>),
    /// Connect's `Date`, `Time` and `Timestamp`, each as milliseconds since 1970.
    Date(i64),
}

/// A struct's values, in the order of its schema's fields.
#[derive(Debug, Clone)]
pub struct Struct {
    schema: Arc<Schema>,
    values: Vec<Value>,
}

impl Value {
    /// Whether it is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// The struct, if it is one.
    pub fn as_struct(&self) -> Option<&Struct> {
        match self {
            Self::Struct(inner) => Some(inner),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The type's name, for messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "boolean",
            Self::Int8(_) => "int8",
            Self::Int16(_) => "int16",
            Self::Int32(_) => "int32",
            Self::Int64(_) => "int64",
            Self::Float32(_) => "float32",
            Self::Float64(_) => "float64",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Struct(_) => "struct",
            Self::Decimal(_) => "decimal",
            Self::Date(_) => "date",
        }
    }

    /// Whether it may stand where `schema` is asked for, as Connect checks it on every `put`.
    ///
    /// # Errors
    /// It is of another type, or null where that is not allowed. The message has no value in it.
    pub fn check(&self, schema: &Schema) -> Result<(), DataError> {
        if self.is_null() {
            let allowed = schema.optional;
            return if allowed { Ok(()) } else { Err(DataError::new("null where a value is required")) };
        }
        let fits = match schema.name.as_deref() {
            Some(logical::DECIMAL) => matches!(self, Self::Decimal(_)),
            Some(logical::DATE | logical::TIME | logical::TIMESTAMP) => matches!(self, Self::Date(_)),
            _ => self.fits(&schema.kind)?,
        };
        if fits {
            return Ok(());
        }
        let wanted = schema.kind.name();
        Err(DataError::new(format!("a value of type {} where {wanted} is wanted", self.type_name())))
    }

    fn fits(&self, kind: &Kind) -> Result<bool, DataError> {
        Ok(match (self, kind) {
            (Self::Boolean(_), Kind::Boolean)
            | (Self::Int8(_), Kind::Int8)
            | (Self::Int16(_), Kind::Int16)
            | (Self::Int32(_), Kind::Int32)
            | (Self::Int64(_), Kind::Int64)
            | (Self::Float32(_), Kind::Float32)
            | (Self::Float64(_), Kind::Float64)
            | (Self::String(_), Kind::String)
            | (Self::Bytes(_), Kind::Bytes) => true,
            (Self::Array(items), Kind::Array(schema)) => {
                items.iter().try_for_each(|item| item.check(schema))?;
                true
            }
            (Self::Map(entries), Kind::Map(keys, values)) => {
                entries
                    .iter()
                    .try_for_each(|(key, value)| key.check(keys).and_then(|()| value.check(values)))?;
                true
            }
            (Self::Struct(inner), Kind::Struct(fields)) => {
                inner.check()?;
                inner.schema.fields() == fields
            }
            _ => false,
        })
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Int8(a), Self::Int8(b)) => a == b,
            (Self::Int16(a), Self::Int16(b)) => a == b,
            (Self::Int32(a), Self::Int32(b)) => a == b,
            (Self::Int64(a), Self::Int64(b)) => a == b,
            (Self::Float32(a), Self::Float32(b)) => a.to_bits() == b.to_bits(),
            (Self::Float64(a), Self::Float64(b)) => a.to_bits() == b.to_bits(),
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Struct(a), Self::Struct(b)) => a == b,
            (Self::Decimal(a), Self::Decimal(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            _ => false,
        }
    }
}

impl PartialEq for Struct {
    fn eq(&self, other: &Self) -> bool {
        (Arc::ptr_eq(&self.schema, &other.schema) || self.schema == other.schema)
            && self.values == other.values
    }
}

impl From<Struct> for Value {
    fn from(inner: Struct) -> Self {
        Self::Struct(Box::new(inner))
    }
}

impl Struct {
    /// A struct of these values; what is missing at the end is null.
    ///
    /// # Errors
    /// The schema is of no struct, or there are more values than fields.
    pub fn new(schema: Arc<Schema>, mut values: Vec<Value>) -> Result<Self, DataError> {
        let Kind::Struct(fields) = &schema.kind else {
            return Err(DataError::new(format!("{} is no struct", schema.kind.name())));
        };
        if values.len() > fields.len() {
            return Err(DataError::new(format!("{} values for {} fields", values.len(), fields.len())));
        }
        values.resize_with(fields.len(), Value::default);
        Ok(Self { schema, values })
    }

    /// Its schema.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Its values, in the order of the fields, defaults not filled in.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Its values, to move out.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// A field's value, or its default where it is null; nothing if there is no such field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.at(self.schema.index_of(name)?, true)
    }

    /// A field's value, or its default where it is null.
    ///
    /// # Errors
    /// There is no such field.
    pub fn require(&self, name: &str) -> Result<&Value, DataError> {
        self.get(name).ok_or_else(|| DataError::new(format!("there is no field {name:?}")))
    }

    /// A field's value as it is, of a field that is of one type.
    ///
    /// # Errors
    /// There is no such field, or it is of another type.
    pub fn require_typed(&self, name: &str, kind: &Kind) -> Result<&Value, DataError> {
        let at = self.schema.index_of(name);
        let field = at.and_then(|at| self.schema.fields().get(at));
        match field.zip(at.and_then(|at| self.values.get(at))) {
            Some((field, value)) if field.schema.kind == *kind => Ok(value),
            Some(_) => Err(DataError::new(format!("field {name:?} is not of type {}", kind.name()))),
            None => Err(DataError::new(format!("there is no field {name:?}"))),
        }
    }

    /// A field's value as it is; nothing if there is no such field.
    pub fn get_without_default(&self, name: &str) -> Option<&Value> {
        self.at(self.schema.index_of(name)?, false)
    }

    /// The value at a field's index, or its default where it is null and `with_default`.
    pub fn at(&self, index: usize, with_default: bool) -> Option<&Value> {
        let value = self.values.get(index)?;
        if !value.is_null() || !with_default {
            return Some(value);
        }
        let default = self.schema.fields().get(index).and_then(|field| field.schema.default.as_ref());
        Some(default.unwrap_or(value))
    }

    /// Replaces a field's value; false if there is no such field.
    pub fn put(&mut self, name: &str, value: Value) -> bool {
        let place = self.schema.index_of(name).and_then(|index| self.values.get_mut(index));
        place.map(|place| *place = value).is_some()
    }

    /// A field's value as it is, to change it; nothing if there is no such field.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.values.get_mut(self.schema.index_of(name)?)
    }

    /// The same values under a schema with as many fields.
    pub(crate) fn with_schema(self, schema: Arc<Schema>) -> Result<Self, DataError> {
        Self::new(schema, self.values)
    }

    /// Whether each value fits its field. Null is fine where there is a default.
    ///
    /// # Errors
    /// The first field that does not, by name.
    pub fn check(&self) -> Result<(), DataError> {
        for (field, value) in self.schema.fields().iter().zip(&self.values) {
            if value.is_null() && field.schema.default.is_some() {
                continue;
            }
            value
                .check(&field.schema)
                .map_err(|error| DataError::new(format!("field {:?}: {error}", field.name)))?;
        }
        Ok(())
    }
}
