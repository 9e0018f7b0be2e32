//! Our own compact exact format.

mod value;

use becauselog_model::{EncodedBatch, Op, Part, RowChange, RowImage, TableShape, Transaction};

use self::value::Values;
use crate::{
    DdlChange, FormatError, Losses, Parts,
    batch::{self, Mark, span},
    gaps,
    image::Images,
    records::{self, Draft, Records},
    table::{self, Table},
    tables::Tables,
    text::{self, string},
};

/// How plain events are to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainConfig {
    /// The source's logical name: the first part of every event's id.
    pub name: String,
    /// The first part of topics; the topic of DDL statements.
    pub topic_prefix: String,
    /// Whether the SQL text is written where the log has it.
    pub include_query: bool,
    /// Which parts are wanted.
    pub parts: Parts,
}

impl PlainConfig {
    /// The defaults for a source of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            topic_prefix: name.to_owned(),
            include_query: false,
            parts: Parts::Records,
        }
    }
}

/// Writes plain events: one JSON object a change, every value exact.
#[derive(Debug)]
pub struct Plain {
    config: PlainConfig,
    losses: Losses,
    tables: Tables<Table>,
    records: Records,
    images: Images,
    bytes: Vec<u8>,
    text: String,
}

impl Plain {
    /// An encoder by this configuration.
    #[must_use]
    pub fn new(config: PlainConfig) -> Self {
        Self {
            records: Records::new(&config.name, config.parts, Vec::new()),
            config,
            losses: Losses::default(),
            tables: Tables::new(),
            images: Images::default(),
            bytes: Vec::new(),
            text: String::new(),
        }
    }

    /// The configuration it was made with.
    #[must_use]
    pub const fn config(&self) -> &PlainConfig {
        &self.config
    }

    /// What was lost since it was made: only bytes that are no text in their charset can be.
    #[must_use]
    pub const fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Appends one change to `out`. Nothing of it depends on the processing time `_now_ns`.
    ///
    /// # Errors
    /// When a cell cannot be read or does not fit its column; the batch is then as it was.
    pub fn encode<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        _now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let mark = Mark::of(out);
        let before_losses = self.losses;
        let mut done = self.record(change, out);
        if done.is_ok() && !batch::fits(out) {
            done = Err(FormatError::BatchFull { table: change.shape.name.clone() });
        }
        if done.is_err() {
            mark.restore(out);
            self.losses = before_losses;
        }
        done
    }

    /// Appends one DDL statement to `out`, on the topic that is the prefix alone.
    ///
    /// # Errors
    /// When the batch is full; it is then as it was.
    pub fn encode_ddl(&mut self, ddl: &DdlChange<'_>, out: &mut EncodedBatch) -> Result<(), FormatError> {
        let mark = Mark::of(out);
        self.records.of(ddl.transaction);
        let topic = batch::topic(out, &table::topic(&self.config.topic_prefix), &mut 0);
        let start = out.values.len();
        let values = &mut out.values;
        values.extend_from_slice(b"{\"id\":");
        self.records.push_id(values, 0);
        values.extend_from_slice(b",\"op\":\"ddl\",\"db\":");
        string::quoted(values, ddl.database);
        made(values, ddl.transaction, ddl.timestamp_s);
        position(values, ddl.file, ddl.pos);
        thread(values, ddl.transaction);
        values.extend_from_slice(b",\"ddl\":");
        string::quoted(values, &String::from_utf8_lossy(ddl.statement));
        values.push(b'}');
        let value = Some(span(start, values.len()));
        values.push(b'\n');
        self.records.push(out, 0, Draft { topic, key: None, value, part: Part::Whole, header: None });
        if batch::fits(out) {
            return Ok(());
        }
        mark.restore(out);
        let table = becauselog_model::TableName::new(ddl.database, "");
        Err(FormatError::BatchFull { table })
    }

    fn record<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let Self { config, losses, tables, records, images, bytes, text } = self;
        let shape = change.shape;
        let no_image = || FormatError::NoImage { table: shape.name.clone() };
        let prefix = &config.topic_prefix;
        let prepare = |shape: &TableShape| {
            let topic = table::topic(&format!("{prefix}.{}", shape.name));
            Table::prepare(shape, topic, shape.key.as_deref().unwrap_or_default(), str::to_owned, ",")
        };
        let place = tables.find(shape, prepare);
        let table = tables.get_mut(place).ok_or_else(no_image)?;
        records.of(change.transaction);
        let topic = table.topic.clone();
        let topic = batch::topic(out, &topic, &mut table.topic_hint);
        let start = out.values.len();
        head(config, records, change, &mut out.values);

        let mut values = Values { losses, bytes, text };
        let (before, after) = match change.op {
            Op::Insert => (None, Some(change.after.ok_or_else(no_image)?)),
            Op::Delete => (Some(change.before.ok_or_else(no_image)?), None),
            Op::Update => {
                (Some(change.before.ok_or_else(no_image)?), Some(change.after.ok_or_else(no_image)?))
            }
        };
        if let Some(image) = before {
            out.values.extend_from_slice(b",\"before\":");
            images.before(&mut out.values, image, (shape, table), &mut values, after.is_some())?;
        }
        if let Some(image) = after {
            out.values.extend_from_slice(b",\"after\":");
            images.after(&mut out.values, image, before, (shape, table), &mut values)?;
        }
        let key = if config.parts.records() {
            let (first, second) = match change.op {
                Op::Insert => (&images.after_key, None),
                Op::Delete => (&images.before_key, None),
                Op::Update => (&images.after_key, Some(&images.before_key)),
            };
            records::key(out, table, first, second, |place| FormatError::KeyAbsent {
                table: shape.name.clone(),
                column: shape.key.as_deref().and_then(|key| key.get(place)).copied().unwrap_or(place),
            })?
        } else {
            None
        };
        gaps(&mut out.values, images);
        out.values.push(b'}');
        let value = Some(span(start, out.values.len()));
        out.values.push(b'\n');
        records.push(out, change.index, Draft { topic, key, value, part: Part::Whole, header: None });
        Ok(())
    }
}

