//! A sink with its encoders, and the task that drives it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use becauselog_model::{EncodedBatch, ErrorClass, StoredPosition};
use becauselog_sink::{BoxSink, Outcome, Sink, SinkError, failpoint};
use tokio::sync::watch;

use crate::{
    budget::{ByteReceiver, Charged},
    checkpoints::Checkpoints,
    encode::Encode,
    encoders::{Encoders, Encoding},
    error::PipelineError,
    status::Status,
};

/// A sink and the encoders that make its records.
pub struct Outlet {
    sink: BoxSink,
    encoders: Vec<Box<dyn Encode>>,
}

/// What drives one sink.
pub(super) struct SinkTask {
    pub number: usize,
    pub sink: BoxSink,
    pub batches: ByteReceiver<Encoding>,
    pub encoders: Arc<Encoders>,
    pub checkpoints: Arc<Checkpoints>,
    pub status: Arc<Status>,
    pub reopen: watch::Receiver<u64>,
}

/// Waiting after a transient failure: doubled each time up to the last.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LAST: Duration = Duration::from_secs(10);

impl Outlet {
    /// An outlet whose one encoder sees all changes in order.
    #[must_use]
    pub fn new(sink: BoxSink, encoder: Box<dyn Encode>) -> Self {
        Self { sink, encoders: vec![encoder] }
    }

    /// An outlet whose encoders, all alike, work on consecutive batches side by side; the sink sees them in order. Of such as
    /// tell transactions only the first is used: they must see all changes in order.
    #[must_use]
    pub fn side_by_side(sink: BoxSink, first: Box<dyn Encode>, others: Vec<Box<dyn Encode>>) -> Self {
        let others = if first.tells_transactions() { Vec::new() } else { others };
        let encoders = std::iter::once(first).chain(others).collect();
        Self { sink, encoders }
    }

    /// How often its encoders have a heartbeat.
    pub(super) fn heartbeat_interval(&self) -> Option<Duration> {
        self.encoders.iter().filter_map(|encoder| encoder.heartbeat_interval()).min()
    }

    /// Whether an encoder is to be told where transactions begin and end.
    pub(super) fn tells_transactions(&self) -> bool {
        self.encoders.iter().any(|encoder| encoder.tells_transactions())
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

    pub(super) fn into_parts(self) -> (BoxSink, Vec<Box<dyn Encode>>) {
        (self.sink, self.encoders)
    }
}

impl SinkTask {
    /// Takes batches until the channel closes or one could not be made, then makes all of it durable.
    pub(super) async fn run(mut self) -> Result<(), PipelineError> {
        let name = self.sink.name().to_owned();
        let failed = |source| PipelineError::Sink { sink: name.clone(), source };
        let mut torn = Ok(());
        loop {
            tokio::select! {
                // Every future here may be dropped half-done: that is the sinks' contract, and `recv` is cancel-safe.
                batch = self.batches.recv() => {
                    // Its room is given back when it is written.
                    let Some(Charged { item, charge: _charge }) = batch else { break };
                    match item.done().await {
                        Ok(batch) => self.write(Arc::new(batch)).await.map_err(failed)?,
                        Err(error) => {
                            torn = Err(error);
                            break;
                        }
                    }
                }
                durable = self.sink.idle() => self.checkpoints.durable(self.number, durable.map_err(failed)?),
                Ok(()) = self.reopen.changed() => self.sink.reopen().await.map_err(failed)?,
            }
        }
        let durable = self.sink.flush().await.map_err(failed)?;
        self.checkpoints.durable(self.number, durable);
        torn
    }

    async fn write(&mut self, batch: Arc<EncodedBatch>) -> Result<(), SinkError> {
        let mut wait = RETRY_FIRST;
        let outcome = loop {
            match self.sink.write(&batch).await {
                Err(error) if error.class() == ErrorClass::Transient => {
                    tracing::warn!(sink = self.sink.name(), %error, retry_in_ms = wait.as_millis(), "write failed");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(RETRY_LAST);
                }
                outcome => break outcome?,
            }
        };
        failpoint("pipeline.sink.accepted");
        self.note_lag(&batch);
        self.encoders.take_back(batch);
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
