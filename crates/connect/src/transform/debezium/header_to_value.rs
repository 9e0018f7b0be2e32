//! `HeaderToValue`: headers as fields of the value, moved or copied.

use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Header, Kind, Record, Schema, Struct, Value};

/// How many schemas are kept that one schema became.
const KNOWN_MAX: usize = 16;

/// Makes fields of headers.
pub(crate) struct HeaderToValue {
    /// A header's name, and the way to its field.
    pairs: Vec<(String, Vec<String>)>,
    moves: bool,
    /// What became of a value's schema, in each set of headers that there was.
    schemas: SchemaCache<Vec<Arc<Schema>>>,
}

/// A field to add, and the rest of the way to it.
struct Entry<'r> {
    path: &'r [String],
    header: &'r Header,
}

impl HeaderToValue {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        let headers = options.required_list("headers");
        let fields = options.required_list("fields");
        for (name, list) in [("headers", &headers), ("fields", &fields)] {
            if list.iter().any(|item| item.contains(' ')) {
                options.fail(name, "has an element with a blank in it");
            }
        }
        if fields.len() != headers.len() {
            options.fail("fields", "must have as many elements as headers");
        }
        if !options.has("operation") {
            options.fail("operation", "is required: move or copy");
        }
        let moves = options.choice("operation", &["move", "copy"], "copy") == "move";
        let path = |field: String| field.split('.').map(str::to_owned).collect();
        let pairs = headers.into_iter().zip(fields.into_iter().map(path)).collect();
        Box::new(Self { pairs, moves, schemas: SchemaCache::default() })
    }

    fn path(&self, header: &Header) -> Option<&[String]> {
        self.pairs.iter().find(|(key, _)| **key == *header.key).map(|(_, path)| path.as_slice())
    }
}

/// A struct with the entries added: what is there already keeps its schema and gets the value, what is new comes last.
fn extended(inner: &Struct, entries: &[Entry]) -> Result<Struct, DataError> {
    let mut fields: Vec<Field> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    for (at, field) in inner.schema().fields().iter().enumerate() {
        let below: Vec<Entry> = entries.iter().filter_map(|entry| entry.below(&field.name)).collect();
        let value = inner.at(at, true).cloned().unwrap_or_default();
        let (schema, value) =
            if below.is_empty() { (Arc::clone(&field.schema), value) } else { nested(field, value, &below)? };
        fields.push(Field::new(Arc::clone(&field.name), schema));
        values.push(value);
    }
    for entry in entries {
        if let [name] = entry.path {
            put(&mut fields, &mut values, name, entry.header)?;
        }
    }
    new_structs(inner, entries, &mut fields, &mut values)?;
    let schema = Arc::new(inner.schema().basics_of_struct(fields)?);
    Struct::new(schema, values)
}

/// The same struct under the schema that an equal one had before, so that what is made of it is found again.
fn shared(known: &mut Vec<Arc<Schema>>, changed: Struct) -> Result<Struct, DataError> {
    if let Some(schema) = known.iter().find(|schema| *schema == changed.schema()) {
        return changed.with_schema(Arc::clone(schema));
    }
    if known.len() >= KNOWN_MAX {
        known.clear();
    }
    known.push(Arc::clone(changed.schema()));
    Ok(changed)
}

/// A struct inside, with what belongs there. Its schema is made anew even where there is no struct to put a value in.
fn nested(field: &Field, value: Value, below: &[Entry]) -> Result<(Arc<Schema>, Value), DataError> {
    if !matches!(field.schema.kind, Kind::Struct(_)) {
        return Err(DataError::new(format!(
            "field {:?} is no struct, and a header is to go into it",
            field.name
        )));
    }
    let empty = Struct::new(Arc::clone(&field.schema), Vec::new())?;
    match value {
        Value::Struct(inner) => {
            let inner = extended(&inner, below)?;
            Ok((Arc::clone(inner.schema()), inner.into()))
        }
        _ => Ok((Arc::clone(extended(&empty, below)?.schema()), Value::Null)),
    }
}

fn put(
    fields: &mut Vec<Field>,
    values: &mut Vec<Value>,
    name: &str,
    header: &Header,
) -> Result<(), DataError> {
    let missing = || DataError::new(format!("the header {:?} has no schema", header.key));
    let schema = header.schema.as_ref().ok_or_else(missing)?;
    if let Some(at) = fields.iter().position(|field| &*field.name == name) {
        let misfit = |error| DataError::new(format!("field {name:?}: {error}"));
        let field = fields.get(at).map(|field| &*field.schema);
        header.value.check(field.unwrap_or(schema)).map_err(misfit)?;
        if let Some(place) = values.get_mut(at) {
            *place = header.value.clone();
        }
        return Ok(());
    }
    fields.push(Field::new(name, Arc::clone(schema)));
    values.push(header.value.clone());
    Ok(())
}

/// Structs that are not there yet, of one level, optional.
fn new_structs(
    inner: &Struct,
    entries: &[Entry],
    fields: &mut Vec<Field>,
    values: &mut Vec<Value>,
) -> Result<(), DataError> {
    let mut made: Vec<&str> = Vec::new();
    for entry in entries {
        let [parent, rest @ ..] = entry.path else { continue };
        if rest.is_empty() || inner.schema().field(parent).is_some() || made.contains(&parent.as_str()) {
            continue;
        }
        made.push(parent);
        let (mut inner_fields, mut inner_values) = (Vec::new(), Vec::new());
        for below in entries.iter().filter_map(|entry| entry.below(parent)) {
            let [name] = below.path else {
                return Err(DataError::new(format!(
                    "fields: there is no struct {parent:?} for a way so long"
                )));
            };
            put(&mut inner_fields, &mut inner_values, name, below.header)?;
        }
        let schema = Arc::new(Schema::structure(inner_fields).optional());
        fields.push(Field::new(parent.as_str(), Arc::clone(&schema)));
        values.push(Struct::new(schema, inner_values)?.into());
    }
    Ok(())
}

impl<'r> Entry<'r> {
    /// The same seen from a struct inside, if that is where it belongs.
    fn below(&self, name: &str) -> Option<Entry<'r>> {
        match self.path {
            [first, rest @ ..] if first == name && !rest.is_empty() => {
                Some(Entry { path: rest, header: self.header })
            }
            _ => None,
        }
    }
}

impl Transform for HeaderToValue {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if record.value.is_null() {
            return Ok(Some(record));
        }
        let inner = record.value.as_struct().ok_or_else(|| DataError::new("the value must be a struct"))?;
        let entries: Vec<Entry> = record
            .headers
            .iter()
            .filter_map(|header| Some(Entry { path: self.path(header)?, header }))
            .collect();
        if entries.is_empty() {
            return Ok(Some(record));
        }
        let changed = extended(inner, &entries)?;
        let changed = shared(self.schemas.get_or_make(inner.schema(), || Ok(Vec::new()))?, changed)?;
        record.value_schema = Some(Arc::clone(changed.schema()));
        record.value = changed.into();
        if self.moves {
            record.headers.retain(|header| self.pairs.iter().all(|(key, _)| **key != *header.key));
        }
        Ok(Some(record))
    }
}
