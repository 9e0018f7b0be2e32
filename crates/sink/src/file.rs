//! Lines appended to a file, with the position kept beside it.
//!
//! A batch is one write, then one short journal line; readers of the file see it at once. A sync runs in the background
//! while writing goes on. See `docs/state-folder.md` for the files, and [`recovery`] for what a crash leaves of them.

mod config;
mod fault;
mod journal;
mod open;
mod recovery;
mod sidecar;
mod sync;
mod turn;
mod writer;

pub use config::{FileConfig, Fsync, FsyncParseError, OnForeign, OnMissing, Rotation};

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use becauselog_model::{EncodedBatch, StoredPosition};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, warn};

use crate::{
    backoff::Backoff,
    contract::{Outcome, Sink},
    error::SinkError,
    state::{SinkState, StateCell},
};
use fault::Fault;
use writer::{Status, Writer};

/// The places of this sink where a test can kill the process, in the order in which they are passed.
pub const FILE_FAILPOINTS: [&str; 19] = [
    "sink.file.before_write",
    "sink.file.within_write",
    "sink.file.after_write",
    "sink.file.journal.within_write",
    "sink.file.after_journal",
    "sink.file.before_sync",
    "sink.file.after_sync",
    "sink.file.base.before_temporary",
    "sink.file.base.temporary_written",
    "sink.file.base.temporary_synced",
    "sink.file.base.renamed",
    "sink.file.base.folder_synced",
    "sink.file.sync_done",
    "sink.file.turn.announced",
    "sink.file.turn.moved",
    "sink.file.turn.move_synced",
    "sink.file.turn.begun",
    "sink.file.turn.begin_synced",
    "sink.file.turn.recorded",
];

/// Appends to a file and keeps the position beside it: nothing is lost and nothing is written twice, after `kill -9`
/// and after a power cut.
#[derive(Debug)]
pub struct FileSink {
    name: String,
    fsync: Fsync,
    writer: Arc<Mutex<Writer>>,
    state: StateCell,
    status: Status,
    sync: Option<JoinHandle<Step>>,
    /// When something was first written that is not durable.
    unsynced_since: Option<Instant>,
    /// After a sync that found no room: when the next may begin.
    sync_not_before: Option<Instant>,
    sync_backoff: Backoff,
}

/// A step of the writer and how far it is then.
type Step = (Result<(), Fault>, Status);

impl FileSink {
    /// Opens the file and its position, alone; repairs what a crash left. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// When another process writes it, or when the file and its position do not belong together.
    pub fn open(config: FileConfig) -> Result<Self, SinkError> {
        let (name, fsync) = (config.name.clone(), config.fsync);
        let writer = open::open(config)?;
        Ok(Self {
            name,
            fsync,
            status: writer.status(),
            writer: Arc::new(Mutex::new(writer)),
            state: StateCell::default(),
            sync: None,
            unsynced_since: None,
            sync_not_before: None,
            sync_backoff: Backoff::default(),
        })
    }

    /// Does a step of the writer where blocking is allowed. When this future is dropped the step is still done whole.
    async fn step<F>(&mut self, step: F) -> Result<Result<(), Fault>, SinkError>
    where
        F: FnOnce(&mut Writer) -> Result<(), Fault> + Send + 'static,
    {
        let task = spawn_step(&self.writer, step);
        let (result, status) = task.await.map_err(|_| self.panicked())?;
        self.take_status(status);
        Ok(result)
    }

    /// Writes a batch where it is called: handing it to another thread takes longer than most writes do.
    fn append(&mut self, batch: &EncodedBatch) -> Result<(), Fault> {
        let (result, status) = {
            let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            (writer.append(batch), writer.status())
        };
        self.take_status(status);
        result
    }

