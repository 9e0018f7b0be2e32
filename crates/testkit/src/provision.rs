//! Getting a MySQL or MariaDB server on a machine that has nothing but Rust and the base image.
//!
//! For each [`Version`], in this order:
//! 1. a program named by the user: `BECAUSELOG_MYSQLD=/path/to/mysqld` (several, of different versions, separated by
//!    `:`); `BECAUSELOG_MYSQL` and `BECAUSELOG_MYSQLBINLOG` name the clients;
//! 2. `mysqld` (for MariaDB `mariadbd`) on PATH, if it has the version;
//! 3. a container, if a docker or podman daemon answers within three seconds (MySQL only);
//! 4. packages unpacked privately into the cache folder: 9.7 from Debian unstable, 8.0.12 and 5.7.22 from Maven Central,
//!    MariaDB 10.11 from Debian bookworm.
//!    `BECAUSELOG_DEBIAN_MIRROR` and `BECAUSELOG_MAVEN_REPO` name other places to fetch from.
//!
//! The cache folder is `$XDG_CACHE_HOME/becauselog` or `~/.cache/becauselog`; `BECAUSELOG_CACHE` moves it. Everything
//! fetched is listed there with its SHA-256 and compared on each reuse, so neither the second run nor the next clone
//! needs the network. Nothing is installed into the system.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};

pub(crate) mod apt;
mod binaries;
pub mod cache;
mod container;
mod debian;
pub(crate) mod item;
mod libaio;
pub mod manifest;
pub(crate) mod maven;
mod named;
pub mod progress;

pub use apt::MIRROR_ENV;
pub use binaries::{Launch, Program, ServerBinaries};
pub use container::Image;
pub use maven::REPOSITORY_ENV;
pub use named::{MYSQL_ENV, MYSQLBINLOG_ENV, MYSQLD_ENV};

use crate::version::{Flavor, Version};

static RESOLVED: Mutex<Option<HashMap<Version, Arc<ServerBinaries>>>> = Mutex::new(None);

/// The server of a version, fetched if need be. The answer is kept for the life of the process.
///
/// Blocks; from async code use [`resolve`].
///
/// # Errors
/// Nothing could provide it; the error lists what was tried and what to install.
pub fn resolve_blocking(version: Version) -> Result<Arc<ServerBinaries>> {
    // A thread that panicked here left the map as it was: whole.
    let mut resolved = RESOLVED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = resolved.get_or_insert_default();
    if let Some(found) = known.get(&version) {
        return Ok(Arc::clone(found));
    }
    let found = Arc::new(search(version)?);
    known.insert(version, Arc::clone(&found));
    Ok(found)
}

/// The server of a version, fetched if need be.
///
/// # Errors
/// As [`resolve_blocking`].
pub async fn resolve(version: Version) -> Result<Arc<ServerBinaries>> {
    tokio::task::spawn_blocking(move || resolve_blocking(version)).await?
}

/// `mysqlbinlog`: the one named by the user, else the one that comes with the newest server; it reads older logs too.
///
/// # Errors
/// There is none.
pub async fn mysqlbinlog() -> Result<Program> {
    if let Some(path) = std::env::var_os(MYSQLBINLOG_ENV) {
        return Ok(Program::plain(path.as_ref()));
    }
    binlog_client(Version::V9_7).await
}

/// `mariadb-binlog`, as it comes with the MariaDB server.
///
/// # Errors
/// There is none.
pub async fn mariadb_binlog() -> Result<Program> {
    binlog_client(Version::MariaDb10_11).await
}

async fn binlog_client(version: Version) -> Result<Program> {
    let server = resolve(version).await?;
    server.mysqlbinlog.clone().with_context(|| {
        format!(
            "the server in use ({}) came without its binlog client; install it or set {MYSQLBINLOG_ENV}",
            server.origin
        )
    })
}

fn search(version: Version) -> Result<ServerBinaries> {
    if let Some(error) = named::broken() {
        return Err(error);
    }
    let ways: [fn(Version) -> Result<ServerBinaries>; 4] =
        [named::from_environment, named::on_path, container::resolve, packages];
    let mut reasons = Vec::new();
    for way in ways {
        match way(version) {
            Ok(found) => return Ok(found),
            Err(error) => reasons.push(format!("  - {error:#}")),
        }
    }
    bail!("no {version} server can be had:\n{}\n{}", reasons.join("\n"), advice(version))
}

fn packages(version: Version) -> Result<ServerBinaries> {
    match version {
        Version::V9_7 | Version::MariaDb10_11 => debian::resolve(version),
        Version::V8_0 | Version::V5_7 => maven::resolve(version),
    }
}

fn advice(version: Version) -> String {
    let number = version.number();
    if version.flavor() == Flavor::MariaDb {
        return format!(
            "Do one of these: install {version} and set {MYSQLD_ENV}=/path/to/mariadbd; or run on Debian with its mirror \
             reachable."
        );
    }
    format!(
        "Do one of these: install MySQL {number} and set {MYSQLD_ENV}=/path/to/mysqld; start a docker or podman daemon that \
         can get mysql:{number}; or run on Debian (x86_64) with its mirror and Maven Central reachable."
    )
}
