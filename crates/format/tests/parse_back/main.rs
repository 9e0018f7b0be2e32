//! Every JSON line parses back to the value that the server holds.
//!
//! On each server, tables of every type are filled with extreme and random values and read from the binlog. Each row is
//! written by every encoder in every mode, parsed, and each field is compared with the server's own text of it by
//! the documented meaning of the mode. What a mode loses by definition is compared with what it is documented to leave.
//!
//! `BECAUSELOG_SEED` sets the seed, `BECAUSELOG_SOAK=1` makes more rows.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

#[path = "../../../decode/tests/differential/cases.rs"]
mod cases;
#[path = "../../../decode/tests/differential/events.rs"]
mod events;
#[allow(dead_code, reason = "its other half is for recorded logs")]
#[path = "../formats/replay.rs"]
mod replay;
#[allow(dead_code, reason = "tables here are the server's")]
#[path = "../formats/rows.rs"]
mod rows;
#[path = "../../../decode/tests/differential/seeded.rs"]
mod seeded;

mod bytes_back;
mod documents;
mod judge;
mod numbers;
mod planted;
mod play;
mod times;
mod told;
mod ways;

use anyhow::Result;
use becauselog_testkit::Version;

async fn on(version: Version) -> Result<()> {
    let soak = std::env::var_os("BECAUSELOG_SOAK").is_some_and(|value| value == "1");
    let seed = std::env::var("BECAUSELOG_SEED").ok().map_or(Ok(20_261_124), |seed| seed.parse())?;
    println!("{version}: seed {seed}{}", if soak { ", soak" } else { "" });
    let counts = play::run(version, seed, if soak { 1 } else { 6 }).await?;
    println!("{version}: {counts}");
    Ok(())
}

#[tokio::test]
async fn what_is_written_parses_back_to_what_mysql_9_7_holds() -> Result<()> {
    on(Version::V9_7).await
}

#[tokio::test]
async fn what_is_written_parses_back_to_what_mysql_8_0_holds() -> Result<()> {
    on(Version::V8_0).await
}

#[tokio::test]
async fn what_is_written_parses_back_to_what_mysql_5_7_holds() -> Result<()> {
    on(Version::V5_7).await
}
