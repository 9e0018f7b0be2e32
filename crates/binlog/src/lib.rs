//! The binlog reader: wire and files to framed, grouped events.
//!
//! The pure part: [`event`] (one file for each kind of event), [`frame`] (bytes to checked events), [`payload`]
//! (compressed transactions as a stream), [`group`] (which events are a transaction, and how it ends). The two readers on
//! top of it: [`FileSource`] (files and pipes) and the follower of a server, on its own [`connection`].
//!
//! What this crate deliberately does not know: what a table looks like beyond its table map, what a row's bytes mean, any
//! output.
//!
//! Invariants:
//! - length and checksum of an event are verified before anything is allocated for its content or looks at it;
//! - no bytes from outside make it panic;
//! - an event that cannot be read, and one that says that changes are missing, is an error, never skipped.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss
    )
)]

pub mod connection;
pub mod event;
mod file_source;
mod follow;
pub mod frame;
pub mod group;
pub mod payload;
mod point;
mod source;
mod start;
mod stop;

pub use file_source::{FileEvents, FileSource};
pub use follow::{
    FollowConfig, FollowError, FollowStatus, Follower, LogFile, Look, Place, PurgeDistance, PurgeWatch,
    ReplicaId, RetryPolicy, ServerFacts, Span, look, statements_from,
};
pub use point::PointParseError;
pub use source::{BATCH_BYTES, SourceBatch, SourceError};
pub use start::Start;
pub use stop::{Stop, StopWatch, commit_time_us};
