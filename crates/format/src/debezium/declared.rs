//! Tables as the peer has them in mind: what it reads out of DDL statements.
//!
//! The peer keeps a model of all tables by parsing each statement of the log, and tells it in its schema changes. The model is
//! the statements' view, not the server's: types as they were written, defaults with their escapes, and some slips, which
//! are kept here where a consumer can see them.

mod alter;
mod column;
mod create;
mod filter;
mod kept;
mod key;
mod scope;
mod shape;
mod statement;
mod told;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use becauselog_ddl::{Mode, TableRef};
use becauselog_model::TableName;
use serde::{Deserialize, Serialize};

pub(crate) use self::column::DeclaredColumn;
pub use self::scope::SchemaScope;

/// All tables, as statements have made them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeclaredTables {
    server_charset: Arc<str>,
    databases: BTreeMap<String, Arc<str>>,
    #[serde(with = "kept")]
    tables: HashMap<TableName, Arc<DeclaredTable>>,
    folds_names: bool,
    /// How many statements were applied.
    version: u64,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredTable {
    /// Its name.
    #[serde(with = "kept::name")]
    pub(crate) name: TableName,
    /// Its default charset as written.
    pub(crate) charset: Option<Arc<str>>,
    /// The columns of its key, as far as the peer takes one for it.
    pub(crate) key: Vec<Arc<str>>,
    /// Its columns in order.
    pub(crate) columns: Vec<DeclaredColumn>,
    /// Its comment as written.
    pub(crate) comment: Option<Arc<str>>,
}

/// What a statement did to the peer's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaChange {
    /// The database that the record of it names.
    pub(crate) database: String,
    /// The tables that the record's source names; nothing where it names none, an empty text where no table changed.
    pub(crate) source_tables: Option<String>,
    /// The part of the statement that did it.
    pub(crate) statement: String,
    /// What it did.
    pub(crate) kind: ChangeKind,
}

/// What became of which table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// It came.
    Create(Arc<DeclaredTable>),
    /// It changed; the name is the new one.
    Alter(Arc<DeclaredTable>),
    /// It went.
    Drop(TableName),
    /// Its rows went.
    Truncate(TableName),
    /// Something about a database.
    Database,
    /// No table changed, as far as the peer can see.
    Nothing,
}

impl DeclaredTables {
    /// No tables, on a server with this default charset.
    #[must_use]
    pub fn new(server_charset: &str) -> Self {
        Self {
            server_charset: server_charset.into(),
            databases: BTreeMap::new(),
            tables: HashMap::new(),
            folds_names: false,
            version: 0,
        }
    }

    /// Names are kept in small letters, as on servers with `lower_case_table_names=1`.
    pub const fn fold_names(&mut self) {
        self.folds_names = true;
    }

    /// Says a database's default charset.
    pub fn add_database(&mut self, database: &str, charset: &str) {
        self.databases.insert(database.to_owned(), charset.into());
    }

    /// Takes a table as the server has it now, as a `CREATE TABLE` statement.
    pub fn learn(&mut self, database: &str, create: &str) {
        let _told = self.apply(database, create, Mode::default());
    }

    /// How many statements were applied.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// A table as the peer has it.
    #[must_use]
    pub fn table(&self, name: &TableName) -> Option<&Arc<DeclaredTable>> {
        self.tables.get(name)
    }

    fn name(&self, database: &str, table: &TableRef) -> TableName {
        let database = table.database.as_deref().unwrap_or(database);
        if self.folds_names {
            TableName::new(&database.to_lowercase(), &table.table.to_lowercase())
        } else {
            TableName::new(database, &table.table)
        }
    }

    /// The default charset of a new table in a database.
    fn charset_of(&self, database: &str) -> Arc<str> {
        Arc::clone(self.databases.get(database).unwrap_or(&self.server_charset))
    }

    fn put(&mut self, table: DeclaredTable) -> Arc<DeclaredTable> {
        let table = Arc::new(table);
        self.tables.insert(table.name.clone(), Arc::clone(&table));
        table
    }
}

impl DeclaredTable {
    fn new(name: TableName) -> Self {
        Self { name, charset: None, key: Vec::new(), columns: Vec::new(), comment: None }
    }

    /// How many columns it has.
    #[must_use]
    pub const fn column_count(&self) -> usize {
        self.columns.len()
    }

