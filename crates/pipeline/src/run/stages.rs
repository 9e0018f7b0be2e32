//! The tasks of a pipeline: started in one place, watched in one place.

use std::time::Duration;

use becauselog_binlog::SourceBatch;
use tokio::{
    runtime::Handle,
    task::{JoinError, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{keeper::Keeper, outlet::SinkTask, source::Source};
use crate::{
    budget::{ByteReceiver, ByteSender},
    error::PipelineError,
    transform::{Stopped, Transform},
};

type Ended = Result<(), Box<PipelineError>>;

/// The tasks but the keeper, which outlives them.
pub(super) struct Stages {
    tasks: JoinSet<Ended>,
    stop: CancellationToken,
    deadline: Duration,
    /// Nobody waits for the sinks any more.
    left: CancellationToken,
    _leave: DropGuard,
}

impl Stages {
    pub(super) fn new(stop: CancellationToken, deadline: Duration) -> Self {
        let left = CancellationToken::new();
        let leave = left.clone().drop_guard();
        Self { tasks: JoinSet::new(), stop, deadline, left, _leave: leave }
    }

    /// Delivers on a thread of its own: a sink may block on the disk, and is woken by nothing but its batches. Dropping
    /// the stages ends it where it waits.
    pub(super) fn sink(&mut self, task: SinkTask) {
        let (runtime, left) = (Handle::current(), self.left.clone());
        self.tasks.spawn_blocking(move || {
            runtime.block_on(async move {
                tokio::select! {
                    ended = task.run() => ended.map_err(Box::new),
                    () = left.cancelled() => Ok(()),
                }
            })
        });
    }

    /// Reads until the source ends or a stop is asked for; dropping the sender then ends the stages behind.
    pub(super) fn source(&mut self, mut source: impl Source + 'static, to: ByteSender<SourceBatch>) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            loop {
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
                    Err(error) => break Err(Box::new(PipelineError::Source(Box::new(error)))),
                }
            }
        });
    }

    /// Works on a thread of its own: it computes, and it may block on the spool.
    pub(super) fn transform(
        &mut self,
        transform: Transform,
        from: ByteReceiver<SourceBatch>,
        heartbeat: Option<Duration>,
    ) {
        let runtime = Handle::current();
        self.tasks.spawn_blocking(move || match runtime.block_on(transformed(transform, from, heartbeat)) {
            // The sink tells why itself.
            Ok(()) | Err(Stopped::SinkGone | Stopped::Asked) => Ok(()),
            Err(Stopped::Failed(error)) => Err(error),
        });
    }

    /// Runs all to their end. The first failure stops the reading; what is on its way is still delivered.
    pub(super) async fn run(mut self, keeper: Keeper) -> Result<(), PipelineError> {
        let done = CancellationToken::new();
        let keep_until = done.clone();
        let mut keeping = tokio::spawn(async move { keeper.run(keep_until).await.map_err(Box::new) });
        let stop = self.stop.clone();
        let overdue = async {
            stop.cancelled().await;
            tokio::time::sleep(self.deadline).await;
        };
        tokio::pin!(overdue);
        let mut first_failure = None;
        let mut kept = None;
        loop {
            let result = tokio::select! {
                ended = self.tasks.join_next() => match ended {
                    None => break,
                    Some(ended) => ended.unwrap_or_else(|error| Err(unexpected("delivery", &error))),
                },
                // It ends before the others only by failing: a checkpoint that cannot be kept stops the run, as delivered
                // changes would otherwise come again without anybody having been told.
                ended = &mut keeping, if kept.is_none() => {
                    let result = ended.unwrap_or_else(|error| Err(unexpected("checkpoint", &error)));
                    kept = Some(());
                    result
                }
                () = &mut overdue => {
                    let late = PipelineError::Deadline { seconds: self.deadline.as_secs() };
                    first_failure.get_or_insert(Box::new(late));
                    break;
                }
            };
            if let Err(error) = result {
                self.stop.cancel();
                first_failure.get_or_insert(error);
            }
        }
        done.cancel();
        let last = match kept {
            Some(()) => Ok(()),
            None => keeping.await.unwrap_or_else(|error| Err(unexpected("checkpoint", &error))),
        };
        first_failure.map_or(last, Err).map_err(|error| *error)
    }
}

/// Transforms what comes until nothing does; between batches a heartbeat when it is time.
async fn transformed(
    mut transform: Transform,
    mut from: ByteReceiver<SourceBatch>,
    heartbeat: Option<Duration>,
) -> Result<(), Stopped> {
    let mut ticks = heartbeat.map(|every| {
        let mut ticks = interval_at(Instant::now() + every, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    });
    let tick = async |ticks: &mut Option<Interval>| match ticks {
        Some(ticks) => drop(ticks.tick().await),
        None => std::future::pending().await,
    };
    loop {
        // Both may be dropped half-done: `recv` and `tick` are cancel-safe.
        tokio::select! {
            batch = from.recv() => match batch {
                Some(batch) => transform.take(batch.item).await?,
                None => return Ok(()),
            },
            () = tick(&mut ticks) => transform.heartbeat().await?,
        }
    }
}

/// A stage that ended without a result: it panicked.
fn unexpected(stage: &'static str, error: &JoinError) -> Box<PipelineError> {
    Box::new(PipelineError::Stage { stage, what: error.to_string() })
}
