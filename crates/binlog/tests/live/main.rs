//! The reader against real servers: one file a hazard.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clash;
mod compression;
mod cut;
mod failover;
mod gtid_sets;
mod login;
mod lost_log;
mod mariadb;
mod restart;
mod rig;
mod silence;
mod starts;
mod tls;
mod wire;
