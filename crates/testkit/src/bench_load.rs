//! The benchmark's input: about a million row changes in a server's binlog, with SQL text, and what a reader must find
//! in it.
//!
//! Tables of 3, 12 and 60 columns; statements over many rows, thousands of transactions of one row, and one transaction
//! of 300,000 rows. It is generated once per release and seed and kept as a data folder in the cache; the expected
//! counts and sums of keys are asked from the server with SQL while it is made, and kept beside.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

mod expected;
mod load;
mod schema;

pub use expected::{Expected, LogFile, RowSum, TableExpectation};

use crate::provision::{self, cache, progress::Step};
use crate::server::{self, MysqlServer, ServerBuilder};
use crate::version::Version;

/// The schema's name.
pub const DATABASE: &str = "bench";

/// Grows with every change of what is generated: older data folders are not used then.
const FORMAT: u32 = 1;

/// How much is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Everything is divided by this; 1 is the benchmark's size, a million row changes.
    pub divided_by: u32,
}

impl Size {
    /// A million row changes.
    pub const FULL: Self = Self { divided_by: 1 };

    fn of(self, rows: u32) -> u32 {
        (rows / self.divided_by.max(1)).max(1)
    }
}

/// A server whose binlog holds the workload.
#[derive(Debug)]
pub struct BenchLoad {
    /// The running server, on a copy of the cached data folder.
    pub server: MysqlServer,
    /// What its binlog holds.
    pub expected: Expected,
}

impl BenchLoad {
    /// Starts a server with the workload in its binlog; the first time it is generated (about a minute).
    ///
    /// # Errors
    /// The server cannot be had, or the workload cannot be generated.
    pub async fn start(version: Version, seed: u64, size: Size) -> Result<Self> {
        let release = provision::resolve(version).await?.release;
        let name = format!("{release}-seed{seed}-div{}-v{FORMAT}", size.divided_by);
        let folder = cache::folder()?.join("bench").join(&name);
        let lock_name = format!("bench-{name}");
        let _lock = tokio::task::spawn_blocking(move || cache::lock(&lock_name)).await??;
        if !folder.exists() {
            generate(version, seed, size, &folder).await?;
        }
        let text = fs::read(folder.join("expected.json")).with_context(|| folder.display().to_string())?;
        let expected = serde_json::from_slice(&text).with_context(|| folder.display().to_string())?;
        let server = builder(version).copy_of(folder.join("data")).start().await?;
        Ok(Self { server, expected })
    }

    /// The binlog files that hold the workload, in order.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.expected.files.iter().map(|file| self.server.datadir().join(&file.name)).collect()
    }
}

fn builder(version: Version) -> ServerBuilder {
    let builder = MysqlServer::builder(version)
        .option("binlog-rows-query-log-events", "ON")
        .option("max-binlog-size", "1073741824")
        .option("binlog-cache-size", "16777216")
        .option("innodb-buffer-pool-size", "512M")
        .option("sort-buffer-size", "4M");
    match version {
        Version::V5_7 => builder,
        Version::V8_0 | Version::V9_7 | Version::MariaDb10_11 => {
            builder.option("binlog-row-metadata", "FULL")
        }
    }
}

async fn generate(version: Version, seed: u64, size: Size, folder: &Path) -> Result<()> {
    let step = Step::start(&format!("generating the benchmark's workload on {version} (once)"), None);
    let mut server = builder(version).start().await?;
    let expected = load::run(&server, seed, size).await?;
    server.stop().await?;
    let scratch = cache::scratch_beside(folder)?;
    server::copy_datadir(&server.datadir(), &scratch.path().join("data"))?;
    fs::write(scratch.path().join("expected.json"), serde_json::to_vec_pretty(&expected)?)?;
    cache::replace(folder, scratch)?;
    step.done(&format!("{} row changes", expected.rows()));
    Ok(())
}
