//! Records, as a source connector hands them to Kafka Connect.

use std::sync::Arc;

use crate::{Schema, Value};

/// A header: a name, and a value with its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The name; several headers may have the same.
    pub key: Arc<str>,
    /// What the value is.
    pub schema: Option<Arc<Schema>>,
    /// The value.
    pub value: Value,
}

/// A record on its way to a topic. A tombstone has neither value nor value schema.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// Where it goes.
    pub topic: Arc<str>,
    /// The partition; the producer chooses when there is none.
    pub kafka_partition: Option<i32>,
    /// What the key is.
    pub key_schema: Option<Arc<Schema>>,
    /// The key.
    pub key: Value,
    /// What the value is.
    pub value_schema: Option<Arc<Schema>>,
    /// The value.
    pub value: Value,
    /// Milliseconds since 1970; Debezium's records have none.
    pub timestamp: Option<i64>,
    /// In order.
    pub headers: Vec<Header>,
}

impl Record {
    /// Whether the value is a change in Debezium's envelope, told as Debezium does: by the schema's name.
    pub fn is_envelope(&self) -> bool {
        self.value_schema
            .as_ref()
            .and_then(|schema| schema.name.as_deref())
            .is_some_and(|name| name.ends_with(".Envelope"))
    }

    /// The last header of a name, as Connect finds it.
    pub fn header(&self, key: &str) -> Option<&Header> {
        self.headers.iter().rev().find(|header| &*header.key == key)
    }
}
