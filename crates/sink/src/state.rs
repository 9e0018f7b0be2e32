//! What a sink says of itself.

use std::time::SystemTime;

use tokio::sync::watch;

/// Whether a sink goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SinkState {
    /// It takes what comes.
    #[default]
    Running,
    /// It waits for its target and tries again by itself.
    Stalled {
        /// What it waits for, for a human.
        why: String,
        /// Since when.
        since: SystemTime,
        /// How often it has tried in vain.
        attempts: u64,
    },
    /// It takes nothing any more.
    Closed {
        /// Why.
        why: String,
    },
}

/// Holds a sink's state and tells it to whoever watches. For those who write sinks.
#[derive(Debug, Default)]
pub struct StateCell(watch::Sender<SinkState>);

impl StateCell {
    /// A reader of the state.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<SinkState> {
        self.0.subscribe()
    }

    /// The sink goes on. True when it was stalled before.
    pub fn running(&self) -> bool {
        self.0.send_if_modified(|state| {
            let stalled = matches!(state, SinkState::Stalled { .. });
            if stalled {
                *state = SinkState::Running;
            }
            stalled
        })
    }

    /// The sink has tried in vain. True when it went on before this.
    pub fn stalled(&self, why: &str) -> bool {
        let mut first = false;
        self.0.send_modify(|state| {
            let (since, attempts) = match state {
                SinkState::Stalled { since, attempts, .. } => (*since, *attempts),
                SinkState::Running | SinkState::Closed { .. } => (SystemTime::now(), 0),
            };
            first = attempts == 0;
            *state = SinkState::Stalled { why: why.to_owned(), since, attempts: attempts.saturating_add(1) };
        });
        first
    }

    /// The sink takes nothing any more.
    pub fn closed(&self, why: &str) {
        self.0.send_replace(SinkState::Closed { why: why.to_owned() });
    }
}