/// Appends all before the row.
fn head<I>(config: &PlainConfig, records: &Records, change: &RowChange<'_, I>, values: &mut Vec<u8>) {
    values.extend_from_slice(b"{\"id\":");
    records.push_id(values, change.index);
    values.extend_from_slice(match change.op {
        Op::Insert => b",\"op\":\"insert\",\"db\":",
        Op::Update => b",\"op\":\"update\",\"db\":",
        Op::Delete => b",\"op\":\"delete\",\"db\":",
    });
    string::quoted(values, &change.shape.name.database);
    values.extend_from_slice(b",\"table\":");
    string::quoted(values, &change.shape.name.table);
    made(values, change.transaction, change.event.timestamp_s);
    position(values, &change.event.file, change.event.pos);
    values.extend_from_slice(b",\"row\":");
    text::uint(values, change.row.into());
    thread(values, change.transaction);
    if let Some(query) = change.event.query.as_deref().filter(|_| config.include_query) {
        values.extend_from_slice(b",\"query\":");
        string::quoted(values, &String::from_utf8_lossy(query));
    }
}

/// Appends what the images lack, if they lack anything.
fn gaps(values: &mut Vec<u8>, images: &Images) {
    let mut field = |name: &[u8], push: &dyn Fn(&mut Vec<u8>) -> bool| {
        let end = values.len();
        values.extend_from_slice(name);
        if !push(values) {
            values.truncate(end);
        }
    };
    let (before, after) = (&images.before_gaps, &images.after_gaps);
    field(b",\"absent\":", &|out| gaps::push_absent(out, before, after));
    field(b",\"json_diffs\":", &|out| gaps::push_diffs(out, &after.diffs));
}

/// When it was committed where it was made first, in microseconds; else the statement's second.
fn made(values: &mut Vec<u8>, transaction: &Transaction, timestamp_s: u32) {
    let us = transaction.original_commit_us.filter(|us| *us > 0);
    values.extend_from_slice(b",\"ts_us\":");
    text::uint(values, us.unwrap_or_else(|| u64::from(timestamp_s).saturating_mul(1_000_000)));
}

fn position(values: &mut Vec<u8>, file: &str, pos: u64) {
    values.extend_from_slice(b",\"pos\":\"");
    string::escaped(values, file);
    values.push(b':');
    text::uint(values, pos);
    values.push(b'"');
}

fn thread(values: &mut Vec<u8>, transaction: &Transaction) {
    if let Some(thread) = transaction.thread_id {
        values.extend_from_slice(b",\"thread\":");
        text::uint(values, thread.into());
    }
}
