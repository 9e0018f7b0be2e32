//! `Cast`: fields, or all of a key or value, in another type.

use std::sync::Arc;

use super::REPLACE_NULL;
use super::convert::{Target, in_field};
use crate::cache::SchemaCache;
use crate::options::Options;
use crate::side::{Side, moved_values};
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Kind, Record, Schema, Struct, Value};

/// Casts values.
pub(crate) struct Cast {
    side: Side,
    spec: Spec,
    replace_null: bool,
    schemas: SchemaCache<Arc<Schema>>,
}

enum Spec {
    Whole(Target),
    Fields(Vec<(String, Target)>),
}

impl Cast {
    pub(crate) fn build(side: Side, options: &mut Options) -> Boxed {
        let spec = read_spec(options);
        let replace_null = options.boolean(REPLACE_NULL, true);
        Box::new(Self { side, spec, replace_null, schemas: SchemaCache::default() })
    }
}

fn read_spec(options: &mut Options) -> Spec {
    let items = options.required_list("spec");
    let mut fields: Vec<(String, Target)> = Vec::new();
    let mut whole = None;
    for item in &items {
        let (name, kind) =
            item.split_once(':').map_or((None, item.as_str()), |(name, kind)| (Some(name.trim()), kind));
        let Some(target) = Target::named(kind.trim()) else {
            let known = "int8, int16, int32, int64, float32, float64, boolean, string";
            options.fail("spec", format!("{item:?} does not end in one of the types {known}"));
            continue;
        };
        match name {
            Some(name) if fields.iter().any(|(field, _)| field == name) => {
                options.fail("spec", format!("{name:?} is cast twice"));
            }
            Some(name) => fields.push((name.to_owned(), target)),
            None => whole = Some(target),
        }
    }
    if whole.is_some() && items.len() > 1 {
        options.fail("spec", "a type for all of it must be the only one");
    }
    whole.map_or(Spec::Fields(fields), Spec::Whole)
}

fn kind(target: Target) -> Kind {
    match target {
        Target::Int8 => Kind::Int8,
        Target::Int16 => Kind::Int16,
        Target::Int32 => Kind::Int32,
        Target::Int64 => Kind::Int64,
        Target::Float32 => Kind::Float32,
        Target::Float64 => Kind::Float64,
        Target::Boolean => Kind::Boolean,
        Target::String => Kind::String,
    }
}

impl Spec {
    fn target(&self, name: &str) -> Option<Target> {
        match self {
            Self::Whole(_) => None,
            Self::Fields(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, target)| *target),
        }
    }

    fn schema(&self, schema: &Schema) -> Result<Schema, DataError> {
        match self {
            Self::Whole(target) => {
                let default = cast_default(*target, schema)?;
                Ok(Schema { optional: schema.optional, default, ..schema.basics(kind(*target)) })
            }
            Self::Fields(_) if schema.default.is_some() => {
                Err(DataError::new("a struct with a default cannot have its fields cast"))
            }
            Self::Fields(_) => {
                let fields = schema.fields().iter().map(|field| self.field(field));
                let cast = schema.basics_of_struct(fields.collect::<Result<_, _>>()?)?;
                Ok(Schema { optional: schema.optional, ..cast })
            }
        }
    }

    /// The field's schema after the cast: its name and comment are lost.
    fn field(&self, field: &Field) -> Result<Field, DataError> {
        let Some(target) = self.target(&field.name) else { return Ok(field.clone()) };
        let default = cast_default(target, &field.schema).map_err(|error| in_field(&field.name, &error))?;
        let schema = Schema { optional: field.schema.optional, default, ..Schema::new(kind(target)) };
        Ok(Field::new(Arc::clone(&field.name), Arc::new(schema)))
    }
}

fn cast_default(target: Target, schema: &Schema) -> Result<Option<Value>, DataError> {
    schema.default.as_ref().map(|default| target.cast(schema, default)).transpose()
}

impl Transform for Cast {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if self.side.value(&record).is_null() {
            return Ok(Some(record));
        }
        let old = self.side.require_schema(&record)?;
        let spec = &self.spec;
        let schema = Arc::clone(self.schemas.get_or_make(&old, || spec.schema(&old).map(Arc::new))?);
        if let Spec::Whole(target) = spec {
            let value = target.cast(&old, &self.side.take(&mut record))?;
            self.side.set(&mut record, Some(schema), value);
            return Ok(Some(record));
        }
        let inner = self.side.take_struct(&mut record)?;
        let mut values = moved_values(inner, self.replace_null);
        for (value, field) in values.iter_mut().zip(old.fields()) {
            if let Some(target) = spec.target(&field.name) {
                *value = target.cast(&field.schema, value).map_err(|error| in_field(&field.name, &error))?;
            }
        }
        let changed = Struct::new(Arc::clone(&schema), values)?;
        self.side.set(&mut record, Some(schema), changed.into());
        Ok(Some(record))
    }
}
