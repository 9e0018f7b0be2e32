//! The tasks of a pipeline: started in one place, watched in one place.

use std::time::Duration;

use becauselog_binlog::SourceBatch;
use tokio::{runtime::Handle, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{keeper::Keeper, outlet::SinkTask, source::Source};
use crate::{
    budget::{ByteReceiver, ByteSender},
    error::PipelineError,
    transform::{Stopped, Transform},
};

type Ended = (&'static str, Result<(), PipelineError>);

/// The tasks but the keeper, which outlives them.
pub(super) struct Stages {
    tasks: JoinSet<Ended>,
    stop: CancellationToken,
    deadline: Duration,
}

impl Stages {
    pub(super) fn new(stop: CancellationToken, deadline: Duration) -> Self {
        Self { tasks: JoinSet::new(), stop, deadline }
    }

    pub(super) fn sink(&mut self, task: SinkTask) {
        self.tasks.spawn(async move { ("sink", task.run().await) });
    }

    /// Reads until the source ends or a stop is asked for; dropping the sender then ends the stages behind.
    pub(super) fn source(&mut self, mut source: impl Source + 'static, to: ByteSender<SourceBatch>) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let ended = loop {
                let batch = tokio::select! {
                    () = stop.cancelled() => break Ok(()),
                    // Dropped half-done only on the way out.
                    batch = source.next() => batch,
                };
                match batch {
                    Ok(Some(batch)) => {
                        let bytes = batch.bytes;
                        tokio::select! {
                            () = stop.cancelled() => break Ok(()),
                            sent = to.send(batch, bytes) => if sent.is_err() { break Ok(()) },
                        }
                    }
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(PipelineError::Source(Box::new(error))),
                }
            };
            ("source", ended)
        });
    }

    /// Works on a thread of its own: it computes, and it may block on the spool.
    pub(super) fn transform(&mut self, mut transform: Transform, mut from: ByteReceiver<SourceBatch>) {
        let runtime = Handle::current();
        self.tasks.spawn_blocking(move || {
            let ended = runtime.block_on(async {
                while let Some(batch) = from.recv().await {
                    match transform.take(batch.item).await {
                        Ok(()) => {}
                        // The sink tells why itself.
                        Err(Stopped::SinkGone) => break,
                        Err(Stopped::Failed(error)) => return Err(*error),
                    }
                }
                Ok(())
            });
            ("transform", ended)
        });
    }

    /// Runs all to their end. The first failure stops the reading; what is on its way is still delivered.
    pub(super) async fn run(mut self, keeper: Keeper) -> Result<(), PipelineError> {
        let done = CancellationToken::new();
        let keeping = tokio::spawn(keeper.run(done.clone()));
        let stop = self.stop.clone();
        let overdue = async {
            stop.cancelled().await;
            tokio::time::sleep(self.deadline).await;
        };
        tokio::pin!(overdue);
        let mut first_failure = None;
        loop {
            let ended = tokio::select! {
                ended = self.tasks.join_next() => ended,
                () = &mut overdue => {
                    first_failure.get_or_insert(PipelineError::Deadline { seconds: self.deadline.as_secs() });
                    break;
                }
            };
            let result = match ended {
                None => break,
                Some(Ok((_, result))) => result,
                Some(Err(panic)) => Err(PipelineError::Stage { stage: "a", what: panic.to_string() }),
            };
            if let Err(error) = result {
                self.stop.cancel();
                first_failure.get_or_insert(error);
            }
        }
        done.cancel();
        let kept =
            keeping.await.map_err(|e| PipelineError::Stage { stage: "checkpoint", what: e.to_string() });
        match (first_failure, kept) {
            (Some(error), _) => Err(error),
            (None, Ok(kept)) => kept,
            (None, Err(error)) => Err(error),
        }
    }
}
