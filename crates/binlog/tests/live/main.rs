//! The reader against real servers: one file a hazard.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod compression;
mod login;
mod rig;
mod starts;
mod tls;
