//! Where changes go: the [`Sink`] contract, the stdout and file sinks, the suite that every sink passes, failpoints.
//!
//! What this crate deliberately does not know: where batches come from, which format they are in, and what becomes of
//! the checkpoint. A sink takes whole batches in order, says what is durable, and keeps its position if it can.
//!
//! Invariants:
//! - [`Outcome::Durable`] and [`Sink::flush`] never name a batch that a crash could still take away;
//! - a batch that a sink has taken is never written again by it, however often it is handed over;
//! - a write that fails leaves the target as it was before, so that the same batch can be tried again;
//! - a sink that cannot go on for now says so in its [`SinkState`], with why and since when.

mod backoff;
mod boxed;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
pub mod durable;
mod error;
mod failpoint;
mod fault;
mod file;
mod record_line;
mod reserve;
mod state;
mod stdout;

pub use boxed::{BoxSink, DynSink};
pub use contract::{Outcome, Sink};
pub use error::SinkError;
pub use failpoint::{FAILPOINT_VARIABLE, failpoint, failpoint_in};
pub use file::{
    FILE_FAILPOINTS, FileConfig, FileSink, Fsync, FsyncParseError, OnForeign, OnMissing, Rotation,
};
pub use record_line::Content;
pub use reserve::Reserve;
pub use state::{SinkState, StateCell};
pub use stdout::StdoutSink;
