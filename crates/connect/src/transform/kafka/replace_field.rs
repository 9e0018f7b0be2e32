//! `ReplaceField`: leaves fields out, keeps some, renames some.

use std::sync::Arc;

use super::REPLACE_NULL;
use crate::cache::SchemaCache;
use crate::options::Options;
use crate::side::{Side, moved_values};
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Record, Schema, Struct, Value};

/// Filters and renames a struct's fields.
pub(crate) struct ReplaceField {
    side: Side,
    exclude: Vec<String>,
    include: Vec<String>,
    renames: Vec<(String, String)>,
    replace_null: bool,
    plans: SchemaCache<Plan>,
}

/// The new schema, and from which field each of its values comes.
type Plan = (Arc<Schema>, Vec<usize>);

impl ReplaceField {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        Box::new(Self {
            side,
            exclude: options.distinct_list("exclude"),
            include: options.distinct_list("include"),
            renames: Self::read_renames(options),
            replace_null: options.boolean(REPLACE_NULL, true),
            plans: SchemaCache::default(),
        })
    }

    fn read_renames(options: &mut Options) -> Vec<(String, String)> {
        let mut renames: Vec<(String, String)> = Vec::new();
        for pair in options.list("renames") {
            match pair.split(':').collect::<Vec<_>>().as_slice() {
                [from, to] if !from.is_empty() && !to.is_empty() => {
                    if renames.iter().any(|(old, new)| old == from || new == to) {
                        options.fail("renames", format!("{pair:?}: one of the names has been used before"));
                    }
                    renames.push(((*from).to_owned(), (*to).to_owned()));
                }
                _ => options.fail("renames", format!("{pair:?} is not of the form old:new")),
            }
        }
        renames
    }

    fn plan(&self, schema: &Schema) -> Result<Plan, DataError> {
        let kept = |name: &str| {
            let is = |item: &String| item == name;
            !self.exclude.iter().any(is) && (self.include.is_empty() || self.include.iter().any(is))
        };
        let mut fields = Vec::new();
        let mut sources = Vec::new();
        for (at, field) in schema.fields().iter().enumerate().filter(|(_, field)| kept(&field.name)) {
            let renamed = self.renames.iter().find(|(from, _)| **from == *field.name);
            let name = renamed.map_or_else(|| Arc::clone(&field.name), |(_, to)| Arc::from(to.as_str()));
            // A name that a rename produces is looked up under its old name, whether it was renamed or not.
            let source = match self.renames.iter().find(|(_, to)| **to == *name) {
                Some((from, _)) => schema
                    .index_of(from)
                    .ok_or_else(|| DataError::new(format!("renames: there is no field {from:?}")))?,
                None => at,
            };
            fields.push(Field::new(name, Arc::clone(&field.schema)));
            sources.push(source);
        }
        Ok((Arc::new(schema.basics_of_struct(fields)?), sources))
    }
}

impl Transform for ReplaceField {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if self.side.value(&record).is_null() {
            return Ok(Some(record));
        }
        let inner = self.side.take_struct(&mut record)?;
        let mut plans = std::mem::take(&mut self.plans);
        let planned = plans.get_or_make(inner.schema(), || self.plan(inner.schema())).cloned();
        self.plans = plans;
        let (schema, sources) = planned?;
        let mut values = moved_values(inner, self.replace_null);
        let moved = sources.iter().filter_map(|source| values.get_mut(*source).map(std::mem::take));
        let changed = Struct::new(Arc::clone(&schema), moved.collect::<Vec<Value>>())?;
        self.side.set(&mut record, Some(schema), changed.into());
        Ok(Some(record))
    }
}
