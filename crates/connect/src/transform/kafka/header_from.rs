//! `HeaderFrom`: fields as headers, moved or copied.

use std::sync::Arc;

use super::REPLACE_NULL;
use crate::cache::SchemaCache;
use crate::options::Options;
use crate::side::{Side, moved_values};
use crate::transform::{Boxed, Transform};
use crate::{DataError, Header, Record, Schema, Struct};

/// Makes headers of fields.
pub(crate) struct HeaderFrom {
    side: Side,
    pairs: Vec<(String, Arc<str>)>,
    moves: bool,
    replace_null: bool,
    schemas: SchemaCache<Arc<Schema>>,
}

impl HeaderFrom {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        let fields = options.required_list("fields");
        let headers = options.required_list("headers");
        if fields.len() != headers.len() {
            options.fail("headers", "must have as many elements as fields");
        }
        if !options.has("operation") {
            options.fail("operation", "is required: move or copy");
        }
        let moves = options.choice("operation", &["move", "copy"], "copy") == "move";
        let replace_null = options.boolean(REPLACE_NULL, true);
        let pairs = fields.into_iter().zip(headers.into_iter().map(Arc::from)).collect();
        Box::new(Self { side, pairs, moves, replace_null, schemas: SchemaCache::default() })
    }

    fn header(&self, inner: &Struct, field: &str, key: &Arc<str>) -> Result<Header, DataError> {
        let missing = || DataError::new(format!("there is no field {field:?}"));
        let at = inner.schema().index_of(field).ok_or_else(missing)?;
        let schema = inner.schema().fields().get(at).map(|field| Arc::clone(&field.schema));
        let value = inner.at(at, self.replace_null).cloned().unwrap_or_default();
        Ok(Header { key: Arc::clone(key), schema, value })
    }

    fn is_moved(&self, name: &str) -> bool {
        self.pairs.iter().any(|(field, _)| field == name)
    }
}

impl Transform for HeaderFrom {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        self.side.require_schema(&record)?;
        let inner = self.side.take_struct(&mut record)?;
        for (field, key) in &self.pairs {
            record.headers.push(self.header(&inner, field, key)?);
        }
        let old = Arc::clone(inner.schema());
        if !self.moves {
            self.side.set(&mut record, Some(old), inner.into());
            return Ok(Some(record));
        }
        let mut schemas = std::mem::take(&mut self.schemas);
        let schema = schemas
            .get_or_make(&old, || {
                let kept = old.fields().iter().filter(|field| !self.is_moved(&field.name));
                old.basics_of_struct(kept.cloned().collect()).map(Arc::new)
            })
            .cloned();
        self.schemas = schemas;
        let schema = schema?;
        let values = moved_values(inner, self.replace_null).into_iter().zip(old.fields());
        let kept = values.filter(|(_, field)| !self.is_moved(&field.name)).map(|(value, _)| value);
        let changed = Struct::new(Arc::clone(&schema), kept.collect())?;
        self.side.set(&mut record, Some(schema), changed.into());
        Ok(Some(record))
    }
}
