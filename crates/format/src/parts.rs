//! Which parts of a record are wanted.

/// What the sinks of a pipeline look at: what none of them wants is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// Values only: no keys, no headers, no tombstones.
    Values,
    /// Whole records: topic, key, value, headers, tombstones.
    Records,
}

impl Parts {
    /// Whether keys, headers and tombstones are wanted.
    #[must_use]
    pub const fn records(self) -> bool {
        matches!(self, Self::Records)
    }
}
