//! The shape for each table map: from the map, from what was read, or a request to read.

use std::{collections::HashMap, sync::Arc};

use becauselog_model::{ColumnKind, TableMap, TableName, TableShape};
use mysql_async::Conn;

use crate::{
    catalog::{Catalog, CatalogError, Described},
    check::check,
    ddl::{Affected, affected},
    error::ShapeError,
    metadata::from_row_metadata,
};

/// Keeps the shapes of tables and answers for table maps. It does no I/O but in [`Tracker::load`] and
/// [`Tracker::reload`], which whoever drives it calls with a connection.
///
/// `information_schema` tells how a table is *now*, not at the position that is read. What the log says of itself is
/// checked against it; a column that was only renamed since is not to be seen from a log without names.
#[derive(Debug, Default)]
pub struct Tracker {
    /// There is a server to ask.
    online: bool,
    /// Shapes are to say how columns were declared.
    declarations: bool,
    tables: HashMap<TableName, Table>,
    /// How many tables of each database were asked for one by one.
    asked: HashMap<Box<str>, u32>,
}

/// After so many questions for single tables of a database all of it is read at once: a log that touches many tables
/// asks once more, not once a table.
const SINGLE_READS_MAX: u32 = 8;

/// What is known of one table.
#[derive(Debug, Default)]
struct Table {
    description: Description,
    answered: Option<Answer>,
    /// The last shape from elsewhere that was told how it was declared.
    told: Option<Arc<TableShape>>,
    /// The map that did not agree with the description and made it be read again.
    disputed: Option<TableMap>,
}

/// The last map that was answered for, and the answer.
#[derive(Debug)]
struct Answer {
    map: TableMap,
    shape: Arc<TableShape>,
    /// Nothing that went into it was touched since.
    holds: bool,
}

#[derive(Debug, Default)]
enum Description {
    /// Not read, or a statement may have changed the table since.
    #[default]
    Unread,
    /// Read: the server has no such table.
    Missing,
    Read(Described),
}

impl Tracker {
    /// A tracker with a server to ask: it may answer [`ShapeError::NeedsReload`].
    #[must_use]
    pub fn online() -> Self {
        Self { online: true, ..Self::default() }
    }

    /// A tracker without a server, for logs read as files: what the log does not tell is an error, and tables without
    /// a primary key have no key.
    #[must_use]
    pub fn offline() -> Self {
        Self::default()
    }

    /// The same, with what `information_schema` says of how columns were declared (their defaults): tables that the log
    /// describes are asked for too, and a table that is gone, or has other columns by now, has no declarations.
    #[must_use]
    pub const fn with_declarations(mut self) -> Self {
        self.declarations = true;
        self
    }

    /// Reads all tables of these databases, so that the first rows of each need no question of their own.
    ///
    /// # Errors
    /// `information_schema` cannot be read.
    pub async fn load(&mut self, conn: &mut Conn, databases: &[&str]) -> Result<usize, CatalogError> {
        let described = Catalog::new(conn).databases(databases).await?;
        let count = described.len();
        for (name, described) in described {
            self.tables.entry(name).or_default().describe(Description::Read(described));
        }
        Ok(count)
    }

    /// Reads one table again; where many tables of its database were asked for, all of them, once.
    ///
    /// # Errors
    /// `information_schema` cannot be read.
    pub async fn reload(&mut self, conn: &mut Conn, name: &TableName) -> Result<(), CatalogError> {
        let database: &str = &name.database;
        let asked = self.asked.get(database).copied().unwrap_or(0);
        if asked == SINGLE_READS_MAX {
            self.load(conn, &[database]).await?;
        }
        self.asked.insert(database.into(), asked.saturating_add(1));
        if asked == SINGLE_READS_MAX && self.is_read(name) {
            return Ok(());
        }
        let described = Catalog::new(conn).table(name).await?;
        self.answer(name, described);
        Ok(())
    }

