//! The demo: a shop on a primary, followed on its replica.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use becauselog_testkit::shop::Counts;
use becauselog_testkit::{Replicated, Shop, Version};
use clap::Args;

#[derive(Debug, Args)]
pub struct Options {
    /// How long the shop is open.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Leave the servers up at the end and say how to connect.
    #[arg(long)]
    keep: bool,
    /// Transactions a second.
    #[arg(long, default_value_t = 100)]
    rate: u32,
}

/// Starts the servers, opens the shop, closes it.
pub fn run(options: &Options) -> Result<ExitCode> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let pair = servers().await?;
        let counts = open_shop(&pair, options).await?;
        println!("the shop committed {counts}");
        if options.keep {
            keep(pair)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// A primary and its replica, with the shop's tables.
async fn servers() -> Result<Replicated> {
    let pair = Replicated::start(Version::V9_7).await?;
    Shop::create(&mut pair.primary.conn().await?).await?;
    pair.wait_caught_up().await?;
    println!("primary: MySQL {} at {}", pair.primary.release(), pair.primary.url());
    println!("replica: MySQL {} at {}", pair.replica.release(), pair.replica.url());
    Ok(pair)
}

/// Runs the workload on the primary and waits until the replica has it all.
async fn open_shop(pair: &Replicated, options: &Options) -> Result<Counts> {
    let time = Duration::from_secs(options.seconds);
    let counts = Shop::run(&pair.primary.pool(), time, options.rate, 1).await?;
    pair.wait_caught_up().await?;
    Ok(counts)
}

/// Leaves both servers running and says how to reach and end them.
fn keep(pair: Replicated) -> Result<()> {
    for (name, server) in [("primary", pair.primary), ("replica", pair.replica)] {
        let left = server.leave_running()?;
        println!(
            "{name}: mysql -h127.0.0.1 -P{} -uroot   (ends with: kill {}; rm -r {})",
            left.port,
            left.pid,
            left.folder.display()
        );
    }
    Ok(())
}
