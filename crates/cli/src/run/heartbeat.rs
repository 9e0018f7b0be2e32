//! `heartbeat.action.query`: a statement that is run on the source from time to time, because the user asked for it.

use std::time::Duration;

use becauselog_binlog::connection::{ConnectOptions, Endpoint};
use mysql_async::{Conn, Error, prelude::Queryable};
use tokio::{task::JoinHandle, time::MissedTickBehavior};
use tracing::{info, warn};

use super::sql;
use crate::plan::{FormatPlan, RunPlan};

/// No attempt takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a plan's statement until aborted; nothing where the plan has none.
pub fn start(plan: &RunPlan) -> Option<JoinHandle<()>> {
    let FormatPlan::Debezium(debezium) = &plan.format else { return None };
    let heartbeat = debezium.config.heartbeat.as_ref()?;
    let query = heartbeat.action.clone()?;
    let follow = &plan.source.follow;
    let action = Action { query, hosts: follow.hosts.clone(), connect: follow.connect.clone(), conn: None };
    info!(every_ms = heartbeat.interval.as_millis(), "heartbeat.action.query writes to the source");
    Some(tokio::spawn(action.run(heartbeat.interval)))
}

struct Action {
    query: String,
    hosts: Vec<Endpoint>,
    connect: ConnectOptions,
    /// Kept from one time to the next.
    conn: Option<Conn>,
}

impl Action {
    /// A failure is said and tried again the next time: events flow without it.
    async fn run(mut self, interval: Duration) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut was_failing = false;
        loop {
            ticks.tick().await;
            let failure = match tokio::time::timeout(PATIENCE, self.once()).await {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(said(&error)),
                Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
            };
            match failure {
                None if was_failing => info!("heartbeat.action.query runs again"),
                None => {}
                Some(ref what) => {
                    self.conn = None;
                    warn!(%what, retry_in_ms = interval.as_millis(), "heartbeat.action.query failed");
                }
            }
            was_failing = failure.is_some();
        }
    }

    async fn once(&mut self) -> Result<(), Error> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.connected().await?,
        };
        conn.query_drop(&self.query).await?;
        self.conn = Some(conn);
        Ok(())
    }

    /// The first server that answers, in the order in which they are read from.
    async fn connected(&self) -> Result<Conn, Error> {
        let mut failed = None;
        for server in sql::opts(&self.hosts, &self.connect) {
            match Conn::new(server).await {
                Ok(conn) => return Ok(conn),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| Error::Other("no server is named".into())))
    }
}

/// A server's messages quote the statement, so of its errors only the numbers are said.
fn said(error: &Error) -> String {
    match error {
        Error::Server(server) => format!("the server says error {} ({})", server.code, server.state),
        other => other.to_string(),
    }
}
