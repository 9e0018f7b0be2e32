//! What can stop a step of the writer.

use std::{io, path::Path};

use crate::{error::SinkError, fault::is_full};

/// Why a step was not done. What was there before it is there again.
#[derive(Debug)]
pub(super) enum Fault {
    /// No room: the same step can be tried again.
    Full(SinkError),
    /// A sync has to end first.
    SyncUnderWay,
    /// The sink is over.
    Fatal(SinkError),
}

impl Fault {
    /// By what the system said.
    pub(super) fn of(what: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if is_full(&source) {
            Self::Full(SinkError::Full { path, source })
        } else {
            Self::Fatal(SinkError::Io { what, path, source })
        }
    }

    /// As an error for calls that do not wait.
    pub(super) fn into_error(self, name: &str) -> SinkError {
        match self {
            Self::Full(error) | Self::Fatal(error) => error,
            Self::SyncUnderWay => SinkError::OutOfOrder {
                name: name.to_owned(),
                what: "called while a sync is under way".to_owned(),
            },
        }
    }
}

impl From<SinkError> for Fault {
    fn from(error: SinkError) -> Self {
        Self::Fatal(error)
    }
}
