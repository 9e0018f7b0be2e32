//! When to try again, and when to stop trying.

use std::time::Duration;

use rand::Rng as _;

use super::config::RetryPolicy;

/// Counts failures since the last progress.
#[derive(Debug)]
pub(crate) struct Backoff {
    policy: RetryPolicy,
    rounds: u32,
    spent: Duration,
}

impl Backoff {
    pub(crate) const fn new(policy: RetryPolicy) -> Self {
        Self { policy, rounds: 0, spent: Duration::ZERO }
    }

    /// Something new came: all is forgiven.
    pub(crate) fn progress(&mut self) {
        self.rounds = 0;
        self.spent = Duration::ZERO;
    }

    /// Time that went into a failure.
    pub(crate) fn spend(&mut self, time: Duration) {
        self.spent = self.spent.saturating_add(time);
    }

    /// What was spent without progress.
    pub(crate) const fn spent(&self) -> Duration {
        self.spent
    }

    /// Whether there is nothing left to spend.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.spent >= self.policy.budget
    }

    /// The wait before the next round of attempts; none before the first. It counts as spent.
    pub(crate) fn next_wait(&mut self) -> Duration {
        let round = self.rounds;
        self.rounds = round.saturating_add(1);
        let Some(doublings) = round.checked_sub(1) else { return Duration::ZERO };
        let factor = 1u32.checked_shl(doublings).unwrap_or(u32::MAX);
        let longest = self.policy.first.saturating_mul(factor).min(self.policy.max);
        let wait = longest.mul_f64(1.0 - fraction() / 2.0);
        self.spend(wait);
        wait
    }
}

/// A number from 0 to 1.
fn fraction() -> f64 {
    f64::from(rand::rng().next_u32()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> RetryPolicy {
        RetryPolicy {
            first: Duration::from_millis(200),
            max: Duration::from_secs(30),
            budget: Duration::from_secs(60),
        }
    }

    #[test]
    fn waits_double_within_their_bounds_and_end() {
        let mut backoff = Backoff::new(policy());
        assert_eq!(backoff.next_wait(), Duration::ZERO);
        let mut longest = Duration::from_millis(200);
        for _ in 0..40 {
            let wait = backoff.next_wait();
            assert!(wait <= longest && wait >= longest / 2, "{wait:?} of {longest:?}");
            longest = (longest * 2).min(Duration::from_secs(30));
        }
        assert!(backoff.is_exhausted());
    }

    #[test]
    fn progress_forgives() {
        let mut backoff = Backoff::new(policy());
        backoff.next_wait();
        backoff.spend(Duration::from_secs(61));
        assert!(backoff.is_exhausted());
        backoff.progress();
        assert!(!backoff.is_exhausted());
        assert_eq!(backoff.next_wait(), Duration::ZERO);
    }
}
