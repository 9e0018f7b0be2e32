//! The writer behind the sink: plain blocking steps, each of which is done whole or not at all.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use becauselog_model::{EncodedBatch, StoredPosition};

use super::{
    config::{FileConfig, Fsync},
    fault::Fault,
    journal::{Entry, Journal},
    sidecar::{Base, Sidecar},
    turn::Turn,
};
use crate::{
    durable::sync_folder_of,
    error::SinkError,
    failpoint::{armed, failpoint},
    record_line::lines,
    reserve::Reserve,
};

/// A journal longer than this is brought into the base at the next chance.
const JOURNAL_BYTES_MAX: u64 = 4 << 20;

/// More data than this is made durable at the next chance: little is then left for the end.
const UNSYNCED_BYTES_MAX: u64 = 32 << 20;

/// The data file, its position, and what of both is durable.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) config: FileConfig,
    pub(super) sidecar: Arc<Sidecar>,
    pub(super) data: Arc<File>,
    pub(super) journal: Journal,
    /// What is durable; nothing before the sink is told where it begins.
    pub(super) base: Option<Base>,
    pub(super) length: u64,
    pub(super) reserve: Reserve,
    pub(super) turn: Option<Turn>,
    pub(super) first_record: Option<SystemTime>,
    pub(super) stored: Option<StoredPosition>,
    pub(super) entry: u64,
    pub(super) last_seq: u64,
    pub(super) durable_seq: u64,
    pub(super) sync_under_way: bool,
    /// The journal file that is not in use has lines that are not in the base: a sync failed after the switch.
    pub(super) other_journal_needed: bool,
    pub(super) failed: bool,
    buffer: Vec<u8>,
    line: Vec<u8>,
}

/// How far the writer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status {
    /// The last batch that is written.
    pub(super) last_seq: u64,
    /// The last batch that counts as durable.
    pub(super) durable_seq: u64,
    /// Something is written that a sync would make durable.
    pub(super) unsynced: bool,
    /// The journal asks for a sync.
    pub(super) journal_long: bool,
    /// Much is written that a sync would make durable.
    pub(super) much_unsynced: bool,
    /// When the file is old enough for the next one.
    pub(super) turn_at: Option<SystemTime>,
}

impl Writer {
    pub(super) fn new(
        config: FileConfig,
        sidecar: Arc<Sidecar>,
        data: File,
        journal: Journal,
        length: u64,
        base: Option<Base>,
    ) -> Self {
        let first_record_ms = base.as_ref().and_then(|base| base.first_record_ms);
        let known = first_record_ms.and_then(|ms| UNIX_EPOCH.checked_add(Duration::from_millis(ms)));
        Self {
            stored: base.as_ref().map(|base| base.stored.clone()),
            entry: base.as_ref().map_or(0, |base| base.entry),
            first_record: (length > 0).then(|| known.unwrap_or_else(SystemTime::now)),
            config,
            sidecar,
            data: Arc::new(data),
            journal,
            base,
            length,
            reserve: Reserve::default(),
            turn: None,
            last_seq: 0,
            durable_seq: 0,
            sync_under_way: false,
            other_journal_needed: false,
            failed: false,
            buffer: Vec::new(),
            line: Vec::new(),
        }
    }

    /// The position kept with the file.
    pub(super) const fn stored(&self) -> Option<&StoredPosition> {
        self.stored.as_ref()
    }

    pub(super) fn status(&self) -> Status {
        let unsynced = self.base.as_ref().is_some_and(|base| base.entry != self.entry);
        let age_max = self.config.rotation.age_max;
        Status {
            last_seq: self.last_seq,
            durable_seq: if self.config.fsync == Fsync::Never { self.last_seq } else { self.durable_seq },
            unsynced,
            journal_long: self.journal.length() > JOURNAL_BYTES_MAX,
            much_unsynced: self.unsynced_bytes() > UNSYNCED_BYTES_MAX,
            turn_at: self.first_record.zip(age_max).and_then(|(first, age)| first.checked_add(age)),
        }
    }

    fn unsynced_bytes(&self) -> u64 {
        self.base.as_ref().map_or(0, |base| self.length.saturating_sub(base.length))
    }

    /// Keeps a position from now on, whatever was kept before.
    pub(super) fn begin(&mut self, start: &StoredPosition) -> Result<(), Fault> {
        self.check_open()?;
        if self.stored.as_ref() == Some(start) {
            return Ok(());
        }
        if self.base.is_none() {
            // Lines of an older life of this folder must not chain to the new base.
            let reset = self.journal.reset_durably().and_then(|()| sync_folder_of(&self.config.path));
            reset.map_err(|error| Fault::of("prepare", self.sidecar.folder(), error))?;
        }
        let before = self.stored.replace(start.clone());
        self.record_base().inspect_err(|_| self.stored = before)
    }

