//! One change as records: which there are, and what stands in each.

use std::sync::Arc;

use becauselog_model::{Cell, EncodedBatch, Op, Part, RowChange, RowImage, Span};

use super::{
    DebeziumConfig, TsSource, context_headers,
    prepared::Prepared,
    source::{self, SourceBlock},
    transaction::Order,
    value::Values,
};
use crate::{
    FormatError, Losses,
    batch::{self, span},
    gaps,
    image::Images,
    records::{self, Draft, Records},
    text,
};

/// What is used again for every change.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) records: Records,
    source: SourceBlock,
    /// Where changes stand in their transactions, where that is told.
    pub(super) order: Option<Box<Order>>,
    images: Images,
    bytes: Vec<u8>,
    text: String,
    pub(super) times: Times,
    new_key: Arc<str>,
    old_key: Arc<str>,
    absent: Arc<str>,
    json_diffs: Arc<str>,
}

/// The envelope's own times, `,"ts_ms":1,"ts_us":…,"ts_ns":…}` and a line feed: the same for all rows of an event.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// What follows the envelope.
    end: &'static [u8],
    time_ns: u64,
    text: Vec<u8>,
}

impl Times {
    pub(super) fn push(&mut self, out: &mut Vec<u8>, time_ns: u64) {
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
            self.text.push(b'}');
            self.text.extend_from_slice(self.end);
            self.text.push(b'\n');
        }
        out.extend_from_slice(&self.text);
    }
}

/// The operations' letters in the envelope.
const CREATE: &[u8] = b"\"c\"";
const UPDATE: &[u8] = b"\"u\"";
const DELETE: &[u8] = b"\"d\"";

/// The header with the columns that the log's images do not have, `{"before":["a"],"after":["b"]}`.
const ABSENT_HEADER: &str = "becauselog.absent";
/// The header with the diffs of JSON documents that are not in the log, `{"doc":[…]}`.
const JSON_DIFFS_HEADER: &str = "becauselog.json_diffs";

impl Work {
    /// `value_end`: what stands after each value, beyond the envelope's brace.
    pub(super) fn new(config: &DebeziumConfig, value_end: &'static [u8], fills_defaults: bool) -> Self {
        Self {
            records: Records::new(&config.name, config.parts, context_headers(config)),
            source: SourceBlock::new(fills_defaults),
            order: config.transactions.as_ref().map(|_| Box::default()),
            images: Images::default(),
            bytes: Vec::new(),
            text: String::new(),
            times: Times { end: value_end, ..Times::default() },
            new_key: "__debezium.newkey".into(),
            old_key: "__debezium.oldkey".into(),
            absent: ABSENT_HEADER.into(),
            json_diffs: JSON_DIFFS_HEADER.into(),
        }
    }
}

impl Work {
    /// How many events of the transaction there were.
    pub(super) fn ordered(&self) -> u64 {
        self.order.as_ref().map_or(0, |order| order.total())
    }

    /// Takes back those beyond that many.
    pub(super) fn order_back(&mut self, total: u64) {
        if let Some(order) = &mut self.order {
            order.take_back(total);
        }
    }
}

/// A key as it was written: with its schema around it, if there is one, and without.
#[derive(Clone, Copy)]
struct Key {
    whole: Span,
    plain: Span,
}

/// One change on its way into a batch.
pub(super) struct OneChange<'e, 'a, I> {
    pub config: &'e DebeziumConfig,
    pub losses: &'e mut Losses,
    pub table: &'e mut Prepared,
    pub work: &'e mut Work,
    pub change: &'e RowChange<'a, I>,
    pub now_ns: u64,
}

impl<'a, I: RowImage<'a>> OneChange<'_, 'a, I> {
    pub(super) fn encode(&mut self, out: &mut EncodedBatch) -> Result<(), FormatError> {
        self.work.records.of(self.change.transaction);
        self.work.source.of(self.config, self.change.shape, self.change.transaction, self.change.event);
        let texts = &mut self.table.texts;
        let topic = batch::topic(out, &texts.topic, &mut texts.topic_hint);
        match self.change.op {
            Op::Insert => self.insert(out, topic),
            Op::Delete => self.delete(out, topic),
            Op::Update => self.update(out, topic),
        }
    }

