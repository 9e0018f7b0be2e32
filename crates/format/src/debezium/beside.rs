//! Topics beside the tables' own: records of one constant schema.

use std::sync::Arc;

use becauselog_model::{BatchRange, EncodedBatch, Span};

use super::{
    connect::{Connect, Way},
    prepared::opening,
    schema::TableSchemas,
    through::Through,
};
use crate::{
    FormatError,
    batch::{self, span},
    records::{Id, Records},
};

/// One such topic, with what is constant in its records.
#[derive(Debug)]
pub(super) struct Beside {
    topic: Arc<str>,
    hint: u32,
    /// What stands before each key: nothing, or its schema.
    key_opening: Box<[u8]>,
    /// What stands before each value: nothing, or its schema.
    value_opening: Box<[u8]>,
    schemas: TableSchemas,
    /// Its records have the headers that changes have.
    has_headers: bool,
}

/// A record of it: key and value as JSON without schemas.
pub(super) struct Told<'a> {
    pub id: Id<'a>,
    pub partition: Option<i32>,
    pub key: &'a [u8],
    pub value: &'a [u8],
}

impl Beside {
    pub(super) fn new(
        topic: Arc<str>,
        schemas: TableSchemas,
        connect: &Connect,
    ) -> Result<Self, FormatError> {
        let mut made = Self {
            topic,
            hint: 0,
            key_opening: Box::default(),
            value_opening: Box::default(),
            schemas,
            has_headers: false,
        };
        let failed = |source| FormatError::Beside { topic: Arc::clone(&made.topic), source };
        if let Way::Schemas { key, value } = connect.way() {
            if let Some(schema) = made.schemas.key.as_ref().filter(|_| key) {
                made.key_opening = opening(&connect.key, schema).map_err(failed)?;
            }
            if value {
                made.value_opening = opening(&connect.value, &made.schemas.envelope).map_err(failed)?;
            }
        }
        Ok(made)
    }

    /// The same with the headers that changes have.
    pub(super) fn with_headers(self) -> Self {
        Self { has_headers: true, ..self }
    }

    /// Appends a record, sent through transforms and converters where there are such.
    pub(super) fn tell(
        &mut self,
        told: &Told<'_>,
        records: &mut Records,
        connect: &mut Connect,
        through: Option<&mut Through>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let Some(through) = through else {
            self.append(told, records, out);
            return Ok(());
        };
        let range: &BatchRange = &out.range;
        self.append(told, records, through.emptied(range));
        through.pass(connect, &self.schemas, out).map_err(|source| {
            let topic = Arc::clone(&self.topic);
            FormatError::Beside { topic, source }
        })
    }

    fn append(&mut self, told: &Told<'_>, records: &mut Records, out: &mut EncodedBatch) {
        let topic = batch::topic(out, &self.topic, &mut self.hint);
        let key = records.wants_keys().then(|| within(&mut out.head, &self.key_opening, told.key));
        let value = within(&mut out.values, &self.value_opening, told.value);
        out.values.push(b'\n');
        let headers = self.has_headers;
        records.push_beside(out, told.id, (topic, told.partition), key, value, headers);
    }
}

/// Appends a text, with its schema around it where there is one.
fn within(out: &mut Vec<u8>, opening: &[u8], text: &[u8]) -> Span {
    let start = out.len();
    out.extend_from_slice(opening);
    out.extend_from_slice(text);
    if !opening.is_empty() {
        out.push(b'}');
    }
    span(start, out.len())
}
