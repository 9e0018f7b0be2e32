//! What goes wrong in the state folder.

use std::{
    io,
    path::{Path, PathBuf},
};

use becauselog_model::ErrorClass;
use thiserror::Error;

/// A state folder that cannot be used.
#[derive(Debug, Error)]
pub enum StateError {
    /// Another instance has the folder.
    #[error(
        "another instance of {name:?} (pid {pid}) uses the state folder {path}; stop it, or give this one another name \
         or another `--state`"
    )]
    Locked {
        /// The source's logical name.
        name: String,
        /// The folder.
        path: PathBuf,
        /// The other instance, as far as it is known.
        pid: String,
    },
    /// A newer version wrote it.
    #[error(
        "{path} has layout {found}, and this version knows layouts up to {known}; run the version that wrote it"
    )]
    Newer {
        /// The folder or file.
        path: PathBuf,
        /// Its layout's version.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// A file in it is not what it should be.
    #[error("{path} cannot be used: {what}; put a good copy back, or remove it and give a start position")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The system refuses.
    #[error(
        "cannot {what} {path}: {source}; check that the folder exists, has room and belongs to this user"
    )]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A position was set without a reason.
    #[error("setting a position by hand needs a reason, which is recorded; add `--reason \"…\"`")]
    NoReason,
    /// A name that cannot be a folder's.
    #[error("{name:?} cannot name a state folder; use letters, digits, `-`, `_` and `.`, or give `--state`")]
    Name {
        /// The name.
        name: String,
    },
    /// There is no place for a state folder.
    #[error("neither XDG_STATE_HOME nor HOME is an absolute path; give `--state`")]
    NoHome,
    /// Nobody answers on the control socket.
    #[error("no instance answers on {path}: {source}; is it running, and on this state folder?")]
    NotRunning {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What came over the control socket is no answer.
    #[error("the instance on {path} gave no proper answer: {what}; is it of another version?")]
    Answer {
        /// The socket.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The instance refused what was asked.
    #[error("the instance refused: {what}")]
    Refused {
        /// Why.
        what: String,
    },
}

impl StateError {
    pub(crate) fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { what, path: path.to_owned(), source }
    }

    /// What is to be done about it.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            // Only want of room passes by itself, when someone makes some.
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => ErrorClass::Transient,
            Self::Locked { .. }
            | Self::Newer { .. }
            | Self::Content { .. }
            | Self::Io { .. }
            | Self::NoReason
            | Self::Name { .. }
            | Self::NoHome
            | Self::NotRunning { .. }
            | Self::Answer { .. }
            | Self::Refused { .. } => ErrorClass::Operator,
        }
    }

    /// A stable name for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "E_STATE_LOCKED",
            Self::Newer { .. } => "E_STATE_NEWER",
            Self::Content { .. } => "E_STATE_CONTENT",
            Self::Io { .. } => "E_STATE_IO",
            Self::NoReason => "E_NO_REASON",
            Self::Name { .. } => "E_STATE_NAME",
            Self::NoHome => "E_STATE_NO_HOME",
            Self::NotRunning { .. } => "E_NOT_RUNNING",
            Self::Answer { .. } => "E_CONTROL_ANSWER",
            Self::Refused { .. } => "E_CONTROL_REFUSED",
        }
    }
}