    /// Takes what `information_schema` said of a table, for whoever has the answer from elsewhere than a connection;
    /// nothing when there is no such table.
    pub fn answer(&mut self, name: &TableName, described: Option<Described>) {
        let description = described.map_or(Description::Missing, Description::Read);
        self.tables.entry(name.clone()).or_default().describe(description);
    }

    fn is_read(&self, name: &TableName) -> bool {
        let table = self.tables.get(name);
        table.is_some_and(|table| matches!(table.description, Description::Read(_)))
    }

    /// Takes notice of a statement of the log that is not rows: its default database (empty when it has none) and its
    /// text. Tables that it may have changed are read again before their next rows. Answers what it touches.
    pub fn note_statement(&mut self, database: &str, sql: &[u8]) -> Affected {
        let affected = affected(database, sql);
        for (name, table) in &mut self.tables {
            if affected.includes(name) {
                table.describe(Description::Unread);
                table.disputed = None;
            }
        }
        affected
    }

    /// Whether [`Tracker::shape_of`] would know more after a [`Tracker::reload`].
    #[must_use]
    pub fn needs_reload(&self, name: &TableName) -> bool {
        let described = |table: &Table| !matches!(table.description, Description::Unread);
        self.online && !self.knows(name) && !self.tables.get(name).is_some_and(described)
    }

    /// Whether a map of the table was answered for, and nothing touched the table since.
    #[must_use]
    pub fn knows(&self, name: &TableName) -> bool {
        let answered = self.tables.get(name).and_then(|table| table.answered.as_ref());
        answered.is_some_and(|answer| answer.holds)
    }

    /// The shape of a table that no map is at hand of: the last answer while nothing touched the table, else what
    /// `information_schema` said last; nothing where neither is there or a column cannot be read.
    #[must_use]
    pub fn shape_of(&self, name: &TableName) -> Option<Arc<TableShape>> {
        let table = self.tables.get(name)?;
        if let Some(answer) = table.answered.as_ref().filter(|answer| answer.holds) {
            return Some(Arc::clone(&answer.shape));
        }
        let Description::Read(described) = &table.description else { return None };
        let map = TableMap { table_id: 0, name: name.clone(), columns: Vec::new(), primary_key: None };
        let mut shape = described.shape(&map).ok()?;
        if self.declarations {
            let _same = described.declare(&mut shape.columns);
        }
        Some(Arc::new(shape))
    }

    /// A shape from elsewhere with how its columns were declared, where that is known of the same columns.
    #[must_use]
    pub fn declared(&mut self, shape: Arc<TableShape>) -> Arc<TableShape> {
        let table = self.tables.entry(shape.name.clone()).or_default();
        let Description::Read(described) = &table.description else { return shape };
        let mut told = TableShape::clone(&shape);
        if !described.declare(&mut told.columns) {
            return shape;
        }
        match &table.told {
            Some(last) if **last == told => Arc::clone(last),
            _ => Arc::clone(table.told.insert(Arc::new(told))),
        }
    }

    /// The shape for rows that come with this table map. Equal maps get the same `Arc` until a statement touches the
    /// table, and after that too when nothing of its shape changed.
    ///
    /// # Errors
    /// [`ShapeError::NeedsReload`]: call [`Tracker::reload`] and ask again. Anything else stops this table.
    pub fn shape_for(&mut self, map: &TableMap) -> Result<Arc<TableShape>, ShapeError> {
        let (online, declarations) = (self.online, self.declarations && self.online);
        self.tables.entry(map.name.clone()).or_default().shape_for(map, online, declarations)
    }
}

impl Table {
    fn describe(&mut self, description: Description) {
        self.description = description;
        if let Some(answer) = &mut self.answered {
            answer.holds = false;
        }
    }