    /// A step that waits for a sync under way, and tries no second time when there is no room.
    async fn quiet_step<F>(&mut self, step: F) -> Result<(), SinkError>
    where
        F: FnOnce(&mut Writer) -> Result<(), Fault> + Send + 'static,
    {
        self.end_sync().await?;
        let result = self.step(step).await?;
        result.map_err(|fault| match fault {
            Fault::Full(error) => error,
            other => self.fail(other),
        })
    }

    fn take_status(&mut self, status: Status) {
        self.status = status;
        if !status.unsynced {
            self.unsynced_since = None;
        } else if self.unsynced_since.is_none() {
            self.unsynced_since = Some(Instant::now());
        }
    }

    /// When the next sync is due; nothing while one is under way or nothing needs one.
    fn sync_due(&self) -> Option<Instant> {
        let since = self.unsynced_since.filter(|_| self.sync.is_none())?;
        let due = match self.fsync {
            _ if self.status.journal_long => since,
            Fsync::Interval(_) if self.status.much_unsynced => since,
            Fsync::Interval(interval) => since.checked_add(interval)?,
            Fsync::Batch | Fsync::Never => return None,
        };
        Some(self.sync_not_before.map_or(due, |not_before| not_before.max(due)))
    }

    /// Begins a sync in the background if one is due.
    fn sync_if_due(&mut self) {
        if self.sync_due().is_some_and(|due| due <= Instant::now()) {
            self.begin_sync();
        }
    }

    fn begin_sync(&mut self) {
        let writer = Arc::clone(&self.writer);
        // What is written from now on is for the next one.
        self.unsynced_since = None;
        self.sync = Some(tokio::task::spawn_blocking(move || sync(&writer)));
    }

    /// Waits for the sync under way, if there is one. Want of room is shown, and left to the next one.
    async fn end_sync(&mut self) -> Result<(), SinkError> {
        let Some(task) = &mut self.sync else { return Ok(()) };
        let ended = task.await;
        self.sync = None;
        let (result, status) = ended.map_err(|_| self.panicked())?;
        self.take_status(status);
        match result {
            Ok(()) => {
                self.sync_not_before = None;
                self.sync_backoff.reset();
                self.goes_on();
                Ok(())
            }
            Err(Fault::SyncUnderWay) => Ok(()),
            Err(Fault::Full(error)) => {
                self.stalled(&error);
                self.sync_not_before = Instant::now().checked_add(self.sync_backoff.next_wait());
                Ok(())
            }
            Err(fault) => Err(self.fail(fault)),
        }
    }

    fn stalled(&self, error: &SinkError) {
        let why = error.to_string();
        if self.state.stalled(&why) {
            warn!(sink = self.name, %why, "sink stalled");
        }
    }

    fn goes_on(&self) {
        if self.sync_not_before.is_none() && self.state.running() {
            info!(sink = self.name, "sink goes on");
        }
    }

    fn fail(&self, fault: Fault) -> SinkError {
        let error = fault.into_error(&self.name);
        self.state.closed(&error.to_string());
        error
    }

    fn panicked(&self) -> SinkError {
        let error = SinkError::Panicked { name: self.name.clone() };
        self.state.closed(&error.to_string());
        error
    }

    /// How long until the file is old enough for the next one.
    fn turn_in(&self) -> Option<Duration> {
        let at = self.status.turn_at?;
        Some(at.duration_since(SystemTime::now()).unwrap_or_default())
    }
}

