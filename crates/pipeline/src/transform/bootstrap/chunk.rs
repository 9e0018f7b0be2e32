//! Rows on their way from a SELECT to a batch.

use std::time::Duration;

use becauselog_snapshot::SelectedRow;
use tokio::time::Instant;

use crate::transform::BATCH_BYTES;

/// Rows that wait for others of their batch go after so long.
const LINGER: Duration = Duration::from_millis(100);

/// The rows that were read and not sent.
#[derive(Default)]
pub(super) struct Chunk {
    /// The number of the first of them.
    first: u64,
    rows: Vec<SelectedRow>,
    bytes: usize,
    /// When it has waited long enough.
    due: Option<Instant>,
}

impl Chunk {
    pub(super) fn push(&mut self, row: SelectedRow, row_bytes: usize) {
        self.bytes = self.bytes.saturating_add(row.bytes()).saturating_add(row_bytes);
        self.rows.push(row);
        if self.due.is_none() {
            self.due = Instant::now().checked_add(LINGER);
        }
    }

    /// Whether it is large enough for a batch, or has waited long enough.
    pub(super) fn is_due(&self) -> bool {
        self.bytes >= BATCH_BYTES || self.due.is_some_and(|due| due <= Instant::now())
    }

    /// How many rows were read so far.
    pub(super) fn count(&self) -> u64 {
        self.first.saturating_add(self.rows.len() as u64)
    }

    pub(super) fn take(&mut self) -> (u64, Vec<SelectedRow>, usize) {
        let first = self.first;
        (self.first, self.due) = (self.count(), None);
        (first, std::mem::take(&mut self.rows), std::mem::take(&mut self.bytes))
    }

    /// Waits until it has waited long enough; for ever while it is empty.
    pub(super) async fn due(&self) {
        match self.due {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }
}