    /// A column by its name, in any case, as the peer finds it.
    pub(crate) fn column(&self, name: &str) -> Option<&DeclaredColumn> {
        self.columns.iter().find(|column| is_same(&column.name, name))
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| is_same(&column.name, name))
    }

    /// Puts a column in the place of the one with its name, or at the end.
    fn set(&mut self, column: DeclaredColumn) {
        let place = self.place(&column.name);
        match place.and_then(|place| self.columns.get_mut(place)) {
            Some(there) => *there = column,
            None => self.columns.push(column),
        }
    }

    /// Moves a column behind another, or to the front.
    fn move_to(&mut self, name: &str, place: &becauselog_ddl::Place) {
        use becauselog_ddl::Place;
        let after = match place {
            Place::Unsaid => return,
            Place::First => None,
            Place::After(other) if self.place(other).is_none() => return,
            Place::After(other) => Some(other),
        };
        let Some(from) = self.place(name) else { return };
        let column = self.columns.remove(from);
        let to = after.and_then(|other| self.place(other)).map_or(0, |place| place.saturating_add(1));
        self.columns.insert(to.min(self.columns.len()), column);
    }
}

fn is_same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    fn after(mode: Mode, statements: &[&str]) -> Arc<DeclaredTable> {
        let mut tables = DeclaredTables::new("utf8mb4");
        statements.iter().for_each(|sql| drop(tables.apply("shop", sql, mode)));
        Arc::clone(tables.table(&TableName::new("shop", "t")).unwrap())
    }

    fn names(table: &DeclaredTable) -> Vec<&str> {
        table.columns.iter().map(|column| &*column.name).collect()
    }

    #[test]
    fn names_are_what_they_mean() {
        let table = after(
            Mode::default(),
            &["CREATE TABLE t (`a``b` INT)", "ALTER TABLE t ADD `c``d` INT AFTER `a``b`"],
        );
        assert_eq!(names(&table), ["a`b", "c`d"]);
        let ansi = Mode { ansi_quotes: true, ..Mode::default() };
        let table =
            after(ansi, &["CREATE TABLE \"t\" (\"a\" INT)", "ALTER TABLE \"t\" ADD \"b c\" INT FIRST"]);
        assert_eq!(names(&table), ["b c", "a"]);
    }

    #[test]
    fn a_unique_column_that_comes_later_is_no_key_to_the_peer() {
        let table =
            after(Mode::default(), &["CREATE TABLE t (a INT)", "ALTER TABLE t ADD b INT NOT NULL UNIQUE"]);
        assert!(table.key.is_empty());
        let table = after(Mode::default(), &["CREATE TABLE t (a INT, b INT NOT NULL UNIQUE)"]);
        assert_eq!(*table.key[0], *"b");
    }

    #[test]
    fn tables_that_are_kept_come_back_as_they_were() {
        let mut tables = DeclaredTables::new("latin1");
        tables.add_database("shop", "utf8mb4");
        tables.learn(
            "shop",
            "CREATE TABLE t (a INT PRIMARY KEY, b ENUM('x','y') DEFAULT 'x' COMMENT 'c') COMMENT 'd'",
        );
        let text = serde_json::to_string(&tables).unwrap();
        let mut back: DeclaredTables = serde_json::from_str(&text).unwrap();
        let sql = "ALTER TABLE t ADD c VARCHAR(3)";
        assert_eq!(back.apply("shop", sql, Mode::default()), tables.apply("shop", sql, Mode::default()));
    }

    proptest! {
        #[test]
        fn any_words_are_followed(words in prop::collection::vec(prop::sample::select(&[
            "CREATE", "ALTER", "DROP", "RENAME", "TABLE", "DATABASE", "t", "shop", ".", "(", ")", ",", "ADD", "COLUMN", "a",
            "INT", "ENUM", "'x'", "PRIMARY", "KEY", "UNIQUE", "TO", "LIKE", "CHARSET", "=", "AFTER", "MODIFY", "CHANGE", "FIRST",
            "INDEX", "ON", "TRUNCATE", "DEFAULT", "b'1'", "0x1", "NULL", "NOT", "CONVERT", "CHARACTER", "SET", "latin1",
        ][..]), 0..24)) {
            let mut tables = DeclaredTables::new("utf8mb4");
            tables.learn("shop", "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(3))");
            let _told = tables.apply("shop", &words.join(" "), Mode::default());
        }
    }
}
