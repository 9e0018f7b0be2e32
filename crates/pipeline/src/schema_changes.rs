//! What Debezium tells beside rows: which tables each statement changed, and to what.
//!
//! Found in the order of the log, before rows are encoded side by side.

use std::{fmt, sync::Arc};

use becauselog_format::{DeclaredTables, SchemaChange, SchemaScope, SqlMode};
use becauselog_model::TableName;

use crate::transform::TableFilter;

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
}

impl Follower {
    /// Begins with the tables at the start.
    pub fn new(view: SchemaView, captures: TableFilter) -> Self {
        Self { view, captures }
    }

    /// Follows a statement of a session with this default database and `sql_mode`, and tells what it did.
    pub fn statement(&mut self, database: &str, statement: &[u8], sql_mode: u64) -> Vec<SchemaChange> {
        let SchemaView { tables, scope, databases } = &mut self.view;
        let sql = String::from_utf8_lossy(statement);
        let mut changes = tables.apply(database, &sql, SqlMode::of_sql_mode(sql_mode));
        let captured = |name: &TableName| (self.captures)(name);
        changes.retain(|change| scope.tells(change, captured, |database| databases(database)));
        changes
    }
}
