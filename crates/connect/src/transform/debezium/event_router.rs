//! `outbox.EventRouter`: rows of an outbox table as messages of their own.

mod extra;

use std::sync::Arc;

use crate::cache::SchemaCache;
use crate::options::Options;
use crate::regex::Rewrite;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Field, Header, Kind, Record, Schema, Struct, Value};
use extra::{Extra, Placement};

/// The payload's field in a message that has more than it.
const PAYLOAD: &str = "payload";
/// How many schemas are kept of one row's schema.
const SCHEMAS_MAX: usize = 1024;

/// Makes messages of an outbox table's rows.
pub(crate) struct EventRouter {
    id: String,
    key: String,
    payload: String,
    timestamp: Option<String>,
    version: Option<String>,
    route_by: String,
    topic: Option<Rewrite>,
    extras: Vec<Extra>,
    ignores_missing: bool,
    tombstones: bool,
    updates_are_fatal: bool,
    no_key_schema: Arc<Schema>,
    schemas: SchemaCache<Vec<Arc<Schema>>>,
}

impl EventRouter {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        const EXPAND: &str = "table.expand.json.payload";
        if options.boolean(EXPAND, false) {
            options.fail(EXPAND, "is not supported: the payload's text is passed on as it is");
        }
        // Neither has an effect: the one is for expanded payloads alone, the other nobody reads.
        options.choice("table.json.payload.null.behavior", &["ignore", "optional_bytes"], "ignore");
        options.note("table.field.event.type");
        let mut name = |option, default: &str| options.text(option).unwrap_or_else(|| default.to_owned());
        let (id, key) = (name("table.field.event.id", "id"), name("table.field.event.key", "aggregateid"));
        let (payload, route_by) =
            (name("table.field.event.payload", PAYLOAD), name("route.by.field", "aggregatetype"));
        let pattern = name("route.topic.regex", "(?<routedByValue>.*)");
        let replacement = name("route.topic.replacement", "outbox.event.${routedByValue}");
        let regex = options.compile("route.topic.regex", &pattern);
        let topic =
            regex.and_then(|regex| options.rewrite_of(regex, "route.topic.replacement", &replacement));
        Box::new(Self {
            id,
            key,
            payload,
            route_by,
            topic,
            timestamp: options.text("table.field.event.timestamp"),
            version: options.text("table.field.event.schema.version"),
            extras: Extra::read(options),
            ignores_missing: options.choice("table.field.additional.missing", &["error", "ignore"], "error")
                == "ignore",
            tombstones: options.boolean("route.tombstone.on.empty.payload", false),
            updates_are_fatal: options.choice(
                "table.op.invalid.behavior",
                &["warn", "error", "fatal"],
                "warn",
            ) == "fatal",
            no_key_schema: Arc::new(Schema::new(Kind::String)),
            schemas: SchemaCache::default(),
        })
    }

    /// The event's time: the row's own where there is one, else that of the change.
    fn time(&self, envelope: &Struct, row: &Struct) -> Result<Option<i64>, DataError> {
        let of_change = || match envelope.get_without_default("ts_ms") {
            Some(Value::Int64(ms)) => Ok(Some(*ms)),
            Some(Value::Null) => Ok(None),
            _ => Err(DataError::new("the envelope has no ts_ms")),
        };
        let Some(name) = &self.timestamp else { return of_change() };
        let schema = row.schema().field(name).and_then(|field| field.schema.name.as_deref());
        match (row.require_typed(name, &Kind::Int64)?, schema) {
            (Value::Null, _) => of_change(),
            (Value::Int64(ms), Some("io.debezium.time.Timestamp")) => Ok(Some(*ms)),
            (Value::Int64(us), Some("io.debezium.time.MicroTimestamp")) => Ok(Some(us / 1000)),
            (Value::Int64(ns), Some("io.debezium.time.NanoTimestamp")) => Ok(Some(ns / 1_000_000)),
            _ => Err(DataError::new(format!("field {name:?} is no time that a record may have"))),
        }
    }

    /// The extra fields of one kind; those that the row lacks are left out, or are an error.
    fn extras<'r>(
        &'r self,
        row: &'r Struct,
        placement: Placement,
    ) -> Result<Vec<(&'r Extra, usize)>, DataError> {
        let mut found = Vec::new();
        for extra in self.extras.iter().filter(|extra| extra.placement == placement) {
            match row.schema().index_of(&extra.field) {
                Some(at) => found.push((extra, at)),
                None if self.ignores_missing => {}
                None => return Err(DataError::new(format!("the row has no field {:?}", extra.field))),
            }
        }
        Ok(found)
    }

    /// The payload with the extra fields of the envelope.
    fn message(&mut self, row: &Struct, topic: &str, payload: &Value) -> Result<Struct, DataError> {
        let extras = self.extras(row, Placement::Envelope)?;
        let column = |name: &str| row.schema().field(name).map(|field| Arc::clone(&field.schema));
        let payload_schema = column(&self.payload).ok_or_else(|| missing(&self.payload))?;
        payload.check(&payload_schema)?;
        let mut fields = vec![Field::new(PAYLOAD, payload_schema)];
        let mut values = vec![payload.clone()];
        for (extra, at) in extras {
            let schema = column(&extra.field).ok_or_else(|| missing(&extra.field))?;
            fields.push(Field::new(Arc::clone(&extra.alias), schema));
            values.push(row.at(at, true).cloned().unwrap_or_default());
        }
        crate::schema::distinct(&fields)?;
        let version =
            match self.version.as_deref().map(|name| row.require_typed(name, &Kind::Int32)).transpose()? {
                None | Some(Value::Null) => None,
                Some(Value::Int32(version)) => Some(*version),
                Some(_) => return Err(DataError::new("the version's field is no int32")),
            };
        let schema = Schema { version, ..Schema::structure(fields).named(schema_name(row.schema(), topic)) };
        let known = self.schemas.get_or_make(row.schema(), || Ok(Vec::new()))?;
        Struct::new(shared(known, schema), values)
    }

    fn routed(&mut self, envelope: &Struct, row: &Struct, mut record: Record) -> Result<Record, DataError> {
        let payload = row.get(&self.payload).ok_or_else(|| missing(&self.payload))?;
        record.timestamp = self.time(envelope, row)?;
        record.headers.push(header(row, &self.id, "id".into())?);
        let Value::String(topic) = row.require_typed(&self.route_by, &Kind::String)?.clone() else {
            return Err(DataError::new(format!("field {:?} is null, and names the topic", self.route_by)));
        };
        for (extra, _) in self.extras(row, Placement::Header)? {
            record.headers.push(header(row, &extra.field, Arc::clone(&extra.alias))?);
        }
        record.kafka_partition = None;
        for (extra, _) in self.extras(row, Placement::Partition)? {
            record.kafka_partition = match row.require_typed(&extra.field, &Kind::Int32)? {
                Value::Int32(partition) => Some(*partition),
                _ => None,
            };
        }
        let alone = self.extras.iter().all(|extra| extra.placement != Placement::Envelope);
        let is_empty = payload.is_null() || payload.as_str().is_some_and(|text| text.trim().is_empty());
        let message = if alone { None } else { Some(self.message(row, &topic, payload)?) };
        (record.value_schema, record.value) = match message {
            _ if is_empty && self.tombstones => (None, Value::Null),
            Some(message) => (Some(Arc::clone(message.schema())), message.into()),
            None => {
                (row.schema().field(&self.payload).map(|field| Arc::clone(&field.schema)), payload.clone())
            }
        };
        let key = row.schema().field(&self.key).map(|field| Arc::clone(&field.schema));
        record.key = row.require(&self.key)?.clone();
        record.key_schema = Some(key.unwrap_or_else(|| Arc::clone(&self.no_key_schema)));
        record.topic = match &mut self.topic {
            Some(rewrite) => rewrite.apply(&topic)?.unwrap_or(topic),
            None => topic,
        };
        Ok(record)
    }
}

