//! Debezium's change events as JSON.

mod beside;
mod change;
mod config;
mod connect;
mod converters;
mod declared;
mod heartbeat;
mod java_set;
mod keys;
mod names;
mod options;
mod prepared;
mod schema;
mod schema_change;
mod source;
mod source_types;
mod statement;
mod temporal;
mod through;
mod transaction;
mod truncate;
mod value;

pub(crate) use self::source_types::declared_length;
use becauselog_model::{EncodedBatch, RowChange, RowImage};

use self::{
    change::{OneChange, Work},
    connect::Way,
    heartbeat::Heartbeats,
    prepared::Prepared,
    schema_change::SchemaChanges,
    through::Through,
    transaction::{Making, Order, Transactions},
};
pub use self::{
    config::{BigintUnsigned, BinaryMode, DebeziumConfig, DecimalMode, Rendering, TimePrecision, TsSource},
    connect::Connect,
    converters::Converters,
    declared::{DeclaredTable, DeclaredTables, SchemaChange, SchemaScope},
    heartbeat::HeartbeatConfig,
    keys::KeyColumns,
    names::{TopicCharacters, TopicNaming, TopicRegex},
    options::JavaPatterns,
    schema_change::SchemaChangeConfig,
    source_types::SourceTypes,
    transaction::TransactionEdge,
};
pub(crate) use self::{converters::Converted, source::committed_ns};
use crate::{
    FormatError, Losses, Parts,
    batch::{self, Mark},
    tables::Tables,
    text::string,
};

/// Writes what Debezium 3.6.1.Final's MySQL connector and Kafka Connect's transforms and converters write.
///
/// Plain JSON, with schemas or without, is written straight from the cells: a table's schemas are constant bytes. With
/// transforms, or other converters, each record is made, sent through and written.
#[derive(Debug)]
pub struct Debezium {
    config: DebeziumConfig,
    losses: Losses,
    tables: Tables<Result<Prepared, FormatError>>,
    work: Work,
    connect: Connect,
    through: Option<Through>,
    transactions: Option<Result<Transactions, FormatError>>,
    heartbeats: Option<Result<Heartbeats, FormatError>>,
    schema_changes: Option<Result<SchemaChanges, FormatError>>,
}

impl Debezium {
    /// An encoder by this configuration: JSON without schemas.
    #[must_use]
    pub fn new(config: DebeziumConfig) -> Self {
        Self::with(config, Connect::default())
    }

    /// An encoder by this configuration, with the transforms and converters of Kafka Connect.
    #[must_use]
    pub fn with(config: DebeziumConfig, connect: Connect) -> Self {
        let through = (connect.way() == Way::Records).then(|| Through::new(config.parts));
        // Transforms look at whole records, whatever is wanted of them in the end.
        let parts = if through.is_some() { Parts::Records } else { config.parts };
        let config = DebeziumConfig { parts, ..config };
        let value_end: &[u8] = if connect.value_has_schema() { b"}" } else { b"" };
        // In a record that field has no value: its default comes with the converter.
        let fills = connect.fills_defaults() && through.is_none();
        let work = Work::new(&config, value_end, fills);
        let topic = config.transactions.as_deref();
        let transactions = topic.map(|name| Transactions::new(name, &config, &connect));
        let heartbeats = config.heartbeat.as_ref().map(|beat| Heartbeats::new(beat, &config, &connect));
        let schema_changes =
            config.schema_changes.map(|wanted| SchemaChanges::new(wanted, &config, &connect));
        let (losses, tables) = (Losses::default(), Tables::new());
        Self { config, losses, tables, work, connect, through, transactions, heartbeats, schema_changes }
    }

