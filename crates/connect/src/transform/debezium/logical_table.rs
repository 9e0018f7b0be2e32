//! `ByLogicalTableRouter`: the records of many tables in one topic.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::options::Options;
use crate::regex::Rewrite;
use crate::schema_names::Adjustment;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Kind, Record, Schema, Struct, Value};

/// For how many topics schemas are kept.
const TOPICS_MAX: usize = 4096;

/// Routes by a pattern, and keeps keys apart by the table's name.
pub(crate) struct ByLogicalTableRouter {
    topic: Option<Rewrite>,
    /// How the table's name is made of the topic's; the topic itself where there is nothing.
    table: Option<Rewrite>,
    /// The key's new field.
    key_field: Option<Arc<str>>,
    adjustment: Adjustment,
    keys: HashMap<Arc<str>, SchemaCache<Arc<Schema>>>,
    envelopes: HashMap<Arc<str>, SchemaCache<Envelope>>,
}

/// A new envelope's schema, and that of `before` and `after` in it.
#[derive(Clone)]
struct Envelope {
    schema: Arc<Schema>,
    row: Arc<Schema>,
}

impl ByLogicalTableRouter {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        options.note("logical.table.cache.size");
        let topic = options.rewrite("topic.regex", "topic.replacement");
        let unique = options.boolean("key.enforce.uniqueness", true);
        let name =
            options.text("key.field.name").unwrap_or_else(|| "__dbz__physicalTableIdentifier".to_owned());
        let table = read_table(options);
        let adjustment = Adjustment::read(options);
        let key_field = unique.then(|| Arc::from(name));
        Box::new(Self {
            topic,
            table,
            key_field,
            adjustment,
            keys: HashMap::new(),
            envelopes: HashMap::new(),
        })
    }

    fn key(&mut self, record: &mut Record, old_topic: &Arc<str>) -> Result<(), DataError> {
        let old = match std::mem::take(&mut record.key) {
            Value::Null => {
                record.key_schema = None;
                return Ok(());
            }
            Value::Struct(old) => *old,
            other => {
                return Err(DataError::new(format!(
                    "the key must be a struct, and is {}",
                    other.type_name()
                )));
            }
        };
        let (adjustment, key_field) = (self.adjustment, self.key_field.as_ref());
        let cache = of_topic(&mut self.keys, &record.topic);
        let schema = cache.get_or_make(old.schema(), || {
            let mut fields = old.schema().fields().to_vec();
            fields.extend(
                key_field.map(|name| Field::new(Arc::clone(name), Arc::new(Schema::new(Kind::String)))),
            );
            renamed(old.schema(), &adjustment.adjust(&format!("{}.Key", record.topic)), fields).map(Arc::new)
        })?;
        let schema = Arc::clone(schema);
        let mut values = old.into_values();
        if self.key_field.is_some() {
            let table = match &mut self.table {
                Some(rewrite) => rewrite.apply(old_topic)?,
                None => None,
            };
            values.push(Value::String(table.unwrap_or_else(|| Arc::clone(old_topic))));
        }
        record.key = Struct::new(Arc::clone(&schema), values)?.into();
        record.key_schema = Some(schema);
        Ok(())
    }

    fn value(&mut self, record: &mut Record) -> Result<(), DataError> {
        let Value::Struct(old) = std::mem::take(&mut record.value) else {
            return Err(DataError::new("an envelope must be a struct"));
        };
        let adjustment = self.adjustment;
        let cache = of_topic(&mut self.envelopes, &record.topic);
        let new =
            cache.get_or_make(old.schema(), || envelope(old.schema(), &record.topic, adjustment))?.clone();
        let mut values = old.into_values();
        for (value, field) in values.iter_mut().zip(new.schema.fields()) {
            if is_row(field)
                && let Value::Struct(row) = std::mem::take(value)
            {
                *value = row.with_schema(Arc::clone(&new.row))?.into();
            }
        }
        record.value = Struct::new(Arc::clone(&new.schema), values)?.into();
        record.value_schema = Some(new.schema);
        Ok(())
    }
}

/// What is kept for a topic; when there are too many, all are forgotten.
fn of_topic<'m, T: Default>(kept: &'m mut HashMap<Arc<str>, T>, topic: &Arc<str>) -> &'m mut T {
    if kept.len() >= TOPICS_MAX && !kept.contains_key(topic) {
        kept.clear();
    }
    kept.entry(Arc::clone(topic)).or_default()
}

fn read_table(options: &mut Options) -> Option<Rewrite> {
    const REPLACEMENT: &str = "key.field.replacement";
    let pattern = options.text("key.field.regex").filter(|pattern| !pattern.is_empty());
    let replacement = options.text(REPLACEMENT).filter(|text| !text.is_empty());
    let regex = options.compile("key.field.regex", &pattern?)?;
    match replacement {
        Some(replacement) => options.rewrite_of(regex, REPLACEMENT, &replacement),
        None => {
            options.fail(REPLACEMENT, "must be set where key.field.regex is");
            None
        }
    }
}

fn is_row(field: &Field) -> bool {
    matches!(&*field.name, "before" | "after")
}

/// A copy with another name, without its default.
fn renamed(schema: &Schema, name: &str, fields: Vec<Field>) -> Result<Schema, DataError> {
    let copy = schema.basics_of_struct(fields)?;
    Ok(Schema { optional: schema.optional, ..copy.named(name) })
}

fn envelope(old: &Schema, topic: &str, adjustment: Adjustment) -> Result<Envelope, DataError> {
    let before = old.field("before").ok_or_else(|| DataError::new("the envelope has no field before"))?;
    let row_name = adjustment.adjust(&format!("{topic}.Value"));
    let row = Arc::new(renamed(&before.schema, &row_name, before.schema.fields().to_vec())?);
    let with_row = |field: &Field| {
        let schema = if is_row(field) { &row } else { &field.schema };
        Field::new(Arc::clone(&field.name), Arc::clone(schema))
    };
    let fields = old.fields().iter().map(with_row).collect();
    let schema = Arc::new(renamed(old, &adjustment.adjust(&format!("{topic}.Envelope")), fields)?);
    Ok(Envelope { schema, row })
}

impl Transform for ByLogicalTableRouter {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let Some(topic) = &mut self.topic else { return Ok(Some(record)) };
        let Some(new_topic) = topic.apply(&record.topic)?.filter(|topic| !topic.is_empty()) else {
            return Ok(Some(record));
        };
        let old_topic = std::mem::replace(&mut record.topic, new_topic);
        self.key(&mut record, &old_topic)?;
        if !record.value.is_null() && record.is_envelope() {
            self.value(&mut record)?;
        }
        Ok(Some(record))
    }
}
