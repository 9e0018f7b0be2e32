//! References to an envelope's fields, as `add.fields` and `add.headers` have them: `op`, `source.ts_ms`, `table:name`.

use std::sync::Arc;

use crate::options::Options;
use crate::{DataError, Schema, Struct, Value};

/// One reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// The struct that the field is in; the envelope itself where there is none.
    parent: Option<String>,
    field: String,
    name: Arc<str>,
}

impl Reference {
    /// Reads a list of references.
    pub(super) fn read(options: &mut Options, list: &'static str, prefix: &'static str) -> Vec<Self> {
        let prefix = options.text(prefix).unwrap_or_else(|| "__".to_owned());
        let mut references: Vec<Self> = Vec::new();
        for item in options.list(list) {
            match Self::parse(&prefix, &item) {
                Some(reference) => references.push(reference),
                None => options
                    .fail(list, format!("{item:?} is not of the form field, struct.field or field:name")),
            }
        }
        references
    }

    fn parse(prefix: &str, item: &str) -> Option<Self> {
        let (path, new_name) = match item.split_once(':') {
            Some((path, name)) => (path, Some(name)),
            None => (item, None),
        };
        let (parent, field) = match path.split_once('.') {
            Some((parent, field)) => (Some(parent), field),
            None => (None, path),
        };
        let fine = |text: &str| !text.is_empty() && !text.contains(['.', ':']);
        if !fine(field)
            || !parent.is_none_or(fine)
            || !new_name.is_none_or(|name| !name.is_empty() && !name.contains(':'))
        {
            return None;
        }
        let name = match (new_name, parent) {
            (Some(name), _) => format!("{prefix}{name}"),
            (None, Some(parent)) => format!("{prefix}{parent}_{field}"),
            (None, None) => format!("{prefix}{field}"),
        };
        let parent = parent.map_or_else(|| usual_parent(field), |parent| Some(parent.to_owned()));
        Some(Self { parent, field: field.to_owned(), name: name.into() })
    }

    /// What the field or header is called.
    pub(super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Whether it is the operation, which is known even of a tombstone.
    pub(super) fn is_operation(&self) -> bool {
        self.field == "op"
    }

    /// The field's schema, made optional; nothing where the envelope has no such field.
    pub(super) fn schema_in(&self, envelope: &Schema) -> Result<Option<Schema>, DataError> {
        let parent = match &self.parent {
            Some(name) => &*envelope.field(name).ok_or_else(|| self.no_parent(name))?.schema,
            None => envelope,
        };
        let field = parent.field(&self.field).or_else(|| envelope.field(&self.field));
        Ok(field.map(|field| field.schema.basics(field.schema.kind.clone()).optional()))
    }

    /// The field's value, without defaults; null where its struct is null.
    pub(super) fn value_in(&self, envelope: &Struct) -> Result<Value, DataError> {
        let parent = match &self.parent {
            Some(name) => match envelope.get_without_default(name) {
                Some(Value::Struct(parent)) => parent,
                Some(Value::Null) => return Ok(Value::Null),
                _ => return Err(self.no_parent(name)),
            },
            None => envelope,
        };
        let value =
            parent.get_without_default(&self.field).or_else(|| envelope.get_without_default(&self.field));
        Ok(value.cloned().unwrap_or_default())
    }

    fn no_parent(&self, name: &str) -> DataError {
        DataError::new(format!("{name}.{}: the envelope has no struct {name:?}", self.field))
    }
}

/// Where a field is that is named alone.
fn usual_parent(field: &str) -> Option<String> {
    let parent = match field {
        "id" | "data_collection_order" | "total_order" => "transaction",
        "op" | "ts_ms" | "ts_us" | "ts_ns" => return None,
        "updateDescription" => "updateDescription",
        _ => "source",
    };
    Some(parent.to_owned())
}
