//! The matrix: each server in each area, by the real binary. Its result is the page `docs/compatibility.md`.
//!
//! `BECAUSELOG_SERVERS` chooses servers (`all`, or `9.7,mariadb-10.11`); without it all are tried. `BECAUSELOG_SOAK=1` takes more
//! rows. `UPDATE_DOCS=1` writes the page anew.

mod ddl;
mod failover;
mod lacks;
mod log;
mod page;
mod purge;
mod restart;
mod run;
mod types;

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use becauselog_testkit::Version;
use tokio::task::JoinSet;

/// What is tried of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    Types,
    Log,
    Ddl,
    Restart,
    Failover,
    Purge,
}

impl Area {
    const ALL: [Self; 6] = [Self::Types, Self::Log, Self::Ddl, Self::Restart, Self::Failover, Self::Purge];

    const fn name(self) -> &'static str {
        match self {
            Self::Types => "types",
            Self::Log => "log",
            Self::Ddl => "DDL",
            Self::Restart => "restart",
            Self::Failover => "failover",
            Self::Purge => "purge",
        }
    }

    /// Tries it; what was seen, in words that are the same every time.
    async fn try_on(self, version: Version) -> Result<String> {
        match self {
            Self::Types => types::hold(version).await,
            Self::Log => log::holds(version).await,
            Self::Ddl => ddl::holds(version).await,
            Self::Restart => restart::holds(version).await,
            Self::Failover => failover::holds(version).await,
            Self::Purge => purge::holds(version).await,
        }
    }
}

/// What one server made of all areas.
struct Column {
    version: Version,
    cells: Vec<(Area, Result<String>)>,
    lacks: Vec<String>,
}

async fn column(version: Version) -> Result<Column> {
    let lacks = lacks::named_by_check(version).await.with_context(|| version.to_string())?;
    let mut cells = Vec::new();
    for area in Area::ALL {
        let started = Instant::now();
        let cell = area.try_on(version).await;
        let word = if cell.is_ok() { "works" } else { "FAILED" };
        println!("{version}: {} {word} ({:.1} s)", area.name(), started.elapsed().as_secs_f64());
        cells.push((area, cell));
    }
    Ok(Column { version, cells, lacks })
}

/// The servers that are asked for.
fn chosen() -> Result<Vec<Version>> {
    match std::env::var("BECAUSELOG_SERVERS") {
        Ok(names) => Version::named(&names),
        Err(_) => Ok(Version::SERVERS.to_vec()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_holds_in_every_area_and_the_page_says_so() -> Result<()> {
    let servers = chosen()?;
    let mut running: JoinSet<Result<Column>> = servers.iter().map(|version| column(*version)).collect();
    let mut columns = Vec::new();
    while let Some(done) = running.join_next().await {
        columns.push(done??);
    }
    columns.sort_by_key(|column| Version::SERVERS.iter().position(|version| *version == column.version));
    println!("\n{}", page::table(&columns));
    let failed: Vec<String> = columns
        .iter()
        .flat_map(|column| column.cells.iter().map(move |(area, cell)| (column.version, area, cell)))
        .filter_map(|(version, area, cell)| {
            cell.as_ref().err().map(|error| format!("{version}, {}: {error:#}", area.name()))
        })
        .collect();
    ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
    if servers.len() == Version::SERVERS.len() {
        page::compare(&columns)?;
    }
    Ok(())
}
