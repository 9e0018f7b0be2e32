//! A small shop: the workload of the demo and of tests that want life on the server.
//!
//! Customers register and change, orders are placed, paid and cancelled, stock moves, everything leaves a trace in a
//! log table without a key. There are single statements, statements over many rows, transactions over several tables,
//! rollbacks, savepoints, a change of a primary key now and then, and one `ALTER TABLE` in the middle.

use std::time::Duration;

use anyhow::{Context, Result};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Pool};
use tokio::time::{Instant, MissedTickBehavior};

mod action;
mod counts;
mod schema;
mod session;

pub use counts::{Counts, RowCounts};

use session::Session;

/// The schema's name.
pub const DATABASE: &str = "shop";

/// The shop's tables; the last one has no key.
pub const TABLES: [&str; 6] = ["customers", "stock", "orders", "order_lines", "payments", "audit_log"];

/// The workload. The same seed gives the same decisions; generated ids and times are the server's.
#[derive(Clone, Copy, Debug)]
pub struct Shop;

impl Shop {
    /// Makes the schema and its first rows; an older one is dropped.
    ///
    /// # Errors
    /// The server refuses a statement.
    pub async fn create(conn: &mut Conn) -> Result<()> {
        for statement in schema::STATEMENTS {
            conn.query_drop(*statement).await.with_context(|| (*statement).to_owned())?;
        }
        Ok(())
    }

    /// Runs about `rate` transactions a second (0: as fast as it goes) for `time`, with the `ALTER TABLE` half way,
    /// and returns what was committed.
    ///
    /// # Errors
    /// The server refuses a statement or is away.
    pub async fn run(pool: &Pool, time: Duration, rate: u32, seed: u64) -> Result<Counts> {
        let mut session = Session::open(pool, seed).await?;
        let mut ticks = (rate > 0).then(|| {
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            ticks
        });
        let started = Instant::now();
        while started.elapsed() < time {
            if let Some(ticks) = &mut ticks {
                ticks.tick().await;
            }
            if started.elapsed() >= time / 2 {
                session.alter_once().await?;
            }
            session.step().await?;
        }
        session.alter_once().await?;
        session.close().await
    }

    /// Runs exactly `transactions` steps as fast as they go, with the `ALTER TABLE` half way.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_steps(pool: &Pool, steps: u32, seed: u64) -> Result<Counts> {
        let mut session = Session::open(pool, seed).await?;
        for step in 0..steps {
            if step == steps / 2 {
                session.alter_once().await?;
            }
            session.step().await?;
        }
        session.close().await
    }
}
