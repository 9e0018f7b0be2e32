//! A sink with its encoder, and the task that drives it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use becauselog_model::{EncodedBatch, ErrorClass, StoredPosition};
use becauselog_sink::{BoxSink, Outcome, Sink, SinkError, failpoint};
use tokio::sync::watch;

use crate::{
    budget::ByteReceiver, checkpoints::Checkpoints, encode::Encode, error::PipelineError, status::Status,
};

/// A sink and the encoder that makes its records.
pub struct Outlet {
    sink: BoxSink,
    encoder: Box<dyn Encode>,
}

/// What drives one sink.
pub(super) struct SinkTask {
    pub number: usize,
    pub sink: BoxSink,
    pub batches: ByteReceiver<Arc<EncodedBatch>>,
    pub checkpoints: Arc<Checkpoints>,
    pub status: Arc<Status>,
    pub reopen: watch::Receiver<u64>,
}

/// Waiting after a transient failure: doubled each time up to the last.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LAST: Duration = Duration::from_secs(10);

impl Outlet {
    /// An outlet.
    #[must_use]
    pub fn new(sink: BoxSink, encoder: Box<dyn Encode>) -> Self {
        Self { sink, encoder }
    }

    fn failed(&self, source: SinkError) -> PipelineError {
        PipelineError::Sink { sink: self.sink.name().to_owned(), source }
    }

    pub(super) async fn stored(&mut self) -> Result<Option<StoredPosition>, PipelineError> {
        let stored = self.sink.stored().await;
        stored.map_err(|error| self.failed(error))
    }

    pub(super) async fn begin(&mut self, start: &StoredPosition) -> Result<(), PipelineError> {
        let begun = self.sink.begin(start).await;
        begun.map_err(|error| self.failed(error))
    }

    pub(super) fn into_parts(self) -> (BoxSink, Box<dyn Encode>) {
        (self.sink, self.encoder)
    }
}

impl SinkTask {
    /// Takes batches until the channel closes, then makes all of it durable.
    pub(super) async fn run(mut self) -> Result<(), PipelineError> {
        let name = self.sink.name().to_owned();
        let failed = |source| PipelineError::Sink { sink: name.clone(), source };
        loop {
            tokio::select! {
                // Every future here may be dropped half-done: that is the sinks' contract, and `recv` is cancel-safe.
                batch = self.batches.recv() => match batch {
                    Some(batch) => self.write(&batch.item).await.map_err(failed)?,
                    None => break,
                },
                durable = self.sink.idle() => self.checkpoints.durable(self.number, durable.map_err(failed)?),
                Ok(()) = self.reopen.changed() => self.sink.reopen().await.map_err(failed)?,
            }
        }
        let durable = self.sink.flush().await.map_err(failed)?;
        self.checkpoints.durable(self.number, durable);
        Ok(())
    }

    async fn write(&mut self, batch: &Arc<EncodedBatch>) -> Result<(), SinkError> {
        let mut wait = RETRY_FIRST;
        let outcome = loop {
            match self.sink.write(batch).await {
                Err(error) if error.class() == ErrorClass::Transient => {
                    tracing::warn!(sink = self.sink.name(), %error, retry_in_ms = wait.as_millis(), "write failed");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(RETRY_LAST);
                }
                outcome => break outcome?,
            }
        };
        failpoint("pipeline.sink.accepted");
        self.note_lag(batch);
        if let Outcome::Durable(seq) = outcome {
            self.checkpoints.durable(self.number, seq);
        }
        Ok(())
    }

    fn note_lag(&self, batch: &EncodedBatch) {
        if let (Some(commit_us), 1..) = (batch.range.progress.oldest_commit_us, batch.records.len()) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let now_us = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
            self.status.lagged(now_us.saturating_sub(commit_us));
        }
    }
}
