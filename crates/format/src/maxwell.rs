//! Maxwell's messages as JSON.

mod bits;
mod bootstrap;
mod config;
mod ddl;
mod decimal;
mod envelope;
mod filter;
mod jdk_double;
mod key;
mod names;
mod partition;
mod row;
mod table;
mod temporal;
mod value;
mod wkt;

use becauselog_model::{EncodedBatch, Part, RowChange, RowImage};

pub use self::bootstrap::{Bootstrap, BootstrapRequest, BootstrapStep};
pub use self::config::{KeyFormat, MaxwellConfig, MaxwellRendering, Naming, columns as excluded_columns};
pub use self::ddl::{
    Column as DefinedColumn, DdlError, Definitions, Detail as ColumnDetail, Effect, Table as DefinedTable,
};
pub use self::filter::{Filter, FilterError, RowFilter, Verdict};
pub use self::partition::{PartitionBy, PartitionHash, Partitioner};
use self::{names::Fields, row::Row, table::Table};
use crate::{
    DdlChange, FormatError, Losses,
    batch::{self, Mark, span},
    records::{Draft, Records},
    tables::Tables,
};

/// Writes what Maxwell 1.45 writes.
#[derive(Debug)]
pub struct Maxwell {
    config: MaxwellConfig,
    losses: Losses,
    fields: Fields,
    tables: Tables<Table>,
    records: Records,
    row: Row,
}

impl Maxwell {
    /// An encoder by this configuration.
    #[must_use]
    pub fn new(config: MaxwellConfig) -> Self {
        Self {
            records: Records::new(&config.name, config.parts, Vec::new()),
            fields: Fields::new(config.output_naming_strategy),
            losses: Losses::default(),
            tables: Tables::new(),
            row: Row::default(),
            config,
        }
    }

    /// The configuration it was made with.
    #[must_use]
    pub const fn config(&self) -> &MaxwellConfig {
        &self.config
    }

    /// What was lost since it was made.
    #[must_use]
    pub const fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Appends the message of one change to `out`.
    ///
    /// `now_ns` is the processing time in nanoseconds since 1970 UTC, for `push_ts`.
    ///
    /// # Errors
    /// When a cell cannot be read or does not fit its column; the batch is then as it was.
    pub fn encode<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let mark = Mark::of(out);
        let before_losses = self.losses;
        let mut done = self.record(change, now_ns, out);
        if done.is_ok() && !batch::fits(out) {
            done = Err(FormatError::BatchFull { table: change.shape.name.clone() });
        }
        if done.is_err() {
            mark.restore(out);
            self.losses = before_losses;
        }
        done
    }

    /// Appends one message for each effect of a DDL statement, where they are wanted.
    ///
    /// # Errors
    /// When the batch is full; it is then as it was.
    pub fn encode_ddl(&mut self, ddl: &DdlChange<'_>, out: &mut EncodedBatch) -> Result<(), FormatError> {
        if !self.config.output_ddl {
            return Ok(());
        }
        let mark = Mark::of(out);
        self.records.of(ddl.transaction);
        for (index, effect) in (0..).zip(ddl.effects) {
            self.ddl_record(ddl, effect, index, out);
        }
        if batch::fits(out) {
            return Ok(());
        }
        mark.restore(out);
        Err(FormatError::BatchFull { table: becauselog_model::TableName::new(ddl.database, "") })
    }

    fn ddl_record(&mut self, ddl: &DdlChange<'_>, effect: &Effect, index: u64, out: &mut EncodedBatch) {
        let config = &self.config;
        let template = config.ddl_kafka_topic.as_ref().unwrap_or(&config.kafka_topic);
        let topic = crate::table::topic(&table::topic_of(template, effect.database(), effect.table()));
        let topic = batch::topic(out, &topic, &mut 0);
        let start = out.values.len();
        ddl::push(&mut out.values, effect);
        envelope::ddl(&mut out.values, config, ddl);
        let value = Some(span(start, out.values.len()));
        out.values.push(b'\n');
        let key = config.parts.records().then(|| key::of_ddl(&mut out.head, &self.records, index));
        self.records.push(out, index, Draft { topic, key, value, part: Part::Whole, header: None });
    }

    fn record<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let Self { config, losses, fields, tables, records, row } = self;
        let place = change.place;
        let at = tables.find(change.shape, |shape| Table::prepare(shape, config, place.keyless));
        let no_image = || FormatError::NoImage { table: change.shape.name.clone() };
        let table = tables.get_mut(at).ok_or_else(no_image)?;
        records.of(change.transaction);
        let topic = table.topic.clone();
        let topic = batch::topic(out, &topic, &mut table.topic_hint);
        row.render(change, table, config, losses)?;
        let start = out.values.len();
        envelope::head(&mut out.values, config, fields, table, change, now_ns);
        envelope::key(&mut out.values, config, fields, table, row);
        envelope::row(&mut out.values, row);
        let value = Some(span(start, out.values.len()));
        out.values.push(b'\n');
        let id = |out: &mut Vec<u8>| records.push_id(out, change.index);
        let key = config.parts.records().then(|| key::push(&mut out.head, table, row, id));
        records.push(out, change.index, Draft { topic, key, value, part: Part::Whole, header: None });
        Ok(())
    }
}
