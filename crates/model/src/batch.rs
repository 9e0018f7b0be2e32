//! Encoded batches: what sinks see. One buffer, no object a record.

use std::{ops::Range, sync::Arc};

use crate::{checkpoint::PartialTransaction, gtid::ServerUuid, gtid_set::GtidSet, position::BinlogPosition};

/// A range of bytes in one of a batch's buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range as indices.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        // u32 always fits usize on the 64-bit platforms this runs on; a smaller one cuts, and slicing then fails safe.
        usize::try_from(self.start).unwrap_or(usize::MAX)..usize::try_from(self.end).unwrap_or(usize::MAX)
    }
}

/// One header of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name, for example `becauselog.id`.
    pub name: Arc<str>,
    /// Its value, a JSON text, in [`EncodedBatch::head`].
    pub value: Span,
}

/// One record: topic, key, value, headers, as spans over the batch's buffers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Index into [`EncodedBatch::topics`].
    pub topic: u32,
    /// The partition it is to go to; the sink chooses when there is none.
    pub partition: Option<i32>,
    /// The key in [`EncodedBatch::head`]; nothing for a record without a key.
    pub key: Option<Span>,
    /// The value in [`EncodedBatch::values`], without the line end after it; nothing for a tombstone.
    pub value: Option<Span>,
    /// The event's id in [`EncodedBatch::head`], plain text; empty where only values are wanted.
    pub id: Span,
    /// Indices into [`EncodedBatch::headers`]: first and one past the last.
    pub headers: (u32, u32),
}

/// How far the log is covered once a batch is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The GTIDs of the transactions that end in this batch, filtered and empty ones too.
    pub gtids: GtidSet,
    /// The end of the last transaction that ends in this batch or before it.
    pub position: BinlogPosition,
    /// The server that `position` counts on; nothing for files read without one.
    pub server_uuid: Option<ServerUuid>,
    /// How many transactions end in this batch.
    pub transactions: u64,
    /// When the first of them was committed on the server read from, in microseconds since 1970 UTC: the batch's lag.
    pub oldest_commit_us: Option<u64>,
    /// Set when the batch ends inside a transaction: how much of it is delivered with this batch.
    pub partial: Option<PartialTransaction>,
}

/// What a batch covers: batches chain, `seq` by `seq`, without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRange {
    /// Counts the batches of this process from 1.
    pub seq: u64,
    /// What is covered when this batch and all before it are delivered.
    pub progress: Progress,
}

/// Records, encoded. A batch may have no record and still move the position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedBatch {
    /// All values one after another, each followed by a line feed: a file of values is this buffer as it is.
    pub values: Vec<u8>,
    /// Keys, ids and header values.
    pub head: Vec<u8>,
    /// Headers of all records.
    pub headers: Vec<Header>,
    /// The records in order.
    pub records: Vec<Record>,
    /// The topics that records name.
    pub topics: Vec<Arc<str>>,
    /// What is covered.
    pub range: BatchRange,
}

impl EncodedBatch {
    /// An empty batch that covers `range`.
    #[must_use]
    pub const fn new(range: BatchRange) -> Self {
        Self {
            values: Vec::new(),
            head: Vec::new(),
            headers: Vec::new(),
            records: Vec::new(),
            topics: Vec::new(),
            range,
        }
    }

    /// Takes all records out and keeps the buffers.
    pub fn clear(&mut self) {
        self.values.clear();
        self.head.clear();
        self.headers.clear();
        self.records.clear();
        self.topics.clear();
    }

    /// How many bytes it holds, for the byte budget.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.values.capacity().saturating_add(self.head.capacity())
    }

    /// A record's value; nothing for a tombstone.
    #[must_use]
    pub fn value(&self, record: &Record) -> Option<&[u8]> {
        record.value.and_then(|span| self.values.get(span.range()))
    }

    /// A record's key.
    #[must_use]
    pub fn key(&self, record: &Record) -> Option<&[u8]> {
        record.key.and_then(|span| self.head.get(span.range()))
    }

    /// A record's id.
    #[must_use]
    pub fn id(&self, record: &Record) -> &[u8] {
        self.head.get(record.id.range()).unwrap_or_default()
    }

    /// A record's topic.
    #[must_use]
    pub fn topic(&self, record: &Record) -> &str {
        usize::try_from(record.topic).ok().and_then(|i| self.topics.get(i)).map_or("", |topic| topic)
    }

    /// A record's headers with their values.
    pub fn headers(&self, record: &Record) -> impl Iterator<Item = (&str, &[u8])> {
        let (from, to) = record.headers;
        let range = Span { start: from, end: to }.range();
        let headers = self.headers.get(range).unwrap_or_default();
        headers.iter().map(|h| (&*h.name, self.head.get(h.value.range()).unwrap_or_default()))
    }
}
