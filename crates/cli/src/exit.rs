//! How a command ends: exit codes, and failures with what to do next.

use std::fmt;

use becauselog_model::ErrorClass;
use becauselog_pipeline::PipelineError;

use crate::config::ConfigError;

/// The exit codes, documented in `docs/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, or stopped as asked.
    Ok,
    /// 1: a fault of ours.
    Internal,
    /// 2: wrong flags or config.
    Usage,
    /// 3: somebody has to change something on the server or the machine.
    Operator,
    /// 4: data that cannot be handled.
    Data,
    /// 5: the server or the target stayed away for longer than the retry budget.
    Unreachable,
}

impl Exit {
    /// All of them, with what they mean in one line.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Ok, "done, or stopped as asked (Ctrl-C and SIGTERM included)"),
        (Self::Internal, "a fault in becauselog itself"),
        (Self::Usage, "wrong flags or config: nothing was started"),
        (Self::Operator, "the server, the permissions or the machine need a human"),
        (Self::Data, "data that cannot be handled: a damaged log, a table that does not fit its shape"),
        (Self::Unreachable, "the server or a target stayed away for longer than the retry budget"),
    ];

    /// The exit of a number.
    pub fn of_code(code: u8) -> Self {
        Self::ALL.into_iter().map(|(exit, _)| exit).find(|exit| exit.code() == code).unwrap_or(Self::Internal)
    }

    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Operator => 3,
            Self::Data => 4,
            Self::Unreachable => 5,
        }
    }
}

impl From<ErrorClass> for Exit {
    fn from(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Transient => Self::Unreachable,
            ErrorClass::Operator => Self::Operator,
            ErrorClass::Data => Self::Data,
            ErrorClass::Bug => Self::Internal,
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// What the process ends with.
    pub exit: Exit,
    /// The page in `docs/errors/`, for failures that have one.
    pub code: Option<&'static str>,
    /// What happened, with its causes and the next step.
    pub error: anyhow::Error,
}

impl Failure {
    /// A failure of one exit code.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, code: None, error: error.into() }
    }

    /// A failure with a page in `docs/errors/`.
    pub fn coded(exit: Exit, code: &'static str, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, code: Some(code), error: error.into() }
    }

    /// Wrong use of a command.
    pub fn usage(text: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, anyhow::anyhow!("{text}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "error[{code}]: {:#}", self.error),
            None => write!(f, "error: {:#}", self.error),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::coded(Exit::Usage, error.code(), error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::Internal, error)
    }
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        Self::coded(error.class().into(), error.code(), error)
    }
}
