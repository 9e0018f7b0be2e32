//! The keeper: writes the checkpoint to the state folder after it has moved.

use std::{sync::Arc, time::Duration};

use becauselog_sink::failpoint;
use tokio_util::sync::CancellationToken;

use crate::{checkpoints::Checkpoints, error::PipelineError, state::StateFolder, status::Status};

/// Keeps the checkpoint.
pub(super) struct Keeper {
    pub checkpoints: Arc<Checkpoints>,
    pub state: Option<Arc<StateFolder>>,
    pub status: Arc<Status>,
    pub interval: Duration,
}

impl Keeper {
    /// Keeps what moves until `done`, then once more.
    pub(super) async fn run(self, done: CancellationToken) -> Result<(), PipelineError> {
        while !done.is_cancelled() {
            tokio::select! {
                () = self.checkpoints.moved() => self.keep().await?,
                () = done.cancelled() => break,
            }
            tokio::select! {
                () = tokio::time::sleep(self.interval) => {}
                () = done.cancelled() => {}
            }
        }
        self.keep().await
    }

    async fn keep(&self) -> Result<(), PipelineError> {
        let (checkpoint, seq) = self.checkpoints.current();
        failpoint("pipeline.checkpoint.before");
        if let Some(state) = &self.state {
            let (state, kept) = (Arc::clone(state), checkpoint.clone());
            let saved = tokio::task::spawn_blocking(move || state.save_checkpoint(&kept)).await;
            saved
                .map_err(|error| PipelineError::Stage { stage: "checkpoint", what: error.to_string() })??;
        }
        failpoint("pipeline.checkpoint.after");
        self.checkpoints.kept(seq);
        self.status.checkpointed(&checkpoint);
        Ok(())
    }
}
