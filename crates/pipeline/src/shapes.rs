//! Shapes for the transform stage: the tracker and the connection that it asks through.

use std::{sync::Arc, time::Duration};

use becauselog_model::{BinlogPosition, TableMap, TableName, TableShape};
use becauselog_schema::{CatalogError, ShapeError, Tracker};
use mysql_async::{Conn, DriverError, Opts};

use crate::error::PipelineError;

/// How often a shape is read again for one table map before that is taken for a fault.
const RELOADS_MAX: u32 = 3;

/// Waiting for a server that is away: doubled each time up to the last, about two minutes in all.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_LAST: Duration = Duration::from_secs(10);
const RETRIES_MAX: u32 = 20;

/// The server's errors that pass: too many connections, shutting down, connection killed, killed for inactivity.
const PASSING_CODES: [u16; 6] = [1040, 1053, 1077, 1317, 1927, 4031];

/// Answers with shapes; connects to the server only when the log alone does not tell.
#[derive(Debug)]
pub struct Shapes {
    tracker: Tracker,
    /// Ways to reach a server, tried in turn; none for logs read as files.
    servers: Vec<Opts>,
    conn: Option<Conn>,
    declarations: bool,
}

impl Shapes {
    /// With servers to ask, tried in turn.
    #[must_use]
    pub fn online(servers: Vec<Opts>) -> Self {
        Self { tracker: Tracker::online(), servers, conn: None, declarations: false }
    }

    /// The same, with how columns were declared: see [`Tracker::with_declarations`].
    #[must_use]
    pub fn with_declarations(self) -> Self {
        Self { tracker: self.tracker.with_declarations(), declarations: true, ..self }
    }

    /// Whether shapes are to say how columns were declared.
    pub const fn want_declarations(&self) -> bool {
        self.declarations
    }

    /// For logs read as files.
    #[must_use]
    pub fn offline() -> Self {
        Self { tracker: Tracker::offline(), servers: Vec::new(), conn: None, declarations: false }
    }

    /// The shape for rows that come with this table map.
    ///
    /// # Errors
    /// When there is none that is certain, or the server does not answer.
    pub async fn shape_for(
        &mut self,
        map: &TableMap,
        at: &BinlogPosition,
    ) -> Result<Arc<TableShape>, PipelineError> {
        let failed = |source| PipelineError::Shape { position: at.clone(), source: Box::new(source) };
        for _ in 0..RELOADS_MAX {
            match self.tracker.shape_for(map) {
                Err(ShapeError::NeedsReload(_)) => self.reload(&map.name, at).await?,
                answer => return answer.map_err(failed),
            }
        }
        self.tracker.shape_for(map).map_err(failed)
    }

    /// Whether the last shape that was answered for a table still holds.
    #[must_use]
    pub fn knows(&self, table: &TableName) -> bool {
        self.tracker.knows(table)
    }

    /// The shape of a table that no map is at hand of; nothing where it cannot be known.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn shape_of(
        &mut self,
        table: &TableName,
        at: &BinlogPosition,
    ) -> Result<Option<Arc<TableShape>>, PipelineError> {
        if self.tracker.needs_reload(table) {
            self.reload(table, at).await?;
        }
        Ok(self.tracker.shape_of(table))
    }

    /// Takes notice of a statement that may have changed shapes.
    pub fn note_statement(&mut self, database: &str, sql: &[u8]) {
        self.tracker.note_statement(database, sql);
    }

    /// Reads a table's shape, again and again while the server is away.
    async fn reload(&mut self, table: &TableName, at: &BinlogPosition) -> Result<(), PipelineError> {
        let mut wait = RETRY_FIRST;
        for left in (0..RETRIES_MAX).rev() {
            match self.ask(table, at).await {
                Err(error) if is_passing(&error) && left > 0 => {
                    self.conn = None;
                    tracing::warn!(%error, retry_in_ms = wait.as_millis(), "shapes of tables cannot be read now");
                    tokio::time::sleep(wait).await;
                    wait = wait.saturating_mul(2).min(RETRY_LAST);
                }
                answer => return answer,
            }
        }
        Ok(())
    }

    async fn ask(&mut self, table: &TableName, at: &BinlogPosition) -> Result<(), PipelineError> {
        let lost = |source| PipelineError::Catalog { position: at.clone(), source };
        if let Some(conn) = &mut self.conn {
            match self.tracker.reload(conn, table).await {
                Ok(()) => return Ok(()),
                // Idle connections are cut by servers: once more with a new one.
                Err(error) => tracing::debug!(%error, "reading a shape again after reconnecting"),
            }
        }
        let connected = self.connect(at).await?;
        let conn = self.conn.insert(connected);
        self.tracker.reload(conn, table).await.map_err(lost)
    }

    async fn connect(&self, at: &BinlogPosition) -> Result<Conn, PipelineError> {
        let mut failed = None;
        for server in &self.servers {
            match Conn::new(server.clone()).await {
                Ok(conn) => return Ok(conn),
                Err(error) => failed = Some(error),
            }
        }
        let source =
            Box::new(failed.unwrap_or_else(|| std::io::Error::from(std::io::ErrorKind::NotConnected).into()));
        Err(PipelineError::CatalogConnection { position: at.clone(), source })
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
