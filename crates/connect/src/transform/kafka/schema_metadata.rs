//! `SetSchemaMetadata`: another name or version for a schema.

use std::sync::Arc;

use super::REPLACE_NULL;
use crate::cache::SchemaCache;
use crate::options::Options;
use crate::side::{Side, moved_values};
use crate::transform::{Boxed, Transform};
use crate::{DataError, Kind, Record, Schema, Struct, Value};

/// Renames a schema.
pub(crate) struct SetSchemaMetadata {
    side: Side,
    name: Option<Arc<str>>,
    version: Option<i32>,
    replace_null: bool,
    schemas: SchemaCache<Arc<Schema>>,
}

impl SetSchemaMetadata {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        let name = options.text("schema.name").map(Arc::from);
        let version = options.int("schema.version");
        if name.is_none() && !options.has("schema.version") {
            options.fail("schema.name", "set it, or schema.version, or both");
        }
        let replace_null = options.boolean(REPLACE_NULL, true);
        Box::new(Self { side, name, version, replace_null, schemas: SchemaCache::default() })
    }
}

impl Transform for SetSchemaMetadata {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if self.side.schema(&record).is_none() && self.side.value(&record).is_null() {
            return Ok(Some(record));
        }
        let schema = self.side.require_schema(&record)?;
        if !matches!(schema.kind, Kind::Struct(_)) {
            return Err(DataError::new(format!("{} is no struct", schema.kind.name())));
        }
        let (name, version) = (&self.name, self.version);
        let renamed = Arc::clone(self.schemas.get_or_make(&schema, || {
            let name = name.clone().or_else(|| schema.name.clone());
            Ok(Arc::new(Schema { name, version: version.or(schema.version), ..Schema::clone(&schema) }))
        })?);
        let value = match self.side.take(&mut record) {
            Value::Struct(inner) => {
                Struct::new(Arc::clone(&renamed), moved_values(*inner, self.replace_null))?.into()
            }
            other => other,
        };
        self.side.set(&mut record, Some(renamed), value);
        Ok(Some(record))
    }
}