impl Sink for FileSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn state(&self) -> watch::Receiver<SinkState> {
        self.state.watch()
    }

    async fn stored(&mut self) -> Result<Option<StoredPosition>, SinkError> {
        Ok(self.writer.lock().unwrap_or_else(PoisonError::into_inner).stored().cloned())
    }

    async fn begin(&mut self, start: &StoredPosition) -> Result<(), SinkError> {
        let start = start.clone();
        self.quiet_step(move |writer| writer.begin(&start)).await
    }

    async fn write(&mut self, batch: &Arc<EncodedBatch>) -> Result<Outcome, SinkError> {
        if self.sync.as_ref().is_some_and(JoinHandle::is_finished) {
            self.end_sync().await?;
        }
        let mut backoff = Backoff::default();
        loop {
            match self.append(batch) {
                Ok(()) => break,
                Err(Fault::SyncUnderWay) => self.end_sync().await?,
                Err(Fault::Full(error)) => {
                    self.stalled(&error);
                    sleep(backoff.next_wait()).await;
                }
                Err(fault) => return Err(self.fail(fault)),
            }
        }
        self.goes_on();
        self.sync_if_due();
        match self.status.durable_seq {
            0 => Ok(Outcome::Accepted),
            seq => Ok(Outcome::Durable(seq)),
        }
    }

    async fn flush(&mut self) -> Result<u64, SinkError> {
        self.end_sync().await?;
        while self.status.durable_seq < self.status.last_seq || self.sync_not_before.is_some() {
            if let Some(not_before) = self.sync_not_before {
                sleep_until(not_before).await;
            }
            self.begin_sync();
            self.end_sync().await?;
        }
        Ok(self.status.durable_seq)
    }

    async fn idle(&mut self) -> Result<u64, SinkError> {
        loop {
            if self.sync.is_some() {
                self.end_sync().await?;
                return Ok(self.status.durable_seq);
            }
            let turn_at = self.turn_in().and_then(|wait| Instant::now().checked_add(wait));
            let next = match (self.sync_due(), turn_at) {
                (Some(sync), Some(turn)) => sync.min(turn),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => std::future::pending().await,
            };
            sleep_until(next).await;
            if self.sync_due().is_some_and(|due| due <= Instant::now()) {
                self.begin_sync();
                continue;
            }
            return self.turn_by_age().await;
        }
    }

    async fn reopen(&mut self) -> Result<(), SinkError> {
        self.quiet_step(Writer::reopen).await
    }
}

impl FileSink {
    /// Begins a new file where the old one's time is over. In the middle of a transaction, and where there is no room,
    /// it is left to the next write.
    async fn turn_by_age(&mut self) -> Result<u64, SinkError> {
        match self.step(Writer::turn_if_old).await? {
            Ok(()) => {}
            Err(Fault::SyncUnderWay) => self.end_sync().await?,
            Err(Fault::Full(error)) => self.stalled(&error),
            Err(fault) => return Err(self.fail(fault)),
        }
        if self.turn_in().is_some_and(|wait| wait.is_zero()) {
            // Not done: idle must not spin until the write that can do it.
            sleep(TURN_PAUSE).await;
        }
        Ok(self.status.durable_seq)
    }
}

/// How long a turn that is due and cannot be made is left alone.
const TURN_PAUSE: Duration = Duration::from_secs(1);

fn spawn_step<F>(writer: &Arc<Mutex<Writer>>, step: F) -> JoinHandle<Step>
where
    F: FnOnce(&mut Writer) -> Result<(), Fault> + Send + 'static,
{
    let writer = Arc::clone(writer);
    tokio::task::spawn_blocking(move || {
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let result = step(&mut writer);
        (result, writer.status())
    })
}

/// A sync: only its begin and its end keep the writer from writing.
fn sync(writer: &Mutex<Writer>) -> Step {
    let lock = || writer.lock().unwrap_or_else(PoisonError::into_inner);
    let begun = {
        let mut writer = lock();
        if writer.turn.is_some() {
            // A new file was being begun and found no room: going on with that makes the old one durable first.
            let result = writer.make_turn();
            return (result, writer.status());
        }
        writer.begin_sync(None)
    };
    let (job, synced) = match begun {
        Ok(mut job) => {
            let synced = job.run();
            (job, synced)
        }
        Err(fault) => return (Err(fault), lock().status()),
    };
    let mut writer = lock();
    let result = writer.end_sync(job, synced);
    (result, writer.status())
}

#[cfg(test)]
mod tests;
