//! Debezium's change events as JSON.

mod config;
mod source;
mod temporal;
mod value;

use std::sync::Arc;

use becauselog_model::{EncodedBatch, Op, Part, RowChange, RowImage, Span, TableShape};

pub use self::config::{
    BigintUnsigned, BinaryMode, DebeziumConfig, DecimalMode, Rendering, TimePrecision, TsSource,
};
use self::{source::SourceBlock, value::Values};
use crate::{
    FormatError, Losses,
    batch::{self, Mark, span},
    image::{self, KeyPlaces},
    records::{self, Draft, Records},
    table::{Table, TopicNames},
    tables::Tables,
    text::{self, string},
};

/// Writes what Debezium 3.6.1.Final's MySQL connector and JSON converter write with schemas off.
#[derive(Debug)]
pub struct Debezium {
    config: DebeziumConfig,
    losses: Losses,
    tables: Tables<Table>,
    work: Work,
}

/// What is used again for every change.
#[derive(Debug)]
struct Work {
    records: Records,
    source: SourceBlock,
    before_key: KeyPlaces,
    after_key: KeyPlaces,
    bytes: Vec<u8>,
    text: String,
    times: Times,
    new_key: Arc<str>,
    old_key: Arc<str>,
}

/// The envelope's own times, `,"ts_ms":1,"ts_us":…,"ts_ns":…}` and a line feed: the same for all rows of an event.
#[derive(Debug, Default)]
struct Times {
    time_ns: u64,
    text: Vec<u8>,
}

impl Times {
    fn push(&mut self, out: &mut Vec<u8>, time_ns: u64) {
        if self.text.is_empty() || self.time_ns != time_ns {
            self.time_ns = time_ns;
            self.text.clear();
            for (name, value) in [
                (",\"ts_ms\":", time_ns / 1_000_000),
                (",\"ts_us\":", time_ns / 1000),
                (",\"ts_ns\":", time_ns),
            ] {
                self.text.extend_from_slice(name.as_bytes());
                text::uint(&mut self.text, value);
            }
            self.text.extend_from_slice(b"}\n");
        }
        out.extend_from_slice(&self.text);
    }
}

/// The operations' letters in the envelope.
const CREATE: &[u8] = b"\"c\"";
const UPDATE: &[u8] = b"\"u\"";
const DELETE: &[u8] = b"\"d\"";

impl Debezium {
    /// An encoder by this configuration.
    #[must_use]
    pub fn new(config: DebeziumConfig) -> Self {
        let work = Work {
            records: Records::new(&config.name, config.parts, context_headers(&config)),
            source: SourceBlock::default(),
            before_key: KeyPlaces::default(),
            after_key: KeyPlaces::default(),
            bytes: Vec::new(),
            text: String::new(),
            times: Times::default(),
            new_key: "__debezium.newkey".into(),
            old_key: "__debezium.oldkey".into(),
        };
        Self { config, losses: Losses::default(), tables: Tables::new(), work }
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
        let Self { config, losses, tables, work } = self;
        let place = tables.find(change.shape, |shape| prepare(shape, config));
        let no_image = || FormatError::NoImage { table: change.shape.name.clone() };
        let table = tables.get_mut(place).ok_or_else(no_image)?;
        let before_losses = *losses;
        let mark = Mark::of(out);
        let mut one = OneChange { config, losses, table, work, change, now_ns };
        let mut done = one.encode(out);
        if done.is_ok() && !batch::fits(out) {
            done = Err(FormatError::BatchFull { table: change.shape.name.clone() });
        }
        if done.is_err() {
            mark.restore(out);
            *losses = before_losses;
        }
        done
    }
}

