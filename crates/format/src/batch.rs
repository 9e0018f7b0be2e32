//! Where a batch ended before a change, so that a failed change leaves nothing.

use becauselog_model::{EncodedBatch, Span};

/// The lengths of a batch's buffers.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    values: usize,
    head: usize,
    headers: usize,
    records: usize,
}

impl Mark {
    pub(crate) const fn of(batch: &EncodedBatch) -> Self {
        Self {
            values: batch.values.len(),
            head: batch.head.len(),
            headers: batch.headers.len(),
            records: batch.records.len(),
        }
    }

    /// Takes back all that came after.
    pub(crate) fn restore(self, batch: &mut EncodedBatch) {
        batch.values.truncate(self.values);
        batch.head.truncate(self.head);
        batch.headers.truncate(self.headers);
        batch.records.truncate(self.records);
    }
}

/// Whether every offset still fits a [`Span`].
pub(crate) fn fits(batch: &EncodedBatch) -> bool {
    u32::try_from(batch.values.len()).is_ok() && u32::try_from(batch.head.len()).is_ok()
}

/// A span; offsets beyond 4 GiB are cut, which [`fits`] finds.
pub(crate) fn span(start: usize, end: usize) -> Span {
    Span { start: offset(start), end: offset(end) }
}

pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The index of a topic in the batch, added if it is not there. `hint` is where it was last.
pub(crate) fn topic(batch: &mut EncodedBatch, topic: &std::sync::Arc<str>, hint: &mut u32) -> u32 {
    let is_it = |there: &std::sync::Arc<str>| std::sync::Arc::ptr_eq(there, topic) || there == topic;
    let hinted = usize::try_from(*hint).ok().and_then(|at| batch.topics.get(at));
    if !hinted.is_some_and(is_it) {
        let found = batch.topics.iter().position(is_it);
        *hint = offset(found.unwrap_or(batch.topics.len()));
        if found.is_none() {
            batch.topics.push(topic.clone());
        }
    }
    *hint
}
