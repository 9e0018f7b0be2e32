//! Heartbeats: records that come in time, whether anything changes or not.

use std::{sync::Arc, time::Duration};

use becauselog_connect::{Kind, Schema};
use becauselog_model::EncodedBatch;

use super::{
    DebeziumConfig,
    beside::{Beside, Told},
    connect::Connect,
    names::Names,
    schema::{TableSchemas, required},
    transaction::Making,
};
use crate::{
    FormatError,
    records::Id,
    text::{self, string},
};

/// `heartbeat.interval.ms` and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatConfig {
    /// How often one comes; never zero.
    pub interval: Duration,
    /// `topic.heartbeat.prefix`: the first part of their topic.
    pub topic_prefix: String,
    /// `heartbeat.action.query`: the statement that whoever runs the encoder is to run on the source each time.
    pub action: Option<String>,
}

/// Their topic.
#[derive(Debug)]
pub(super) struct Heartbeats {
    topic: Beside,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Heartbeats {
    pub(super) fn new(
        heartbeat: &HeartbeatConfig,
        config: &DebeziumConfig,
        connect: &Connect,
    ) -> Result<Self, FormatError> {
        let topic = Names::new(config).joined_topic(&heartbeat.topic_prefix, &config.topic_prefix);
        let mut key = b"{\"serverName\":".to_vec();
        string::quoted(&mut key, &config.topic_prefix);
        key.push(b'}');
        Ok(Self { topic: Beside::new(topic, schemas(), connect)?, key, value: Vec::new() })
    }

    /// Appends one, of this time.
    pub(super) fn beat(
        &mut self,
        now_ms: u64,
        making: Making<'_>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.value.clear();
        self.value.extend_from_slice(b"{\"ts_ms\":");
        text::uint(&mut self.value, now_ms);
        self.value.push(b'}');
        let id = Id::Heartbeat(now_ms);
        let told = Told { id, partition: Some(0), key: &self.key, value: &self.value };
        self.topic.tell(&told, making.records, making.connect, making.through, out)
    }
}

fn schemas() -> TableSchemas {
    let of = |field: &str, kind, name: &str| {
        Arc::new(
            Schema::structure(vec![required(field, kind)])
                .named(format!("io.debezium.connector.common.{name}"))
                .versioned(1),
        )
    };
    TableSchemas {
        key: Some(of("serverName", Kind::String, "ServerNameKey")),
        envelope: of("ts_ms", Kind::Int64, "Heartbeat"),
    }
}
