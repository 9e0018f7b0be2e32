//! Every column type, read from the binlog file of a real server, against the server's own text of the same row.
//!
//! For each server: tables of every type and parameter are filled with extreme and random values, half of the rows
//! with `binlog_row_metadata=FULL` and half with MINIMAL; then rows are updated and deleted under each
//! `binlog_row_image`. Each image is compared, cell by cell, with what the server showed of that row before and after.
//!
//! `BECAUSELOG_SEED` sets the seed, `BECAUSELOG_SOAK=1` makes ten times as many rows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]

mod cases;
mod compare;
mod edges;
mod events;
mod json;
mod render;
mod seeded;
mod truth;

use anyhow::Result;
use becauselog_testkit::Version;

async fn all_types_on(version: Version) -> Result<()> {
    let soak = std::env::var_os("BECAUSELOG_SOAK").is_some_and(|value| value == "1");
    let seed = std::env::var("BECAUSELOG_SEED").ok().map_or(Ok(20_261_122), |seed| seed.parse())?;
    let factor = if soak { 10 } else { 1 };
    println!("{version}: seed {seed}{}", if soak { ", soak" } else { "" });
    let counts = compare::run(version, seed, factor).await?;
    println!("{version}: {counts}");
    Ok(())
}

#[tokio::test]
async fn every_type_reads_as_mysql_9_7_shows_it() -> Result<()> {
    all_types_on(Version::V9_7).await
}

#[tokio::test]
async fn every_type_reads_as_mysql_8_0_shows_it() -> Result<()> {
    all_types_on(Version::V8_0).await
}

#[tokio::test]
async fn every_type_reads_as_mysql_5_7_shows_it() -> Result<()> {
    all_types_on(Version::V5_7).await
}

#[tokio::test]
async fn every_type_reads_as_mariadb_10_11_shows_it() -> Result<()> {
    all_types_on(Version::MariaDb10_11).await
}

#[tokio::test]
async fn rows_without_columns_are_counted() -> Result<()> {
    for version in Version::ALL {
        edges::rows_without_columns(version).await?;
    }
    Ok(())
}
