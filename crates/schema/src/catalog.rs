//! What `information_schema` says of tables, as it is now.

mod answer;
mod column_type;
mod columns;
mod definitions;
mod keys;
mod pending;
mod versioned;

use std::{collections::HashMap, sync::Arc};

use becauselog_model::{ColumnKind, ColumnShape, Declared, ShapeOrigin, TableMap, TableName, TableShape};
use mysql_async::{Conn, prelude::Queryable};
use thiserror::Error;

pub use self::{columns::ColumnAnswer, definitions::Definitions};
use crate::error::ShapeError;

/// A table as `information_schema` describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    columns: Vec<DescribedColumn>,
    key: Option<Vec<Arc<str>>>,
}

/// One column of it. A type that is not known is no failure until rows of the table come.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DescribedColumn {
    name: Arc<str>,
    kind: Result<ColumnKind, String>,
    nullable: bool,
    visible: bool,
    declared: Arc<Declared>,
}

/// `information_schema` cannot be read.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// The query failed.
    #[error("reading {what} from information_schema: {source}")]
    Query {
        /// What was asked for.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: mysql_async::Error,
    },
    /// An answer has another form than any supported server gives.
    #[error("the answer of {view} has no usable field {column}")]
    Answer {
        /// The view.
        view: &'static str,
        /// The column of the view.
        column: &'static str,
    },
}

/// Reads `information_schema` over a connection.
#[derive(Debug)]
pub struct Catalog<'c> {
    conn: &'c mut Conn,
}

impl<'c> Catalog<'c> {
    /// A reader over this connection. The account needs SELECT on the tables that are to be seen.
    pub const fn new(conn: &'c mut Conn) -> Self {
        Self { conn }
    }

    /// All tables of these databases: base tables, and what MariaDB has beside them (system-versioned tables, sequences).
    ///
    /// # Errors
    /// A query failed.
    pub async fn databases(&mut self, names: &[&str]) -> Result<HashMap<TableName, Described>, CatalogError> {
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        self.read(&Filter::Databases(names)).await
    }

    /// One table; nothing when the server does not have it, or the account may not see it.
    ///
    /// # Errors
    /// A query failed.
    pub async fn table(&mut self, name: &TableName) -> Result<Option<Described>, CatalogError> {
        let table = self.read(&Filter::Table(name)).await?.remove(name);
        if table.is_some() {
            return Ok(table);
        }
        pending::wait_for(self.conn, name).await?;
        Ok(self.read(&Filter::Table(name)).await?.remove(name))
    }

    async fn read(&mut self, filter: &Filter<'_>) -> Result<HashMap<TableName, Described>, CatalogError> {
        self.show_hidden_keys().await?;
        let columns = columns::read(self.conn, filter).await?;
        let mut keys = keys::read(self.conn, filter).await?;
        let hidden = &columns.hidden_period;
        let described = columns.by_table.into_iter().map(|(name, columns)| {
            let mut key = keys.remove(&name);
            if let Some(key) = key.as_mut().filter(|_| hidden.contains(&name)) {
                key.push(versioned::ROW_END_COLUMN.into());
            }
            (name, Described { columns, key })
        });
        Ok(described.collect())
    }

    /// A generated invisible primary key (8.0.30) is logged whatever this switch says: it must be seen here too.
    async fn show_hidden_keys(&mut self) -> Result<(), CatalogError> {
        const UNKNOWN_VARIABLE: u16 = 1193;
        let set = "SET SESSION show_gipk_in_create_table_and_information_schema = ON";
        match self.conn.query_drop(set).await {
            Err(mysql_async::Error::Server(error)) if error.code == UNKNOWN_VARIABLE => Ok(()),
            other => other.map_err(failed("the session's variables")),
        }
    }
}

fn failed(what: &'static str) -> impl Fn(mysql_async::Error) -> CatalogError {
    move |source| CatalogError::Query { what, source }
}

/// Which tables are asked for.
enum Filter<'a> {
    Databases(&'a [&'a str]),
    Table(&'a TableName),
    /// All but the server's own.
    All,
}

