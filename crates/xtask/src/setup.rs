//! Fetching everything that the other tasks need.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use becauselog_testkit::{MysqlServer, Version, provision};

/// Fetches every server and starts each one once, so that its data folder is prepared.
pub fn run() -> Result<ExitCode> {
    let folder = provision::cache::folder()?;
    println!("cache folder: {}", folder.display());
    let runtime = tokio::runtime::Runtime::new()?;
    for version in Version::SERVERS {
        let found = servers(version)?;
        let started = Instant::now();
        let server = runtime.block_on(MysqlServer::builder(version).start())?;
        let took = started.elapsed().as_secs_f64();
        println!("{version}: {found}; starts in {took:.1} s on port {}", server.port());
    }
    Ok(ExitCode::SUCCESS)
}

/// Fetches one server if need be and says where it is from.
fn servers(version: Version) -> Result<String> {
    Ok(provision::resolve_blocking(version)?.origin.clone())
}

/// Fetches every server.
pub fn fetch() -> Result<()> {
    for version in Version::SERVERS {
        let found = servers(version)?;
        println!("{version}: {found}");
    }
    Ok(())
}