fn missing(name: &str) -> DataError {
    DataError::new(format!("the row has no field {name:?}"))
}

fn header(row: &Struct, name: &str, key: Arc<str>) -> Result<Header, DataError> {
    let field = row.schema().field(name).ok_or_else(|| missing(name))?;
    let value = row.require(name)?.clone();
    value.check(&field.schema)?;
    Ok(Header { key, schema: Some(Arc::clone(&field.schema)), value })
}

/// The row's schema's name with the routed value before its last part.
fn schema_name(row: &Schema, topic: &str) -> String {
    match row.name.as_deref().map(|name| name.rsplit_once('.').ok_or(name)) {
        None => topic.to_owned(),
        Some(Ok((before, last))) => format!("{before}.{topic}.{last}"),
        Some(Err(name)) => format!("{topic}.{name}"),
    }
}

/// The schema that an equal one was before, so that what is made of it is found again.
fn shared(known: &mut Vec<Arc<Schema>>, schema: Schema) -> Arc<Schema> {
    if let Some(found) = known.iter().find(|found| ***found == schema) {
        return Arc::clone(found);
    }
    if known.len() >= SCHEMAS_MAX {
        known.clear();
    }
    let schema = Arc::new(schema);
    known.push(Arc::clone(&schema));
    schema
}

impl Transform for EventRouter {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        if record.value.is_null() {
            return Ok(None);
        }
        if !record.is_envelope() {
            return Ok(Some(record));
        }
        let Value::Struct(envelope) = std::mem::take(&mut record.value) else {
            return Err(DataError::new("an envelope must be a struct"));
        };
        match envelope.require("op")?.as_str() {
            Some("d") => return Ok(None),
            Some("u") if self.updates_are_fatal => {
                return Err(DataError::new("an outbox table's row was updated"));
            }
            Some("u") => return Ok(None),
            _ => {}
        }
        let row = envelope.require("after")?;
        let row = row.as_struct().ok_or_else(|| DataError::new("there is no row after the change"))?;
        self.routed(&envelope, row, record).map(Some)
    }
}
