//! DDL statements, and others that are told of.

use std::sync::Arc;

use becauselog_binlog::{
    event::{Event, Query},
    group::{Group, StatementKind},
};
use becauselog_format::{DdlError, SchemaChange};
use becauselog_model::{TableShape, Transaction};

use super::{Stopped, Transform};
use crate::{error::PipelineError, rows::DdlPart};

impl Transform {
    /// A statement that is a group of its own.
    pub(super) async fn lone_statement(
        &mut self,
        event: &Event,
        kind: StatementKind,
        group: &Group,
    ) -> Result<(), Stopped> {
        match kind {
            StatementKind::Ddl => self.ddl(event, group, &group.transaction, false).await,
            StatementKind::Other => self.other(event, group),
        }
    }

    /// Takes notice of a statement that may change shapes, and hands it to the lanes. `within`: it stands in a transaction
    /// that a BEGIN opened.
    pub(super) async fn ddl(
        &mut self,
        event: &Event,
        group: &Group,
        transaction: &Transaction,
        within: bool,
    ) -> Result<(), Stopped> {
        let query = parsed(event)?;
        let database = String::from_utf8_lossy(&query.schema).into_owned();
        let changes = self.followed(transaction, event, &database, &query)?;
        let shape = self.truncated(&changes, event).await?;
        self.shapes.note_statement(&query, &event.position())?;
        self.tables.clear();
        let owner = self.owner(group, transaction, None)?;
        let (mut effects, mut schema_id) = (Vec::new(), 0);
        if let Some(beside) = &mut self.beside {
            let done = beside.ddl(&database, &query.statement);
            let failed = |source: DdlError| {
                let position = event.position();
                PipelineError::Format { position, row: 0, source: source.into() }
            };
            effects = done.map_err(failed)?;
            schema_id = beside.schema_id();
        }
        let (event, statement) = (event.clone(), query.statement);
        let is_ddl = true;
        let part =
            DdlPart { owner, event, database, statement, is_ddl, effects, schema_id, changes, shape, within };
        self.rows.push_ddl(part);
        Ok(())
    }

    /// Sequences are made by such statements, and Debezium tells of some.
    fn other(&mut self, event: &Event, group: &Group) -> Result<(), Stopped> {
        let query = parsed(event)?;
        self.shapes.note_other(&query, &event.position())?;
        if self.follower.is_none() {
            return Ok(());
        }
        let database = String::from_utf8_lossy(&query.schema).into_owned();
        let changes = self.followed(&group.transaction, event, &database, &query)?;
        if changes.is_empty() {
            return Ok(());
        }
        let owner = self.owner(group, &group.transaction, None)?;
        self.rows.push_ddl(DdlPart {
            owner,
            event: event.clone(),
            database,
            statement: query.statement,
            is_ddl: false,
            effects: Vec::new(),
            schema_id: 0,
            changes,
            shape: None,
            within: false,
        });
        Ok(())
    }

    fn followed(
        &mut self,
        transaction: &Transaction,
        event: &Event,
        database: &str,
        query: &Query,
    ) -> Result<Vec<SchemaChange>, Stopped> {
        let Some(follower) = &mut self.follower else { return Ok(Vec::new()) };
        let told = follower.statement(transaction, event.position(), database, query);
        told.map_err(|error| PipelineError::from(error).into())
    }

    /// The shape of the table that a statement truncates: the record of it may have a schema.
    async fn truncated(
        &mut self,
        changes: &[SchemaChange],
        event: &Event,
    ) -> Result<Option<Arc<TableShape>>, Stopped> {
        match changes.iter().find_map(SchemaChange::truncated) {
            None => Ok(None),
            Some(table) if self.shapes.knows(table) => {
                Ok(self.shapes.shape_of(table, &event.position()).await?)
            }
            // What the server has now may be of later.
            Some(table) => match self.follower.as_ref().and_then(|follower| follower.shape_of(table)) {
                Some(shape) => Ok(Some(Arc::new(shape))),
                None => Ok(self.shapes.shape_of(table, &event.position()).await?),
            },
        }
    }
}

fn parsed(event: &Event) -> Result<Query, Stopped> {
    let failed = |source| PipelineError::Event { position: event.position(), source };
    Query::parse(&event.body).map_err(failed).map_err(Stopped::from)
}