fn prepare(shape: &TableShape, config: &DebeziumConfig) -> Table {
    let topics = TopicNames { prefix: &config.topic_prefix, delimiter: &config.topic_delimiter };
    // The peer keeps an ENUM's texts in a list with commas, and commas in them with a backslash.
    let comma = if config.rendering == Rendering::Peer { "\\," } else { "," };
    Table::prepare(shape, topics, comma)
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

/// One change on its way into a batch.
struct OneChange<'e, 'a, I> {
    config: &'e DebeziumConfig,
    losses: &'e mut Losses,
    table: &'e mut Table,
    work: &'e mut Work,
    change: &'e RowChange<'a, I>,
    now_ns: u64,
}

impl<'a, I: RowImage<'a>> OneChange<'_, 'a, I> {
    fn encode(&mut self, out: &mut EncodedBatch) -> Result<(), FormatError> {
        self.work.records.of(self.change.transaction);
        self.work.source.of(self.config, self.change.shape, self.change.transaction, self.change.event);
        let topic = self.table.topic.clone();
        let topic = batch::topic(out, &topic, &mut self.table.topic_hint);
        match self.change.op {
            Op::Insert => self.insert(out, topic),
            Op::Delete => self.delete(out, topic),
            Op::Update => self.update(out, topic),
        }
    }

    fn insert(&mut self, out: &mut EncodedBatch, topic: u32) -> Result<(), FormatError> {
        let start = out.values.len();
        out.values.extend_from_slice(b"{\"before\":null,\"after\":");
        self.after(out)?;
        let key = self.key(out, false)?;
        let value = self.close(out, start, CREATE);
        self.record(out, Draft { topic, key, value, part: Part::Whole, header: None });
        Ok(())
    }

    fn delete(&mut self, out: &mut EncodedBatch, topic: u32) -> Result<(), FormatError> {
        let start = out.values.len();
        out.values.extend_from_slice(b"{\"before\":");
        self.before(out)?;
        let key = self.key(out, true)?;
        out.values.extend_from_slice(b",\"after\":null");
        let value = self.close(out, start, DELETE);
        self.record(out, Draft { topic, key, value, part: Part::Whole, header: None });
        self.tombstone(out, topic, key, None);
        Ok(())
    }

    fn update(&mut self, out: &mut EncodedBatch, topic: u32) -> Result<(), FormatError> {
        let start = out.values.len();
        out.values.extend_from_slice(b"{\"before\":");
        let before_start = out.values.len();
        self.before(out)?;
        let before_end = out.values.len();
        out.values.extend_from_slice(b",\"after\":");
        let after_start = out.values.len();
        self.after(out)?;
        if self.key_changed(&out.values) {
            return self.key_change(out, topic, start, before_start..before_end, after_start);
        }
        let key = self.key(out, false)?;
        let value = self.close(out, start, UPDATE);
        self.record(out, Draft { topic, key, value, part: Part::Whole, header: None });
        Ok(())
    }

    /// A key change is a delete of the old key, its tombstone, and a create of the new one.
    fn key_change(
        &mut self,
        out: &mut EncodedBatch,
        topic: u32,
        start: usize,
        before: std::ops::Range<usize>,
        after_start: usize,
    ) -> Result<(), FormatError> {
        let old_key = self.key(out, true)?;
        let new_key = self.key(out, false)?;
        let after = out.values.split_off(after_start);
        out.values.truncate(before.end);

        out.values.extend_from_slice(b",\"after\":null");
        let value = self.close(out, start, DELETE);
        let header = new_key.map(|key| (self.work.new_key.clone(), key));
        let draft = Draft { topic, key: old_key, value, part: Part::Delete, header: header.clone() };
        self.record(out, draft);
        self.tombstone(out, topic, old_key, header);

        let start = out.values.len();
        out.values.extend_from_slice(b"{\"before\":null,\"after\":");
        out.values.extend_from_slice(&after);
        let value = self.close(out, start, CREATE);
        let header = old_key.map(|key| (self.work.old_key.clone(), key));
        self.record(out, Draft { topic, key: new_key, value, part: Part::Create, header });
        Ok(())
    }

    fn before(&mut self, out: &mut EncodedBatch) -> Result<(), FormatError> {
        let image = self.change.before.ok_or_else(|| self.no_image())?;
        let Work { bytes, text, before_key, .. } = &mut *self.work;
        let mut values = Values { config: self.config, losses: self.losses, bytes, text };
        image::object(&mut out.values, image, self.change.shape, self.table, &mut values, before_key)
    }

    fn after(&mut self, out: &mut EncodedBatch) -> Result<(), FormatError> {
        let image = self.change.after.ok_or_else(|| self.no_image())?;
        let Work { bytes, text, after_key, .. } = &mut *self.work;
        let mut values = Values { config: self.config, losses: self.losses, bytes, text };
        image::object(&mut out.values, image, self.change.shape, self.table, &mut values, after_key)
    }

    fn no_image(&self) -> FormatError {
        FormatError::NoImage { table: self.change.shape.name.clone() }
    }

    /// Whether the key's rendered values differ; a column absent from the after-image has not changed.
    fn key_changed(&self, values: &[u8]) -> bool {
        let before = self.work.before_key.texts(values);
        let after = self.work.after_key.texts(values);
        before.zip(after).any(|(before, after)| after.is_some() && before.is_some() && before != after)
    }

    /// Appends the old key or the new one.
    fn key(&self, out: &mut EncodedBatch, old: bool) -> Result<Option<Span>, FormatError> {
        if !self.config.parts.records() {
            return Ok(None);
        }
        let (before, after) = (&self.work.before_key, &self.work.after_key);
        let updates = self.change.op == Op::Update;
        let (first, second) = if old { (before, None) } else { (after, updates.then_some(before)) };
        records::key(out, self.table, first, second, |place| FormatError::KeyAbsent {
            table: self.change.shape.name.clone(),
            column: self.change.shape.key.as_deref().and_then(|key| key.get(place)).copied().unwrap_or(place),
        })
    }

    /// Appends what follows the images; the value's span.
    fn close(&mut self, out: &mut EncodedBatch, start: usize, op: &[u8]) -> Option<Span> {
        let time_ns = match self.config.ts {
            TsSource::Processing => self.now_ns,
            TsSource::Commit => source::committed_ns(self.change.transaction, self.change.event),
        };
        let values = &mut out.values;
        self.work.source.push(values, self.change.row);
        values.extend_from_slice(op);
        self.work.times.push(values, time_ns);
        Some(span(start, values.len().saturating_sub(1)))
    }

    fn tombstone(
        &mut self,
        out: &mut EncodedBatch,
        topic: u32,
        key: Option<Span>,
        header: Option<(Arc<str>, Span)>,
    ) {
        if self.config.tombstones_on_delete && self.config.parts.records() {
            self.record(out, Draft { topic, key, value: None, part: Part::Tombstone, header });
        }
    }

    fn record(&mut self, out: &mut EncodedBatch, draft: Draft) {
        self.work.records.push(out, self.change.index, draft);
    }
}
