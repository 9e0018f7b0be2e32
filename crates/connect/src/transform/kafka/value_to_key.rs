//! `ValueToKey`: fields of the value as the key.

use std::sync::Arc;

use super::REPLACE_NULL;
use crate::cache::SchemaCache;
use crate::options::Options;
use crate::side::Side;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record, Schema, Struct, Value};

/// Makes the key of some of the value's fields.
pub(crate) struct ValueToKey {
    fields: Vec<String>,
    replace_null: bool,
    plans: SchemaCache<(Arc<Schema>, Vec<usize>)>,
}

impl ValueToKey {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        let fields = options.distinct_list("fields");
        if fields.is_empty() {
            options.fail("fields", "is required: a list with commas");
        }
        let replace_null = options.boolean(REPLACE_NULL, true);
        Box::new(Self { fields, replace_null, plans: SchemaCache::default() })
    }
}

fn plan(names: &[String], schema: &Schema) -> Result<(Arc<Schema>, Vec<usize>), DataError> {
    let index = |name: &String| {
        schema.index_of(name).ok_or_else(|| DataError::new(format!("the value has no field {name:?}")))
    };
    let sources = names.iter().map(index).collect::<Result<Vec<_>, _>>()?;
    let fields = sources.iter().filter_map(|at| schema.fields().get(*at).cloned()).collect();
    Ok((Arc::new(Schema::structure(fields)), sources))
}

impl Transform for ValueToKey {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        Side::Value.require_schema(&record)?;
        let Value::Struct(inner) = &record.value else { return Err(Side::Value.no_struct(&record.value)) };
        let (schema, sources) =
            self.plans.get_or_make(inner.schema(), || plan(&self.fields, inner.schema()))?;
        let values = sources.iter().filter_map(|at| inner.at(*at, self.replace_null).cloned());
        let key = Struct::new(Arc::clone(schema), values.collect())?;
        record.key_schema = Some(Arc::clone(schema));
        record.key = key.into();
        Ok(Some(record))
    }
}
