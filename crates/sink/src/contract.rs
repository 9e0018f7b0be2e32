//! The contract of every sink.

use std::{future::Future, sync::Arc};

use becauselog_model::{EncodedBatch, StoredPosition};
use tokio::sync::watch;

use crate::{error::SinkError, state::SinkState};

/// What has become of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Taken. It counts as delivered only when [`Sink::flush`], [`Sink::idle`] or a later write says so.
    Accepted,
    /// The batch of this `seq` and all before it are durable. It may be an earlier one than the batch just written.
    Durable(u64),
}

/// A target of changes. One task owns it and calls it in this order: [`stored`](Sink::stored), [`begin`](Sink::begin),
/// then [`write`](Sink::write) batch after batch and [`idle`](Sink::idle) between them, [`flush`](Sink::flush) at the end.
///
/// Contract:
/// - batches come in order of `seq`, without a gap; what is made durable is in that order too;
/// - every future may be dropped before it is done. Handing the same batch over again is then right: what was already
///   taken of it is not written twice, what was not is;
/// - the task has a thread of its own: `write` may block on the disk, for as long as one write takes;
/// - after an error of class `Transient` the same call may be made again. After any other, nothing but dropping;
/// - while a sink waits for its target (a full disk, a broker that is away) `write` does not return; what it waits for
///   is in [`state`](Sink::state).
pub trait Sink: Send {
    /// Its name in logs, metrics and states.
    fn name(&self) -> &str;

    /// Its state, to be read by anyone at any time, in the middle of a write too.
    fn state(&self) -> watch::Receiver<SinkState>;

    /// The position that is kept at the target with the data: it beats the local checkpoint.
    ///
    /// # Errors
    /// When the target cannot be read, or holds another thing than its position says.
    fn stored(&mut self) -> impl Future<Output = Result<Option<StoredPosition>, SinkError>> + Send;

    /// Says where the batches that follow begin. A sink that keeps its position keeps this one from now on.
    ///
    /// # Errors
    /// When the target does not take it.
    fn begin(&mut self, start: &StoredPosition) -> impl Future<Output = Result<(), SinkError>> + Send {
        let _ = start;
        async { Ok(()) }
    }

    /// Writes a batch.
    ///
    /// # Errors
    /// By class; the target is then as it was before.
    fn write(&mut self, batch: &Arc<EncodedBatch>)
    -> impl Future<Output = Result<Outcome, SinkError>> + Send;

    /// Makes all that was taken durable; says up to which `seq` (0: nothing yet).
    ///
    /// # Errors
    /// When the target refuses; what was accepted since the last durable seq is then to be taken as lost.
    fn flush(&mut self) -> impl Future<Output = Result<u64, SinkError>> + Send;

    /// Waits for what time brings (a sync that is due, a rotation by age), does it, and says which `seq` is durable
    /// then. Made to be raced against the next batch; a sink that does nothing by time never returns.
    ///
    /// # Errors
    /// As [`flush`](Sink::flush).
    fn idle(&mut self) -> impl Future<Output = Result<u64, SinkError>> + Send {
        std::future::pending()
    }

    /// Opens its file anew (SIGHUP), after someone has moved it away. Nothing for sinks without a file.
    ///
    /// # Errors
    /// When the new file cannot be made.
    fn reopen(&mut self) -> impl Future<Output = Result<(), SinkError>> + Send {
        async { Ok(()) }
    }
}
