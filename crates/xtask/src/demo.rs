//! The demo: a shop on a primary, followed on its replica, with a proof at the end.

mod proof;
mod run;
mod summary;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use becauselog_testkit::{MysqlServer, Replicated, Shop, Version};
use clap::Args;

use crate::steps;

#[derive(Debug, Args)]
pub struct Options {
    /// How long the shop is open.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Leave the servers up at the end and say how to connect and what to try.
    #[arg(long)]
    keep: bool,
    /// Transactions a second.
    #[arg(long, default_value_t = 50)]
    rate: u32,
}

/// Builds the program, starts the servers, opens the shop, follows the replica, proves the result.
pub fn run(options: &Options) -> Result<ExitCode> {
    let program = steps::build_becauselog()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let pair = servers().await?;
        let mut following = run::Following::start(&program, &pair.replica)?;
        println!("--- the shop is open for {} s: one line a change ---", options.seconds);
        let time = Duration::from_secs(options.seconds);
        let counts = Shop::run(&pair.primary.pool(), time, options.rate, seed()).await?;
        pair.wait_caught_up().await?;
        let ended = following.end(&pair.primary).await?;
        println!("--- the shop is closed ---");
        let proof = proof::compare(&following, &pair.replica).await?;
        summary::print(&counts, &ended, &proof, &following);
        if options.keep {
            keep(pair, &following)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Another shop each time.
fn seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    now.as_secs()
}

/// A primary and its replica, with the shop's tables.
async fn servers() -> Result<Replicated> {
    println!("starting a primary and a replica of it (fetched first, if this is the first run)");
    let pair = Replicated::start(Version::V9_7).await?;
    Shop::create(&mut pair.primary.conn().await?).await?;
    pair.wait_caught_up().await?;
    let said = |name: &str, server: &MysqlServer, what: &str| {
        println!("{name}: MySQL {} at {} ({what})", server.release(), server.url());
    };
    said("primary", &pair.primary, "untouched: GTIDs, row format");
    said("replica", &pair.replica, "this one is read: full row metadata, full row images");
    Ok(pair)
}

/// Leaves both servers running and says how to reach and end them.
fn keep(pair: Replicated, following: &run::Following) -> Result<()> {
    println!("\nThe servers stay up. Try next:");
    println!("  {} tail mysql://root@127.0.0.1:{}/shop", following.program().display(), pair.replica.port());
    println!("  {} run -c {}", following.program().display(), following.config().display());
    println!("  {} check -c {}", following.program().display(), following.config().display());
    for (name, server) in [("primary", pair.primary), ("replica", pair.replica)] {
        let left = server.leave_running()?;
        println!(
            "{name}: mysql -h127.0.0.1 -P{} -uroot   (ends with: kill {}; rm -r {})",
            left.port,
            left.pid,
            left.folder.display()
        );
    }
    following.leave();
    Ok(())
}