    fn shape_for(
        &mut self,
        map: &TableMap,
        online: bool,
        declarations: bool,
    ) -> Result<Arc<TableShape>, ShapeError> {
        if let Some(answer) = self.answered.as_ref().filter(|one| one.holds && same_table(&one.map, map)) {
            return Ok(Arc::clone(&answer.shape));
        }
        let mut shape = match from_row_metadata(map)? {
            Some(shape) => {
                let mut shape = self.with_key(shape, online)?;
                if online && may_have_mariadbs_types(map, &shape) {
                    self.tell_mariadbs_types(&mut shape)?;
                }
                shape
            }
            None => self.described(map, online)?,
        };
        if declarations {
            self.declare(&mut shape)?;
        }
        let shape = self.shared(shape);
        self.answered = Some(Answer { map: map.clone(), shape: Arc::clone(&shape), holds: true });
        Ok(shape)
    }

    /// A full map does not tell of unique indexes: those of a table without primary key come from the server.
    fn with_key(&self, shape: TableShape, online: bool) -> Result<TableShape, ShapeError> {
        if shape.key.is_some() || !online {
            return Ok(shape);
        }
        let key = match &self.description {
            Description::Unread => return Err(ShapeError::NeedsReload(shape.name)),
            Description::Missing => None,
            Description::Read(described) => described.key_of(&shape.columns),
        };
        Ok(TableShape { key, ..shape })
    }

    /// MariaDB logs its own types as BINARY: which they are, the server tells, of columns of the same name.
    fn tell_mariadbs_types(&self, shape: &mut TableShape) -> Result<(), ShapeError> {
        match &self.description {
            Description::Unread => Err(ShapeError::NeedsReload(shape.name.clone())),
            Description::Missing => Ok(()),
            Description::Read(described) => {
                described.tell_mariadbs_types(&mut shape.columns);
                Ok(())
            }
        }
    }

    fn described(&mut self, map: &TableMap, online: bool) -> Result<TableShape, ShapeError> {
        let table = map.name.clone();
        if !online {
            return Err(ShapeError::Offline { table });
        }
        let described = match &self.description {
            Description::Unread => return Err(ShapeError::NeedsReload(table)),
            Description::Missing => return Err(ShapeError::Missing { table }),
            Description::Read(described) => described,
        };
        let shape = described.shape(map)?;
        match check(map, &shape) {
            Ok(()) => Ok(shape),
            // What was read may be older than this map: read once more for it, then believe the difference.
            Err(_) if !self.disputed.as_ref().is_some_and(|disputed| same_table(disputed, map)) => {
                self.disputed = Some(map.clone());
                self.description = Description::Unread;
                Err(ShapeError::NeedsReload(table))
            }
            Err(mismatch) => Err(ShapeError::Mismatch { table, mismatch }),
        }
    }

    /// Says how the columns were declared, if the server's table is still the one in the log.
    fn declare(&self, shape: &mut TableShape) -> Result<(), ShapeError> {
        match &self.description {
            Description::Unread => Err(ShapeError::NeedsReload(shape.name.clone())),
            Description::Missing => Ok(()),
            Description::Read(described) => {
                // Other columns than the log's: the table changed since, and its defaults are not the log's either.
                let _same = described.declare(&mut shape.columns);
                Ok(())
            }
        }
    }

    /// The `Arc` of the last answer when the shape is the same.
    fn shared(&self, shape: TableShape) -> Arc<TableShape> {
        match &self.answered {
            Some(last) if *last.shape == shape => Arc::clone(&last.shape),
            _ => Arc::new(shape),
        }
    }
}

/// Whether a column that is logged as BINARY may be of one of MariaDB's types: it has the length of one, and the log does not
/// tell which columns are visible, as that of MySQL since 8.0.23 does.
fn may_have_mariadbs_types(map: &TableMap, shape: &TableShape) -> bool {
    let is_of_mysql = map.columns.iter().any(|column| column.visible.is_some());
    let fits = |kind: &ColumnKind| matches!(kind, ColumnKind::Binary { length: 4 | 16 });
    !is_of_mysql && shape.columns.iter().any(|column| fits(&column.kind))
}

/// Whether two maps describe the same table in the same way, whatever number it goes by.
fn same_table(a: &TableMap, b: &TableMap) -> bool {
    a.columns == b.columns && a.primary_key == b.primary_key
}

#[cfg(test)]
mod tests;
