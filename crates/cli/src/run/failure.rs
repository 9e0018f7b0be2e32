//! What fails below, as exit codes and pages.

use becauselog_binlog::{FollowError, SourceError};
use becauselog_pipeline::{PipelineError, state::StateError};
use becauselog_sink::SinkError;

use crate::exit::{Exit, Failure};

/// A source that cannot go on.
pub fn source(error: &SourceError) -> Failure {
    Failure::coded(source_exit(error), error.code(), anyhow::anyhow!("{error}"))
}

/// What a source's failure ends the process with: a log that cannot be read is a matter of data, whoever has to act.
pub fn source_exit(error: &SourceError) -> Exit {
    match error {
        SourceError::Frame(_) | SourceError::Group(_) | SourceError::Payload(_) => Exit::Data,
        SourceError::Follow(FollowError::GaveUp { .. }) => Exit::Unreachable,
        other => other.class().into(),
    }
}

/// A state folder that cannot be used.
pub fn state(error: &StateError) -> Failure {
    Failure::coded(error.class().into(), error.code(), anyhow::anyhow!("{error}"))
}

/// A pipeline that stopped.
pub fn pipeline(error: &PipelineError) -> Failure {
    let exit = match error {
        PipelineError::Source(source) => source_exit(source),
        other => other.class().into(),
    };
    Failure::coded(exit, error.code(), anyhow::anyhow!("{error}"))
}

/// Whether all that happened is that nobody reads our output any more.
pub const fn is_reader_gone(error: &PipelineError) -> bool {
    matches!(error, PipelineError::Sink { source: SinkError::ReaderGone { .. }, .. })
}
