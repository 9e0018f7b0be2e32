//! The checkpoint shared by the stages: announced by the transform, moved by sinks, kept by the keeper.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use becauselog_model::{Checkpoint, Progress};
use tokio::sync::Notify;

use crate::checkpoint::Checkpointer;

/// The checkpoint and who waits for it to move. The lock is held for moments and never across an await.
#[derive(Debug)]
pub struct Checkpoints {
    inner: Mutex<Checkpointer>,
    moved: Notify,
    kept: AtomicU64,
}

impl Checkpoints {
    /// Starts from a checkpoint with so many sinks.
    #[must_use]
    pub fn new(start: Checkpoint, sinks: usize) -> Self {
        Self {
            inner: Mutex::new(Checkpointer::new(start, sinks)),
            moved: Notify::new(),
            kept: AtomicU64::new(0),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Checkpointer) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// See [`Checkpointer::announce`].
    pub fn announce(&self, seq: u64, progress: Progress) {
        self.with(|inner| inner.announce(seq, progress));
    }

    /// See [`Checkpointer::durable`]; wakes the keeper when the checkpoint moved.
    pub fn durable(&self, sink: usize, seq: u64) {
        if self.with(|inner| inner.durable(sink, seq)) {
            self.moved.notify_one();
        }
    }

    /// Waits until the checkpoint has moved since the last call.
    pub async fn moved(&self) {
        self.moved.notified().await;
    }

    /// The checkpoint now, and the last batch that it covers.
    #[must_use]
    pub fn current(&self) -> (Checkpoint, u64) {
        self.with(|inner| (inner.current().clone(), inner.passed()))
    }

    /// Notes that the checkpoint up to this batch is kept.
    pub fn kept(&self, seq: u64) {
        self.kept.fetch_max(seq, Ordering::Relaxed);
    }

    /// The last batch that a kept checkpoint covers.
    #[must_use]
    pub fn kept_seq(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }
}
