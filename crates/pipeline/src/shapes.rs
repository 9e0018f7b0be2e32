//! Shapes for the transform stage: the tracker and the connection that it asks through.

use std::sync::Arc;

use becauselog_model::{BinlogPosition, TableMap, TableShape};
use becauselog_schema::{ShapeError, Tracker};
use mysql_async::{Conn, Opts};

use crate::error::PipelineError;

/// How often a shape is read again for one table map before that is taken for a fault.
const RELOADS_MAX: u32 = 3;

/// Answers with shapes; connects to the server only when the log alone does not tell.
#[derive(Debug)]
pub struct Shapes {
    tracker: Tracker,
    server: Option<Opts>,
    conn: Option<Conn>,
}

impl Shapes {
    /// With a server to ask.
    #[must_use]
    pub fn online(server: Opts) -> Self {
        Self { tracker: Tracker::online(), server: Some(server), conn: None }
    }

    /// For logs read as files.
    #[must_use]
    pub fn offline() -> Self {
        Self { tracker: Tracker::offline(), server: None, conn: None }
    }

    /// Turns to another server (failover).
    pub fn turn_to(&mut self, server: Opts) {
        if self.server.is_some() {
            self.server = Some(server);
            self.conn = None;
        }
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
        let failed = |source| PipelineError::Shape { position: at.clone(), source };
        for _ in 0..RELOADS_MAX {
            match self.tracker.shape_for(map) {
                Err(ShapeError::NeedsReload(_)) => self.reload(map, at).await?,
                answer => return answer.map_err(failed),
            }
        }
        self.tracker.shape_for(map).map_err(failed)
    }

    /// Takes notice of a statement that may have changed shapes.
    pub fn note_statement(&mut self, database: &str, sql: &[u8]) {
        self.tracker.note_statement(database, sql);
    }

    async fn reload(&mut self, map: &TableMap, at: &BinlogPosition) -> Result<(), PipelineError> {
        let Some(server) = &self.server else { return Ok(()) };
        let lost = |source| PipelineError::Catalog { position: at.clone(), source };
        if let Some(conn) = &mut self.conn {
            match self.tracker.reload(conn, &map.name).await {
                Ok(()) => return Ok(()),
                // Idle connections are cut by servers: once more with a new one.
                Err(error) => tracing::debug!(%error, "reading a shape again after reconnecting"),
            }
        }
        let connected = Conn::new(server.clone()).await.map_err(|source| {
            PipelineError::CatalogConnection { position: at.clone(), source: Box::new(source) }
        })?;
        let conn = self.conn.insert(connected);
        self.tracker.reload(conn, &map.name).await.map_err(lost)
    }
}
