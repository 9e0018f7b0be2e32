//! The suite that every sink passes, against its real target.
//!
//! A [`Subject`] opens sinks on one target and reads back what has arrived there; [`run`] drives a made-up log through
//! it and checks the [contract](crate::Sink). What a sink may do beyond it, its [`Promises`] say.

mod checks;
mod log;

use std::fmt;

use crate::{contract::Sink, error::SinkError};

pub use checks::run;
pub use log::{Log, Reader};

/// One target, on which sinks are opened one after another.
pub trait Subject {
    /// The kind of sink.
    type Sink: Sink;

    /// What this sink promises.
    fn promises(&self) -> Promises;

    /// Opens a sink on the target, as after a start of the process.
    ///
    /// # Errors
    /// When the target refuses.
    fn open(&self) -> Result<Self::Sink, SinkError>;

    /// What has arrived so far, oldest first: each record's value.
    fn delivered(&self) -> Vec<Vec<u8>>;
}

/// What a sink promises beyond the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promises {
    /// The position is kept at the target and fits what is there exactly: nothing comes twice, across restarts too.
    pub keeps_position: bool,
}

/// A breach of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The check that found it.
    pub check: &'static str,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.what)
    }
}

impl std::error::Error for Violation {}