    fn insert(&mut self, out: &mut EncodedBatch, topic: u32) -> Result<(), FormatError> {
        let start = self.open(out);
        out.values.extend_from_slice(b"{\"before\":null,\"after\":");
        self.after(out)?;
        self.gaps(out);
        let key = self.key(out, false)?;
        let value = self.close(out, start, CREATE);
        let key = key.map(|key| key.whole);
        self.record(out, Draft { topic, key, value, part: Part::Whole, header: None });
        Ok(())
    }

    fn delete(&mut self, out: &mut EncodedBatch, topic: u32) -> Result<(), FormatError> {
        let start = self.open(out);
        out.values.extend_from_slice(b"{\"before\":");
        self.before(out)?;
        self.gaps(out);
        let key = self.key(out, true)?.map(|key| key.whole);
        out.values.extend_from_slice(b",\"after\":null");
        let value = self.close(out, start, DELETE);
        self.record(out, Draft { topic, key, value, part: Part::Whole, header: None });
        self.tombstone(out, topic, key, None);
        Ok(())
    }

    fn update(&mut self, out: &mut EncodedBatch, topic: u32) -> Result<(), FormatError> {
        let start = self.open(out);
        out.values.extend_from_slice(b"{\"before\":");
        let before_start = out.values.len();
        self.before(out)?;
        let before_end = out.values.len();
        out.values.extend_from_slice(b",\"after\":");
        let after_start = out.values.len();
        self.after(out)?;
        if self.config.skip_unchanged && self.unchanged(&out.values, before_start..before_end, after_start)? {
            out.values.truncate(start);
            return Ok(());
        }
        self.gaps(out);
        if self.key_changed(&out.values) {
            return self.key_change(out, topic, start, before_start..before_end, after_start);
        }
        let key = self.key(out, false)?;
        let value = self.close(out, start, UPDATE);
        let key = key.map(|key| key.whole);
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
        let header = new_key.map(|key| (self.work.new_key.clone(), key.plain));
        let old = old_key.map(|key| key.whole);
        let draft = Draft { topic, key: old, value, part: Part::Delete, header: header.clone() };
        self.record(out, draft);
        self.tombstone(out, topic, old, header);

        let start = self.open(out);
        out.values.extend_from_slice(b"{\"before\":null,\"after\":");
        out.values.extend_from_slice(&after);
        let value = self.close(out, start, CREATE);
        let header = old_key.map(|key| (self.work.old_key.clone(), key.plain));
        let key = new_key.map(|key| key.whole);
        self.record(out, Draft { topic, key, value, part: Part::Create, header });
        Ok(())
    }

    fn before(&mut self, out: &mut EncodedBatch) -> Result<(), FormatError> {
        let image = self.change.before.ok_or_else(|| self.no_image())?;
        let Work { bytes, text, images, .. } = &mut *self.work;
        let mut values = Values { config: self.config, losses: self.losses, bytes, text };
        let table = (&**self.change.shape, &self.table.texts);
        images.before(&mut out.values, image, table, &mut values, self.change.op == Op::Update)
    }

    fn after(&mut self, out: &mut EncodedBatch) -> Result<(), FormatError> {
        let image = self.change.after.ok_or_else(|| self.no_image())?;
        let Work { bytes, text, images, .. } = &mut *self.work;
        let mut values = Values { config: self.config, losses: self.losses, bytes, text };
        let table = (&**self.change.shape, &self.table.texts);
        let before = self.change.before.filter(|_| self.change.op == Op::Update);
        images.after(&mut out.values, image, before, table, &mut values)
    }

    /// Says what the images lack, if they lack anything, in headers: the envelope has no place for it.
    fn gaps(&mut self, out: &mut EncodedBatch) {
        let Work { records, images, absent, json_diffs, .. } = &mut *self.work;
        if !records.wants_keys() {
            return;
        }
        let (before, after) = (&images.before_gaps, &images.after_gaps);
        let mut header = |name: &Arc<str>, push: &dyn Fn(&mut Vec<u8>) -> bool| {
            let mut value = Vec::new();
            if push(&mut value) {
                let start = out.head.len();
                text::string::quoted(&mut out.head, &String::from_utf8_lossy(&value));
                records.add_header(name, span(start, out.head.len()));
            }
        };
        header(absent, &|value| gaps::push_absent(value, before, after));
        header(json_diffs, &|value| gaps::push_diffs(value, &after.diffs));
    }

