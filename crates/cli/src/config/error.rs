//! What can be wrong with a config. Values are never part of an error: one of them may be a password.

use std::fmt;

use thiserror::Error;

/// One thing that is wrong: where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key as the user wrote it.
    pub path: String,
    /// What is wrong with it, with the next step.
    pub what: String,
}

/// A config that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{file}: cannot be read")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{file}: {what}")]
    Syntax {
        /// The file, with line and column where they are known.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// Native and Debezium files together.
    #[error(
        "native TOML and a Debezium config cannot be mixed; native keys go into the latter as `becauselog.<key>`"
    )]
    Mixed,
    /// Keys that do not exist.
    #[error("{}", Listed("unknown keys", .0))]
    Keys(Vec<Problem>),
    /// Keys that exist at the peer and do nothing here yet.
    #[error("{}", Listed("not supported yet (`--lenient` makes these warnings)", .0))]
    Unsupported(Vec<Problem>),
    /// Values that cannot be used.
    #[error("{}", Listed("the config cannot be used", .0))]
    Values(Vec<Problem>),
    /// A reference that leads nowhere.
    #[error("`{path}`: {what}")]
    Reference {
        /// The key.
        path: String,
        /// What is missing.
        what: String,
    },
    /// A `--set` or `--sink` that cannot be read.
    #[error("{0}")]
    Flag(String),
}

/// A list of problems, one a line when there are several.
struct Listed<'a>(&'static str, &'a [Problem]);

impl Problem {
    /// A problem at a path.
    pub fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into() }
    }

    /// The same problem under the name that the user wrote.
    pub fn told_as(self, written: &[(String, String)]) -> Self {
        let found = written.iter().find(|(native, _)| *native == self.path);
        found.map_or_else(|| self.clone(), |(_, key)| Self { path: key.clone(), what: self.what.clone() })
    }
}

impl ConfigError {
    /// The page in `docs/errors/`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "E_CONFIG_READ",
            Self::Syntax { .. } | Self::Mixed => "E_CONFIG_SYNTAX",
            Self::Keys(_) => "E_CONFIG_KEY",
            Self::Unsupported(_) => "E_CONFIG_UNSUPPORTED",
            Self::Values(_) | Self::Flag(_) => "E_CONFIG_VALUE",
            Self::Reference { .. } => "E_CONFIG_REFERENCE",
        }
    }

    /// The same error with other problems.
    pub fn map_problems(self, change: impl Fn(Vec<Problem>) -> Vec<Problem>) -> Self {
        match self {
            Self::Keys(problems) => Self::Keys(change(problems)),
            Self::Unsupported(problems) => Self::Unsupported(change(problems)),
            Self::Values(problems) => Self::Values(change(problems)),
            other => other,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.what)
    }
}

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(title, problems) = self;
        write!(f, "{title}:")?;
        match problems {
            [one] => write!(f, " {one}"),
            many => many.iter().try_for_each(|problem| write!(f, "\n  {problem}")),
        }
    }
}
