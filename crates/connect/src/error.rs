//! What can go wrong: in a configuration, and with a record.

use std::fmt;

/// One thing wrong in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The property, as it is written in the configuration.
    pub key: String,
    /// What is wrong with it, and what to write instead.
    pub problem: String,
}

/// Everything wrong in a configuration, in the order of the transforms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {}", error.key, error.problem)?;
        }
        Ok(())
    }
}

/// A record that cannot be transformed or written. It names fields and types, never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// A transform or predicate refused the record.
    #[error("transforms.{transform}: {source}")]
    Transform {
        /// The transform's name in the configuration.
        transform: String,
        /// Why.
        source: Box<DataError>,
    },
    /// Anything else.
    #[error("{0}")]
    Data(String),
}

impl DataError {
    /// An error with a message.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Data(message.into())
    }
}
