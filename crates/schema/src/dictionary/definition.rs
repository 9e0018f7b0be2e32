//! Tables and columns as they are.

use std::sync::Arc;

use becauselog_model::TableName;

use super::{charset::Collation, data_type::DataType};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name.
    pub name: TableName,
    /// The collation of columns that say none.
    pub collation: Collation,
    /// All columns in order.
    pub columns: Vec<ColumnDefinition>,
    /// The columns of the primary key.
    pub primary_key: Vec<Arc<str>>,
    /// All other indexes, in the order in which the server keeps them. Those that are not unique are here for their names.
    pub indexes: Vec<Index>,
    /// When rows were valid (MariaDB: `WITH SYSTEM VERSIONING`).
    pub period: Period,
    /// It is a table of MariaDB.
    pub by_mariadb: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub data_type: DataType,
    /// Whether it can hold NULL.
    pub nullable: bool,
    /// Whether `SELECT *` shows it.
    pub visible: bool,
    /// Whether it is computed, and where.
    pub generated: Generated,
}

/// The columns that say from when to when a row was valid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Period {
    /// There are none.
    #[default]
    None,
    /// The server's own, `row_start` and `row_end`, behind all others.
    Hidden,
    /// Two of the table's columns; the second is this one.
    Shown(Arc<str>),
}

/// Whether a column is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Generated {
    /// It is not.
    #[default]
    No,
    /// When it is read.
    Virtual,
    /// When its row is written.
    Stored,
}

/// An index that is not the primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: Arc<str>,
    /// Two rows cannot have the same values.
    pub is_unique: bool,
    /// A part of it could be NULL when a statement defined it last: such come behind others.
    pub had_null: bool,
    /// What it is over.
    pub parts: Vec<KeyColumn>,
}

/// A part of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyColumn {
    /// A whole column.
    Whole(Arc<str>),
    /// The begin of a column, in characters.
    Prefix(Arc<str>, u32),
    /// An expression.
    Expression,
}

impl TableDefinition {
    /// A column's place, by its name in any case.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| is_same(&column.name, name))
    }

    pub(super) fn column(&self, name: &str) -> Option<&ColumnDefinition> {
        self.place(name).and_then(|place| self.columns.get(place))
    }

    /// The columns that identify a row: the primary key, else the first unique index over whole columns that are NOT NULL.
    #[must_use]
    pub fn key(&self) -> Option<Vec<Arc<str>>> {
        if !self.primary_key.is_empty() {
            return Some(self.with_period(self.primary_key.clone()));
        }
        let identifies = |index: &&Index| index.is_unique && !self.has_null(&index.parts) && index.is_whole();
        let index = self.indexes.iter().find(identifies)?;
        Some(self.with_period(index.parts.iter().filter_map(KeyColumn::column).cloned().collect()))
    }

    /// Rows that are no longer valid stay: the end of the period is part of every key.
    fn with_period(&self, mut key: Vec<Arc<str>>) -> Vec<Arc<str>> {
        let end = match &self.period {
            Period::None => return key,
            Period::Hidden => Arc::from("row_end"),
            Period::Shown(end) => Arc::clone(end),
        };
        if !key.contains(&end) {
            key.push(end);
        }
        key
    }

    /// Whether a part of the index can be NULL.
    pub(super) fn has_null(&self, parts: &[KeyColumn]) -> bool {
        parts.iter().any(|part| {
            let column = part.column().and_then(|name| self.column(name));
            column.is_none_or(|column| column.nullable)
        })
    }
}

impl Index {
    /// Whether all of its parts are whole columns.
    pub(super) fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, KeyColumn::Whole(_)))
    }
}

impl KeyColumn {
    /// The column that it is over.
    #[must_use]
    pub const fn column(&self) -> Option<&Arc<str>> {
        match self {
            Self::Whole(name) | Self::Prefix(name, _) => Some(name),
            Self::Expression => None,
        }
    }

    /// The same part over another column.
    pub(super) fn named(self, column: Arc<str>) -> Self {
        match self {
            Self::Whole(_) => Self::Whole(column),
            Self::Prefix(_, length) => Self::Prefix(column, length),
            Self::Expression => self,
        }
    }
}

/// Whether two names of columns or indexes are the same to the server.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}
