//! What fails below, as exit codes and pages.

use becauselog_binlog::SourceError;
use becauselog_pipeline::{PipelineError, state::StateError};
use becauselog_sink::SinkError;

use crate::exit::Failure;

/// A source that cannot go on.
pub fn source(error: &SourceError) -> Failure {
    Failure::coded(error.class().into(), error.code(), anyhow::anyhow!("{error}"))
}

/// A state folder that cannot be used.
pub fn state(error: &StateError) -> Failure {
    Failure::coded(error.class().into(), error.code(), anyhow::anyhow!("{error}"))
}

/// A pipeline that stopped.
pub fn pipeline(error: &PipelineError) -> Failure {
    let code = error.code().or(match error {
        PipelineError::Sink { source, .. } => Some(source.code()),
        PipelineError::State(source) => Some(source.code()),
        _ => None,
    });
    Failure { exit: error.class().into(), code, error: anyhow::anyhow!("{error}") }
}

/// Whether all that happened is that nobody reads our output any more.
pub const fn is_reader_gone(error: &PipelineError) -> bool {
    matches!(error, PipelineError::Sink { source: SinkError::ReaderGone { .. }, .. })
}
