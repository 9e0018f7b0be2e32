//! Real servers for tests, a workload, a fault proxy.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use becauselog_testkit::{MysqlServer, Replicated, Version};
//!
//! // One server: GTIDs on, row format, `root` without a password, a free port on the loopback.
//! let server = MysqlServer::builder(Version::V9_7)
//!     .option("binlog-row-metadata", "FULL")
//!     .start()
//!     .await?;
//! server.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY)"]).await?;
//! println!("{} port {} datadir {}", server.url(), server.port(), server.datadir().display());
//!
//! // A primary and a replica of it that logs everything a reader needs.
//! let pair = Replicated::start(Version::V8_0).await?;
//! pair.primary.run(&["CREATE DATABASE shop"]).await?;
//! pair.wait_caught_up().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing must be installed: [`provision`] says where servers come from and how to name one's own. A server is gone
//! when its value is dropped, and when the test process dies.
//!
//! Also here: [`replicated`] (a primary with a replica), [`proxy`] (fails at an exact byte), [`tls`] and [`users`],
//! [`shop`] (a workload that says what it committed), [`bench_load`] (a million row changes), [`truth`] (tables in the
//! server's own text), [`client`] (`mysqlbinlog`), [`measure`] (what a process costs), [`debezium`] (the peer itself, and what
//! was recorded from it).
//!
//! This crate knows nothing of Becauselog's own crates: it is the ground that they are tested on.

pub mod becauselog;
pub mod bench_load;
pub mod client;
pub mod debezium;
pub mod dialect;
pub mod fold;
pub mod measure;
pub mod provision;
pub mod proxy;
pub mod replicated;
pub mod scenario;
pub mod server;
pub mod shop;
pub mod tls;
pub mod truth;
pub mod users;
pub mod version;

pub use client::mysqlbinlog;
pub use dialect::Dialect;
pub use replicated::Replicated;
pub use server::{MysqlServer, ServerBuilder};
pub use shop::Shop;
pub use truth::{TruthRows, truth_rows};
pub use version::{Release, Version};
