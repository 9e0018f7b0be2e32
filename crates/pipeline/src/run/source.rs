//! What a source is to the pipeline.

use std::future::Future;

use becauselog_binlog::{FileSource, Follower, SourceBatch, SourceError};

/// Hands out marked events batch by batch.
pub trait Source: Send {
    /// What is there to be read; waits only when there is nothing. Nothing more after the stop position.
    ///
    /// # Errors
    /// When the source cannot go on.
    fn next(&mut self) -> impl Future<Output = Result<Option<SourceBatch>, SourceError>> + Send;
}

impl Source for FileSource {
    async fn next(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        Self::next(self).await
    }
}

impl Source for Follower {
    async fn next(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        Self::next(self).await
    }
}
