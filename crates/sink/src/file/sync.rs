//! Making what is written durable: the data, then the position that goes with it.

use std::{
    fs::File,
    io,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    config::Fsync,
    fault::Fault,
    sidecar::{Base, Edges, Identity, Sidecar, VERSION, boot},
    writer::Writer,
};
use crate::{error::SinkError, failpoint::failpoint};

/// A sync to be done while writing goes on.
#[derive(Debug)]
pub(super) struct SyncJob {
    data: Arc<File>,
    sidecar: Arc<Sidecar>,
    base: Base,
    seq: u64,
}

impl SyncJob {
    /// Makes the data durable, then the position that goes with it.
    pub(super) fn run(&mut self) -> Result<(), SyncFault> {
        failpoint("sink.file.before_sync");
        self.data.sync_data().map_err(SyncFault::Data)?;
        failpoint("sink.file.after_sync");
        self.base.edges = Edges::of(&self.data, self.base.length).map_err(SyncFault::Base)?;
        self.sidecar.replace_base(&self.base).map_err(SyncFault::Base)
    }
}

/// What of a sync failed.
#[derive(Debug)]
pub(super) enum SyncFault {
    /// The data: the system may have dropped it.
    Data(io::Error),
    /// The position: the one before still stands.
    Base(io::Error),
}

impl Writer {
    /// Prepares a sync of all that is written. `moving_to`: the file is about to be moved away.
    pub(super) fn begin_sync(&mut self, moving_to: Option<String>) -> Result<SyncJob, Fault> {
        self.check_open()?;
        if self.sync_under_way {
            return Err(Fault::SyncUnderWay);
        }
        let base =
            self.next_base(moving_to).map_err(|error| Fault::of("look at", &self.config.path, error))?;
        if !self.other_journal_needed {
            self.journal.switch().map_err(|error| Fault::of("cut", self.journal.path(), error))?;
            self.other_journal_needed = true;
        }
        self.sync_under_way = true;
        let (data, sidecar) = (Arc::clone(&self.data), Arc::clone(&self.sidecar));
        Ok(SyncJob { data, sidecar, base, seq: self.last_seq })
    }

    /// Takes a sync's result in.
    pub(super) fn end_sync(&mut self, job: SyncJob, result: Result<(), SyncFault>) -> Result<(), Fault> {
        self.sync_under_way = false;
        match result {
            Ok(()) => {
                self.other_journal_needed = false;
                self.base = Some(job.base);
                self.durable_seq = self.durable_seq.max(job.seq);
                failpoint("sink.file.sync_done");
                Ok(())
            }
            Err(SyncFault::Data(error)) => Err(self.distrust_unsynced(error)),
            Err(SyncFault::Base(error)) => Err(Fault::of("replace", &self.sidecar.base_path(), error)),
        }
    }

    /// Syncs at once.
    pub(super) fn sync_now(&mut self, moving_to: Option<String>) -> Result<(), Fault> {
        let mut job = self.begin_sync(moving_to)?;
        let result = job.run();
        self.end_sync(job, result)
    }

    /// Begins a new epoch: the base as it stands now, and no line after it.
    pub(super) fn record_base(&mut self) -> Result<(), Fault> {
        if self.sync_under_way {
            return Err(Fault::SyncUnderWay);
        }
        let path = self.config.path.clone();
        self.data.sync_all().map_err(|error| self.distrust_unsynced(error))?;
        let base = self.next_base(None).and_then(|mut base| {
            base.epoch = base.epoch.saturating_add(1);
            base.edges = Edges::of(&self.data, base.length)?;
            Ok(base)
        });
        let base = base.map_err(|error| Fault::of("look at", &path, error))?;
        let replaced = self.sidecar.replace_base(&base);
        replaced.map_err(|error| Fault::of("replace", &self.sidecar.base_path(), error))?;
        self.base = Some(base);
        self.durable_seq = self.last_seq;
        self.other_journal_needed = false;
        self.journal.reset().map_err(|error| Fault::of("cut", self.journal.path(), error))
    }

    /// The base of what is written now, its edges not yet known.
    fn next_base(&self, moving_to: Option<String>) -> io::Result<Base> {
        let Some(stored) = self.stored.clone() else {
            return Err(io::Error::other("the beginning was not told"));
        };
        let since_1970 = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Ok(Base {
            version: VERSION,
            epoch: self.base.as_ref().map_or(0, |base| base.epoch),
            generation: self.base.as_ref().map_or(1, |base| base.generation),
            length: self.length,
            entry: self.entry,
            boot: boot(),
            edges: Edges::default(),
            identity: Identity::of(&self.data.metadata()?),
            first_record_ms: self.first_record.and_then(|time| u64::try_from(since_1970(time)).ok()),
            moving_to,
            stored,
        })
    }

    /// After a sync that failed the system may have dropped what was written, and may say "synced" the next time all
    /// the same. So the file goes back to what is known, and the next run reads the rest again.
    pub(super) fn distrust_unsynced(&mut self, source: io::Error) -> Fault {
        self.failed = true;
        let _cut = match &self.base {
            // Every batch before this one was synced by itself.
            _ if self.config.fsync == Fsync::Batch => self.data.set_len(self.length),
            // If cutting fails, the journal is what would be believed: it goes first.
            Some(base) => self.journal.reset().and_then(|()| self.data.set_len(base.length)),
            None => Ok(()),
        };
        Fault::Fatal(SinkError::Sync { path: self.config.path.clone(), source })
    }
}
