//! Transaction metadata: records where a transaction begins and ends, and where in it each change stands.

mod order;

use std::sync::Arc;

use becauselog_connect::{Field, Kind, Schema};
use becauselog_model::{EncodedBatch, Transaction};

pub(super) use self::order::Order;
use super::{
    DebeziumConfig,
    beside::{Beside, Told},
    connect::Connect,
    names::Names,
    schema::{TableSchemas, optional, required},
    through::Through,
};
use crate::{
    FormatError,
    records::{Id, Records},
    text::{self, string},
};

/// Where a transaction begins or ends.
#[derive(Debug, Clone, Copy)]
pub struct TransactionEdge<'a> {
    /// The transaction.
    pub transaction: &'a Transaction,
    /// The file that its BEGIN is in.
    pub file: &'a str,
    /// Where its BEGIN stands in that file.
    pub pos: u64,
    /// The header's time of its BEGIN, or of what ends it, in seconds since 1970 UTC.
    pub timestamp_s: u32,
}

impl TransactionEdge<'_> {
    /// What the peer calls the transaction: its GTID, else the place of its BEGIN.
    fn id(&self) -> String {
        match &self.transaction.gtid {
            Some(gtid) => gtid.to_string(),
            None => format!("file={},pos={}", self.file, self.pos),
        }
    }

    /// When it was committed where it was made first; without GTIDs the event's second.
    fn made_ms(&self) -> u64 {
        let told = self.transaction.original_commit_us.filter(|us| *us > 0);
        let told = told.filter(|_| self.transaction.gtid.is_some());
        told.map_or_else(|| u64::from(self.timestamp_s).saturating_mul(1000), |us| us / 1000)
    }
}

/// The topic of transactions.
#[derive(Debug)]
pub(super) struct Transactions {
    topic: Beside,
    key: Vec<u8>,
    value: Vec<u8>,
}

/// What records are made with.
pub(super) struct Making<'w> {
    pub records: &'w mut Records,
    pub connect: &'w mut Connect,
    pub through: Option<&'w mut Through>,
}

impl Transactions {
    /// The topic with this last part of its name.
    pub(super) fn new(name: &str, config: &DebeziumConfig, connect: &Connect) -> Result<Self, FormatError> {
        let topic = Beside::new(Names::new(config).beside(name), schemas(), connect)?;
        Ok(Self { topic, key: Vec::new(), value: Vec::new() })
    }

    /// Appends the record of a transaction's begin.
    pub(super) fn begin(
        &mut self,
        edge: &TransactionEdge<'_>,
        order: &Order,
        way: Making<'_>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.open(b"{\"status\":\"BEGIN\",\"id\":", order);
        self.value.extend_from_slice(b",\"event_count\":null,\"data_collections\":null");
        self.close(edge, "begin", way, out)
    }

    /// Appends the record of its end.
    pub(super) fn end(
        &mut self,
        edge: &TransactionEdge<'_>,
        order: &Order,
        way: Making<'_>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.open(b"{\"status\":\"END\",\"id\":", order);
        order.push_counts(&mut self.value);
        self.close(edge, "end", way, out)
    }

    fn open(&mut self, opening: &[u8], order: &Order) {
        self.key.clear();
        self.key.extend_from_slice(b"{\"id\":");
        self.key.extend_from_slice(order.id());
        self.key.push(b'}');
        self.value.clear();
        self.value.extend_from_slice(opening);
        self.value.extend_from_slice(order.id());
    }

    fn close(
        &mut self,
        edge: &TransactionEdge<'_>,
        name: &str,
        way: Making<'_>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.value.extend_from_slice(b",\"ts_ms\":");
        text::uint(&mut self.value, edge.made_ms());
        self.value.push(b'}');
        way.records.of(edge.transaction);
        let told = Told { id: Id::OfTransaction(name), partition: None, key: &self.key, value: &self.value };
        self.topic.tell(&told, way.records, way.connect, way.through, out)
    }
}

impl Order {
    /// Begins a transaction.
    pub(super) fn begin(&mut self, edge: &TransactionEdge<'_>) {
        let mut id = Vec::new();
        string::quoted(&mut id, &edge.id());
        self.restart(id);
    }
}

fn schemas() -> TableSchemas {
    let collection = vec![required("data_collection", Kind::String), required("event_count", Kind::Int64)];
    let collection = Schema::structure(collection).named("event.collection").versioned(1).optional();
    let collections = Schema::new(Kind::Array(Arc::new(collection))).optional();
    let key = Schema::structure(vec![required("id", Kind::String)])
        .named("io.debezium.connector.common.TransactionMetadataKey")
        .versioned(1);
    let value = Schema::structure(vec![
        required("status", Kind::String),
        required("id", Kind::String),
        optional("event_count", Kind::Int64),
        Field::new("data_collections", Arc::new(collections)),
        required("ts_ms", Kind::Int64),
    ])
    .named("io.debezium.connector.common.TransactionMetadataValue")
    .versioned(1);
    TableSchemas { key: Some(Arc::new(key)), envelope: Arc::new(value) }
}
