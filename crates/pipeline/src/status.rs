//! What a running pipeline says of itself: counters that every stage adds to and anybody reads.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use becauselog_model::Checkpoint;
use hdrhistogram::Histogram;

/// The longest lag that is told apart: a week.
const LAG_US_MAX: u64 = 7 * 24 * 60 * 60 * 1_000_000;

/// Counters since the start. All are read without stopping anything.
#[derive(Debug)]
pub struct Status {
    /// Bytes of events read.
    pub bytes_read: AtomicU64,
    /// Transactions seen to their end, filtered and empty ones too.
    pub transactions: AtomicU64,
    /// Row changes seen, before any filter.
    pub changes_seen: AtomicU64,
    /// Row changes encoded, counted once however many sinks there are.
    pub changes: AtomicU64,
    /// Row changes left out because of the server that committed them first, whatever table they are of.
    pub changes_of_other_sources: AtomicU64,
    /// Rows read by SELECT for bootstraps, counted once however many sinks there are.
    pub bootstrapped: AtomicU64,
    /// Transactions that waited in a spool file.
    pub spooled: AtomicU64,
    /// Values that a format could not hold exactly, over all sinks.
    pub lossy_values: AtomicU64,
    /// XA transactions that are prepared and not settled.
    pub prepared: AtomicU64,
    /// Times the connection was renewed.
    pub reconnects: AtomicU64,
    lag_us: Mutex<Histogram<u64>>,
    checkpoint: Mutex<Option<Checkpoint>>,
}

/// The time from commit on the server to acceptance by the slowest sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// Median, in microseconds.
    pub p50_us: u64,
    /// 99th percentile, in microseconds.
    pub p99_us: u64,
    /// How many batches were measured.
    pub samples: u64,
}

impl Default for Status {
    fn default() -> Self {
        let zero = || AtomicU64::new(0);
        // Bounds and figures are fixed and valid, so this cannot fail; a lag beyond the bound counts as the bound.
        #[allow(clippy::expect_used, reason = "the bounds are constants within what the histogram takes")]
        let lag = Histogram::new_with_bounds(1, LAG_US_MAX, 3).expect("valid bounds");
        Self {
            bytes_read: zero(),
            transactions: zero(),
            changes_seen: zero(),
            changes: zero(),
            changes_of_other_sources: zero(),
            bootstrapped: zero(),
            spooled: zero(),
            lossy_values: zero(),
            prepared: zero(),
            reconnects: zero(),
            lag_us: Mutex::new(lag),
            checkpoint: Mutex::new(None),
        }
    }
}

impl Status {
    /// Adds to a counter.
    pub(crate) fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    /// Notes how old a batch's first commit was when its sink took it.
    pub(crate) fn lagged(&self, us: u64) {
        let mut lag = self.lag_us.lock().unwrap_or_else(PoisonError::into_inner);
        lag.saturating_record(us);
    }

    /// Notes the checkpoint that was kept last.
    pub(crate) fn checkpointed(&self, checkpoint: &Checkpoint) {
        *self.checkpoint.lock().unwrap_or_else(PoisonError::into_inner) = Some(checkpoint.clone());
    }

    /// The checkpoint that was kept last.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.checkpoint.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The lag so far.
    #[must_use]
    pub fn lag(&self) -> Lag {
        let lag = self.lag_us.lock().unwrap_or_else(PoisonError::into_inner);
        Lag { p50_us: lag.value_at_quantile(0.5), p99_us: lag.value_at_quantile(0.99), samples: lag.len() }
    }
}