    /// How many records the transforms dropped since it was made.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.through.as_ref().map_or(0, Through::dropped)
    }

    /// The configuration it was made with.
    #[must_use]
    pub const fn config(&self) -> &DebeziumConfig {
        &self.config
    }

    /// What was lost since it was made.
    #[must_use]
    pub const fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Appends the records of one change to `out`.
    ///
    /// `now_ns` is the processing time in nanoseconds since 1970 UTC, the envelope's `ts_ns`; it is not looked at
    /// with [`TsSource::Commit`].
    ///
    /// # Errors
    /// When a cell cannot be read or does not fit its column; the batch is then as it was.
    pub fn encode<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let (before_losses, before_order) = (self.losses, self.work.ordered());
        let mark = Mark::of(out);
        let mut done = self.append(change, now_ns, out);
        if done.is_ok() && !batch::fits(out) {
            done = Err(FormatError::BatchFull { table: change.shape.name.clone() });
        }
        if done.is_err() {
            mark.restore(out);
            self.losses = before_losses;
            self.work.order_back(before_order);
        }
        done
    }

    /// Whether it is to be told where transactions begin and end, and of all their changes, in order.
    #[must_use]
    pub const fn tells_transactions(&self) -> bool {
        self.transactions.is_some()
    }

    /// Takes notice of a change that is delivered already, so that those after it are told their places.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn pass_over<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        if !self.tells_transactions() {
            return Ok(());
        }
        let (losses, mark) = (self.losses, Mark::of(out));
        let done = self.append(change, now_ns, out);
        mark.restore(out);
        self.losses = losses;
        done
    }

    /// Begins a transaction; `tell`: with its record, as it is not delivered yet.
    ///
    /// # Errors
    /// When the record cannot be transformed or converted; the batch is then as it was.
    pub fn begin_transaction(
        &mut self,
        edge: &TransactionEdge<'_>,
        tell: bool,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        if let Some(order) = &mut self.work.order {
            order.begin(edge);
        }
        if tell {
            self.edge(out, |topic, order, making, out| topic.begin(edge, order, making, out))
        } else {
            Ok(())
        }
    }

    /// Ends it, with its record.
    ///
    /// # Errors
    /// When the record cannot be transformed or converted; the batch is then as it was.
    pub fn end_transaction(
        &mut self,
        edge: &TransactionEdge<'_>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.edge(out, |topic, order, making, out| topic.end(edge, order, making, out))
    }

    /// Appends a heartbeat, if any are wanted.
    ///
    /// # Errors
    /// When the record cannot be transformed or converted; the batch is then as it was.
    pub fn heartbeat(&mut self, now_ns: u64, out: &mut EncodedBatch) -> Result<(), FormatError> {
        let Self { work, connect, through, heartbeats, .. } = self;
        let Some(heartbeats) = heartbeats else { return Ok(()) };
        let heartbeats = heartbeats.as_mut().map_err(|error| error.clone())?;
        let making = Making { records: &mut work.records, connect, through: through.as_mut() };
        let mark = Mark::of(out);
        let done = heartbeats.beat(now_ns / 1_000_000, making, out);
        if done.is_err() {
            mark.restore(out);
        }
        done
    }

    fn edge(
        &mut self,
        out: &mut EncodedBatch,
        tell: impl FnOnce(&mut Transactions, &Order, Making<'_>, &mut EncodedBatch) -> Result<(), FormatError>,
    ) -> Result<(), FormatError> {
        let Self { work, connect, through, transactions, .. } = self;
        let (Some(topic), Some(order)) = (transactions, &work.order) else { return Ok(()) };
        let topic = topic.as_mut().map_err(|error| error.clone())?;
        let making = Making { records: &mut work.records, connect, through: through.as_mut() };
        let mark = Mark::of(out);
        let done = tell(topic, order, making, out);
        if done.is_err() {
            mark.restore(out);
        }
        done
    }

    fn append<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let Self { config, losses, tables, work, connect, through, .. } = self;
        if config.skipped_operations.contains(&change.op) {
            return Ok(());
        }
        let place = tables.find(change.shape, |shape| Prepared::of(shape, config, connect));
        let no_image = || FormatError::NoImage { table: change.shape.name.clone() };
        let table = tables.get_mut(place).ok_or_else(no_image)?.as_mut().map_err(|error| error.clone())?;
        match through {
            None => OneChange { config, losses, table, work, change, now_ns }.encode(out),
            Some(through) => {
                let made = through.emptied(&out.range);
                OneChange { config, losses, table, work, change, now_ns }.encode(made)?;
                let Some(schemas) = &table.schemas else { return Ok(()) };
                let name = &change.shape.name;
                let failed = |source| FormatError::Connect { table: name.clone(), source };
                through.pass(connect, schemas, out).map_err(failed)
            }
        }
    }
}

fn context_headers(config: &DebeziumConfig) -> Vec<(&'static str, Vec<u8>)> {
    if !config.extended_headers {
        return Vec::new();
    }
    let json = |text: &str| {
        let mut out = Vec::new();
        string::quoted(&mut out, text);
        out
    };
    let mut headers = vec![
        ("__debezium.context.connectorLogicalName", json(&config.topic_prefix)),
        ("__debezium.context.taskId", json(&config.task_id)),
        ("__debezium.context.connectorName", json(source::connector(config.flavor.unwrap_or_default()))),
    ];
    headers.extend(config.run_id.as_deref().map(|id| ("__debezium.context.runId", json(id))));
    headers
}
