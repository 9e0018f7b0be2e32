//! The connection that shapes are asked through.

use std::time::Duration;

use becauselog_binlog::connection::Endpoint;
use becauselog_model::{BinlogPosition, ServerUuid};
use becauselog_schema::CatalogError;
use mysql_async::{Conn, DriverError, Opts, prelude::Queryable};

use crate::error::PipelineError;

/// Waiting for a server that is away: doubled each time up to the last, about two minutes in all.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_LAST: Duration = Duration::from_secs(10);
const RETRIES_MAX: u32 = 20;

/// The server's errors that pass: too many connections, shutting down, connection killed, killed for inactivity.
const PASSING_CODES: [u16; 6] = [1040, 1053, 1077, 1317, 1927, 4031];

/// Connects when something is to be asked, and keeps the connection.
#[derive(Debug)]
pub(super) struct Connector {
    /// Ways to reach a server, tried in turn; none for logs read as files.
    servers: Vec<(Endpoint, Opts)>,
    /// The connection, and its host.
    conn: Option<(Conn, Endpoint)>,
}

impl Connector {
    pub(super) const fn new(servers: Vec<(Endpoint, Opts)>) -> Self {
        Self { servers, conn: None }
    }

    /// Asks a question, again and again while the server is away; the answer, and which server gave it. `uuid`: the server that is
    /// meant, where one is.
    pub(super) async fn ask<T>(
        &mut self,
        at: &BinlogPosition,
        uuid: Option<ServerUuid>,
        mut question: impl AsyncFnMut(&mut Conn) -> Result<T, CatalogError>,
    ) -> Result<(T, Endpoint), PipelineError> {
        let mut wait = RETRY_FIRST;
        let mut left = RETRIES_MAX;
        loop {
            left = left.saturating_sub(1);
            match self.ask_once(at, uuid, &mut question).await {
                Err(error) if is_passing(&error) && left > 0 => {
                    self.conn = None;
                    tracing::warn!(%error, retry_in_ms = wait.as_millis(), "shapes of tables cannot be read now");
                    tokio::time::sleep(wait).await;
                    wait = wait.saturating_mul(2).min(RETRY_LAST);
                }
                answer => return answer,
            }
        }
    }

    async fn ask_once<T>(
        &mut self,
        at: &BinlogPosition,
        uuid: Option<ServerUuid>,
        question: &mut impl AsyncFnMut(&mut Conn) -> Result<T, CatalogError>,
    ) -> Result<(T, Endpoint), PipelineError> {
        let lost = |source| PipelineError::Catalog { position: at.clone(), source };
        if let Some((conn, host)) = &mut self.conn
            && is_meant(conn, uuid).await.unwrap_or(false)
        {
            match question(conn).await {
                Ok(answer) => return Ok((answer, host.clone())),
                // Idle connections are cut by servers: once more with a new one.
                Err(error) => tracing::debug!(%error, "reading a shape again after reconnecting"),
            }
        }
        let connected = self.connect(at, uuid).await?;
        let (conn, host) = self.conn.insert(connected);
        let answer = question(conn).await.map_err(lost)?;
        Ok((answer, host.clone()))
    }

    /// The server that is meant, else the first that answers.
    async fn connect(
        &self,
        at: &BinlogPosition,
        uuid: Option<ServerUuid>,
    ) -> Result<(Conn, Endpoint), PipelineError> {
        let mut failed = None;
        let mut other = None;
        for (host, server) in &self.servers {
            let connected = match Conn::new(server.clone()).await {
                Ok(mut conn) => is_meant(&mut conn, uuid).await.map(|meant| (conn, meant)),
                Err(error) => Err(error),
            };
            match connected {
                Ok((conn, true)) => return Ok((conn, host.clone())),
                Ok((conn, false)) => drop(other.get_or_insert((conn, host.clone()))),
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            return Err(PipelineError::CatalogConnection { position: at.clone(), source: Box::new(error) });
        }
        other.ok_or_else(|| {
            let source = Box::new(std::io::Error::from(std::io::ErrorKind::NotConnected).into());
            PipelineError::CatalogConnection { position: at.clone(), source }
        })
    }
}

/// Whether this is the server that is meant. One that has no uuid (MariaDB) cannot be told from others.
async fn is_meant(conn: &mut Conn, uuid: Option<ServerUuid>) -> Result<bool, mysql_async::Error> {
    const UNKNOWN_VARIABLE: u16 = 1193;
    let Some(uuid) = uuid else { return Ok(true) };
    match conn.query_first::<String, _>("SELECT @@server_uuid").await {
        Ok(Some(own)) => Ok(own.parse() == Ok(uuid)),
        Ok(None) => Ok(true),
        Err(mysql_async::Error::Server(error)) if error.code == UNKNOWN_VARIABLE => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whether the same question may be answered a moment later: the connection is gone or refused, not the question.
fn is_passing(error: &PipelineError) -> bool {
    let cause = match error {
        PipelineError::Catalog { source: CatalogError::Query { source, .. }, .. } => source,
        PipelineError::CatalogConnection { source, .. } => &**source,
        _ => return false,
    };
    match cause {
        mysql_async::Error::Io(_) => true,
        mysql_async::Error::Driver(error) => {
            matches!(error, DriverError::ConnectionClosed | DriverError::PacketOutOfOrder)
        }
        mysql_async::Error::Server(error) => passes(error.code),
        _ => false,
    }
}

/// Whether this error of the server passes.
pub fn passes(code: u16) -> bool {
    PASSING_CODES.contains(&code)
}
