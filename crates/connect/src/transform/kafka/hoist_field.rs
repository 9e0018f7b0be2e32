//! `HoistField`: the key or value as the one field of a struct.

use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::options::Options;
use crate::side::Side;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Record, Schema, Struct, Value};

/// Wraps a key or value.
pub(crate) struct HoistField {
    side: Side,
    field: Arc<str>,
    schemas: SchemaCache<Arc<Schema>>,
}

impl HoistField {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        Box::new(Self { side, field: options.required("field").into(), schemas: SchemaCache::default() })
    }
}

impl Transform for HoistField {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let value = self.side.take(&mut record);
        let Some(schema) = self.side.schema(&record) else {
            let map = Value::Map(vec![(Value::String(Arc::clone(&self.field)), value)]);
            self.side.set(&mut record, None, map);
            return Ok(Some(record));
        };
        let field = &self.field;
        let wrapped = Arc::clone(self.schemas.get_or_make(schema, || {
            Ok(Arc::new(Schema::structure(vec![Field::new(Arc::clone(field), Arc::clone(schema))])))
        })?);
        value.check(schema)?;
        let inner = Struct::new(Arc::clone(&wrapped), vec![value])?;
        self.side.set(&mut record, Some(wrapped), inner.into());
        Ok(Some(record))
    }
}