    /// Whether an update changed nothing that is written. A NULL that is written as its column's default is no such value.
    fn unchanged(
        &self,
        values: &[u8],
        before: std::ops::Range<usize>,
        after_start: usize,
    ) -> Result<bool, FormatError> {
        if values.get(before) != values.get(after_start..) {
            return Ok(false);
        }
        let (Some(before), Some(after)) = (self.change.before, self.change.after) else { return Ok(false) };
        for ((column, before), after) in
            self.table.texts.columns.iter().zip(before.cells()).zip(after.cells())
        {
            let failed = |source| FormatError::Cell { table: self.change.shape.name.clone(), source };
            if column.default.is_none() {
                continue;
            }
            let (before, after) = (before.map_err(failed)?, after.map_err(failed)?);
            let same = match column.converted() {
                // Values that are converted to the same one are the same.
                Some(_) => (before == Cell::Null) == (after == Cell::Null),
                None => before == after,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn no_image(&self) -> FormatError {
        FormatError::NoImage { table: self.change.shape.name.clone() }
    }

    /// Whether the key's rendered values differ; a column absent from the after-image has not changed.
    fn key_changed(&self, values: &[u8]) -> bool {
        let before = self.work.images.before_key.texts(values);
        let after = self.work.images.after_key.texts(values);
        before.zip(after).any(|(before, after)| after.is_some() && before.is_some() && before != after)
    }

    /// Appends the old key or the new one.
    fn key(&self, out: &mut EncodedBatch, old: bool) -> Result<Option<Key>, FormatError> {
        if !self.config.parts.records() {
            return Ok(None);
        }
        let (before, after) = (&self.work.images.before_key, &self.work.images.after_key);
        let updates = self.change.op == Op::Update;
        let (first, second) = if old { (before, None) } else { (after, updates.then_some(before)) };
        let opening = &*self.table.key_opening;
        let start = out.head.len();
        out.head.extend_from_slice(opening);
        let plain = records::key(out, &self.table.texts, first, second, |place| FormatError::KeyAbsent {
            table: self.change.shape.name.clone(),
            column: self.table.key.get(place).copied().unwrap_or(place),
        })?;
        let Some(plain) = self.with_key_field(out, plain) else {
            out.head.truncate(start);
            return Ok(None);
        };
        if !opening.is_empty() {
            out.head.push(b'}');
        }
        Ok(Some(Key { whole: span(start, out.head.len()), plain }))
    }

    /// The key that was just written with one more field at its end, where the naming of topics asks for it.
    fn with_key_field(&self, out: &mut EncodedBatch, plain: Option<Span>) -> Option<Span> {
        let Some((_, field)) = self.table.key_field.split_first() else { return plain };
        let start = plain.map_or(out.head.len(), |plain| plain.range().start);
        if plain.is_some() {
            out.head.pop();
            out.head.push(b',');
        } else {
            out.head.push(b'{');
        }
        out.head.extend_from_slice(field);
        out.head.push(b'}');
        Some(span(start, out.head.len()))
    }

    /// Begins a value; where it begins.
    fn open(&self, out: &mut EncodedBatch) -> usize {
        let start = out.values.len();
        out.values.extend_from_slice(&self.table.value_opening);
        start
    }

    /// Appends what follows the images; the value's span.
    fn close(&mut self, out: &mut EncodedBatch, start: usize, op: &[u8]) -> Option<Span> {
        let time_ns = match self.config.ts {
            TsSource::Processing => self.now_ns,
            TsSource::Commit => source::committed_ns(self.change.transaction, self.change.event.timestamp_s),
        };
        let values = &mut out.values;
        self.work.source.push(values, self.change.row);
        if let Some(order) = &mut self.work.order {
            order.push(values, &self.change.shape.name);
            values.extend_from_slice(b",\"op\":");
        }
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
