//! Records of a batch: topic, key, value, id, headers.

use std::sync::Arc;

use becauselog_model::{EncodedBatch, Header, Part, Record, Span, Transaction};

use crate::{
    FormatError, Parts,
    batch::{offset, span},
    identity::Ids,
    image::KeyPlaces,
    table::Table,
    text::string,
};

/// The header that carries an event's id.
pub(crate) const ID_HEADER: &str = "becauselog.id";

/// Writes records.
#[derive(Debug)]
pub(crate) struct Records {
    parts: Parts,
    ids: Ids,
    id_header: Arc<str>,
    /// Headers that every record has, with their values.
    constant: Vec<(Arc<str>, Box<[u8]>)>,
    /// Where the values of the constant headers are in the batch at hand.
    constant_at: usize,
    constant_bytes: Vec<u8>,
    /// Headers that all records of the change at hand have.
    of_change: Vec<(Arc<str>, Span)>,
}

/// What an id ends with, after the transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Id<'a> {
    /// A change's index and part.
    Change(u64, Part),
    /// Of something beneath a change: its index and a name.
    Beneath(u64, &'a [u8]),
    /// Of the transaction as a whole: a name, which no index is.
    OfTransaction(&'a str),
    /// Of a heartbeat of this millisecond, in no transaction.
    Heartbeat(u64),
}

/// What a record is beside its bytes.
pub(crate) struct Draft {
    /// Its topic's index in the batch.
    pub topic: u32,
    pub key: Option<Span>,
    pub value: Option<Span>,
    pub part: Part,
    /// A header of its own, before all others.
    pub header: Option<(Arc<str>, Span)>,
}

impl Records {
    /// Records of a source called `name`, each with the constant headers given as JSON.
    pub(crate) fn new(name: &str, parts: Parts, constant: Vec<(&str, Vec<u8>)>) -> Self {
        let constant: Vec<(Arc<str>, Box<[u8]>)> =
            constant.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let constant_bytes = constant.iter().flat_map(|(_, value)| value.iter().copied()).collect();
        Self {
            parts,
            ids: Ids::new(name),
            id_header: ID_HEADER.into(),
            constant,
            constant_at: 0,
            constant_bytes,
            of_change: Vec::new(),
        }
    }

    /// Makes `transaction` the one that the next records belong to.
    pub(crate) fn of(&mut self, transaction: &Transaction) {
        self.ids.of(transaction);
        self.of_change.clear();
    }

    /// Appends the id of a whole change as a JSON string.
    pub(crate) fn push_id(&self, out: &mut Vec<u8>, index: u64) {
        if self.ids.is_plain() {
            out.push(b'"');
            self.ids.push(out, index, Part::Whole);
            out.push(b'"');
        } else {
            let mut id = Vec::new();
            self.ids.push(&mut id, index, Part::Whole);
            string::quoted(out, &String::from_utf8_lossy(&id));
        }
    }

    /// Appends an id as plain text.
    pub(crate) fn push_id_of(&self, out: &mut Vec<u8>, id: Id<'_>) {
        match id {
            Id::Change(index, part) => self.ids.push(out, index, part),
            Id::Beneath(index, name) => self.ids.push_beneath(out, index, name),
            Id::OfTransaction(name) => self.ids.push_named(out, name),
            Id::Heartbeat(ms) => self.ids.push_heartbeat(out, ms),
        }
    }

    /// Appends a record of the change with this index.
    pub(crate) fn push(&mut self, batch: &mut EncodedBatch, index: u64, draft: Draft) {
        let first = batch.headers.len();
        let id = if self.parts.records() { self.headers(batch, index, &draft) } else { Span::default() };
        batch.records.push(Record {
            topic: draft.topic,
            partition: None,
            key: draft.key,
            value: draft.value,
            id,
            headers: (offset(first), offset(batch.headers.len())),
        });
    }

    /// Gives the records that follow a header more, until [`Records::of`] is called; the value is a JSON text in the batch's head.
    pub(crate) fn add_header(&mut self, name: &Arc<str>, value: Span) {
        self.of_change.push((name.clone(), value));
    }

    /// Whether keys, ids and headers are wanted.
    pub(crate) const fn wants_keys(&self) -> bool {
        self.parts.records()
    }

    /// Appends a record that is no row's: with the constant headers, or none but its id.
    pub(crate) fn push_beside(
        &mut self,
        batch: &mut EncodedBatch,
        id: Id<'_>,
        (topic, partition): (u32, Option<i32>),
        key: Option<Span>,
        value: Span,
        headers: bool,
    ) {
        let first = batch.headers.len();
        if headers && self.parts.records() {
            self.constant_headers(batch);
        }
        let id = if self.parts.records() { self.id(batch, id) } else { Span::default() };
        let headers = (offset(first), offset(batch.headers.len()));
        batch.records.push(Record { topic, partition, key, value: Some(value), id, headers });
    }

    /// Appends the headers; the id's own span, without quotes.
    fn headers(&mut self, batch: &mut EncodedBatch, index: u64, draft: &Draft) -> Span {
        if let Some((name, value)) = &draft.header {
            batch.headers.push(Header { name: name.clone(), value: *value });
        }
        for (name, value) in &self.of_change {
            batch.headers.push(Header { name: name.clone(), value: *value });
        }
        self.constant_headers(batch);
        self.id(batch, Id::Change(index, draft.part))
    }

    /// Appends the id's header; the id's own span, without quotes.
    fn id(&self, batch: &mut EncodedBatch, id: Id<'_>) -> Span {
        let start = batch.head.len();
        batch.head.push(b'"');
        self.push_id_of(&mut batch.head, id);
        let plain = span(start.saturating_add(1), batch.head.len());
        batch.head.push(b'"');
        let mut value = span(start, batch.head.len());
        if !self.ids.is_plain() || matches!(id, Id::Beneath(..)) {
            let text = batch.head.get(plain.range()).unwrap_or_default();
            let text = String::from_utf8_lossy(text).into_owned();
            let start = batch.head.len();
            string::quoted(&mut batch.head, &text);
            value = span(start, batch.head.len());
        }
        batch.headers.push(Header { name: self.id_header.clone(), value });
        plain
    }

    /// The values of these are written once a batch.
    fn constant_headers(&mut self, batch: &mut EncodedBatch) {
        let end = self.constant_at.saturating_add(self.constant_bytes.len());
        if batch.head.get(self.constant_at..end) != Some(&*self.constant_bytes) {
            self.constant_at = batch.head.len();
            batch.head.extend_from_slice(&self.constant_bytes);
        }
        let mut start = self.constant_at;
        for (name, value) in &self.constant {
            let end = start.saturating_add(value.len());
            batch.headers.push(Header { name: name.clone(), value: span(start, end) });
            start = end;
        }
    }
}

/// Appends `{"id":1}` to `head` from the key's values in `values`; a column absent from `first` is taken from `second`.
///
/// Nothing for a table without a key.
pub(crate) fn key(
    batch: &mut EncodedBatch,
    table: &Table,
    first: &KeyPlaces,
    second: Option<&KeyPlaces>,
    absent: impl FnOnce(usize) -> FormatError,
) -> Result<Option<Span>, FormatError> {
    if table.key.is_empty() {
        return Ok(None);
    }
    let EncodedBatch { values, head, .. } = batch;
    let start = head.len();
    let mut fallback = second.map(|places| places.texts(values));
    for (place, (name, text)) in table.key.iter().zip(first.texts(values)).enumerate() {
        let other = fallback.as_mut().and_then(Iterator::next).flatten();
        let Some(text) = text.or(other) else { return Err(absent(place)) };
        head.extend_from_slice(name);
        head.extend_from_slice(text);
    }
    if let Some(comma) = head.get_mut(start) {
        *comma = b'{';
    }
    head.push(b'}');
    Ok(Some(span(start, head.len())))
}
