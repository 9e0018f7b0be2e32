//! What Debezium tells beside rows: which tables each statement changed, and to what.
//!
//! Found in the order of the log, before rows are encoded side by side.

use std::{fmt, sync::Arc};

use becauselog_binlog::event::Query;
use becauselog_format::{DeclaredTables, SchemaChange, SchemaScope, SqlMode};
use becauselog_model::{BinlogPosition, TableName, TableShape, Transaction};

use crate::{
    state::{StateError, TableJournal},
    transform::TableFilter,
};

/// Says which databases are captured.
pub type DatabaseFilter = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What is needed for it.
#[derive(Clone)]
pub struct SchemaView {
    /// The tables at the start, as statements make them.
    pub tables: DeclaredTables,
    /// What of it is told.
    pub scope: SchemaScope,
    /// Which databases are captured.
    pub databases: DatabaseFilter,
}

impl fmt::Debug for SchemaView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemaView").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// The same, at work.
pub struct Follower {
    view: SchemaView,
    captures: TableFilter,
    journal: Option<TableJournal>,
}

impl Follower {
    /// Begins with the tables at the start; statements are written down in the journal.
    pub fn new(view: SchemaView, captures: TableFilter, journal: Option<TableJournal>) -> Self {
        Self { view, captures, journal }
    }

    /// The shape of a table as its statements made it, where they are followed.
    pub fn shape_of(&self, table: &TableName) -> Option<TableShape> {
        let shape = self.view.tables.shape(table)?;
        Some(self.view.tables.with_types(&shape).unwrap_or(shape))
    }

    /// The same shape with its columns' types as they were written, where nothing is known of that and statements tell it.
    pub fn with_types(&self, shape: &TableShape) -> Option<TableShape> {
        self.view.tables.with_types(shape)
    }

    /// Follows a statement, and tells what it did.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn statement(
        &mut self,
        transaction: &Transaction,
        position: BinlogPosition,
        database: &str,
        query: &Query,
    ) -> Result<Vec<SchemaChange>, StateError> {
        let SchemaView { tables, scope, databases } = &mut self.view;
        let sql = String::from_utf8_lossy(&query.statement);
        let sql_mode = query.status_variables().sql_mode.unwrap_or_default();
        let mut changes = tables.apply(database, &sql, SqlMode::of_sql_mode(sql_mode));
        if let Some(journal) = &mut self.journal
            && changes.iter().any(SchemaChange::is_kept)
        {
            journal.append(transaction, position, database, sql_mode, &sql)?;
        }
        let captured = |name: &TableName| (self.captures)(name);
        changes.retain(|change| scope.tells(change, captured, |database| databases(database)));
        Ok(changes)
    }
}
