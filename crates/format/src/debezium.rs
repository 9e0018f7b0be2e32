//! Debezium's change events as JSON.

mod config;

use becauselog_model::{EncodedBatch, RowChange, RowImage};

pub use self::config::{
    BigintUnsigned, BinaryMode, DebeziumConfig, DecimalMode, Rendering, TimePrecision, TsSource,
};
use crate::{FormatError, Losses};

/// Writes what Debezium 3.6.1.Final's MySQL connector and JSON converter write with schemas off.
#[derive(Debug)]
pub struct Debezium {
    config: DebeziumConfig,
    losses: Losses,
}

impl Debezium {
    /// An encoder by this configuration.
    #[must_use]
    pub fn new(config: DebeziumConfig) -> Self {
        Self { config, losses: Losses::default() }
    }

    /// The configuration it was made with.
    #[must_use]
    pub const fn config(&self) -> &DebeziumConfig {
        &self.config
    }

    /// What was lost since it was made.
    #[must_use]
    pub const fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Appends the records of one change to `out`.
    ///
    /// `now_ns` is the processing time in nanoseconds since 1970 UTC, the envelope's `ts_ns`; it is not looked at
    /// with [`TsSource::Commit`].
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
}
