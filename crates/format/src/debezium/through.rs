//! Records through transforms and converters.

use std::sync::Arc;

use becauselog_connect::{DataError, Header, Kind, Record, Schema, Value, read_payload};
use becauselog_model::{self as model, BatchRange, EncodedBatch, Span};

use super::{connect::Connect, schema::TableSchemas};
use crate::{
    Parts,
    batch::{self, offset, span},
    records::ID_HEADER,
};

/// Takes the records that were made of a change, reads them under their table's schemas, sends them through and writes
/// what comes out.
#[derive(Debug)]
pub(super) struct Through {
    parts: Parts,
    /// The records of one change, as JSON without schemas.
    made: Option<EncodedBatch>,
    text: Arc<Schema>,
    id_header: Arc<str>,
    /// Where the last topic was in the batch.
    topic_hint: u32,
    dropped: u64,
}

impl Through {
    pub(super) fn new(parts: Parts) -> Self {
        let text = Arc::new(Schema::new(Kind::String));
        Self { parts, made: None, text, id_header: ID_HEADER.into(), topic_hint: 0, dropped: 0 }
    }

    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The place for the records of one change.
    pub(super) fn emptied(&mut self, range: &BatchRange) -> &mut EncodedBatch {
        let made = self.made.get_or_insert_with(|| EncodedBatch::new(range.clone()));
        made.clear();
        made
    }

    /// Sends the records in that place, all under these schemas, through, into `out`.
    pub(super) fn pass(
        &mut self,
        connect: &mut Connect,
        schemas: &TableSchemas,
        out: &mut EncodedBatch,
    ) -> Result<(), DataError> {
        let Some(made) = self.made.take() else { return Ok(()) };
        let before_dropped = self.dropped;
        let done = made.records.iter().try_for_each(|record| self.one(connect, schemas, &made, record, out));
        if done.is_err() {
            self.dropped = before_dropped;
        }
        self.made = Some(made);
        done
    }

    fn one(
        &mut self,
        connect: &mut Connect,
        schemas: &TableSchemas,
        made: &EncodedBatch,
        record: &model::Record,
        out: &mut EncodedBatch,
    ) -> Result<(), DataError> {
        let record_id = made.head.get(record.id.range()).unwrap_or_default();
        let mut given = self.read(schemas, made, record)?;
        if record.value.is_none() {
            // A tombstone follows its delete.
            given.headers.extend_from_slice(connect.chain.added_in_place());
        }
        match connect.chain.apply(given)? {
            Some(record) => self.write(connect, &record, record_id, out),
            None => {
                self.dropped = self.dropped.saturating_add(1);
                Ok(())
            }
        }
    }

    /// A record as a connector hands it to Kafka Connect.
    fn read(
        &self,
        schemas: &TableSchemas,
        made: &EncodedBatch,
        record: &model::Record,
    ) -> Result<Record, DataError> {
        let (key_schema, key) = read(schemas.key.as_ref(), made.key(record))?;
        let (value_schema, value) = read(Some(&schemas.envelope), made.value(record))?;
        let topic = Arc::from(made.topic(record));
        let mut headers = Vec::new();
        for (name, text) in made.headers(record).filter(|(name, _)| *name != ID_HEADER) {
            let schema = if is_key(name) { schemas.key.as_ref() } else { Some(&self.text) };
            let (schema, value) = read(schema, Some(text))?;
            headers.push(Header { key: name.into(), schema, value });
        }
        let (kafka_partition, timestamp) = (record.partition, None);
        Ok(Record { topic, kafka_partition, key_schema, key, value_schema, value, timestamp, headers })
    }

    fn write(
        &mut self,
        connect: &mut Connect,
        record: &Record,
        id: &[u8],
        out: &mut EncodedBatch,
    ) -> Result<(), DataError> {
        let start = out.values.len();
        let value = connect.value.write(&mut out.values, record.value_schema.as_ref(), &record.value)?;
        let value = value.then(|| span(start, out.values.len()));
        if value.is_some() {
            out.values.push(b'\n');
        }
        if !self.parts.records() && value.is_none() {
            return Ok(());
        }
        let topic = batch::topic(out, &record.topic, &mut self.topic_hint);
        let partition = record.kafka_partition;
        let first = out.headers.len();
        let (mut key, mut id_span) = (None, Span::default());
        if self.parts.records() {
            key = converted(&mut connect.key, record.key_schema.as_ref(), &record.key, out)?;
            for header in &record.headers {
                let value = converted(&mut connect.header, header.schema.as_ref(), &header.value, out)?;
                let value = value.unwrap_or_else(|| append(out, b"null"));
                out.headers.push(model::Header { name: Arc::clone(&header.key), value });
            }
            id_span = self.id(id, out);
        }
        let headers = (offset(first), offset(out.headers.len()));
        out.records.push(model::Record { topic, partition, key, value, id: id_span, headers });
        Ok(())
    }

    /// Appends the id's header; the id's own span.
    fn id(&self, id: &[u8], out: &mut EncodedBatch) -> Span {
        let id_span = append(out, id);
        let start = out.head.len();
        crate::text::string::quoted(&mut out.head, &String::from_utf8_lossy(id));
        let value = span(start, out.head.len());
        out.headers.push(model::Header { name: Arc::clone(&self.id_header), value });
        id_span
    }
}

/// Whether a header's value is a key of the record's table.
fn is_key(header: &str) -> bool {
    matches!(header, "__debezium.newkey" | "__debezium.oldkey")
}

fn read(
    schema: Option<&Arc<Schema>>,
    text: Option<&[u8]>,
) -> Result<(Option<Arc<Schema>>, Value), DataError> {
    match (schema, text) {
        (Some(schema), Some(text)) => Ok((Some(Arc::clone(schema)), read_payload(schema, text)?)),
        _ => Ok((None, Value::Null)),
    }
}

fn converted(
    converter: &mut becauselog_connect::Converter,
    schema: Option<&Arc<Schema>>,
    value: &Value,
    out: &mut EncodedBatch,
) -> Result<Option<Span>, DataError> {
    let start = out.head.len();
    let there = converter.write(&mut out.head, schema, value)?;
    Ok(there.then(|| span(start, out.head.len())))
}

fn append(out: &mut EncodedBatch, bytes: &[u8]) -> Span {
    let start = out.head.len();
    out.head.extend_from_slice(bytes);
    span(start, out.head.len())
}
