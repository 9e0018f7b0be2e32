//! Which changes are told: those of captured tables and databases, or all.

use becauselog_model::TableName;

use super::{ChangeKind, SchemaChange};

/// `schema.history.internal.store.only.captured.tables.ddl` and `….databases.ddl`: what of schema changes is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SchemaScope {
    /// Only what changes captured tables, or databases that may have such.
    pub captured_tables: bool,
    /// Only what is in captured databases.
    pub captured_databases: bool,
}

impl SchemaScope {
    /// Whether a change is told. `table`, `database`: whether it is captured.
    pub fn tells(
        self,
        change: &SchemaChange,
        table: impl Fn(&TableName) -> bool,
        database: impl Fn(&str) -> bool,
    ) -> bool {
        if let ChangeKind::Truncate(name) = &change.kind {
            return table(name);
        }
        let in_database = change.database.is_empty() || database(&change.database);
        let of_table = match change.table() {
            Some(name) => table(name),
            None => change.kind == ChangeKind::Database && in_database,
        };
        (!self.captured_tables || of_table) && (!self.captured_databases || in_database)
    }
}

impl SchemaChange {
    /// The database that it is about.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Whether it changed what is known of tables or databases, or may have.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        !matches!(self.kind, ChangeKind::Truncate(_))
    }

    /// The table that it truncates.
    #[must_use]
    pub const fn truncated(&self) -> Option<&TableName> {
        match &self.kind {
            ChangeKind::Truncate(name) => Some(name),
            _ => None,
        }
    }

    fn table(&self) -> Option<&TableName> {
        match &self.kind {
            ChangeKind::Create(table) | ChangeKind::Alter(table) => Some(&table.name),
            ChangeKind::Drop(name) | ChangeKind::Truncate(name) => Some(name),
            ChangeKind::Database | ChangeKind::Nothing => None,
        }
    }
}
