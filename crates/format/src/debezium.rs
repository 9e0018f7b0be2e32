//! Debezium's change events as JSON.

mod change;
mod config;
mod connect;
mod keys;
mod names;
mod options;
mod prepared;
mod schema;
mod source;
mod source_types;
mod temporal;
mod through;
mod value;

use becauselog_model::{EncodedBatch, RowChange, RowImage};

use self::{
    change::{OneChange, Work},
    connect::Way,
    prepared::Prepared,
    through::Through,
};
pub use self::{
    config::{BigintUnsigned, BinaryMode, DebeziumConfig, DecimalMode, Rendering, TimePrecision, TsSource},
    connect::Connect,
    keys::KeyColumns,
    names::{TopicCharacters, TopicNaming, TopicRegex},
    options::JavaPatterns,
    source_types::SourceTypes,
};
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
        let work = Work::new(&config, value_end, connect.fills_defaults());
        Self { config, losses: Losses::default(), tables: Tables::new(), work, connect, through }
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
        let before_losses = self.losses;
        let mark = Mark::of(out);
        let mut done = self.append(change, now_ns, out);
        if done.is_ok() && !batch::fits(out) {
            done = Err(FormatError::BatchFull { table: change.shape.name.clone() });
        }
        if done.is_err() {
            mark.restore(out);
            self.losses = before_losses;
        }
        done
    }

    fn append<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let Self { config, losses, tables, work, connect, through } = self;
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
                through.pass(connect, table, &change.shape.name, out)
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
        ("__debezium.context.connectorName", json(source::CONNECTOR)),
    ];
    headers.extend(config.run_id.as_deref().map(|id| ("__debezium.context.runId", json(id))));
    headers
}