impl Filter<'_> {
    /// The condition with placeholders.
    fn condition(&self) -> String {
        match self {
            Self::Databases(names) => {
                let marks = vec!["?"; names.len()].join(",");
                format!("c.table_schema IN ({marks})")
            }
            Self::Table(_) => "c.table_schema = ? AND c.table_name = ?".to_owned(),
            Self::All => "c.table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')"
                .to_owned(),
        }
    }

    fn parameters(&self) -> Vec<mysql_async::Value> {
        match self {
            Self::Databases(names) => names.iter().map(|name| (*name).into()).collect(),
            Self::Table(name) => vec![(&*name.database).into(), (&*name.table).into()],
            Self::All => Vec::new(),
        }
    }
}

impl Described {
    /// A table by answers that were had elsewhere: its columns in order, and the names of its key's columns.
    #[must_use]
    pub fn from_answers(columns: Vec<ColumnAnswer>, key: Option<Vec<Arc<str>>>) -> Self {
        Self { columns: columns.into_iter().map(DescribedColumn::of).collect(), key }
    }

    /// The shape for rows that come with this table map. Whether a column can be NULL is in the map and taken from it.
    ///
    /// # Errors
    /// [`ShapeError::Unreadable`]: a column's type or charset is not known.
    pub fn shape(&self, map: &TableMap) -> Result<TableShape, ShapeError> {
        let mut shape = self.shape_now(&map.name)?;
        for (column, mapped) in shape.columns.iter_mut().zip(&map.columns) {
            column.nullable = mapped.nullable;
            column.visible = mapped.visible.unwrap_or(column.visible);
        }
        shape.key = self.key_of(&shape.columns);
        Ok(shape)
    }

    /// The shape of the table of this name as the server describes it: for rows that the server is asked for.
    ///
    /// # Errors
    /// [`ShapeError::Unreadable`]: a column's type or charset is not known.
    pub fn shape_now(&self, name: &TableName) -> Result<TableShape, ShapeError> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let kind = column.kind.clone().map_err(|what| ShapeError::Unreadable {
                table: name.clone(),
                column: Arc::clone(&column.name),
                what,
            })?;
            columns.push(ColumnShape {
                name: Arc::clone(&column.name),
                kind,
                nullable: column.nullable,
                visible: column.visible,
                declared: None,
            });
        }
        let key = self.key_of(&columns);
        Ok(TableShape { name: name.clone(), columns, key, origin: ShapeOrigin::InformationSchema })
    }

    /// Says of each column how it was declared; false, and nothing said, when these are not the same columns.
    #[must_use]
    pub fn declare(&self, columns: &mut [ColumnShape]) -> bool {
        let same = |(mine, column): (&DescribedColumn, &ColumnShape)| mine.name == column.name;
        if self.columns.len() != columns.len() || !self.columns.iter().zip(&*columns).all(same) {
            return false;
        }
        for (mine, column) in self.columns.iter().zip(columns) {
            column.declared = Some(Arc::clone(&mine.declared));
        }
        true
    }

    /// Of columns that the log has as BINARY, those that are of one of MariaDB's types here and have as many bytes become of it.
    pub(crate) fn tell_mariadbs_types(&self, columns: &mut [ColumnShape]) {
        for column in columns {
            let ColumnKind::Binary { length } = column.kind else { continue };
            let mine = self.columns.iter().find(|mine| mine.name == column.name);
            if let Some(Ok(ColumnKind::MariaDb(kind))) = mine.map(|mine| &mine.kind)
                && u32::from(kind.length()) == length
            {
                column.kind = ColumnKind::MariaDb(*kind);
            }
        }
    }

    /// The key as indices into these columns; nothing when one of its columns is not there or can be NULL.
    pub(crate) fn key_of(&self, columns: &[ColumnShape]) -> Option<Vec<usize>> {
        let place =
            |name: &Arc<str>| columns.iter().position(|column| column.name == *name && !column.nullable);
        self.key.as_ref()?.iter().map(place).collect()
    }
}

#[cfg(test)]
impl Described {
    /// A description made by hand.
    pub(crate) fn of(columns: &[(&str, ColumnKind)], key: Option<&[&str]>) -> Self {
        let column = |(name, kind): &(&str, ColumnKind)| DescribedColumn {
            name: Arc::from(*name),
            kind: Ok(kind.clone()),
            nullable: false,
            visible: true,
            declared: Arc::default(),
        };
        let key = key.map(|key| key.iter().map(|name| Arc::from(*name)).collect());
        Self { columns: columns.iter().map(column).collect(), key }
    }
}