    /// Writes a batch and its journal line. A batch that is written already is left alone.
    pub(super) fn append(&mut self, batch: &EncodedBatch) -> Result<(), Fault> {
        self.check_open()?;
        let seq = batch.range.seq;
        if self.last_seq != 0 && seq <= self.last_seq {
            return Ok(());
        }
        if self.last_seq != 0 && seq != self.last_seq.saturating_add(1) {
            return Err(self.out_of_order(format!("batch {seq} came after {}", self.last_seq)));
        }
        let Some(epoch) = self.base.as_ref().map(|base| base.epoch) else {
            return Err(self.out_of_order("a batch came before the beginning was told".to_owned()));
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        let bytes = lines(self.config.content, batch, &mut buffer);
        let result = self.append_bytes(bytes, batch, epoch);
        self.buffer = buffer;
        if let Err(Fault::Fatal(_)) = result {
            self.failed = true;
        }
        result
    }

    fn append_bytes(&mut self, bytes: &[u8], batch: &EncodedBatch, mut epoch: u64) -> Result<(), Fault> {
        if self.turn.is_some() || self.wants_turn(bytes.len() as u64) {
            self.make_turn()?;
            epoch = self.base.as_ref().map_or(epoch, |base| base.epoch);
        }
        self.check_length()?;
        failpoint("sink.file.before_write");
        if let Err(error) = self.write_data(bytes) {
            return Err(self.take_back(Fault::of("write to", &self.config.path, error)));
        }
        failpoint("sink.file.after_write");
        let each_synced = self.config.fsync == Fsync::Batch;
        if each_synced && let Err(error) = self.data.sync_data() {
            return Err(self.distrust_unsynced(error));
        }
        let length = self.length.saturating_add(bytes.len() as u64);
        let number = self.entry.saturating_add(1);
        let entry = Entry::new(epoch, number, length, each_synced, &batch.range.progress);
        self.write_entry(&entry)?;
        failpoint("sink.file.after_journal");
        if self.length == 0 && length > 0 {
            self.first_record = Some(SystemTime::now());
        }
        self.length = length;
        self.entry = number;
        self.last_seq = batch.range.seq;
        if each_synced {
            self.durable_seq = self.last_seq;
        }
        if let Some(stored) = &mut self.stored {
            entry.move_on(stored);
        }
        Ok(())
    }

    fn write_data(&mut self, bytes: &[u8]) -> io::Result<()> {
        if armed("sink.file.within_write") {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            self.data.write_all_at(first, self.length)?;
            failpoint("sink.file.within_write");
            return self.data.write_all_at(second, self.length.saturating_add(first.len() as u64));
        }
        self.reserve.before_write(&self.data, self.length, bytes.len());
        self.data.write_all_at(bytes, self.length)
    }

    fn write_entry(&mut self, entry: &Entry) -> Result<(), Fault> {
        let mut line = std::mem::take(&mut self.line);
        let written = entry.write_line(&mut line).and_then(|()| self.journal.append(&line));
        let synced = written.and_then(|()| {
            if !entry.synced {
                return Ok(());
            }
            self.journal.sync().inspect_err(|_| {
                // It is taken back below in any case; a line that stays is not followed once the data is cut.
                let _taken_back = self.journal.take_back(&line);
            })
        });
        self.line = line;
        synced.map_err(|error| self.take_back(Fault::of("write to", self.journal.path(), error)))
    }

    /// Cuts the data back to what the journal says, after a write that failed.
    fn take_back(&mut self, fault: Fault) -> Fault {
        // Where room is scarce the journal may need what was asked for.
        self.reserve.give_back(&self.data, self.length);
        match self.data.set_len(self.length) {
            Ok(()) => fault,
            Err(source) => {
                Fault::Fatal(SinkError::Io { what: "cut back", path: self.config.path.clone(), source })
            }
        }
    }

    /// Whether a new file has to be begun before so many more bytes: only between transactions.
    fn wants_turn(&self, more: u64) -> bool {
        let between = self.stored.as_ref().is_none_or(|stored| stored.partial.is_none());
        let too_long = |max: u64| self.length.saturating_add(more) > max && more > 0;
        let too_old = || self.status().turn_at.is_some_and(|at| at <= SystemTime::now());
        between && self.length > 0 && (self.config.rotation.bytes_max.is_some_and(too_long) || too_old())
    }

    /// Begins a new file if the present one is too old and a transaction is not in its middle.
    pub(super) fn turn_if_old(&mut self) -> Result<(), Fault> {
        self.check_open()?;
        if self.turn.is_some() || self.wants_turn(0) { self.make_turn() } else { Ok(()) }
    }

    /// Finds out whether someone else has written to the file or cut it.
    fn check_length(&self) -> Result<(), Fault> {
        let about = self.data.metadata().map_err(|error| Fault::of("look at", &self.config.path, error))?;
        if about.len() == self.length {
            return Ok(());
        }
        let (expected, found) = (self.length, about.len());
        Err(Fault::Fatal(SinkError::Altered { path: self.config.path.clone(), expected, found }))
    }

    pub(super) fn check_open(&self) -> Result<(), Fault> {
        if self.failed {
            return Err(Fault::Fatal(SinkError::Closed { name: self.config.name.clone() }));
        }
        Ok(())
    }

    fn out_of_order(&self, what: String) -> Fault {
        Fault::Fatal(SinkError::OutOfOrder { name: self.config.name.clone(), what })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.reserve.give_back(&self.data, self.length);
    }
}
