//! A made-up log: transactions of different sizes, always the same, that can be read from any stored position.

use std::sync::Arc;

use becauselog_model::{
    BatchRange, BinlogPosition, CHECKPOINT_VERSION, Checkpoint, EncodedBatch, Flavor, GtidSet, Header,
    Interval, PartialTransaction, Progress, Record, ServerUuid, Span, StoredPosition, Tag,
};

const SOURCE: ServerUuid = ServerUuid([0x3e; 16]);

/// Positions count 100 a transaction.
const STRIDE: u64 = 100;

/// The log: transaction `t`, from 1, has [`Log::changes`] changes, and every seventh record is a tombstone.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// How many bytes each value is padded with.
    pub padding: usize,
    /// Some of the headers and keys too, for sinks that write whole records.
    pub whole: bool,
}

/// Reads the log into batches.
#[derive(Debug, Clone)]
pub struct Reader {
    log: Log,
    seq: u64,
    transaction: u64,
    index: u64,
}

impl Log {
    /// The position before everything.
    #[must_use]
    pub fn start(&self) -> StoredPosition {
        self.position(0, 0)
    }

    /// How many changes transaction `t` has: none at times, as when a filter leaves nothing of it.
    #[must_use]
    pub const fn changes(&self, transaction: u64) -> u64 {
        match transaction % 5 {
            0 => 0,
            1 => 1,
            2 => 9,
            3 => 3,
            _ => 2,
        }
    }

    /// The values of all changes before a place, tombstones left out.
    #[must_use]
    pub fn values_before(&self, transaction: u64, index: u64) -> Vec<Vec<u8>> {
        let whole = (1..transaction).flat_map(|t| (0..self.changes(t)).map(move |i| (t, i)));
        let rest = (0..index).map(|i| (transaction, i));
        whole.chain(rest).filter_map(|(t, i)| self.value(t, i)).collect()
    }

    /// The place that a stored position stands for: a transaction, and the index of its first change to come. Nothing
    /// for a position that contradicts itself.
    #[must_use]
    pub fn place(&self, stored: &StoredPosition) -> Option<(u64, u64)> {
        let ended = stored.checkpoint.position.pos / STRIDE;
        let next = ended.saturating_add(1);
        let index = match &stored.partial {
            None => 0,
            Some(partial) if partial.transaction == identity(next) => partial.next_index,
            Some(_) => return None,
        };
        (*stored == self.position(ended, index)).then_some((next, index))
    }

    /// Reads on from a stored position, as a new process does.
    ///
    /// # Panics
    /// When the position contradicts itself.
    #[must_use]
    #[allow(clippy::panic, reason = "for tests")]
    pub fn read_from(&self, stored: &StoredPosition) -> Reader {
        match self.place(stored) {
            Some((transaction, index)) => Reader { log: *self, seq: 0, transaction, index },
            None => panic!("no place of this log: {stored:?}"),
        }
    }

    fn value(&self, transaction: u64, index: u64) -> Option<Vec<u8>> {
        let tombstone = (transaction + index).is_multiple_of(7);
        let value = format!("{{\"t\":{transaction},\"i\":{index},\"p\":\"{}\"}}", "x".repeat(self.padding));
        (!tombstone).then(|| value.into_bytes())
    }

    fn position(&self, ended: u64, index: u64) -> StoredPosition {
        let checkpoint = Checkpoint {
            version: CHECKPOINT_VERSION,
            flavor: Flavor::MySql,
            server_uuid: Some(SOURCE),
            gtids: gtids(1, ended),
            position: at(ended),
        };
        let partial = PartialTransaction { transaction: identity(ended + 1), next_index: index };
        StoredPosition { checkpoint, partial: (index > 0).then_some(partial) }
    }
}

fn gtids(first: u64, last: u64) -> GtidSet {
    let mut set = GtidSet::new();
    set.insert_interval(SOURCE, &Tag::NONE, Interval { first, last });
    set
}

fn at(ended: u64) -> BinlogPosition {
    BinlogPosition { file: "bin.000001".into(), pos: ended * STRIDE }
}

fn identity(transaction: u64) -> String {
    format!("{SOURCE}:{transaction}")
}

impl Reader {
    /// Everything read so far, as positions tell it.
    #[must_use]
    pub fn stored(&self) -> StoredPosition {
        self.log.position(self.transaction - 1, self.index)
    }

    /// The values of everything before the place that was reached, from the beginning of the log.
    #[must_use]
    pub fn values_before(&self) -> Vec<Vec<u8>> {
        self.log.values_before(self.transaction, self.index)
    }

    /// The next batch, of at most so many changes. It ends after a transaction that has none, and is one without
    /// records if that is the first.
    pub fn next_batch(&mut self, changes_max: u64) -> Arc<EncodedBatch> {
        self.seq += 1;
        let first = self.transaction;
        let mut batch = EncodedBatch::new(BatchRange { seq: self.seq, progress: self.progress(first) });
        let mut left = changes_max;
        loop {
            while left > 0 && self.index < self.log.changes(self.transaction) {
                self.push(&mut batch);
                self.index += 1;
                left -= 1;
            }
            if self.index < self.log.changes(self.transaction) {
                break;
            }
            self.transaction += 1;
            self.index = 0;
            if left == 0 || self.log.changes(self.transaction - 1) == 0 {
                break;
            }
        }
        batch.range.progress = self.progress(first);
        Arc::new(batch)
    }

    fn progress(&self, first: u64) -> Progress {
        let stored = self.stored();
        let ended = self.transaction - 1;
        Progress {
            gtids: gtids(first, ended),
            position: stored.checkpoint.position,
            server_uuid: stored.checkpoint.server_uuid,
            transactions: ended + 1 - first,
            oldest_commit_us: None,
            partial: stored.partial,
        }
    }

    fn push(&self, batch: &mut EncodedBatch) {
        let (transaction, index) = (self.transaction, self.index);
        if batch.topics.is_empty() {
            batch.topics.push("shop.inventory.\"orders\"".into());
        }
        let value = self.log.value(transaction, index).map(|value| {
            let span = append(&mut batch.values, &value);
            batch.values.push(b'\n');
            span
        });
        let id = append(&mut batch.head, format!("shop/{}/{index}", identity(transaction)).as_bytes());
        let first_header = batch.headers.len() as u32;
        let mut key = None;
        if self.log.whole {
            key = Some(append(&mut batch.head, format!("{{\"id\":{index}}}").as_bytes()));
            let value = append(&mut batch.head, format!("\"{}:{transaction}/{index}\"", "id").as_bytes());
            batch.headers.push(Header { name: "becauselog.id".into(), value });
            batch.headers.push(Header { name: "a\"b".into(), value });
        }
        let headers = (first_header, batch.headers.len() as u32);
        batch.records.push(Record { topic: 0, partition: None, key, value, id, headers });
    }
}

fn append(buffer: &mut Vec<u8>, bytes: &[u8]) -> Span {
    let start = buffer.len() as u32;
    buffer.extend_from_slice(bytes);
    Span { start, end: buffer.len() as u32 }
}
