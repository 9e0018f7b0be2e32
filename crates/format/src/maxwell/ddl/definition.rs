//! Databases and tables as statements define them.

use std::{collections::BTreeMap, sync::Arc};

use super::{DdlError, Effect, statement};

/// All databases and tables at one position of the log.
#[derive(Debug, Clone)]
pub struct Definitions {
    /// The server's default charset: that of databases which name none.
    pub(super) server_charset: String,
    /// Whether members of ENUM and SET keep their escapes, as Maxwell has them.
    pub(super) raw_texts: bool,
    pub(super) databases: BTreeMap<String, Database>,
    folds: bool,
    version: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Database {
    pub charset: String,
    pub tables: BTreeMap<String, Arc<Table>>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The database it is in.
    pub database: String,
    /// Its name.
    pub name: String,
    /// Its default charset.
    pub charset: String,
    /// The primary key's columns by name, in key order.
    pub key: Vec<String>,
    /// The columns in order.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, by the name that `information_schema` has for it.
    pub kind: String,
    /// What more there is to say of such a type.
    pub detail: Detail,
}

/// What more there is to say of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    Plain,
    /// Integers.
    Integer {
        /// Not declared UNSIGNED.
        signed: bool,
    },
    /// Texts and bytes: the charset, nothing before the table's default is filled in.
    Text {
        /// The charset's name; `binary` for bytes.
        charset: Option<String>,
    },
    /// Times: digits of the fraction.
    Time {
        /// 0 to 6.
        digits: u64,
    },
    /// ENUM and SET.
    Texts {
        /// The members.
        values: Vec<String>,
    },
}

impl Definitions {
    /// Of a server without databases. `raw_texts`: members of ENUM and SET keep the escapes that they are written with.
    #[must_use]
    pub fn new(server_charset: &str, raw_texts: bool) -> Self {
        let server_charset = server_charset.to_owned();
        Self { server_charset, raw_texts, databases: BTreeMap::new(), folds: false, version: 1 }
    }

    /// Says that the server keeps names of databases and tables in lower case (`lower_case_table_names=1`).
    pub fn fold_names(&mut self) {
        self.folds = true;
    }

    pub(super) fn fold(&self, name: String) -> String {
        if self.folds { name.to_lowercase() } else { name }
    }

    pub(super) fn folded(&self, (database, table): (String, String)) -> (String, String) {
        (self.fold(database), self.fold(table))
    }

    /// Adds a database that is there.
    pub fn add_database(&mut self, name: &str, charset: &str) {
        let database = Database { charset: charset.to_owned(), tables: BTreeMap::new() };
        self.databases.insert(name.to_owned(), database);
    }

    /// Learns of a table that is there from a `CREATE TABLE` that would make it.
    ///
    /// # Errors
    /// When the statement cannot be read.
    pub fn learn(&mut self, database: &str, create: &str) -> Result<(), DdlError> {
        statement::apply(self, database, create).map(|_effects| ())
    }

    /// A table.
    #[must_use]
    pub fn table(&self, database: &str, table: &str) -> Option<&Arc<Table>> {
        self.databases.get(database)?.tables.get(table)
    }

    /// How many statements changed something, counted from 1.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Applies a statement with its default database, and tells what it did: often nothing.
    ///
    /// # Errors
    /// When its text cannot be read, or it changes what is not known. Nothing of it is applied then.
    pub fn apply(&mut self, database: &str, sql: &str) -> Result<Vec<Effect>, DdlError> {
        let before = self.databases.clone();
        let effects = match statement::apply(self, database, sql) {
            Ok(effects) => effects,
            Err(error) => {
                self.databases = before;
                return Err(error);
            }
        };
        if !effects.is_empty() {
            self.version = self.version.saturating_add(1);
        }
        Ok(effects)
    }

    /// A database; made with the server's charset where it is not known.
    pub(super) fn database_mut(&mut self, name: &str) -> &mut Database {
        let charset = self.server_charset.clone();
        let fresh = || Database { charset, tables: BTreeMap::new() };
        self.databases.entry(name.to_owned()).or_insert_with(fresh)
    }

    /// Takes a table out.
    pub(super) fn take(&mut self, database: &str, table: &str) -> Result<Arc<Table>, DdlError> {
        let found = self.databases.get_mut(database).and_then(|one| one.tables.remove(table));
        found.ok_or_else(|| DdlError::UnknownTable { database: database.to_owned(), table: table.to_owned() })
    }

    pub(super) fn put(&mut self, table: Arc<Table>) {
        self.database_mut(&table.database.clone()).tables.insert(table.name.clone(), table);
    }
}

impl Table {
    /// The place of a column; case does not count.
    pub(super) fn place(&self, column: &str) -> Result<usize, DdlError> {
        let found = self.columns.iter().position(|one| one.name.to_lowercase() == column.to_lowercase());
        found.ok_or_else(|| DdlError::UnknownColumn {
            database: self.database.clone(),
            table: self.name.clone(),
            column: column.to_owned(),
        })
    }

    /// Gives texts without a charset the table's, and key columns their names as the columns have them.
    pub(super) fn settle(&mut self) {
        for column in &mut self.columns {
            if let Detail::Text { charset } = &mut column.detail
                && charset.is_none()
            {
                *charset = Some(self.charset.clone());
            }
        }
        for key in &mut self.key {
            let named = self.columns.iter().find(|one| one.name.to_lowercase() == key.to_lowercase());
            if let Some(column) = named {
                key.clone_from(&column.name);
            }
        }
    }
}
