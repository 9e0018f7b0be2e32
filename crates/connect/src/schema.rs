//! Schemas: what a value is. Made once a table, shared from then on.

use std::sync::Arc;

use crate::{DataError, Value};

/// The names of Connect's own logical types.
pub mod logical {
    /// `BigDecimal` in bytes; the scale is the parameter `scale`.
    pub const DECIMAL: &str = "org.apache.kafka.connect.data.Decimal";
    /// Days since 1970 in an int32.
    pub const DATE: &str = "org.apache.kafka.connect.data.Date";
    /// Milliseconds since midnight in an int32.
    pub const TIME: &str = "org.apache.kafka.connect.data.Time";
    /// Milliseconds since 1970 in an int64.
    pub const TIMESTAMP: &str = "org.apache.kafka.connect.data.Timestamp";
}

/// A value's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `int8`.
    Int8,
    /// `int16`.
    Int16,
    /// `int32`.
    Int32,
    /// `int64`.
    Int64,
    /// `float`.
    Float32,
    /// `double`.
    Float64,
    /// `boolean`.
    Boolean,
    /// `string`.
    String,
    /// `bytes`.
    Bytes,
    /// Elements of one schema.
    Array(Arc<Schema>),
    /// Keys and values of one schema each.
    Map(Arc<Schema>, Arc<Schema>),
    /// Named fields, in order.
    Struct(Vec<Field>),
}

/// A struct's field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name, unique in the struct.
    pub name: Arc<str>,
    /// What it holds.
    pub schema: Arc<Schema>,
}

/// What a value is: its type and what else is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The type.
    pub kind: Kind,
    /// Whether null is a value.
    pub optional: bool,
    /// A name, for structs and logical types.
    pub name: Option<Arc<str>>,
    /// The version of what the name stands for.
    pub version: Option<i32>,
    /// A comment.
    pub doc: Option<Arc<str>>,
    /// Named texts, in order; nothing is written when there is no list, `{}` when it is empty.
    pub parameters: Option<Vec<(Arc<str>, Arc<str>)>>,
    /// What null stands for.
    pub default: Option<Value>,
}

impl Kind {
    /// The type's name in Connect's own messages and specifications.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Int8 => "INT8",
            Self::Int16 => "INT16",
            Self::Int32 => "INT32",
            Self::Int64 => "INT64",
            Self::Float32 => "FLOAT32",
            Self::Float64 => "FLOAT64",
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Array(_) => "ARRAY",
            Self::Map(..) => "MAP",
            Self::Struct(_) => "STRUCT",
        }
    }
}

impl Field {
    /// A field.
    pub fn new(name: impl Into<Arc<str>>, schema: Arc<Schema>) -> Self {
        Self { name: name.into(), schema }
    }
}

impl Schema {
    /// A required schema without a name.
    pub fn new(kind: Kind) -> Self {
        Self { kind, optional: false, name: None, version: None, doc: None, parameters: None, default: None }
    }

    /// A required struct without a name.
    pub fn structure(fields: Vec<Field>) -> Self {
        Self::new(Kind::Struct(fields))
    }

    /// Connect's `Decimal`.
    pub fn decimal(scale: i32) -> Self {
        let scale = scale.to_string().into();
        Self {
            parameters: Some(vec![("scale".into(), scale)]),
            ..Self::logical(Kind::Bytes, logical::DECIMAL)
        }
    }

    /// A logical type of version 1.
    pub fn logical(kind: Kind, name: &str) -> Self {
        Self { name: Some(name.into()), version: Some(1), ..Self::new(kind) }
    }

    /// The same, optional.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// The same with a name.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The same with a version.
    #[must_use]
    pub fn versioned(self, version: i32) -> Self {
        Self { version: Some(version), ..self }
    }

    /// The same with a default.
    #[must_use]
    pub fn with_default(self, default: Value) -> Self {
        Self { default: Some(default), ..self }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with_parameter(mut self, key: impl Into<Arc<str>>, value: impl Into<Arc<str>>) -> Self {
        self.parameters.get_or_insert_default().push((key.into(), value.into()));
        self
    }

    /// A struct's fields; none for any other type.
    pub fn fields(&self) -> &[Field] {
        match &self.kind {
            Kind::Struct(fields) => fields,
            _ => &[],
        }
    }

    /// Where a struct's field is.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields().iter().position(|field| &*field.name == name)
    }

    /// A struct's field.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().iter().find(|field| &*field.name == name)
    }

    /// Whether it has this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }

    /// The value of a parameter.
    pub fn parameter(&self, key: &str) -> Option<&str> {
        self.parameters.as_ref()?.iter().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }

    /// A copy of name, version, comment and parameters with another type: required and without a default. It is what
    /// most transforms keep of a schema.
    pub(crate) fn basics(&self, kind: Kind) -> Self {
        let parameters = self.parameters.clone().filter(|list| !list.is_empty());
        Self { optional: false, default: None, parameters, kind, ..self.clone() }
    }

    /// A struct with this one's basics.
    ///
    /// # Errors
    /// Two fields have the same name.
    pub(crate) fn basics_of_struct(&self, fields: Vec<Field>) -> Result<Self, DataError> {
        distinct(&fields)?;
        Ok(self.basics(Kind::Struct(fields)))
    }
}

/// Refuses two fields of the same name, as Connect does.
pub(crate) fn distinct(fields: &[Field]) -> Result<(), DataError> {
    let mut seen = std::collections::HashSet::with_capacity(fields.len());
    match fields.iter().find(|field| !seen.insert(&*field.name)) {
        Some(field) => Err(DataError::new(format!("there would be two fields {:?}", field.name))),
        None => Ok(()),
    }
}
