//! Ends of the process, clean ones and kills, and restarts of the server: what came out folds to what the server has.

use anyhow::Result;
use becauselog_testkit::{
    Version,
    shop::{DATABASE, Shop},
};

use super::run::{scenario, server, steps};

/// The rounds: each with another end.
const ROUNDS: u64 = 4;

/// Lives through the rounds.
pub async fn holds(version: Version) -> Result<String> {
    let mut server = server(version).await?;
    Shop::create(&mut server.conn().await?).await?;
    let scenario = scenario()?;
    let config = scenario.config(&[server.port()], "")?;
    // The shop's ALTER comes first, when all rows before it were read.
    let mut process = scenario.start_streaming(&config, &[])?;
    scenario.settle(&server, &mut process).await?;
    Shop::run_steps(&server.pool(), 1, 0).await?;
    scenario.settle(&server, &mut process).await?;
    for round in 1..=ROUNDS {
        Shop::run_steps(&server.pool(), steps(40), round).await?;
        if round % 2 == 0 {
            server.restart().await?;
            Shop::run_steps(&server.pool(), steps(20), round + 10).await?;
        }
        scenario.settle(&server, &mut process).await?;
        Shop::run_steps(&server.pool(), steps(20), round + 20).await?;
        if round < ROUNDS {
            process.kill9()?
        } else {
            process.stop()?
        }
        Shop::run_steps(&server.pool(), steps(20), round + 30).await?;
        process = scenario.start(&config, &[])?;
    }
    scenario.settle(&server, &mut process).await?;
    process.stop()?;
    scenario.compare(&mut server.conn().await?, DATABASE).await?;
    Ok(format!("{} kills, {} restarts of the server", ROUNDS - 1, ROUNDS / 2))
}
